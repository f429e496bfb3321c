"""A path of the Web API into what it names (OData 4.0 part 2, 4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from xrm.model.errors import service
from xrm.model.message import Declaration
from xrm.model.metadata import Catalogue, Column, ManyToMany, ManyToOne, OneToMany, Table
from xrm.model.query import Parent
from xrm.model.values import EntityReference, KeyReference, Value, read_guid
from xrm.org.faces.webapi.urls.names import key_column, key_name
from xrm.org.messages import HANDLERS
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.url import Key, Segment, read_path
from xrm.wire.odata4.values import property_name, read_value

NAMESPACE = "Microsoft.Dynamics.CRM."
_SHORT = 100
_SYNTAX = "Bad Request - Error in query syntax."
_ROOT = re.compile(r"/api/data/v(?P<version>(?:8\.[0-2]|9\.[0-2])(?:\.\d{1,9})?)(?P<rest>/.*|)")
_LATER = ("$batch",)
_DEFINITIONS = ("EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions")

Reference = EntityReference | KeyReference
Kind = Literal[
    "root", "operation", "action", "set", "count", "record", "column", "value",
    "reference", "references", "definitions", "metadata",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path names.

    `root` is the service root of the version asked, relative to the organization's URL. The
    path starts at `record` and follows the lookups of `steps`, so that `table` is the table of
    what it ends at: a set, a record, a column of it, or the references from it that
    `navigation` holds. `related` is the one of those references a path ends with.
    `arguments` are those of a function, as they stand between its parentheses.
    """

    root: str
    kind: Kind
    table: Table | None = None
    record: Reference | None = None
    steps: tuple[ManyToOne, ...] = ()
    column: Column | None = None
    navigation: ManyToOne | OneToMany | ManyToMany | None = None
    related: Reference | None = None
    operation: str = ""
    arguments: str = ""
    segments: tuple[Segment, ...] = ()

    @property
    def collection(self) -> str | None:
        """The schema name of the relationship whose collection the path names, if it does."""
        if isinstance(self.navigation, OneToMany):
            return self.navigation.relationship.schema_name
        return self.navigation.schema_name if isinstance(self.navigation, ManyToMany) else None

    def parent(self, record: Reference) -> Parent | None:
        """Return whose collection the path names, given the record its steps lead to."""
        return None if self.collection is None else Parent(record, self.collection)


def read_resource(catalogue: Catalogue, path: str) -> Resource:
    """Return what a raw path names.

    Raises ServiceError (404, 0x80060888) for what the service does not have, ODataError for a
    path that cannot be read.
    """
    # There are few short paths without a key, and most requests name one of them.
    is_frequent = len(path) <= _SHORT and "(" not in path
    return _frequent(catalogue, path) if is_frequent else _read(catalogue, path)


@lru_cache(maxsize=500)
def _frequent(catalogue: Catalogue, path: str) -> Resource:
    return _read(catalogue, path)


def _read(catalogue: Catalogue, path: str) -> Resource:
    match = _ROOT.fullmatch(path)
    if not match:
        raise unknown(path.strip("/").rpartition("/")[2])
    root = f"api/data/v{match['version']}/"
    segments = read_path(match["rest"])
    if not segments:
        return Resource(root, "root")
    first = _first(catalogue, root, segments)
    return first if first.segments else _Walk(catalogue, segments).follow(first)


def _first(catalogue: Catalogue, root: str, segments: tuple[Segment, ...]) -> Resource:
    segment = segments[0]
    table = catalogue.sets.get(segment.name)
    if table is not None:
        record = read_reference_key(table, segment)
        return Resource(root, "set" if record is None else "record", table, record)
    if segment.name in _DEFINITIONS:
        return Resource(root, "definitions", segments=segments)
    if segment == Segment("$metadata"):
        return Resource(root, "metadata")
    if segment.name in _LATER:
        raise service.ServiceError(
            service.NOT_IMPLEMENTED, f"'{segment.name}' is not supported by this server yet."
        )
    handler = HANDLERS.get(segment.name)
    declaration = None if handler is None else handler.declaration
    if declaration is None or declaration.kind == "record" or declaration.bound_to:
        raise unknown(segment.name)
    return _operation(Resource(root, "root"), declaration, segment)


