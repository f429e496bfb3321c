"""Time zones by the platform's codes, and the local time of a moment as Windows reckons it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import orjson

COORDINATED = 92
_HISTORY = 1970
_MODEL_YEAR = 2000
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeZone:
    """One time zone: the platform's code, Windows' name, the IANA zone, the name people see."""

    code: int
    standard: str
    zone: str
    name: str


@cache
def time_zones() -> dict[int, TimeZone]:
    """Return the platform's time zones by code; read once."""
    rows = orjson.loads((resources.files(__package__) / "timezones.json").read_bytes())
    return {row["code"]: TimeZone(**row) for row in rows}


def zone(code: int) -> tzinfo:
    """Return the rules of a time zone; UTC for a code that is not known."""
    known = time_zones().get(code)
    return UTC if known is None else ZoneInfo(known.zone)


def biases(code: int, year: int) -> tuple[int, int]:
    """Return how far a zone is behind UTC, and how much more so in summer, in minutes.

    Windows counts so: an hour east of UTC is -60, an hour of daylight saving time another -60.
    """
    rules = zone(code)
    offsets = [datetime(year, month, 1, tzinfo=UTC).astimezone(rules) for month in (1, 7)]
    standard, *summer = sorted({_minutes(each) for each in offsets})
    return -standard, standard - summer[0] if summer else 0


def _minutes(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else offset // timedelta(minutes=1)


def local(moment: datetime, rules: tzinfo) -> datetime:
    """Return a moment as clocks of a zone show it; the ends of time where they leave it."""
    try:
        if moment.year >= _HISTORY:
            return moment.astimezone(rules)
        # Windows knows no local mean time and carries its oldest rules back for ever.
        offset = moment.replace(year=_MODEL_YEAR).astimezone(rules).utcoffset()
        return moment if offset is None else moment + offset
    except OverflowError:
        return (_FIRST if moment.year == 1 else _LAST).replace(tzinfo=rules)


def moment_of(shown: datetime, rules: tzinfo) -> datetime:
    """Return when clocks of a zone show this first, in UTC; the ends of time where they leave it.

    Of a time that clocks leave out, it is the moment at which they do.
    """
    try:
        if shown.year >= _HISTORY:
            return shown.replace(tzinfo=rules, fold=0).astimezone(UTC)
        # As `local` reckons them.
        offset = shown.replace(year=_MODEL_YEAR, tzinfo=rules).utcoffset()
        return shown.replace(tzinfo=UTC) - (offset or timedelta())
    except OverflowError:
        return _FIRST if shown.year == 1 else _LAST
