"""The sample with adal-angular.js and AngularJS, in Chromium: routes and the interceptor."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from support.browser import Browser
from support.samples import (
    TWO_HOURS,
    Visitor,
    register_page,
    works_with_records,
)
from support.served import Served

SAMPLE = "spa-adal-angular"
TOKEN = "adal.access.token.key"


def token_of(visitor: Visitor) -> str:
    return str(visitor.stored(TOKEN + visitor.served["organization_url"].rstrip("/")))


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_person_signs_in_and_works_with_records(served: Served, browser: Browser, secure: bool):
    visitor = Visitor(served, browser, SAMPLE, secure=secure)
    preflights = visitor.preflights()
    visitor.sign_in()
    assert visitor.page.locator("#name").inner_text() == "Sofia Lindqvist"
    works_with_records(visitor)
    host = urlsplit(served["organization_url"]).netloc
    asked = {
        (one["access-control-request-method"], urlsplit(one["url"]).netloc) for one in preflights
    }
    assert asked >= {("GET", host), ("POST", host), ("PATCH", host), ("DELETE", host)}
    assert visitor.faults == []


def test_a_route_begins_the_sign_in_and_is_come_back_to(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.page.goto(visitor.address + "#/leads")
    visitor.give(visitor.page)
    visitor.settled()
    assert visitor.page.url == visitor.address + "#/leads"
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Leads")


def test_a_link_to_a_route_begins_it_too(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.open()
    expect(visitor.page.locator("#sign-out")).to_be_hidden()
    visitor.page.locator("#sign-in").click()
    visitor.give(visitor.page)
    visitor.settled()
    assert visitor.page.url == visitor.address + "#/accounts"


def test_a_token_is_renewed_before_it_expires_and_the_page_stays(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.show("Leads")
    visitor.press("New lead")
    first, loads, silent = token_of(visitor), list(visitor.loads), visitor.silent_requests()
    visitor.later(TWO_HOURS)
    visitor.write(subject="Typed for two hours", lastname="Zzz-angular")
    assert visitor.said() == "Zzz-angular was created."
    assert token_of(visitor) != first
    assert len(silent) == 1
    assert visitor.loads == loads


def test_a_token_is_renewed_by_hand(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    first = token_of(visitor)
    visitor.renew()
    assert visitor.said() == "The token was renewed."
    assert token_of(visitor) != first


def test_who_signed_out_elsewhere_is_told_and_may_sign_in_again(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.context.clear_cookies()
    visitor.renew()
    title, details = visitor.trouble()
    assert title == "You are signed out"
    assert "AADSTS50058" in details
    visitor.press("Sign in again")
    visitor.give(visitor.page)
    visitor.settled()
    assert visitor.names()


def test_a_request_without_a_token_says_why(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.show("Leads")
    visitor.context.clear_cookies()
    visitor.later(TWO_HOURS)
    visitor.press("Next page")
    title, details = visitor.trouble()
    assert title == "You are signed out"
    assert "AADSTS" in details


def test_sign_out_ends_the_session(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.press("Sign out")
    expect(visitor.page.locator("#sign-in")).to_have_text("Sign in")
    visitor.page.locator("#sign-in").click()
    expect(visitor.page.locator("input[name=username]")).to_be_visible()


def test_declined_consent_is_no_sign_in_and_not_asked_again(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.configure(register_page(served, "Not yet", visitor.address, granted=False))
    visitor.page.goto(visitor.address + "#/leads")
    visitor.give(visitor.page)
    visitor.page.locator("button[value=decline]").click()
    title, details = visitor.trouble()
    assert title == "You were not signed in"
    assert "AADSTS65004" in details
    assert visitor.page.url == visitor.address + "#/"
