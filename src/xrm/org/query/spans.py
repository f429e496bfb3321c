"""Spans of time: what the operators about days, and about so much before or after now, mean.

A span is half open. Its ends are days, which begin at midnight where the caller is, or moments;
only the column decides which stored values they are. Microsoft documents the operators by name;
the ranges are those seen of the service (docs/fidelity.md).
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Protocol

from xrm.model.metadata import Column
from xrm.org.store.columns import pack_time, packer

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_INDEPENDENT = "TimeZoneIndependent"

End = date | datetime | None


class Calendar(Protocol):
    """The clock and calendar of one caller; `week_start` counts the days from Sunday, zero."""

    @property
    def now(self) -> datetime:
        """The time, in UTC."""

    @property
    def week_start(self) -> int:
        """The first day of a week."""

    def local(self, moment: datetime) -> datetime:
        """Return what the caller's clocks show at a moment."""

    def moment(self, local: datetime) -> datetime:
        """Return the first moment in UTC at which the caller's clocks show this or later."""


class Span(NamedTuple):
    """From `start` on until before `end`; without an end where one is None."""

    start: End = None
    end: End = None


def on(operator: str, day: date) -> Span:
    """Return the span of `on`, `on-or-before` or `on-or-after` a day."""
    start = None if operator == "on-or-before" else day
    # The last day there is has no morrow, and no value lies behind it.
    end = None if operator == "on-or-after" or day == date.max else day + _DAY
    return Span(start, end)


def span(operator: str, calendar: Calendar, count: int = 0) -> Span:
    """Return the span of an operator about now; `count` is how many units it is asked for.

    Raises ValueError or OverflowError where it leaves the calendar.
    """
    which, _, unit = operator.partition("-")
    if operator in _DAYS:
        day = _today(calendar) + _DAYS[operator] * _DAY
        return Span(day, day + _DAY)
    if operator.endswith("-seven-days"):
        return _counted(which, "days", calendar, 7)
    if unit.startswith("x-"):
        return _counted(which, unit.removeprefix("x-"), calendar, count)
    first, step = _PERIODS[unit]
    begin = step(first(_today(calendar), calendar.week_start), _WHICH[which])
    return Span(begin, step(begin, 1))


def _counted(which: str, unit: str, calendar: Calendar, count: int) -> Span:
    now = calendar.now
    back: date
    ahead: date
    if unit in _CLOCK:
        size, begun = _CLOCK[unit], _begun(unit, calendar)
        back, ahead = begun - count * size, begun + (count + 1) * size
    else:
        today, step = _today(calendar), _STEPS[unit]
        back = step(today, -count)
        ahead = step(today, count) + _DAY if which == "next" else today
    if which == "olderthan":
        return Span(None, back)
    # What is stamped with this very moment is in the past as well as in the future.
    return Span(back, now + _INSTANT) if which == "last" else Span(now, ahead)


def _begun(unit: str, calendar: Calendar) -> datetime:
    """Return when the hour or minute of the caller's clock began."""
    shown = calendar.local(calendar.now)
    minutes = shown.minute if unit == "hours" else 0
    gone = timedelta(minutes=minutes, seconds=shown.second, microseconds=shown.microsecond)
    return calendar.now - gone


def _today(calendar: Calendar) -> date:
    return calendar.local(calendar.now).date()


def _by_days(size: int) -> Callable[[date, int], date]:
    return lambda day, count: day + timedelta(days=size * count)


def _by_months(size: int) -> Callable[[date, int], date]:
    """Return what steps by months; a day there is not is the month's last."""

    def step(day: date, count: int) -> date:
        years, month = divmod(day.month - 1 + size * count, 12)
        year = day.year + years
        if not date.min.year <= year <= date.max.year:
            raise OverflowError(year)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

    return step


_CLOCK = {"hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}
_STEPS = {
    "days": _by_days(1),
    "weeks": _by_days(7),
    "months": _by_months(1),
    "years": _by_months(12),
}
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WHICH = {"last": -1, "this": 0, "next": 1}
_PERIODS: dict[str, tuple[Callable[[date, int], date], Callable[[date, int], date]]] = {
    "week": (lambda day, start: day - (day.isoweekday() - start) % 7 * _DAY, _STEPS["weeks"]),
    "month": (lambda day, _: day.replace(day=1), _STEPS["months"]),
    "year": (lambda day, _: day.replace(month=1, day=1), _STEPS["years"]),
}


def stored(end: date | datetime, column: Column, calendar: Calendar) -> int:
    """Return an end of a span as a column's values are kept.

    Raises OverflowError where it leaves the calendar.
    """
    if column.date_only:
        packed: int = packer(column)(_first_day(end, calendar))
        return packed
    independent = column.date_behavior == _INDEPENDENT
    if isinstance(end, datetime):
        return pack_time(_as_utc(calendar.local(end)) if independent else end)
    midnight = datetime(end.year, end.month, end.day, tzinfo=UTC)
    if independent:
        return pack_time(midnight)
    return pack_time(calendar.moment(midnight.replace(tzinfo=None)))


def _first_day(end: date | datetime, calendar: Calendar) -> date:
    """Return the first day that begins at a moment or later: a day counts as its midnight."""
    if not isinstance(end, datetime):
        return end
    shown = calendar.local(end)
    begins = (shown.hour, shown.minute, shown.second, shown.microsecond) == (0, 0, 0, 0)
    return shown.date() if begins else shown.date() + _DAY


def _as_utc(shown: datetime) -> datetime:
    return shown.replace(tzinfo=UTC)
