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
from asyncio import Future
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from xrm.db import Database
from xrm.db.gathering import Gathering, Lost
from xrm.server.process.jobs import Job, Outcome, deliver
from xrm.server.process.lanes import LaneFull

MOST_GATHERED = 32
"""Writers kept by one commit."""
LONGEST_SECONDS = 0.05
"""How long the first of them may wait for the others."""
PATIENCE_SECONDS = 0.002
"""How long a turn waits for those who were answered in the last one."""

log = logging.getLogger("xrm.server")


class Turns:
    """The writers of one database: what is submitted runs one by one, in order."""

    def __init__(self, name: str, database: Database, *, waiting: int) -> None:
        self._database = database
        self._most = waiting
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._wanted = 1
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], Any]) -> "Future[Any]":
        """Return the future, of the running loop, of some work.

        Raises LaneFull when there is no room for it.
        """
        job = Job.of(work)
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
            job.cancel()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _work(self) -> None:
        answered = 0
        while jobs := self._waiting(answered):
            while jobs:
                outcomes = self._turn(jobs)
                deliver(outcomes)
            answered = len(outcomes)

    def _waiting(self, answered: int) -> deque[Job]:
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

    def _turn(self, jobs: deque[Job]) -> list[Outcome]:
        """Run as many of the first jobs as one commit takes and return what came of them."""
        outcomes: list[Outcome] = []
        try:
            with self._database.gathered() as gathering:
                outcomes.extend(_gathered(gathering, jobs))
        except Lost:
            return [outcome.job.run() for outcome in outcomes]
        except Exception as error:
            # Whether any of it is kept is not known: nobody may be told that it is.
            log.exception("a commit failed")
            return [Outcome(outcome.job, error=error) for outcome in outcomes]
        return outcomes


def _gathered(gathering: Gathering, jobs: deque[Job]) -> Iterator[Outcome]:
    """Run the first jobs, as long as more may be gathered and the first of them can wait."""
    end = time.monotonic() + LONGEST_SECONDS
    for _ in range(min(len(jobs), MOST_GATHERED)):
        yield jobs.popleft().run()
        if gathering.closed or time.monotonic() > end:
            return
