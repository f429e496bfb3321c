"""Some columns of the records with given keys, and how many records there are.

Statements are compiled once for each choice.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy import Table as SqlTable

from xrm.db import Database, Transaction
from xrm.db.arrays import one_of
from xrm.model.metadata import Catalogue, Table
from xrm.model.values import Guid, Value
from xrm.org.security.access import criterion
from xrm.org.security.reach import ALL_ROWS, Scope
from xrm.org.store.columns import pack_guid, unpack_guid, unpacker
from xrm.org.store.tables import schema

_KEYS = "keys"
_NOTHING: Mapping[str, Any] = {}


class Selections:
    """Reads many records of one table at once, within a scope."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        self._tables = schema(catalogue).tables
        self._counts: dict[str, str] = {}
        self._statements: dict[tuple[str, tuple[str, ...], Scope], str] = {}

    def fetch(
        self,
        transaction: Transaction,
        table: Table,
        keys: Iterable[Guid],
        names: tuple[str, ...],
        *,
        scope: Scope = ALL_ROWS,
        bound: Mapping[str, Any] = _NOTHING,
    ) -> dict[Guid, tuple[Value, ...]]:
        """Return columns by key, of the records that exist and lie within the scope.

        `bound` is what `access.parameters` gives for it. A column may be no lookup of several
        tables.
        """
        packed = [pack_guid(key) for key in keys]
        if not packed:
            return {}
        statement = self._statement(table, names, scope)
        parameters = {**bound, _KEYS: self._database.array(packed)}
        decoders = [unpacker(table.columns[name]) or _same for name in names]
        return {
            unpack_guid(key): tuple(
                None if cell is None else decode(cell)
                for decode, cell in zip(decoders, cells, strict=True)
            )
            for key, *cells in transaction.rows(statement, parameters)
        }

    def count(self, transaction: Transaction, table: Table) -> int:
        """Return how many records a table has, whoever may read them."""
        text = self._counts.get(table.logical_name)
        if text is None:
            element = select(func.count()).select_from(self._tables[table.logical_name])
            text = self._counts[table.logical_name] = self._database.compile(element)
        found: int = transaction.rows(text)[0][0]
        return found

    def _statement(self, table: Table, names: tuple[str, ...], scope: Scope) -> str:
        wanted = (table.logical_name, names, scope)
        text = self._statements.get(wanted)
        if text is None:
            element = _select(table, self._tables[table.logical_name], names, scope)
            text = self._statements[wanted] = self._database.compile(element)
        return text


def _select(table: Table, sql: SqlTable, names: tuple[str, ...], scope: Scope) -> Select[Any]:
    key = sql.c[table.primary_id]
    found = select(key, *(sql.c[name].label(f"c_{name}") for name in names))
    found = found.where(one_of(key, _KEYS, "bytes"))
    allowed = criterion(table, sql, scope)
    return found if allowed is None else found.where(allowed)


def _same(value: Any) -> Any:
    return value
