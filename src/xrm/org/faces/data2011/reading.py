"""GET: a URL into a Query or a Retrieve, its result into a document."""

from dataclasses import replace
from functools import lru_cache

from xrm.model.query import Condition, Parent, Query
from xrm.model.values import EntityReference
from xrm.org.context import not_found
from xrm.org.faces.data2011 import answers
from xrm.org.faces.data2011.exchange import Exchange
from xrm.org.faces.data2011.expanding import links_of
from xrm.org.faces.data2011.records import are_named, entries, references
from xrm.org.faces.data2011.refusals import Refusal
from xrm.org.faces.data2011.urls.asked import Asked, check_single, read_asked
from xrm.org.faces.data2011.urls.paging import next_url
from xrm.org.faces.data2011.urls.resources import sets
from xrm.org.messages.retrieve_multiple import MOST_COUNTED, EntityCollection
from xrm.wire.http import Response
from xrm.wire.odata2.edmx import write_metadata
from xrm.wire.odata2.entries import Entry, Feed, Property
from xrm.wire.odata2.kinds import COMPLEX, kind_of
from xrm.wire.odata2.values import shown, write_text


def service_document(exchange: Exchange) -> Response:
    """Return the list of entity sets, to users only."""
    exchange.execute("WhoAmI")
    return exchange.sets(list(sets(exchange.organization.catalogue)))


def metadata(exchange: Exchange) -> Response:
    """Return the EDMX document, to users only; it is XML whatever is accepted."""
    exchange.execute("WhoAmI")
    body = _metadata(exchange.organization.catalogue)
    return answers.answer(200, answers.XML, body, exchange.request_id, version="2.0;")


_metadata = lru_cache(maxsize=4)(write_metadata)


def read_list(exchange: Exchange) -> Response:
    """Answer with one page of a set, or of a record's collection."""
    resource = exchange.resource
    assert resource.table is not None
    asked, query = _asked(exchange)
    found: EntityCollection = exchange.execute(
        "RetrieveMultiple", Query=query, Formatted=are_named(asked.shown)
    )
    rows = entries(found, asked.shown, links_of(exchange, asked, found))
    path = _path(exchange)
    following = _next(exchange, query, found)
    title = path.rpartition("/")[2]
    return exchange.feed(Feed(path, title, tuple(rows), _total(query, found), following))


def _asked(exchange: Exchange) -> tuple[Asked, Query]:
    """Return what a list's URL asks, of the collection it names."""
    resource = exchange.resource
    assert resource.table is not None
    asked = read_asked(exchange.organization.catalogue, resource.table, exchange.request.query)
    if resource.navigation is None:
        return asked, asked.query
    assert resource.record is not None
    parent = Parent(resource.record, resource.navigation.relationship.schema_name)
    return asked, replace(asked.query, parent=parent)


def _path(exchange: Exchange) -> str:
    """Return the path of a list below the service root."""
    return exchange.request.path.strip("/").split("/", 3)[3]


def _next(exchange: Exchange, query: Query, found: EntityCollection) -> str | None:
    if not found.more:
        return None
    url = exchange.organization.url.rstrip("/") + exchange.request.path
    return next_url(url, exchange.request.query, query, found)


def _total(query: Query, found: EntityCollection) -> int | None:
    return min(found.total or 0, MOST_COUNTED) if query.count else None


def read_count(exchange: Exchange) -> Response:
    """Answer `/$count`: digits as text."""
    _, query = _asked(exchange)
    table = exchange.organization.catalogue[query.table]
    counting = replace(query, columns=(table.primary_id,), size=1, count=True, top=None, skip=0)
    total = _total(counting, exchange.execute("RetrieveMultiple", Query=counting)) or 0
    total = max(0, total - query.skip)
    return exchange.text(str(total if query.top is None else min(total, query.top)))


def read_record(exchange: Exchange) -> Response:
    """Answer with one record."""
    check_single(exchange.request.query)
    target = exchange.located()
    _check_belongs(exchange, target)
    return exchange.entry(record_entry(exchange, target, exchange.request.query))


def record_entry(exchange: Exchange, target: EntityReference, query: str) -> Entry:
    """Return what a query asks of a record."""
    catalogue = exchange.organization.catalogue
    asked = read_asked(catalogue, catalogue[target.logical_name], query)
    found: EntityCollection = exchange.execute(
        "Retrieve",
        Target=target,
        ColumnSet=asked.query.columns,
        Formatted=are_named(asked.shown),
    )
    (entry,) = entries(found, asked.shown, links_of(exchange, asked, found))
    return entry


def _check_belongs(exchange: Exchange, target: EntityReference) -> None:
    """Check that a record of a collection is in it. Raises ServiceError 0x80040217."""
    resource = exchange.resource
    if resource.navigation is None or resource.related is None:
        return
    assert resource.record is not None
    table = resource.navigation.target
    query = Query(
        table.logical_name,
        (table.primary_id,),
        Condition(table.primary_id, "eq", (target.id,)),
        parent=Parent(resource.record, resource.navigation.relationship.schema_name),
    )
    if not exchange.execute("RetrieveMultiple", Query=query).rows:
        raise not_found(table, target.id)


def read_property(exchange: Exchange) -> Response:
    """Answer with one property, or with a member of a complex one."""
    item = _property(exchange)
    if exchange.resource.member:
        item = _member(exchange, item)
    return exchange.one_property(item)


def read_value(exchange: Exchange) -> Response:
    """Answer with one primitive value as plain text; 404 where there is none."""
    item = _property(exchange)
    if exchange.resource.member:
        item = _member(exchange, item)
    if item.value is None:
        raise Refusal(404, f"Resource not found for the segment '{item.name}'.")
    return exchange.text(write_text(item.kind, item.value))


def _property(exchange: Exchange) -> Property:
    check_single(exchange.request.query)
    column, target = exchange.resource.column, exchange.located()
    assert column is not None
    _check_belongs(exchange, target)
    found: EntityCollection = exchange.execute(
        "Retrieve",
        Target=target,
        ColumnSet=(column.logical_name,),
        Formatted=column.is_lookup,
    )
    place = [each.logical_name for each in found.columns].index(column.logical_name)
    name = None if found.presented is None else found.presented.texts[place][0]
    value = shown(column, found.rows[0][place], name)
    return Property(column.schema_name, kind_of(column), value)


def _member(exchange: Exchange, item: Property) -> Property:
    member = exchange.resource.member
    return Property(member, COMPLEX[item.kind][member], item.value[member])


def read_links(exchange: Exchange) -> Response:
    """Answer with the URLs of a page of a record's collection."""
    _, query = _asked(exchange)
    table = exchange.organization.catalogue[query.table]
    query = replace(query, columns=(table.primary_id,))
    found: EntityCollection = exchange.execute("RetrieveMultiple", Query=query)
    paths = [exchange.record_path(each) for each in references(found)]
    return exchange.links(paths, _total(query, found), _next(exchange, query, found))


def read_link(exchange: Exchange) -> Response:
    """Answer with the URL of the record a lookup points to, or of one of a collection."""
    target = exchange.located()
    _check_belongs(exchange, target)
    return exchange.link(exchange.record_path(target))
