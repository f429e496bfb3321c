"""The states of the samples that people see: drawn by tools/pages.py, and held to looks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import expect

from support.browser import PATIENCE_MS, Browser
from support.samples import Visitor
from support.served import Served

_TOKEN_EXPIRED = 'sessionStorage.setItem("adal.expiration.key" + organizationURI, "0")'


@dataclass(frozen=True, slots=True)
class Look:
    """A state of a sample, and how somebody who has just opened the sample comes there."""

    sample: str
    reach: Callable[[Visitor], None]
    signed_in: bool = True

    @property
    def has_list(self) -> bool:
        """Whether the page is as long as there are records."""
        return self.signed_in


def _index(visitor: Visitor) -> None:
    visitor.page.goto(visitor.served["samples_url"])


def _signed_out(visitor: Visitor) -> None:
    expect(visitor.page.locator("#sign-in")).to_have_text("Sign in")


def _password(visitor: Visitor) -> None:
    visitor.page.locator("#sign-in").click()
    visitor.page.locator("input[name=username]").fill(visitor.served["username"])
    visitor.page.locator("button[value=name]").click()
    visitor.page.locator("input[name=password]").wait_for()


def _leads(visitor: Visitor) -> None:
    visitor.show("Leads")


def _form(visitor: Visitor) -> None:
    _leads(visitor)
    visitor.page.get_by_role("button", name="Edit").first.click()
    expect(visitor.page.get_by_role("dialog").get_by_role("heading")).to_have_text("Edit lead")


def _question(visitor: Visitor) -> None:
    _leads(visitor)
    visitor.page.get_by_role("button", name="Delete").first.click()
    visitor.page.get_by_role("dialog").wait_for()


def _missing_right(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Delete").first.click()
    visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    _told(visitor, "You may not do that")


def _signed_out_elsewhere(visitor: Visitor) -> None:
    _leads(visitor)
    visitor.context.clear_cookies()
    # As when its time is up.
    visitor.page.evaluate(_TOKEN_EXPIRED)
    visitor.press("Next page")
    _told(visitor, "You are signed out")


def _endless_names(visitor: Visitor) -> None:
    _leads(visitor)
    visitor.press("New lead")
    subject = "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED} " + "\N{LATIN SMALL LETTER AE}" * 200
    visitor.write(subject=subject, firstname="A", lastname="W" * 49, companyname="W" * 99)
    assert visitor.said().endswith("was created.")
    visitor.settled()


def _right_to_left(visitor: Visitor) -> None:
    _endless_names(visitor)
    visitor.page.evaluate("document.documentElement.dir = 'rtl'")


def _told(visitor: Visitor, title: str) -> None:
    expect(visitor.page.locator("[role=alert] .title")).to_have_text(title, timeout=PATIENCE_MS)


DRAWN_LOOKS: dict[str, Look] = {
    "samples": Look("spa-msal", _index, signed_in=False),
    "sample-signed-out-adal": Look("spa-adal", _signed_out, signed_in=False),
    "sample-signed-out-adal-angular": Look("spa-adal-angular", _signed_out, signed_in=False),
    "sample-signed-out-msal": Look("spa-msal", _signed_out, signed_in=False),
    "sample-leads": Look("spa-msal", _leads),
    "sample-form": Look("spa-msal", _form),
    "sample-question": Look("spa-msal", _question),
    "sample-missing-right": Look("spa-msal", _missing_right),
    "sample-signed-out-elsewhere": Look("spa-adal", _signed_out_elsewhere),
}
"""The states of which there are pictures, by name."""

SAMPLE_LOOKS: dict[str, Look] = {
    **DRAWN_LOOKS,
    "password": Look("spa-msal", _password, signed_in=False),
    "leads in adal-angular": Look("spa-adal-angular", _leads),
    "endless names": Look("spa-msal", _endless_names),
    "right to left": Look("spa-msal", _right_to_left),
}
"""Every state."""


class Visitors:
    """The salesperson and somebody unknown at each sample; each signs in once.

    `options` are those of the browser's contexts.
    """

    def __init__(self, served: Served, browser: Browser, **options: Any) -> None:
        self._served = served
        self._browser = browser
        self._options = options
        self._known: dict[tuple[str, bool], Visitor] = {}

    def at(self, name: str) -> Any:
        """Come to a state and return the browser's page; the pointer rests on nothing.

        Where the state ends a session, that sample is of no more use to who was signed in.
        """
        look = SAMPLE_LOOKS[name]
        visitor = self._visitor(look.sample, look.signed_in)
        look.reach(visitor)
        visitor.page.mouse.move(0, 0)
        visitor.page.evaluate("scrollTo(0, 0)")
        return visitor.page

    def _visitor(self, sample: str, signed_in: bool) -> Visitor:
        if visitor := self._known.get((sample, signed_in)):
            visitor.open()
            # Where only what is behind the # differs, the browser does not load the page.
            visitor.page.reload()
        else:
            visitor = Visitor(self._served, self._browser, sample, **self._options)
            (visitor.sign_in if signed_in else visitor.open)()
            self._known[(sample, signed_in)] = visitor
        if signed_in:
            visitor.settled()
        return visitor
