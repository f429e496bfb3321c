"""The pages in a real browser: for the keyboard alone, with script and without."""

import dataclasses
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.browser import Browser
from support.page_site import EVERY_PAGE, ORIGIN, show, show_styled
from support.sample_pages import FORM, RETURN, SAMPLES
from xrm.sts.faces.pages.shown import (
    DeviceDone,
    Failure,
    FormPost,
    SignedOut,
    SignInName,
    SignInPassword,
)

REACHED = """() => {
  const it = document.activeElement, style = getComputedStyle(it);
  const outline = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  return [it === document.body, it.name || it.id, it.value ?? "", outline];
}"""


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_the_policy_hinders_nothing_of_the_page(browser: Browser, name: str):
    page = browser.page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    show_styled(page, EVERY_PAGE[name])
    assert page.evaluate("getComputedStyle(document.body).display") == "flex"
    assert said == []


@pytest.mark.parametrize(
    ("name", "stops"),
    [
        ("sign-in-name", ["username", "step=name"]),
        ("sign-in-name-error", ["username", "step=name", "step=cancel"]),
        ("sign-in-password", ["password", "keep=true", "step=password", "step=other"]),
        ("sign-in-password-error", ["password", "step=password", "step=other"]),
        ("accounts", ["account=k1", "account=k2", "account=k3", "account=k4", "step=other"]),
        ("accounts-sign-out", ["account=k1", "account=k2"]),
        ("consent", ["step=accept", "step=decline"]),
        ("consent-administrator", ["for_all=true", "step=accept", "step=decline"]),
        ("approval-needed", ["step=other", "step=decline"]),
        ("new-password", ["password", "new_password", "again", "step=change"]),
        ("device-code", ["code", "step=code"]),
        ("device-confirm", ["step=accept", "step=decline"]),
        ("sign-out-confirm", ["step=sign-out", "step=stay"]),
        ("failure", ["a", "details", "copy"]),
    ],
)
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    browser: Browser, name: str, stops: list[str]
):
    page = browser.page()
    shown = SAMPLES[name]
    show(page, dataclasses.replace(shown, username="") if name == "sign-in-name-error" else shown)
    reached = []
    while not (at := page.evaluate(REACHED))[0] or not reached:
        if not at[0]:
            field, value, outline = at[1:]
            assert outline >= 2, field
            reached.append(f"{field}={value}" if value else field or "a")
        page.keyboard.press("Tab")
    assert reached == stops


@pytest.mark.parametrize("name", ["sign-in-name-error", "sign-in-password-error", "new-password"])
def test_an_error_is_told_with_the_field_that_has_the_focus(browser: Browser, name: str):
    page = browser.page()
    shown: Any = SAMPLES[name]
    show(page, shown)
    described = page.evaluate("document.activeElement.getAttribute('aria-describedby')")
    assert page.locator(f"#{described}").inner_text() == shown.error
    assert page.get_by_role("alert").inner_text() == shown.error


def test_a_sign_in_by_keyboard_posts_what_was_typed(browser: Browser):
    page = browser.page()
    show(page, SignInName(FORM, "Contoso Sales", "Contoso"))
    page.keyboard.type("ann@contoso.example")
    assert posted(page, "Enter") == (
        FORM.action,
        [("state", FORM.state), ("username", "ann@contoso.example"), ("step", "name")],
    )


def test_a_password_by_keyboard_posts_what_was_typed(browser: Browser):
    page = browser.page()
    show(page, SignInPassword(FORM, "Contoso Sales", "Contoso", "ann@contoso.example"))
    page.keyboard.type("Pass word&1")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert posted(page, "Enter")[1] == [
        ("state", FORM.state),
        ("username", "ann@contoso.example"),
        ("password", "Pass word&1"),
        ("keep", "true"),
        ("step", "password"),
    ]


def test_another_account_needs_no_password(browser: Browser):
    page = browser.page()
    show(page, SAMPLES["sign-in-password"])
    page.get_by_role("button", name="Use another account").focus()
    assert posted(page, "Enter")[1][-1] == ("step", "other")


