"""A request's body: into a record with what belongs to it, into a property, into a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from xrm.model.metadata import Column, Table
from xrm.model.values import Entity, EntityReference, Related, Value, Values
from xrm.org.faces.data2011.exchange import Exchange
from xrm.org.faces.data2011.refusals import Refusal
from xrm.org.faces.data2011.urls.names import columns, unknown_property
from xrm.org.faces.data2011.urls.resources import ROOT, read_resource
from xrm.org.faces.webapi.headers import content
from xrm.org.faces.webapi.payloads.bodies import read_object
from xrm.wire.odata2 import atom, verbose
from xrm.wire.odata2.entries import Linked, Payload
from xrm.wire.odata2.kinds import DATA, SERVICES
from xrm.wire.odata2.navigations import Navigation, navigations
from xrm.wire.odata2.values import read_member, read_value
from xrm.wire.odata4.errors import ODataError

MAX_DEPTH = 32
_JSON = "application/json"
_XML = frozenset({"application/atom+xml", "application/xml", "text/xml"})


def read_record(exchange: Exchange, table: Table, record: EntityReference | None = None) -> Entity:
    """Return the record a request describes; `record` is what its URL names, if it names one.

    Raises ODataError for a payload that does not fit the table, Refusal 415 for one of another
    kind.
    """
    reading = _Reading(exchange, changes=record is not None)
    return reading.entity(table, _payload(exchange), None if record is None else record.id)


def _payload(exchange: Exchange) -> Payload:
    if _kind(exchange) == _JSON:
        return verbose.read_payload(read_object(exchange.request))
    return atom.read_payload(_root(exchange))


def _kind(exchange: Exchange) -> str:
    """Return the media type of a body: that of JSON, or one of XML. Raises Refusal 415."""
    kind = content(exchange.request).type
    if kind != _JSON and kind not in _XML:
        raise Refusal(415, f"The media type '{kind[:100]}' of the request is not supported.")
    return kind


def _root(exchange: Exchange) -> etree._Element:
    charset = content(exchange.request).charset
    return atom.read_xml(exchange.request.body, charset or None)


@dataclass(slots=True)
class _Found:
    """What a payload has said so far."""

    values: Values = field(default_factory=dict)
    related: list[Related] = field(default_factory=list)


class _Reading:
    """One payload, records within records."""

    def __init__(self, exchange: Exchange, *, changes: bool) -> None:
        self._exchange = exchange
        self._catalogue = exchange.organization.catalogue
        self._changes = changes
        self._depth = 0

    def entity(self, table: Table, payload: Payload, key: str | None) -> Entity:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ODataError("Error processing request stream. The payload is nested too deeply.")
        _check_type(table, payload)
        found, known = _Found(), columns(table)
        related = navigations(self._catalogue, table)
        for name, raw in payload.values.items():
            column = known.get(name)
            if column is not None:
                found.values[column.logical_name] = read_value(column, raw)
            elif name in related:
                linked = verbose.read_linked(name, raw)
                if linked is not None:
                    self._link(table, related[name], linked, found)
            else:
                raise unknown_property(table, name)
        for name, linked in payload.links.items():
            if name not in related:
                raise unknown_property(table, name)
            self._link(table, related[name], linked, found)
        self._depth -= 1
        return Entity(table.logical_name, key, found.values, related=tuple(found.related))

    def _link(self, table: Table, navigation: Navigation, linked: Linked, found: _Found) -> None:
        records = tuple(self._related(navigation, each) for each in linked.records)
        if navigation.many:
            self._check_new(navigation)
        elif linked.many:
            raise ODataError(f"The navigation property '{navigation.name}' leads to one record.")
        if not navigation.many and not isinstance(records[0] if records else None, Entity):
            self._point(table, navigation, records[0] if records else None, found)
        elif navigation.many or table.columns[navigation.lookup.column].valid_for_create:
            # What only the platform sets is passed over, as its properties are.
            name = navigation.relationship.schema_name
            found.related.append(Related(name, many=navigation.many, records=records))

    def _point(self, table: Table, navigation: Navigation, there: Any, found: _Found) -> None:
        column = table.columns[navigation.lookup.column]
        if there is not None or column.logical_name not in found.values:
            found.values[column.logical_name] = there

    def _related(self, navigation: Navigation, payload: Payload) -> Entity | EntityReference:
        if payload.uri is not None:
            return _expected(navigation, record_named(self._exchange, payload.uri))
        if self._changes:
            raise ODataError(
                f"'{navigation.name}': a record cannot be created within an update of another."
            )
        return self.entity(navigation.target, payload, None)

    def _check_new(self, navigation: Navigation) -> None:
        if self._changes:
            raise ODataError(
                f"'{navigation.name}': an update does not change collections; use $links."
            )


def _check_type(table: Table, payload: Payload) -> None:
    if payload.kind not in (None, f"{SERVICES}.{table.schema_name}"):
        raise ODataError(
            f"Error processing request stream. The type '{str(payload.kind)[:200]}' is not the "
            f"expected type '{SERVICES}.{table.schema_name}'."
        )


def _expected(navigation: Navigation, reference: EntityReference) -> EntityReference:
    if reference.logical_name != navigation.target.logical_name:
        raise ODataError(
            f"The navigation property '{navigation.name}' leads to records of type "
            f"'{SERVICES}.{navigation.target.schema_name}'."
        )
    return reference


def read_property(exchange: Exchange, column: Column, member: str) -> Value:
    """Return what a body says of one property, or of a member of a complex one.

    Raises ODataError for another property or a value that does not fit.
    """
    name = member or column.schema_name
    if _kind(exchange) == _JSON:
        raw = _only(read_object(exchange.request), name)
    else:
        root = _root(exchange)
        if root.tag != f"{{{DATA}}}{name}":
            raise ODataError(f"Error processing request stream. '{name}' was expected.")
        raw = atom.read_element(root)
    return read_member(column, raw) if member else read_value(column, raw)


def _only(payload: Mapping[str, Any], name: str) -> Any:
    if set(payload) - {"__metadata"} != {name}:
        raise ODataError(f"Error processing request stream. Only '{name}' was expected.")
    return payload[name]


def read_link(exchange: Exchange) -> EntityReference:
    """Return the record that a body names by its URL. Raises ODataError."""
    navigation = exchange.resource.navigation
    assert navigation is not None
    if _kind(exchange) == _JSON:
        uri = read_object(exchange.request).get("uri")
        if not isinstance(uri, str):
            raise ODataError("Error processing request stream. The payload names no 'uri'.")
    else:
        uri = atom.read_uri(_root(exchange))
    return _expected(navigation, record_named(exchange, uri))


def record_named(exchange: Exchange, url: str) -> EntityReference:
    """Return the record a URL names: absolute, rooted, relative to the service, or `$1`.

    Raises ODataError for a URL elsewhere, or one that names no record by its key.
    """
    created = {} if exchange.within is None else exchange.within.created
    url = created.get(url.lstrip("/"), url)
    try:
        parts, own = urlsplit(url), urlsplit(exchange.organization.url)
    except ValueError:
        raise ODataError("The URL of a record cannot be read.") from None
    if (parts.scheme or parts.netloc) and (parts.scheme, parts.netloc.lower()) != (
        own.scheme,
        own.netloc.lower(),
    ):
        raise ODataError("The URL of a record must belong to this organization.")
    path = "/" + parts.path.removeprefix(own.path) if parts.path.startswith("/") else parts.path
    if not path.lower().startswith("/xrmservices/"):
        path = f"/{ROOT}{path.lstrip('/')}"
    try:
        resource = read_resource(exchange.organization.catalogue, path)
    except Refusal as error:
        raise ODataError(error.message) from error
    if resource.kind != "record" or resource.record is None or resource.navigation is not None:
        raise ODataError("The URL does not name a record.")
    return resource.record
