"""The pages under an address of their own in a browser, without a server."""

from typing import Any
from urllib.parse import urlsplit

from xrm.sts.faces.pages import answer, asset
from xrm.sts.faces.pages.shown import Page as Shown
from xrm.wire.http import Response

ORIGIN = "https://sts.example"


def show(page: Any, shown: Shown) -> None:
    """Open a page of the token service in a browser's page, with its assets and headers.

    Other hosts answer 204: whatever leads there, the page stays.
    """
    answers = {"/page": answer(shown)}

    def serve(route: Any) -> None:
        path = urlsplit(route.request.url).path
        found = answers.get(path) or asset(path) or Response(404)
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
