"""POST, PATCH, DELETE: a payload into an Entity, preconditions into parameters."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import orjson

from xrm.model.errors import service
from xrm.model.message import Message
from xrm.model.metadata import Table
from xrm.model.values import Entity, EntityReference, Guid, Values
from xrm.org.faces.webapi.resources import Resource, read_resource
from xrm.org.organization import Organization
from xrm.wire.http import Request, content_type
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.values import read_value

Execute = Callable[[Message], Any]
_BIND = "@odata.bind"
_LONG_NUMBER = re.compile(rb"[\d.]{16}")
_ETAG = re.compile(r'W/"(\d{1,19})"')


def create_record(
    organization: Organization, resource: Resource, request: Request, execute: Execute
) -> Guid:
    """Create a record from a payload and return its key."""
    entity = read_entity(organization, resource, request)
    key: Guid = execute(Message("Create", {"Target": entity}))
    return key


def update_record(
    organization: Organization, resource: Resource, request: Request, execute: Execute
) -> None:
    """Update a record, or create it where the request allows (upsert)."""
    entity = read_entity(organization, resource, request)
    match, none_match = request.header("if-match"), request.header("if-none-match")
    if match is not None:
        version = read_version(match)
        execute(Message("Update", {"Target": entity, "RowVersion": version}))
    elif none_match == "*":
        execute(Message("Create", {"Target": entity}))
    else:
        execute(Message("Upsert", {"Target": entity}))


def delete_record(resource: Resource, request: Request, execute: Execute) -> None:
    """Delete a record; `If-Match` may name its version."""
    table = resource.table
    assert table is not None
    match = request.header("if-match")
    target = EntityReference(table.logical_name, resource.key or "")
    version = None if match is None else read_version(match)
    execute(Message("Delete", {"Target": target, "RowVersion": version}))


def read_version(text: str) -> int | None:
    """Return the row version of an entity tag, None for `*`. Raises ODataError."""
    if text.strip() == "*":
        return None
    match = _ETAG.fullmatch(text.strip())
    if not match:
        raise ODataError(
            f"The etag value {text[:100]} specified in the If-Match header is invalid."
        )
    return int(match[1])


def read_entity(organization: Organization, resource: Resource, request: Request) -> Entity:
    """Return the record a payload describes.

    Raises ServiceError 0x80048d19 for a payload that does not fit the table.
    """
    table = resource.table
    assert table is not None
    _check_content(request)
    try:
        values = _values(organization, table, _read_object(request.body))
    except ODataError as error:
        raise service.ServiceError(
            service.PAYLOAD,
            "Error identified in Payload provided by the user for Entity "
            f":'{table.entity_set_name}', InnerException : {error}",
        ) from error
    return Entity(table.logical_name, resource.key, values)


def read_object(request: Request) -> Mapping[str, Any]:
    """Return the JSON object a request carries. Raises ODataError."""
    _check_content(request)
    return _read_object(request.body)


def _check_content(request: Request) -> None:
    if content_type(request) not in ("application/json", "text/json"):
        raise ODataError("The content type of the request must be application/json.")


def _read_object(body: bytes) -> Mapping[str, Any]:
    try:
        payload = orjson.loads(body)
        if _LONG_NUMBER.search(body):
            # A binary float would lose the last digits of a decimal.
            payload = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise ODataError(f"The payload is not valid JSON: {error}") from None
    if not isinstance(payload, dict):
        raise ODataError("The payload is not a JSON object.")
    return payload


def _values(organization: Organization, table: Table, payload: Mapping[str, Any]) -> Values:
    values: Values = {}
    for name, raw in payload.items():
        if name.endswith(_BIND):
            navigation = name.removesuffix(_BIND)
            values |= _bound(organization, table, navigation, raw)
        elif "@" not in name:
            values |= _plain(table, name, raw)
    return values


def _plain(table: Table, name: str, raw: Any) -> Values:
    column = table.columns.get(name)
    if column is not None and not column.is_lookup:
        return {name: read_value(column, raw)}
    navigation = table.navigation(name)
    if navigation is not None and raw is None:
        return {navigation.column: None}
    if navigation is not None:
        raise ODataError(
            f"The navigation property '{name}' takes '{name}{_BIND}' here; records inside a "
            "record are not supported by this server yet."
        )
    raise ODataError(
        f"The property '{name}' does not exist on type "
        f"'Microsoft.Dynamics.CRM.{table.logical_name}'."
    )


def _bound(organization: Organization, table: Table, name: str, raw: Any) -> Values:
    navigation = table.navigation(name)
    if navigation is None and name == "ownerid" and table.is_user_owned:
        column, target = "ownerid", None
    elif navigation is None:
        raise ODataError(
            f"An undeclared property '{name}' which only has property annotations in the payload "
            "but no property value was found in the payload."
        )
    else:
        column, target = navigation.column, navigation.target
    if raw is None:
        return {column: None}
    if not isinstance(raw, str):
        raise ODataError(f"The value of '{name}{_BIND}' is not a URL.")
    reference = read_reference(organization, raw)
    targets = table.columns[column].targets if column == "ownerid" else (target,)
    if reference.logical_name not in targets:
        raise ODataError(f"The navigation property '{name}' refers to '{target or 'owner'}'.")
    return {column: reference}


def read_reference(organization: Organization, text: str) -> EntityReference:
    """Return the record a URL names: absolute, rooted or relative to the service root.

    Raises ODataError for a URL elsewhere, or one that names no record by its id.
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
        raise ODataError(error.message) from error
    if resource.table is None or resource.key is None:
        raise ODataError("The URL does not name a record.")
    return EntityReference(resource.table.logical_name, resource.key)
