"""Unmodified msal-browser 2.39, 4 and 5 in Chromium: every way to sign in, renew and sign out.

The page is another origin than the services': another port of their site (`localhost`), or
another site altogether (`127.0.0.1`). The token ends at the records: a script of the page reads
the leads that the salesperson's role reaches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.browser import Browser
from support.msal_pages import (
    INTERACTION,
    PAGES,
    VERSIONS,
    Registered,
    Visit,
    msal_site,
    redirects_of,
)
from support.node import modules_of
from support.salesperson import SALESPERSON_LEADS, check_salesperson
from support.served import Served, serving
from support.static_site import ELSEWHERE, HERE

every_version = pytest.mark.parametrize("version", VERSIONS)
near_and_far = pytest.mark.parametrize("host", [HERE, ELSEWHERE], ids=["same-site", "cross-site"])


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
    with msal_site(modules) as site:
        options = redirects_of(site, "--spa-redirect-uri")
        client_id = served.run("app", "create", "Leads page", *options)["application_id"]
        served.run("app", "permission", "add", client_id, "--scope", "user_impersonation")
        served.run("app", "consent", client_id)
        made = Registered(served, site, client_id, fill_in)
        made.told(
            authority=served.tenant_authority,
            scope=f"{served['organization_url']}user_impersonation",
            webApi=served["web_api_url"],
        )
        yield made


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
