"""Plan: a compiled statement, and what turns its rows into values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from xrm.model.metadata import Column, Table
from xrm.model.values import EntityReference, Value
from xrm.org.store.columns import unpack_guid

Row = tuple[Any, ...]
Decoder = Callable[[Any], Any]


class Edge(NamedTuple):
    """A key of the order, the record's own key last: its place in a row and its column."""

    place: int
    column: Column | None
    decode: Decoder | None


@dataclass(frozen=True, slots=True)
class Aliased:
    """A column under a name of its own: of a joined table, or one that was named so.

    `link` tells apart the rows of one table that is joined twice; zero is the table asked.
    """

    name: str
    table: Table
    column: Column
    link: int = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The keys of the order of a page's first and last row, and the columns they are of.

    A column is None where no row has a value.
    """

    columns: tuple[Column | None, ...]
    first: tuple[Value, ...]
    last: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled statement, whose last column is the generation.

    Rows decode to `columns`, then `aliased`, of which those without a name only serve to show
    the others. `counted` is the place of the number of rows on all pages, None if it was not
    asked for. Without `edges` no page is known by its last row.
    """

    sql: str
    columns: tuple[Column, ...]
    decoders: tuple[tuple[int, Decoder], ...]
    references: tuple[tuple[int, int], ...]
    edges: tuple[Edge, ...] = ()
    counted: int | None = None
    aliased: tuple[Aliased, ...] = ()

    def decode(self, rows: Sequence[Row]) -> list[tuple[Value, ...]]:
        """Return the rows' values, `columns` then `aliased`; whole columns are decoded at once."""
        if not rows:
            return []
        cells: list[Any] = list(zip(*rows, strict=True))
        for place, decode in self.decoders:
            cells[place] = [None if value is None else decode(value) for value in cells[place]]
        for place, kind in self.references:
            cells[place] = [
                None if value is None else EntityReference(table, unpack_guid(value))
                for value, table in zip(cells[place], cells[kind], strict=True)
            ]
        return list(zip(*cells[: len(self.columns) + len(self.aliased)], strict=True))

    def bounds(self, first: Row, last: Row) -> Bounds:
        """Return where a page begins and ends."""
        columns = tuple(edge.column for edge in self.edges)
        return Bounds(columns, self._keys(first), self._keys(last))

    def _keys(self, row: Row) -> tuple[Value, ...]:
        raw = ((row[edge.place], edge.decode) for edge in self.edges)
        return tuple(
            decode(value) if decode is not None and value is not None else value
            for value, decode in raw
        )
