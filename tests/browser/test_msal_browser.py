"""Unmodified msal-browser 2.39, 4 and 5 in Chromium: every way to sign in, renew and sign out.

The page is another origin than the services': another port of their site (`localhost`), or
another site altogether (`127.0.0.1`). The token ends at the records: a script of the page reads
the leads that the salesperson's role reaches.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.browser import Browser
from support.node import modules_of
from support.salesperson import SALESPERSON_LEADS, check_salesperson
from support.served import Served, serving
from support.static_site import ELSEWHERE, HERE, StaticSite, static_site

PAGES = Path(__file__).parent / "msal"
VERSIONS = ("2", "4", "5")
INTERACTION = "InteractionRequiredAuthError"

every_version = pytest.mark.parametrize("version", VERSIONS)
near_and_far = pytest.mark.parametrize("host", [HERE, ELSEWHERE], ids=["same-site", "cross-site"])


@dataclass(frozen=True)
class Registered:
    """The page's registration at a server, and where the page is."""

    served: Served
    site: StaticSite
    client_id: str

    def home(self, version: str, host: str = HERE) -> str:
        return f"{self.site.origin(host)}/{version}/"


@dataclass
class Visit:
    """The page in one tab of a browser. `asked` is what it, or a frame of it, asked the service.

    Each line names the way: `authorize` with its prompt, or `token` with its grant.
    """

    registered: Registered
    page: Any
    home: str
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)
        self.page.goto(self.home)

    def beside(self) -> "Visit":
        """Return a visit in another tab of the same browser: it shares cookies, no storage."""
        return Visit(self.registered, self.page.context.new_page(), self.home)

    def perform(self, method: str, **options: Any) -> Any:
        """Let the library do something; return what it told."""
        return self.page.evaluate(
            "([method, options]) => perform(method, options)", [method, options]
        )

    def perform_aside(self, method: str, **options: Any) -> Any:
        """Let the library do something whose answer goes to the page for popups and frames."""
        return self.page.evaluate(
            "([method, options]) => performAside(method, options)", [method, options]
        )

    def sign_in_by_redirect(self) -> Any:
        self.page.evaluate("() => { perform('loginRedirect'); }")
        fill_in(self.page, self.registered.served)
        self.page.wait_for_url(f"{self.home}**")
        return self.page.evaluate("brought()")

    def sign_in_by_popup(self) -> Any:
        with self.page.expect_popup() as opened:
            self.page.evaluate("() => { window.signedIn = performAside('loginPopup'); }")
        fill_in(opened.value, self.registered.served)
        return self.page.evaluate("signedIn")

    def _note(self, request: Any) -> None:
        address = urlsplit(request.url)
        fields = {}
        if address.path.endswith("/authorize"):
            fields = parse_qs(address.query)
        elif address.path.endswith("/token"):
            fields = parse_qs(request.post_data)
        else:
            return
        how = fields.get("prompt") or fields.get("grant_type") or [""]
        self.asked.append(f"{address.path.rpartition('/')[2]} {how[0]}".strip())


def fill_in(page: Any, served: Served) -> None:
    """Do what the salesperson does at the service's pages."""
    page.locator("[name=username]").fill(served["username"])
    page.keyboard.press("Enter")
    page.locator("[name=password]").fill(served["password"])
    page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def modules(pytestconfig: pytest.Config) -> Path:
    """Return the libraries' folder; they stay in pytest's cache."""
    return modules_of(
        PAGES / "package.json", pytestconfig.cache.mkdir("msal"), "msal-browser in a page"
    )


@contextmanager
def registration(served: Served, modules: Path) -> Iterator[Registered]:
    """Serve the pages and register them at a server, with an administrator's consent."""
    files: dict[str, Path | str] = {"/app.js": PAGES / "app.js"}
    for version in VERSIONS:
        library = modules / f"msal-{version}" / "lib"
        bridge = "bridge.html" if version == "5" else "blank.html"
        files |= {
            f"/{version}/": PAGES / "index.html",
            f"/{version}/answer.html": PAGES / bridge,
            f"/{version}/msal-browser.js": library / "msal-browser.min.js",
            f"/{version}/redirect-bridge.js": library
            / "redirect-bridge"
            / "msal-redirect-bridge.min.js",
        }
    with static_site(files) as site:
        homes = [f"{site.origin(host)}/{v}/" for host in (HERE, ELSEWHERE) for v in VERSIONS]
        redirects = [each for home in homes for each in (home, f"{home}answer.html")]
        options = [part for each in redirects for part in ("--spa-redirect-uri", each)]
        client_id = served.run("app", "create", "Leads page", *options)["application_id"]
        served.run("app", "permission", "add", client_id, "--scope", "user_impersonation")
        served.run("app", "consent", client_id)
        site.files["/facts.json"] = json.dumps(
            {
                "clientId": client_id,
                "authority": served.tenant_authority,
                "scope": f"{served['organization_url']}user_impersonation",
                "webApi": served["web_api_url"],
            }
        )
        yield Registered(served, site, client_id)


