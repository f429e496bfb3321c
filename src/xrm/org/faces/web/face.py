"""One request of the organization's page, and the one place for errors."""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from xrm.db import StepBudgetExceeded
from xrm.org.faces.web import render
from xrm.org.faces.web.pages import Pages
from xrm.wire.html.assets import PREFIX
from xrm.wire.http import Headers, Lane, Request, Response, Route

log = logging.getLogger("xrm.page")

Methods = Mapping[str, Callable[[Request], Response]]


class Way(Protocol):
    """How people sign in to a page: what it answers, and where."""

    @property
    def largest_answer(self) -> int:
        """Bytes of the longest body taken."""

    def methods(self, path: str) -> Methods | None:
        """Return what answers at a path, by method, None where there is no page."""

    def takes_long(self, head: Request) -> bool:
        """Tell whether a request waits for more than the organization's own database."""


class Web:
    """The page of one organization, for people; programs have the Web API."""

    def __init__(self, pages: Pages, way: Way) -> None:
        self._pages = pages
        self._way = way
        self._inline: Lane = "inline" if pages.organization.database.inline else "pool"

    def route(self, head: Request) -> Route:
        """Return where a request runs."""
        lane = "pool" if self._way.takes_long(head) else self._inline
        return Route(self.handle, lane, self._way.largest_answer, self.too_large)

    def too_large(self, _request: Request) -> Response:
        """Answer a body over the limit."""
        text = "What was sent is larger than any answer is."
        return self._pages.said(413, "That is too much", text)

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        try:
            return self._found(request)
        except StepBudgetExceeded:
            raise
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            text = "The server's log names the cause."
            return self._pages.said(500, "Something went wrong here", text)

    def _found(self, request: Request) -> Response:
        if request.path.startswith(PREFIX) and request.method == "GET":
            found = render.ASSETS.answer(request.path)
            if found is not None:
                return found
        methods = self._way.methods(request.path)
        if methods is None:
            text = "This organization has one page only."
            return self._pages.said(404, "There is no such page", text)
        verb = methods.get(request.method)
        if verb is None:
            allowed: Headers = (("Allow", ", ".join(methods)),)
            text = "The page takes no such request."
            return self._pages.said(405, "That cannot be done", text, allowed)
        return verb(request)
