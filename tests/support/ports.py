"""A server at a random port, or at 443, where some libraries look whatever they are told."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.requirements import missing
from support.served import Served, serving

RANDOM_PORT, PORT_443 = "random port", "port 443"
PORTS = (RANDOM_PORT, PORT_443)


@contextmanager
def serving_at(port: str, *arguments: str) -> Iterator[Served]:
    """Start a server at a port of `PORTS`; no other process of this run has 443 meanwhile.

    Without the right to 443 the test is skipped, or fails: see support.requirements.
    """
    if port == RANDOM_PORT:
        with serving("--memory", "--port", "0", *arguments) as server:
            yield server
        return
    if not _may_bind_443():
        missing("root", "port 443 may not be bound here")
    with (Path(tempfile.gettempdir()) / "xrm-tests-443.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with serving("--memory", "--port", "443", *arguments) as server:
            yield server


def _may_bind_443() -> bool:
    lowest = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return os.geteuid() == 0 or (lowest.exists() and int(lowest.read_text()) <= 443)
