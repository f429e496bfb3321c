"""A path of OrganizationData.svc into what it names (OData 2.0 URIs, 3)."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.values import EntityReference
from xrm.org.faces.data2011.refusals import Refusal
from xrm.org.faces.data2011.urls.names import columns
from xrm.wire.odata2.keys import read_key
from xrm.wire.odata2.kinds import COMPLEX, kind_of, set_name
from xrm.wire.odata2.navigations import Navigation, navigations
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.url import Segment, read_path

ROOT = "xrmservices/2011/OrganizationData.svc/"
"""The service's root below the organization's URL, as its own URLs have it."""
_ROOT = re.compile(r"/xrmservices/2011/organizationdata\.svc(?P<rest>/.*|)", re.IGNORECASE)
_LEVELS = "A path of more than one navigation property is not supported."

Kind = Literal[
    "root", "metadata", "batch", "set", "count", "record", "property", "value", "link", "links"
]


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path names; `table` is that of what it ends at.

    The path starts at `record`, and `navigation` is what it follows from there, to the one
    record `related` where that is stated. `column` is a property, `member` one of a complex one.
    """

    kind: Kind
    table: Table | None = None
    record: EntityReference | None = None
    navigation: Navigation | None = None
    related: EntityReference | None = None
    column: Column | None = None
    member: str = ""


def read_resource(catalogue: Catalogue, path: str) -> Resource:
    """Return what a raw path names. Raises Refusal 404, and ODataError for what is no path."""
    match = _ROOT.fullmatch(path)
    if match is None:
        raise unknown(path.strip("/").rpartition("/")[2])
    segments = read_path(match["rest"])
    if not segments:
        return Resource("root")
    first, *rest = segments
    if first.name in ("$metadata", "$batch") and first.arguments is None and not rest:
        return Resource("metadata" if first.name == "$metadata" else "batch")
    table = sets(catalogue).get(first.name)
    if table is None:
        raise unknown(first.name)
    here = Resource("set", table)
    key = _key(table, first)
    if key is not None:
        here = replace(here, kind="record", record=key)
    while rest:
        here = _step(catalogue, here, rest)
    return here


@cache
def sets(catalogue: Catalogue) -> dict[str, Table]:
    """Return the tables by the names of their entity sets, in alphabetical order."""
    return {
        set_name(table): table
        for table in sorted(catalogue.tables.values(), key=lambda table: table.schema_name)
    }


def _key(table: Table, segment: Segment) -> EntityReference | None:
    if not (segment.arguments or "").strip():
        return None
    name = table.columns[table.primary_id].schema_name
    return EntityReference(table.logical_name, read_key(segment.arguments or "", name))


def _step(catalogue: Catalogue, here: Resource, rest: list[Segment]) -> Resource:
    segment = rest.pop(0)
    assert here.table is not None
    if here.kind == "set" and segment.name == "$count" and segment.arguments is None:
        return replace(here, kind="count")
    if here.kind == "property" and segment.arguments is None:
        return _of_property(here, segment.name)
    if here.kind != "record":
        raise unknown(segment.name)
    if segment.name == "$links":
        if not rest or here.navigation is not None:
            raise unknown(segment.name)
        return _linked(catalogue, here, rest.pop(0))
    column = columns(here.table).get(segment.name)
    if column is not None and segment.arguments is None:
        return replace(here, kind="property", column=column)
    return _navigated(catalogue, here, segment)


def _of_property(here: Resource, name: str) -> Resource:
    column = here.column
    assert column is not None
    kind = kind_of(column)
    if name == "$value" and (here.member or kind not in COMPLEX):
        return replace(here, kind="value")
    if not here.member and kind in COMPLEX and name in COMPLEX[kind]:
        return replace(here, member=name)
    raise unknown(name)


def _navigated(catalogue: Catalogue, here: Resource, segment: Segment) -> Resource:
    found = _navigation(catalogue, here, segment)
    if here.navigation is not None:
        raise ODataError(_LEVELS)
    related = _key(found.target, segment) if found.many else None
    kind: Kind = "set" if found.many and related is None else "record"
    return replace(here, kind=kind, table=found.target, navigation=found, related=related)


def _linked(catalogue: Catalogue, here: Resource, segment: Segment) -> Resource:
    found = _navigation(catalogue, here, segment)
    related = _key(found.target, segment) if found.many else None
    kind: Kind = "links" if found.many and related is None else "link"
    return replace(here, kind=kind, table=found.target, navigation=found, related=related)


def _navigation(catalogue: Catalogue, here: Resource, segment: Segment) -> Navigation:
    assert here.table is not None
    found = navigations(catalogue, here.table).get(segment.name)
    if found is None or (segment.arguments is not None and not found.many):
        raise unknown(segment.name)
    return found


def unknown(name: str) -> Refusal:
    """Return the error for a segment that names nothing here."""
    return Refusal(404, f"Resource not found for the segment '{name[:200]}'.")
