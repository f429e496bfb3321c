"""The pages say what is so: examples run as written, files named exist, settings are listed."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.requirements import require
from support.served import Served, serving
from xrm.server.settings import TABLE

BROWSER = """
import json, pathlib, sys
from xrm.cli.walk.asking import http_client
from xrm.cli.walk.browsing import Person

facts = json.loads((pathlib.Path(__file__).parent / "facts.json").read_text())
with http_client(facts) as http:
    Person(facts, http).go(sys.argv[1])
"""

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    if path.name != "performance.md"
]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0") as server:
        yield server


@pytest.fixture
def environment(served: Served) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XRM_")}
    return kept | {
        "AUTHORITY": served["authority"],
        "TENANT_ID": served["tenant_id"],
        "ORGANIZATION_URL": served["organization_url"],
        "CLIENT_ID": served["client_id"],
        "CLIENT_SECRET": served["client_secret"],
        "CA_BUNDLE": served["ca_bundle"],
    }


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_curl_example_runs(environment: dict[str, str]) -> None:
    require("curl", "the README's curl example")
    (example,) = blocks("sh")
    printed = run(["bash", "-euo", "pipefail", "-c", example], environment)
    assert printed.count('"subject":') == 3


def test_the_python_examples_run(environment: dict[str, str]) -> None:
    msal, ours, soap, _person = blocks("python")
    for example in (msal, soap):
        assert run([sys.executable, "-W", "error", "-c", example], environment) == "28 leads\n"
    assert len(run([sys.executable, "-W", "error", "-c", ours], environment).splitlines()) > 5


def test_a_person_signs_in_as_the_readme_says(
    environment: dict[str, str], served: Served, tmp_path: Path
) -> None:
    """The browser that msal opens is a program here, which does at the pages what a person does."""
    (tmp_path / "facts.json").write_text(json.dumps(dict(served.facts)), encoding="utf-8")
    (tmp_path / "browser.py").write_text(BROWSER, encoding="utf-8")
    command = shlex.join([sys.executable, str(tmp_path / "browser.py")])
    names = {"BROWSER": f"{command} %s &", "PUBLIC_CLIENT_ID": served["public_client_id"]}
    example = blocks("python")[3]
    said = run([sys.executable, "-c", example], environment | names)
    assert said == f"{served['username']} 28 leads\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_file_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if ":" not in link]
    for link in links:
        assert (page.parent / link).exists(), link
    for name in re.findall(r"`((?:src|tests|tools|bench|docs)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


def test_the_settings_page_is_what_the_settings_are() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "settings_page.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_setting_is_documented(row: object) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"`{row.name}`" in page  # type: ignore[attr-defined]
    assert f"`{row.env}`" in page  # type: ignore[attr-defined]


def variables(text: str) -> set[str]:
    return set(re.findall(r"\bXRM_[A-Z_]*[A-Z]\b", text))


def test_every_variable_anything_reads_is_documented_and_no_other() -> None:
    page = variables((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    used = {row.env for row in TABLE}
    for folder in ("src", "tests", "bench", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            used |= variables(path.read_text(encoding="utf-8"))
    for name in ("Makefile", ".ci/run"):
        used |= variables((ROOT / name).read_text(encoding="utf-8"))
    assert used == page
