"""Identifiers of new records: each later than those before it, in the order they are kept in.

Every index of a table ends in the key. With random keys each new record would change a page of
its own in each index; with rising ones neighbours share a page, as at the service, whose own
keys rise in SQL Server's order.
"""

from threading import Lock

from xrm.model.ports import Clock, Ids
from xrm.model.values import Guid

_COUNTER_BITS = 14
_TIME_BITS = 48
_COUNTER = (1 << _COUNTER_BITS) - 1
_TIME = (1 << _TIME_BITS) - 1
_VARIANT = "89ab"


class RecordIds:
    """A fresh key at each call, above every earlier one of this process; for every thread.

    A UUID of version 8 (RFC 9562 5.8) with the parts of a version 7 where SQL Server's order
    looks first: the milliseconds since 1970 in the last six bytes, a counter in the two before
    them, and 60 random bits of `ids`, drawn when the time moves on, in the others. Where the
    clock stands still or goes back, the counter goes on, and beyond its end the time with it.
    """

    __slots__ = ("_chance", "_clock", "_ids", "_last", "_lock")

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._last = 0
        self._chance = _first_half(ids)
        self._lock = Lock()

    def __call__(self) -> Guid:
        """Return the next key."""
        now = int(self._clock() * 1000) << _COUNTER_BITS
        with self._lock:
            if now > self._last:
                self._last, self._chance = now, _first_half(self._ids)
            else:
                self._last += 1
            place, chance = self._last, self._chance
        counter, time = place & _COUNTER, place >> _COUNTER_BITS & _TIME
        return f"{chance}{_VARIANT[counter >> 12]}{counter & 0xFFF:03x}-{time:012x}"


def _first_half(ids: Ids) -> str:
    """Return the first half of a key: random bits, and the version."""
    text = str(ids())
    return f"{text[:14]}8{text[15:19]}"
