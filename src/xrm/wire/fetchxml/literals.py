"""One value of a question, as the column it is compared with has it.

FetchXML gives text, QueryExpression text or a value with a type of its own. Text is read
whatever the column; a value must be of the column's type.

A time without a zone is taken as UTC.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from xrm.model.metadata import Column
from xrm.model.operators import Operator
from xrm.model.values import Value, read_guid

_INTEGER = re.compile(r"\s*[+-]?\d{1,20}\s*", re.ASCII)
_NUMBER = re.compile(
    r"\s*[+-]?(?:\d{1,60}\.?\d{0,60}|\.\d{1,60})(?:[eE][+-]?\d{1,3})?\s*", re.ASCII
)
_GUID = re.compile(r"\{[0-9a-fA-F-]{36}\}|\([0-9a-fA-F-]{36}\)|[0-9a-fA-F-]{36}|[0-9a-fA-F]{32}")
_MOMENT = re.compile(
    r"\s*(?P<day>\d{4}-\d\d?-\d\d?|\d\d?/\d\d?/\d{4})"
    r"(?:[T ]\s*(?P<time>\d\d?:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d{1,12}))?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?)?\s*",
    re.ASCII,
)
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
_MOST_32 = 2**31
_MOST_64 = 2**63


def literal(column: Column, value: Any) -> Value:
    """Return what a column compares with. Raises ValueError for what does not fit its type."""
    kind = "Date" if column.date_only else column.type
    convert = _CONVERTERS.get(kind)
    if convert is None:
        raise ValueError(f"nothing compares with a column of type {column.type}")
    return convert(value)


def argument(operator: Operator, column: Column, value: Any) -> Value:
    """Return a value of an operator: of the column's type, a count, or a day.

    Raises ValueError for what is none.
    """
    if operator.takes == "count":
        return _integer(value)
    if operator.takes == "date":
        return _date(value)
    return literal(column, value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    return value


def _whole(most: int) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        found = int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else value
        whole = isinstance(found, int) and not isinstance(found, bool)
        if not whole or not -most <= found < most:
            raise ValueError("not a whole number of that size")
        return int(found)

    return convert


_integer = _whole(_MOST_32)


def _decimal(value: Any) -> Decimal:
    found = value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        found = Decimal(value.strip())
    elif isinstance(value, float):
        found = Decimal(repr(value))
    elif type(value) is int:
        found = Decimal(value)
    finite = isinstance(found, Decimal) and found.is_finite()
    if not finite:
        raise ValueError("not a number")
    return Decimal(found)


def _double(value: Any) -> float:
    found = float(_decimal(value))
    if not isfinite(found):
        raise ValueError("a number too large")
    return found


def _boolean(value: Any) -> bool:
    found = _BOOLEANS.get(value.strip().lower()) if isinstance(value, str) else value
    known = isinstance(found, int) and found in (0, 1)
    if not known:
        raise ValueError("neither true nor false")
    return bool(found)


def _identifier(value: Any) -> Value:
    if isinstance(value, UUID):
        return str(value)
    text = value.strip() if isinstance(value, str) else ""
    if not _GUID.fullmatch(text):
        raise ValueError("not an identifier")
    digits = text.strip("{}()")
    return read_guid(digits if "-" in digits else str(UUID(digits)))


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return _utc(aware)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("not a date and time")
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    clock = _clock(match["time"] or "0:00", match["half"]).replace(microsecond=int(fraction))
    zone = (match["zone"] or "Z").replace("Z", "+00:00")
    offset = datetime.strptime(zone.replace(":", ""), "%z").tzinfo
    return _utc(datetime.combine(_day(match["day"]), clock, offset))


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the calendar") from error


def _day(text: str) -> date:
    if "/" in text:
        month, day, year = text.split("/")
    else:
        year, month, day = text.split("-")
    return date(int(year), int(month), int(day))


def _clock(text: str, half: str | None) -> time:
    hour, minute, *rest = map(int, text.split(":"))
    second = rest[0] if rest else 0
    if half is not None:
        if not 1 <= hour <= 12:
            raise ValueError("not an hour of half a day")
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    return time(hour, minute, second)


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("not a day")
    _moment(value)
    return _day(match["day"])


_CONVERTERS: dict[str, Callable[[Any], Value]] = {
    "String": _text,
    "Memo": _text,
    "EntityName": _text,
    "Integer": _integer,
    "Picklist": _integer,
    "State": _integer,
    "Status": _integer,
    "BigInt": _whole(_MOST_64),
    "Decimal": _decimal,
    "Money": _decimal,
    "Double": _double,
    "Boolean": _boolean,
    "ManagedProperty": _boolean,
    "Uniqueidentifier": _identifier,
    "Lookup": _identifier,
    "Owner": _identifier,
    "Customer": _identifier,
    "DateTime": _moment,
    "Date": _date,
}
SYSTEM_TYPES = {
    "Integer": "System.Int32",
    "Picklist": "System.Int32",
    "State": "System.Int32",
    "Status": "System.Int32",
    "BigInt": "System.Int64",
    "Decimal": "System.Decimal",
    "Money": "System.Decimal",
    "Double": "System.Double",
    "Boolean": "System.Boolean",
    "ManagedProperty": "System.Boolean",
    "Uniqueidentifier": "System.Guid",
    "Lookup": "System.Guid",
    "Owner": "System.Guid",
    "Customer": "System.Guid",
    "DateTime": "System.DateTime",
}
"""What the service calls the types of values, by the type of a column; text is the rest."""
