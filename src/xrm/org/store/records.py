"""Insert, change and remove one record; statements are compiled once for each set of columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from xrm.db import Database, Insertion, Transaction
from xrm.model.metadata import Catalogue, Table
from xrm.model.text import fold
from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.security.access import owner_column, unit_column
from xrm.org.store.columns import (
    fold_name,
    is_polymorphic,
    pack_guid,
    type_name,
    unpack_guid,
    unpacker,
)
from xrm.org.store.packing import Packing
from xrm.org.store.references import References
from xrm.org.store.tables import schema

ROW_VERSION = "rowversion"
_NUMBER = "versionnumber"
_KEY = "record_key"
_KIND = "record_kind"

Standing = tuple[Guid | None, Guid | None]
"""A record's owner and business unit."""

_Names = tuple[str, ...] | frozenset[str]
_Key = tuple[str, str, _Names]
"""A verb, a table, and the columns it sets or reads."""
_Inserting = tuple[Packing, Insertion, Callable[[list[Any]], Sequence[Any]]]
"""How a record that sets some columns becomes a row, and the statement that inserts it."""
_MOST_STATEMENTS = 4000


class Row(Mapping[str, Value]):
    """A record as it stands in the database; a column is decoded when it is asked for."""

    __slots__ = ("_cells", "key", "table")

    def __init__(self, table: Table, key: Guid, cells: dict[str, Any]) -> None:
        self.table = table
        self.key = key
        self._cells = cells

    def __getitem__(self, name: str) -> Value:
        return _value(self.table.columns[name], self._cells)

    def __iter__(self) -> Iterator[str]:
        return iter(self.table.columns)

    def __len__(self) -> int:
        return len(self.table.columns)

    @property
    def reference(self) -> EntityReference:
        """The record itself, as a lookup points to it."""
        return EntityReference(self.table.logical_name, self.key)


