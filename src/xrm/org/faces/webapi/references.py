"""`$ref`: which records belong together, read, made and ended (OData 4.0 part 1, 11.4.6)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from xrm.model.metadata import ManyToOne, Table
from xrm.model.query import Condition, Query
from xrm.model.values import EntityReference, KeyReference, Value
from xrm.org.context import not_found
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.payloads.bodies import read_object, refused
from xrm.org.faces.webapi.payloads.entities import record_named
from xrm.org.faces.webapi.reading import next_link
from xrm.org.faces.webapi.urls.asked import read_asked
from xrm.org.faces.webapi.urls.resources import Reference, leads_to, unknown
from xrm.org.faces.webapi.writing import named_entity
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.http import Response
from xrm.wire.odata4.errors import ODataError

_ID = "@odata.id"


def read_reference(exchange: Exchange) -> Response:
    """Answer with the URL of the record a lookup points to.

    Raises ServiceError 404 where it points to none (OData 4.0 part 1, 11.2.7).
    """
    navigation = exchange.resource.navigation
    assert isinstance(navigation, ManyToOne)
    there = exchange.pointed(exchange.located(), navigation.column)
    if there is None or not leads_to(navigation, there):
        raise unknown(navigation.referencing_navigation)
    document = {"@odata.context": exchange.context("$ref"), _ID: exchange.record_url(there)}
    return exchange.document(orjson.dumps(document))


def read_references(exchange: Exchange) -> Response:
    """Answer with the URLs of a page of a record's collection."""
    table, size = exchange.resource.table, exchange.preferences.page_size
    assert table is not None
    if exchange.resource.related is not None:
        return _read_one(exchange, table, exchange.resource.related)
    query: Query = replace(
        read_asked(exchange.organization.catalogue, table, exchange.request.query).query,
        parent=exchange.resource.parent(exchange.located()),
    )
    if size is not None:
        query = replace(query, size=size)
        exchange.applied.append(f"odata.maxpagesize={size}")
    found: EntityCollection = exchange.execute("RetrieveMultiple", Query=query)
    place = [column.logical_name for column in found.columns].index(table.primary_id)
    keys = [EntityReference(table.logical_name, str(row[place])) for row in found.rows]
    document: dict[str, Any] = {
        "@odata.context": exchange.context("Collection($ref)"),
        "value": [{_ID: exchange.record_url(key)} for key in keys],
    }
    if found.more:
        document["@odata.nextLink"] = next_link(exchange, query, found)
    return exchange.document(orjson.dumps(document))


def _read_one(exchange: Exchange, table: Table, related: Reference) -> Response:
    """Answer with the URL of one record of a collection, 404 if it is not in it."""
    key = exchange.execute("Retrieve", Target=related, ColumnSet=(table.primary_id,)).rows[0][0]
    query = Query(
        table.logical_name,
        (table.primary_id,),
        Condition(table.primary_id, "eq", (key,)),
        parent=exchange.resource.parent(exchange.located()),
    )
    if not exchange.execute("RetrieveMultiple", Query=query).rows:
        raise not_found(table, str(key))
    reference = EntityReference(table.logical_name, str(key))
    document = {"@odata.context": exchange.context("$ref"), _ID: exchange.record_url(reference)}
    return exchange.document(orjson.dumps(document))


def set_reference(exchange: Exchange) -> Response:
    """Point a lookup to the record the payload names."""
    return _set(exchange, _named(exchange))


def clear_reference(exchange: Exchange) -> Response:
    """Let a lookup point to nothing."""
    return _set(exchange, None)


def _set(exchange: Exchange, there: Value) -> Response:
    navigation, here = exchange.resource.navigation, exchange.located()
    assert isinstance(navigation, ManyToOne)
    targets = (navigation.target,) if navigation.target else ("systemuser", "team")
    if isinstance(there, EntityReference | KeyReference) and there.logical_name not in targets:
        raise ODataError(
            f"The navigation property '{navigation.referencing_navigation}' refers to "
            f"'{' or '.join(targets)}'."
        )
    target = named_entity(here, {navigation.column: there})
    exchange.execute("Update", Target=target, RowVersion=exchange.version())
    return exchange.nothing()


def add_reference(exchange: Exchange) -> Response:
    """Pair a record with the one the payload names."""
    if exchange.resource.related is not None:
        raise ODataError("The request URI names the related record; its payload must.")
    return _pair(exchange, "Associate", _named(exchange))


def remove_reference(exchange: Exchange) -> Response:
    """Part a record from the one the path or `$id` names."""
    related = exchange.resource.related
    if related is None:
        try:
            asked = dict(exchange.request.parameters()).get("$id")
        except ValueError as error:
            raise ODataError("Bad Request - Error in query syntax.") from error
        if not asked:
            raise ODataError("The request URI must name the related record by its key or '$id'.")
        related = record_named(exchange.organization, asked)
    return _pair(exchange, "Disassociate", related)


def _named(exchange: Exchange) -> Reference:
    try:
        url = _url(read_object(exchange.request))
    except ODataError as error:
        raise refused("", error) from error
    return record_named(exchange.organization, url)


def _url(payload: Mapping[str, Any]) -> str:
    url = payload.get(_ID)
    if not isinstance(url, str):
        raise ODataError(f"The payload must name a record by '{_ID}'.")
    return url


def _pair(exchange: Exchange, message: str, related: Reference) -> Response:
    exchange.execute(
        message,
        Target=exchange.located(),
        Relationship=exchange.resource.collection,
        RelatedEntities=[related],
    )
    return exchange.nothing()
