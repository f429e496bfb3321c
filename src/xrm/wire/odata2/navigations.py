"""Navigation properties: each relationship by its schema name, from either side.

A relationship of a table with itself has two names: `Referencing…` for the record a lookup
points to, `Referenced…` for the records that point.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from xrm.model.metadata import Catalogue, ManyToMany, ManyToOne, Table


@dataclass(frozen=True, slots=True)
class Navigation:
    """A navigation property: the table it leads to, and whether to many of its records."""

    name: str
    target: Table
    many: bool
    relationship: ManyToOne | ManyToMany

    @property
    def lookup(self) -> ManyToOne:
        """The lookup behind a property that leads to one record."""
        assert isinstance(self.relationship, ManyToOne)
        return self.relationship


@cache
def navigations(catalogue: Catalogue, table: Table) -> Mapping[str, Navigation]:
    """Return the navigation properties of a table by name."""
    found = [*_to_one(catalogue, table), *_to_many(catalogue, table), *_pairs(catalogue, table)]
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def _to_one(catalogue: Catalogue, table: Table) -> list[Navigation]:
    return [
        Navigation(
            _named(each.schema_name, "Referencing", table, catalogue[each.target]),
            catalogue[each.target],
            False,
            each,
        )
        for each in table.many_to_one
        if each.target in catalogue.tables and table.columns[each.column].valid_for_read
    ]


def _to_many(catalogue: Catalogue, table: Table) -> list[Navigation]:
    return [
        Navigation(_named(each.schema_name, "Referenced", table, other), other, True, each)
        for other in catalogue.tables.values()
        for each in other.many_to_one
        if each.target == table.logical_name and other.columns[each.column].valid_for_read
    ]


def _pairs(catalogue: Catalogue, table: Table) -> list[Navigation]:
    found = []
    for each in table.many_to_many:
        other = each.entity2 if each.entity1 == table.logical_name else each.entity1
        if other in catalogue.tables:
            found.append(Navigation(each.schema_name, catalogue[other], True, each))
    return found


def _named(schema_name: str, side: str, table: Table, other: Table) -> str:
    return side + schema_name if table is other else schema_name
