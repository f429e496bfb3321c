"""ASGI to Request and back: head, Host, body, lane. Every decision lies in the faces.

Of an absolute-form target (RFC 9112 3.2.2) granian 2.8 hands on the path alone, so its authority
cannot be compared with ours. The Host header beside it is checked all the same, and no answer is
built from either; a target that is neither a path nor absolute (`*`, `host:port`) gets 400.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xrm.db import StepBudgetExceeded, budget
from xrm.server.addresses import Origin, any_below, normal_host
from xrm.server.app import Dress, Row, not_ours, refusal
from xrm.server.process.lanes import Lane, LaneFull
from xrm.server.process.turns import Turns
from xrm.wire.http import Face, Request, Response, Route

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger("xrm.server")

_CLOSE = (("connection", "close"),)
_SERVER = (b"server", b"xrm")
_BODILESS = (204, 304)
_RETRY_SECONDS = "2"


@dataclass(frozen=True, slots=True)
class Limits:
    """Steps a request may take on the loop; seconds for a body; seconds of database in a lane."""

    inline_steps: int
    body_seconds: float
    statement_seconds: float


class _Refused(Exception):
    """The request gets this answer, and no face sees it."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class _TooLarge(Exception):
    """The body is over its limit; what is left of it is not read."""


class _Gone(Exception):
    """The client has left."""


class Adapter:
    """The ASGI application of one listener."""

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        listener: str,
        lanes: Mapping[Origin, Lane],
        limits: Limits,
        turns: Turns | None = None,
    ) -> None:
        self._listener = listener
        self._lanes = lanes
        self._turns = turns
        self._limits = limits
        self._by_host: dict[str, list[Row]] = {}
        for row in rows:
            for host in row.hosts:
                self._by_host.setdefault(host, []).append(row)
        self._dress: Dress = rows[0].dress if rows else "plain"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        method: str = scope["method"]
        try:
            response = await self._answer(scope, receive)
        except _Gone:
            return
        except _Refused as refused:
            response = refused.response
        await _write(send, response, with_body=method != "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        head = self._head(scope)
        row = self._row(head)
        try:
            route = row.mount.route(head)
            request = await self._with_body(head, receive, row, route)
        except _TooLarge:
            answer = await self._guarded(route.too_large, head, row, route)
            return answer.with_headers(_CLOSE)
        except (_Gone, _Refused):
            raise
        except Exception:
            return _unexpected(row, head)
        return await self._guarded(route.face, request, row, route)

    def _head(self, scope: Scope) -> Request:
        method: str = scope["method"]
        client = scope.get("client")
        return Request(
            # What answers GET answers HEAD: the same, without the body (RFC 9110 9.3.2).
            method="GET" if method == "HEAD" else method,
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=tuple(
                [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]]
            ),
            peer=client[0] if client else "",
            listener=self._listener,
        )

    def _row(self, head: Request) -> Row:
        """Return whose request this is. Raises _Refused (400) when its target is not ours."""
        path = head.path.lower()
        hosts = head.header_values("host")
        host = normal_host(hosts[0]) if len(hosts) == 1 else None
        rows = self._by_host.get(host or "") or self._by_host.get(any_below(host or ""))
        if rows is None or not path.startswith("/"):
            raise _Refused(not_ours(self._dress))
        for row in rows:
            if row.matches(path):
                return row
        return rows[-1]

    async def _with_body(self, head: Request, receive: Receive, row: Row, route: Route) -> Request:
        declared = head.header("content-length")
        if declared is None and head.header("transfer-encoding") is None:
            return head
        if declared is not None and declared.isdecimal() and int(declared) > route.limit:
            raise _TooLarge
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                body = await _read(receive, route.limit)
        except TimeoutError:
            message = "The request's body did not arrive in time."
            late = refusal(row.dress, 408, "request_timeout", message)
            raise _Refused(late.with_headers(_CLOSE)) from None
        return head.with_body(body)

    async def _guarded(self, face: Face, request: Request, row: Row, route: Route) -> Response:
        try:
            response = self._inline(face, request) if route.lane == "inline" else None
            return response or await self._in_lane(face, request, row, route)
        except LaneFull:
            busy = refusal(row.dress, 503, "temporarily_unavailable", "The server is busy.")
            return busy.with_headers((("retry-after", _RETRY_SECONDS),))
        except Exception:
            return _unexpected(row, request)

    def _inline(self, face: Face, request: Request) -> Response | None:
        """Answer on the event loop; None when it would take too many steps there."""
        try:
            with budget.limited(self._limits.inline_steps):
                return face(request)
        except StepBudgetExceeded:
            log.debug("moved to a thread: %s %s", request.method, request.path)
            return None

    async def _in_lane(self, face: Face, request: Request, row: Row, route: Route) -> Response:
        seconds = self._limits.statement_seconds

        def work() -> Response:
            with budget.timed(seconds):
                return face(request)

        if route.lane == "turn" and self._turns is not None:
            return await self._turns.submit(work)  # type: ignore[no-any-return]
        return await self._lanes[row.origin].submit(work)  # type: ignore[no-any-return]


def _unexpected(row: Row, request: Request) -> Response:
    """Answer 500 and log why. The query is not logged: it may hold what is nobody's business."""
    correlation = uuid.uuid4()
    log.exception("request %s failed: %s %s", correlation, request.method, request.path)
    message = f"An unexpected error occurred. Correlation id: {correlation}"
    return refusal(row.dress, 500, "server_error", message)


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _TooLarge
        chunks.append(chunk)
        if not message.get("more_body"):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    """Return a header's name as the wire has it; there are few."""
    return name.lower().encode("latin-1")


async def _write(send: Send, response: Response, *, with_body: bool) -> None:
    headers = [
        (_name(name), value.encode("latin-1", "replace")) for name, value in response.headers
    ]
    headers.append(_SERVER)
    if response.status not in _BODILESS:
        headers.append((b"content-length", b"%d" % len(response.body)))
    body = response.body if with_body else b""
    try:
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
    except (OSError, RuntimeError) as error:
        log.debug("the client has left before its answer: %s", error)
