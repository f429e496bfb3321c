"""A document of FetchXML into a Query."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xrm.model.errors import service
from xrm.model.metadata import CHOICES, Catalogue, Table
from xrm.model.query import Join, Order, Query, Selected
from xrm.wire.fetchxml.elements import Element, alias_of, children, document, required, truth
from xrm.wire.fetchxml.filtering import FilterReader
from xrm.wire.fetchxml.joining import Link, Links, read_links
from xrm.wire.fetchxml.paging import Fetch, read_attributes, read_page
from xrm.wire.fetchxml.refusals import column_of, no_table, refused, unsupported

_ROOT = frozenset({"entity"})
_ENTITY = frozenset({"all-attributes", "no-attrs", "attribute", "filter", "link-entity", "order"})
_AGGREGATED = ("aggregate", "dategrouping", "rowaggregate")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The columns of an element: None for all; those with an alias apart."""

    plain: tuple[str, ...] | None
    named: tuple[Selected, ...]


def read_fetch(text: str, catalogue: Catalogue) -> Query:
    """Return the question a FetchXML document asks.

    The table's key is among the columns, unless the query is `distinct`. Raises ServiceError, in
    the service's words, for what is not FetchXML, not known, or not supported here.
    """
    fetch = document(text)
    asked = read_attributes(fetch)
    entities = list(children(fetch, _ROOT))
    if len(entities) != 1:
        raise refused(service.ELEMENT_MISSING if not entities else service.INVALID_NODE, "entity")
    (entity,) = entities
    name = required(entity, "name")
    table = catalogue.tables.get(name)
    if table is None:
        raise unsupported(f"A query of '{name}'") if catalogue.joinable(name) else no_table(name)
    return _Reader(catalogue, table, asked, entity).query()


class _Reader:
    def __init__(self, catalogue: Catalogue, table: Table, asked: Fetch, entity: Element) -> None:
        self._catalogue = catalogue
        self._table = table
        self._asked = asked
        self._entity = entity
        self._links: Links = read_links(catalogue, table, entity)
        self._filters = FilterReader(catalogue, self._links)

    def query(self) -> Query:
        asked, table = self._asked, self._table
        chosen = self._chosen(table, self._entity)
        orders = (*self._orders(self._entity, table, ""), *self._orders_of(self._links.roots))
        orders = tuple(_sorted(orders, self._links, raw=asked.raw_order))
        joins = tuple(map(self._join, self._links.roots))
        _check_names(chosen, self._links, joins)
        orders = tuple(dict.fromkeys(orders))
        return Query(
            table=table.logical_name,
            columns=self._columns(chosen),
            filter=self._filters.read(self._entity, table),
            orders=orders,
            top=asked.top,
            size=asked.size,
            page=read_page(self._catalogue, table, orders, asked, joined=bool(joins)),
            count=asked.count,
            named=chosen.named,
            joins=joins,
            distinct=asked.distinct,
        )

    def _columns(self, chosen: _Chosen) -> tuple[str, ...] | None:
        if chosen.plain is None or self._asked.distinct:
            return chosen.plain
        return tuple(dict.fromkeys((*chosen.plain, self._table.primary_id)))

    def _join(self, link: Link) -> Join:
        chosen = self._chosen(link.table, link.element)
        plain = chosen.plain
        if plain is None:
            columns = link.table.columns.values()
            plain = tuple(each.logical_name for each in columns if each.valid_for_read)
        return Join(
            table=link.table.logical_name,
            column=link.column,
            other=link.other,
            alias=link.alias,
            outer=link.outer,
            columns=(*map(Selected, plain), *chosen.named),
            filter=self._filters.read(link.element, link.table),
            joins=tuple(map(self._join, link.links)),
        )

    def _chosen(self, table: Table, element: Element) -> _Chosen:
        """Return the columns of an element; an entity that names none has all, a link none."""
        plain: dict[str, None] = {}
        named: list[Selected] = []
        tags = [child.tag for child in children(element, _ENTITY)]
        for child in element.iterchildren("attribute"):
            name = column_of(table, _attribute(child)).logical_name
            alias = alias_of(child)
            if alias:
                named.append(Selected(name, alias))
            else:
                plain[name] = None
        if "no-attrs" in tags and self._asked.distinct and element is self._entity:
            raise refused(service.DISTINCT_NOTHING)
        nothing = not plain and not named and "no-attrs" not in tags
        if "all-attributes" in tags or (nothing and element is self._entity):
            return _Chosen(None, tuple(named))
        return _Chosen(tuple(plain), tuple(named))

    def _orders_of(self, links: tuple[Link, ...]) -> Iterator[Order]:
        """Yield the orders of links, which come after those of the entity."""
        for link in links:
            yield from self._orders(link.element, link.table, link.alias)
            yield from self._orders_of(link.links)

    def _orders(self, element: Element, table: Table, alias: str) -> Iterator[Order]:
        for child in element.iterchildren("order"):
            descending = truth(child, "descending", service.DESCENDING_TRUTH)
            name = child.get("attribute")
            if not name:
                raise refused(
                    service.ALIAS_OF_ORDER if child.get("alias") else service.ATTRIBUTE_OF_ORDER
                )
            there = child.get("entityname")
            join, held = self._links.named(there) if there else (alias, table)
            yield Order(column_of(held, name).logical_name, descending, join=join)


def _attribute(element: Element) -> str:
    """Return the column an attribute element names. Raises ServiceError for an aggregate."""
    groups = truth(element, "groupby", service.GROUP_TRUTH)
    if groups or any(element.get(name) for name in _AGGREGATED):
        if element.get("rowaggregate"):
            raise unsupported("The attribute 'rowaggregate'")
        raise refused(service.AGGREGATE)
    return required(element, "name")


def _sorted(orders: tuple[Order, ...], links: Links, *, raw: bool) -> Iterator[Order]:
    """Yield orders as `useraworderby` has them: without it, choices go by their labels.

    Raises ServiceError for an order the model does not have: lookups by key.
    """
    for order in orders:
        table = links.aliases[order.join] if order.join else links.table
        column = table.columns[order.column]
        if column.is_lookup and raw:
            raise unsupported(f"Sorting '{order.column}' by its keys")
        yield replace(order, by_label=column.type in CHOICES and not raw)


def _check_names(chosen: _Chosen, links: Links, joins: tuple[Join, ...]) -> None:
    """Refuse two columns of an answer that have one name."""
    own = chosen.plain if chosen.plain is not None else tuple(links.table.columns)
    names = [name.lower() for name in own]
    names += [each.alias.lower() for each in chosen.named]
    names += [each.alias.lower() for each in _aliased(joins)]
    if len(set(names)) < len(names):
        raise refused(service.DUPLICATE_ALIAS)


def _aliased(joins: tuple[Join, ...]) -> Iterator[Selected]:
    for join in joins:
        yield from (each for each in join.columns if each.alias)
        yield from _aliased(join.joins)
