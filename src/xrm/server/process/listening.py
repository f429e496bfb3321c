"""granian on a socket bound before: TLS 1.2 or later, HTTP/1.1, several listeners on one loop.

granian's embedded server binds by name; here it is handed a listening socket instead, so that
port 0 can be published before it serves and workers can share one socket. That leans on one
method that is not public (`_init_shared_socket`); tests/server would show a change of it.
granian itself ends a TLS handshake that takes 10 seconds, and a connection that sends no head
for `_HEAD_MILLISECONDS`, idle ones included; a body is read only as fast as it is asked for.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server

from xrm.server.tls import Certificate

_HEAD_MILLISECONDS = 60_000
_HEAD_BYTES = 64 * 1024
_BACKLOG = 1024
_MOST_CONNECTIONS = 16_384
_FILES_KEPT = 256

# granian would log to standard output, which belongs to the one line of --json: its loggers
# only get a level here, and what they say goes where everything goes.
_LOGGING = {"incremental": True, "formatters": {}, "handlers": {}, "loggers": {}}


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop: uvloop where there is one, else asyncio's own (None)."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


class Listener(Server):
    """An HTTP server on one socket; without a certificate it has no TLS."""

    def __init__(
        self, app: Any, sock: socket.socket, *, certificate: Certificate | None, verbose: bool
    ) -> None:
        self._descriptor = sock.detach()
        super().__init__(
            app,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=_HEAD_MILLISECONDS, max_buffer_size=_HEAD_BYTES
            ),
            websockets=False,
            # What granian counts against this are connections, idle ones too.
            backpressure=connections(),
            ssl_cert=certificate.chain if certificate else None,
            ssl_key=certificate.key if certificate else None,
            ssl_protocol_min=SSLProtocols.tls12,
            log_level=LogLevels.info if verbose else LogLevels.error,
            log_dictconfig=_LOGGING,
        )

    def _init_shared_socket(self) -> None:
        holder: Any = SocketHolder
        self._shd: Any = holder(self._descriptor, False, _BACKLOG)

    def stop(self) -> None:
        """Accept no more; connections end with the answer they wait for."""
        self.interrupt_signal = True
        self.main_loop_interrupt.set()


async def stop(tasks: list[asyncio.Task[None]], listeners: list[Listener], limit: float) -> bool:
    """Stop the listeners and wait up to `limit` seconds; return whether all were answered."""
    for listener in listeners:
        listener.stop()
    _, pending = await asyncio.wait(tasks, timeout=limit)
    for task in pending:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*pending, return_exceptions=True)
    return not pending


def connections() -> int:
    """Return how many connections a listener may hold: half the files the process may open."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource

    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(64, min(_MOST_CONNECTIONS, (files - _FILES_KEPT) // 2))


def raise_file_limit() -> None:
    """Let the process open as many files as the system allows it."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
