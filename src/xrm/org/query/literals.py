"""Literals: a value as a query gives it, as storage compares it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.model.metadata import Column
from xrm.model.text import fold
from xrm.model.values import EntityReference, read_guid
from xrm.org.store.columns import pack_guid, pack_time, packer, scale
from xrm.wire.odata4.values import edm_type

MOST = 2**63 - 1
"""The largest number a column of whole numbers may hold."""
_BEYOND = Decimal(MOST) + Decimal("0.5")
_EXACT = Context(prec=120)
_KINDS = {
    "eq": "Equal",
    "ne": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterThanOrEqual",
    "lt": "LessThan",
    "le": "LessThanOrEqual",
}


def bind_value(column: Column, value: Any, operator: str = "eq") -> Any:
    """Return a literal as storage compares it. Raises ServiceError if types do not fit."""
    # What has no literals of its own, such as an image, is compared with null alone.
    convert = _CONVERTERS.get("Date" if column.date_only else column.type, _nothing)
    try:
        return convert(column, value)
    except (TypeError, ValueError, ArithmeticError):
        raise incompatible(edm_type(column), _literal_type(value), operator) from None


def _nothing(_column: Column, _value: Any) -> Any:
    raise TypeError


def _text(_column: Column, value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError
    return fold(value)


def _integer(_column: Column, value: Any) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError
    return _number(Decimal(value))


def _number(value: Decimal) -> int | Decimal:
    # What no 64-bit integer equals stays a Decimal, for the binder to compare around it; cut
    # off, since the power of ten in a literal may be larger than memory.
    value = max(-_BEYOND, min(value, _BEYOND))
    whole = value.to_integral_value(ROUND_FLOOR)
    return int(value) if value == whole and abs(value) <= MOST else value


def _scaled(column: Column, value: Any) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError
    return _number(Decimal(str(value)).scaleb(scale(column), _EXACT))


def _double(_column: Column, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError
    return float(value)


def _boolean(_column: Column, value: Any) -> int:
    if not isinstance(value, bool):
        raise TypeError
    return int(value)


def _incomparable(_column: Column, _value: Any) -> Any:
    raise TypeError


def _identifier(_column: Column, value: Any) -> bytes:
    if isinstance(value, UUID):
        return pack_guid(str(value))
    if isinstance(value, EntityReference):
        return pack_guid(value.id)
    return pack_guid(read_guid(value))


def _time(_column: Column, value: Any) -> int:
    if isinstance(value, datetime):
        return pack_time(value)
    return pack_time(datetime.combine(value, datetime.min.time(), UTC))


def _date(column: Column, value: Any) -> int:
    if isinstance(value, datetime):
        raise TypeError
    if not isinstance(value, date):
        raise TypeError
    packed: int = packer(column)(value)
    return packed


_CONVERTERS: dict[str, Callable[[Column, Any], Any]] = {
    "String": _text,
    "Memo": _text,
    "EntityName": _text,
    "Integer": _integer,
    "BigInt": _integer,
    "Picklist": _integer,
    "State": _integer,
    "Status": _integer,
    "Money": _scaled,
    "Decimal": _scaled,
    "Double": _double,
    "Boolean": _boolean,
    "ManagedProperty": _boolean,
    "Image": _incomparable,
    "Uniqueidentifier": _identifier,
    "Lookup": _identifier,
    "Owner": _identifier,
    "Customer": _identifier,
    "DateTime": _time,
    "Date": _date,
}
_LITERAL_TYPES = {
    "str": "Edm.String",
    "Decimal": "Edm.Decimal",
    "float": "Edm.Double",
    "bool": "Edm.Boolean",
    "UUID": "Edm.Guid",
    "datetime": "Edm.DateTimeOffset",
    "date": "Edm.Date",
}


def _literal_type(value: Any) -> str:
    if type(value) is int:
        return "Edm.Int32" if -(2**31) <= value < 2**31 else "Edm.Int64"
    return _LITERAL_TYPES.get(type(value).__name__, "Edm.Untyped")


def incompatible(left: str, right: str, operator: str) -> service.ServiceError:
    """Return the refusal of a comparison between two Edm types."""
    return service.ServiceError(
        service.URI,
        "A binary operator with incompatible types was detected. Found operand types "
        f"'{left}' and '{right}' for operator kind '{_KINDS.get(operator, operator)}'.",
    )