class RecordStore:
    """The records of one organization's database, below all rights and rules."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._catalogue = catalogue
        self._sql = schema(catalogue)
        self._statements: dict[_Key, str] = {}
        self._packings: dict[tuple[str, ...], Packing] = {}
        self._insertions: dict[tuple[str, ...], Insertion] = {}
        self._insertings: dict[tuple[str, ...], _Inserting] = {}
        self._readings = {
            table.logical_name: tuple(_read_columns(table)) for table in catalogue.tables.values()
        }
        self.references = References(database, catalogue)

    def _statement(self, key: _Key, build: Callable[[SqlTable, tuple[str, ...]], Any]) -> str:
        """Return the text of the statement that `build` makes for a table and column names."""
        text = self._statements.get(key)
        if text is None:
            _, table, unordered = key
            names = unordered if isinstance(unordered, tuple) else tuple(sorted(unordered))
            if len(self._statements) >= _MOST_STATEMENTS:
                self._statements.clear()
            element = build(self._sql.metadata.tables[table], names)
            text = self._statements[key] = self._database.compile(element)
        return text

    def insert(self, transaction: Transaction, table: Table, values: Values) -> None:
        """Insert a record; the key is among the values. Raises db.Violation if it exists."""
        packing, insertion, ordered = self._inserting(table, values)
        row = packing.row(values.values(), _number(transaction, table, 1))
        transaction.insert(insertion, (ordered(row),))

    def insert_many(
        self, transaction: Transaction, table: Table, records: Sequence[Values]
    ) -> None:
        """Insert records of one table, in their order where they set the same columns.

        Raises db.Violation as `insert` does.
        """
        alike: dict[str, tuple[Insertion, list[Sequence[Any]]]] = {}
        for number, values in enumerate(records, _number(transaction, table, len(records))):
            packing, insertion, ordered = self._inserting(table, values)
            row = ordered(packing.row(values.values(), number))
            alike.setdefault(insertion.text, (insertion, []))[1].append(row)
        for insertion, rows in alike.values():
            transaction.insert(insertion, rows)

    def change(self, transaction: Transaction, table: Table, key: Guid, values: Values) -> int:
        """Set columns of a record and return how many records there were (0 or 1)."""
        packing = self._packing(table, values)
        row = packing.row(values.values(), _number(transaction, table, 1))
        name = ("update", table.logical_name, frozenset(packing.names))
        statement = self._statement(name, _update)
        cells = dict(zip(packing.names, row, strict=True))
        return transaction.run(statement, {**cells, _KEY: pack_guid(key)})

    def remove(self, transaction: Transaction, table: Table, key: Guid) -> int:
        """Remove a record with its associations; return how many records there were (0 or 1)."""
        self.references.part(transaction, table, key)
        statement = self._statement(("delete", table.logical_name, ()), _delete)
        return transaction.run(statement, {_KEY: pack_guid(key)})

    def fetch(
        self, transaction: Transaction, table: Table, key: Guid, names: tuple[str, ...]
    ) -> dict[str, Value] | None:
        """Return some columns of a record, None if there is no such record."""
        columns = [table.columns[name] for name in names]
        kinds = [type_name(column) for column in columns if is_polymorphic(column)]
        read = (*names, *kinds)
        statement = self._statement(("fetch", table.logical_name, read), _fetch)
        rows = transaction.rows(statement, {_KEY: pack_guid(key)})
        if not rows:
            return None
        cells = dict(zip(read, rows[0], strict=True))
        return {column.logical_name: _value(column, cells) for column in columns}

    def read(self, transaction: Transaction, table: Table, key: Guid) -> "Row | None":
        """Return a record with all its columns, None if there is no such record."""
        read = self._readings[table.logical_name]
        statement = self._statement(("fetch", table.logical_name, read), _fetch)
        rows = transaction.rows(statement, {_KEY: pack_guid(key)})
        return Row(table, key, dict(zip(read, rows[0], strict=True))) if rows else None

    def having(
        self, transaction: Transaction, table: Table, name: str, identifier: Guid
    ) -> list[Guid]:
        """Return the keys of a table's records whose column `name` holds an identifier."""
        statement = self._statement(("refer", table.logical_name, (name,)), _refer)
        rows = transaction.rows(statement, {_KEY: pack_guid(identifier)})
        return [unpack_guid(key) for (key,) in rows]

    def named(
        self, transaction: Transaction, table: Table, text: str, *, column: str = ""
    ) -> list[Guid]:
        """Return the keys of a table's records whose name, or other column, is a text.

        Letter case, width and trailing blanks do not count.
        """
        name = fold_name(table.columns[column or table.primary_name or ""])
        statement = self._statement(("refer", table.logical_name, (name,)), _refer)
        return [unpack_guid(key) for (key,) in transaction.rows(statement, {_KEY: fold(text)})]

    def referrers(
        self, transaction: Transaction, table: Table, name: str, target: EntityReference
    ) -> list[Guid]:
        """Return the keys of a table's records whose lookup `name` points to a record."""
        names: tuple[str, ...] = (name,)
        parameters: dict[str, Any] = {_KEY: pack_guid(target.id)}
        column = table.columns[name]
        if is_polymorphic(column):
            names = (name, type_name(column))
            parameters[_KIND] = target.logical_name
        statement = self._statement(("refer", table.logical_name, names), _refer)
        return [unpack_guid(key) for (key,) in transaction.rows(statement, parameters)]

    def standing(self, transaction: Transaction, table: Table, key: Guid) -> Standing | None:
        """Return a record's owner and business unit, None if there is no such record."""
        owner, unit = owner_column(table), unit_column(table)
        names = tuple(name for name in (owner, unit) if name) or (table.primary_id,)
        found = self.fetch(transaction, table, key, names)
        return None if found is None else _standing(table, found)

    def _inserting(self, table: Table, values: Values) -> _Inserting:
        key = (table.logical_name, *values)
        found = self._insertings.get(key)
        if found is None:
            if len(self._insertings) >= _MOST_STATEMENTS:
                self._insertings.clear()
            packing = self._packing(table, values)
            # In one order whatever theirs is: records that set the same columns are alike.
            insertion = self._insertion(table.logical_name, sorted(packing.names))
            found = packing, insertion, packing.in_order(insertion.names)
            self._insertings[key] = found
        return found

    def _insertion(self, table: str, names: Sequence[str]) -> Insertion:
        key = (table, *names)
        found = self._insertions.get(key)
        if found is None:
            if len(self._insertions) >= _MOST_STATEMENTS:
                self._insertions.clear()
            found = self._database.insertion(self._sql.metadata.tables[table], names)
            self._insertions[key] = found
        return found

    def _packing(self, table: Table, names: Iterable[str]) -> Packing:
        key = (table.logical_name, *names)
        found = self._packings.get(key)
        if found is None:
            if len(self._packings) >= _MOST_STATEMENTS:
                self._packings.clear()
            columns = [table.columns[name] for name in key[1:]]
            numbered = _NUMBER if _NUMBER in table.columns else None
            found = self._packings[key] = Packing(columns, numbered)
        return found


def _number(transaction: Transaction, table: Table, count: int) -> int:
    """Take row versions for records that are written and return the first of them."""
    if _NUMBER not in table.columns or not count:
        return 0
    return transaction.next_number(ROW_VERSION, count)


def standing_of(row: Row) -> Standing:
    """Return a record's owner and business unit."""
    return _standing(row.table, row)


def _standing(table: Table, found: Mapping[str, Value]) -> Standing:
    owner, unit = owner_column(table), unit_column(table)
    return _id(found[owner] if owner else None), _id(found[unit] if unit else None)


def _read_columns(table: Table) -> Iterator[str]:
    for column in table.columns.values():
        yield column.logical_name
        if is_polymorphic(column):
            yield type_name(column)


def _by_key(sql: SqlTable) -> ColumnElement[bool]:
    (key,) = sql.primary_key.columns
    return key == bindparam(_KEY)


def _update(sql: SqlTable, names: tuple[str, ...]) -> Any:
    return update(sql).values({name: bindparam(name) for name in names}).where(_by_key(sql))


def _delete(sql: SqlTable, _names: tuple[str, ...]) -> Any:
    return delete(sql).where(_by_key(sql))


def _fetch(sql: SqlTable, names: tuple[str, ...]) -> Any:
    return select(*(sql.c[name] for name in names)).where(_by_key(sql))


def _refer(sql: SqlTable, names: tuple[str, ...]) -> Any:
    (key,) = sql.primary_key.columns
    tests = [sql.c[names[0]] == bindparam(_KEY)]
    tests += [sql.c[kind] == bindparam(_KIND) for kind in names[1:]]
    return select(key).where(*tests).order_by(key)


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
