"""The pages on claims: the guide's commands say what it shows, the other names what there is."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import names
from support.requirements import require
from support.served import serving
from support.shown_pages import ShownPage, plain
from xrm.sts.adfs.passive import refusals
from xrm.sts.faces.adfs.routes import ENDPOINTS
from xrm.wire import wssecurity
from xrm.wire.wsfed import messages
from xrm.wire.wstrust import TRUST_13, faults

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "claims.md").read_text(encoding="utf-8")
GUIDE = ShownPage(DOCS / "claims-guide.md")

# What msal opens as a browser: it goes, and somebody fills in the farm's pages meanwhile.
BROWSER = """
import json, os, pathlib, sys

if os.fork():
    os._exit(0)
folder = pathlib.Path(__file__).parent
sys.path.insert(0, {tests!r})
from support.farm_walking import walk
from support.served import Served

facts = json.loads((folder / "facts.json").read_text())
walk(Served(facts, None, folder), sys.argv[1])
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Return what each block of the guide printed, at an internet-facing deployment."""
    require("curl", "the pages of commands")
    folder = tmp_path_factory.mktemp("claims")
    place = {"XRM_DATA": str(folder / "data")}
    with serving("--port", "0", "--deployment", "ifd", environment=place) as served:
        (folder / "facts.json").write_text(json.dumps(dict(served.facts)), encoding="utf-8")
        program = folder / "browser.py"
        program.write_text(BROWSER.format(tests=str(DOCS.parent / "tests")), encoding="utf-8")
        facts = {
            "AUTHORITY": served["authority"],
            "ADFS": served["adfs_url"],
            "TENANT_ID": served["tenant_id"],
            "ORGANIZATION_URL": served["organization_url"],
            "CA_BUNDLE": served["ca_bundle"],
            "PUBLIC_CLIENT_ID": served["public_client_id"],
            "PERSON": served["username"],
            "PASSWORD": served["password"],
            "ADMIN": served["admin_username"],
            "ADMIN_PASSWORD": served["admin_password"],
            "BROWSER": f"{sys.executable} {program} %s",
        }
        yield GUIDE.said(names.environment({}) | place | facts)


@pytest.mark.parametrize("block", range(len(GUIDE.blocks)))
def test_each_block_of_the_guide_says_what_it_shows(said: list[str], block: int) -> None:
    commands, shown = GUIDE.blocks[block]
    assert plain(said[block]) == plain(shown), commands


def test_every_endpoint_of_a_farm_is_on_the_page() -> None:
    page = PAGE.lower()
    assert {path for path in ENDPOINTS if f"`/{path.rstrip('/')}" not in page} == set()


def test_every_fault_is_on_the_page_in_its_words() -> None:
    causes = faults.Cause.__args__  # type: ignore[attr-defined]
    shown = {faults.fault(cause, TRUST_13) for cause in causes}
    shown |= {
        wssecurity.faults.FAILED_AUTHENTICATION,
        wssecurity.faults.INVALID_TOKEN,
        wssecurity.faults.INVALID_SECURITY,
    }
    rows = re.findall(r"^\| ([A-Za-z]+)[^|]*\| ([^|]+) \|", PAGE, re.MULTILINE)
    sent = {(each.subcode.name, each.reason) for each in shown if each.subcode is not None}
    assert sent <= set(rows)


def test_every_passive_parameter_is_on_the_page() -> None:
    every = messages.SignIn(
        realm="urn:site",
        reply="https://site.example/",
        context="c",
        time="2026-01-01T00:00:00Z",
        fresh=0,
        method="urn:password",
        home="urn:home",
        request="<r/>",
        username="ada",
    ).fields()
    assert len(every) == 10
    assert {name for name in every if name != "wa" and f"`{name}`" not in PAGE} == set()


def test_every_number_of_a_page_is_on_the_page() -> None:
    rows = {each for each in vars(refusals).values() if isinstance(each, refusals.PassiveRow)}
    assert {row.number for row in rows if row.number and f"MSIS{row.number}" not in PAGE} == set()
