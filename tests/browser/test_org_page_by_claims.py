"""The pages of claims-based organizations in Chromium: signing in at their farm, and out of all."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.browser import Browser
from support.farms import PASSWORD_FIELD, USERNAME
from support.served import Served, serving
from support.static_site import HERE, static_site

SALESPERSON = "Sofia Lindqvist"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Return a server with organizations of one farm: two with hosts, one with a path."""
    with serving("--memory", "--port", "0", "--deployment", "ifd") as server:
        tenant = ("--tenant", "contoso.localhost")
        server.run("org", "create", "northwind", "--deployment", "ifd", *tenant)
        server.run("org", "create", "woodgrove", "--deployment", "on-premises", *tenant)
        yield server


def url_of(served: Served, name: str) -> str:
    """Return an organization's address."""
    return {
        "contoso": served["organization_url"],
        "northwind": f"https://northwind.{served['ifd_host']}/",
        "woodgrove": f"{served['organizations_url']}woodgrove/",
    }[name]


@pytest.fixture
def page(browser: Browser, served: Served) -> Any:
    return browser.page(ca=served["ca_bundle"])


def give_password(page: Any, served: Served) -> None:
    """Fill in the page of the farm, by keyboard."""
    page.locator(f'[name="{USERNAME}"]').fill(served["username"])
    page.keyboard.press("Tab")
    page.keyboard.type(served["password"])
    page.keyboard.press("Enter")


def enter(page: Any, served: Served, name: str = "contoso") -> None:
    """Sign in at an organization, from its page and back to it."""
    page.goto(url_of(served, name))
    give_password(page, served)
    page.get_by_text(SALESPERSON).wait_for()


def sessions(page: Any) -> dict[str, dict[str, Any]]:
    """Return the cookies of organizations' sessions by host and name."""
    return {
        f"{one['domain']} {one['name']}": one
        for one in page.context.cookies()
        if one["name"].startswith("__Host-MSISAuth-") and one["domain"] != "localhost"
    }


def test_a_person_signs_in_and_out(page: Any, served: Served) -> None:
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.on("pageerror", lambda error: lines.append(str(error)))
    url = url_of(served, "contoso")
    page.goto(url)
    asked = urlsplit(page.url)
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{served['adfs_url']}/ls/"
    assert parse_qs(asked.query)["wtrealm"] == [url]
    give_password(page, served)
    page.get_by_text(SALESPERSON).wait_for()
    assert page.url == url
    assert page.get_by_text(served["username"]).is_visible()
    (cookie,) = sessions(page).values()
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "None")
    assert (cookie["domain"], cookie["expires"]) == (urlsplit(url).hostname, -1)

    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    # The farm says so as well, on the way there.
    page.wait_for_url(f"{url}signedout")
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert sessions(page) == {}
    # The farm has ended its session too: it asks who it is.
    page.get_by_role("link", name="Sign in").click()
    page.locator(f'[name="{PASSWORD_FIELD}"]').wait_for()
    assert lines == []


def test_other_organizations_of_the_farm_ask_nothing_and_all_are_left_at_once(
    page: Any, served: Served
) -> None:
    enter(page, served)
    for name in ("northwind", "woodgrove"):
        page.goto(url_of(served, name))
        page.get_by_text(SALESPERSON).wait_for()
        assert page.url == url_of(served, name)
    assert len(sessions(page)) == 2
    page.get_by_role("button", name="Sign out").click()
    # The farm says so as well, on the way there.
    page.wait_for_url(f"{url_of(served, 'woodgrove')}signedout")
    page.get_by_role("heading", name="You are signed out").wait_for()
    # The farm's page had a frame for each of the others, and their sessions ended in it.
    assert sessions(page) == {}
    for name in ("contoso", "northwind", "woodgrove"):
        page.goto(url_of(served, name))
        page.locator(f'[name="{PASSWORD_FIELD}"]').wait_for()


def test_a_visit_goes_on_to_where_it_was_going(page: Any, served: Served) -> None:
    page.goto(f"{url_of(served, 'contoso')}?etn=account&name=A%26B#top")
    give_password(page, served)
    page.get_by_text(SALESPERSON).wait_for()
    assert page.url == f"{url_of(served, 'contoso')}?etn=account&name=A%26B"
    # Back and again to it: the token was used, but who brings it is signed in.
    page.go_back()
    page.get_by_text(SALESPERSON).wait_for()


def test_two_tabs_sign_in_side_by_side(page: Any, served: Served) -> None:
    url, second = url_of(served, "contoso"), page.context.new_page()
    page.goto(f"{url}?tab=1")
    second.goto(f"{url}?tab=2")
    for each, number in ((page, 1), (second, 2)):
        give_password(each, served)
        each.get_by_text(SALESPERSON).wait_for()
        assert each.url == f"{url}?tab={number}"


def test_without_its_cookie_nobody_goes_round_in_circles(page: Any, served: Served) -> None:
    page.goto(url_of(served, "contoso"))
    page.context.clear_cookies(domain="contoso.xrm.localhost")
    give_password(page, served)
    page.get_by_role("heading", name="This sign-in was not begun here").wait_for()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_text(SALESPERSON).wait_for()


def test_no_page_frames_it(page: Any, served: Served) -> None:
    enter(page, served)
    frame = f'<iframe src="{url_of(served, "contoso")}"></iframe>'
    with (
        static_site({"/frame.html": frame}) as site,
        page.expect_console_message(lambda message: "frame-ancestors" in message.text),
    ):
        page.goto(f"{site.origin(HERE)}/frame.html")
