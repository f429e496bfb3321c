"""The pages under an address of their own in a browser, without a server."""

from typing import Any
from urllib.parse import urlsplit

from support.sample_org_pages import ORGANIZATION_SAMPLES
from support.sample_pages import SAMPLES
from xrm.org.faces.web import render as organization
from xrm.org.faces.web.shown import Home, Message
from xrm.org.faces.web.shown import Page as OrganizationPage
from xrm.sts.faces.pages import answer, asset
from xrm.sts.faces.pages.shown import Page
from xrm.wire.http import Response

Shown = Page | OrganizationPage
EVERY_PAGE: dict[str, Shown] = {**SAMPLES, **ORGANIZATION_SAMPLES}
"""The samples of the token service's pages and of the organization's, by name."""

ORIGIN = "https://sts.example"
_STYLED = """(link) => link.sheet ? 1
  : new Promise((done) => link.addEventListener("load", () => done(1)))"""


def show(page: Any, shown: Shown) -> None:
    """Open a page of the token service or an organization in a browser's page, as it is served.

    Other hosts answer 204: whatever leads there, the page stays.
    """
    ours = isinstance(shown, Home | Message)
    answers = {"/page": organization.answer(shown, base="/") if ours else answer(shown)}
    file = organization.ASSETS.answer if ours else asset

    def serve(route: Any) -> None:
        path = urlsplit(route.request.url).path
        found = answers.get(path) or file(path) or Response(404)
        route.fulfill(
            status=found.status,
            headers={name.lower(): value for name, value in found.headers},
            body=found.body,
        )

    page.route("**/*", lambda route: route.fulfill(status=204))
    page.route(f"{ORIGIN}/**", serve)
    # A page that goes on by itself may do so before it has loaded.
    page.goto(f"{ORIGIN}/page", wait_until="commit")
    page.locator("footer").wait_for()


def show_styled(page: Any, shown: Shown) -> None:
    """Open a page as `show` does, and wait for its style sheet."""
    show(page, shown)
    page.locator("link[rel=stylesheet]").evaluate(_STYLED)
