"""QueryExpression, QueryByAttribute and FetchExpression as the one Query."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xrm.model.errors import service
from xrm.model.metadata import CHOICES, Catalogue, Column, Table
from xrm.model.query import Filter, Group, Order, Page, Query
from xrm.org.faces.soap.reading.conditions import Conditions, bare
from xrm.org.faces.soap.reading.links import Links, columns_of, joins
from xrm.org.faces.soap.reading.members import (
    invalid,
    listed,
    member,
    table_named,
    text,
    word,
)
from xrm.org.faces.soap.reading.values import incorrect_type
from xrm.wire.fetchxml import read_fetch
from xrm.wire.fetchxml.conditions import condition
from xrm.wire.fetchxml.cookies import read_cookie, read_start
from xrm.wire.fetchxml.paging import MOST_ROWS, MOST_WITHOUT_COOKIE
from xrm.wire.fetchxml.refusals import column_of, refused, unsupported
from xrm.wire.soap.values import Struct

VERSION = "versionnumber"


def read_query(catalogue: Catalogue, raw: Any) -> Query:
    """Return the question a query of the SDK asks.

    Raises ServiceError 0x80041102 for a table, 0x80041103 for a column there is not, and what
    is documented for what else does not fit.
    """
    read = _READERS.get(raw.type) if isinstance(raw, Struct) else None
    if read is None:
        raise incorrect_type(raw)
    query = read(catalogue, raw)
    if query.distinct:
        return query
    return replace(query, columns=with_version(catalogue[query.table], query.columns))


def with_version(table: Table, columns: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return columns with the record's key, and with its row version, which every Entity has.

    Where it was not asked for, the version stands first, so that who writes the rows leaves it
    out of the attributes (`is_hidden`).
    """
    if columns is None:
        return None
    wanted = tuple(dict.fromkeys((table.primary_id, *columns)))
    hidden = VERSION in table.columns and VERSION not in wanted
    return (VERSION, *wanted) if hidden else wanted


def is_hidden(columns: Sequence[Column]) -> bool:
    """Tell whether the first of the columns is the row version, which nobody asked for."""
    return bool(columns) and columns[0].logical_name == VERSION


def _expression(catalogue: Catalogue, raw: Struct) -> Query:
    if member(raw, "SubQueryExpression") is not None:
        raise unsupported("A query within a query")
    if member(raw, "DataSource"):
        raise unsupported("The data source of retained rows")
    table = table_named(catalogue, member(raw, "EntityName"), "Query")
    links = Links(catalogue, table, listed(raw, "LinkEntities"))
    conditions = Conditions(links)
    orders = _orders(raw, links)
    size, page, count = _paging(catalogue, table, raw, orders)
    return Query(
        table.logical_name,
        columns_of(table, member(raw, "ColumnSet")),
        conditions.filter(member(raw, "Criteria"), table),
        orders,
        top=_top(raw),
        size=size,
        page=page,
        count=count,
        joins=joins(links.tree, table, conditions.filter),
        distinct=bool(member(raw, "Distinct")),
    )


def _by_attribute(catalogue: Catalogue, raw: Struct) -> Query:
    table = table_named(catalogue, member(raw, "EntityName"), "Query")
    names, values = listed(raw, "Attributes"), listed(raw, "Values")
    if len(names) != len(values):
        raise invalid("The number of Attributes and of Values of a QueryByAttribute must be equal.")
    items = tuple(_equal(table, name, value) for name, value in zip(names, values, strict=True))
    links = Links(catalogue, table, ())
    orders = _orders(raw, links)
    size, page, count = _paging(catalogue, table, raw, orders)
    return Query(
        table.logical_name,
        columns_of(table, member(raw, "ColumnSet")),
        Group("and", items) if items else None,
        orders,
        top=_top(raw),
        size=size,
        page=page,
        count=count,
    )


def _equal(table: Table, name: Any, value: Any) -> Filter:
    operator, given = ("null", ()) if value is None else ("eq", (bare(value),))
    return condition(table, str(name), operator, given)


def _fetch(catalogue: Catalogue, raw: Struct) -> Query:
    return read_fetch(str(member(raw, "Query") or ""), catalogue)


_READERS = {
    "QueryExpression": _expression,
    "QueryByAttribute": _by_attribute,
    "FetchExpression": _fetch,
}


def _orders(raw: Struct, links: Links) -> tuple[Order, ...]:
    """Return the orders of a query, then those of its link-entities."""
    found = [_order(each, links, links.root, "") for each in listed(raw, "Orders")]
    for link in links.every():
        found += [
            _order(each, links, link.table, link.alias) for each in listed(link.raw, "Orders")
        ]
    return tuple(dict.fromkeys(found))


def _order(raw: Any, links: Links, table: Table, join: str) -> Order:
    if member(raw, "Alias"):
        raise unsupported("An order by an aggregate's alias")
    there, other = links.place(member(raw, "EntityName"), table, join)
    column = column_of(other, text(raw, "AttributeName"))
    descending = word(raw, "OrderType", "Ascending") == "Descending"
    # Documented: the service sorts choices by what they are called in the caller's language.
    by_label = column.type in CHOICES
    return Order(column.logical_name, descending, join=there, by_label=by_label)


def _top(raw: Struct) -> int | None:
    """Return how many rows are wanted at all. Raises ServiceError 0x80040203."""
    top = member(raw, "TopCount")
    if top is None:
        return None
    if not 0 < top <= MOST_ROWS:
        raise invalid(f"The value of TopCount must be between 1 and {MOST_ROWS}.")
    asked = member(raw, "PageInfo")
    if member(asked, "PageNumber") or member(asked, "Count"):
        raise invalid("The top attribute can't be specified with paging attribute page")
    return int(top)


def _paging(
    catalogue: Catalogue, table: Table, raw: Struct, orders: tuple[Order, ...]
) -> tuple[int, Page, bool]:
    """Return the size of a page, where it starts, and whether all rows are to be counted.

    Where rows are joined or distinct a key may come twice or not at all: pages go by number.
    """
    asked = member(raw, "PageInfo")
    count, number = member(asked, "Count") or 0, member(asked, "PageNumber") or 0
    if count < 0 or number < 0:
        raise refused(service.NOT_POSITIVE)
    size, counted = (
        min(count or MOST_ROWS, MOST_ROWS),
        bool(member(asked, "ReturnTotalRecordCount")),
    )
    cookie = text(asked, "PagingCookie").strip()
    if not cookie:
        if (number or 1) * size > MOST_WITHOUT_COOKIE:
            raise refused(service.PAGE_WITHOUT_COOKIE)
        return size, Page(number or 1), counted
    try:
        found = read_cookie(cookie)
    except ValueError as error:
        raise refused(service.PAGING_COOKIE) from error
    number = number or found.page + 1
    if listed(raw, "LinkEntities") or member(raw, "Distinct"):
        return size, Page(number), counted
    return size, read_start(catalogue, table, orders, found, number=number), counted
