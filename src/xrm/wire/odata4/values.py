"""One column's value: from JSON to the model and back (OData JSON 4.0, 7.1).

Text is converted where OData's own libraries convert it: a quoted number is a number, a quoted
`true` is true. Only 64-bit integers and decimals are told apart by `IEEE754Compatible`
(OData JSON 4.0, 3.2): quoted where it is asked for, bare where it is not.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import date, datetime
from decimal import Context, Decimal
from math import isfinite
from typing import Any

import orjson

from xrm.model.metadata import Column
from xrm.model.values import EntityReference, Guid, Value, read_guid
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time

_OFFSET = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_TIME = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?{_OFFSET}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGER = re.compile(r"\s*[+-]?\d{1,400}\s*", re.ASCII)
_DECIMAL = re.compile(r"\s*[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})\s*", re.ASCII)
_DOUBLE = re.compile(
    r"\s*[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,4})?\s*", re.ASCII
)
_GUID = re.compile(r"[0-9a-fA-F]{32}")
_SIGNIFICANT = Context(prec=29, Emin=-99, Emax=99)
"""How many digits the platform's decimals hold."""
_MOST_DECIMAL = Decimal(2**96 - 1)
_LONG_TYPES = frozenset({"Edm.Int64", "Edm.Decimal"})
_SHOWN = 100

MANAGED = "Microsoft.Dynamics.CRM.BooleanManagedProperty"
_BOOLEANS = {"true": True, "false": False}
_NESTED = (dict, list)
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
    "Image": "Edm.Binary",
    "ManagedProperty": MANAGED,
}


def edm_type(column: Column) -> str:
    """Return the Edm type of a column."""
    return "Edm.Date" if column.date_only else EDM[column.type]


def read_value(column: Column, raw: Any, *, ieee754: bool = False) -> Value:
    """Return the model's value of a JSON value; for many of a column, `reader` is made once."""
    return reader(column, ieee754=ieee754)(raw)


def reader(column: Column, *, ieee754: bool = False) -> Callable[[Any], Value]:
    """Return what turns JSON values into the model's, for a column other than a lookup.

    `ieee754` tells that the payload quotes 64-bit integers and decimals. What is returned raises
    ODataError when a JSON value is not of the column's Edm type.
    """
    kind = edm_type(column)
    convert = _READERS[kind]
    quoted = ieee754 if kind in _LONG_TYPES else None

    def read(raw: Any) -> Value:
        if raw is None:
            return None
        if quoted is not None and isinstance(raw, str) is not quoted:
            raise _misquoted(raw, kind)
        try:
            return convert(raw)
        except (ValueError, TypeError, ArithmeticError):
            raise _unconvertible(raw, kind) from None

    return read


def _nested(raw: Any) -> ODataError:
    node = "StartArray" if isinstance(raw, list) else "StartObject"
    return ODataError(
        f"An unexpected '{node}' node was found when reading from the JSON reader. "
        "A 'PrimitiveValue' node was expected."
    )


def _misquoted(raw: Any, kind: str) -> ODataError:
    if isinstance(raw, _NESTED):
        return _nested(raw)
    return ODataError(
        f"Cannot convert a value to target type '{kind}' because of conflict between input "
        "format string/number and parameter 'IEEE754Compatible' false/true."
    )


def _unconvertible(raw: Any, kind: str) -> ODataError:
    if isinstance(raw, _NESTED) and kind != MANAGED:
        return _nested(raw)
    text = f"Cannot convert the literal '{str(raw)[:_SHOWN]}' to the expected type '{kind}'."
    if isinstance(raw, str) and kind == "Edm.Int32":
        text += " ---> System.FormatException: Input string was not in a correct format."
    return ODataError(text)


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or "\x00" in raw:
        raise TypeError
    return raw


def _integer(raw: Any) -> int:
    if isinstance(raw, str) and _INTEGER.fullmatch(raw):
        return int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise TypeError
    return raw


def _int32(raw: Any) -> int:
    number = _integer(raw)
    if not -(2**31) <= number < 2**31:
        raise ValueError
    return number


def _int64(raw: Any) -> int:
    number = _integer(raw)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, str) and not _DECIMAL.fullmatch(raw):
        raise ValueError
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise TypeError
    exact = repr(raw) if isinstance(raw, float) else raw
    number = _SIGNIFICANT.create_decimal(exact.strip() if isinstance(exact, str) else exact)
    if not number.is_finite() or number.copy_abs() > _MOST_DECIMAL:
        raise ValueError
    return number


def _double(raw: Any) -> float:
    if isinstance(raw, str) and not _DOUBLE.fullmatch(raw):
        raise ValueError
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise TypeError
    # A sum with zero, since a negative zero would not come back from every database.
    if not isfinite(number := float(raw) + 0.0):
        raise ValueError
    return number


def _boolean(raw: Any) -> bool:
    known = _BOOLEANS.get(raw.strip().lower()) if isinstance(raw, str) else raw
    if not isinstance(known, bool):
        raise TypeError
    return known


def _guid(raw: Any) -> Guid:
    text = _text(raw).strip()
    if text[:1] + text[-1:] in ("{}", "()"):
        return read_guid(text[1:-1])
    if _GUID.fullmatch(text):
        text = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return read_guid(text)


def _time(raw: Any) -> datetime:
    if not _TIME.fullmatch(raw):
        raise ValueError
    return read_time(raw)


def _date(raw: Any) -> date:
    if not _DATE.fullmatch(raw):
        raise ValueError
    return date.fromisoformat(raw)


def _binary(raw: Any) -> str:
    b64decode(raw, validate=True)
    return _text(raw)


def _managed(raw: Any) -> bool:
    return _boolean(raw.get("Value") if isinstance(raw, dict) else raw)


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
    "Edm.Binary": _binary,
    MANAGED: _managed,
}


def _write_reference(value: EntityReference) -> str:
    return value.id


def _write_time(value: datetime) -> str:
    return value.isoformat()[:19] + "Z"


def _write_decimal(value: Decimal) -> orjson.Fragment:
    # Digit by digit, as no binary float could hold it.
    return orjson.Fragment(f"{value:f}")


def _write_quoted(value: Decimal | int) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "Money": _write_decimal,
    "Decimal": _write_decimal,
    "DateTime": _write_time,
    "Lookup": _write_reference,
    "Owner": _write_reference,
    "Customer": _write_reference,
}


def _managed_writer(column: Column) -> Callable[[bool], dict[str, Any]]:
    name = column.logical_name
    if name == "iscustomizable":
        name = "iscustomizableanddeletable"
    return lambda value: {
        "Value": value,
        "CanBeChanged": True,
        "ManagedPropertyLogicalName": name,
    }


def writer(column: Column, *, ieee754: bool = False) -> Callable[[Any], Any] | None:
    """Return what turns a column's value into JSON, None where it already is.

    `ieee754` asks for 64-bit integers and decimals in quotes.
    """
    if column.date_only:
        return date.isoformat
    if column.type == "ManagedProperty":
        return _managed_writer(column)
    if ieee754 and EDM[column.type] in _LONG_TYPES:
        return _write_quoted
    return _WRITERS.get(column.type)


def write_value(column: Column, value: Value, *, ieee754: bool = False) -> Any:
    """Return one value as JSON; for many of a column, `writer` is made once."""
    write = writer(column, ieee754=ieee754)
    return value if value is None or write is None else write(value)


def property_name(column: Column) -> str:
    """Return the name of a column's property: `_name_value` for lookups."""
    return f"_{column.logical_name}_value" if column.is_lookup else column.logical_name