@pytest.fixture(scope="module")
def registered(modules: Path) -> Iterator[Registered]:
    with serving("--memory", "--port", "0") as served, registration(served, modules) as made:
        yield made


def visiting(browser: Browser, registered: Registered, version: str, host: str = HERE) -> Visit:
    page = browser.page(ca=registered.served["ca_bundle"])
    return Visit(registered, page, registered.home(version, host))


def check_leads(visit: Visit, told: Any) -> None:
    """Assert that the page holds a token of the salesperson, and reads what that person may."""
    made = visit.registered
    assert told["username"] == made.served["username"]
    found = visit.page.evaluate("leads", told["token"])
    assert len(set(found)) == SALESPERSON_LEADS
    check_salesperson(made.served, told["token"], client_id=made.client_id)


@near_and_far
@every_version
def test_a_popup_signs_in_and_tokens_are_renewed_silently(
    browser: Browser, registered: Registered, version: str, host: str
):
    visit = visiting(browser, registered, version, host)
    first = visit.sign_in_by_popup()
    check_leads(visit, first)

    visit.asked.clear()
    kept = visit.perform_aside("acquireTokenSilent")
    assert (kept["token"], kept["fromCache"], visit.asked) == (first["token"], True, [])

    refreshed = visit.perform_aside("acquireTokenSilent", forceRefresh=True)
    assert visit.asked == ["token refresh_token"]
    assert refreshed["token"] != first["token"]
    check_leads(visit, refreshed)

    visit.asked.clear()
    assert visit.page.evaluate("forgetRefreshTokens()") == 1
    framed = visit.perform_aside("acquireTokenSilent", forceRefresh=True)
    assert visit.asked == ["authorize none", "token authorization_code"]
    assert framed["token"] not in (first["token"], refreshed["token"])
    check_leads(visit, framed)
    assert visit.page.url == visit.home


@near_and_far
@every_version
def test_a_redirect_signs_in_and_silently_another_tab_until_one_signs_out(
    browser: Browser, registered: Registered, version: str, host: str
):
    visit = visiting(browser, registered, version, host)
    told = visit.sign_in_by_redirect()
    assert visit.asked == ["authorize", "token authorization_code"]
    check_leads(visit, told)

    other = visit.beside()
    told = other.perform_aside("ssoSilent", loginHint=registered.served["username"])
    assert other.asked == ["authorize none", "token authorization_code"]
    check_leads(other, told)

    assert visit.page.evaluate("usernames()") == [registered.served["username"]]
    with visit.page.expect_navigation(url=f"{visit.home}**"):
        visit.page.evaluate("() => { perform('logoutRedirect'); }")
    assert visit.page.evaluate("usernames()") == []

    other.asked.clear()
    hinted = {"loginHint": registered.served["username"], "account": None}
    nobody = other.perform_aside("ssoSilent", **hinted)
    assert (nobody["kind"], nobody["error"]) == (INTERACTION, "login_required")
    assert "AADSTS50058" in nobody["description"]
    # With the account go the library's own hints: its name, since its token names no session.
    assert other.page.evaluate("forgetRefreshTokens()") == 1
    over = other.perform_aside("acquireTokenSilent", forceRefresh=True)
    assert (over["kind"], over["error"]) == (INTERACTION, "login_required")
    assert "AADSTS50058" in over["description"]
    assert other.asked == ["authorize none"] * 2


def test_a_redirect_signs_in_where_the_profile_is_strict(browser: Browser, modules: Path):
    with (
        serving("--memory", "--port", "0", "--profile", "strict") as served,
        registration(served, modules) as registered,
    ):
        visit = visiting(browser, registered, "5")
        check_leads(visit, visit.sign_in_by_redirect())
        renewed = visit.perform("acquireTokenSilent", forceRefresh=True)
        assert visit.asked[-1] == "token refresh_token"
        check_leads(visit, renewed)
