"""HTTP as plain values: what a face receives and returns, whatever server carries it.

A face is a function `Request -> Response`. A mount says, from the head of a request alone,
which face answers, in which lane, and how large a body it takes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import parse_qsl

Lane = Literal["inline", "pool", "turn"]
Headers = tuple[tuple[str, str], ...]

NO_STORE: Headers = (
    ("Cache-Control", "no-store, no-cache"),
    ("Pragma", "no-cache"),
    ("Expires", "-1"),
)
"""The lines of an answer that nobody may keep, old caches included."""


@dataclass(slots=True)
class Request:
    """One request as it came: the path and query undecoded, every header line kept.

    Header names are lower case. `peer` is the client's address, `listener` the address and
    port it connected to. `body` is empty while a mount decides the route. Nobody changes it; it
    is not frozen because two are made for each request, and that takes three times as long.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    peer: str = ""
    listener: str = ""
    _first: dict[str, str] | None = field(default=None, repr=False, compare=False)

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None; `name` in lower case."""
        if self._first is None:
            # Backwards, so that the first line of a name is the one that stays.
            self._first = dict(reversed(self.headers))
        return self._first.get(name)

    def header_values(self, name: str) -> list[str]:
        """Return every line of a header in order; `name` in lower case."""
        if self.header(name) is None:
            return []
        return [value for key, value in self.headers if key == name]

    def with_body(self, body: bytes) -> "Request":
        """Return the same request with its body."""
        return Request(
            self.method,
            self.path,
            self.query,
            self.headers,
            body,
            self.peer,
            self.listener,
            self._first,
        )

    def with_path(self, path: str) -> "Request":
        """Return the same request for another path."""
        return Request(
            self.method,
            path,
            self.query,
            self.headers,
            self.body,
            self.peer,
            self.listener,
            self._first,
        )

    def parameters(self, *, limit: int = 100) -> list[tuple[str, str]]:
        """Return the decoded query pairs in order.

        Raises ValueError past `limit` pairs or when an escape is not UTF-8.
        """
        return parse_qsl(self.query, keep_blank_values=True, max_num_fields=limit, errors="strict")


@dataclass(slots=True)
class Response:
    """One answer: status, header lines in order, the whole body. Not frozen, as a Request."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None; any letter case."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    def with_headers(self, extra: Headers) -> "Response":
        """Return the same answer with more header lines."""
        return Response(self.status, self.headers + extra, self.body)


Face = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: its face, its lane, and the largest body taken, in bytes.

    `inline` is bounded point work on the event loop; `pool` is everything that may take long;
    `turn` is what waits for its turn to write, where writers take turns anyway.
    `too_large` answers a body over `limit` in the face's own dress (413).
    """

    face: Face
    lane: Lane = "pool"
    limit: int = 64 * 1024
    too_large: Face = field(default=lambda _request: Response(413))


class Mount(Protocol):
    """A family of faces under one origin. `route` sees a request without its body."""

    def route(self, head: Request) -> Route: ...


def content_type(request: Request) -> str:
    """Return the media type of the body in lower case, without parameters; "" if absent."""
    value = request.header("content-type") or ""
    return value.partition(";")[0].strip().lower()


def header_lines(headers: Mapping[str, str]) -> Headers:
    """Return a mapping as header lines."""
    return tuple(headers.items())
