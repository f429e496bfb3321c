"""The browser trusts the authority it is given and no other, and forms end where they may."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from support.browser import Browser
from support.sample_pages import FORM
from xrm.sts.faces.pages import answer, asset
from xrm.sts.faces.pages.shown import FormPost, Page, SignOutConfirm
from xrm.wire.http import Response


@dataclass
class Site:
    """A site over TLS: what it answers to each method and path, and the origins it was sent."""

    url: str = ""
    answers: dict[tuple[str, str], Response] = field(default_factory=dict)
    origins: list[str | None] = field(default_factory=list)

    def shows(self, page: Page, *leads_to: str) -> None:
        self.answers["GET", "/page"] = answer(page, leads_to=leads_to)

    def redirects(self, method: str, path: str, to: str) -> None:
        self.answers[method, path] = Response(303, (("Location", to),))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trust") / "ca.pem"
    # Two in one file, as bundles are; the one that matters comes last.
    other = trustme.CA(organization_name="other").cert_pem.bytes()
    path.write_bytes(other + authority.cert_pem.bytes())
    return path


@pytest.fixture
def service(authority: trustme.CA) -> Iterator[Site]:
    yield from serving(authority)


@pytest.fixture
def application(authority: trustme.CA) -> Iterator[Site]:
    yield from serving(authority)


def serving(authority: trustme.CA) -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            site.origins.append(self.headers["Origin"])
            self.answer()

        def answer(self) -> None:
            path = urlsplit(self.path).path
            found = site.answers.get((self.command, path)) or asset(path) or Response(404)
            self.send_response(found.status)
            for name, value in found.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *args: Any) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # A hasty client's connection must not hold up the accepting thread.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    site.url = f"https://localhost:{server.server_port}"
    site.answers["GET", "/end"] = Response(200, (("Content-Type", "text/html"),), b"<h1>Landed")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_authority_is_trusted_where_it_is_named(browser: Browser, ca: Path, service: Site):
    page = browser.page(ca=ca)
    assert page.goto(f"{service.url}/end").status == 200


def test_an_authority_that_is_not_named_is_not_trusted(browser: Browser, service: Site):
    from playwright.sync_api import Error

    page = browser.page()
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(f"{service.url}/end")


def test_a_form_ends_at_an_application_that_redirects_further(
    browser: Browser, ca: Path, service: Site, application: Site
):
    service.shows(SignOutConfirm(FORM, "ann"), f"{application.url}/callback")
    service.redirects("POST", FORM.action, f"{application.url}/callback")
    application.redirects("GET", "/callback", f"{application.url}/end")
    page = browser.page(ca=ca)
    page.goto(f"{service.url}/page")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("Landed").wait_for()
    assert page.url == f"{application.url}/end"
    assert service.origins == [service.url]


def test_a_form_ends_nowhere_that_was_not_named(
    browser: Browser, ca: Path, service: Site, application: Site
):
    service.shows(SignOutConfirm(FORM, "ann"))
    service.redirects("POST", FORM.action, f"{application.url}/end")
    page = browser.page(ca=ca)
    page.goto(f"{service.url}/page")
    with page.expect_console_message(lambda message: "form-action 'self'" in message.text):
        page.get_by_role("button", name="Sign out").click()
    assert page.url == f"{service.url}/page"


def test_an_answer_posted_to_an_application_names_where_it_comes_from(
    browser: Browser, ca: Path, service: Site, application: Site
):
    service.shows(FormPost(f"{application.url}/signin-oidc", (("code", "1"),)))
    service.redirects("GET", "/home", f"{service.url}/end")
    application.redirects("POST", "/signin-oidc", f"{service.url}/home")
    page = browser.page(ca=ca)
    page.goto(f"{service.url}/page", wait_until="commit")
    page.get_by_text("Landed").wait_for()
    assert application.origins == [service.url]
