"""An address of the samples' origin into a file, a library or a configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xrm.server.samples.configuration import FILE, Configuration
from xrm.server.samples.shelf import Shelf
from xrm.wire.http import Headers, Mount, Request, Response, Route

LIBRARIES = "lib/"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_READS = ("GET", "HEAD")
_KEPT_BY_NOBODY: Headers = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))

Configure = Callable[[str], Configuration]
"""What configures the page at an address."""


def mount(shelf: Shelf, packages: Path, configure: Configure, *, secure: bool) -> Mount:
    """Return what answers on the samples' origin, reached with TLS or without."""
    return _Samples(shelf, packages, configure, "https" if secure else "http")


@dataclass(frozen=True, slots=True)
class _Samples:
    shelf: Shelf
    packages: Path
    configure: Configure
    scheme: str

    def route(self, _head: Request) -> Route:
        return Route(self.handle, "inline", 0)

    def handle(self, request: Request) -> Response:
        if request.method not in _READS:
            return _plain(405, "This is only to be read.", (("Allow", "GET, HEAD"),))
        path = request.path.removeprefix("/")
        if path in self.shelf.names:
            return _plain(301, "", (("Location", f"/{path}/"),))
        name, _, file = path.partition("/")
        if name in self.shelf.names and file == FILE:
            page = f"{self.scheme}://{request.header('host')}/{name}/"
            return _found(".js", self.configure(page).script().encode())
        found = self._file(path)
        if found is None or not found.is_file():
            return _plain(404, "There is nothing here.")
        return _found(found.suffix, found.read_bytes())

    def _file(self, path: str) -> Path | None:
        if not path.startswith(LIBRARIES):
            return self.shelf.files.get(path)
        there = self.shelf.libraries.get(path.removeprefix(LIBRARIES))
        return None if there is None else self.packages / there


def _found(suffix: str, content: bytes) -> Response:
    return Response(200, (("Content-Type", _TYPES[suffix]), *_KEPT_BY_NOBODY), content)


def _plain(status: int, text: str, extra: Headers = ()) -> Response:
    kind = ("Content-Type", "text/plain; charset=utf-8")
    return Response(status, (kind, *_KEPT_BY_NOBODY, *extra), text.encode())
