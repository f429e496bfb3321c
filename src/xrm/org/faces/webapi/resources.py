"""A path of the Web API into what it names."""

import re
from dataclasses import dataclass, replace

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, ManyToMany, Table
from xrm.model.values import EntityReference, Guid, read_guid
from xrm.org.messages import HANDLERS
from xrm.wire.odata4.url import Segment, read_path

_ROOT = re.compile(r"/api/data/v(?P<version>(?:8\.[0-2]|9\.[0-2])(?:\.\d{1,9})?)(?P<rest>/.*|)")
_REFERENCES = 3
"""The segments of `set(key)/relationship/$ref`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path names: a table's set, one of its records, a function, or the root.

    `root` is the service root of the version asked, relative to the organization's URL. With
    `association` it names the references from a record to others, with `related` one of them.
    """

    root: str
    table: Table | None = None
    key: Guid | None = None
    operation: str | None = None
    association: ManyToMany | None = None
    related: EntityReference | None = None


def read_resource(catalogue: Catalogue, path: str) -> Resource:
    """Return what a raw path names.

    Raises ServiceError (404, 0x80060888) for what the service does not have, ODataError for a
    path that cannot be read.
    """
    match = _ROOT.fullmatch(path)
    if not match:
        raise _unknown(path.strip("/").rpartition("/")[2])
    root = f"api/data/v{match['version']}/"
    segments = read_path(match["rest"])
    if not segments:
        return Resource(root)
    if len(segments) == _REFERENCES and segments[-1].name == "$ref":
        return _references(catalogue, root, segments)
    if len(segments) > 1:
        raise service.ServiceError(
            service.NOT_IMPLEMENTED,
            f"The path below '{segments[0].name}' is not supported by this server yet.",
        )
    return _first(catalogue, root, segments[0])


def _references(catalogue: Catalogue, root: str, segments: tuple[Segment, ...]) -> Resource:
    resource, step = _first(catalogue, root, segments[0]), segments[1]
    table = resource.table
    if table is None or resource.key is None:
        raise _unknown(step.name)
    association = next((row for row in table.many_to_many if row.schema_name == step.name), None)
    if association is None:
        if table.navigation(step.name) is None:
            raise _unknown(step.name)
        raise service.ServiceError(
            service.NOT_IMPLEMENTED, "'$ref' of a lookup is not supported by this server yet."
        )
    here = table.logical_name
    other = association.entity2 if association.entity1 == here else association.entity1
    there = catalogue.tables.get(other)
    if there is None:
        raise _unknown(step.name)
    key = _record_key(there, step)
    related = None if key is None else EntityReference(other, key)
    return replace(resource, association=association, related=related)


def _first(catalogue: Catalogue, root: str, segment: Segment) -> Resource:
    table = catalogue.sets.get(segment.name)
    if table is not None:
        return Resource(root, table, _record_key(table, segment))
    handler = HANDLERS.get(segment.name)
    unbound = handler is not None and handler.declaration.bound_to is None
    if unbound and handler and handler.declaration.kind != "record":
        return Resource(root, operation=segment.name)
    if segment.name in ("$metadata", "$batch"):
        raise service.ServiceError(
            service.NOT_IMPLEMENTED, f"'{segment.name}' is not supported by this server yet."
        )
    raise _unknown(segment.name)


def _record_key(table: Table, segment: Segment) -> Guid | None:
    key = segment.key()
    if key is None or key.id is not None:
        return None if key is None else key.id
    named = dict(key.parts)
    # CSDL knows users by `ownerid`, so their own key has no name in a URL.
    if set(named) == {table.primary_id} and table.logical_name not in ("systemuser", "team"):
        return _identifier(named[table.primary_id])
    raise service.ServiceError(
        service.URI,
        "The key in the request URI is not valid for resource "
        f"'Microsoft.Dynamics.CRM.{table.logical_name}'.",
    )


def _identifier(text: str) -> Guid:
    try:
        return read_guid(text)
    except ValueError as error:
        raise service.ServiceError(service.URI, "Bad Request - Error in query syntax.") from error


def _unknown(name: str) -> service.ServiceError:
    return service.ServiceError(
        service.UNKNOWN_SEGMENT, f"Resource not found for the segment '{name[:200]}'."
    )
