"""A JSON payload into an Entity: columns, `@odata.bind`, records within records."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from xrm.model.errors import service
from xrm.model.metadata import ManyToOne, OneToMany, Table
from xrm.model.values import Entity, KeyReference, Related, Value, Values
from xrm.org.faces.webapi.headers import content
from xrm.org.faces.webapi.payloads.bodies import PayloadError, read_object, refused
from xrm.org.faces.webapi.urls.resources import (
    NAMESPACE,
    Reference,
    lookup_column,
    other_table,
    read_resource,
)
from xrm.org.organization import Organization
from xrm.wire.http import Request
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.values import reader

MAX_DEPTH = 32
_BIND = "@odata.bind"
_TYPE = "@odata.type"
_CONTENT_ID = re.compile(r"/?\$[0-9]+", re.ASCII)


def read_entity(
    organization: Organization, table: Table, request: Request, *, record: Reference | None = None
) -> Entity:
    """Return the record a request describes; `record` is what its URL names, if it names one.

    Raises ServiceError 0x80048d19 for a payload that does not fit the table, 0x80060888 for
    what the service does not take there.
    """
    try:
        payload = read_object(request)
    except ODataError as error:
        # Before it is read, the service does not look whose payload it is.
        raise refused("", error) from error
    ieee754 = content(request).ieee754
    return entity_of(organization, table, payload, record=record, ieee754=ieee754)


def entity_of(
    organization: Organization,
    table: Table,
    payload: Mapping[str, Any],
    *,
    record: Reference | None = None,
    ieee754: bool = False,
) -> Entity:
    """Return the record a JSON object describes; `ieee754` tells that it quotes long numbers.

    Raises ServiceError 0x80048d19.
    """
    reading = _Reading(organization, changes=record is not None, ieee754=ieee754)
    try:
        return reading.entity(table, payload, record)
    except ODataError as error:
        raise refused(table.entity_set_name, error) from error


@dataclass(slots=True)
class _Found:
    """What a payload has said so far."""

    values: Values = field(default_factory=dict)
    related: list[Related] = field(default_factory=list)


class _Reading:
    """One payload, records within records."""

    def __init__(self, organization: Organization, *, changes: bool, ieee754: bool) -> None:
        self._organization = organization
        self._changes = changes
        self._ieee754 = ieee754
        self._depth = 0

    def entity(self, table: Table, payload: Mapping[str, Any], record: Reference | None) -> Entity:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ODataError("The payload is nested too deeply.")
        found, readers = _Found(), _readers(table, self._ieee754)
        values = found.values
        for name, raw in payload.items():
            if (read := readers.get(name)) is not None:
                values[name] = read(raw)
            elif name.endswith(_BIND):
                self._bind(table, name.removesuffix(_BIND), raw, found)
            elif "@" not in name:
                if name + _BIND in payload and table.navigation(name) is not None:
                    raise _bound_and_given(name)
                self._property(table, name, raw, found)
            elif name == _TYPE:
                self._check_type(table, raw)
        self._depth -= 1
        related = tuple(found.related)
        if isinstance(record, KeyReference):
            return Entity(table.logical_name, None, found.values, record.keys, related)
        key = None if record is None else record.id
        return Entity(table.logical_name, key, found.values, related=related)

    def _property(self, table: Table, name: str, raw: Any, found: _Found) -> None:
        if lookup_column(table, name) is not None:
            raise service.ServiceError(
                service.URI,
                "CRM do not support direct update of Entity Reference properties, Use Navigation "
                "properties instead.",
            )
        single = table.navigation(name)
        if name == "ownerid" and raw is None and table.is_user_owned:
            found.values[name] = None
        elif single is not None:
            self._single(table, single, raw, found)
        else:
            self._many(table, name, raw, found)

    def _check_type(self, table: Table, raw: Any) -> None:
        """Check that a record is said to be of the table it is read for."""
        kind = raw.removeprefix("#") if isinstance(raw, str) else ""
        if kind == NAMESPACE + table.logical_name:
            return
        name = kind.removeprefix(NAMESPACE)
        if name != kind and name in self._organization.catalogue.tables:
            raise ODataError(
                f"A resource with type '{kind}' was found, but it is not assignable to the "
                f"expected type '{NAMESPACE}{table.logical_name}'."
            )
        raise unknown_type(kind)

    def _single(self, table: Table, navigation: ManyToOne, raw: Any, found: _Found) -> None:
        if raw is None:
            found.values[navigation.column] = None
            return
        target = self._organization.catalogue.tables.get(navigation.target)
        if not isinstance(raw, dict) or target is None:
            raise _not_an_entity(navigation.referencing_navigation)
        record = self.entity(target, raw, None)
        # What only the platform sets is passed over, as its columns are.
        if table.columns[navigation.column].valid_for_create:
            found.related.append(Related(navigation.schema_name, many=False, records=(record,)))

    def _many(self, table: Table, name: str, raw: Any, found: _Found) -> None:
        collection = self._organization.catalogue.collection(table, name)
        if collection is None:
            raise _unknown(table, name)
        self._check_new()
        if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
            raise _not_an_entity(name)
        other = other_table(self._organization.catalogue, table, collection)
        records = tuple(self.entity(other, each, None) for each in raw)
        found.related.append(Related(_schema_name(collection), many=True, records=records))

    def _bind(self, table: Table, name: str, raw: Any, found: _Found) -> None:
        single = table.navigation(name)
        # Activities call their owner's navigation property `ownerid_<table>`, and take both.
        owner = name == "ownerid" or (single is not None and single.column == "ownerid")
        if owner and table.is_user_owned:
            found.values["ownerid"] = self._bound(name, raw, table.columns["ownerid"].targets)
        elif single is not None:
            found.values[single.column] = self._bound(name, raw, (single.target,))
        else:
            self._bind_many(table, name, raw, found)

    def _bind_many(self, table: Table, name: str, raw: Any, found: _Found) -> None:
        collection = self._organization.catalogue.collection(table, name)
        if collection is None:
            raise ODataError(
                f"An undeclared property '{name[:200]}' which only has property annotations in the "
                "payload but no property value was found in the payload. In OData, only declared "
                "navigation properties and declared named streams can be represented as "
                "properties without values."
            )
        self._check_new()
        if not isinstance(raw, list):
            raise ODataError(f"The value of '{name}{_BIND}' is not a list of URLs.")
        other = other_table(self._organization.catalogue, table, collection)
        bound = [self._bound(name, each, (other.logical_name,)) for each in raw]
        records = tuple(each for each in bound if each is not None)
        found.related.append(Related(_schema_name(collection), many=True, records=records))

    def _check_new(self) -> None:
        """Check that a collection is not written with a record that may be there already."""
        if self._changes:
            raise service.ServiceError(
                service.URI,
                "Associate of 1:N navigation property with Create of Update is not supported in "
                "CRM",
            )

    def _bound(self, name: str, raw: Any, targets: Sequence[str]) -> Reference | None:
        if raw is None:
            return None
        if not isinstance(raw, str):
            raise ODataError(f"The value of '{name}{_BIND}' is not a URL.")
        reference = record_named(self._organization, raw)
        if reference.logical_name not in targets:
            expected = " or ".join(targets)
            raise ODataError(f"The navigation property '{name}' refers to '{expected}'.")
        return reference


@cache
def _readers(table: Table, ieee754: bool) -> Mapping[str, Callable[[Any], Value]]:
    """Return what reads each property of a column's own name, which is of no relationship."""
    return {
        name: reader(column, ieee754=ieee754)
        for name, column in table.columns.items()
        if not column.is_lookup
    }


