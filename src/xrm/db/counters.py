"""The counters of a namespace, the generation among them: one table, alike on both engines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import MetaData
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

from xrm.db.engine import Database, Parameters

NONE: Mapping[str, Any] = {}
GENERATION = "generation"
_READ = f"SELECT value FROM counter WHERE name = '{GENERATION}'"  # noqa: S608 - a constant
_RAISE = f"UPDATE counter SET value = value + 1 WHERE name = '{GENERATION}'"  # noqa: S608
TABLE = sa.table("counter", sa.column("name"), sa.column("value", sa.BigInteger))


def last_number(database: Database, name: str) -> int:
    """Return the last number taken of a counter, 0 if none was."""
    statement = sa.select(TABLE.c.value).where(TABLE.c.name == sa.bindparam("name"))
    rows = database.once(database.compile(statement), {"name": name})
    return rows[0][0] if rows else 0


class Counting:
    """What a transaction does with counters; `take` is the engine's statement for one.

    `columns` is the engine's statement for the names of a table's columns.

    A counter that is taken stays locked until commit, so that numbers appear in the order of
    commits.
    """

    __slots__ = ("_generation", "raised")

    take: str
    columns: str

    def __init__(self) -> None:
        self._generation: int | None = None
        self.raised = False

    def rows(self, statement: str, parameters: Parameters = NONE) -> list[tuple[Any, ...]]:
        """Run a statement and return all of its rows."""
        raise NotImplementedError

    def run(self, statement: str, parameters: Parameters = NONE) -> int:
        """Run a statement and return how many rows it changed."""
        raise NotImplementedError

    def verified_rows(self, statement: str, parameters: Parameters = NONE) -> list[tuple[Any, ...]]:
        """Run a statement whose last column is the generation: here it needs no proof."""
        return self.rows(statement, parameters)

    @property
    def generation(self) -> int:
        """The number under which caches are valid, as this transaction sees it."""
        if self._generation is None:
            self._generation = self.rows(_READ)[0][0]
        return self._generation

    def next_number(self, name: str, count: int = 1) -> int:
        """Take `count` consecutive numbers of a counter and return the first of them."""
        last: int = self.rows(self.take, {"name": name, "count": count})[0][0]
        return last - count + 1

    def changed(self) -> None:
        """Raise the generation at commit."""
        self.run(_RAISE)
        self._generation = None
        self.raised = True

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo only what is written within, if it ends with an exception, which is raised on."""
        self.run("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK TO SAVEPOINT part")
            raise
        finally:
            self.run("RELEASE SAVEPOINT part")

    def create_missing(
        self, metadata: MetaData, compiled: Callable[[ClauseElement], str]
    ) -> frozenset[str]:
        """Create what is missing of these tables, columns and indexes.

        Returns the names of tables that were there with fewer columns: the new ones are empty.
        """
        grown = set()
        for table in metadata.sorted_tables:
            self.run(compiled(CreateTable(table, if_not_exists=True)))
            there = {name for (name,) in self.rows(self.columns, {"of_table": table.name})}
            for column in (column for column in table.columns if column.name not in there):
                kind = compiled(cast(ClauseElement, CreateColumn(column))).removesuffix(" NOT NULL")
                self.run(f'ALTER TABLE "{table.name}" ADD COLUMN {kind}')
                grown.add(table.name)
            indexes: Sequence[Any] = sorted(table.indexes, key=lambda index: str(index.name))
            for index in indexes:
                self.run(compiled(CreateIndex(index, if_not_exists=True)))
        return frozenset(grown)
