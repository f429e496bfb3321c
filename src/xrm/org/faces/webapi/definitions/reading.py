"""GET of definitions: the catalogue's facts as the documents that were asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from xrm.db import budget
from xrm.org.context import Context
from xrm.org.definitions.finding import facts_of
from xrm.org.definitions.types import Type
from xrm.org.definitions.values import Definition
from xrm.org.faces.webapi.definitions.asking import Asked, read_asked
from xrm.org.faces.webapi.definitions.paths import Place, follow
from xrm.org.faces.webapi.exchange import Exchange
from xrm.org.faces.webapi.urls.asked import read_pairs
from xrm.wire.http import Response
from xrm.wire.odata4.errors import ODataError


def read_definitions(exchange: Exchange) -> Response:
    """Answer with definitions to any user of the organization that is enabled.

    Raises ServiceError and ODataError as the path and the query options deserve.
    """
    # Clients ask seldom and for much, and what is made here no statement's budget bounds.
    budget.leave_the_loop()
    organization = exchange.organization
    with organization.database.read() as transaction:
        caller = organization.admit(transaction, exchange.identity)
        facts = facts_of(Context(organization, transaction, caller))
    place = follow(facts, exchange.resource.segments)
    if place is None:
        return exchange.nothing()
    asked = read_asked(place.type, read_pairs(exchange.request.query))
    if place.member is not None:
        return _member(exchange, place, place.member)
    if place.item is not None:
        return _single(exchange, place, place.item, asked)
    return _list(exchange, place, asked)


def _list(exchange: Exchange, place: Place, asked: Asked) -> Response:
    if place.path == "GlobalOptionSetDefinitions" and asked.filter is not None:
        raise ODataError("The query parameter $filter is not supported")
    context = exchange.context(f"{place.path}{place.cast}{asked.fragment}")
    writer = _Writer(exchange, f"{place.path}{{}}{place.cast}")
    found = [writer.document(each, asked) for each in asked.found(place.items)]
    return exchange.document(orjson.dumps({"@odata.context": context, "value": found}))


def _single(exchange: Exchange, place: Place, item: Definition, asked: Asked) -> Response:
    if asked.filter is not None:
        raise ODataError("Query option $filter can be applied only on collections.")
    context = exchange.context(f"{place.path}{place.cast}{asked.fragment}/$entity")
    writer = _Writer(exchange, f"{place.path}{'{}' if place.key else ''}{place.cast}")
    document = {"@odata.context": context, **writer.document(item, asked)}
    return exchange.document(orjson.dumps(document))


def _member(exchange: Exchange, place: Place, name: str) -> Response:
    assert place.item is not None
    value = place.item.values.get(name)
    if value is None:
        return exchange.nothing()
    document: dict[str, Any] = {"@odata.context": exchange.context(f"{place.below}/{name}")}
    document |= value if isinstance(value, Mapping) else {"value": value}
    return exchange.document(orjson.dumps(document))


class _Writer:
    """Write definitions whose context URL is `path`, `{}` standing for the key of each."""

    def __init__(self, exchange: Exchange, path: str) -> None:
        self._exchange = exchange
        self._path = path

    def document(self, item: Definition, asked: Asked) -> dict[str, Any]:
        """Return a definition as a document: what is selected, its id, what is expanded."""
        found = _typed(item, asked.of)
        if asked.select is None:
            found |= item.values
        else:
            values = item.values
            found |= {
                name: values.get(name) for name in asked.select if name in asked.of.properties
            }
            found.setdefault("MetadataId", values["MetadataId"])
        for each in asked.expand:
            self._expand(found, item, each.name, each.asked)
        return found

    def _expand(self, found: dict[str, Any], item: Definition, name: str, asked: Asked) -> None:
        link = item.links.get(name)
        there = None if link is None else link()
        path = f"{self._path.format('(' + item.values['MetadataId'] + ')')}/{name}"
        end = "" if isinstance(there, Sequence) else "/$entity"
        if there is not None:
            context = self._exchange.context(f"{path}{asked.fragment}{end}")
            found[f"{name}@odata.context"] = context
        found[name] = _Writer(self._exchange, f"{path}{'' if end else '{}'}").linked(there, asked)

    def linked(self, there: Definition | Sequence[Definition] | None, asked: Asked) -> Any:
        """Return what a navigation property leads to as documents."""
        if isinstance(there, Sequence):
            return [self.document(each, asked) for each in asked.found(there)]
        return None if there is None else self.document(there, asked)


def _typed(item: Definition, declared: Type) -> dict[str, Any]:
    """Return the control information of a definition that is of a derived type."""
    if item.type is declared:
        return {}
    return {"@odata.type": f"#Microsoft.Dynamics.CRM.{item.type.name}"}
