"""One column's value: from a payload to the model and back (OData 2.0 JSON, 4; Atom, 3).

A payload of JSON holds JSON values, one of Atom holds text; both are read alike, since the
service converts text wherever a type fits.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from xrm.model.metadata import Column
from xrm.model.values import EntityReference, Value, read_guid
from xrm.wire.odata2.kinds import COMPLEX, kind_of, qualified
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time
from xrm.wire.odata4.values import read_value as read_plain
from xrm.wire.soap.lexical import write_double

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICKS = re.compile(r"\\?/Date\((-?\d{1,15})([+-]\d{1,4})?\)\\?/", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
_ZONED = re.compile(r"(?:Z|[+-]\d\d:\d\d)\Z")
_AMERICAN = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: (AM|PM))?)?",
    re.ASCII | re.IGNORECASE,
)

_METADATA = "__metadata"


def shown(column: Column, value: Value, name: str | None = None) -> Any:
    """Return a value as it is written: a primitive one, or the members of a complex one.

    `name` is the name of the record a lookup points to, where it may be read.
    """
    kind = kind_of(column)
    if kind == "EntityReference":
        reference = value if isinstance(value, EntityReference) else None
        return {
            "Id": reference and reference.id,
            "LogicalName": reference and reference.logical_name,
            "Name": name,
            "RowVersion": None,
        }
    if kind == "BooleanManagedProperty":
        return {"Value": value, "CanBeChanged": None if value is None else True}
    return {"Value": value} if kind in COMPLEX else value


def write_json(edm: str, value: Any) -> Any:
    """Return a primitive value as JSON: 64-bit integers and decimals as text."""
    if value is None:
        return None
    if edm == "Edm.DateTime":
        return f"/Date({_ticks(value)})/"
    return write_text(edm, value) if edm in ("Edm.Int64", "Edm.Decimal") else value


def write_text(edm: str, value: Any) -> str:
    """Return a primitive value, which is not None, as text."""
    if edm == "Edm.Boolean":
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if edm == "Edm.DateTime":
        return _moment(value).isoformat()[:19] + "Z"
    return write_double(value) if isinstance(value, float) else str(value)


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def _ticks(value: Any) -> int:
    return (_moment(value) - _EPOCH) // timedelta(milliseconds=1)


def read_value(column: Column, raw: Any) -> Value:
    """Return what a payload says of a column. Raises ODataError if it does not fit its type."""
    kind = kind_of(column)
    if kind in COMPLEX:
        return _read_complex(column, kind, _members(column, kind, raw))
    return read_member(column, raw)


def read_member(column: Column, raw: Any) -> Value:
    """Return a primitive value, or the value within a complex one. Raises ODataError."""
    if raw is None:
        return None
    try:
        if column.type == "DateTime":
            return _time(column, raw)
        return read_plain(column, raw, ieee754=isinstance(raw, str))
    except (ValueError, TypeError, ArithmeticError):
        raise _unfit(column) from None


def _members(column: Column, kind: str, raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise _unfit(column)
    members = {name: value for name, value in raw.items() if name != _METADATA}
    for name in members:
        if name not in COMPLEX[kind]:
            raise ODataError(
                "Error processing request stream. The property name "
                f"'{str(name)[:100]}' specified for type '{qualified(kind)}' is not valid."
            )
    return members


def _read_complex(column: Column, kind: str, members: Mapping[str, Any]) -> Value:
    if kind != "EntityReference":
        return read_member(column, members.get("Value"))
    key, table = members.get("Id"), members.get("LogicalName")
    if key is None:
        return None
    if table is None and len(column.targets) == 1:
        table = column.targets[0]
    if not isinstance(key, str) or table not in column.targets:
        raise _unfit(column)
    try:
        return EntityReference(table, read_guid(key.strip().strip("{}")))
    except ValueError:
        raise _unfit(column) from None


def _time(column: Column, raw: Any) -> Value:
    if not isinstance(raw, str):
        raise TypeError
    moment = _read_ticks(raw) or _read_iso(raw) or _read_american(raw)
    if moment is None:
        raise ValueError(raw)
    return moment.date() if column.date_only else moment


def _read_ticks(text: str) -> datetime | None:
    match = _TICKS.fullmatch(text)
    if match is None:
        return None
    moment = _EPOCH + timedelta(milliseconds=int(match[1]))
    # As OData has it: the offset, in minutes, is already in the milliseconds.
    return moment.astimezone(timezone(timedelta(minutes=int(match[2])))) if match[2] else moment


def _read_iso(text: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    return read_time(text if _ZONED.search(text) else f"{text}Z")


def _read_american(text: str) -> datetime | None:
    """Read a date as the platform's invariant culture writes it: month first; UTC."""
    match = _AMERICAN.fullmatch(text.strip())
    if match is None:
        return None
    month, day, year, hour, minute, second = (int(match[place] or 0) for place in range(1, 7))
    if match[7]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if match[7].upper() == "PM" else 0)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _unfit(column: Column) -> ODataError:
    return ODataError(
        "Error processing request stream. Error encountered in converting the value from request "
        f"payload for property '{column.schema_name}' to type '{qualified(kind_of(column))}', "
        "which is the property's expected type. See inner exception for more detail."
    )