def _operation(here: Resource, declaration: Declaration, segment: Segment) -> Resource:
    """Return what calls a function or action; `here` is what it is bound to."""
    if declaration.kind == "function":
        arguments = segment.arguments or ""
        return replace(here, kind="operation", operation=declaration.name, arguments=arguments)
    if segment.arguments:
        # An action's parameters are in its payload.
        raise unknown(segment.name)
    return replace(here, kind="action", operation=declaration.name)


OWNER = ManyToOne("owner", "ownerid", "", "ownerid", "")
"""The navigation property of every owner, which is a user or a team: of no table, that is."""


def leads_to(step: ManyToOne, there: EntityReference | None) -> bool:
    """Tell whether a lookup's value is what a navigation property stands for."""
    return there is not None and step.target in ("", there.logical_name)


class _Walk:
    """One path, followed from its first segment to its last."""

    def __init__(self, catalogue: Catalogue, segments: Sequence[Segment]) -> None:
        self._catalogue = catalogue
        self._rest = list(segments[:0:-1])

    def follow(self, here: Resource) -> Resource:
        while self._rest:
            here = self._step(here, self._rest.pop())
        return here

    def _step(self, here: Resource, segment: Segment) -> Resource:
        if segment.name.startswith(NAMESPACE):
            return self._bound(here, segment)
        if here.kind == "record":
            return self._of_record(here, segment)
        if here.kind == "set" and segment.arguments is None and segment.name == "$count":
            return replace(here, kind="count")
        if here.kind == "set" and here.collection is not None and segment.name == "$ref":
            return replace(here, kind="references")
        if here.kind == "column" and segment.name == "$value":
            return replace(here, kind="value")
        if here.kind == "column" and segment.name == "$ref":
            assert here.column is not None
            raise _no_reference(property_name(here.column))
        raise unknown(segment.name)

    def _of_record(self, here: Resource, segment: Segment) -> Resource:
        table = here.table
        assert table is not None
        if segment.name == "$ref":
            return self._reference(here)
        if here.steps[-1:] == (OWNER,):
            raise unknown(segment.name)
        column = table.columns.get(segment.name)
        if column is not None and not column.is_lookup and column.valid_for_read:
            return replace(here, kind="column", column=_plain(column, segment))
        lookup = lookup_column(table, segment.name)
        if lookup is not None:
            return replace(here, kind="column", column=_plain(lookup, segment))
        if segment.name == OWNER.referencing_navigation and table.is_user_owned:
            _plain(table.columns[OWNER.column], segment)
            return replace(here, steps=(*here.steps, OWNER))
        single = table.navigation(segment.name)
        if single is not None and segment.arguments is None:
            target = self._catalogue.tables.get(single.target)
            if target is None:
                raise unknown(segment.name)
            return replace(here, table=target, steps=(*here.steps, single))
        return self._collection(here, table, segment)

    def _collection(self, here: Resource, table: Table, segment: Segment) -> Resource:
        found = self._catalogue.collection(table, segment.name)
        if found is None and self._rest and self._rest[-1].name == "$ref":
            arguments = "" if segment.arguments is None else f"({segment.arguments})"
            raise _no_reference(segment.name + arguments)
        if found is None:
            raise unknown(segment.name)
        other = other_table(self._catalogue, table, found)
        related = read_reference_key(other, segment)
        if related is None:
            return replace(here, kind="set", table=other, navigation=found)
        if self._rest and self._rest[-1].name == "$ref":
            self._rest.pop()
            return replace(here, kind="references", table=other, navigation=found, related=related)
        raise unknown(segment.name)

    def _reference(self, here: Resource) -> Resource:
        if not here.steps:
            raise unknown("$ref")
        return replace(here, kind="reference", navigation=here.steps[-1], steps=here.steps[:-1])

    def _bound(self, here: Resource, segment: Segment) -> Resource:
        name = segment.name.removeprefix(NAMESPACE)
        handler = HANDLERS.get(name)
        if handler is None or here.table is None or handler.declaration.kind == "record":
            raise unknown(segment.name)
        bound = handler.declaration.bound_to
        to_set = "entityset" in bound and here.kind == "set" and here.collection is None
        to_record = here.table.logical_name in bound and here.kind == "record"
        if not to_set and not to_record:
            raise unknown(segment.name)
        return _operation(here, handler.declaration, segment)


