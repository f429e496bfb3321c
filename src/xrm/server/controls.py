"""The control API of `--test-controls`: a clock that can be moved, in every process at once.

`/control/clock` on the token service's origin, with the bearer token of `control.token` in the
data directory: GET tells, POST {"offset_seconds": n} sets and {"advance_seconds": n} moves.
Without the flag none of this exists.
"""

import hmac
import math
import mmap
import secrets
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from xrm.model.ports import Clock, system_clock
from xrm.model.secret import Secret
from xrm.server.folder import EstateError, Folder, write_private
from xrm.wire.http import Request, Response, Route

CLOCK_PATH = "/control/clock"
LARGEST_OFFSET = 10 * 366 * 86_400
_CLOCK, _TOKEN = "clock", "control.token"
_OFFSET = struct.Struct("=d")
_JSON = (("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"))


class OffsetClock:
    """The machine's time plus an offset that lives in a small file mapped by every process."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _OFFSET.size)

    def __call__(self) -> float:
        return time.time() + self.offset

    @property
    def offset(self) -> float:
        """Seconds the clock is ahead of the machine's; a change counts in all processes at once."""
        value: float = _OFFSET.unpack_from(self._map)[0]
        return value

    @offset.setter
    def offset(self, seconds: float) -> None:
        _OFFSET.pack_into(self._map, 0, seconds)


def prepare(folder: Folder, *, wanted: bool, first: bool) -> None:
    """Make the clock's file, at no offset, and a fresh token, or join the servers that have them.

    The first server of a directory removes what is left of others; one that does not open the
    controls follows the clock of those that do. Raises EstateError when servers are there that
    could not follow it.
    """
    if first:
        clear(folder)
        if wanted:
            write_private(folder.path / _TOKEN, secrets.token_urlsafe(32).encode())
            write_private(folder.path / _CLOCK, _OFFSET.pack(0.0))
    elif wanted and not (folder.path / _CLOCK).exists():
        raise EstateError(
            f"a server already running on {folder.path} has no --test-controls and would not "
            "follow the clock; stop it, or give this one its own data directory with --data"
        )


def clear(folder: Folder) -> None:
    """Remove the clock's file and the token."""
    (folder.path / _CLOCK).unlink(missing_ok=True)
    (folder.path / _TOKEN).unlink(missing_ok=True)


def clock_of(folder: Folder) -> Clock:
    """Return the clock of a data directory: a moved one while test controls are open."""
    try:
        return OffsetClock(folder.path / _CLOCK)
    except FileNotFoundError:
        return system_clock


class Controls:
    """The control API as a mount."""

    def __init__(self, folder: Folder) -> None:
        self._clock = OffsetClock(folder.path / _CLOCK)
        self._token = Secret((folder.path / _TOKEN).read_text())
        self._route = Route(self._answer, "inline", limit=1024, too_large=_too_large)

    def route(self, head: Request) -> Route:  # noqa: ARG002 - one route serves the one path
        """Return the route of the clock."""
        return self._route

    def _answer(self, request: Request) -> Response:
        if not self._proved(request):
            refusal = _document(401, {"error": "the token of control.token is wanted"})
            return refusal.with_headers((("www-authenticate", "Bearer"),))
        if request.method == "POST":
            return self._move(request.body)
        if request.method == "GET":
            return self._tell()
        refusal = _document(405, {"error": "GET and POST are answered here"})
        return refusal.with_headers((("allow", "GET, HEAD, POST"),))

    def _proved(self, request: Request) -> bool:
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        given = token.strip().encode()
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given, self._token.reveal().encode()
        )

    def _move(self, body: bytes) -> Response:
        try:
            offset = _offset(orjson.loads(body), self._clock.offset)
        except ValueError as error:
            return _document(400, {"error": str(error)})
        self._clock.offset = offset
        return self._tell()

    def _tell(self) -> Response:
        return _document(200, {"offset_seconds": self._clock.offset, "now": self._clock()})


def _offset(wish: object, current: float) -> float:
    if not isinstance(wish, Mapping) or wish.keys() not in (
        {"offset_seconds"},
        {"advance_seconds"},
    ):
        raise ValueError('{"offset_seconds": n} or {"advance_seconds": n} is wanted')
    ((name, number),) = wish.items()
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    offset = float(number) if is_number else math.nan
    if name == "advance_seconds":
        offset += current
    if not abs(offset) <= LARGEST_OFFSET:
        raise ValueError(f"a number is wanted, at most {LARGEST_OFFSET} seconds off either way")
    return offset


def _document(status: int, content: dict[str, Any]) -> Response:
    return Response(status, _JSON, orjson.dumps(content))


def _too_large(_request: Request) -> Response:
    return _document(413, {"error": "at most 1024 bytes are wanted"})
