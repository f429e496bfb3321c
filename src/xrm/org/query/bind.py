"""Bind a Query: names to columns, literals to storage values, everything else to a Shape.

Two queries of one shape differ only in parameters, so they share one compiled statement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.query import ColumnComparison, Condition, Filter, Group, Order, Page, Query
from xrm.model.text import fold
from xrm.model.values import read_guid
from xrm.org.query.patterns import MAX_LENGTH, pattern
from xrm.org.security.reach import Scope
from xrm.org.store.columns import pack_guid, pack_time, packer, scale

MAX_CONDITIONS = 500
_MOST = 2**63 - 1
_BEYOND = Decimal(_MOST) + Decimal("0.5")
_EXACT = Context(prec=120)
_TEXT_TESTS = {
    "contains": ("contains", False),
    "not-contains": ("contains", True),
    "begins-with": ("begins-with", False),
    "not-begin-with": ("begins-with", True),
    "ends-with": ("ends-with", False),
    "not-end-with": ("ends-with", True),
}


@dataclass(frozen=True, slots=True)
class Test:
    """A column, an operator of SQL, and the parameter's name (or the other column's)."""

    column: str
    operator: str
    slot: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Tests joined by `and` or `or`."""

    word: str
    items: tuple["Node", ...]


Node = Test | Joined


@dataclass(frozen=True, slots=True)
class Shape:
    """A bound query without its values; `start` tells which keyset values are null.

    `skipped` rows are counted off where a page is known by its number alone.
    """

    table: str
    columns: tuple[str, ...]
    filter: Node | None
    orders: tuple[Order, ...]
    start: tuple[bool, ...] | None
    scope: Scope
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """A shape and its parameters."""

    shape: Shape
    parameters: dict[str, Any]


def bind(query: Query, table: Table, engine: str, scope: Scope) -> Bound:
    """Bind a query to a table's columns for an engine and a scope of reading.

    Raises ServiceError (0x80060888) for a value that does not fit its column.
    """
    binder = _Binder(table, engine)
    node = None if query.filter is None else binder.node(query.filter)
    names = table.columns.keys() if query.columns is None else query.columns
    readable = tuple(name for name in names if table.columns[name].valid_for_read)
    start = binder.start(query.orders, query.page)
    page = query.page
    skipped = (page.number - 1) * query.size if page.last_id is None else 0
    shape = Shape(table.logical_name, readable, node, query.orders, start, scope, skipped)
    return Bound(shape, binder.parameters)


class _Binder:
    def __init__(self, table: Table, engine: str) -> None:
        self._table = table
        self._engine = engine
        self.parameters: dict[str, Any] = {}
        self._conditions = 0

    def _slot(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return name

    def node(self, item: Filter) -> Node:
        if isinstance(item, Group):
            return Joined(item.word, tuple(self.node(part) for part in item.items))
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise service.ServiceError(
                service.TOO_MANY_CONDITIONS,
                "Number of conditions in query exceeded maximum limit.",
            )
        column = self._table.columns[item.column]
        if isinstance(item, ColumnComparison):
            return self._columns(item, column)
        if item.operator in ("null", "not-null"):
            return Test(item.column, item.operator)
        if item.operator in _TEXT_TESTS:
            return self._text(item, column)
        value = bind_value(column, item.values[0], item.operator)
        if isinstance(value, Decimal):
            return self._inexact(item, value)
        return Test(item.column, item.operator, self._slot(value))

    def _inexact(self, item: Condition, value: Decimal) -> Test:
        """Compare with a number that no stored integer equals."""
        if item.operator in ("eq", "ne"):
            return Test(item.column, "never" if item.operator == "eq" else "always")
        rounding = ROUND_FLOOR if item.operator in ("gt", "le") else ROUND_CEILING
        nearest = int(value.to_integral_value(rounding))
        return Test(item.column, item.operator, self._slot(max(-_MOST, min(nearest, _MOST))))

    def _text(self, item: Condition, column: Column) -> Test:
        operator, negated = _TEXT_TESTS[item.operator]
        value = item.values[0]
        if not column.is_text or not isinstance(value, str) or "\x00" in value:
            raise _mismatch(column, value, item.operator)
        if len(value) > MAX_LENGTH:
            raise service.ServiceError(
                service.URI, f"The text to find in '{item.column}' is too long."
            )
        found = pattern(self._engine, operator, value)
        return Test(item.column, found.operator, self._slot(found.text), negated)

    def _columns(self, item: ColumnComparison, column: Column) -> Test:
        other = self._table.columns[item.other]
        same = column.type == other.type or (column.is_text and other.is_text)
        same = same and column.date_only == other.date_only
        if not same or scale(column) != scale(other):
            raise service.ServiceError(
                service.URI,
                f"The columns '{item.column}' and '{item.other}' cannot be compared.",
            )
        return Test(item.column, f"{item.operator}-column", item.other)

    def start(self, orders: tuple[Order, ...], page: Page) -> tuple[bool, ...] | None:
        if page.last_id is None:
            return None
        for place, (order, value) in enumerate(zip(orders, page.last, strict=True)):
            column = self._table.columns[order.column]
            if value is not None:
                stored = fold(str(value)) if column.is_text else packer(column)(value)
                self.parameters[f"k{place}"] = stored
        self.parameters["kid"] = pack_guid(page.last_id)
        return tuple(value is None for value in page.last)


def bind_value(column: Column, value: Any, operator: str = "eq") -> Any:
    """Return a literal as storage compares it. Raises ServiceError if types do not fit."""
    convert = _CONVERTERS["Date" if column.date_only else column.type]
    try:
        return convert(column, value)
    except (TypeError, ValueError, ArithmeticError):
        raise _mismatch(column, value, operator) from None


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
    return int(value) if value == whole and abs(value) <= _MOST else value


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


def _identifier(_column: Column, value: Any) -> bytes:
    if isinstance(value, UUID):
        return pack_guid(str(value))
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
    "Uniqueidentifier": _identifier,
    "Lookup": _identifier,
    "Owner": _identifier,
    "Customer": _identifier,
    "DateTime": _time,
    "Date": _date,
}
_LITERAL_NAMES = {
    "str": "Edm.String",
    "int": "Edm.Int32",
    "Decimal": "Edm.Decimal",
    "bool": "Edm.Boolean",
    "UUID": "Edm.Guid",
    "datetime": "Edm.DateTimeOffset",
    "date": "Edm.Date",
}


def _mismatch(column: Column, value: Any, operator: str) -> service.ServiceError:
    kind = _LITERAL_NAMES.get(type(value).__name__, "Edm.Untyped")
    return service.ServiceError(
        service.URI,
        f"A value of type '{kind}' cannot be compared with '{column.logical_name}' "
        f"({column.type}) by '{operator}'.",
    )
