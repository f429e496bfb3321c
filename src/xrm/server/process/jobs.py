"""Work of the event loop done by other threads, and how what came of it gets back."""

import logging
from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("xrm.server")


@dataclass(slots=True)
class Job:
    """Some work, and the future of the loop that waits for it. Not frozen, as a Request."""

    work: Callable[[], Any]
    loop: AbstractEventLoop
    future: "Future[Any]"

    @classmethod
    def of(cls, work: Callable[[], Any]) -> "Job":
        """Return some work with a new future of the running loop."""
        loop = get_running_loop()
        return cls(work, loop, loop.create_future())

    def run(self) -> "Outcome":
        """Do the work, unless nobody waits for it any more."""
        if self.future.cancelled():
            return Outcome(self)
        try:
            return Outcome(self, self.work())
        except BaseException as error:  # it belongs to whoever waits for the future
            return Outcome(self, error=error)

    def cancel(self) -> None:
        """Tell who waits that it will not be done; from any thread."""
        _tell(self.loop, self.future.cancel)


@dataclass(slots=True)
class Outcome:
    """What came of a job: a result or an error."""

    job: Job
    result: Any = None
    error: BaseException | None = None


def deliver(outcomes: Sequence[Outcome]) -> None:
    """Hand over what came of jobs, with one call for each loop."""
    loops = {id(outcome.job.loop): outcome.job.loop for outcome in outcomes}
    for key, loop in loops.items():
        mine = [outcome for outcome in outcomes if id(outcome.job.loop) == key]
        _tell(loop, _settle, mine)


def _tell(loop: AbstractEventLoop, what: Callable[..., object], *about: object) -> None:
    try:
        loop.call_soon_threadsafe(what, *about)
    except RuntimeError:
        log.debug("the loop has ended before its answers")


def _settle(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.job.future
        if future.cancelled():
            continue
        if outcome.error is None:
            future.set_result(outcome.result)
        else:
            future.set_exception(outcome.error)