def _schema_name(collection: Any) -> str:
    if isinstance(collection, OneToMany):
        return collection.relationship.schema_name
    return str(collection.schema_name)


def _bound_and_given(name: str) -> ODataError:
    return ODataError(
        f"The navigation property '{name}' has both a value and the annotation 'odata.bind'. Only "
        "one of them may be in a payload."
    )


def _not_an_entity(name: str) -> ODataError:
    return ODataError(
        f"An unexpected value was found for the navigation property '{name}': it takes records, "
        f"or '{name}{_BIND}'."
    )


def unknown_type(kind: str) -> ODataError:
    """Return the error for a type there is not."""
    return ODataError(
        f"A type named '{kind[:100]}' could not be resolved by the model. When a model is "
        "available, each type name must resolve to a valid type."
    )


def _unknown(table: Table, name: str) -> ODataError:
    name, kind = name[:200], NAMESPACE + table.logical_name
    return PayloadError(
        "Microsoft.Crm.CrmException",
        f"Invalid property '{name}' was found in entity '{kind}'. ---> "
        f"Microsoft.OData.ODataException: The property '{name}' does not exist on type '{kind}'. "
        "Make sure to only use property names that are defined by the type.",
    )


def record_named(organization: Organization, text: str) -> Reference:
    """Return the record a URL names: absolute, rooted or relative to the service root.

    Raises ODataError for a URL elsewhere, or one that names no record by a key.
    """
    if _CONTENT_ID.fullmatch(text):
        raise service.ServiceError(
            service.URI, f"Content-ID Reference: '{text}' does not exist in the batch context."
        )
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ODataError("The URL of a record cannot be read.") from None
    path = parts.path
    if (parts.scheme or parts.netloc) and _origin(text) != _origin(organization.url):
        raise ODataError("The URL of a record must belong to this organization.")
    if not path.startswith("/api/data/"):
        path = f"/api/data/v9.2/{path.lstrip('/')}"
    try:
        resource = read_resource(organization.catalogue, path)
    except service.ServiceError as error:
        if error.fault is not service.UNKNOWN_SEGMENT:
            raise
        raise service.ServiceError(
            service.URI,
            "URL was not parsed due to an ODataUnrecognizedPathException. Resource not found for "
            "the segment provided in the URL.",
        ) from error
    if resource.kind != "record" or resource.record is None or resource.steps:
        raise ODataError("The URL does not name a record.")
    return resource.record


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return the origin of a URL (RFC 6454 4), with no port where it has none that is valid."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        port = None
    return parts.scheme, parts.hostname, port
