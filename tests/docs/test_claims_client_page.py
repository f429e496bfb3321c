"""The page on the client at AD FS: its examples print what it says, and it names every error."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from xrm.client import errors
from xrm.testing import Server

PAGE = (Path(__file__).parents[2] / "docs" / "claims-client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def environment() -> Iterator[Mapping[str, str]]:
    """An internet-facing deployment, and a person of it."""
    with Server(deployment="ifd") as server:
        person, facts = server.person(), server.facts
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XRM_")}
        yield kept | {
            "XRM_CA_BUNDLE": str(facts.ca_bundle),
            "ORGANIZATION_URL": facts.organization_url,
            "PERSON": person.username,
            "PASSWORD": person.password.reveal(),
        }


def test_every_example_says_what_it_prints() -> None:
    assert len(EXAMPLES) == PAGE.count("```python\n") == 2


@pytest.mark.parametrize(("example", "shown"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_prints_what_the_page_shows(
    environment: Mapping[str, str], example: str, shown: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr) == (shown, "")


def test_every_error_of_claims_is_on_the_page() -> None:
    kinds = {each.__name__ for each in errors.SecurityTokenError.__subclasses__()}
    assert {name for name in kinds if f"`{name}`" not in PAGE} == set()
