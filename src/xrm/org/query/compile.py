"""Compile a Shape: one SQL statement, and what turns its rows into values.

The row filter of the caller's reach is part of the statement, never applied afterwards: that of
each linked table is part of its join, so that a row the caller may not read is as if there was
none.
"""

from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from xrm.db import Database
from xrm.db.arrays import Kind, one_of
from xrm.db.glance import generation
from xrm.model.metadata import Catalogue
from xrm.org.query import ordering
from xrm.org.query.plan import Edge, Plan
from xrm.org.query.shape import Belonging, Joined, Node, Shape, Sort, Test
from xrm.org.query.sources import Sources, word
from xrm.org.security.access import criterion
from xrm.org.store.columns import is_polymorphic, type_name, unpacker

MOST_COUNTED = 5000
"""How far rows are counted; one more tells that there are more."""
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le,
}  # fmt: skip
_LISTS: dict[str, Kind] = {"in-text": "text", "in-bytes": "bytes", "in-integer": "integer"}
_PATTERNS = ("GLOB", "LIKE", "~")


def compile_shape(database: Database, catalogue: Catalogue, shape: Shape) -> Plan:
    """Return the plan of a shape for one engine."""
    sources = Sources(catalogue, shape)
    columns = tuple(sources.table.columns[name] for name in shape.columns)
    several = [(place, column) for place, column in enumerate(columns) if is_polymorphic(column)]
    selected = [sources.stored(0, column.logical_name) for column in columns]
    selected += [sources.stored(0, type_name(column)) for _, column in several]
    edges = tuple(_edges(sources, shape, selected))
    tests = _tests(sources, shape)
    counted = None
    if shape.counting:
        counted = len(selected)
        selected.append(_count(sources, tests).label("counted"))
    selected.append(generation().label("generation"))
    statement = select(*selected).select_from(sources.joined).where(*tests)
    if shape.start is not None:
        statement = statement.where(ordering.after(sources, shape, shape.start))
    # A bare parameter would make SQLite plan the statement anew at every run.
    most = bindparam("limit", type_=Integer) + literal_column("0")
    statement = statement.order_by(*ordering.order(sources, shape)).limit(most)
    polymorphic = {place for place, _ in several}
    return Plan(
        sql=database.compile(statement.offset(literal_column(str(shape.skipped)))),
        columns=columns,
        decoders=tuple(
            (place, decode)
            for place, column in enumerate(columns)
            if place not in polymorphic and (decode := unpacker(column)) is not None
        ),
        references=tuple(
            (place, len(columns) + number) for number, (place, _) in enumerate(several)
        ),
        edges=edges,
        counted=counted,
    )


def _edges(sources: Sources, shape: Shape, selected: list[ColumnElement[Any]]) -> list[Edge]:
    """Return the keys of the order; those that are not yet among `selected` are added to it."""
    found = []
    own = Sort(((0, sources.table.primary_id),), descending=False)
    for number, sort in enumerate((*shape.orders, own)):
        link, name = sort.columns[0] if len(sort.columns) == 1 else (-1, "")
        if link == 0 and name in shape.columns:
            place = shape.columns.index(name)
        else:
            place = len(selected)
            selected.append(ordering.stored(sources, sort).label(f"edge{number}"))
        column = sources.column(*sort.columns[0]) if sort.columns else None
        found.append(Edge(place, column, None if column is None else unpacker(column)))
    return found


def _count(sources: Sources, tests: list[ColumnElement[bool]]) -> Any:
    """Return the number of rows on all pages, looked for no further than needed."""
    one: ColumnElement[int] = literal_column("1").label("one")
    rows = select(one).select_from(sources.joined).where(*tests)
    most: ColumnElement[int] = literal_column(str(MOST_COUNTED + 1))
    bounded = rows.limit(most).offset(literal_column("0")).subquery("rows")
    return select(func.count()).select_from(bounded).scalar_subquery()


def _tests(sources: Sources, shape: Shape) -> list[ColumnElement[bool]]:
    tests = []
    allowed = criterion(sources.table, sources.sql, shape.scope)
    if allowed is not None:
        tests.append(allowed)
    if shape.belonging is not None:
        tests.append(_belongs(sources, shape.belonging))
    if shape.filter is not None:
        tests.append(_node(sources, shape.filter))
    return tests


def _belongs(sources: Sources, belonging: Belonging) -> ColumnElement[bool]:
    parent: ColumnElement[bytes] = bindparam("parent")
    if belonging.intersect:
        pairs = sources.schema.intersects[belonging.intersect]
        keys = select(pairs.c[belonging.column]).where(pairs.c[belonging.other] == parent)
        return sources.stored(0, sources.table.primary_id).in_(keys)
    found = sources.stored(0, belonging.column) == parent
    if not belonging.kind:
        return found
    kind = type_name(sources.table.columns[belonging.column])
    return and_(found, sources.stored(0, kind) == word(belonging.kind))


def _node(sources: Sources, node: Node) -> ColumnElement[bool]:
    if isinstance(node, Joined):
        join = and_ if node.word == "and" else or_
        return join(*(_node(sources, item) for item in node.items))
    if node.operator == "null":
        return sources.stored(node.link, node.column).is_(None)
    if node.operator == "not-null":
        return sources.stored(node.link, node.column).is_not(None)
    if node.operator in ("never", "always"):
        return false() if node.operator == "never" else true()
    return _test(sources, node)


def _found(left: ColumnElement[Any], node: Test, found: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(not_(found), left.is_(None)) if node.negated else found


def _test(sources: Sources, node: Test) -> ColumnElement[bool]:
    left = sources.compared(node.link, node.column)
    if node.operator in _LISTS:
        return _found(left, node, one_of(left, node.slot, _LISTS[node.operator]))
    if node.operator in _PATTERNS:
        found = left.op(node.operator, is_comparison=True)(bindparam(node.slot))
        return _found(left, node, found)
    if node.operator.endswith("-column"):
        other = sources.compared(node.link, node.slot)
        return _COMPARE[node.operator.removesuffix("-column")](left, other)  # type: ignore[no-any-return]
    found = _COMPARE[node.operator](left, bindparam(node.slot))
    # A row without a value is different from every value, as the service has it.
    return or_(found, left.is_(None)) if node.operator == "ne" else found
