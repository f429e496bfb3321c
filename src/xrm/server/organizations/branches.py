"""The mounts that several organizations share: whose path or whose host a request bears.

An organization's pages lie beside the others' segments, so one of these stands in their place.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from xrm.org.organization import Organization
from xrm.server.organizations.deployments import Sites
from xrm.server.organizations.hosting import Organizations
from xrm.server.organizations.registry import RESERVED, Entry
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


class Faces:
    """The faces of each organization, made when they are first asked for."""

    def __init__(self, organizations: Organizations, lines: Lines) -> None:
        self.organizations = organizations
        self._lines = lines
        self._made: dict[UUID, tuple[Organization, Sequence[Line]]] = {}
        self._lock = threading.Lock()

    def route(self, entry: Entry, head: Request) -> Route:
        """Return where a request to one organization runs, which sees its own paths alone."""
        length = len(entry.segment(self.organizations.sites))
        if length and len(head.path) == length:
            # Only the slash at the end is missing: what is relative to the address needs it.
            return Route(self._to_root(entry), "inline")
        own = head.with_path(head.path[length:])
        path = own.path.lower()
        line = next(line for line in self._of(entry) if line.matches(path))
        route = line.mount.route(own)

        def face(request: Request) -> Response:
            return route.face(request.with_path(request.path[length:]))

        def too_large(request: Request) -> Response:
            return route.too_large(request.with_path(request.path[length:]))

        # Turns are those of the first organization's database.
        lane = "pool" if route.lane == "turn" and not entry.first else route.lane
        return Route(face, lane, route.limit, too_large)

    def _to_root(self, entry: Entry) -> Face:
        location = self.organizations.url(entry)
        return lambda _request: Response(308, (("Location", location),))

    def _of(self, entry: Entry) -> Sequence[Line]:
        organization = self.organizations.opened(entry)
        with self._lock:
            made = self._made.get(entry.organization_id)
            if made is None or made[0] is not organization:
                made = organization, self._lines(entry, organization)
                self._made[entry.organization_id] = made
        return made[1]


@dataclass(frozen=True, slots=True)
class By:
    """How a request names an organization: `name` is "" where nothing can be one's.

    `leads` tells whether the organization of the name is found that way.
    """

    name: Callable[[Request], str]
    leads: Callable[[Entry, Sites], bool]


def _segment(head: Request) -> str:
    segment = head.path[1:].partition("/")[0].lower()
    return segment if segment.isalnum() and segment not in RESERVED else ""


def _label(head: Request) -> str:
    return (head.header("host") or "").partition(".")[0].lower()


def _has_host(entry: Entry, _: object) -> bool:
    return entry.deployment == "ifd"


BY_PATH = By(_segment, lambda entry, sites: bool(entry.segment(sites)))
"""By the first segment of the path, in any letter case."""
BY_HOST = By(_label, _has_host)
"""By the first label of the host, where each organization has one of its own."""


class Branches:
    """Sends what names an organization to its faces, everything else to another mount.

    `astray` answers where the organization named is not found that way, but in another.
    """

    def __init__(self, faces: Faces, by: By, otherwise: Mount, astray: Mount) -> None:
        self._faces = faces
        self._organizations = faces.organizations
        self._by = by
        self._otherwise = otherwise
        self._astray = astray

    def route(self, head: Request) -> Route:
        """Return where a request runs: what may wait for a database is not looked up here."""
        name = self._by.name(head)
        if not name:
            return self._otherwise.route(head)
        if not self._organizations.registry.inline:
            return Route(self._answer, "pool", LARGEST_BODY)
        entry = self._find(name)
        if entry is not None and not self._organizations.is_open(entry):
            return Route(self._answer, "pool", LARGEST_BODY)
        return self._found(entry, head)

    def _answer(self, request: Request) -> Response:
        return self._found(self._find(self._by.name(request)), request).face(request)

    def _find(self, name: str) -> Entry | None:
        entries = self._organizations.registry.entries()
        return next((entry for entry in entries if entry.unique_name == name), None)

    def _found(self, entry: Entry | None, head: Request) -> Route:
        if entry is None:
            return self._otherwise.route(head)
        if not self._by.leads(entry, self._organizations.sites):
            return (self._astray if entry.deployment == "ifd" else self._otherwise).route(head)
        return self._faces.route(entry, head)
