"""One column's value: from JSON to the model and back (OData JSON 4.0, 7.1)."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

import orjson

from xrm.model.metadata import Column
from xrm.model.values import EntityReference, Guid, Value, read_guid
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

EDM = {
    "String": "Edm.String",
    "Memo": "Edm.String",
    "EntityName": "Edm.String",
    "Integer": "Edm.Int32",
    "Picklist": "Edm.Int32",
    "State": "Edm.Int32",
    "Status": "Edm.Int32",
    "BigInt": "Edm.Int64",
    "Boolean": "Edm.Boolean",
    "Double": "Edm.Double",
    "Decimal": "Edm.Decimal",
    "Money": "Edm.Decimal",
    "DateTime": "Edm.DateTimeOffset",
    "Uniqueidentifier": "Edm.Guid",
    "Lookup": "Edm.Guid",
    "Owner": "Edm.Guid",
    "Customer": "Edm.Guid",
}


def edm_type(column: Column) -> str:
    """Return the Edm type of a column."""
    return "Edm.Date" if column.date_only else EDM[column.type]


def read_value(column: Column, raw: Any) -> Value:
    """Return the model's value of a JSON value for a column other than a lookup.

    Raises ODataError when the JSON value is not of the column's Edm type.
    """
    if raw is None:
        return None
    kind = edm_type(column)
    try:
        return _READERS[kind](raw)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        shown = repr(raw)[:100] if isinstance(raw, str | int | float) else type(raw).__name__
        raise ODataError(
            f"Cannot convert the literal {shown} to the expected type '{kind}'."
        ) from None


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or "\x00" in raw:
        raise TypeError
    return raw


def _integer(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise TypeError
    return raw


def _int32(raw: Any) -> int:
    number = _integer(raw)
    if not -(2**31) <= number < 2**31:
        raise ValueError
    return number


def _int64(raw: Any) -> int:
    number = int(raw) if isinstance(raw, str) and len(raw) <= 20 else _integer(raw)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise TypeError
    if len(str(raw)) > 60:
        raise ValueError
    number = Decimal(str(raw))
    if not number.is_finite():
        raise ValueError
    return number


def _double(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise TypeError
    if not isfinite(number := float(raw)):
        raise ValueError
    return number


def _boolean(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise TypeError
    return raw


def _guid(raw: Any) -> Guid:
    if not isinstance(raw, str):
        raise TypeError
    braced = raw.startswith("{") and raw.endswith("}")
    return read_guid(raw[1:-1] if braced else raw)


def _time(raw: Any) -> datetime:
    if not _TIME.fullmatch(raw):
        raise ValueError
    return read_time(raw)


def _date(raw: Any) -> date:
    if not _DATE.fullmatch(raw):
        raise ValueError
    return date.fromisoformat(raw)


_READERS: dict[str, Callable[[Any], Value]] = {
    "Edm.String": _text,
    "Edm.Int32": _int32,
    "Edm.Int64": _int64,
    "Edm.Boolean": _boolean,
    "Edm.Double": _double,
    "Edm.Decimal": _decimal,
    "Edm.DateTimeOffset": _time,
    "Edm.Date": _date,
    "Edm.Guid": _guid,
}


def _write_reference(value: EntityReference) -> str:
    return value.id


def _write_time(value: datetime) -> str:
    return value.isoformat()[:19] + "Z"


def _write_decimal(value: Decimal) -> orjson.Fragment:
    # Digit by digit, as no binary float could hold it.
    return orjson.Fragment(f"{value:f}")


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "Money": _write_decimal,
    "Decimal": _write_decimal,
    "DateTime": _write_time,
    "Lookup": _write_reference,
    "Owner": _write_reference,
    "Customer": _write_reference,
}


def writer(column: Column) -> Callable[[Any], Any] | None:
    """Return what turns a column's value into JSON, None where it already is."""
    if column.date_only:
        return date.isoformat
    return _WRITERS.get(column.type)


def property_name(column: Column) -> str:
    """Return the name of a column's property: `_name_value` for lookups."""
    return f"_{column.logical_name}_value" if column.is_lookup else column.logical_name
