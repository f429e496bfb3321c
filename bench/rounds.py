"""Alternate the contenders in rounds, so that what disturbs the machine disturbs them alike."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.load import Burst

# Node.js compiles what runs often: its second burst is still faster than its first.
WARM_UPS = 2

# One contender doing one kind of work.
Work = Callable[[], Burst]
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the middle and the greatest of some figures."""

    least: float
    median: float
    greatest: float


def alternate(
    works: Mapping[Name, Work], count: int, say: Callable[[str], None]
) -> dict[Name, list[float]]:
    """Run the warm-ups and `count` rounds, every other one backwards; return rates by contender."""
    rates: dict[Name, list[float]] = {name: [] for name in works}
    for number in range(1 - WARM_UPS, count + 1):
        label = f"round {number} of {count}" if number > 0 else "warm-up"
        order = list(works) if number % 2 else list(works)[::-1]
        for name in order:
            rate = works[name]().rate
            say(f"{label}: {name[0]}, {name[1]}: {rate:,.0f} per CPU second")
            if number > 0:
                rates[name].append(rate)
    return rates


def spread(figures: Sequence[float]) -> Spread:
    """Summarise some figures."""
    return Spread(min(figures), statistics.median(figures), max(figures))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Divide round by round, then summarise."""
    return spread([mine / other for mine, other in zip(ours, theirs, strict=True)])
