"""Insert, change and remove one record; statements are compiled once for each set of columns."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from xrm.db import Database, Transaction
from xrm.model.metadata import Catalogue, Table
from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.security.access import owner_column, unit_column
from xrm.org.store.columns import (
    is_polymorphic,
    pack_guid,
    stored,
    type_name,
    unpack_guid,
    unpacker,
)
from xrm.org.store.tables import schema

ROW_VERSION = "rowversion"
_KEY = "record_key"


class RecordStore:
    """The records of one organization's database, below all rights and rules."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue
        self._sql = schema(catalogue)
        self._statements: dict[tuple[Any, ...], str] = {}

    def _statement(self, key: tuple[Any, ...], build: Callable[[], Any]) -> str:
        text = self._statements.get(key)
        if text is None:
            text = self._statements[key] = self._database.compile(build())
        return text

    def insert(self, transaction: Transaction, table: Table, values: Values) -> None:
        """Insert a record; the key is among the values. Raises db.Violation if it exists."""
        cells = self._cells(transaction, table, values)
        sql = self._sql.tables[table.logical_name]
        names = tuple(sorted(cells))
        statement = self._statement(
            ("insert", table.logical_name, names),
            lambda: insert(sql).values({name: bindparam(name) for name in names}),
        )
        transaction.run(statement, cells)

    def change(self, transaction: Transaction, table: Table, key: Guid, values: Values) -> int:
        """Set columns of a record and return how many records there were (0 or 1)."""
        cells = self._cells(transaction, table, values)
        sql = self._sql.tables[table.logical_name]
        names = tuple(sorted(cells))
        statement = self._statement(
            ("update", table.logical_name, names),
            lambda: (
                update(sql)
                .values({name: bindparam(name) for name in names})
                .where(sql.c[table.primary_id] == bindparam(_KEY))
            ),
        )
        return transaction.run(statement, {**cells, _KEY: pack_guid(key)})

    def remove(self, transaction: Transaction, table: Table, key: Guid) -> int:
        """Remove a record with its associations; return how many records there were (0 or 1)."""
        self._dissociate(transaction, table, key)
        sql = self._sql.tables[table.logical_name]
        statement = self._statement(
            ("delete", table.logical_name),
            lambda: delete(sql).where(sql.c[table.primary_id] == bindparam(_KEY)),
        )
        return transaction.run(statement, {_KEY: pack_guid(key)})

    def _dissociate(self, transaction: Transaction, table: Table, key: Guid) -> None:
        for association in table.many_to_many:
            sql = self._sql.intersects.get(association.intersect)
            if sql is None:
                continue
            sides = {
                association.entity1: association.entity1_column,
                association.entity2: association.entity2_column,
            }
            column = sql.c[sides[table.logical_name]]
            statement = self._statement(
                ("dissociate", table.logical_name, association.intersect),
                lambda sql=sql, column=column: delete(sql).where(column == bindparam(_KEY)),
            )
            transaction.run(statement, {_KEY: pack_guid(key)})

    def fetch(
        self, transaction: Transaction, table: Table, key: Guid, names: tuple[str, ...]
    ) -> dict[str, Value] | None:
        """Return some columns of a record, None if there is no such record."""
        sql = self._sql.tables[table.logical_name]
        columns = [table.columns[name] for name in names]
        kinds = [column for column in columns if is_polymorphic(column)]
        statement = self._statement(
            ("fetch", table.logical_name, names),
            lambda: select(
                *(sql.c[column.logical_name] for column in columns),
                *(sql.c[type_name(column)] for column in kinds),
            ).where(sql.c[table.primary_id] == bindparam(_KEY)),
        )
        rows = transaction.rows(statement, {_KEY: pack_guid(key)})
        if not rows:
            return None
        cells = dict(zip([*names, *map(type_name, kinds)], rows[0], strict=True))
        return {column.logical_name: _value(column, cells) for column in columns}

    def standing(
        self, transaction: Transaction, table: Table, key: Guid
    ) -> tuple[Guid | None, Guid | None] | None:
        """Return a record's owner and business unit, None if there is no such record."""
        owner, unit = owner_column(table), unit_column(table)
        names = tuple(name for name in (owner, unit) if name) or (table.primary_id,)
        found = self.fetch(transaction, table, key, names)
        if found is None:
            return None
        return _id(found.get(owner or "")), _id(found.get(unit or ""))

    def _cells(self, transaction: Transaction, table: Table, values: Values) -> dict[str, Any]:
        cells: dict[str, Any] = {}
        for name, value in values.items():
            cells |= stored(table.columns[name], value)
        if "versionnumber" in table.columns:
            cells["versionnumber"] = transaction.next_number(ROW_VERSION)
        return cells


def _id(value: Value) -> Guid | None:
    if isinstance(value, EntityReference):
        return value.id
    return value if isinstance(value, str) else None


def _value(column: Any, cells: dict[str, Any]) -> Value:
    raw = cells[column.logical_name]
    if raw is None:
        return None
    if is_polymorphic(column):
        return EntityReference(cells[type_name(column)], unpack_guid(raw))
    decode = unpacker(column)
    return decode(raw) if decode else raw  # type: ignore[no-any-return]
