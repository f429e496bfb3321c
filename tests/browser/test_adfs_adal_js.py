"""Unmodified adal.js in Chromium: the implicit flow at a farm of AD FS, renewed by a hidden frame.

The page is of another origin than the farm and the internet-facing organization, whose records
it reads with the farm's token.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.browser import Browser
from support.farm_pages import add_page, check_salesperson, fill_in, serving_ifd
from support.node import modules_of
from support.salesperson import SALESPERSON_LEADS
from support.served import Served
from support.static_site import ELSEWHERE, HERE, StaticSite, static_site

PAGES = Path(__file__).parent / "adal"
HOSTS = (HERE, ELSEWHERE)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving_ifd() as server:
        yield server


@pytest.fixture(scope="module")
def site(pytestconfig: pytest.Config) -> Iterator[StaticSite]:
    """Return the page with the library, which stays in pytest's cache."""
    cache = pytestconfig.cache.mkdir("adal")
    modules = modules_of(PAGES / "package.json", cache, "adal.js in a page")
    files: dict[str, Path | str] = {
        "/": PAGES / "index.html",
        "/app.js": PAGES / "app.js",
        "/adal.js": modules / "adal-angular" / "lib" / "adal.js",
    }
    with static_site(files) as made:
        yield made


@pytest.fixture(scope="module")
def client_id(served: Served, site: StaticSite) -> str:
    """Return the client id of the page."""
    homes = [part for host in HOSTS for part in ("--redirect-uri", f"{site.origin(host)}/")]
    made = add_page(served, "Leads page", *homes)
    tell(site, served, made)
    return made


def tell(site: StaticSite, served: Served, client_id: str) -> None:
    facts = {
        "instance": f"{served['authority'].rstrip('/')}/",
        "clientId": client_id,
        "resource": served["organization_url"],
        "webApi": served["web_api_url"],
    }
    site.files["/facts.json"] = json.dumps(facts)


@dataclass
class Visit:
    """The page in a browser. `asked`: parameters of its authorization requests, frames included."""

    page: Any
    home: str
    served: Served
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)
        self.page.goto(self.home)

    def sign_in(self) -> None:
        self.page.evaluate("() => { login(); }")
        fill_in(self.page, self.served)
        self.page.wait_for_url(f"{self.home}**")

    def token(self) -> str:
        """Return a token for the organization, by which it has let the page read the leads."""
        told = self.page.evaluate("token()")
        assert told["token"], told
        assert len(set(self.page.evaluate("leads", told["token"]))) == SALESPERSON_LEADS
        check_salesperson(self.served, told["token"])
        return str(told["token"])

    def _note(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.path == "/adfs/oauth2/authorize" and request.method == "GET":
            fields = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.asked.append(fields | {"framed": str(request.frame != self.page.main_frame)})


@pytest.fixture(params=HOSTS, ids=["same-site", "cross-site"])
def visit(
    request: pytest.FixtureRequest,
    browser: Browser,
    served: Served,
    site: StaticSite,
    client_id: str,
) -> Visit:
    return Visit(browser.page(ca=served["ca_bundle"]), f"{site.origin(request.param)}/", served)


def test_a_person_signs_in_and_the_token_is_renewed(visit: Visit) -> None:
    visit.sign_in()
    person = visit.page.evaluate("person()")
    assert person["username"] == visit.served["username"], person
    assert (person["iss"], person["aud"]) == (visit.served["adfs_url"], visit.asked[0]["client_id"])
    assert visit.asked[0]["response_type"] == "id_token"
    visit.asked.clear()

    first = visit.token()
    assert visit.token() == first
    [asked] = visit.asked
    assert (asked["response_type"], asked["prompt"], asked["framed"]) == ("token", "none", "True")
    assert asked["resource"] == visit.served["organization_url"]

    # For a second after a token came by the frame, a timer of adal.js disturbs the next one there;
    # a page loaded anew has no such timer.
    visit.page.goto(visit.home)
    visit.page.evaluate("forget()")
    visit.token()
    assert len(visit.asked) == 2
    assert visit.page.url == visit.home


def test_who_signed_out_gets_no_more_tokens(visit: Visit) -> None:
    visit.sign_in()
    with visit.page.expect_navigation(url=visit.home):
        visit.page.evaluate("() => { logout(); }")
    assert visit.page.evaluate("person()") == {"error": ""}
    visit.page.evaluate("() => { login(); }")
    visit.page.get_by_role("heading", name="Sign in").wait_for()


def test_a_session_that_ended_elsewhere_is_told_to_the_frame(visit: Visit) -> None:
    visit.sign_in()
    visit.page.context.clear_cookies()
    told = visit.page.evaluate("token()")
    assert told["token"] is None, told
    assert told["error"] == "interaction_required"
    assert "MSIS" in told["description"]


def test_an_address_not_registered_is_sent_nothing(
    browser: Browser, served: Served, client_id: str, site: StaticSite
) -> None:
    with static_site(site.files) as elsewhere:
        visit = Visit(browser.page(ca=served["ca_bundle"]), f"{elsewhere.origin()}/", served)
        visit.page.evaluate("() => { login(); }")
        visit.page.get_by_text("MSIS9224").first.wait_for()
        assert urlsplit(visit.page.url).path == "/adfs/oauth2/authorize"
