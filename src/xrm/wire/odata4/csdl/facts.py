"""What a service declares: types, operations and sets (OData CSDL 4.0).

Types are named in full; those of the schema itself by its alias.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a type, or a parameter of an operation (CSDL 6, 12.4).

    `facets` are further attributes. A `read_only` one is the service's to set.
    """

    name: str
    type: str
    nullable: bool = True
    facets: tuple[tuple[str, str], ...] = ()
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """A navigation property (CSDL 7). `constraint` is a property here and the one it equals."""

    name: str
    type: str
    partner: str = ""
    nullable: bool = True
    constraint: tuple[str, str] | None = None
    contained: bool = False


@dataclass(frozen=True, slots=True)
class StructuredType:
    """An entity type (CSDL 8) or, without `entity`, a complex type (CSDL 9).

    `alternate_keys` are each the properties of one; they are annotated.
    """

    name: str
    base: str = ""
    entity: bool = True
    abstract: bool = False
    open: bool = False
    key: str = ""
    properties: tuple[Property, ...] = ()
    navigation: tuple[Navigation, ...] = ()
    alternate_keys: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class EnumType:
    """An enumeration (CSDL 10)."""

    name: str
    members: tuple[tuple[str, int], ...]
    flags: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """An action or a function (CSDL 12); a bound one has what it is bound to first."""

    kind: str
    name: str
    parameters: tuple[Property, ...] = ()
    result: str = ""
    bound: bool = False


@dataclass(frozen=True, slots=True)
class EntitySet:
    """A set (CSDL 13.2) with the sets its navigation properties lead to."""

    name: str
    type: str
    bindings: tuple[tuple[str, str], ...] = ()
    tracked: bool | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything one schema declares, in the order it is written."""

    namespace: str
    alias: str
    container: str
    entities: Sequence[StructuredType]
    complexes: Sequence[StructuredType]
    enumerations: Sequence[EnumType]
    operations: Sequence[Operation]
    sets: Sequence[EntitySet]
