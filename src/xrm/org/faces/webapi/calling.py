"""Functions and actions: a URL and a payload into a message's parameters, its result back."""

from collections.abc import Mapping
from typing import Any

import orjson

from xrm.model.errors import service
from xrm.model.message import Declaration
from xrm.model.values import EntityReference
from xrm.org.faces.webapi import answers
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.headers import content
from xrm.org.faces.webapi.payloads.bodies import read_object, refused
from xrm.org.faces.webapi.payloads.parameters import Reading, is_readable, read_parameter
from xrm.org.faces.webapi.payloads.results import is_spelled, spell
from xrm.org.faces.webapi.urls.asked import read_pairs
from xrm.org.faces.webapi.urls.resources import NAMESPACE, unknown
from xrm.org.messages import HANDLERS
from xrm.wire.http import Response
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.options import read_options
from xrm.wire.odata4.url import read_arguments, read_literal


def call_function(exchange: Exchange) -> Response:
    """Run a function with the arguments of its URL and answer with its result.

    Raises ServiceError 0x80060888 (404) for arguments that no function of that name takes, 501
    for types that have no spelling here yet, ODataError for a value that cannot be read.
    """
    declaration = HANDLERS[exchange.resource.operation].declaration
    kinds = dict(_spelled(declaration).values())
    if not is_spelled(declaration) or not all(map(is_readable, kinds.values())):
        raise service.ServiceError(
            service.NOT_IMPLEMENTED, f"'{declaration.name}' is not supported by this server yet."
        )
    arguments = read_arguments(exchange.resource.arguments)
    known = _spelled(declaration)
    needed = {said for name, (said, _) in known.items() if name not in declaration.optional}
    if not needed <= arguments.keys() <= kinds.keys():
        raise unknown(exchange.request.path.rpartition("/")[2].partition("(")[0])
    aliases = _aliases(exchange)
    values = {
        name: _argument(exchange, kind, said, aliases.get(text) if text[0] == "@" else text)
        for name, (said, kind) in known.items()
        if (text := arguments.get(said)) is not None
    }
    if declaration.bound_to:
        values |= _bound(exchange, declaration)
    return _answer(exchange, exchange.execute(declaration.name, **values))


def _argument(exchange: Exchange, kind: str, name: str, text: str | None) -> Any:
    """Return an argument's value; an alias that the query does not set is null."""
    if text is None:
        return None
    return read_parameter(Reading(exchange.organization), kind, name, read_literal(text))


def _aliases(exchange: Exchange) -> Mapping[str, str]:
    pairs = read_pairs(exchange.request.query)
    return read_options(pair for pair in pairs if pair[0].startswith("@")).aliases


def refuse_post(exchange: Exchange) -> Response:
    """Refuse a function that is asked as if it were an action, in the words of the service."""
    if exchange.resource.table is not None:
        raise unknown(NAMESPACE + exchange.resource.operation)
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
    if "entityset" in declaration.bound_to and table is not None:
        parameters["EntityName"] = table.logical_name
    elif declaration.bound_to:
        _check_complete(declaration, parameters)
        parameters |= _bound(exchange, declaration)
    return _answer(exchange, exchange.execute(name, **parameters))


def _answer(exchange: Exchange, result: Any) -> Response:
    """Answer with a result: 204 where the message declares none that the Web API spells."""
    declaration = HANDLERS[exchange.resource.operation].declaration
    if not is_spelled(declaration):
        return exchange.nothing()
    context = exchange.context(f"{NAMESPACE}{declaration.name}Response")
    document = spell(exchange.organization.catalogue, declaration, result)
    return exchange.document(orjson.dumps({"@odata.context": context, **document}))


def _spelled(declaration: Declaration) -> dict[str, tuple[str, str]]:
    """Return how parameters are called here and their types, without the record of the path."""
    found = {
        name: declaration.spelled.get(name, (name, kind))
        for name, kind in declaration.parameters.items()
    }
    if declaration.bound_to and "entityset" not in declaration.bound_to:
        found.pop(next(iter(found)))
    return found


def _parameters(
    exchange: Exchange, declaration: Declaration, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a payload's parameters as the message takes them. Raises ODataError."""
    ieee754 = content(exchange.request).ieee754
    reading = Reading(exchange.organization, exchange.resource.table, ieee754)
    known = {said: (name, kind) for name, (said, kind) in _spelled(declaration).items()}
    found: dict[str, Any] = {}
    for said, raw in payload.items():
        if "@" in said:
            continue
        if said not in known:
            raise ODataError(
                f"The parameter '{said[:100]}' in the request payload is not a valid parameter "
                f"for the operation '{declaration.name}'."
            )
        name, kind = known[said]
        found[name] = read_parameter(reading, kind, said, raw)
    return found


def _check_complete(declaration: Declaration, given: Mapping[str, Any]) -> None:
    """Check that no parameter is missing, before the record of the path is looked for.

    Raises ServiceError 0x80040203.
    """
    for name, (said, _) in _spelled(declaration).items():
        if given.get(name) is None and name not in declaration.optional:
            raise service.ServiceError(
                service.INVALID_ARGUMENT,
                f"Required field '{said}' is missing for RequestName='{declaration.name}'",
            )


def _bound(exchange: Exchange, declaration: Declaration) -> dict[str, Any]:
    """Return the record a function or action is bound to as its message's first parameter."""
    first, kind = next(iter(declaration.parameters.items()))
    here = exchange.located()
    table = exchange.organization.catalogue[here.logical_name]
    row = exchange.execute("Retrieve", Target=here, ColumnSet=(table.primary_id,)).rows[0]
    key = str(row[0])
    return {first: EntityReference(table.logical_name, key) if kind == "EntityReference" else key}
