"""Bind a Query: names to columns, literals to storage values, everything else to a Shape.

Two queries of one shape differ only in parameters, so they share one compiled statement.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.query import (
    ColumnComparison,
    Condition,
    Filter,
    Group,
    Hop,
    Order,
    Page,
    Path,
    Query,
)
from xrm.model.text import fold
from xrm.org.query.links import Links
from xrm.org.query.literals import MOST, bind_value, incompatible
from xrm.org.query.patterns import MAX_LENGTH, pattern
from xrm.org.query.shape import Belonging, Joined, Node, Shape, Sort, Test
from xrm.org.security.reach import Scope
from xrm.org.store.columns import pack_guid, packer, scale
from xrm.wire.odata4.values import edm_type

MAX_CONDITIONS = 500
_TEXT_TESTS = {
    "contains": ("contains", False),
    "not-contains": ("contains", True),
    "begins-with": ("begins-with", False),
    "not-begin-with": ("begins-with", True),
    "ends-with": ("ends-with", False),
    "not-end-with": ("ends-with", True),
}
_FUNCTIONS = {"contains": "contains", "begins-with": "startswith", "ends-with": "endswith"}


class Bound(NamedTuple):
    """A shape and its parameters."""

    shape: Shape
    parameters: dict[str, Any]


def bind(
    query: Query,
    table: Table,
    engine: str,
    scope: Scope,
    *,
    links: Links | None = None,
    belonging: Belonging | None = None,
) -> Bound:
    """Bind a query to a table's columns for an engine and a scope of reading.

    Without `links` it may not lead through lookups. Raises ServiceError (0x80060888) for a
    value that does not fit its column, and what Links raises.
    """
    binder = _Binder(table, engine, links)
    node = None if query.filter is None else binder.node(query.filter)
    names = table.columns.keys() if query.columns is None else query.columns
    readable = tuple(name for name in names if table.columns[name].valid_for_read)
    sorts = tuple(map(binder.sort, query.orders))
    start = binder.start(query.orders, query.page)
    page = query.page
    shape = Shape(
        table=table.logical_name,
        columns=readable,
        filter=node,
        orders=sorts,
        start=start,
        scope=scope,
        skipped=(page.number - 1) * query.size if page.last_id is None else 0,
        links=() if links is None else tuple(links.found),
        belonging=belonging,
        counting=query.count,
    )
    if links is not None:
        binder.parameters |= links.parameters
    return Bound(shape, binder.parameters)


def _is_packed(column: Column) -> bool:
    return column.is_lookup or column.type == "Uniqueidentifier"


class _Binder:
    def __init__(self, table: Table, engine: str, links: Links | None) -> None:
        self._table = table
        self._engine = engine
        self._links = links
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
        link, table = self._linked(item.via)
        column = table.columns[item.column]
        if isinstance(item, ColumnComparison):
            return self._columns(item, column, table.columns[item.other], link)
        return self._condition(item, column, link)

    def _condition(self, item: Condition, column: Column, link: int) -> Test:
        if item.operator in ("null", "not-null"):
            return Test(item.column, item.operator, link=link)
        if item.operator in _TEXT_TESTS:
            return self._text(item, column, link)
        if item.operator in ("in", "not-in"):
            return self._listed(item, column, link)
        return self._compared(item, column, link)

    def _compared(self, item: Condition, column: Column, link: int) -> Test:
        value = bind_value(column, item.values[0], item.operator)
        if isinstance(value, Decimal):
            return self._inexact(item, value, link)
        return Test(item.column, item.operator, self._slot(value), link=link)

    def _listed(self, item: Condition, column: Column, link: int) -> Test:
        """Test for one of several values; those that nothing stored equals are left out."""
        assert self._links is not None
        bound = [bind_value(column, value, item.operator) for value in item.values]
        known = [value for value in bound if not isinstance(value, Decimal)]
        kind = "text" if column.is_text else "bytes" if _is_packed(column) else "integer"
        slot = self._slot(self._links.array(known))
        return Test(item.column, f"in-{kind}", slot, item.operator == "not-in", link)

    def _linked(self, path: Path) -> tuple[int, Table]:
        """Return the link a path leads to and the table there."""
        if not path:
            return 0, self._table
        assert self._links is not None
        return self._links.number(path), self._links.table(path, self._table)

    def _inexact(self, item: Condition, value: Decimal, link: int) -> Test:
        """Compare with a number that no stored integer equals."""
        if item.operator in ("eq", "ne"):
            word = "never" if item.operator == "eq" else "always"
            return Test(item.column, word, link=link)
        rounding = ROUND_FLOOR if item.operator in ("gt", "le") else ROUND_CEILING
        nearest = max(-MOST, min(int(value.to_integral_value(rounding)), MOST))
        return Test(item.column, item.operator, self._slot(nearest), link=link)

    def _text(self, item: Condition, column: Column, link: int) -> Test:
        operator, negated = _TEXT_TESTS[item.operator]
        value = item.values[0]
        if not column.is_text or not isinstance(value, str) or "\x00" in value:
            name = _FUNCTIONS[operator]
            raise service.ServiceError(
                service.URI,
                f"No function signature for the function with name '{name}' matches the "
                f"specified arguments. The function signatures considered are: {name}"
                "(Edm.String Nullable=true, Edm.String Nullable=true).",
            )
        if len(value) > MAX_LENGTH:
            raise service.ServiceError(
                service.URI, f"The text to find in '{item.column}' is too long."
            )
        found = pattern(self._engine, operator, value)
        return Test(item.column, found.operator, self._slot(found.text), negated, link)

    def _columns(self, item: ColumnComparison, column: Column, other: Column, link: int) -> Test:
        if item.via != item.other_via:
            raise service.ServiceError(
                service.URI, "Only columns of the same row can be compared with each other."
            )
        same = column.type == other.type or (column.is_text and other.is_text)
        if not same or column.date_only != other.date_only:
            raise incompatible(edm_type(column), edm_type(other), item.operator)
        if scale(column) != scale(other):
            raise service.ServiceError(
                service.URI,
                f"The columns '{item.column}' and '{item.other}' cannot be compared.",
            )
        return Test(item.column, f"{item.operator}-column", item.other, link=link)

    def sort(self, order: Order) -> Sort:
        """Return the columns an order goes by: of a lookup, the names it may point to."""
        link, table = self._linked(order.via)
        column = table.columns[order.column]
        if not column.is_lookup:
            return Sort(((link, order.column),), order.descending)
        return Sort(tuple(self._names(order, column)), order.descending)

    def _names(self, order: Order, column: Column) -> Iterator[tuple[int, str]]:
        assert self._links is not None
        for name in column.targets:
            target = self._links.readable(name)
            if target is not None and target.primary_name is not None:
                path = (*order.via, Hop(order.column, name))
                yield self._links.number(path), target.primary_name

    def start(self, orders: tuple[Order, ...], page: Page) -> tuple[bool, ...] | None:
        if page.last_id is None:
            return None
        for place, (order, value) in enumerate(zip(orders, page.last, strict=True)):
            column = self._linked(order.via)[1].columns[order.column]
            if value is not None:
                texts = column.is_text or column.is_lookup
                self.parameters[f"k{place}"] = fold(str(value)) if texts else packer(column)(value)
        self.parameters["kid"] = pack_guid(page.last_id)
        return tuple(value is None for value in page.last)
