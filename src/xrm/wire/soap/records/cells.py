"""Pieces of rows: what all rows share once, what differs a column at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, repeat
from typing import Any

from xrm.wire.soap.contract import INSTANCE
from xrm.wire.soap.writing import Scope
from xrm.wire.xml import escape, is_plain

_TEXT = {str}


@dataclass(frozen=True, slots=True)
class Cells:
    """One thing of every row, as pieces in order: a text all rows share, or one for each row.

    Where some rows have none, there is one piece, with None for those.
    """

    pieces: tuple[str | Sequence[Any], ...]
    full: bool = True

    def within(self, start: str, end: str) -> "Cells":
        """Return the same within texts all rows share; what is not there stays so."""
        if self.full:
            return Cells((start, *self.pieces, end))
        (some,) = self.pieces
        texts = [None if each is None else f"{start}{each}{end}" for each in some]
        return Cells((texts,), full=False)


def lines(cells: Sequence[Cells], count: int) -> Sequence[str]:
    """Return the text of each row."""
    return list(map("".join, zip(*_columns(cells, count), strict=True)))


def page(cells: Sequence[Cells], count: int) -> str:
    """Return the texts of the rows as one."""
    return "".join(chain.from_iterable(zip(*_columns(cells, count), strict=True)))


def _columns(cells: Sequence[Cells], count: int) -> Iterator[Iterable[str]]:
    """Yield each column's texts; what is alike in each row is repeated, joined to its like."""
    pieces = (piece for each in cells for piece in each.pieces)
    for alike, run in groupby(pieces, key=lambda piece: isinstance(piece, str)):
        if alike:
            yield repeat("".join(map(str, run)), count)
        else:
            yield from map(_written, run)


def _written(column: Any) -> Iterable[str]:
    return column if set(map(type, column)) == _TEXT else map(str, column)


def present(cells: Cells) -> Cells:
    """Return what may be missing as what is there, if only as an empty text."""
    if cells.full:
        return cells
    return Cells((["" if each is None else each for each in cells.pieces[0]],))


def tagger(scope: Scope, namespace: str) -> Callable[[str], str]:
    """Return what puts the prefix of a namespace before a name."""
    return lambda local: scope.name(namespace, local)


def filled(tag: str, content: str, declarations: str = "") -> str:
    """Return an element around a content."""
    start = f"<{tag}{declarations}"
    return f"{start}>{content}</{tag}>" if content else f"{start}/>"


def nil(scope: Scope, tag: str) -> str:
    """Return an element that says it has no value."""
    return f'<{tag} {scope.name(INSTANCE, "nil")}="true"/>'


def boolean(value: bool) -> str:
    """Return a boolean as XML Schema spells it."""
    return "true" if value else "false"


def nillable(scope: Scope, tag: str, cells: Sequence[Any]) -> Sequence[str]:
    """Return an element of each value, nil where there is none."""
    none = nil(scope, tag)
    return [none if cell is None else filled(tag, str(cell)) for cell in cells]


def elements(tag: str, attributes: str, contents: Sequence[Any]) -> Cells:
    """Return elements around contents, None where there is nothing."""
    start, end = f"<{tag}{attributes}>", f"</{tag}>"
    if None not in contents and "" not in contents:
        return Cells((start, contents, end))
    empty = f"<{tag}{attributes}/>"
    texts = [
        None if text is None else empty if text == "" else f"{start}{text}{end}"
        for text in contents
    ]
    return Cells((texts,), full=None not in contents)


def escaped(texts: Sequence[str | None]) -> Sequence[str | None]:
    """Return texts as they stand in elements; those of plain ones are looked at all at once."""
    if None in texts:
        return [None if text is None else escape(text) for text in texts]
    plain = is_plain("\n".join(texts))  # type: ignore[arg-type]
    return texts if plain else [escape(text or "") for text in texts]
