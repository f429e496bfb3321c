"""How much a statement may take: steps on the event loop, seconds in the pool.

Kept per thread and read by the engines, so that neither the core nor a face knows of it.
"""

import threading
import time

from xrm.db.engine import StepBudgetExceeded

STEPS_PER_CHECK = 1000
"""Virtual machine steps between two looks at the budget."""


class _State(threading.local):
    steps: int | None = None
    deadline: float | None = None


_state = _State()


class limited:  # noqa: N801 - read as the verb it is; a class, as it stands around every read
    """Let statements of this thread take `steps` engine steps in all, then stop them.

    The engine raises `StepBudgetExceeded`; the caller runs its work again in the pool.
    """

    __slots__ = ("_before", "_steps")

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._before: int | None = None

    def __enter__(self) -> None:
        self._before, _state.steps = _state.steps, self._steps

    def __exit__(self, *_: object) -> None:
        _state.steps = self._before


class timed:  # noqa: N801 - as `limited`
    """Let statements of this thread run for `seconds` in all; then `StatementTimeout`."""

    __slots__ = ("_before", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before: float | None = None

    def __enter__(self) -> None:
        self._before, _state.deadline = _state.deadline, time.monotonic() + self._seconds

    def __exit__(self, *_: object) -> None:
        _state.deadline = self._before


def spent() -> bool:
    """Count one check and tell whether the running statement must stop."""
    if _state.steps is not None:
        _state.steps -= STEPS_PER_CHECK
        return _state.steps < 0
    return out_of_time()


def leave_the_loop() -> None:
    """Go on only in the pool: raises StepBudgetExceeded where this thread runs the event loop.

    For work that will end in a write, which no other request may wait for.
    """
    if _state.steps is not None:
        raise StepBudgetExceeded


def out_of_steps() -> bool:
    """Tell whether it was the step budget that ended."""
    return _state.steps is not None and _state.steps < 0


def out_of_time() -> bool:
    """Tell whether the time of this thread's work is over."""
    return _state.deadline is not None and time.monotonic() > _state.deadline


def seconds_left() -> float | None:
    """Return the seconds left, None where no deadline is set."""
    return None if _state.deadline is None else max(0.001, _state.deadline - time.monotonic())
