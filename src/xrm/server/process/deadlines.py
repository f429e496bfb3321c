"""Deadlines: many waits of one loop, each as long as the others, under one timer.

A timer for each would cost a request more than the wait for a body that is already there.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlines:
    """Stop what takes a task longer than so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ends: dict[asyncio.Task[Any], float] = {}
        """When each task that waits is stopped, the first of them first."""
        self._timed = False

    async def within(self, work: Awaitable[T]) -> T:
        """Return what the running task's work comes to. Raises TimeoutError if it is stopped."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        if loop is not self._loop:
            self._loop, self._ends, self._timed = loop, {}, False
        self._ends[task] = end = loop.time() + self._seconds
        if not self._timed:
            self._timed = True
            loop.call_at(end, self._stop_late)
        asked = task.cancelling()
        try:
            return await work
        except asyncio.CancelledError:
            # Who is stopped here is no more among those that wait.
            if task not in self._ends and task.uncancel() <= asked:
                raise TimeoutError from None
            raise
        finally:
            self._ends.pop(task, None)

    def _stop_late(self) -> None:
        assert self._loop is not None
        now = self._loop.time()
        while (first := next(iter(self._ends.items()), None)) is not None and first[1] <= now:
            del self._ends[first[0]]
            first[0].cancel()
        self._timed = first is not None
        if first is not None:
            self._loop.call_at(first[1], self._stop_late)
