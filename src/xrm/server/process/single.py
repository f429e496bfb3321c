"""One process: an open estate, its listeners and lanes, from start to a clean stop."""

import asyncio
import gc
import logging
import signal
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from xrm.server.adapter import Adapter, Limits
from xrm.server.addresses import Origin, Place
from xrm.server.app import table
from xrm.server.estate import Estate
from xrm.server.process import listening
from xrm.server.process.lanes import Lane
from xrm.server.process.listening import Listener
from xrm.server.process.turns import Turns
from xrm.server.tls import Certificate

log = logging.getLogger("xrm.server")

_STS_THREADS = 4
_ALLOCATIONS = 10_000
_PROBE_SECONDS = 30.0
_PROBE_NAME = "localhost"
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


async def run(
    estate: Estate,
    *,
    places: Sequence[Place],
    sockets: Sequence[socket],
    certificate: Certificate,
    started: Callable[[], Coroutine[Any, Any, None]],
    stopping: asyncio.Event,
) -> bool:
    """Serve until `stopping` is set; call `started` once connections are accepted.

    Requests in flight are given the settings' time. Returns whether all of them ended in it:
    then nothing uses the estate any more, and it can be closed.
    """
    settings, threads = estate.settings, _Threads.of(estate)
    listeners = list(_listeners(estate, places, sockets, certificate, threads))
    _settle_memory()
    tasks = [asyncio.create_task(listener.serve()) for listener in listeners]
    try:
        await _first(asyncio.create_task(started()), tasks)
        await _first(asyncio.create_task(_wait(stopping)), tasks)
    finally:
        answered = await listening.stop(tasks, listeners, settings.stop_time_limit)
        patience = settings.stop_time_limit if answered else 0.0
        ended = await asyncio.to_thread(threads.close, patience)
    if not answered:
        log.warning("some requests were not answered within %s s", settings.stop_time_limit)
    return answered and ended


def _listeners(
    estate: Estate,
    places: Sequence[Place],
    sockets: Sequence[socket],
    certificate: Certificate,
    threads: "_Threads",
) -> Iterator[Listener]:
    settings = estate.settings
    limits = Limits(settings.inline_steps, settings.body_time_limit, settings.statement_time_limit)
    rows = table(estate, places)
    for number, (place, sock) in enumerate(zip(places, sockets, strict=True)):
        app = Adapter(
            [row for row in rows if row.listener == number],
            listener=f"{place.host}:{place.port}",
            lanes=threads.lanes,
            limits=limits,
            turns=threads.turns,
        )
        yield Listener(
            app,
            sock,
            certificate=certificate if place.secure else None,
            verbose=settings.log_level == "debug",
        )


def _settle_memory() -> None:
    """Leave what lives as long as the server out of every later garbage collection.

    Not inside somebody else's program, where the server runs in a thread of its own.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 20, 20)


@dataclass(frozen=True)
class _Threads:
    """Where requests run that do not run on the loop."""

    lanes: Mapping[Origin, Lane]
    turns: Turns

    @classmethod
    def of(cls, estate: Estate) -> "_Threads":
        settings = estate.settings
        waiting = settings.pool_queue
        return cls(
            {
                "sts": Lane("sts", threads=_STS_THREADS, waiting=waiting),
                "org": Lane("org", threads=settings.pool_threads, waiting=waiting),
            },
            Turns("org-turns", estate.organization.database, waiting=waiting),
        )

    def close(self, patience: float) -> bool:
        """Stop them all, each with so many seconds; return whether all have ended."""
        ended = [lane.close(patience=patience) for lane in self.lanes.values()]
        return self.turns.close(patience=patience) and all(ended)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _first(wanted: asyncio.Task[None], tasks: list[asyncio.Task[None]]) -> None:
    """Wait for one task, unless a listener ends before it, which is a failure."""
    done, _ = await asyncio.wait([wanted, *tasks], return_when=asyncio.FIRST_COMPLETED)
    if wanted not in done:
        wanted.cancel()
        for task in done:
            task.result()
        raise RuntimeError("a listener has ended by itself")
    wanted.result()


async def probe(places: Sequence[Place], ca_bundle: Path) -> None:
    """Return when every place has taken a connection; raises OSError when one does not."""
    context = ssl.create_default_context(cafile=str(ca_bundle))
    for place in places:
        async with asyncio.timeout(_PROBE_SECONDS):
            _, writer = await asyncio.open_connection(
                _ANY.get(place.host, place.host),
                place.port,
                ssl=context if place.secure else None,
                server_hostname=_PROBE_NAME if place.secure else None,
            )
            writer.close()
            await writer.wait_closed()


@contextmanager
def stopped_by_signals(stopping: asyncio.Event) -> Iterator[None]:
    """Set an event of the running loop on SIGTERM and SIGINT, in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def stop(*_: Any) -> None:
        loop.call_soon_threadsafe(stopping.set)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
