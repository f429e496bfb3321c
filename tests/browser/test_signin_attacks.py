"""Attacks that only a browser shows: frames, forged posts, cookies of ports; what is logged."""

import html
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from support.browser import Browser
from support.served import Served, serving
from support.signing_in import challenge

EVIL = "https://evil.example/"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0", "--log-level", "debug") as server:
        yield server


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Served]:
    """Another server of the same host, on other ports."""
    with serving("--memory", "--port", "0", "--profile", "strict") as server:
        yield server


@pytest.fixture
def page(browser: Browser, served: Served) -> Any:
    return browser.page(ca=served["ca_bundle"])


def base(served: Served) -> str:
    parts = urlsplit(served["authority"])
    return f"{parts.scheme}://{parts.netloc}"


def authorize(served: Served, **changes: str) -> str:
    fields = {
        "client_id": served["public_client_id"],
        "response_type": "code",
        "redirect_uri": f"{base(served)}/common/oauth2/nativeclient",
        "scope": f"{served['organization_url']}/user_impersonation openid profile",
        "state": "a state",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{served.tenant_authority}/oauth2/v2.0/authorize?{urlencode(fields)}"


def sign_in(page: Any, served: Served) -> str:
    """Sign the salesperson in; return the code the program gets."""
    page.goto(authorize(served))
    page.locator("[name=username]").fill(served["username"])
    page.keyboard.press("Enter")
    page.locator("[name=password]").fill(served["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/nativeclient?*")
    code: str = parse_qs(urlsplit(page.url).query)["code"][0]
    return code


def is_signed_in(page: Any, served: Served) -> bool:
    page.goto(authorize(served, prompt="none"))
    return "code" in parse_qs(urlsplit(page.url).query)


class Elsewhere(ThreadingHTTPServer):
    """Another site. 127.0.0.1 is another than localhost, and as near: browsers hinder what is
    far from asking what is on the machine.
    """

    markup = ""

    def shows(self, page: Any, markup: str) -> None:
        self.markup = markup
        page.goto(f"http://127.0.0.1:{self.server_port}/")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Elsewhere)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.markup.encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    site = Elsewhere(("127.0.0.1", 0), Handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield site
    site.shutdown()
    site.server_close()


def test_no_page_shows_in_a_frame_of_another_site_signed_in_or_not(page, served, elsewhere):
    pages = (
        authorize(served),
        authorize(served, prompt="select_account"),
        authorize(served, redirect_uri=EVIL),
        f"{base(served)}/common/oauth2/deviceauth",
        f"{base(served)}/common/oauth2/logout",
        f"{base(served)}/error?code=50011",
    )
    for signed in (False, True):
        if signed:
            sign_in(page, served)
        for url in pages:
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            elsewhere.shows(page, f"<iframe src='{html.escape(url)}'></iframe>")
            page.wait_for_load_state()
            assert page.frames[1].locator("main").count() == 0
            assert any("frame-ancestors" in text for text in said), (url, said)
    assert is_signed_in(page, served)


def test_another_site_s_form_signs_nobody_in(page, served, browser, elsewhere):
    # The attacker's page posts a state it got itself: the victim's browser was not given it.
    theirs = browser.page(ca=served["ca_bundle"])
    theirs.goto(authorize(served))
    state = theirs.locator("[name=state]").first.input_value()
    for fields in ({"step": "name", "username": served["username"]}, {"step": "accept"}):
        inputs = "".join(
            f"<input name='{name}' value='{value}'>"
            for name, value in {"state": state, **fields}.items()
        )
        form = f"<form method=post action='{base(served)}/common/login'>{inputs}</form>"
        elsewhere.shows(page, form)
        with page.expect_navigation():
            page.evaluate("document.forms[0].submit()")
        assert "AADSTS165000" in page.content()
    assert not is_signed_in(page, served)


def test_no_picture_frame_or_script_of_another_site_signs_anybody_out(page, served, elsewhere):
    sign_in(page, served)
    url = f"{base(served)}/common/oauth2/v2.0/logout"
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: asked.append(request.url))
    elsewhere.shows(page, f"<img src='{url}?picture'><iframe src='{url}?frame'></iframe>")
    page.wait_for_load_state("networkidle")
    assert {f"{url}?picture", f"{url}?frame"} <= set(asked)
    page.evaluate(f"fetch('{url}?script', {{mode: 'no-cors', credentials: 'include'}})")
    assert is_signed_in(page, served)


def test_no_script_of_another_origin_reads_an_answer(page, served, elsewhere):
    sign_in(page, served)
    elsewhere.shows(page, "<p>evil</p>")
    for url in (authorize(served, prompt="none"), f"{base(served)}/common/oauth2/deviceauth"):
        failed = page.evaluate(
            "url => fetch(url, {credentials: 'include'}).then(() => 'read', () => 'refused')", url
        )
        assert failed == "refused"


def test_no_script_reads_or_sets_the_cookies_at_any_origin_of_the_host(both, served, neighbour):
    sign_in(both, served)
    cookies = {one["name"]: one["value"] for one in both.context.cookies()}
    for url in (
        f"{base(served)}/common/oauth2/deviceauth",
        f"{served['organization_url']}api/data/v9.2/",
        f"{base(neighbour)}/common/oauth2/deviceauth",
        f"{neighbour['organization_url']}api/data/v9.2/",
    ):
        both.goto(url)
        assert both.evaluate("document.cookie") == ""
        for name in cookies:
            both.evaluate(f"document.cookie = '{name}=planted; Path=/; Secure; SameSite=None'")
            both.evaluate(f"document.cookie = '{name}=planted; Path=/common; Secure'")
            both.evaluate(f"document.cookie = '{name}=planted; Domain=localhost; Path=/; Secure'")
    now = {one["name"]: one["value"] for one in both.context.cookies()}
    assert {name: now[name] for name in cookies} == cookies
    assert is_signed_in(both, served)


@pytest.fixture
def both(browser: Browser, served: Served, neighbour: Served, tmp_path: Path) -> Any:
    """Return a page of a browser that trusts both servers."""
    bundle = tmp_path / "both.pem"
    bundle.write_text("".join(Path(one["ca_bundle"]).read_text() for one in (served, neighbour)))
    return browser.page(ca=bundle)


def test_two_servers_of_one_host_leave_each_other_s_sessions_alone(both, served, neighbour):
    page = both
    sign_in(page, served)
    mine = {one["name"]: one["value"] for one in page.context.cookies()}
    assert not is_signed_in(page, neighbour)
    sign_in(page, neighbour)
    now = {one["name"]: one["value"] for one in page.context.cookies()}
    assert {name: now[name] for name in mine} == mine
    assert len(now) == 2 * len(mine)
    page.goto(f"{base(neighbour)}/common/oauth2/v2.0/logout")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    assert is_signed_in(page, served)
    assert not is_signed_in(page, neighbour)


def test_a_second_tab_that_signs_in_as_well_breaks_neither(page, served):
    context = page.context
    second = context.new_page()
    page.goto(authorize(served))
    second.goto(authorize(served))
    for tab in (page, second):
        tab.locator("[name=username]").fill(served["username"])
        tab.keyboard.press("Enter")
        tab.locator("[name=password]").fill(served["password"])
    for tab in (page, second):
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/nativeclient?*")
        assert "code=" in tab.url


def test_nothing_secret_is_in_the_server_s_log(page, served):
    seen = {served["password"], sign_in(page, served)}
    seen |= {one["value"] for one in page.context.cookies()}
    assert is_signed_in(page, served)
    form = {
        "grant_type": "authorization_code",
        "client_id": served["public_client_id"],
        "code": parse_qs(urlsplit(page.url).query)["code"][0],
        "redirect_uri": f"{base(served)}/common/oauth2/nativeclient",
        "code_verifier": "verifier-verifier-verifier-verifier-verifier",
    }
    with served.http() as http:
        answer = http.post(f"{served.tenant_authority}/oauth2/v2.0/token", data=form).json()
        bearer = {"Authorization": f"Bearer {answer['access_token']}"}
        cookies = {"Cookie": "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())}
        leads = http.get(f"{served['web_api_url']}leads?$top=1", headers={**bearer, **cookies})
        assert leads.status_code == 200
        refused = http.get(
            f"{served['web_api_url']}leads", headers={"Authorization": "Bearer x.y.z"}
        )
        assert refused.status_code == 401
    seen |= {form["code"], answer["access_token"], answer["id_token"], form["code_verifier"]}
    page.goto(f"{base(served)}/common/oauth2/logout?id_token_hint={answer['id_token']}")
    page.goto(authorize(served, redirect_uri=EVIL))
    log = served.log.read_text()
    hidden = {part for text in seen for part in (text, *text.split(".")) if len(part) > 11}
    assert len(hidden) > 10
    assert not [text for text in hidden if text in log]
