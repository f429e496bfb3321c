"""Functions and actions: a URL and a payload into a message's parameters, its result back.

How a parameter is read follows from the type its message declares.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from xrm.model.errors import service
from xrm.model.message import Declaration
from xrm.model.metadata import Table
from xrm.model.privileges import Depth, RolePrivilege
from xrm.model.query import Query
from xrm.model.values import Entity, EntityReference, Guid, KeyReference, read_guid
from xrm.org.faces.webapi import answers
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.headers import content
from xrm.org.faces.webapi.payloads.bodies import read_object, refused
from xrm.org.faces.webapi.payloads.entities import entity_of, record_named
from xrm.org.faces.webapi.payloads.expressions import read_query
from xrm.org.faces.webapi.urls.resources import NAMESPACE
from xrm.org.messages import HANDLERS
from xrm.wire.http import Response
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time

_TYPE = "@odata.type"
_ID = "@odata.id"


def call_function(exchange: Exchange) -> Response:
    """Run an unbound function without parameters and answer with its result."""
    return _answer(exchange, exchange.execute(exchange.resource.operation))


def refuse_post(exchange: Exchange) -> Response:
    """Refuse a function that is asked as if it were an action, in the words of the service."""
    exchange.execute("WhoAmI")
    path = exchange.request.path.lstrip("/")
    return answers.no_operation(f"{exchange.organization.url}{path}", exchange.request_id)


def call_action(exchange: Exchange) -> Response:
    """Run an action with the parameters of its payload.

    Raises ServiceError 0x80048d19 for a payload the action does not take.
    """
    name, table = exchange.resource.operation, exchange.resource.table
    declaration = HANDLERS[name].declaration
    try:
        parameters = _parameters(exchange, declaration, read_object(exchange.request))
    except ODataError as error:
        raise refused("" if table is None else table.entity_set_name, error) from error
    if declaration.bound_to == "entityset" and table is not None:
        parameters["EntityName"] = table.logical_name
    elif declaration.bound_to is not None:
        parameters |= _bound(exchange, declaration, parameters)
    return _answer(exchange, exchange.execute(name, **parameters))


def _answer(exchange: Exchange, result: Any) -> Response:
    """Answer with a result: 204 where the message declares none that the Web API spells."""
    name = exchange.resource.operation
    declared = HANDLERS[name].declaration.results
    if not _SPELLED.issuperset(declared.values()) or not declared:
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
    known = dict(declaration.parameters)
    if declaration.bound_to not in (None, "entityset"):
        known.pop(next(iter(known)))  # the record of the path
    for name, raw in payload.items():
        if "@" in name:
            continue
        kind = known.get(name)
        if kind is None:
            raise ODataError(
                f"The parameter '{name[:100]}' in the request payload is not a valid parameter "
                f"for the operation '{declaration.name}'."
            )
        found[name] = _READERS[kind](exchange, name, raw)
    return found


def _bound(
    exchange: Exchange, declaration: Declaration, given: Mapping[str, Any]
) -> dict[str, Guid]:
    """Return the record an action is bound to as its message's first parameter.

    Raises ServiceError 0x80040203 for one of the others that is missing.
    """
    first, *others = declaration.parameters
    for name in others:
        if name not in given:
            raise service.ServiceError(
                service.INVALID_ARGUMENT,
                f"Required field '{name}' is missing for RequestName='{declaration.name}'",
            )
    here = exchange.located()
    table = exchange.organization.catalogue[here.logical_name]
    row = exchange.execute("Retrieve", Target=here, ColumnSet=(table.primary_id,)).rows[0]
    return {first: str(row[0])}


def _privileges(_exchange: Exchange, name: str, raw: Any) -> list[RolePrivilege]:
    return [_privilege(name, each) for each in _list(name, raw)]


def _privilege(name: str, raw: Any) -> RolePrivilege:
    try:
        return RolePrivilege(read_guid(raw["PrivilegeId"]), Depth.named(raw["Depth"]))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise ODataError(
            f"An item of '{name}' takes a PrivilegeId and a Depth: Basic, Local, Deep or Global."
        ) from None


def _entities(exchange: Exchange, name: str, raw: Any) -> list[Entity]:
    table = exchange.resource.table
    assert table is not None
    return [_entity(exchange, table, each) for each in _list(name, raw)]


def _entity(exchange: Exchange, table: Table, raw: Any) -> Entity:
    if not isinstance(raw, dict):
        raise ODataError("An item of 'Targets' is not a JSON object.")
    kind = raw.get(_TYPE)
    if not isinstance(kind, str):
        raise ODataError(f"You must set the {_TYPE} property for each item.")
    # Whether it is a record of this set is for the message to say.
    name = kind.removeprefix("#").removeprefix(NAMESPACE)
    table = exchange.organization.catalogue.tables.get(name, table)
    named = _named(exchange, raw.get(_ID))
    if named is not None and named.logical_name != table.logical_name:
        raise ODataError(f"'{_ID}' names a record of '{named.logical_name}'.")
    ieee754 = content(exchange.request).ieee754
    entity = entity_of(exchange.organization, table, raw, record=named, ieee754=ieee754)
    key = entity.values.get(table.primary_id)
    if named is None and isinstance(key, str):
        return replace(entity, id=key)
    return entity


def _named(exchange: Exchange, url: Any) -> EntityReference | KeyReference | None:
    """Return the record an item names, which it does relative to the service root alone."""
    if url is None:
        return None
    if not isinstance(url, str) or "://" in url or url.startswith("/"):
        raise ODataError(f"The value of '{_ID}' must be relative to the service root.")
    return record_named(exchange.organization, url)


def _queries(exchange: Exchange, name: str, raw: Any) -> list[Query]:
    return [read_query(exchange.organization.catalogue, each) for each in _list(name, raw)]


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


def _moment(_exchange: Exchange, name: str, raw: Any) -> Any:
    try:
        return None if raw is None else read_time(raw)
    except (ValueError, TypeError, AttributeError):
        raise ODataError(f"The parameter '{name}' is not a date and time.") from None


_READERS: dict[str, Callable[[Exchange, str, Any], Any]] = {
    "Collection(Entity)": _entities,
    "Collection(QueryExpression)": _queries,
    "Collection(RolePrivilege)": _privileges,
    "EntityReference": _reference,
    "Edm.Guid": _guid,
    "Edm.String": _plain(str),
    "Edm.Boolean": _plain(bool),
    "Edm.DateTimeOffset": _moment,
    "Collection(ActivityParty)": lambda _exchange, name, raw: _list(name, raw),
}
"""How a parameter is read, by the type declared."""

_SPELLED = frozenset(
    {"Edm.Guid", "Edm.String", "Edm.Boolean", "Collection(Edm.Guid)", "Collection(Edm.Int32)"}
)
"""The types of results the Web API answers with; it keeps others of actions to itself."""
