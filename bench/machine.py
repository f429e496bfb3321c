"""The machine: which cores do what, CPU seconds of a process group, and the conditions."""

import contextlib
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """The core the servers run on and the core the load comes from; None where there is but one."""

    server: int | None
    load: int | None


def choose_cores() -> Cores:
    """Pick the last two of the cores this process may use."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        return Cores(server=None, load=None)
    return Cores(server=usable[-1], load=usable[-2])


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Run the body, and whatever it starts, on one core only."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def group_cpu_seconds(group: int) -> float:
    """Add up user and system time of every living process in a process group, in seconds."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # The command name may hold blanks and brackets: the fields start after the last one.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def processor() -> str:
    """Name the processor as the kernel does."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def memory_gib() -> int:
    """Return the machine's memory in GiB, rounded."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def load_average() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]
