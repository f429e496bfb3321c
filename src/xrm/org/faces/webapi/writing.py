"""POST, PATCH, PUT, DELETE: a payload into a message, preconditions into its parameters."""

from collections.abc import Mapping
from typing import Any

from xrm.model.errors import service
from xrm.model.metadata import Column
from xrm.model.values import Entity, EntityReference, KeyReference, Value
from xrm.org.faces.webapi.exchange import Exchange, Execute
from xrm.org.faces.webapi.headers import content
from xrm.org.faces.webapi.payloads.bodies import read_object, refused
from xrm.org.faces.webapi.payloads.entities import read_entity
from xrm.org.faces.webapi.reading import asked_of, record_document, retrieve
from xrm.org.faces.webapi.urls.asked import check_single
from xrm.org.faces.webapi.urls.resources import Reference
from xrm.wire.http import Headers, Response
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.values import read_value

_REPRESENTATION = "return=representation"


def create_record(exchange: Exchange) -> Response:
    """Create a record; in the collection of another one, paired with it."""
    table = exchange.resource.table
    assert table is not None
    if exchange.resource.collection is not None:
        raise _not_allowed(exchange)
    target = read_entity(exchange.organization, table, exchange.request)
    return _written(exchange, "Create", {"Target": target})


def update_record(exchange: Exchange) -> Response:
    """Update a record, or create it where the request allows (upsert)."""
    resource, table = exchange.resource, exchange.resource.table
    assert table is not None
    if resource.steps:
        raise _not_allowed(exchange)
    target = read_entity(exchange.organization, table, exchange.request, record=resource.record)
    if exchange.request.header("if-match") is not None:
        parameters = {"Target": target, "RowVersion": exchange.version()}
        return _written(exchange, "Update", parameters)
    return _written(exchange, "Create" if exchange.knows("*") else "Upsert", {"Target": target})


def _written(exchange: Exchange, name: str, parameters: dict[str, Any]) -> Response:
    """Run a write and answer with the record's URL, or with the record where that is preferred."""
    if not exchange.preferences.representation:
        key, created = _run(exchange.execute, name, parameters)
        return exchange.nothing(_entity_id(exchange, key, created=created))
    table = exchange.resource.table
    assert table is not None
    query = _without_expand(exchange) if exchange.request.method == "PATCH" else None
    check_single(asked_of(exchange, query).query)
    with exchange.together() as execute:
        key, created = _run(execute, name, parameters)
        record = key or exchange.resource.record
        assert record is not None
        found, asked = retrieve(exchange, record, execute, query)
        body = record_document(exchange, found, asked)
    etag = asked.writer.etag(found.rows[0])
    exchange.applied.insert(0, _REPRESENTATION)
    extra = () if etag is None else (("ETag", etag),)
    return exchange.document(body, extra, status=201 if created else 200)


def _run(
    execute: Execute, name: str, parameters: dict[str, Any]
) -> tuple[EntityReference | None, bool]:
    """Run a write; return the record, if the message tells it, and whether it was created."""
    target: Entity = parameters["Target"]
    result = execute(name, **parameters)
    if name == "Upsert":
        return result["Target"], result["RecordCreated"]
    if name == "Create":
        return EntityReference(target.logical_name, result), True
    key = target.id
    return (None if key is None else EntityReference(target.logical_name, key)), False


def _without_expand(exchange: Exchange) -> str:
    """Return the query of a request without `$expand`, which a PATCH passes over."""
    parts = exchange.request.query.split("&")
    return "&".join(part for part in parts if not part.startswith(("$expand=", "%24expand=")))


def _entity_id(exchange: Exchange, key: EntityReference | None, *, created: bool) -> Headers:
    """Return how a record written is named; `Location` is for a new one (RFC 9110 10.2.2)."""
    if key is None:
        return ()
    url = exchange.record_url(key)
    named = ("OData-EntityId", url)
    return (named, ("Location", url)) if created else (named,)


def delete_record(exchange: Exchange) -> Response:
    """Delete a record; `If-Match` may name its version."""
    if exchange.resource.steps:
        raise _not_allowed(exchange)
    record = exchange.resource.record
    exchange.execute("Delete", Target=record, RowVersion=exchange.version())
    return exchange.nothing()


def set_column(exchange: Exchange) -> Response:
    """Set one column of a record: `{"value": …}` (OData 4.0 part 1, 11.4.9.1)."""
    column, table = exchange.resource.column, exchange.resource.table
    assert column is not None
    assert table is not None
    try:
        ieee754 = content(exchange.request).ieee754
        value = _given(column, read_object(exchange.request), ieee754=ieee754)
    except ODataError as error:
        raise refused(table.entity_set_name, error) from error
    return _set(exchange, value)


def _given(column: Column, payload: Mapping[str, Any], *, ieee754: bool) -> Value:
    if "value" not in payload:
        raise ODataError("The payload has no property 'value'.")
    return None if column.is_lookup else read_value(column, payload["value"], ieee754=ieee754)


def clear_column(exchange: Exchange) -> Response:
    """Empty one column of a record (OData 4.0 part 1, 11.4.9.2)."""
    return _set(exchange, None)


def _set(exchange: Exchange, value: Value) -> Response:
    column, record = exchange.resource.column, exchange.resource.record
    assert column is not None
    assert record is not None
    if exchange.resource.steps:
        raise _not_allowed(exchange)
    if column.is_lookup:
        raise service.ServiceError(
            service.URI,
            "CRM do not support direct update of Entity Reference properties, Use Navigation "
            "properties instead.",
        )
    target = named_entity(record, {column.logical_name: value})
    exchange.execute("Update", Target=target, RowVersion=exchange.version())
    return exchange.nothing()


def named_entity(record: Reference, values: dict[str, Value]) -> Entity:
    """Return what is to be written to a record there is."""
    if isinstance(record, KeyReference):
        return Entity(record.logical_name, None, values, keys=record.keys)
    return Entity(record.logical_name, record.id, values)


def _not_allowed(exchange: Exchange) -> service.ServiceError:
    return service.ServiceError(
        service.METHOD_NOT_ALLOWED,
        f"The requested resource does not support http method '{exchange.request.method[:20]}'.",
    )
