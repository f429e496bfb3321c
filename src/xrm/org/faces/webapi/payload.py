"""A JSON payload into an Entity: columns, `@odata.bind`, records within records."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import orjson

from xrm.model.errors import service
from xrm.model.metadata import ManyToOne, OneToMany, Table
from xrm.model.values import Entity, KeyReference, Related, Values
from xrm.org.faces.webapi.resources import Reference, lookup_column, other_table, read_resource
from xrm.org.organization import Organization
from xrm.wire.http import Request, content_type
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.values import read_value

MAX_DEPTH = 32
_BIND = "@odata.bind"
_LONG_NUMBER = re.compile(rb"[\d.]{16}")
_HELP = "https://go.microsoft.com/fwlink/?linkid=2195293"
_INVALID = "Invalid JSON. A token was not recognized in the JSON content."
_EMPTY = "Stream was not readable."


def read_object(request: Request) -> Mapping[str, Any]:
    """Return the JSON object a request carries. Raises ODataError."""
    if content_type(request) not in ("application/json", "text/json"):
        raise ODataError("The content type of the request must be application/json.")
    body = request.body
    try:
        payload = orjson.loads(body)
        if _LONG_NUMBER.search(body):
            # A binary float would lose the last digits of a decimal.
            payload = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise ODataError(_INVALID if body.strip() else _EMPTY) from error
    if not isinstance(payload, dict):
        raise ODataError(
            "An unexpected node was found when reading from the JSON reader. A 'StartObject' node "
            "was expected."
        )
    return payload


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
        raise refused(table, error) from error
    return entity_of(organization, table, payload, record=record)


def entity_of(
    organization: Organization,
    table: Table,
    payload: Mapping[str, Any],
    *,
    record: Reference | None = None,
) -> Entity:
    """Return the record a JSON object describes. Raises ServiceError 0x80048d19."""
    try:
        return _Reading(organization, changes=record is not None).entity(table, payload, record)
    except ODataError as error:
        raise refused(table, error) from error


def refused(table: Table, error: ODataError) -> service.ServiceError:
    """Return the error for a payload that does not fit a table."""
    return service.ServiceError(
        service.PAYLOAD,
        f"Error identified in Payload provided by the user for Entity :'{table.entity_set_name}', "
        f"For more information on this error please follow this help link {_HELP}  ---->  "
        f"InnerException : Microsoft.OData.ODataException: {error}",
    )


@dataclass(slots=True)
class _Found:
    """What a payload has said so far."""

    values: Values = field(default_factory=dict)
    related: list[Related] = field(default_factory=list)


class _Reading:
    """One payload, records within records."""

    def __init__(self, organization: Organization, *, changes: bool) -> None:
        self._organization = organization
        self._changes = changes
        self._depth = 0

    def entity(self, table: Table, payload: Mapping[str, Any], record: Reference | None) -> Entity:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ODataError("The payload is nested too deeply.")
        found = _Found()
        for name, raw in payload.items():
            if name.endswith(_BIND):
                self._bind(table, name.removesuffix(_BIND), raw, found)
            elif "@" not in name:
                self._property(table, name, raw, found)
        self._depth -= 1
        related = tuple(found.related)
        if isinstance(record, KeyReference):
            return Entity(table.logical_name, None, found.values, record.keys, related)
        key = None if record is None else record.id
        return Entity(table.logical_name, key, found.values, related=related)

    def _property(self, table: Table, name: str, raw: Any, found: _Found) -> None:
        column = table.columns.get(name)
        if column is not None and not column.is_lookup:
            found.values[name] = read_value(column, raw)
            return
        if lookup_column(table, name) is not None:
            raise service.ServiceError(
                service.URI,
                "CRM do not support direct update of Entity Reference properties, Use Navigation "
                "properties instead.",
            )
        single = table.navigation(name)
        if single is not None:
            self._single(single, raw, found)
        else:
            self._many(table, name, raw, found)

    def _single(self, navigation: ManyToOne, raw: Any, found: _Found) -> None:
        if raw is None:
            found.values[navigation.column] = None
            return
        target = self._organization.catalogue.tables.get(navigation.target)
        if not isinstance(raw, dict) or target is None:
            raise _not_an_entity(navigation.referencing_navigation)
        record = self.entity(target, raw, None)
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
        if name == "ownerid" and table.is_user_owned:
            found.values["ownerid"] = self._bound(name, raw, table.columns["ownerid"].targets)
        elif single is not None:
            found.values[single.column] = self._bound(name, raw, (single.target,))
        else:
            self._bind_many(table, name, raw, found)

    def _bind_many(self, table: Table, name: str, raw: Any, found: _Found) -> None:
        collection = self._organization.catalogue.collection(table, name)
        if collection is None:
            raise ODataError(
                f"An undeclared property '{name}' which only has property annotations in the "
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


def _schema_name(collection: Any) -> str:
    if isinstance(collection, OneToMany):
        return collection.relationship.schema_name
    return str(collection.schema_name)


def _not_an_entity(name: str) -> ODataError:
    return ODataError(
        f"An unexpected value was found for the navigation property '{name}': it takes records, "
        f"or '{name}{_BIND}'."
    )


def _unknown(table: Table, name: str) -> ODataError:
    kind = f"Microsoft.Dynamics.CRM.{table.logical_name}"
    return ODataError(
        f"Invalid property '{name}' was found in entity '{kind}'. ---> "
        f"Microsoft.OData.ODataException: The property '{name}' does not exist on type '{kind}'. "
        "Make sure to only use property names that are defined by the type."
    )


def record_named(organization: Organization, text: str) -> Reference:
    """Return the record a URL names: absolute, rooted or relative to the service root.

    Raises ODataError for a URL elsewhere, or one that names no record by a key.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ODataError("The URL of a record cannot be read.") from None
    path = parts.path
    if parts.scheme or parts.netloc:
        here = urlsplit(organization.url)
        if (parts.scheme, parts.netloc.lower()) != (here.scheme, here.netloc.lower()):
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
