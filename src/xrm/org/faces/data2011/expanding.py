"""What `$expand` adds to rows: the record a lookup points to, or a page of a collection."""

from collections.abc import Sequence
from typing import Any

from xrm.model.metadata import Column
from xrm.model.query import Condition, Parent, Query
from xrm.model.values import EntityReference
from xrm.org.faces.data2011.exchange import Exchange
from xrm.org.faces.data2011.records import are_named, entries, references
from xrm.org.faces.data2011.urls.asked import PAGE_SIZE, Asked, Expansion
from xrm.org.faces.data2011.urls.paging import next_url
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.odata2.entries import Entry, Feed, Link

_NO_LINKS: tuple[Link, ...] = ()


def links_of(exchange: Exchange, asked: Asked, found: EntityCollection) -> list[tuple[Link, ...]]:
    """Return the links of each row: those only named, and those expanded."""
    named = tuple(Link(each.name, each.many) for each in asked.links)
    expanded = [
        _many(exchange, each, found) if each.navigation.many else _one(exchange, each, found)
        for each in asked.expanded
    ]
    return [(*named, *of_row) for of_row in zip(*expanded, strict=True)] if expanded else [
        named for _ in found.rows
    ]  # fmt: skip


def _one(exchange: Exchange, expansion: Expansion, found: EntityCollection) -> list[Link]:
    """Return the records that a lookup of each row points to, read at once.

    What the caller may not read is as if there was nothing.
    """
    navigation = expansion.navigation
    place = [each.logical_name for each in found.columns].index(navigation.lookup.column)
    target = navigation.target
    keys = [_key(row[place], target.logical_name) for row in found.rows]
    known: dict[str, Entry] = {}
    wanted = tuple(dict.fromkeys(key for key in keys if key is not None))
    if wanted:
        query = Query(
            target.logical_name,
            _columns(expansion),
            Condition(target.primary_id, "in", wanted),
            size=len(wanted),
        )
        inner = _read(exchange, query, expansion.columns)
        shown = entries(inner, expansion.columns, [_NO_LINKS for _ in inner.rows])
        records = (reference.id for reference in references(inner))
        known = dict(zip(records, shown, strict=True))
    return [Link(navigation.name, False, known.get(key or ""), expanded=True) for key in keys]


def _key(value: Any, table: str) -> str | None:
    fits = isinstance(value, EntityReference) and value.logical_name == table
    return value.id if fits else None


def _many(exchange: Exchange, expansion: Expansion, found: EntityCollection) -> list[Link]:
    return [_collection(exchange, expansion, each) for each in references(found)]


def _collection(exchange: Exchange, expansion: Expansion, holder: EntityReference) -> Link:
    """Return the first page of a record's collection, and where it goes on."""
    navigation = expansion.navigation
    query = Query(
        navigation.target.logical_name,
        _columns(expansion),
        size=PAGE_SIZE,
        parent=Parent(holder, navigation.relationship.schema_name),
    )
    inner = _read(exchange, query, expansion.columns)
    path = f"{exchange.record_path(holder)}/{navigation.name}"
    following = next_url(exchange.root + path, "", query, inner) if inner.more else None
    shown = entries(inner, expansion.columns, [_NO_LINKS for _ in inner.rows])
    feed = Feed(path, navigation.name, tuple(shown), next=following)
    return Link(navigation.name, True, feed, expanded=True)


def _columns(expansion: Expansion) -> tuple[str, ...]:
    target = expansion.navigation.target
    title = () if target.primary_name is None else (target.primary_name,)
    names = (column.logical_name for column in expansion.columns)
    return tuple(dict.fromkeys((target.primary_id, *title, *names)))


def _read(exchange: Exchange, query: Query, columns: Sequence[Column]) -> EntityCollection:
    found: EntityCollection = exchange.execute(
        "RetrieveMultiple", Query=query, Formatted=are_named(columns)
    )
    return found
