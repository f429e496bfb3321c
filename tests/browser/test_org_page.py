"""The organization's page in Chromium: signing in and out at the token service, and its look."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.browser import Browser
from support.served import Served, free_port, serving
from support.static_site import ELSEWHERE, HERE, static_site

SALESPERSON = "Sofia Lindqvist"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """Return a server with the demonstration organization."""
    with serving("--memory", "--port", "0", "--org-port", "0") as served:
        yield served


def said(page: Any) -> list[str]:
    """Return what a page's console says from now on."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


def enter(page: Any, server: Served) -> None:
    """Sign in by keyboard alone, from the organization's page and back to it."""
    page.goto(server["organization_url"])
    page.get_by_role("link", name="Sign in").focus()
    page.keyboard.press("Enter")
    page.locator("input[name=username]:focus").wait_for()
    page.keyboard.type(server["username"])
    page.keyboard.press("Enter")
    page.locator("input[name=password]:focus").wait_for()
    page.keyboard.type(server["password"])
    page.keyboard.press("Enter")
    page.get_by_text(SALESPERSON).wait_for()


def session_of(page: Any) -> dict[str, Any]:
    """Return the cookie of the page's session."""
    (found,) = (one for one in page.context.cookies() if one["name"].endswith("-page"))
    return dict(found)


def test_signing_in_and_out_by_keyboard(browser: Browser, server: Served):
    page = browser.page(ca=server["ca_bundle"])
    lines = said(page)
    enter(page, server)
    assert page.url == server["organization_url"]
    assert page.get_by_text(server["username"]).is_visible()
    cookie = session_of(page)
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")
    assert not [one for one in page.context.cookies() if one["name"].endswith("-signin")]
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sign in").wait_for()
    assert page.url == server["organization_url"]
    # The token service has ended its session too: it asks who it is.
    page.get_by_role("link", name="Sign in").click()
    page.locator("input[name=username]:focus").wait_for()
    assert page.url.startswith(server["authority"])
    assert lines == []


def test_a_session_at_the_token_service_is_enough(browser: Browser, server: Served):
    page = browser.page(ca=server["ca_bundle"])
    enter(page, server)
    page.context.clear_cookies(name=session_of(page)["name"])
    page.reload()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_text(SALESPERSON).wait_for()
    assert page.url == server["organization_url"]


def test_a_sign_in_that_is_left_is_none(browser: Browser, server: Served):
    page = browser.page(ca=server["ca_bundle"])
    page.goto(server["organization_url"])
    page.get_by_role("link", name="Sign in").click()
    page.locator("input[name=username]:focus").wait_for()
    page.go_back()
    page.get_by_text("Nobody is signed in").wait_for()


def test_across_sites_the_answer_comes_with_its_cookie(browser: Browser):
    """Another host is another site: the token service's post is cross-site there."""
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    ports = ("--port", "0", "--org-port", str(port))
    with serving("--memory", *ports, "--org-url", url) as server:
        page = browser.page(ca=server["ca_bundle"])
        enter(page, server)
        assert page.url == f"{url}/"
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="Sign in").wait_for()


@pytest.mark.parametrize("host", [HERE, ELSEWHERE])
def test_no_page_frames_it(browser: Browser, server: Served, host: str):
    page = browser.page(ca=server["ca_bundle"])
    frame = f'<iframe src="{server["organization_url"]}"></iframe>'
    with (
        static_site({"/frame.html": frame}) as site,
        page.expect_console_message(lambda message: "frame-ancestors" in message.text),
    ):
        page.goto(f"{site.origin(host)}/frame.html")


def test_what_is_not_there_has_the_same_look(browser: Browser, server: Served):
    page = browser.page(ca=server["ca_bundle"])
    answered = page.goto(server["organization_url"] + "main.aspx")
    assert answered.status == 404
    assert page.get_by_role("heading").inner_text() == "There is no such page"
    assert page.evaluate("getComputedStyle(document.body).display") == "flex"
