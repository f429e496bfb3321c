"""Start servers, each in a process group of its own on the servers' core, and stop them."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench.exchange import Exchange
from bench.machine import Cores, pinned
from bench.people import SignIn

START_SECONDS = 60
STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its process group and what to ask it, by the kind of work."""

    name: str
    group: int
    exchanges: dict[str, Exchange | SignIn]


@contextlib.contextmanager
def running(
    command: list[str],
    *,
    cores: Cores,
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    stdout: int | IO[bytes] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the length of the body; its process id is its group's too."""
    with log.open("wb") as sink, pinned(cores.server):
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | environment,
            stdout=stdout if stdout is not None else sink,
            stderr=sink,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)
        if process.stdout is not None:
            process.stdout.close()


def free_port() -> int:
    """Ask the kernel for a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once the port answers; raise SystemExit with the log's end when it never does."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
