"""The mount of an origin that several organizations share: whose path a request bears.

The first organization's pages lie beside the others' segments, so this stands in their place.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from xrm.org.organization import Organization
from xrm.server.organizations.hosting import Organizations
from xrm.server.organizations.registry import Entry
from xrm.wire.http import Face, Mount, Request, Response, Route

LARGEST_BODY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """A face of an organization: a prefix that ends with a slash, or a path; in lower case."""

    prefix: str
    mount: Mount

    def matches(self, path: str) -> bool:
        """Tell whether a path, in lower case, belongs to the face."""
        if self.prefix.endswith("/"):
            return path.startswith(self.prefix)
        return path == self.prefix


Lines = Callable[[Entry, Organization], Sequence[Line]]


class Branches:
    """Sends what bears an organization's segment to its faces, everything else to the pages."""

    def __init__(self, organizations: Organizations, lines: Lines, pages: Mount) -> None:
        self._organizations = organizations
        self._lines = lines
        self._pages = pages
        self._made: dict[UUID, tuple[Organization, Sequence[Line]]] = {}
        self._lock = threading.Lock()

    def route(self, head: Request) -> Route:
        """Return where a request runs: what may wait for a database is not looked up here."""
        segment = head.path[1:].partition("/")[0]
        if not segment.isalnum():
            return self._pages.route(head)
        if not self._organizations.registry.inline:
            return Route(self._answer, "pool", LARGEST_BODY)
        entry = self._organizations.registry.below(segment)
        if entry is None:
            return self._pages.route(head)
        if not self._organizations.is_open(entry):
            return Route(self._answer, "pool", LARGEST_BODY)
        return self._branch(entry, head)

    def _answer(self, request: Request) -> Response:
        segment = request.path[1:].partition("/")[0]
        entry = self._organizations.registry.below(segment)
        if entry is None:
            return self._pages.route(request).face(request)
        return self._branch(entry, request).face(request)

    def _branch(self, entry: Entry, head: Request) -> Route:
        """Return where a request to one organization runs, which sees its own paths alone."""
        length = len(entry.path)
        if len(head.path) == length:
            # Only the slash at the end is missing: what is relative to the address needs it.
            return Route(self._to_root(entry), "inline")
        own = head.with_path(head.path[length:])
        path = own.path.lower()
        line = next(line for line in self._faces(entry) if line.matches(path))
        route = line.mount.route(own)

        def face(request: Request) -> Response:
            return route.face(request.with_path(request.path[length:]))

        def too_large(request: Request) -> Response:
            return route.too_large(request.with_path(request.path[length:]))

        # Turns are those of the first organization's database.
        lane = "pool" if route.lane == "turn" else route.lane
        return Route(face, lane, route.limit, too_large)

    def _to_root(self, entry: Entry) -> Face:
        location = entry.url(self._organizations.origin)
        return lambda _request: Response(308, (("Location", location),))

    def _faces(self, entry: Entry) -> Sequence[Line]:
        organization = self._organizations.opened(entry)
        with self._lock:
            made = self._made.get(entry.organization_id)
            if made is None or made[0] is not organization:
                made = organization, self._lines(entry, organization)
                self._made[entry.organization_id] = made
        return made[1]
