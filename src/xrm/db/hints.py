"""Hints to a planner that has no statistics of its own."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement


class Unindexed(ColumnElement[Any]):
    """A column whose index SQLite leaves alone; build it with `unindexed`."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column
        self.type = column.type


def unindexed(column: ColumnElement[Any]) -> Unindexed:
    """Return a column to be tested row by row, while the order and other tests choose the index.

    PostgreSQL has statistics and chooses by itself; there it is the column.
    """
    return Unindexed(column)


@compiles(Unindexed, "sqlite")
def _sqlite(element: Unindexed, compiler: Any, **kw: Any) -> str:
    return f"+{compiler.process(element.column, **kw)}"


@compiles(Unindexed, "postgresql")
def _postgresql(element: Unindexed, compiler: Any, **kw: Any) -> str:
    text: str = compiler.process(element.column, **kw)
    return text
