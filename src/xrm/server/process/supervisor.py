"""Several worker processes on the same sockets; one that falls is started again, with back-off.

The sockets are bound before and inherited, so no connection is refused while a worker is away.
A worker is told everything in one line on standard input, answers `ready` on standard output,
and leaves when its input ends: it cannot outlive its supervisor.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from socket import socket

import orjson

import xrm
from xrm.server.addresses import Place, Urls
from xrm.server.folder import EstateError
from xrm.server.settings import Settings

log = logging.getLogger("xrm.server")

READY = b"ready\n"
_READY_SECONDS = 60.0
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_STEADY_SECONDS = 60.0
_GRACE_SECONDS = 5.0


class Supervisor:
    """The workers of one server."""

    def __init__(
        self, settings: Settings, *, urls: Urls, places: Sequence[Place], sockets: Sequence[socket]
    ) -> None:
        self._settings = settings
        self._sockets = sockets
        self._descriptors = [sock.fileno() for sock in sockets]
        self._orders = orjson.dumps(
            {
                "settings": settings.to_plain(),
                "urls": asdict(urls),
                "places": [asdict(place) for place in places],
                "descriptors": self._descriptors,
            }
        )
        self._processes: dict[int, Process] = {}
        self._stopping = False

    async def run(self, *, started: Callable[[], Awaitable[None]], stopping: asyncio.Event) -> None:
        """Keep the workers running until `stopping` is set; call `started` when all are ready.

        Raises EstateError when a worker cannot start at all.
        """
        numbers = range(self._settings.workers)
        keepers: list[asyncio.Task[None]] = []
        try:
            await asyncio.gather(*(self._start(number) for number in numbers))
            keepers = [asyncio.create_task(self._keep(number)) for number in numbers]
            await started()
            await stopping.wait()
        finally:
            self._stopping = True
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            await self._stop()

    async def _start(self, number: int) -> None:
        source = str(Path(xrm.__file__).parents[1])
        paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "xrm.server.process",
            stdin=PIPE,
            stdout=PIPE,
            pass_fds=self._descriptors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        self._processes[number] = process
        assert process.stdin
        assert process.stdout
        process.stdin.write(self._orders + b"\n")
        line = b""
        with suppress(TimeoutError, ConnectionError):
            await process.stdin.drain()
            line = await asyncio.wait_for(process.stdout.readline(), _READY_SECONDS)
        if line != READY:
            raise EstateError(f"worker {number + 1} did not start; its log says why")

    async def _keep(self, number: int) -> None:
        delay = _FIRST_DELAY
        while True:
            began = time.monotonic()
            status = await self._processes[number].wait()
            if time.monotonic() - began > _STEADY_SECONDS:
                delay = _FIRST_DELAY
            log.error("worker %s ended (%s); another starts in %s s", number + 1, status, delay)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY)
            with suppress(EstateError):
                await self._start(number)

    async def _stop(self) -> None:
        for sock in self._sockets:
            sock.close()
        alive = [process for process in self._processes.values() if process.returncode is None]
        for process in alive:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        limit = 2 * self._settings.stop_time_limit + _GRACE_SECONDS
        ending = [asyncio.create_task(process.wait()) for process in alive]
        if ending:
            await asyncio.wait(ending, timeout=limit)
        for process in alive:
            if process.returncode is None:
                log.warning("worker process %s did not stop and is killed", process.pid)
                process.kill()
                await process.wait()
