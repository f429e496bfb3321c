"""Rows of a query as EntityCollection or Entity, and where their next page starts."""

from xrm.org.faces.soap.reading.queries import is_hidden
from xrm.org.messages.retrieve_multiple import MOST_COUNTED, EntityCollection
from xrm.wire.fetchxml.cookies import Cookie, element_names, write_cookie, write_value
from xrm.wire.soap.records import AliasedColumn, Rows, WrittenCollection, WrittenEntity


def entity(found: EntityCollection) -> WrittenEntity:
    """Return the first of the rows as an Entity."""
    return WrittenEntity(_rows(found))


def collection(found: EntityCollection) -> WrittenCollection:
    """Return rows as an EntityCollection, with the number of all of them if it was asked for."""
    total, exceeded = -1, False
    if found.total is not None:
        total, exceeded = min(found.total, MOST_COUNTED), found.total > MOST_COUNTED
    return WrittenCollection(
        _rows(found), found.more, _cookie(found), total=total, total_exceeded=exceeded
    )


def _rows(found: EntityCollection) -> Rows:
    columns = found.columns
    names = [column.logical_name for column in columns[1:]] if is_hidden(columns) else None
    return Rows(
        found.table.logical_name,
        found.table.primary_id,
        columns,
        found.rows,
        None if found.presented is None else found.presented.texts,
        [AliasedColumn(each.name, each.table.logical_name, each.column) for each in found.aliased],
        shown=names,
    )


def _cookie(found: EntityCollection) -> str | None:
    """Return the cookie of a page, None where pages go by their number alone."""
    query, bounds = found.query, found.bounds
    if query is None or bounds is None:
        return None
    first, last = (
        tuple(map(write_value, bounds.columns, row)) for row in (bounds.first, bounds.last)
    )
    names = element_names(found.table, query.orders)
    return write_cookie(Cookie(query.page.number, tuple(zip(names, last, strict=True))), first)
