"""What an engine offers: Database and Transaction, and the errors that may come of either."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

if TYPE_CHECKING:
    from xrm.db.gathering import Gathering

Parameters = Mapping[str, Any]


class StorageError(Exception):
    """Anything the database refused."""


class Busy(StorageError):
    """Another writer held the database for too long, or the pool was exhausted."""


class Violation(StorageError):
    """A uniqueness or other constraint failed; `constraint` names it as the engine does."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


class StepBudgetExceeded(StorageError):
    """A statement on the event loop took more steps than it may; run it again in the pool."""


class StatementTimeout(StorageError):
    """A statement ran longer than the engine's statement time."""


def statement_text(element: ClauseElement, dialect: Dialect) -> str:
    """Return a statement's text. Raises ValueError if a literal hides in it as a parameter.

    Only named parameters bound at each run may stand in a statement that is kept.
    """
    compiled = element.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    hidden = [name for name, value in (compiled.params or {}).items() if value is not None]
    if hidden:
        raise ValueError(f"literal values in a compiled statement: {', '.join(hidden)}")
    return str(compiled)


@dataclass(frozen=True, slots=True)
class Insertion:
    """A statement that inserts a row; its values are bound by place, in the order of `names`."""

    text: str
    names: tuple[str, ...]


class Transaction(Protocol):
    """One transaction. Rows are plain tuples; parameters are named."""

    @property
    def generation(self) -> int:
        """The number under which caches of this database are valid, as this transaction sees it."""

    def rows(self, statement: str, parameters: Parameters = ...) -> list[tuple[Any, ...]]:
        """Run a compiled statement and return all of its rows."""

    def verified_rows(self, statement: str, parameters: Parameters = ...) -> list[tuple[Any, ...]]:
        """As `rows`, for a statement whose last column is `db.glance.generation()`."""

    def run(self, statement: str, parameters: Parameters = ...) -> int:
        """Run a compiled statement and return how many rows it changed."""

    def run_many(self, statement: str, rows: Sequence[Parameters]) -> None:
        """Run a compiled statement once for each set of parameters."""

    def insert(self, insertion: Insertion, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows, whose values stand in the order of the insertion. Raises Violation."""

    def next_number(self, name: str, count: int = 1) -> int:
        """Take `count` consecutive numbers of a counter and return the first of them."""

    def part(self) -> AbstractContextManager[None]:
        """Undo only what is written within, if it ends with an exception, which is raised on."""

    def changed(self) -> None:
        """Raise the generation at commit: every process drops its caches at its next request."""


class Database(Protocol):
    """One namespace of one engine. Safe to use from every thread."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`."""

    @property
    def inline(self) -> bool:
        """Whether short reads may run on the event loop."""

    def compile(self, element: ClauseElement) -> str:
        """Return a statement's text for this engine, with named parameters."""

    def insertion(self, table: Table, names: Sequence[str]) -> Insertion:
        """Return the statement that inserts rows of some columns into a table.

        It is bound by place: by name, SQLite's driver looks each up anew for each row.
        """

    def create(self, metadata: MetaData) -> frozenset[str]:
        """Create what is missing of these tables, columns and indexes, and the counters.

        Returns the names of tables that were there with fewer columns; the new ones are null.
        """

    def once(self, statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Run one reading statement in a snapshot of its own and return all of its rows."""

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a read-only transaction with one consistent view."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Open a writing transaction: committed at the end, rolled back on any exception."""

    def gathered(self) -> "AbstractContextManager[Gathering]":
        """Let what this thread writes within be kept by one commit at the end, where it can be.

        Each `write` within is undone by itself when it fails. Nothing written is kept, or may be
        told, before the end; raises Lost there if all of it is to be done again.
        """

    def exclusively(self, name: str) -> AbstractContextManager[None]:
        """Let one process at a time, on whatever host, do what bears this name.

        On SQLite nothing is held: who shares its folder has a lock there. Raises Busy after
        waiting for a minute.
        """

    def array(self, values: Sequence[Any]) -> Any:
        """Return a list of str, int or bytes as the one parameter `db.arrays.one_of` reads."""

    def close(self) -> None:
        """Close every connection."""
