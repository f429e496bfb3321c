"""The sample with msal-browser 5, in Chromium: codes with PKCE, by redirect and in a window."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from support.browser import Browser
from support.samples import (
    TWO_HOURS,
    Visitor,
    new_person,
    register_page,
    works_with_records,
)
from support.served import Served

SAMPLE = "spa-msal"


def grants(visitor: Visitor) -> list[str]:
    """Return a list that fills with the grants the page asks the token endpoint for."""
    found: list[str] = []

    def note(request: Any) -> None:
        if urlsplit(request.url).path.endswith("/token"):
            found.append(parse_qs(request.post_data)["grant_type"][0])

    visitor.page.on("request", note)
    return found


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_person_signs_in_and_works_with_records(served: Served, browser: Browser, secure: bool):
    visitor = Visitor(served, browser, SAMPLE, secure=secure)
    preflights, asked = visitor.preflights(), grants(visitor)
    visitor.sign_in()
    assert visitor.page.locator("#name").inner_text() == "Sofia Lindqvist"
    works_with_records(visitor)
    assert asked == ["authorization_code"]
    assert {one["access-control-request-method"] for one in preflights} >= {"GET", "POST", "PATCH"}
    assert visitor.page.url == visitor.address
    assert visitor.faults == []


def test_a_person_signs_in_in_a_window(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.open()
    loads = list(visitor.loads)
    with visitor.page.expect_popup() as opened:
        visitor.press("Sign in in a window")
    visitor.give(opened.value)
    visitor.settled()
    assert visitor.names()
    # The page itself never left its address.
    assert set(visitor.loads) == set(loads)


def test_a_window_that_is_closed_may_be_opened_again(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.open()
    with visitor.page.expect_popup() as opened:
        visitor.press("Sign in in a window")
    opened.value.locator("input[name=username]").wait_for()
    opened.value.close()
    visitor.press("Sign in")
    assert visitor.trouble()[0] == "A sign-in has begun already"
    with visitor.page.expect_popup() as opened:
        visitor.press("Sign in in a window")
    visitor.give(opened.value)
    visitor.settled()
    assert visitor.names()


def test_a_reload_keeps_the_account(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    asked = grants(visitor)
    visitor.page.reload()
    visitor.settled()
    assert visitor.names()
    assert asked == []


def test_a_token_is_renewed_before_it_expires_and_the_page_stays(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.show("Leads")
    visitor.press("New lead")
    loads, asked = list(visitor.loads), grants(visitor)
    visitor.later(TWO_HOURS)
    visitor.write(subject="Typed for two hours", lastname="Zzz-msal")
    assert visitor.said() == "Zzz-msal was created."
    assert asked == ["refresh_token"]
    assert visitor.loads == loads


def test_a_refresh_token_that_is_refused_leaves_the_hidden_frame(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    asked, silent, loads = grants(visitor), visitor.silent_requests(), list(visitor.loads)
    refused = '{"error": "invalid_grant", "error_description": "AADSTS700084: It has expired."}'
    visitor.page.route(
        "**/oauth2/v2.0/token*",
        lambda route: (
            route.fulfill(
                status=400,
                body=refused,
                content_type="application/json",
                headers={"Access-Control-Allow-Origin": "*"},
            )
            if "grant_type=refresh_token" in (route.request.post_data or "")
            else route.continue_()
        ),
    )
    visitor.renew()
    assert visitor.said() == "The token was renewed."
    assert asked == ["refresh_token", "authorization_code"]
    assert len(silent) == 1
    assert visitor.loads == loads


def test_who_signed_out_elsewhere_is_told_and_may_sign_in_again(served: Served, browser: Browser):
    person = new_person(served, "sven", role="Salesperson")
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in(*person)
    served.run("user", "revoke-sessions", person.username)
    visitor.renew()
    title, details = visitor.trouble()
    assert title == "You are signed out"
    assert "AADSTS" in details
    visitor.press("Sign in again")
    visitor.give(visitor.page, *person)
    visitor.settled()
    assert visitor.names()


def test_sign_out_ends_the_session(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.sign_in()
    visitor.press("Sign out")
    visitor.page.locator("#sign-in").wait_for()
    expect(visitor.page).to_have_url(visitor.address)
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


def test_the_page_of_windows_opened_by_hand_says_so(served: Served, browser: Browser):
    visitor = Visitor(served, browser, SAMPLE)
    visitor.page.goto(visitor.address + "redirect.html")
    expect(visitor.page.locator("p")).to_have_text("There is no answer of a sign-in here.")
