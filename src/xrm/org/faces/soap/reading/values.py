"""One value of a record: from what its element said to what its column holds.

The platform converts nothing here: a value is of the .NET type its column has, or refused.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.values import EntityReference, KeyReference, Value
from xrm.org.faces.soap.reading.members import invalid, kind_of, missing_member
from xrm.wire.soap.values import Long, Pairs, Struct

NOBODY = UUID(int=0)
"""What stands for no record."""

Reader = Callable[[Any], Value]


def incorrect_type(value: Any) -> service.ServiceError:
    """Return the error for a value of another type than its column's."""
    return invalid(f"Incorrect attribute value type {kind_of(value)}")


@cache
def readers(table: Table) -> Mapping[str, Reader]:
    """Return what reads each column of a table. They raise ServiceError 0x80040203."""
    return {name: reader(column) for name, column in table.columns.items()}


def reader(column: Column) -> Reader:
    """Return what reads values of a column, nil among them."""
    kind, convert = _TYPES["Date" if column.date_only else column.type]

    def read(value: Any) -> Value:
        if type(value) is not kind:
            if value is None:
                return None
            raise incorrect_type(value)
        found: Value = value if convert is None else convert(value)
        return found

    return read


def _finite(value: float) -> float:
    if not isfinite(value):
        raise service.ServiceError(
            service.DECIMAL_OUT_OF_RANGE,
            f"A validation error occurred. The value {value} is outside the valid range.",
        )
    # A sum with zero, since a negative zero would not come back from every database.
    return value + 0.0


def _part(name: str, member: str, kind: type) -> Callable[[Struct], Any]:
    """Return what takes the one member of a data contract that holds a value.

    It takes 0, as .NET does, where that is not there.
    """

    def read(value: Struct) -> Any:
        if value.type != name:
            raise incorrect_type(value)
        found = value.members.get(member)
        return kind() if found is None else found

    return read


def read_reference(value: Any, field: str = "Target") -> EntityReference | KeyReference:
    """Return the record an EntityReference names, by its id or by an alternate key.

    Values of an alternate key are as they came. Raises ServiceError 0x80040203 for what is no
    EntityReference, or one without a LogicalName.
    """
    if not isinstance(value, Struct) or value.type != "EntityReference":
        raise incorrect_type(value)
    members = value.members
    name, key, keys = members.get("LogicalName"), members.get("Id"), members.get("KeyAttributes")
    if not name:
        raise missing_member("LogicalName", field)
    if (key is None or key == NOBODY) and isinstance(keys, Pairs) and keys.values:
        return KeyReference(name, tuple((str(each), plain(v)) for each, v in keys.values.items()))
    return EntityReference(name, str(key or NOBODY))


def plain(value: Any) -> Value:
    """Return a value whose column is not known, as the model has values of its type."""
    if isinstance(value, Struct):
        if value.type == "EntityReference":
            return read_reference(value)
        if value.type in ("OptionSetValue", "Money"):
            found: Value = value.members.get("Value")
            return found
        raise incorrect_type(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if value is None or isinstance(value, str | int | float | Decimal | datetime):
        return value
    raise incorrect_type(value)


_Kind = tuple[type[Any], Callable[[Any], Any] | None]
_REFERENCE: _Kind = (Struct, read_reference)
_OPTION: _Kind = (Struct, _part("OptionSetValue", "Value", int))

_TYPES: Mapping[str, _Kind] = {
    "String": (str, None),
    "Memo": (str, None),
    "EntityName": (str, None),
    "Integer": (int, None),
    "BigInt": (Long, int),
    "Boolean": (bool, None),
    "Double": (float, _finite),
    "Decimal": (Decimal, None),
    "Money": (Struct, _part("Money", "Value", Decimal)),
    "Picklist": _OPTION,
    "State": _OPTION,
    "Status": _OPTION,
    "DateTime": (datetime, None),
    "Date": (datetime, datetime.date),
    "Uniqueidentifier": (UUID, str),
    "Lookup": _REFERENCE,
    "Owner": _REFERENCE,
    "Customer": _REFERENCE,
    "Image": (bytes, lambda value: b64encode(value).decode()),
    "ManagedProperty": (Struct, _part("BooleanManagedProperty", "Value", bool)),
}
"""The type a column's values have on the wire, and what makes of them what it holds."""
