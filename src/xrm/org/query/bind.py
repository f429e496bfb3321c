"""Bind a Query: names to columns, literals to storage values, everything else to a Shape.

Two queries of one shape differ only in parameters, so they share one compiled statement.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.query import Hop, Join, Order, Page, Query
from xrm.model.text import fold
from xrm.org.query.conditions import Conditions, Surroundings
from xrm.org.query.joins import Joins, known, named
from xrm.org.query.links import Links
from xrm.org.query.shape import Belonging, Joining, Named, Shape, Sort
from xrm.org.security.reach import Scope
from xrm.org.store.columns import pack_guid, packer


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
    surroundings: Surroundings | None = None,
) -> Bound:
    """Bind a query to a table's columns for an engine and a scope of reading.

    Without `links` it may lead nowhere, nor be about its caller. Raises ServiceError as Links,
    Joins and Conditions do; 0x80041126 for an unknown join to order by, 0x8004112C for nothing
    to be distinct.
    """
    joins, joinings = _joins(query, table, links)
    conditions = Conditions(table, engine, links, joins, surroundings)
    node = None if query.filter is None else conditions.node(query.filter)
    binder, keyed = _Orders(conditions, links, joins), _is_keyed(query, joins)
    sorts = tuple(map(binder.sort, query.orders))
    start = binder.start(query.orders, query.page) if keyed else None
    shape = Shape(
        table=table.logical_name,
        columns=_columns(query, table),
        filter=node,
        orders=sorts,
        start=start,
        scope=scope,
        skipped=_skipped(query) if start is None else 0,
        links=() if links is None else tuple(links.found),
        belonging=belonging,
        counting=query.count,
        keyed=keyed,
    )
    if query.joins or query.named or query.distinct:
        held = _filtered(conditions, query.joins, joinings)
        shape = _more(shape, query, held, named(query, joins, table))
    bound = {} if links is None else links.parameters
    return Bound(shape, conditions.parameters | bound)


def _joins(
    query: Query, table: Table, links: Links | None
) -> tuple[Joins | None, tuple[Joining, ...]]:
    if links is None or not query.joins:
        return None, ()
    joins = Joins(links.catalogue, links, table)
    return joins, joins.add(query.joins)


def _skipped(query: Query) -> int:
    return query.skip + (query.page.number - 1) * query.size


def _columns(query: Query, table: Table) -> tuple[str, ...]:
    names = table.columns.keys() if query.columns is None else query.columns
    return tuple(name for name in names if table.columns[name].valid_for_read)


def _more(
    shape: Shape, query: Query, joinings: tuple[Joining, ...], wanted: tuple[Named, ...]
) -> Shape:
    """Return a shape with what only some queries have."""
    if query.distinct and not (shape.columns or wanted):
        raise service.ServiceError(
            service.DISTINCT_NOTHING, "A query for distinct rows must ask for a column."
        )
    return shape._replace(joinings=joinings, named=wanted, distinct=query.distinct)


def _is_keyed(query: Query, joins: Joins | None) -> bool:
    """Tell whether each row is there once, in an order of the table's own columns."""
    if query.distinct:
        return False
    return joins is None or not (joins.repeating or any(order.join for order in query.orders))


def _filtered(
    conditions: Conditions, joins: Sequence[Join], joinings: Sequence[Joining]
) -> tuple[Joining, ...]:
    """Return joins with their filters, which may name each other."""
    return tuple(
        joining._replace(
            found=None if join.filter is None else conditions.node(join.filter, join.alias),
            joinings=_filtered(conditions, join.joins, joining.joinings),
        )
        for join, joining in zip(joins, joinings, strict=True)
    )


class _Orders:
    """Binds the orders of one query, and where its page starts."""

    def __init__(self, conditions: Conditions, links: Links | None, joins: Joins | None) -> None:
        self._conditions = conditions
        self._links = links
        self._joins = joins

    def sort(self, order: Order) -> Sort:
        """Return the columns an order goes by: of a lookup, the names it may point to."""
        link, column = self._column(order)
        if not column.is_lookup:
            ranks = self._ranks(order, column) if order.by_label else ()
            return Sort(((link, order.column),), order.descending, ranks)
        return Sort(tuple(self._names(order, column)), order.descending)

    def _column(self, order: Order) -> tuple[int, Column]:
        if order.join and (self._joins is None or order.join not in self._joins):
            raise service.ServiceError(
                service.NO_LINK_TO_ORDER_BY,
                f"The query has no link entity '{order.join}' to order by.",
            )
        link, table = self._conditions.linked(order.via, order.join)
        return link, known(table, order.column)

    def _ranks(self, order: Order, column: Column) -> tuple[tuple[int, int], ...]:
        """Return the places of a choice's values among its labels; equal labels share one."""
        table = self._conditions.linked(order.via, order.join)[1]
        labels = self._conditions.labels(table, column)
        places = {text: place for place, text in enumerate(sorted(set(map(fold, labels.values()))))}
        return tuple((value, places[fold(text)]) for value, text in sorted(labels.items()))

    def _names(self, order: Order, column: Column) -> Iterator[tuple[int, str]]:
        assert self._links is not None
        for name in column.targets:
            target = self._links.readable(name)
            if target is not None and target.primary_name is not None:
                path = (*order.via, Hop(order.column, name))
                yield self._conditions.linked(path, order.join)[0], target.primary_name

    def start(self, orders: tuple[Order, ...], page: Page) -> tuple[bool, ...] | None:
        """Return which of the keys a page starts at are null, None if it is known by number."""
        if page.last_id is None:
            return None
        parameters = self._conditions.parameters
        for place, (order, value) in enumerate(zip(orders, page.last, strict=True)):
            _, column = self._column(order)
            if value is not None and order.by_label:
                ranks = dict(self._ranks(order, column))
                parameters[f"k{place}"] = ranks.get(int(str(value)), len(ranks))
            elif value is not None:
                texts = column.is_text or column.is_lookup
                parameters[f"k{place}"] = fold(str(value)) if texts else packer(column)(value)
        parameters["kid"] = pack_guid(page.last_id)
        return tuple(value is None for value in page.last)
