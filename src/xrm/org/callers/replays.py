"""Messages seen before: each is taken once for as long as its timestamp would let it in again.

A process remembers what it has seen itself. What it would forget too early for want of room is
the oldest, so that nobody can fill the room to keep others out.
"""

from collections import OrderedDict
from threading import Lock

ROOM = 100_000
"""Messages remembered: at most some 20 MB."""


class Replays:
    """The marks of messages, each until a moment in seconds since 1970."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many marks are kept."""
        return len(self._seen)

    def is_new(self, mark: bytes, *, now: float, until: float) -> bool:
        """Remember a mark, and tell whether it was not known at this time."""
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < now:
                self._seen.popitem(last=False)
            known = self._seen.get(mark)
            if known is not None and known >= now:
                return False
            self._seen[mark] = until
            self._seen.move_to_end(mark)
            if len(self._seen) > self._room:
                self._seen.popitem(last=False)
        return True
