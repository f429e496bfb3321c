"""Dates and times written by .NET's custom patterns."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

Write = Callable[[datetime], str]

_TOKEN = re.compile(r"'([^']*)'?|\"([^\"]*)\"?|\\(.)|%|([dMyhHmst])\4*|.", re.DOTALL)
_DAY = re.compile(r"(?<!d)d{1,2}(?!d)")
_QUOTED = re.compile(r"'[^']*'?|\"[^\"]*\"?|\\.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DateStyle:
    """What a pattern leaves open; `language` is a culture's name, such as `de-DE`."""

    date_separator: str = "/"
    time_separator: str = ":"
    am: str = "AM"
    pm: str = "PM"
    language: str = "en-US"


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of months from January on and of days from Monday on, whole and short.

    `of_day` is the form of a month's name beside a day: genitive in Slavic languages.
    """

    months: tuple[str, ...]
    of_day: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]


@cache
def _names(language: str) -> _Names:
    # Few patterns spell names: the library and its data are loaded for those alone.
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en_US")
    months, days = locale.months, locale.days["format"]
    return _Names(
        months=tuple(months["stand-alone"]["wide"][place] for place in range(1, 13)),
        of_day=tuple(months["format"]["wide"][place] for place in range(1, 13)),
        short_months=tuple(months["format"]["abbreviated"][place] for place in range(1, 13)),
        days=tuple(days["wide"][place] for place in range(7)),
        short_days=tuple(days["abbreviated"][place] for place in range(7)),
    )


def writer(pattern: str, style: DateStyle) -> Write:
    """Return what writes a moment by a pattern: d, M, y, h, H, m, s, t, separators, literals.

    Longer runs of a letter mean the longest form there is, any other character itself.
    """
    beside_day = _DAY.search(_QUOTED.sub("", pattern)) is not None
    parts: list[str | Write] = []
    for found in _TOKEN.finditer(pattern):
        part = _part(found, style, beside_day=beside_day)
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part:
            parts.append(part)

    def write(moment: datetime) -> str:
        return "".join([part if isinstance(part, str) else part(moment) for part in parts])

    return write


def day_writer(pattern: str, style: DateStyle) -> Callable[[date], str]:
    """Return what writes a day, which has no time, by a pattern."""
    write = writer(pattern, style)
    return lambda day: write(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - no zone


def _part(found: re.Match[str], style: DateStyle, *, beside_day: bool) -> str | Write:
    text = found.group()
    if found.group(4):
        return _field(text[0], len(text), style, beside_day=beside_day)
    if text[0] in "'\"\\":
        return found.group(1) or found.group(2) or found.group(3) or ""
    return {"/": style.date_separator, ":": style.time_separator, "%": ""}.get(text, text)


def _field(letter: str, count: int, style: DateStyle, *, beside_day: bool) -> Write:
    if letter in "dM" and count > 2:
        return _named(letter, count, style.language, beside_day=beside_day)
    if letter == "t":
        am, pm = (style.am, style.pm) if count > 1 else (style.am[:1], style.pm[:1])
        return lambda moment: am if moment.hour < 12 else pm
    if letter == "y":
        if count > 2:
            return lambda moment: f"{moment.year:0{count}d}"
        return lambda moment: f"{moment.year % 100:0{count}d}"
    width = min(count, 2)
    if letter == "h":
        return lambda moment: f"{moment.hour % 12 or 12:0{width}d}"
    name = {"d": "day", "M": "month", "H": "hour", "m": "minute", "s": "second"}[letter]
    return lambda moment: f"{getattr(moment, name):0{width}d}"


def _named(letter: str, count: int, language: str, *, beside_day: bool) -> Write:
    names = _names(language)
    if letter == "d":
        days = names.days if count > 3 else names.short_days
        return lambda moment: days[moment.weekday()]
    whole = names.of_day if beside_day else names.months
    months = whole if count > 3 else names.short_months
    return lambda moment: months[moment.month - 1]
