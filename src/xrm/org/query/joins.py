"""Bind joins: which tables a query joins to its own, by which columns, and what is wanted of them.

Whoever may not read a table at all may not join it; of an intersect table, both sides count.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Join, Query, Selected
from xrm.org.query.links import Links, prefix
from xrm.org.query.shape import Joining, Named, Side
from xrm.org.security.reach import ALL_ROWS
from xrm.org.store.columns import scale

CURRENCY = "transactioncurrencyid"
"""What amounts of a row are in; it is read with them."""
_WHOLE = frozenset({"Integer", "BigInt", "Picklist", "State", "Status"})
_SCALED = frozenset({"Money", "Decimal"})


class Joined(NamedTuple):
    """A table that stands in a query, by its number."""

    number: int
    table: Table


class Joins:
    """The joins of one query, numbered as they are met, each under its alias."""

    def __init__(self, catalogue: Catalogue, links: Links, root: Table) -> None:
        self._catalogue = catalogue
        self._links = links
        self._root = Joined(0, root)
        self._aliases: dict[str, Joined] = {}
        self._numbered: list[Joined] = [self._root]
        self.repeating = False
        """Whether a row may be there more than once."""

    def __getitem__(self, alias: str) -> Joined:
        """Return the table an alias stands for, the one asked for none.

        Raises ServiceError 0x8004110A for an alias there is not.
        """
        found = self._aliases.get(alias) if alias else self._root
        if found is None:
            raise no_alias(alias)
        return found

    def __contains__(self, alias: str) -> bool:
        return alias in self._aliases

    def add(self, joins: Iterable[Join], source: int = 0) -> tuple[Joining, ...]:
        """Number joins and those they hold. Their filters are bound when all have a number.

        Raises ServiceError 0x80041102 for a table, 0x80041103 for a column there is not,
        0x80041121 for columns that cannot be equal, 0x80041130 for an alias used twice,
        0x8004430D for too many joins, 0x80040220 for a table the caller may not read.
        """
        return tuple(self._add(join, self._numbered[source]) for join in joins)

    def _add(self, join: Join, source: Joined) -> Joining:
        table = self._catalogue.joinable(join.table)
        if table is None:
            raise service.ServiceError(
                service.NO_ENTITY, f"'{join.table}' entity doesn't exist in the query's metadata."
            )
        column, other = known(table, join.column), known(source.table, join.other)
        _check_comparable(column, other)
        number = self._links.join()
        sides = self._sides(table, number)
        self._name(join.alias, Joined(number, table))
        self.repeating |= column.logical_name != table.primary_id
        return Joining(
            number=number,
            source=source.number,
            table=join.table,
            column=join.column,
            other=join.other,
            scope=ALL_ROWS if sides else self._links.scope(table, prefix(number)),
            outer=join.outer,
            sides=sides,
            joinings=self.add(join.joins, number),
        )

    def _name(self, alias: str, joined: Joined) -> None:
        if alias in self._aliases or alias == "":
            raise duplicate(alias)
        self._aliases[alias] = joined
        self._numbered.append(joined)

    def _sides(self, table: Table, number: int) -> tuple[Side, ...]:
        """Return the sides of an intersect table: a pair is there for who may read both."""
        association = self._catalogue.associations.get(table.logical_name)
        if association is None or table.logical_name in self._catalogue.tables:
            return ()
        return tuple(
            Side(
                column, name, self._links.scope(self._catalogue[name], f"{prefix(number)}{column}_")
            )
            for column, name in (
                (association.entity1_column, association.entity1),
                (association.entity2_column, association.entity2),
            )
        )


def known(table: Table, name: str) -> Column:
    """Return a column of a table. Raises ServiceError 0x80041103 if there is none."""
    column = table.columns.get(name)
    if column is None:
        raise service.ServiceError(
            service.NO_ATTRIBUTE,
            f"'{table.logical_name}' entity doesn't contain attribute with Name = '{name}'.",
        )
    return column


def no_alias(alias: str) -> service.ServiceError:
    """Return the refusal of an alias that no join has."""
    return service.ServiceError(
        service.ALIAS_UNKNOWN, f"The query has no link entity with the name or alias '{alias}'."
    )


def duplicate(alias: str) -> service.ServiceError:
    """Return the refusal of a name that stands for two things."""
    return service.ServiceError(
        service.DUPLICATE_ALIAS, f"The query uses the alias '{alias}' more than once."
    )


def kind(column: Column) -> str:
    """Return what columns that may be compared with each other have in common."""
    if column.is_lookup:
        return "Uniqueidentifier"
    if column.is_text:
        return "String"
    if column.type in _WHOLE:
        return "Integer"
    if column.type in _SCALED:
        return f"Decimal {scale(column)}"
    return "Date" if column.date_only else column.type


def _check_comparable(column: Column, other: Column) -> None:
    if kind(column) != kind(other) or column.type == "Image":
        raise service.ServiceError(
            service.JOIN_OPERATOR,
            f"The columns '{column.logical_name}' and '{other.logical_name}' are of types that "
            "cannot be joined.",
        )


def named(query: Query, joins: Joins | None, root: Table) -> tuple[Named, ...]:
    """Return what a query wants under names of its own, then what serves to show that.

    Raises ServiceError 0x80041130 for a name used twice, 0x80041103 for an unknown column.
    """
    wanted: dict[str, Named] = {}
    serving: list[Named] = []
    for alias, selected in _selected(query):
        joined = Joined(0, root) if joins is None else joins[alias]
        found = list(_named(alias, joined, selected))
        for each in found:
            if wanted.setdefault(each.name, each) != each:
                raise duplicate(each.name)
        if not query.distinct and alias:
            serving += _currency(joined, found)
    return (*wanted.values(), *serving)


def _selected(query: Query) -> Iterator[tuple[str, tuple[Selected, ...]]]:
    yield "", query.named
    waiting = list(query.joins)
    while waiting:
        join = waiting.pop(0)
        yield join.alias, join.columns
        waiting[:0] = join.joins


def _named(alias: str, joined: Joined, selected: Iterable[Selected]) -> Iterator[Named]:
    for each in selected:
        if known(joined.table, each.column).valid_for_read:
            name = each.alias or (f"{alias}.{each.column}" if alias else each.column)
            yield Named(joined.number, each.column, name)


def _currency(joined: Joined, found: Iterable[Named]) -> Iterator[Named]:
    names = {each.column for each in found}
    columns = [joined.table.columns[name] for name in names]
    amounts = any(column.type == "Money" and column.base_of is None for column in columns)
    if amounts and CURRENCY in joined.table.columns and CURRENCY not in names:
        yield Named(joined.number, CURRENCY, "")
