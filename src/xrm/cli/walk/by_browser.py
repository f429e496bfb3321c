"""The samples in headless Chromium: a person signs in at the pages and looks at leads.

Each sample's library asks for the token; the token is renewed as the library does it, in a hidden
frame or by the refresh token, and the person signs out.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from xrm.cli.walk.asking import Facts, LeftOut, Unexpected, check_password
from xrm.cli.walk.libraries import Step

_MILLISECONDS = 20_000
_MOST_PAGES = 50
_RECORDS, _REFUSED = ".records[aria-busy=false]", "form [aria-invalid=true]"
_SAID, _TROUBLE = "[role=status] .said", "[role=alert] .fault"


def sample(name: str, *, implicit: bool = False) -> Callable[[Facts], Step]:
    """Return what prepares the sample of a name; `implicit` tells that it needs that flow."""

    def prepare(facts: Facts) -> Step:
        address = _address(facts)
        check_password(facts)
        if implicit and facts["profile"] == "strict":
            raise LeftOut("the strict profile gives no access tokens at the authorize endpoint")
        with ExitStack() as opened:
            page = opened.enter_context(_Chromium(facts)).page()
            closing = opened.pop_all()

        def step() -> str:
            with closing:
                return _visit(page, f"{address}{name}/", facts)

        return step

    return prepare


def _address(facts: Facts) -> str:
    address = facts.get("samples_url")
    if not address:
        raise LeftOut("the samples are not hosted: xrm serve --samples")
    return str(address)


class _Chromium:
    """A headless Chromium that trusts the server, with a home that is removed at the end."""

    def __init__(self, facts: Facts) -> None:
        self._bundle = Path(facts["ca_bundle"])
        self._stack = ExitStack()

    def __enter__(self) -> "_Chromium":
        from playwright.sync_api import sync_playwright

        from xrm.testing import chromium

        program = chromium.program()
        if program is None:
            raise LeftOut("Chromium is not here")
        if not chromium.can_trust():
            raise LeftOut("certutil is not here (Debian: libnss3-tools)")
        with self._stack as stack:
            home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            playwright = stack.enter_context(sync_playwright())
            self._browser: Any = chromium.launch(
                playwright, program, Path(home), trusted=self._bundle.read_text()
            )
            stack.callback(self._browser.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def page(self) -> Any:
        """Return a page of a fresh browser."""
        page = self._browser.new_page()
        page.set_default_timeout(_MILLISECONDS)
        return page


def _visit(page: Any, address: str, facts: Facts) -> str:
    """Sign in, read leads, renew the token, sign out; return in a few words what came of it."""
    page.goto(address)
    page.locator("#sign-in").click()
    give = _give_at_entra if facts["deployment"] == "online" else _give_at_adfs
    give(page, facts["username"], facts["password"])
    _go_on(page, f"{_RECORDS}, {_TROUBLE}")
    _settled(page)
    # adal.js leaves a timer behind that spoils a second renewal within a second of the first.
    page.reload()
    _settled(page)
    page.locator("#tabs").get_by_text("Leads", exact=True).click()
    page.get_by_role("heading", name="Leads", exact=True).wait_for()
    leads = _leads(page)
    page.locator("details.developer summary").click()
    page.get_by_role("button", name="Renew token now").click()
    page.locator(f"{_SAID}, {_TROUBLE}").first.wait_for()
    _check(page)
    page.locator("#sign-out").click()
    page.locator("#sign-in").wait_for()
    return f"{leads} leads, token renewed, signed out"


def _give_at_entra(page: Any, username: str, password: str) -> None:
    page.locator("input[name=username]:visible").fill(username)
    page.locator("button[value=name]").click()
    _go_on(page, "input[name=password]:visible")
    page.locator("input[name=password]:visible").fill(password)
    page.locator("button[value=password]").click()


def _give_at_adfs(page: Any, username: str, password: str) -> None:
    page.locator("input[name$=UsernameTextBox]:visible").fill(username)
    given = page.locator("input[name$=PasswordTextBox]:visible")
    given.fill(password)
    given.press("Enter")


def _go_on(page: Any, wanted: str) -> None:
    """Wait for what comes after a form. Raises Unexpected where the same form comes again."""
    page.locator(f"{wanted}, {_REFUSED}").first.wait_for()
    if page.locator(_REFUSED).count():
        raise Unexpected("the pages do not let this person in")


def _settled(page: Any) -> None:
    page.locator(f"{_RECORDS}, {_TROUBLE}").first.wait_for()
    _check(page)


def _check(page: Any) -> None:
    trouble = page.locator(_TROUBLE)
    if trouble.count():
        raise Unexpected(" ".join(trouble.first.inner_text().split()))


def _leads(page: Any) -> int:
    """Count the leads on all pages of the table."""
    found = 0
    rows = page.locator(".records tbody tr")
    for _ in range(_MOST_PAGES):
        _settled(page)
        found += int(rows.count())
        further = page.get_by_role("button", name="Next page")
        if not further.count():
            return found
        first = rows.first.element_handle()
        further.click()
        page.wait_for_function("row => !row.isConnected", arg=first)
    raise Unexpected("the pages do not end")
