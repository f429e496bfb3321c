"""A glance: one statement that reads rows and proves by itself that the caches still hold.

Its last column is the generation, read in the same snapshot as the rows. If that is the
generation the caller's caches are of, no transaction is needed around the statement; if not, or
if there was no row to tell, the caller does its work again in a transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from sqlalchemy import ScalarSelect, literal_column, select

from xrm.db.counters import GENERATION, TABLE
from xrm.db.engine import Insertion, Parameters, StorageError

_NONE: Mapping[str, Any] = {}


class Stale(StorageError):
    """The glance could not answer; do the work in a transaction."""


def generation() -> ScalarSelect[int]:
    """Return the generation as the last column of a statement for `verified_rows`."""
    of_generation = TABLE.c.name == literal_column(f"'{GENERATION}'")
    return select(TABLE.c.value).where(of_generation).scalar_subquery()


class Glance:
    """Stands where a transaction stands, for readers that need one statement at most.

    `verified` tells whether a statement has confirmed the generation.
    """

    __slots__ = ("_once", "generation", "verified")

    def __init__(
        self, once: Callable[[str, Parameters], list[tuple[Any, ...]]], generation: int
    ) -> None:
        self._once = once
        self.generation = generation
        self.verified = False

    def verified_rows(
        self, statement: str, parameters: Parameters = _NONE
    ) -> list[tuple[Any, ...]]:
        """Run the one statement. Raises Stale unless its rows confirm the generation."""
        if self.verified:
            raise Stale("a second statement")
        rows = self._once(statement, parameters)
        if not rows or rows[0][-1] != self.generation:
            raise Stale("the caches may be out of date")
        self.verified = True
        return rows

    def _refuse(self) -> NoReturn:
        raise Stale("more than a glance is needed")

    def rows(self, _statement: str, _parameters: Parameters = _NONE) -> list[tuple[Any, ...]]:
        """Refuse: what does not confirm the generation belongs into a transaction."""
        self._refuse()

    def run(self, _statement: str, _parameters: Parameters = _NONE) -> int:
        """Refuse to write."""
        self._refuse()

    def run_many(self, _statement: str, _rows: Sequence[Parameters]) -> None:
        """Refuse to write."""
        self._refuse()

    def insert(self, _insertion: Insertion, _rows: Sequence[Sequence[Any]]) -> None:
        """Refuse to write."""
        self._refuse()

    def next_number(self, _name: str, _count: int = 1) -> int:
        """Refuse to write."""
        self._refuse()

    def part(self) -> NoReturn:
        """Refuse to write."""
        self._refuse()

    def changed(self) -> None:
        """Refuse to write."""
        self._refuse()


class Singly(Glance):
    """Stands where a transaction stands, for readers of single records one after the other.

    Each statement sees what stands when it runs, and nothing is held between them: whoever reads
    so may write meanwhile.
    """

    __slots__ = ()

    def rows(self, statement: str, parameters: Parameters = _NONE) -> list[tuple[Any, ...]]:
        """Run a statement by itself."""
        return self._once(statement, parameters)
