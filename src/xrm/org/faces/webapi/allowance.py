"""What the service's protection limits leave a user: counted, told, never refused by.

The limits are those documented for one user and one server: 6,000 requests and 1,200 seconds
of execution within five minutes.
"""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass

WINDOW_SECONDS = 300
MOST_REQUESTS = 6000
MOST_SECONDS = 1200.0
_MOST_USERS = 10_000


@dataclass(slots=True)
class _Window:
    began: float
    requests: int = 0
    seconds: float = 0.0


class Allowance:
    """What each user has used of this process in its current five minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows: dict[Hashable, _Window] = {}
        self._lock = threading.Lock()

    def spend(self, user: Hashable, seconds: float) -> tuple[int, float]:
        """Count a request that took `seconds` and return the requests and seconds left."""
        now = self._clock()
        with self._lock:
            window = self._windows.get(user)
            if window is None or not 0 <= now - window.began < WINDOW_SECONDS:
                if len(self._windows) >= _MOST_USERS:
                    self._windows.clear()
                window = self._windows[user] = _Window(now)
            window.requests += 1
            window.seconds += seconds
            left = MOST_REQUESTS - window.requests, MOST_SECONDS - window.seconds
        return max(left[0], 0), max(left[1], 0.0)
