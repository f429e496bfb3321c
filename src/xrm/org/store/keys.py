"""Alternate keys: their definitions, the unique index of each, and the record that one names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, delete, insert, select

from xrm.db import Database, Transaction, indexes
from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.values import EntityReference, Guid, Value
from xrm.org.store.columns import (
    fold_name,
    is_polymorphic,
    pack_guid,
    type_name,
    unpack_guid,
)
from xrm.org.store.packing import stored
from xrm.org.store.tables import KEYS, schema

_TEXTS = ("tablename", "name", "schemaname", "displayname", "columnnames")


@dataclass(frozen=True, slots=True)
class AlternateKey:
    """Columns of a table whose values name one record; records with a null there do not count.

    Its index is complete as soon as it is defined, so that every key is active.
    """

    id: Guid
    table: str
    name: str
    schema_name: str
    display_name: str
    columns: tuple[str, ...]

    @property
    def index(self) -> str:
        """The name of its index."""
        return f"ak_{self.id.replace('-', '')}"


class KeyStore:
    """The alternate keys of one organization's database, below all rights and rules."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        sql = schema(catalogue)
        self._database, self._catalogue = database, catalogue
        self._tables = sql.tables
        kept = sql.metadata.tables[KEYS]
        texts = [kept.c[name] for name in _TEXTS]
        everything = select(kept.c.entitykeyid, *texts).order_by(kept.c.tablename, kept.c.name)
        row: dict[str, Any] = {column.name: bindparam(column.name) for column in kept.columns}
        self._all = database.compile(everything)
        self._insert = database.compile(insert(kept).values(row))
        self._remove = database.compile(
            delete(kept).where(kept.c.entitykeyid == bindparam("entitykeyid"))
        )
        self._finding: dict[tuple[str, tuple[str, ...]], str] = {}

    def definitions(self, transaction: Transaction) -> dict[str, tuple[AlternateKey, ...]]:
        """Return the keys of each table that has some."""
        found: dict[str, tuple[AlternateKey, ...]] = {}
        for identifier, table, name, schema_name, display_name, columns in transaction.rows(
            self._all
        ):
            key = AlternateKey(
                unpack_guid(identifier),
                table,
                name,
                schema_name,
                display_name,
                tuple(columns.split()),
            )
            found[table] = (*found.get(table, ()), key)
        return found

    def add(self, transaction: Transaction, key: AlternateKey) -> None:
        """Define a key. Raises db.Violation if records are alike in its columns."""
        texts = (key.table, key.name, key.schema_name, key.display_name, " ".join(key.columns))
        row = dict(zip(_TEXTS, texts, strict=True))
        transaction.run(self._insert, {"entitykeyid": pack_guid(key.id), **row})
        columns = self._indexed(key)
        indexes.add_unique(self._database, transaction, key.index, key.table, columns)

    def remove(self, transaction: Transaction, key: AlternateKey) -> None:
        """Forget a key."""
        transaction.run(self._remove, {"entitykeyid": pack_guid(key.id)})
        columns = self._indexed(key)
        indexes.drop(self._database, transaction, key.index, key.table, columns)

    def find(
        self, transaction: Transaction, key: AlternateKey, values: Mapping[str, Value]
    ) -> Guid | None:
        """Return the record with these values in a key's columns, None if there is none.

        The values are of the columns' types and not null; a lookup's may be a reference or,
        whatever table it is of, an identifier.
        """
        table = self._catalogue[key.table]
        bound: dict[str, Any] = {}
        for name in key.columns:
            bound |= _bound(table.columns[name], values[name])
        names = tuple(bound)
        statement = self._finding.get((key.table, names))
        if statement is None:
            statement = self._database.compile(_find(table, self._tables[key.table], names))
            self._finding[key.table, names] = statement
        rows = transaction.rows(statement, bound)
        return unpack_guid(rows[0][0]) if rows else None

    def violated(self, keys: Iterable[AlternateKey], constraint: str) -> AlternateKey | None:
        """Return the key among these whose index refused a record, None if it was none of them.

        PostgreSQL names the index, SQLite its columns.
        """
        for key in keys:
            columns = ", ".join(f"{key.table}.{column.name}" for column in self._indexed(key))
            if constraint in (key.index, columns):
                return key
        return None

    def _indexed(self, key: AlternateKey) -> list[SqlColumn[Any]]:
        table, sql = self._catalogue[key.table], self._tables[key.table]
        return [sql.c[name] for column in key.columns for name in _names(table.columns[column])]


def _names(column: Column) -> Iterator[str]:
    """Yield the SQL columns by which values of a column are told apart."""
    yield fold_name(column) if column.is_text else column.logical_name
    if is_polymorphic(column):
        yield type_name(column)


def _bound(column: Column, value: Value) -> dict[str, Any]:
    if column.is_lookup and isinstance(value, str):
        return {column.logical_name: pack_guid(value)}
    if column.is_lookup and not is_polymorphic(column):
        assert isinstance(value, EntityReference)
        return {column.logical_name: pack_guid(value.id)}
    cells = stored(column, value)
    return {name: cells[name] for name in _names(column)}


def _find(table: Table, sql: SqlTable, names: tuple[str, ...]) -> Any:
    tests = [sql.c[name] == bindparam(name) for name in names]
    return select(sql.c[table.primary_id]).where(*tests)
