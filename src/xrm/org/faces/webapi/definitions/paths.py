"""A path below the sets of definitions into what it names: a list, one of it, or a property."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from xrm.model.errors import service
from xrm.org.definitions.finding import (
    NAMED,
    NO_ID,
    no_such,
    option_sets_of,
    relationships_of,
)
from xrm.org.definitions.tables import Facts, tables_of
from xrm.org.definitions.types import ENTITY, TYPES, Type
from xrm.org.definitions.values import Definition
from xrm.org.faces.webapi.urls.resources import NAMESPACE, unknown
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.url import Segment

_ABSTRACT = ("EnumAttributeMetadata",)
"""Types nothing can be cast to, though others derive from them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path has come to: `items` of a type, or the one `item`, or a `member` of it.

    `path`, `key` and `cast` are the parts of the context URL.
    """

    type: Type
    path: str
    items: Sequence[Definition] = ()
    item: Definition | None = None
    key: str = ""
    cast: str = ""
    member: str | None = None

    @property
    def below(self) -> str:
        """The context of what hangs from the item."""
        return f"{self.path}{self.key}{self.cast}"


def follow(facts: Facts, segments: Sequence[Segment]) -> Place | None:
    """Return what a path names, None for a single definition that is not there.

    Raises ServiceError 404 for what there is not, ODataError for a key or cast of another type.
    """
    first, *rest = segments
    kind, items = _ROOTS[first.name](facts)
    here: Place | None = _chosen(Place(kind, first.name, items), first)
    for segment in rest:
        if here is None:
            raise unknown(segment.name)
        here = _step(here, segment)
    return here


def _tables(facts: Facts) -> tuple[Type, Sequence[Definition]]:
    return ENTITY, tables_of(facts)


def _relationships(facts: Facts) -> tuple[Type, Sequence[Definition]]:
    return TYPES["RelationshipMetadataBase"], relationships_of(facts)


def _option_sets(facts: Facts) -> tuple[Type, Sequence[Definition]]:
    return TYPES["OptionSetMetadataBase"], option_sets_of(facts)


_ROOTS: Mapping[str, Callable[[Facts], tuple[Type, Sequence[Definition]]]] = {
    "EntityDefinitions": _tables,
    "RelationshipDefinitions": _relationships,
    "GlobalOptionSetDefinitions": _option_sets,
}


def _step(here: Place, segment: Segment) -> Place | None:
    if here.member is not None:
        raise unknown(segment.name)
    if segment.name.startswith(NAMESPACE):
        return _cast(here, segment)
    if here.item is None:
        raise unknown(segment.name)
    if segment.name in here.type.navigation:
        return _linked(here, here.item, segment)
    if segment.name in here.type.properties and segment.arguments is None:
        return replace(here, member=segment.name)
    raise unknown(segment.name)


def _cast(here: Place, segment: Segment) -> Place:
    name = segment.name.removeprefix(NAMESPACE)
    kind = TYPES.get(name)
    if kind is None or name in _ABSTRACT or not kind.is_a(here.type):
        raise ODataError(
            f"The type '{segment.name[:200]}' specified in the URI is neither a base type nor a "
            f"sub-type of the previously-specified type '{NAMESPACE}{here.type.name}'."
        )
    cast = replace(here, type=kind, cast=f"/{segment.name}")
    if here.item is None:
        of_type = [each for each in here.items if each.type.is_a(kind)]
        return _chosen(replace(cast, items=of_type), segment)
    if not here.item.type.is_a(kind) or segment.arguments is not None:
        raise unknown(segment.name)
    return cast


def _linked(here: Place, item: Definition, segment: Segment) -> Place | None:
    link = item.links.get(segment.name)
    found = None if link is None else link()
    kind = TYPES[here.type.navigation[segment.name]]
    there = Place(kind, f"{here.below}/{segment.name}")
    if isinstance(found, Definition):
        if segment.arguments is not None:
            raise unknown(segment.name)
        return replace(there, item=found)
    return None if found is None else _chosen(replace(there, items=found), segment)


def _chosen(here: Place, segment: Segment) -> Place:
    """Return the one of a list that a segment's key names, or the list if it has none."""
    key = segment.key()
    if key is None:
        return here
    base = here.type
    while base.name not in NAMED and base.base is not None:
        base = base.base
    name, _ = NAMED[base.name]
    ((asked, value),) = key.parts if len(key.parts) == 1 else (("MetadataId", key.id or ""),)
    if asked not in (name, "MetadataId") or len(key.parts) > 1:
        raise service.ServiceError(
            service.URI,
            f"The key in the request URI is not valid for resource '{NAMESPACE}{here.type.name}'.",
        )
    for each in here.items:
        if each.values.get(asked) == (value.lower() if asked == "MetadataId" else value):
            written = (
                value.lower() if asked == "MetadataId" else "'" + value.replace("'", "''") + "'"
            )
            return replace(here, items=(), item=each, key=f"({written})")
    raise no_such(base.name, *(("", value) if asked == "MetadataId" else (value, NO_ID)))