def test_consent_for_all_is_posted_where_it_is_the_only_choice(browser: Browser):
    page = browser.page()
    show(page, SAMPLES["consent-for-all"])
    page.get_by_role("button", name="Accept").focus()
    assert posted(page, "Enter")[1][1:] == [("for_all", "true"), ("step", "accept")]


def test_an_account_is_posted_by_its_key(browser: Browser):
    page = browser.page()
    show(page, SAMPLES["accounts"])
    page.get_by_role("button", name="Ann Marlowe").focus()
    assert posted(page, "Enter")[1] == [("state", FORM.state), ("account", "k1")]


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_goes_on_by_itself_or_by_its_button(browser: Browser, script: bool):
    page = browser.page(java_script_enabled=script)
    fields = (("code", "0.A"), ("submit", "<x>"), ("action", "é"))
    with page.expect_request(RETURN) as request:
        show(page, FormPost(RETURN, fields))
        if not script:
            page.get_by_role("button", name="Continue").click()
    assert parse_qsl(request.value.post_data) == list(fields)


def test_applications_are_told_before_the_page_goes_on(browser: Browser):
    page = browser.page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    frames = ("https://one.example/out?sid=1", "https://two.example/out")
    with page.expect_request("https://app.example/bye?a=1"):
        show(page, SignedOut("ann@contoso.example", frames, "https://app.example/bye?a=1"))
    others = [url for url in asked if not url.startswith(ORIGIN)]
    assert (sorted(others[:-1]), others[-1]) == (sorted(frames), "https://app.example/bye?a=1")


def test_without_script_the_page_goes_on_too(browser: Browser):
    page = browser.page(java_script_enabled=False)
    with page.expect_request("https://app.example/bye"):
        show(page, SignedOut("ann@contoso.example", (), "https://app.example/bye"))


@pytest.mark.parametrize("script", [True, False])
def test_the_details_of_a_failure_are_copied(browser: Browser, script: bool):
    context = browser.context(java_script_enabled=script)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    failure = SAMPLES["failure"]
    assert isinstance(failure, Failure)
    show(page, failure)
    if script:
        page.get_by_role("button", name="Copy the details").click()
        page.get_by_text("Copied.").wait_for()
    else:
        assert not page.get_by_role("button", name="Copy the details").is_visible()
        page.locator("#details").click()
        page.keyboard.press("Control+C")
    copied = pasted(context)
    ids = (failure.correlation_id, failure.trace_id, failure.timestamp, failure.code)
    assert [each for each in ids if each not in copied] == []
    assert copied.startswith("AADSTS50011: The redirect URI 'https://app.contoso.example/signin-oi")


def test_no_page_is_shown_in_a_frame(browser: Browser):
    page = browser.page()
    show(page, DeviceDone("Contoso Sales", accepted=True))
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    frame = f"<iframe src='{ORIGIN}/page'></iframe>"
    page.route(
        "https://evil.example/", lambda route: route.fulfill(content_type="text/html", body=frame)
    )
    page.goto("https://evil.example/")
    assert any("frame-ancestors 'none'" in each for each in said)
    assert page.frames[1].get_by_text("You are signed in").count() == 0


def posted(page: Any, key: str) -> tuple[str, list[tuple[str, str]]]:
    """Press a key and return the path and the fields of the form that it posts."""
    with page.expect_request(lambda request: request.method == "POST") as request:
        page.keyboard.press(key)
    path = urlsplit(request.value.url).path
    return path, parse_qsl(request.value.post_data, keep_blank_values=True)


def pasted(context: Any) -> str:
    """Return what is pasted into an empty field elsewhere."""
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(content_type="text/html", body="<textarea>"))
    page.goto("https://elsewhere.example/")
    page.locator("textarea").focus()
    page.keyboard.press("Control+V")
    return str(page.locator("textarea").input_value())
