"""Clock and ids: the two sources of time and chance, injected so that tests can move them."""

import time
import uuid
from typing import Protocol


class Clock(Protocol):
    """Seconds since the Unix epoch, UTC, with fractions."""

    def __call__(self) -> float: ...


class Ids(Protocol):
    """A fresh identifier at each call."""

    def __call__(self) -> uuid.UUID: ...


def system_clock() -> float:
    """Return the machine's time in seconds since the epoch."""
    return time.time()


def random_ids() -> uuid.UUID:
    """Return a random version 4 UUID (RFC 9562 5.4)."""
    return uuid.uuid4()
