"""Functions and actions: a URL and a payload into a message's parameters, its result back.

How a parameter is read follows from the type its message declares.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from xrm.model.errors import service
from xrm.model.message import Declaration
from xrm.model.metadata import Table
from xrm.model.query import Query
from xrm.model.values import Entity, EntityReference, KeyReference, read_guid
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.expressions import read_query
from xrm.org.faces.webapi.payload import entity_of, read_object, record_named, refused
from xrm.org.faces.webapi.resources import NAMESPACE
from xrm.org.messages import HANDLERS
from xrm.wire.http import Response
from xrm.wire.odata4.errors import ODataError

_TYPE = "@odata.type"
_ID = "@odata.id"


def call_function(exchange: Exchange) -> Response:
    """Run an unbound function without parameters and answer with its result."""
    return _answer(exchange, exchange.execute(exchange.resource.operation))


def call_action(exchange: Exchange) -> Response:
    """Run an action with the parameters of its payload."""
    name = exchange.resource.operation
    declaration = HANDLERS[name].declaration
    parameters = _parameters(exchange, declaration, read_object(exchange.request))
    return _answer(exchange, exchange.execute(name, **parameters))


def _answer(exchange: Exchange, result: Any) -> Response:
    """Answer with a result: 204 where the message declares none."""
    name = exchange.resource.operation
    declared = HANDLERS[name].declaration.results
    if not declared:
        return exchange.nothing()
    if not isinstance(result, Mapping):
        (only,) = declared
        result = {only: result}
    context = exchange.context(f"{NAMESPACE}{name}Response")
    return exchange.document(orjson.dumps({"@odata.context": context, **result}))


def _parameters(
    exchange: Exchange, declaration: Declaration, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a payload's parameters as the message takes them. Raises ODataError."""
    found: dict[str, Any] = {}
    for name in ("Targets",):
        if name in declaration.parameters and name not in payload:
            raise service.ServiceError(
                service.INVALID_ARGUMENT,
                f"Required field '{name}' is missing for RequestName='{declaration.name}'",
            )
    for name, raw in payload.items():
        if "@" in name:
            continue
        kind = declaration.parameters.get(name)
        if kind is None:
            raise ODataError(
                f"The parameter '{name[:100]}' in the request payload is not a valid parameter "
                f"for the operation '{declaration.name}'."
            )
        found[name] = _READERS[kind](exchange, name, raw)
    return found


def _entities(exchange: Exchange, name: str, raw: Any) -> list[Entity]:
    table = exchange.resource.table
    assert table is not None
    return [_entity(exchange, table, each) for each in _list(name, raw)]


def _entity(exchange: Exchange, table: Table, raw: Any) -> Entity:
    if not isinstance(raw, dict):
        raise ODataError("An item of 'Targets' is not a JSON object.")
    kind = raw.get(_TYPE)
    if kind is None:
        raise ODataError(f"You must set the {_TYPE} property for each item.")
    _check_type(exchange, table, str(kind).lstrip("#"))
    named = _named(exchange, raw.get(_ID))
    if named is not None and named.logical_name != table.logical_name:
        raise ODataError(f"'{_ID}' names a record of '{named.logical_name}'.")
    entity = entity_of(exchange.organization, table, raw, record=named)
    key = entity.values.get(table.primary_id)
    if named is None and isinstance(key, str):
        return Entity(entity.logical_name, key, entity.values, related=entity.related)
    return entity


def _check_type(exchange: Exchange, table: Table, kind: str) -> None:
    if kind == NAMESPACE + table.logical_name:
        return
    if kind.removeprefix(NAMESPACE) in exchange.organization.catalogue.tables:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"An item of '{kind}' is not of '{table.logical_name}'."
        )
    raise refused(
        table,
        ODataError(
            f"A type named '{kind[:100]}' could not be resolved by the model. When a model is "
            "available, each type name must resolve to a valid type."
        ),
    )


def _named(exchange: Exchange, url: Any) -> EntityReference | KeyReference | None:
    """Return the record an item names, which it does relative to the service root alone."""
    if url is None:
        return None
    if not isinstance(url, str) or "://" in url or url.startswith("/"):
        raise ODataError(f"The value of '{_ID}' must be relative to the service root.")
    return record_named(exchange.organization, url)


def _queries(_exchange: Exchange, name: str, raw: Any) -> list[Query]:
    return [read_query(_exchange.organization.catalogue, each) for each in _list(name, raw)]


def _reference(exchange: Exchange, name: str, raw: Any) -> EntityReference | KeyReference:
    """Return the record an object names by `@odata.id`, or by its type and key."""
    if isinstance(raw, dict) and isinstance(raw.get(_ID), str):
        return record_named(exchange.organization, raw[_ID])
    if isinstance(raw, dict) and isinstance(raw.get(_TYPE), str):
        kind = raw[_TYPE].lstrip("#").removeprefix(NAMESPACE)
        table = exchange.organization.catalogue.tables.get(kind)
        if table is not None and isinstance(key := raw.get(table.primary_id), str):
            return EntityReference(kind, _guid(exchange, name, key))
    raise ODataError(f"The parameter '{name}' does not name a record.")


def _list(name: str, raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise ODataError(f"The parameter '{name}' is not a list.")
    return raw


def _guid(_exchange: Exchange, name: str, raw: Any) -> str:
    try:
        return read_guid(raw)
    except (ValueError, TypeError):
        raise ODataError(f"The parameter '{name}' is not a GUID.") from None


def _plain(kind: type) -> Callable[[Exchange, str, Any], Any]:
    def read(_exchange: Exchange, name: str, raw: Any) -> Any:
        if raw is not None and type(raw) is not kind:
            raise ODataError(f"The parameter '{name}' is not of its type.")
        return raw

    return read


_READERS: dict[str, Callable[[Exchange, str, Any], Any]] = {
    "Collection(Entity)": _entities,
    "Collection(Query)": _queries,
    "EntityReference": _reference,
    "Edm.Guid": _guid,
    "Edm.String": _plain(str),
    "Edm.Boolean": _plain(bool),
    "Edm.DateTimeOffset": _plain(str),
    "Collection(ActivityParty)": lambda _exchange, name, raw: _list(name, raw),
}
"""How a parameter is read, by the type declared."""
