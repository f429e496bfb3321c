"""The page on the client by SOAP: its examples print what it says, and it names every name."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from xrm import soap
from xrm.client.soap import columns, declared, queries, values
from xrm.client.soap.proxies import aio, sync
from xrm.testing import Server

PAGE = (Path(__file__).parents[2] / "docs" / "soap-client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def xrm_server() -> Iterator[Server]:
    """A server of the module's own: the records it makes stay there."""
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def environment(xrm_server: Server) -> Mapping[str, str]:
    service = xrm_server.service(role="System Administrator")
    facts = xrm_server.facts
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XRM_")}
    return kept | {
        "XRM_CONNECTION_STRING": service.connection_string,
        "XRM_CA_BUNDLE": str(facts.ca_bundle),
        "ORGANIZATION_URL": service.organization_url,
        "AUTHORITY": str(facts.authority).rstrip("/"),
        "TENANT_ID": str(facts.tenant_id),
        "CLIENT_ID": str(service.client_id),
        "CLIENT_SECRET": service.client_secret.reveal(),
    }


def test_every_example_says_what_it_prints() -> None:
    assert len(EXAMPLES) == PAGE.count("```python\n")


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


@pytest.mark.parametrize("module", [aio, columns, declared, queries, sync, values])
def test_every_name_is_on_the_page(module: object) -> None:
    internal = {"Answered", "QueryBase"}
    names = set(module.__all__) - internal  # type: ignore[attr-defined]
    assert {name for name in names if not re.search(rf"\b{name}\b", PAGE)} == set()


def test_every_operation_is_on_the_page() -> None:
    for kind in (soap.OrganizationServiceProxy, soap.DiscoveryServiceProxy):
        names = {name for name in dir(kind) if not name.startswith("_")}
        assert {name for name in names if f"{name}" not in PAGE} == set()
