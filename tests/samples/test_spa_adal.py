"""The sample with adal.js, in Chromium: the implicit flow and its hidden frame."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from support.browser import Browser
from support.samples import (
    TWO_HOURS,
    Api,
    Visitor,
    register_page,
    works_with_records,
)
from support.served import Served

SAMPLE = "spa-adal"
TOKEN = "adal.access.token.key"


def token_of(visitor: Visitor) -> str:
    return str(visitor.stored(TOKEN + visitor.served["organization_url"].rstrip("/")))


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_person_signs_in_and_works_with_records(served: Served, browser: Browser, secure: bool):
    visitor = Visitor(served, browser, SAMPLE, secure=secure)
    preflights = visitor.preflights()
    visitor.sign_in()
    assert visitor.page.locator("#name").inner_text() == "Sofia Lindqvist"
    assert visitor.page.locator("#username").inner_text() == served["username"]
    works_with_records(visitor)
    asked = {
        (one["access-control-request-method"], urlsplit(one["url"]).netloc) for one in preflights
    }
    host = urlsplit(served["organization_url"]).netloc
    assert asked >= {("GET", host), ("POST", host), ("PATCH", host), ("DELETE", host)}
    headers = {
        name for one in preflights for name in one["access-control-request-headers"].split(",")
    }
    assert headers >= {"authorization", "if-match", "odata-version", "odata-maxversion", "prefer"}
    assert visitor.faults == []


def test_the_token_comes_in_the_fragment_and_is_kept_for_the_session(
    served: Served, browser: Browser
):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    back = [urlsplit(load) for load in visitor.loads if "#id_token=" in load]
    assert [load.path for load in back] == ["/spa-adal/"]
    assert parse_qs(back[0].fragment)["id_token"] == [visitor.stored("adal.idtoken")]
    assert token_of(visitor).count(".") == 2
    assert visitor.page.url == visitor.address
    visitor.page.reload()
    visitor.settled()
    assert visitor.names()


def test_a_token_is_renewed_before_it_expires_and_the_page_stays(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.show("Leads")
    visitor.press("New lead")
    first, loads, silent = token_of(visitor), list(visitor.loads), visitor.silent_requests()
    visitor.later(TWO_HOURS)
    visitor.write(subject="Typed for two hours", lastname="Zzz-adal")
    assert visitor.said() == "Zzz-adal was created."
    assert token_of(visitor) != first
    assert len(silent) == 1
    assert visitor.loads == loads
    # The new one is good: it is not taken anew for the next request.
    visitor.show("Accounts")
    assert len(silent) == 1


def test_a_token_is_renewed_by_hand(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    first, loads = token_of(visitor), list(visitor.loads)
    visitor.renew()
    assert visitor.said() == "The token was renewed."
    assert token_of(visitor) != first
    assert visitor.loads == loads
    panel = visitor.page.locator("details.developer").inner_text()
    assert "GET /api/data/v9.2/accounts · 200" in panel
    assert "session storage" in panel


def test_a_token_is_renewed_across_sites(served: Served, browser: Browser):
    """The page is of 127.0.0.1, the token service of localhost: its cookie goes there too."""
    visitor = Visitor(served, browser, SAMPLE)
    visitor.address = visitor.address.replace("//localhost", "//127.0.0.1")
    visitor.configure(register_page(served, "Elsewhere", visitor.address, granted=True))
    visitor.sign_in()
    assert sorted(visitor.every_name()) == Api(served).names("accounts", "name")
    first, loads = token_of(visitor), list(visitor.loads)
    visitor.later(TWO_HOURS)
    visitor.show("Leads")
    assert token_of(visitor) != first
    assert visitor.loads == loads


def test_who_signed_out_elsewhere_is_told_and_may_sign_in_again(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    before = visitor.names()
    other = visitor.tab()
    other.goto(visitor.address)
    other.goto(f"{served.tenant_authority}/oauth2/logout")
    other.close()
    visitor.renew()
    title, details = visitor.trouble()
    assert title == "You are signed out"
    assert "AADSTS" in details
    assert visitor.names() == before
    visitor.press("Sign in again")
    visitor.give(visitor.page)
    visitor.settled()
    assert visitor.names() == before


def test_a_session_that_is_gone_is_login_required(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.context.clear_cookies()
    visitor.later(TWO_HOURS)
    visitor.show("Leads")
    title, details = visitor.trouble()
    assert title == "You are signed out"
    assert "login_required" in details
    assert "AADSTS50058" in details


def test_sign_out_ends_the_session_and_forgets_the_token(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.press("Sign out")
    visitor.page.locator("#sign-in").wait_for()
    assert visitor.page.url == visitor.address
    assert token_of(visitor) in ("", "None")
    visitor.page.locator("#sign-in").click()
    expect(visitor.page.locator("input[name=username]")).to_be_visible()


def test_declined_consent_is_no_sign_in(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.configure(register_page(served, "Not yet", visitor.address, granted=False))
    visitor.open()
    visitor.page.locator("#sign-in").click()
    visitor.give(visitor.page)
    visitor.page.locator("button[value=decline]").click()
    title, details = visitor.trouble()
    assert title == "You were not signed in"
    assert "AADSTS65004" in details
    assert visitor.page.url == visitor.address
    expect(visitor.page.locator("#sign-in")).to_be_visible()


def test_an_answer_nobody_asked_for_is_passed_over(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.page.goto(visitor.address + "#id_token=e30.e30.e30&state=another")
    expect(visitor.page.locator("#sign-in")).to_be_visible()
    assert visitor.page.url == visitor.address
    assert visitor.stored("adal.idtoken") is None
