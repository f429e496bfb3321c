"""A person at the pages of a token service, in Chromium, and programs that send one there."""

import webbrowser
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Queue
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from support.browser import PATIENCE_MS, Browser
from support.served import Served

MOST_PAGES = 12
PATIENCE_SECONDS = 60
T = TypeVar("T")
NATIVE = "/common/oauth2/nativeclient"
# The libraries advise against passwords, and ADAL is of another time altogether.
by_a_deprecated_way = pytest.mark.filterwarnings("ignore::DeprecationWarning")
STEPS = ("name", "password", "code", "accept", "change")
"""The buttons by which a person goes on; a page has one of them."""


class Walker:
    """A person with an account and a browser, who gives each page what it asks and goes on.

    One walker is one browser: who signed in once is known there. `headings` are those of the
    pages gone through, in order.
    """

    def __init__(self, served: Served, browser: Browser, *, username: str, password: str) -> None:
        self._service = served["authority"].rstrip("/") + "/"
        self._given = {"username": username, "password": password}
        self._username = username
        self._page = browser.page(ca=served["ca_bundle"])
        self.headings: list[str] = []

    def go(self, address: str, *, code: str = "") -> str:
        """Go through the pages that follow an address; return where they end.

        `code` is the one a device shows. The end is an address that is not the service's, or
        that of a page which asks nothing more.
        """
        self.headings.clear()
        self._page.goto(address)
        for _ in range(MOST_PAGES):
            # An answer by form goes on by itself.
            self._page.locator("form#answer").wait_for(state="detached")
            self._page.wait_for_load_state()
            if self._is_elsewhere(self._page.url) or not self._page.locator("form").count():
                return str(self._page.url)
            self.headings.append(self._page.inner_text("h1"))
            self._answer(self._given | {"code": code})
        raise AssertionError(f"the pages do not end: {self.headings}")

    @property
    def text(self) -> str:
        """What the last page says."""
        return str(self._page.inner_text("body"))

    def _answer(self, given: dict[str, str]) -> None:
        for name, text in given.items():
            field = self._page.locator(f"input[name={name}]:visible")
            if field.count():
                field.fill(text)
        button = self._page.locator(
            ", ".join(f"button[name=step][value={step}]" for step in STEPS)
            + f", button[name=account]:has-text({self._username!r})"
        )
        with self._page.expect_navigation(timeout=PATIENCE_MS):
            button.click()

    def _is_elsewhere(self, address: str) -> bool:
        return not address.startswith(self._service)


class _Opener(webbrowser.BaseBrowser):
    """The browser of this process, as programs know it; it only passes addresses on."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: Queue[str | None] | None = None

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        """Pass an address on, where anybody waits for one."""
        if self.addresses is None:
            return False
        self.addresses.put(url)
        return True


_OPENER = _Opener()
webbrowser.register("walked", None, _OPENER, preferred=True)


def in_browser(walker: Walker, program: Callable[[], T]) -> T:
    """Run a program that opens a browser and waits; the walker does there what a person does.

    Programs find the browser by `webbrowser`. They wait in a thread of their own, since Chromium
    obeys only the one that started it.
    """
    with _opened() as addresses, ThreadPoolExecutor(1) as threads:
        result = threads.submit(program)
        result.add_done_callback(lambda _: addresses.put(None))
        address = addresses.get(timeout=PATIENCE_SECONDS)
        if address is not None:
            walker.go(address)
        return result.result(timeout=PATIENCE_SECONDS)


@contextmanager
def _opened() -> Iterator[Queue[str | None]]:
    _OPENER.addresses = Queue()
    try:
        yield _OPENER.addresses
    finally:
        _OPENER.addresses = None


def scopes(served: Served) -> list[str]:
    """Return the scopes by which a program asks for the organization."""
    return [f"{served['organization_url']}/user_impersonation"]


def default(served: Served) -> str:
    """Return the scope that asks for all of the organization."""
    return f"{served['organization_url']}.default"


def public(served: Served, client_id: str = "") -> Any:
    """Return msal's public client, which is the demonstration's unless another is named."""
    import msal

    return msal.PublicClientApplication(
        client_id or served["public_client_id"],
        authority=served.tenant_authority,
        instance_discovery=False,
    )


def answer_of(address: str) -> dict[str, str]:
    """Return what an address at which the pages ended carries."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
