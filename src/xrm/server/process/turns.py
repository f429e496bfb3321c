"""Turns: one thread that takes all who wait to write, and keeps them by one commit.

A database that lets one writer in at a time gains nothing from several threads that wait for
it, and a commit costs the same whatever it holds. Nobody is answered before the commit.

Who was answered often writes again at once. So a turn waits a moment for as many as were answered
in the last one, beside those who have not had theirs; otherwise writers that are always there
would come in two halves, each waiting for the commit of the other.
"""

import logging
import threading
import time
from asyncio import AbstractEventLoop, Future, get_running_loop
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xrm.db import Database
from xrm.db.gathering import Gathering, Lost
from xrm.server.process.lanes import LaneFull

MOST_GATHERED = 32
"""Writers kept by one commit."""
LONGEST_SECONDS = 0.05
"""How long the first of them may wait for the others."""
PATIENCE_SECONDS = 0.002
"""How long a turn waits for those who were answered in the last one."""

log = logging.getLogger("xrm.server")


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Any]
    loop: AbstractEventLoop
    future: "Future[Any]"


@dataclass(frozen=True, slots=True)
class _Outcome:
    job: _Job
    result: Any = None
    error: BaseException | None = None


class Turns:
    """The writers of one database: what is submitted runs one by one, in order."""

    def __init__(self, name: str, database: Database, *, waiting: int) -> None:
        self._database = database
        self._most = waiting
        self._jobs: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._wanted = 1
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Any]) -> "Future[Any]":
        """Return the future, of the running loop, of some work.

        Raises LaneFull when there is no room for it.
        """
        loop = get_running_loop()
        job = _Job(work, loop, loop.create_future())
        with self._changed:
            if self._closing or len(self._jobs) >= self._most:
                raise LaneFull
            self._jobs.append(job)
            if len(self._jobs) == self._wanted:
                self._changed.notify()
        return job.future

    def close(self, *, patience: float) -> bool:
        """Stop: cancel what waits, and wait up to `patience` seconds for what runs.

        Returns whether the thread has ended.
        """
        with self._changed:
            self._closing = True
            waiting, self._jobs = self._jobs, deque()
            self._changed.notify()
        for job in waiting:
            job.loop.call_soon_threadsafe(job.future.cancel)
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _work(self) -> None:
        answered = 0
        while jobs := self._waiting(answered):
            while jobs:
                outcomes = self._turn(jobs)
                _deliver(outcomes)
            answered = len(outcomes)

    def _waiting(self, answered: int) -> deque[_Job]:
        """Wait for work and return all there is; nothing once the turns are closed."""
        with self._changed:
            self._wait_for(min(len(self._jobs) + answered, MOST_GATHERED), PATIENCE_SECONDS)
            self._wait_for(1, None)
            jobs, self._jobs = self._jobs, deque()
        return jobs

    def _wait_for(self, wanted: int, seconds: float | None) -> None:
        """Wait for so many, or until the turns are closed or the time is over."""
        self._wanted = wanted
        self._changed.wait_for(lambda: len(self._jobs) >= wanted or self._closing, seconds)

    def _turn(self, jobs: deque[_Job]) -> list[_Outcome]:
        """Run as many of the first jobs as one commit takes and return what came of them."""
        outcomes: list[_Outcome] = []
        try:
            with self._database.gathered() as gathering:
                outcomes.extend(_gathered(gathering, jobs))
        except Lost:
            return [_run(outcome.job) for outcome in outcomes]
        except Exception as error:
            # Whether any of it is kept is not known: nobody may be told that it is.
            log.exception("a commit failed")
            return [_Outcome(outcome.job, error=error) for outcome in outcomes]
        return outcomes


def _gathered(gathering: Gathering, jobs: deque[_Job]) -> Iterator[_Outcome]:
    """Run the first jobs, as long as more may be gathered and the first of them can wait."""
    end = time.monotonic() + LONGEST_SECONDS
    for _ in range(min(len(jobs), MOST_GATHERED)):
        yield _run(jobs.popleft())
        if gathering.closed or time.monotonic() > end:
            return


def _run(job: _Job) -> _Outcome:
    if job.future.cancelled():
        return _Outcome(job)
    try:
        return _Outcome(job, job.work())
    except BaseException as error:  # it belongs to whoever waits for the future
        return _Outcome(job, error=error)


def _deliver(outcomes: Sequence[_Outcome]) -> None:
    """Hand over what came of jobs, with one call for each loop."""
    loops = {id(outcome.job.loop): outcome.job.loop for outcome in outcomes}
    for key, loop in loops.items():
        mine = [outcome for outcome in outcomes if id(outcome.job.loop) == key]
        try:
            loop.call_soon_threadsafe(_settle, mine)
        except RuntimeError:
            log.debug("the loop has ended before its answers")


def _settle(outcomes: Sequence[_Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.job.future
        if future.cancelled():
            continue
        if outcome.error is None:
            future.set_result(outcome.result)
        else:
            future.set_exception(outcome.error)
