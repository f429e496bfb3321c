"""Tables, columns and relationships: what the organization knows of its own shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from xrm.model.privileges import Depth, Privilege, Right

T = TypeVar("T")

LOOKUPS = frozenset({"Lookup", "Owner", "Customer"})
CHOICES = frozenset({"Picklist", "State", "Status"})
TEXTS = frozenset({"String", "Memo", "EntityName"})


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice or of a yes/no column; `state` ties a status to its state."""

    value: int
    label: str
    state: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Limits are in the units of its type; absent limits are None.

    `date_behavior` is UserLocal, TimeZoneIndependent or DateOnly; `base_of` names the Money
    column whose amount in the base currency this one holds; `default` is what a new record
    holds where nothing is given.
    """

    logical_name: str
    schema_name: str
    type: str
    display_name: str = ""
    required: str = "None"
    max_length: int | None = None
    min: float | None = None
    max: float | None = None
    precision: int = 0
    date_behavior: str = ""
    format: str = ""
    base_of: str | None = None
    option_set: str | None = None
    default: int | bool | None = None
    targets: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    valid_for_create: bool = True
    valid_for_read: bool = True
    valid_for_update: bool = True
    indexed: bool = False

    @property
    def is_lookup(self) -> bool:
        """Whether the value is a reference to a record."""
        return self.type in LOOKUPS

    @property
    def date_only(self) -> bool:
        """Whether the value is a day, without a time."""
        return self.date_behavior == "DateOnly"

    @property
    def is_text(self) -> bool:
        """Whether the value is text, compared through its fold key."""
        return self.type in TEXTS


@dataclass(frozen=True, slots=True)
class ManyToOne:
    """A lookup seen as a relationship; navigation names are case-sensitive.

    `cascade_delete` is what becomes of the referencing records when the target is deleted:
    RemoveLink, Cascade, Restrict or NoCascade; `cascade_assign` whether they follow the target
    to its new owner, `cascade_share` whether they are shared with it: Cascade or NoCascade.
    """

    schema_name: str
    column: str
    target: str
    referencing_navigation: str
    referenced_navigation: str
    cascade_delete: str = "RemoveLink"
    cascade_assign: str = "NoCascade"
    cascade_share: str = "NoCascade"


@dataclass(frozen=True, slots=True)
class ManyToMany:
    """An association of two tables through an intersect table."""

    schema_name: str
    entity1: str
    entity2: str
    intersect: str
    entity1_column: str
    entity2_column: str


@dataclass(frozen=True, slots=True)
class OneToMany:
    """A lookup seen from the table it points to: the collection of the records that point."""

    table: "Table"
    relationship: ManyToOne


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table with its columns and relationships."""

    logical_name: str
    schema_name: str
    entity_set_name: str
    display_name: str
    object_type_code: int
    ownership: str
    primary_id: str
    primary_name: str | None
    columns: Mapping[str, Column]
    default_status: Mapping[int, int] = field(default_factory=dict)
    privileges: Mapping[Right, Privilege] = field(default_factory=dict)
    many_to_one: tuple[ManyToOne, ...] = ()
    many_to_many: tuple[ManyToMany, ...] = ()
    is_activity: bool = False
    optimistic_concurrency: bool = True
    display_collection_name: str = ""

    @property
    def is_user_owned(self) -> bool:
        """Whether a user or team owns each record, so that depths below Global mean something."""
        return self.ownership == "UserOwned"

    def navigation(self, name: str) -> ManyToOne | None:
        """Return the lookup relationship of that navigation property, or None."""
        for relationship in self.many_to_one:
            if relationship.referencing_navigation == name:
                return relationship
        return None


