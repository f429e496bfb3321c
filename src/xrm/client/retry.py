"""Patience: when a request is sent again, and after how long.

| what happened             | sent again                          | after                        |
|---------------------------|-------------------------------------|------------------------------|
| 429                       | always: the service did nothing     | Retry-After, else backoff    |
| 503                       | if the request is repeatable        | Retry-After, else backoff    |
| no connection, timeout    | if the request is repeatable        | backoff, at most twice       |
| certificate not trusted   | never                               |                              |

A wait beyond `longest_wait`, or one that ends past `deadline`, is not begun.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from xrm.client.errors import TransportError
from xrm.client.flow import Answer, Flow, HttpRequest, Pause
from xrm.model.ports import Clock

_CONNECTION_REPEATS = 2
_FIRST_BACKOFF = 0.5


@dataclass(frozen=True, slots=True)
class Retry:
    """How patient to be with each request: sendings in all, and seconds."""

    attempts: int = 6
    longest_wait: float = 60.0
    deadline: float = 240.0


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends with patience. `chance` gives numbers in [0, 1) that spread the backoff."""

    retry: Retry
    clock: Clock
    chance: Callable[[], float]

    def send(
        self, request: HttpRequest, *, again: Callable[[], HttpRequest] | None = None
    ) -> Flow[Answer]:
        """Send a request, again where that is safe; return the last answer.

        `again` makes the request anew for each repeat, where it holds what counts only once.
        Raises TransportError when no answer arrived.
        """
        give_up_at = self.clock() + self.retry.deadline
        attempt = 1
        while True:
            try:
                answer: Answer = yield request
            except TransportError as failure:
                wait = self._after_failure(failure, request, attempt)
                if wait is None or not self._allowed(wait, attempt, give_up_at):
                    raise
            else:
                wait = self._after_answer(answer, request, attempt)
                if wait is None or not self._allowed(wait, attempt, give_up_at):
                    return answer
            yield Pause(wait)
            attempt += 1
            request = again() if again else request

    def _allowed(self, wait: float, attempt: int, give_up_at: float) -> bool:
        return (
            attempt < self.retry.attempts
            and wait <= self.retry.longest_wait
            and self.clock() + wait <= give_up_at
        )

    def _after_failure(
        self, failure: TransportError, request: HttpRequest, attempt: int
    ) -> float | None:
        hopeful = failure.repeatable and request.repeatable and attempt <= _CONNECTION_REPEATS
        return self._backoff(attempt) if hopeful else None

    def _after_answer(self, answer: Answer, request: HttpRequest, attempt: int) -> float | None:
        if answer.status != 429 and not (answer.status == 503 and request.repeatable):
            return None
        asked = retry_after(answer, now=self.clock())
        return self._backoff(attempt) if asked is None else asked

    def _backoff(self, attempt: int) -> float:
        return float(_FIRST_BACKOFF * 2 ** (attempt - 1) * (0.5 + self.chance() / 2))


def retry_after(answer: Answer, *, now: float) -> float | None:
    """Return the seconds an answer asks to wait (RFC 9110 10.2.3), or None if it does not say.

    Takes seconds, whole or not, and the date form; `now` in seconds since the epoch.
    """
    text = (answer.header("retry-after") or "").strip()
    if not text or len(text) > 64:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = _until(text, now)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: str, now: float) -> float:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).timestamp() - now
    except (ValueError, OverflowError):
        return math.nan
