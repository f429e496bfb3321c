"""The order of a statement's rows, and where its page starts."""

from typing import Any

from sqlalchemy import (
    BindParameter,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from xrm.org.query.shape import Shape, Sort
from xrm.org.query.sources import Sources


def order(sources: Sources, shape: Shape) -> list[ColumnElement[Any]]:
    """Return the terms to sort by; what tells rows apart breaks the ties."""
    terms: list[ColumnElement[Any]] = []
    for sort in shape.orders:
        if sort.columns:
            term = compared(sources, sort)
            last = term.desc().nulls_last() if sort.descending else term.asc().nulls_first()
            terms.append(last)
    for place in _keys(sources, shape):
        if all(sort.columns != (place,) for sort in shape.orders):
            last = sources.compared(*place).asc()
            terms.append(last if shape.keyed else last.nulls_first())
    return terms


def _keys(sources: Sources, shape: Shape) -> list[tuple[int, str]]:
    """Return the columns by which no two rows are alike."""
    if shape.distinct:
        own = [(0, name) for name in shape.columns]
        return own + [(row.link, row.column) for row in shape.named]
    key = (0, sources.table.primary_id)
    return [key] if shape.keyed else [key, *sources.joined_keys]


def stored(sources: Sources, sort: Sort) -> ColumnElement[Any]:
    """Return the value a row is sorted by, as it is kept."""
    return _first([sources.stored(*place) for place in sort.columns])


def compared(sources: Sources, sort: Sort) -> ColumnElement[Any]:
    """Return the value rows are sorted by."""
    found = _first([sources.compared(*place) for place in sort.columns])
    if not sort.ranks:
        return found
    # A value without a label comes after those that have one.
    places = [(found == _number(value), _number(rank)) for value, rank in sort.ranks]
    return case((found.is_(None), literal_column("NULL")), *places, else_=_number(len(sort.ranks)))


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number))


def _first(columns: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    if not columns:
        return literal_column("NULL")
    return columns[0] if len(columns) == 1 else func.coalesce(*columns)


def after(sources: Sources, shape: Shape, nulls: tuple[bool, ...]) -> ColumnElement[bool]:
    """Return the test for rows after the last one of the page before."""
    ways: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for place, (sort, null) in enumerate(zip(shape.orders, nulls, strict=True)):
        if not sort.columns:
            continue
        column = compared(sources, sort)
        value: BindParameter[Any] = bindparam(f"k{place}")
        ways.append(and_(true(), *same, _beyond(column, value, sort, null=null)))
        same.append(column.is_(None) if null else column == value)
    key = sources.stored(0, sources.table.primary_id)
    ways.append(and_(*same, key > bindparam("kid")))
    return or_(*ways)


def _beyond(
    column: ColumnElement[Any], value: BindParameter[Any], sort: Sort, *, null: bool
) -> ColumnElement[bool]:
    if null:
        return false() if sort.descending else column.is_not(None)
    return or_(column < value, column.is_(None)) if sort.descending else column > value
