"""GET of a set with `fetchXml=`: a page of what a FetchXML query finds.

Values that are null are left out, as the service does for these queries. That there is a next
page is told by the annotations `fetchxmlpagingcookie` and `morerecords` to those who ask for
them, by a next link to all others.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Table
from xrm.model.query import Page, Query
from xrm.org.faces.webapi import reading
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.urls.asked import check_known, companions, read_pairs
from xrm.org.faces.webapi.urls.names import PRINCIPAL_KEY, PRINCIPALS
from xrm.org.faces.webapi.urls.paging import read_page, write_fetch_page
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.fetchxml import read_fetch
from xrm.wire.fetchxml.refusals import refused
from xrm.wire.http import Response
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.options import MAX_TOP, Options, read_options
from xrm.wire.odata4.records import RecordWriter
from xrm.wire.odata4.skiptoken import read_cookie
from xrm.wire.odata4.values import property_name

_OPTION = "fetchxml"
_BESIDE = ("$count", "$skiptoken")
_LONGEST_KEPT = 4096
_kept = lru_cache(maxsize=500)(read_fetch)


def read_set(exchange: Exchange) -> Response:
    """Answer with one page of a set or of a record's collection, by whichever language asks."""
    if f"{_OPTION}=" not in exchange.request.query.lower():
        return reading.read_list(exchange)
    pairs = read_pairs(exchange.request.query)
    texts = [value for name, value in pairs if name.lower() == _OPTION]
    if not texts:
        return reading.read_list(exchange)
    if len(texts) > 1:
        raise ODataError(
            "Query option 'fetchXml' was specified more than once, but it must be specified at "
            "most once."
        )
    options = _options([(name, value) for name, value in pairs if name.lower() != _OPTION])
    return _answer(exchange, _query(exchange, texts[0], options), options)


def _options(pairs: list[tuple[str, str]]) -> Options:
    """Return the options beside the query. Raises ODataError for those that go with no other."""
    check_known(pairs)
    for name, _ in pairs:
        if name.startswith("$") and name not in _BESIDE:
            raise ODataError(f"The query parameter {name} is not supported.")
    return read_options(pairs)


def _query(exchange: Exchange, text: str, options: Options) -> Query:
    catalogue, table = exchange.organization.catalogue, exchange.resource.table
    assert table is not None
    read = _kept if len(text) <= _LONGEST_KEPT else read_fetch
    query = read(text, catalogue)
    if query.table != table.logical_name:
        raise refused(service.OTHER_ENTITY)
    size = exchange.preferences.page_size
    if size is not None and query.top is None and query.size == MAX_TOP:
        query = replace(query, size=size)
        exchange.applied.append(f"odata.maxpagesize={size}")
    if options.skiptoken is not None:
        query = _moved(catalogue, table, query, options.skiptoken)
    if exchange.resource.collection is not None:
        query = replace(query, parent=exchange.resource.parent(exchange.located()))
    columns = _fetched(table, query)
    return replace(query, columns=columns, count=query.count or options.count)


def _moved(catalogue: Catalogue, table: Table, query: Query, token: str) -> Query:
    """Return the query at the page a next link of it leads to. Raises ODataError."""
    if query.joins or query.distinct:
        cookie = read_cookie(token)
        page, size = Page(max(1, cookie.page)), cookie.size
    else:
        page, size = read_page(catalogue, table, query.orders, token)
    return replace(query, page=page, size=max(1, min(size or query.size, MAX_TOP)))


def _fetched(table: Table, query: Query) -> tuple[str, ...] | None:
    """Return the columns to read: those asked for, what the service adds, and the row version."""
    if query.columns is None or query.distinct:
        return query.columns
    added = [more for name in query.columns for more in companions(table, table.columns[name])]
    wanted = dict.fromkeys((*query.columns, *added, "versionnumber"))
    return tuple(name for name in wanted if name in table.columns)


def _answer(exchange: Exchange, query: Query, options: Options) -> Response:
    found: EntityCollection = exchange.execute(
        "RetrieveMultiple", Query=query, Formatted=reading.formatted(exchange)
    )
    document: dict[str, Any] = {"@odata.context": exchange.context(_fragment(found, query))}
    if options.count:
        total = reading.total(found)
        document["@odata.count"] = str(total) if exchange.accepted.ieee754 else total
    document |= reading.totals(exchange, found)
    told = _next(exchange, query, found) if found.more else {}
    document |= told
    document["value"] = reading.objects(exchange, found, _writer(found, query))
    if found.more and not told:
        document["@odata.nextLink"] = reading.next_link(exchange, query, found)
    return exchange.document(orjson.dumps(document))


def _next(exchange: Exchange, query: Query, found: EntityCollection) -> dict[str, Any]:
    """Return the annotations of a page that is not the last; the last one has none of them."""
    every = {"fetchxmlpagingcookie": write_fetch_page(query, found), "morerecords": True}
    include = exchange.preferences.annotations.include
    return {
        reading.CRM + name: value
        for name, value in every.items()
        if value is not None and include(reading.CRM[1:] + name)
    }


def _shown(found: EntityCollection, query: Query) -> tuple[int, ...]:
    """Return the places of the table's own columns to write: all but a version not asked for."""
    last = len(found.columns) - 1
    added = query.columns is not None and not query.distinct
    hidden = added and found.columns[last].logical_name == "versionnumber"
    return tuple(place for place in range(len(found.columns)) if not (hidden and place == last))


def _fragment(found: EntityCollection, query: Query) -> str:
    if query.columns is None:
        return found.table.entity_set_name
    columns = [found.columns[place] for place in _shown(found, query)]
    columns += [found.table.columns[each.column] for each in query.named]
    names = dict.fromkeys(map(property_name, columns))
    return f"{found.table.entity_set_name}({','.join(names)})"


def _writer(found: EntityCollection, query: Query) -> RecordWriter:
    own = len(found.columns)
    places = {column.logical_name: place for place, column in enumerate(found.columns)}
    aliases = {own + number: each.name for number, each in enumerate(found.aliased)}
    key = places.get(found.table.primary_id)
    principal = found.table.logical_name in PRINCIPALS and key is not None
    return RecordWriter(
        [*found.columns, *(each.column for each in found.aliased)],
        version=None if query.distinct else places.get("versionnumber"),
        shown=(*_shown(found, query), *aliases),
        also=(PRINCIPAL_KEY, key) if principal and key is not None else None,
        aliases=aliases,
        nulls=False,
    )
