"""Pairs of records that belong together: the rows of the intersect tables."""

from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.sql.elements import ColumnElement

from xrm.db import Database, Transaction
from xrm.model.metadata import Catalogue, ManyToMany
from xrm.model.values import Guid
from xrm.org.store.columns import pack_guid, unpack_guid
from xrm.org.store.tables import schema

Pair = tuple[Guid, Guid]
"""Keys of the two records, in the order of the association's tables."""


class Associations:
    """The associations of one organization's database, below all rights and rules."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._sql = schema(catalogue).intersects
        self._named = {
            row.schema_name: row
            for table in catalogue.tables.values()
            for row in table.many_to_many
            if row.intersect in self._sql
        }

    def named(self, schema_name: str) -> ManyToMany | None:
        """Return the association of that name, None if there is none or a side is missing."""
        return self._named.get(schema_name)

    def __getitem__(self, schema_name: str) -> ManyToMany:
        return self._named[schema_name]

    def add(self, transaction: Transaction, association: ManyToMany, pair: Pair) -> None:
        """Associate two records. Raises db.Violation if they are associated."""
        sql = self._sql[association.intersect]
        first, second = association.entity1_column, association.entity2_column
        statement = insert(sql).values({first: bindparam("first"), second: bindparam("second")})
        transaction.run(self._database.compile(statement), _bound(pair))

    def remove(self, transaction: Transaction, association: ManyToMany, pair: Pair) -> bool:
        """End the association of two records and tell whether there was one."""
        sql = self._sql[association.intersect]
        statement = delete(sql).where(*_is(sql, association))
        return transaction.run(self._database.compile(statement), _bound(pair)) > 0

    def has(self, transaction: Transaction, association: ManyToMany, pair: Pair) -> bool:
        """Tell whether two records are associated."""
        sql = self._sql[association.intersect]
        statement = select(sql.c[association.entity1_column]).where(*_is(sql, association))
        return bool(transaction.rows(self._database.compile(statement), _bound(pair)))

    def pairs(self, transaction: Transaction, association: ManyToMany) -> list[Pair]:
        """Return every pair."""
        sql = self._sql[association.intersect]
        first, second = association.entity1_column, association.entity2_column
        statement = select(sql.c[first], sql.c[second]).order_by(sql.c[first], sql.c[second])
        rows = transaction.rows(self._database.compile(statement))
        return [(unpack_guid(one), unpack_guid(other)) for one, other in rows]

    def firsts(self, transaction: Transaction, association: ManyToMany, second: Guid) -> list[Guid]:
        """Return the keys of the records of the first table that are with one of the second."""
        sql = self._sql[association.intersect]
        statement = (
            select(sql.c[association.entity1_column])
            .where(sql.c[association.entity2_column] == bindparam("second"))
            .order_by(sql.c[association.entity1_column])
        )
        rows = transaction.rows(self._database.compile(statement), {"second": pack_guid(second)})
        return [unpack_guid(key) for (key,) in rows]


def _is(sql: SqlTable, association: ManyToMany) -> tuple[ColumnElement[bool], ...]:
    return (
        sql.c[association.entity1_column] == bindparam("first"),
        sql.c[association.entity2_column] == bindparam("second"),
    )


def _bound(pair: Pair) -> dict[str, bytes]:
    first, second = pair
    return {"first": pack_guid(first), "second": pack_guid(second)}
