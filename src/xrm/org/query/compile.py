"""Compile a Shape: one SQL statement, and what turns its rows into values.

The row filter of the caller's reach is part of the statement, never applied afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    and_,
    bindparam,
    false,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import ColumnElement

from xrm.db import Database
from xrm.db.glance import generation
from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Order
from xrm.model.values import EntityReference, Value
from xrm.org.query.bind import Joined, Node, Shape, Test
from xrm.org.security.access import criterion
from xrm.org.store.columns import fold_name, is_polymorphic, type_name, unpack_guid, unpacker
from xrm.org.store.tables import schema

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le,
}  # fmt: skip
_PATTERNS = ("GLOB", "LIKE", "~")


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled statement, whose last column is the generation; rows decode to `columns`."""

    sql: str
    columns: tuple[Column, ...]
    decoders: tuple[tuple[int, Callable[[Any], Any]], ...]
    references: tuple[tuple[int, int], ...]

    def decode(self, rows: list[tuple[Any, ...]]) -> list[tuple[Value, ...]]:
        """Return the rows' values in the order of `columns`; whole columns are decoded at once."""
        if not rows:
            return []
        cells: list[Any] = list(zip(*rows, strict=True))
        for place, decode in self.decoders:
            cells[place] = [None if value is None else decode(value) for value in cells[place]]
        for place, kind in self.references:
            cells[place] = [
                None if value is None else EntityReference(table, unpack_guid(value))
                for value, table in zip(cells[place], cells[kind], strict=True)
            ]
        return list(zip(*cells[: len(self.columns)], strict=True))


def compile_shape(database: Database, catalogue: Catalogue, shape: Shape) -> Plan:
    """Return the plan of a shape for one engine."""
    table = catalogue[shape.table]
    sql = schema(catalogue).tables[shape.table]
    columns = tuple(table.columns[name] for name in shape.columns)
    several = [(place, column) for place, column in enumerate(columns) if is_polymorphic(column)]
    selected: list[ColumnElement[Any]] = [sql.c[column.logical_name] for column in columns]
    selected += [sql.c[type_name(column)] for _, column in several]
    selected.append(generation().label("generation"))
    statement = select(*selected).order_by(*_order(table, sql, shape.orders))
    for test in _tests(table, sql, shape):
        statement = statement.where(test)
    # A bare parameter would make SQLite plan the statement anew at every run.
    most = bindparam("limit", type_=Integer) + literal_column("0")
    statement = statement.limit(most).offset(literal_column(str(shape.skipped)))
    polymorphic = {place for place, _ in several}
    return Plan(
        sql=database.compile(statement),
        columns=columns,
        decoders=tuple(
            (place, decode)
            for place, column in enumerate(columns)
            if place not in polymorphic and (decode := unpacker(column)) is not None
        ),
        references=tuple(
            (place, len(columns) + number) for number, (place, _) in enumerate(several)
        ),
    )


def _tests(table: Table, sql: SqlTable, shape: Shape) -> list[ColumnElement[bool]]:
    tests = []
    allowed = criterion(table, sql, shape.scope)
    if allowed is not None:
        tests.append(allowed)
    if shape.filter is not None:
        tests.append(_node(table, sql, shape.filter))
    if shape.start is not None:
        tests.append(_after(table, sql, shape.orders, shape.start))
    return tests


def _compared(column: Column, sql: SqlTable) -> ColumnElement[Any]:
    return sql.c[fold_name(column) if column.is_text else column.logical_name]


def _node(table: Table, sql: SqlTable, node: Node) -> ColumnElement[bool]:
    if isinstance(node, Joined):
        join = and_ if node.word == "and" else or_
        return join(*(_node(table, sql, item) for item in node.items))
    column = table.columns[node.column]
    if node.operator == "null":
        return sql.c[node.column].is_(None)
    if node.operator == "not-null":
        return sql.c[node.column].is_not(None)
    if node.operator in ("never", "always"):
        return false() if node.operator == "never" else true()
    return _test(_compared(column, sql), node, table, sql)


def _test(left: ColumnElement[Any], node: Test, table: Table, sql: SqlTable) -> ColumnElement[bool]:
    if node.operator in _PATTERNS:
        found = left.op(node.operator, is_comparison=True)(bindparam(node.slot))
        return or_(not_(found), left.is_(None)) if node.negated else found
    if node.operator.endswith("-column"):
        other = _compared(table.columns[node.slot], sql)
        return _COMPARE[node.operator.removesuffix("-column")](left, other)  # type: ignore[no-any-return]
    found = _COMPARE[node.operator](left, bindparam(node.slot))
    # A row without a value is different from every value, as the service has it.
    return or_(found, left.is_(None)) if node.operator == "ne" else found


def _order(table: Table, sql: SqlTable, orders: tuple[Order, ...]) -> list[ColumnElement[Any]]:
    terms: list[ColumnElement[Any]] = []
    for order in orders:
        column = _compared(table.columns[order.column], sql)
        terms.append(column.desc().nulls_last() if order.descending else column.asc().nulls_first())
    if all(order.column != table.primary_id for order in orders):
        terms.append(sql.c[table.primary_id].asc())
    return terms


def _after(
    table: Table, sql: SqlTable, orders: tuple[Order, ...], nulls: tuple[bool, ...]
) -> ColumnElement[bool]:
    """Return the test for rows after the last one of the page before."""
    ways: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for place, (order, null) in enumerate(zip(orders, nulls, strict=True)):
        column = _compared(table.columns[order.column], sql)
        value: BindParameter[Any] = bindparam(f"k{place}")
        beyond: ColumnElement[bool]
        if null:
            beyond = false() if order.descending else column.is_not(None)
        elif order.descending:
            beyond = or_(column < value, column.is_(None))
        else:
            beyond = column > value
        ways.append(and_(*same, beyond))
        same.append(column.is_(None) if null else column == value)
    ways.append(and_(*same, sql.c[table.primary_id] > bindparam("kid")))
    return or_(*ways)
