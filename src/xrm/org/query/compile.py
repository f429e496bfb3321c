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
from xrm.org.query.plan import Aliased, Edge, Plan
from xrm.org.query.shape import Belonging, Joined, Named, Node, Shape, Sort, Test
from xrm.org.query.sources import Sources, word
from xrm.org.security.access import criterion
from xrm.org.store.columns import is_polymorphic, type_name, unpacker

MOST_COUNTED = 5000
"""How far rows are counted; one more tells that there are more."""
Place = tuple[int, str]
"""A column of a join or link."""
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le,
}  # fmt: skip
_LISTS: dict[str, Kind] = {"in-text": "text", "in-bytes": "bytes", "in-integer": "integer"}
_PATTERNS = ("GLOB", "LIKE", "~")


def compile_shape(database: Database, catalogue: Catalogue, shape: Shape) -> Plan:
    """Return the plan of a shape for one engine."""
    sources = Sources(catalogue, shape, _node)
    columns = tuple(sources.table.columns[name] for name in shape.columns)
    aliased = tuple(_aliased(sources, row) for row in shape.named)
    wanted = _wanted(shape)
    several = [place for place, cell in enumerate(wanted) if is_polymorphic(sources.column(*cell))]
    selected = _selected(sources, shape, wanted)
    edges = tuple(_edges(sources, shape, selected)) if shape.keyed else ()
    tests = _tests(sources, shape)
    counted = None
    if shape.counting:
        counted = len(selected)
        selected.append(_count(sources, shape, tests).label("counted"))
    selected.append(generation().label("generation"))
    statement = select(*selected).select_from(sources.joined).where(*tests)
    if shape.distinct:
        statement = statement.group_by(*_alike(sources, shape))
    if shape.start is not None:
        statement = statement.where(ordering.after(sources, shape, shape.start))
    # A bare parameter would make SQLite plan the statement anew at every run.
    most = bindparam("limit", type_=Integer) + literal_column("0")
    statement = statement.order_by(*ordering.order(sources, shape)).limit(most)
    return Plan(
        sql=database.compile(statement.offset(literal_column(str(shape.skipped)))),
        columns=columns,
        decoders=tuple(
            (place, decode)
            for place, cell in enumerate(wanted)
            if place not in several and (decode := unpacker(sources.column(*cell))) is not None
        ),
        references=tuple((place, len(wanted) + number) for number, place in enumerate(several)),
        edges=edges,
        counted=counted,
        aliased=aliased,
    )


def _wanted(shape: Shape) -> list[Place]:
    """Return the columns of a row in their order: the table's own, then those with a name."""
    return [(0, name) for name in shape.columns] + [(row.link, row.column) for row in shape.named]


def _aliased(sources: Sources, row: Named) -> Aliased:
    column = sources.column(row.link, row.column)
    return Aliased(row.name, sources.table_of(row.link), column, row.link)


def _selected(sources: Sources, shape: Shape, wanted: list[Place]) -> list[ColumnElement[Any]]:
    """Return the cells of a row, then the tables that lookups of several point to."""
    found = [_cell(sources, shape, place) for place in wanted]
    own = len(shape.columns)
    # One column may be wanted twice, and two tables have columns of one name.
    selected = [
        cell if number < own else cell.label(f"a{number}") for number, cell in enumerate(found)
    ]
    for number, (link, name) in enumerate(wanted):
        column = sources.column(link, name)
        if is_polymorphic(column):
            kind = sources.stored(link, type_name(column))
            selected.append(kind if number < own else kind.label(f"t{number}"))
    return selected


def _cell(sources: Sources, shape: Shape, place: Place) -> ColumnElement[Any]:
    stored = sources.stored(*place)
    if shape.distinct and sources.column(*place).is_text:
        # Texts that are alike to the service are one; which of them is shown does not matter.
        return func.min(stored)
    return stored


def _alike(sources: Sources, shape: Shape) -> list[ColumnElement[Any]]:
    """Return what rows are alike in that come as one: all that is wanted, and the order."""
    found: list[ColumnElement[Any]] = []
    for link, name in _wanted(shape):
        column = sources.column(link, name)
        found.append(sources.compared(link, name))
        if is_polymorphic(column):
            found.append(sources.stored(link, type_name(column)))
    found += [ordering.compared(sources, sort) for sort in shape.orders if sort.columns]
    return found


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


def _count(sources: Sources, shape: Shape, tests: list[ColumnElement[bool]]) -> Any:
    """Return the number of rows on all pages, looked for no further than needed."""
    one: ColumnElement[int] = literal_column("1").label("one")
    rows = select(one).select_from(sources.joined).where(*tests)
    if shape.distinct:
        rows = rows.group_by(*_alike(sources, shape))
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
    return tests + sources.tests


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
        if not node.items:
            return true()
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
        other = sources.compared(node.other_link, node.slot)
        return _COMPARE[node.operator.removesuffix("-column")](left, other)  # type: ignore[no-any-return]
    found = _COMPARE[node.operator](left, bindparam(node.slot))
    # A row without a value is different from every value, as the service has it.
    return or_(found, left.is_(None)) if node.operator == "ne" else found
