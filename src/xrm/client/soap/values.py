"""The SDK's values: records, references, choices, amounts.

| here                     | .NET, Microsoft.Xrm.Sdk     |
|--------------------------|-----------------------------|
| `None`, `str`, `bool`    | null, String, Boolean       |
| `int`, `Long`            | Int32, Int64                |
| `float`, `Decimal`       | Double, Decimal             |
| `datetime` (with a zone) | DateTime, in UTC            |
| `UUID`, `bytes`          | Guid, Byte[]                |
| the classes of this file | classes of the same name    |
| a list of them           | their collection, or array  |
"""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from xrm.client.soap.contracts.enumerations import EntityRole
from xrm.wire.soap.values import Long

__all__ = [
    "AliasedValue",
    "Entity",
    "EntityCollection",
    "EntityReference",
    "Long",
    "Money",
    "OptionSetValue",
    "Relationship",
]

E = TypeVar("E", bound="Entity")


@dataclass(frozen=True, slots=True)
class OptionSetValue:
    """The number of a choice (OptionSetValue)."""

    value: int = 0


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, without its currency, which is a column of its own (Money)."""

    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AliasedValue:
    """A value of a linked table, with the table and column it is from (AliasedValue)."""

    entity_logical_name: str = ""
    attribute_logical_name: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class EntityReference:
    """A record by its id or by an alternate key (EntityReference).

    The same record is equal whatever name or row version came with it.
    """

    logical_name: str = ""
    id: UUID | None = None
    name: str | None = field(default=None, compare=False)
    key_attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    row_version: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship by its schema name (Relationship).

    Between records of one table the role says from which end it is seen.
    """

    schema_name: str = ""
    primary_entity_role: EntityRole | None = None


class Entity(MutableMapping[str, Any]):
    """A record: the values of its columns by logical name, like a dictionary (Entity).

    `formatted_values` are texts as the caller reads them, `row_version` a number as text; both
    are only told by the service. `related_entities` are written together with the record.
    A class of one's own for a table: see `xrm.soap.Column`.
    """

    TABLE: ClassVar[str] = ""

    __slots__ = (
        "attributes",
        "formatted_values",
        "id",
        "key_attributes",
        "logical_name",
        "related_entities",
        "row_version",
    )

    def __init__(
        self,
        logical_name: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        *,
        id: UUID | None = None,  # noqa: A002 - the member's own name
        key_attributes: Mapping[str, Any] | None = None,
        formatted_values: Mapping[str, str] | None = None,
        related_entities: "Mapping[Relationship, EntityCollection] | None" = None,
        row_version: str | None = None,
        **columns: Any,
    ) -> None:
        self.logical_name = self.TABLE if logical_name is None else logical_name
        self.attributes: dict[str, Any] = dict(attributes or {})
        self.id = id
        self.key_attributes: dict[str, Any] = dict(key_attributes or {})
        self.formatted_values: dict[str, str] = dict(formatted_values or {})
        self.related_entities: dict[Relationship, EntityCollection] = dict(related_entities or {})
        self.row_version = row_version
        for name, value in columns.items():
            if not hasattr(getattr(type(self), name, None), "__set__") or name in Entity.__slots__:
                raise TypeError(f"{type(self).__name__} has no column {name!r}")
            setattr(self, name, value)

    def __init_subclass__(cls, *, table: str = "", **options: Any) -> None:
        super().__init_subclass__(**options)
        if table:
            cls.TABLE = table

    def __getitem__(self, name: str) -> Any:
        return self.attributes[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.attributes[name] = value

    def __delitem__(self, name: str) -> None:
        del self.attributes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.attributes)

    def __len__(self) -> int:
        return len(self.attributes)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and (
            (self.logical_name, self.id, self.attributes, self.key_attributes)
            == (other.logical_name, other.id, other.attributes, other.key_attributes)
        )

    __hash__ = None  # type: ignore[assignment]  # what changes has no hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.logical_name!r}, {self.attributes!r}, id={self.id!r})"

    def to_entity(self, kind: type[E]) -> E:
        """Return the record as one of a class for its table (ToEntity<T>).

        Raises TypeError when the class is for another table.
        """
        if kind.TABLE not in ("", self.logical_name):
            raise TypeError(f"{kind.__name__} is for {kind.TABLE!r}, not {self.logical_name!r}")
        return kind(
            self.logical_name,
            self.attributes,
            id=self.id,
            key_attributes=self.key_attributes,
            formatted_values=self.formatted_values,
            related_entities=self.related_entities,
            row_version=self.row_version,
        )

    def to_entity_reference(self) -> EntityReference:
        """Return a reference to the record (ToEntityReference)."""
        return EntityReference(
            self.logical_name,
            self.id,
            key_attributes=self.key_attributes,
            row_version=self.row_version,
        )

    @classmethod
    def of(cls, reference: EntityReference, attributes: Mapping[str, Any] | None = None) -> Self:
        """Return the record that a reference names, with values to write."""
        return cls(
            reference.logical_name,
            attributes,
            id=reference.id,
            key_attributes=reference.key_attributes,
            row_version=reference.row_version,
        )


@dataclass(slots=True)
class EntityCollection:
    """Records of one table, and where the page they are ends (EntityCollection).

    `total_record_count` is -1 where it was not asked for.
    """

    entities: list[Entity] = field(default_factory=list)
    entity_name: str | None = None
    more_records: bool = False
    paging_cookie: str | None = None
    min_active_row_version: str | None = None
    total_record_count: int = -1
    total_record_count_limit_exceeded: bool = False

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities)

    def __len__(self) -> int:
        return len(self.entities)

    def __getitem__(self, place: int) -> Entity:
        return self.entities[place]