class Catalogue:
    """Every table, by logical name and by entity set name."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables: Mapping[str, Table] = MappingProxyType(
            {table.logical_name: table for table in tables}
        )
        self.sets: Mapping[str, Table] = MappingProxyType(
            {table.entity_set_name: table for table in self.tables.values()}
        )

        self.associations: Mapping[str, ManyToMany] = MappingProxyType(
            {
                association.intersect: association
                for table in self.tables.values()
                for association in table.many_to_many
                if {association.entity1, association.entity2} <= self.tables.keys()
            }
        )
        self._intersects = {name: _intersect(row) for name, row in self.associations.items()}
        self._collections = _collections(self.tables)

    def __getitem__(self, logical_name: str) -> Table:
        return self.tables[logical_name]

    def joinable(self, logical_name: str) -> Table | None:
        """Return a table a query may join, None if there is none.

        It is a table of records, or the intersect table of an association, which has the keys of
        both sides.
        """
        return self.tables.get(logical_name) or self._intersects.get(logical_name)

    def collection(self, table: Table, name: str) -> OneToMany | ManyToMany | None:
        """Return the relationship behind a table's collection-valued navigation property.

        Names are case-sensitive; None for a name there is not.
        """
        for association in table.many_to_many:
            if association.schema_name == name:
                other = association.entity2
                if association.entity2 == table.logical_name:
                    other = association.entity1
                return association if other in self.tables else None
        return self._collections.get((table.logical_name, name))


_BESIDE_KEYS = {
    "roleprivileges": (Column("privilegedepthmask", "PrivilegeDepthMask", "Integer"),),
}
"""What pairs hold beside the keys of both sides, by intersect table."""


def _intersect(association: ManyToMany) -> Table:
    name = association.intersect
    keys = (
        Column(column, column, "Uniqueidentifier", targets=(table,))
        for column, table in (
            (association.entity1_column, association.entity1),
            (association.entity2_column, association.entity2),
        )
    )
    columns = (*keys, *_BESIDE_KEYS.get(name, ()))
    return Table(
        logical_name=name,
        schema_name=name,
        entity_set_name="",
        display_name=name,
        object_type_code=0,
        ownership="None",
        primary_id="",
        primary_name=None,
        columns={column.logical_name: column for column in columns},
    )


def _collections(tables: Mapping[str, Table]) -> Mapping[tuple[str, str], OneToMany]:
    return {
        (relationship.target, relationship.referenced_navigation): OneToMany(table, relationship)
        for table in tables.values()
        for relationship in table.many_to_one
        if relationship.target in tables
    }


def read_table(facts: Mapping[str, Any]) -> Table:
    """Return the table a metadata file describes. Raises KeyError if a fact is missing."""
    relationships = facts.get("relationships", {})
    name = facts["logical_name"]
    columns = (_read_column(column) for column in facts["columns"])
    return Table(
        logical_name=name,
        schema_name=facts["schema_name"],
        entity_set_name=facts["entity_set_name"],
        display_name=facts["display_name"],
        object_type_code=facts["object_type_code"],
        ownership=facts["ownership"],
        primary_id=facts["primary_id"],
        primary_name=facts.get("primary_name"),
        columns={column.logical_name: column for column in columns},
        default_status={int(k): v for k, v in facts.get("default_status", {}).items()},
        privileges={Right(row["right"]): _read_privilege(name, row) for row in facts["privileges"]},
        many_to_one=tuple(_read_lookup(row) for row in relationships.get("many_to_one", ())),
        many_to_many=tuple(
            _read(ManyToMany, row)
            for row in relationships.get("many_to_many", ())
            if "intersect" in row and "entity1_column" in row and "entity2_column" in row
        ),
        is_activity=facts.get("is_activity", False),
        optimistic_concurrency=facts.get("optimistic_concurrency", True),
        display_collection_name=facts.get("display_collection_name", ""),
    )


_CASCADES = ("delete", "assign", "share")


def _read_lookup(facts: Mapping[str, Any]) -> ManyToOne:
    known = {key: facts[key] for key in ManyToOne.__dataclass_fields__ if key in facts}
    cascade = facts.get("cascade", {})
    stated = {f"cascade_{what}": cascade[what] for what in _CASCADES if what in cascade}
    return ManyToOne(**known, **stated)


def _read(kind: type[T], facts: Mapping[str, Any]) -> T:
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{key: facts[key] for key in fields})


def _read_privilege(table: str, facts: Mapping[str, Any]) -> Privilege:
    return Privilege(
        name=facts["name"],
        right=Right(facts["right"]),
        table=table,
        id=facts["id"],
        depths=tuple(Depth.named(label) for label in facts["depths"]),
    )


def _read_column(facts: Mapping[str, Any]) -> Column:
    known = Column.__dataclass_fields__
    plain = {key: value for key, value in facts.items() if key in known}
    plain["targets"] = tuple(facts.get("targets", ()))
    plain["options"] = tuple(
        Option(option["value"], option["label"], option.get("state"))
        for option in facts.get("options", ())
    )
    return Column(**plain)
