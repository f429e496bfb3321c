"""The counters of a namespace, the generation among them: one table, alike on both engines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

from xrm.db.engine import Parameters

NONE: Mapping[str, Any] = {}
GENERATION = "generation"
_READ = f"SELECT value FROM counter WHERE name = '{GENERATION}'"  # noqa: S608 - a constant
_RAISE = f"UPDATE counter SET value = value + 1 WHERE name = '{GENERATION}'"  # noqa: S608


class Counting:
    """What a transaction does with counters; `take` is the engine's statement for one.

    A counter that is taken stays locked until commit, so that numbers appear in the order of
    commits.
    """

    __slots__ = ("_generation",)

    take: str

    def __init__(self) -> None:
        self._generation: int | None = None

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

    def create_missing(self, metadata: MetaData, compiled: Callable[[ClauseElement], str]) -> None:
        """Create what is missing of these tables and indexes."""
        for table in metadata.sorted_tables:
            self.run(compiled(CreateTable(table, if_not_exists=True)))
            indexes: Sequence[Any] = sorted(table.indexes, key=lambda index: str(index.name))
            for index in indexes:
                self.run(compiled(CreateIndex(index, if_not_exists=True)))
