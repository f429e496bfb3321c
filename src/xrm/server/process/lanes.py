"""A lane: a bounded number of threads behind a bounded queue, for requests that may take long.

The threads are daemons, so that a statement that does not end cannot keep a stopped server
from leaving; that, and the bound of the queue, is why they are not a ThreadPoolExecutor.
"""

import queue
import threading
import time
from asyncio import Future
from collections.abc import Callable
from typing import Any

from xrm.server.process.jobs import Job, deliver


class LaneFull(Exception):
    """Every thread is busy and the queue is full."""


class Lane:
    """Threads of one origin: what stalls one lane does not touch another."""

    def __init__(self, name: str, *, threads: int, waiting: int) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open = threading.BoundedSemaphore(threads + waiting)
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], Any]) -> "Future[Any]":
        """Return the future, of the running loop, of some work.

        Raises LaneFull when there is no room for it.
        """
        if not self._open.acquire(blocking=False):
            raise LaneFull
        job = Job.of(work)
        self._jobs.put(job)
        return job.future

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            outcome = job.run()
            self._open.release()
            deliver((outcome,))
            del job, outcome

    def close(self, *, patience: float) -> bool:
        """Stop: cancel what waits, and wait up to `patience` seconds for what runs.

        Returns whether every thread has ended.
        """
        end = time.monotonic() + patience
        self._cancel_waiting()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _cancel_waiting(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.cancel()
                self._open.release()
