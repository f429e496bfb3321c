"""Unmodified msal-browser 2.39, 4 and 5 in Chromium, signing in at a farm of AD FS by code.

The page is of another origin than the farm and the internet-facing organization, whose records
it reads with the farm's token.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from support.browser import Browser
from support.farm_pages import add_page, check_salesperson, fill_in, serving_ifd
from support.foreign_script import heard
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
from support.salesperson import SALESPERSON_LEADS
from support.served import Served
from support.static_site import ELSEWHERE, HERE, StaticSite

OIDC = {"2": "auth", "4": "auth", "5": "system"}
"""Where each version is told that the token service speaks plain OpenID Connect."""

NOT_NAMED = "No 'Access-Control-Allow-Origin' header is present"
UNREADABLE = ("endpoints_resolution_error", "openid_config_error")
"""What the library says when it may not read the farm's description."""

every_version = pytest.mark.parametrize("version", VERSIONS)
near_and_far = pytest.mark.parametrize("host", [HERE, ELSEWHERE], ids=["same-site", "cross-site"])


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving_ifd() as server:
        yield server


@pytest.fixture(scope="module")
def modules(pytestconfig: pytest.Config) -> Path:
    """Return the libraries' folder; they stay in pytest's cache."""
    return modules_of(
        PAGES / "package.json", pytestconfig.cache.mkdir("msal"), "msal-browser in a page"
    )


@pytest.fixture(scope="module")
def site(modules: Path) -> Iterator[StaticSite]:
    with msal_site(modules) as made:
        yield made


@pytest.fixture(scope="module")
def pages(served: Served, site: StaticSite) -> str:
    """Return the client id of the pages."""
    return add_page(served, "Leads page", *redirects_of(site, "--redirect-uri"))


@pytest.fixture
def registered(served: Served, site: StaticSite, pages: str) -> Registered:
    made = Registered(served, site, pages, fill_in)
    tell(made)
    return made


def tell(made: Registered, **more: Any) -> None:
    """Tell the pages of the farm, and more of the library's configuration."""
    made.told(
        authority=made.served["adfs_url"],
        scope=f"{made.served['organization_url']}user_impersonation",
        webApi=made.served["web_api_url"],
        **more,
    )


def visiting(browser: Browser, registered: Registered, version: str, host: str = HERE) -> Visit:
    page = browser.page(ca=registered.served["ca_bundle"])
    return Visit(registered, page, registered.home(version, host))


def check_leads(visit: Visit, told: Any) -> None:
    """Assert that the page holds a token of the salesperson, and reads what that person may."""
    assert "token" in told, told
    assert told["username"] == visit.registered.served["username"]
    assert len(set(visit.page.evaluate("leads", told["token"]))) == SALESPERSON_LEADS
    check_salesperson(visit.registered.served, told["token"])


@near_and_far
@every_version
def test_a_popup_signs_in_and_tokens_are_renewed_silently(
    browser: Browser, registered: Registered, version: str, host: str
) -> None:
    visit = visiting(browser, registered, version, host)
    first = visit.sign_in_by_popup()
    assert visit.asked[-1] == "token authorization_code"
    check_leads(visit, first)

    # The answer of AD FS names scopes without the relying party, and so the library never finds
    # in its cache what it is asked for: every silent request is a refresh.
    visit.asked.clear()
    refreshed = visit.perform_aside("acquireTokenSilent")
    assert (visit.asked, refreshed["fromCache"]) == (["token refresh_token"], False)
    check_leads(visit, refreshed)

    visit.asked.clear()
    assert visit.page.evaluate("forgetRefreshTokens()") == 1
    framed = visit.perform_aside("acquireTokenSilent", forceRefresh=True)
    assert visit.asked == ["authorize none", "token authorization_code"]
    check_leads(visit, framed)
    assert visit.page.url == visit.home


@every_version
def test_a_redirect_signs_in_until_one_signs_out(
    browser: Browser, registered: Registered, version: str
) -> None:
    tell(registered, **{OIDC[version]: {"protocolMode": "OIDC"}})
    visit = visiting(browser, registered, version)
    check_leads(visit, visit.sign_in_by_redirect())
    assert visit.asked == ["authorize", "token authorization_code"]

    other = visit.beside()
    check_leads(
        other, other.perform_aside("ssoSilent", loginHint=visit.registered.served["username"])
    )
    assert other.asked == ["authorize none", "token authorization_code"]

    with visit.page.expect_navigation(url=f"{visit.home}**"):
        visit.page.evaluate("() => { perform('logoutRedirect'); }")
    assert visit.page.evaluate("usernames()") == []
    assert other.page.evaluate("forgetRefreshTokens()") == 1
    over = other.perform_aside("acquireTokenSilent", forceRefresh=True)
    assert over["kind"] == INTERACTION, over
    assert "MSIS" in over["description"]


@every_version
def test_a_page_of_another_origin_gets_nothing(
    browser: Browser, registered: Registered, modules: Path, version: str
) -> None:
    """The farm's documents and tokens are for the pages registered there, and no others."""
    with msal_site(modules) as elsewhere:
        stranger = replace(registered, site=elsewhere)
        tell(stranger)
        visit = visiting(browser, stranger, version)
        script = heard(visit.page, visit.page)
        refused = visit.perform("loginRedirect")
        assert refused["error"] in UNREADABLE, refused
        farm = registered.served["adfs_url"]
        discovery = f"{farm}/.well-known/openid-configuration"
        assert NOT_NAMED in script.refusal(discovery)
        assert NOT_NAMED in script.refusal(f"{farm}/oauth2/token/", "POST")
        # The page is told, so that the person is: the address is not one of the client's.
        asked = {"client_id": registered.client_id, "response_type": "code"}
        visit.page.goto(
            f"{farm}/oauth2/authorize?{urlencode(asked | {'redirect_uri': visit.home})}"
        )
        assert "MSIS9224" in visit.page.inner_text("main")
    own = visiting(browser, registered, version)
    assert heard(own.page, own.page).ask(discovery).json["issuer"] == farm
