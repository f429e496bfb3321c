"""Raw requests over TLS, and a listener whose mount does as it is told."""

import asyncio
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from xrm.server import addresses, tls
from xrm.server.adapter import Adapter, Limits
from xrm.server.addresses import Place
from xrm.server.app import Row
from xrm.server.folder import Folder
from xrm.server.process import listening
from xrm.server.process.lanes import Lane
from xrm.server.process.listening import Listener
from xrm.wire.http import Face, Request, Response, Route

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    url: str,
    ca: Path | str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = {},
) -> Answer:
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=str(ca))
    connection = http.client.HTTPSConnection(parts.netloc, timeout=PATIENCE, context=context)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(method, target, body=body, headers=dict(headers))
    response = connection.getresponse()
    answer = Answer(
        response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    )
    connection.close()
    return answer


def connect(address: tuple[str, int], ca: Path | str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(ca))
    plain = socket.create_connection(address, timeout=PATIENCE)
    return context.wrap_socket(plain, server_hostname="localhost")


def raw(address: tuple[str, int], ca: Path | str, request: bytes) -> bytes:
    """Send bytes and return everything until the server closes the connection."""
    with connect(address, ca) as tunnel:
        tunnel.sendall(request)
        answer = b""
        while chunk := tunnel.recv(65536):
            answer += chunk
        return answer


@dataclass(slots=True)
class Routes:
    """A mount of routes by path; any other path echoes the request."""

    by_path: dict[str, Route | Exception] = field(default_factory=dict)

    def route(self, head: Request) -> Route:
        found = self.by_path.get(head.path)
        if isinstance(found, Exception):
            raise found
        return found or Route(echo, "inline", limit=1000, too_large=lambda _: Response(413))


def echo(request: Request) -> Response:
    content = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "body": request.body.decode("latin-1"),
        "peer": request.peer,
        "listener": request.listener,
        "thread": threading.current_thread().name,
    }
    return Response(200, (("Content-Type", "application/json"),), json.dumps(content).encode())


class Small:
    """A listener with one mount, on a loop in a thread of its own."""

    def __init__(self, folder: Path, *, threads: int, waiting: int, body_seconds: float) -> None:
        self.mount = Routes()
        certificate = tls.ensure(Folder(folder), tls.ALWAYS)
        self.ca = certificate.ca_bundle
        sock = addresses.bind(Place("127.0.0.1", 0, ("sts",)))
        self.address: tuple[str, int] = sock.getsockname()
        self.url = f"https://localhost:{self.address[1]}"
        place = Place("127.0.0.1", self.address[1], ("sts",))
        hosts = addresses.accepted_hosts(tls.ALWAYS, place, self.url)
        self.lane = Lane("slow", threads=threads, waiting=waiting)
        app = Adapter(
            [Row(0, hosts, "/", self.mount, "sts", "oauth")],
            listener=f"127.0.0.1:{self.address[1]}",
            lanes={"sts": self.lane},
            limits=Limits(10_000, body_seconds, 30.0),
        )
        self._listener = Listener(app, sock, certificate=certificate, verbose=False)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._listener.serve())
        self._loop.run_forever()
        self._loop.close()

    def add(self, path: str, face: Face, **how: Any) -> str:
        self.mount.by_path[path] = Route(face, **how)
        return self.url + path

    def ask(self, path: str, **how: Any) -> Answer:
        return ask(self.url + path, self.ca, **how)

    def raw(self, request: bytes) -> bytes:
        return raw(self.address, self.ca, request)

    def begin_stop(self, limit: float) -> "Callable[[], bool]":
        """Begin to stop the listener; the result waits and tells whether all were answered."""
        stopping = listening.stop([self._task], [self._listener], limit)
        future = asyncio.run_coroutine_threadsafe(stopping, self._loop)
        return lambda: future.result(PATIENCE)

    def close(self) -> None:
        if not self._task.done():
            self.begin_stop(5)()
        self.lane.close(patience=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)


@contextmanager
def small(
    folder: Path, *, threads: int = 2, waiting: int = 2, body_seconds: float = 30.0
) -> Iterator[Small]:
    server = Small(folder, threads=threads, waiting=waiting, body_seconds=body_seconds)
    try:
        yield server
    finally:
        server.close()
