"""Filters drawn as trees, written as `$filter`, and judged in Python without any of our SQL.

A row is a mapping of columns; a lookup's path leads to another row, or to None where there is
none that the caller may read. The rules of null are those documented: `ne` and a negated text
test also hold for no value, an order comparison and its negation never do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]
Follow = Callable[[Row, str], Row | None]
"""From a row and a navigation property to the row there."""

_COMPARE = {"eq": eq, "ne": ne, "gt": gt, "ge": ge, "lt": lt, "le": le}
_OPPOSITE = {"eq": "ne", "ne": "eq", "gt": "le", "le": "gt", "lt": "ge", "ge": "lt"}
_TEXT: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def written(value: Any) -> str:
    """Return a literal as OData writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _folded(value: Any) -> Any:
    return value.lower().rstrip(" ") if isinstance(value, str) else value


def _reached(row: Row, path: tuple[str, ...], follow: Follow) -> Row | None:
    here: Row | None = row
    for step in path:
        here = None if here is None else follow(here, step)
    return here


@dataclass(frozen=True)
class Compared:
    """`path/column operator value`, written the other way round if `flipped`."""

    path: tuple[str, ...]
    column: str
    operator: str
    value: Any
    flipped: bool = False

    def text(self) -> str:
        name = "/".join((*self.path, self.column))
        if not self.flipped:
            return f"{name} {self.operator} {written(self.value)}"
        other = {"gt": "lt", "lt": "gt", "ge": "le", "le": "ge"}.get(self.operator, self.operator)
        return f"{written(self.value)} {other} {name}"

    def holds(self, row: Row, follow: Follow, *, negated: bool = False) -> bool:
        operator = _OPPOSITE[self.operator] if negated else self.operator
        here = _reached(row, self.path, follow)
        found = None if here is None else here[self.column]
        if self.value is None:
            return (found is None) is (operator == "eq")
        if found is None:
            return operator == "ne"
        return bool(_COMPARE[operator](_folded(found), _plain(self.value)))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else _folded(value)


@dataclass(frozen=True)
class Columns:
    """Two columns of one row compared; where one has no value it never holds."""

    path: tuple[str, ...]
    column: str
    operator: str
    other: str

    def text(self) -> str:
        left, right = ("/".join((*self.path, name)) for name in (self.column, self.other))
        return f"{left} {self.operator} {right}"

    def holds(self, row: Row, follow: Follow, *, negated: bool = False) -> bool:
        here = _reached(row, self.path, follow)
        left, right = (None if here is None else here[name] for name in (self.column, self.other))
        if left is None or right is None:
            return False
        operator = _OPPOSITE[self.operator] if negated else self.operator
        return bool(_COMPARE[operator](_folded(left), _folded(right)))


@dataclass(frozen=True)
class Textual:
    """`contains`, `startswith` or `endswith`, without wildcards."""

    path: tuple[str, ...]
    column: str
    function: str
    value: str

    def text(self) -> str:
        return f"{self.function}({'/'.join((*self.path, self.column))},{written(self.value)})"

    def holds(self, row: Row, follow: Follow, *, negated: bool = False) -> bool:
        here = _reached(row, self.path, follow)
        found = None if here is None else here[self.column]
        if found is None:
            return negated
        return _TEXT[self.function](_folded(found), _folded(self.value)) is not negated


@dataclass(frozen=True)
class Joined:
    """Tests joined by `and` or `or`."""

    word: str
    items: tuple[Any, ...]

    def text(self) -> str:
        return f" {self.word} ".join(f"({item.text()})" for item in self.items)

    def holds(self, row: Row, follow: Follow, *, negated: bool = False) -> bool:
        answers = (item.holds(row, follow, negated=negated) for item in self.items)
        return all(answers) if (self.word == "and") is not negated else any(answers)


@dataclass(frozen=True)
class Not:
    """The negation of a test."""

    item: Any

    def text(self) -> str:
        return f"not ({self.item.text()})"

    def holds(self, row: Row, follow: Follow, *, negated: bool = False) -> bool:
        return bool(self.item.holds(row, follow, negated=not negated))


def paths(test: Any) -> set[tuple[str, ...]]:
    """Return the paths of lookups a test follows."""
    if isinstance(test, Joined):
        return set().union(*map(paths, test.items))
    return paths(test.item) if isinstance(test, Not) else {test.path} - {()}
