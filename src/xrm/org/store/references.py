"""What refers to a record: lookups that point to it, and the intersect tables that hold it.

Most records are referred to by nothing, so that all is asked by one statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import bindparam, delete, exists, literal_column, select, union_all

from xrm.db import Database, Transaction
from xrm.model.metadata import Catalogue, Table
from xrm.model.values import EntityReference, Guid
from xrm.org.store.columns import is_polymorphic, pack_guid, type_name, unpack_guid
from xrm.org.store.tables import Schema, schema

Lookups = tuple[tuple[str, str], ...]
"""Columns of tables: pairs of logical names."""
_KEY = "record_key"
_KIND = "record_kind"


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What finds the intersect tables that hold a record, and removes it from each of them."""

    search: str
    removals: tuple[str, ...]


class References:
    """The references to records of one organization's database, below all rights and rules."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue
        self._sql = schema(catalogue)
        self._pointing: dict[Lookups, str] = {}
        self._pairs = {table.logical_name: self._of(table) for table in catalogue.tables.values()}

    def pointing(
        self, transaction: Transaction, target: EntityReference, lookups: Lookups
    ) -> list[tuple[int, Guid]]:
        """Return the records that point to a record by one of these lookups.

        Each is told by the number of the lookup among them and by its key, in that order.
        """
        if not lookups:
            return []
        statement = self._pointing.get(lookups)
        if statement is None:
            element = union_all(*self._searches(lookups))
            statement = self._pointing[lookups] = self._database.compile(element)
        parameters: dict[str, Any] = {_KEY: pack_guid(target.id)}
        if any(is_polymorphic(self._catalogue[table].columns[name]) for table, name in lookups):
            parameters[_KIND] = target.logical_name
        rows = transaction.rows(statement, parameters)
        return [(number, unpack_guid(key)) for number, key in sorted(rows)]

    def part(self, transaction: Transaction, table: Table, key: Guid) -> None:
        """Remove a record from the intersect tables."""
        pairs, parameters = self._pairs[table.logical_name], {_KEY: pack_guid(key)}
        if pairs.search:
            for (number,) in transaction.rows(pairs.search, parameters):
                transaction.run(pairs.removals[number], parameters)

    def _searches(self, lookups: Lookups) -> Iterator[Any]:
        for number, (table, name) in enumerate(lookups):
            sql, column = self._sql.tables[table], self._catalogue[table].columns[name]
            (key,) = sql.primary_key.columns
            tests = [sql.c[name] == bindparam(_KEY)]
            if is_polymorphic(column):
                tests.append(sql.c[type_name(column)] == bindparam(_KIND))
            yield select(_number(number), key.label("key")).where(*tests)

    def _of(self, table: Table) -> _Pairs:
        ends = list(_ends(self._sql, table))
        tests = [end == bindparam(_KEY) for end in ends]
        searches = [
            select(_number(number)).where(exists().where(test)) for number, test in enumerate(tests)
        ]
        removals = [delete(end.table).where(test) for end, test in zip(ends, tests, strict=True)]
        return _Pairs(
            self._database.compile(union_all(*searches)) if searches else "",
            tuple(map(self._database.compile, removals)),
        )


def _number(number: int) -> Any:
    return literal_column(str(number)).label("number")


def _ends(sql: Schema, table: Table) -> Iterator[SqlColumn[Any]]:
    """Yield the column of each intersect table that holds keys of a table's records."""
    for association in table.many_to_many:
        intersect = sql.intersects.get(association.intersect)
        if intersect is not None:
            first = association.entity1 == table.logical_name
            yield intersect.c[association.entity1_column if first else association.entity2_column]