def other_table(catalogue: Catalogue, table: Table, navigation: OneToMany | ManyToMany) -> Table:
    """Return the table of the records of a collection."""
    if isinstance(navigation, OneToMany):
        return navigation.table
    other = navigation.entity2 if navigation.entity1 == table.logical_name else navigation.entity1
    return catalogue[other]


def lookup_column(table: Table, name: str) -> Column | None:
    """Return the lookup of a property `_name_value`, None if it is none."""
    if not (name.startswith("_") and name.endswith("_value")):
        return None
    column = table.columns.get(name[1:-6])
    return column if column is not None and column.is_lookup else None


def _plain(column: Column, segment: Segment) -> Column:
    if segment.arguments is not None:
        raise unknown(segment.name)
    return column


def read_reference_key(table: Table, segment: Segment) -> Reference | None:
    """Return the record a segment's key names, None without a key.

    Raises ServiceError (0x80060888) for columns that are no key, ODataError for a key that
    cannot be read.
    """
    key = segment.key()
    if key is None:
        return None
    return _reference(table, key)


def _reference(table: Table, key: Key) -> Reference:
    if key.id is not None:
        return EntityReference(table.logical_name, key.id)
    named = dict(key.parts)
    if len(named) < len(key.parts):
        raise ODataError(_SYNTAX)
    name = key_name(table)
    if set(named) == {name}:
        primary = table.columns[table.primary_id]
        value = _key_value(primary, named[name], quoted=bool(key.quoted))
        return EntityReference(table.logical_name, str(value))
    if table.primary_id in named:
        raise invalid_key(table)
    parts: list[tuple[str, Value]] = []
    for name, text in key.parts:
        column = key_column(table, name)
        if column is None:
            raise invalid_key(table)
        parts.append((column.logical_name, _key_value(column, text, quoted=name in key.quoted)))
    return KeyReference(table.logical_name, tuple(parts))


def _key_value(column: Column, text: str, *, quoted: bool) -> Value:
    """Return a key part as its column's value. Raises ODataError if it is of another type."""
    if quoted is not column.is_text:
        raise ODataError(_SYNTAX)
    try:
        if column.type == "Uniqueidentifier":
            return read_guid(text)
        if column.is_lookup:
            target = column.targets[0] if len(column.targets) == 1 else ""
            return EntityReference(target, read_guid(text))
        # As strictly as a payload's; without quotes, but no longer than storage holds.
        return read_value(column, text, ieee754=True)
    except ValueError as error:
        raise ODataError(_SYNTAX) from error


def invalid_key(table: Table) -> service.ServiceError:
    """Return the error for a key that a table does not have."""
    return service.ServiceError(
        service.URI,
        "The key in the request URI is not valid for resource "
        f"'{NAMESPACE}{table.logical_name}'. Ensure that the names and number of key properties "
        "match the declared or alternate key properties for the resource "
        f"'{NAMESPACE}{table.logical_name}'.",
    )


def _no_reference(name: str) -> service.ServiceError:
    return service.ServiceError(
        service.UNKNOWN_SEGMENT,
        f"The URI segment '$ref' is invalid after the segment '{name[:200]}'.",
    )


def unknown(name: str) -> service.ServiceError:
    """Return the error for a segment that names nothing here."""
    return service.ServiceError(
        service.UNKNOWN_SEGMENT, f"Resource not found for the segment '{name[:200]}'."
    )
