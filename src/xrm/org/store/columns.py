"""One column's storage, so that SQLite and PostgreSQL answer as SQL Server does.

Identifiers are kept as 16 bytes in SQL Server's comparison order, text beside its fold key,
times as UTC microseconds, dates as days, money and decimals as scaled integers.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import types as sql

from xrm.db import types
from xrm.model.errors import service
from xrm.model.metadata import Column
from xrm.model.values import EntityReference, Guid

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONEY_SCALE = 4
_MICROSECOND = timedelta(microseconds=1)
_DAY_ZERO = date(1970, 1, 1).toordinal()
_EXACT = Context(prec=60)
_LIMIT = 2**63

SQL_TYPES: dict[str, sql.TypeEngine[Any]] = {
    "String": types.String,
    "Memo": types.String,
    "EntityName": types.String,
    "Image": types.String,
    "Double": types.Float,
    "Uniqueidentifier": types.Bytes,
    "Lookup": types.Bytes,
    "Owner": types.Bytes,
    "Customer": types.Bytes,
}
"""SQL types by column type; every other type is an integer."""


def fold_name(column: Column) -> str:
    """Return the name of the SQL column with a text column's fold key."""
    return f"{column.logical_name}__fold"


def type_name(column: Column) -> str:
    """Return the name of the SQL column with the table a lookup points to."""
    return f"{column.logical_name}__type"


def is_polymorphic(column: Column) -> bool:
    """Whether a lookup may point to more than one table."""
    return column.is_lookup and len(column.targets) != 1


def scale(column: Column) -> int:
    """Return how many decimal places a Money or Decimal column keeps."""
    return MONEY_SCALE if column.type == "Money" else column.precision


@lru_cache(maxsize=4096)
def pack_guid(text: Guid) -> bytes:
    """Return an identifier as bytes whose plain order is SQL Server's order.

    The same few users, units and currencies are in every record.
    """
    return pack_new_guid(text)


def pack_new_guid(text: Guid) -> bytes:
    """Do the same without remembering it."""
    raw = bytes.fromhex(text.replace("-", ""))
    return raw[10:] + raw[8:10] + raw[7::-1]


def unpack_guid(packed: bytes) -> Guid:
    """Return the identifier kept by `pack_guid`."""
    head, tail = packed[:7:-1].hex(), packed[:8].hex()
    return f"{head[:8]}-{head[8:12]}-{head[12:]}-{tail[12:]}-{tail[:12]}"


def pack_time(value: datetime) -> int:
    """Return a moment as microseconds since 1970, UTC."""
    return (value - EPOCH) // _MICROSECOND


def unpack_time(packed: int) -> datetime:
    """Return the moment kept by `pack_time`."""
    return EPOCH + timedelta(microseconds=packed)


def _scaler(column: Column) -> Callable[[Decimal | float], int]:
    """Return what turns a decimal into an integer of the column's scale, rounded half to even.

    It raises ServiceError for a number that storage cannot hold exactly.
    """
    places = scale(column)

    def pack(value: Decimal | float) -> int:
        try:
            number = value if isinstance(value, Decimal) else Decimal(value)
            scaled = int(number.scaleb(places, _EXACT).to_integral_value(ROUND_HALF_EVEN))
        except ArithmeticError:
            scaled = _LIMIT
        if not -_LIMIT <= scaled < _LIMIT:
            raise service.ServiceError(
                service.DECIMAL_OUT_OF_RANGE,
                f"A validation error occurred. The value of '{column.logical_name}' is outside "
                "the valid range.",
            )
        return scaled

    return pack


def packer(column: Column) -> Callable[[Any], Any]:
    """Return what turns a column's (non-null) value into its SQL column's value."""
    if column.type in ("Money", "Decimal"):
        return _scaler(column)
    if column.is_lookup:
        return lambda value: pack_guid(value.id)
    if column.date_only:
        return lambda value: value.toordinal() - _DAY_ZERO
    return _PACKERS.get(column.type, _same)


def unpacker(column: Column) -> Callable[[Any], Any] | None:
    """Return what turns a SQL column's value back, None where it is the value itself.

    A lookup of several tables is unpacked by `unpack_reference` with its type column.
    """
    if column.type in ("Money", "Decimal"):
        places = -scale(column)
        return lambda packed: Decimal(packed).scaleb(places)
    if column.is_lookup:
        target = column.targets[0] if len(column.targets) == 1 else ""
        return lambda packed: EntityReference(target, unpack_guid(packed))
    if column.date_only:
        return lambda packed: date.fromordinal(packed + _DAY_ZERO)
    return _UNPACKERS.get(column.type)


def is_same(column: Column) -> bool:
    """Whether a column's value is its SQL column's."""
    return packer(column) is _same


def _same(value: Any) -> Any:
    return value


_PACKERS: dict[str, Callable[[Any], Any]] = {
    "Boolean": int,
    "ManagedProperty": int,
    "DateTime": pack_time,
    "Uniqueidentifier": pack_guid,
}
_UNPACKERS: dict[str, Callable[[Any], Any]] = {
    "Boolean": bool,
    "ManagedProperty": bool,
    "DateTime": unpack_time,
    "Uniqueidentifier": unpack_guid,
}
