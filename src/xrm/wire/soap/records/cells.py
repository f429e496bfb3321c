"""Pieces of rows: what all rows share once, what differs a column at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from xrm.wire.soap.contract import INSTANCE
from xrm.wire.soap.writing import Scope
from xrm.wire.xml import escape, is_plain

Texts = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Cells:
    """One thing of every row, as pieces in order: a text all rows share, or one for each row.

    Where some rows have none, there is one piece, with None for those.
    """

    pieces: tuple[str | Texts, ...]
    full: bool = True


def lines(cells: Sequence[Cells], count: int) -> Sequence[str]:
    """Return the text of each row."""
    texts, width = _woven(cells, count)
    return ["".join(texts[start : start + width]) for start in range(0, len(texts), width)]


def page(cells: Sequence[Cells], count: int) -> str:
    """Return the texts of the rows as one."""
    return "".join(_woven(cells, count)[0])


def _woven(cells: Sequence[Cells], count: int) -> tuple[list[str], int]:
    """Return the pieces of every row one after another, and how many there are in each."""
    pieces = _joined(cells)
    width = len(pieces)
    woven = [""] * (width * count)
    for place, piece in enumerate(pieces):
        woven[place::width] = [piece] * count if isinstance(piece, str) else piece
    return woven, width


def _joined(cells: Sequence[Cells]) -> list[Any]:
    """Return the pieces with what is alike in each row joined to its like."""
    joined: list[str | Texts] = []
    alike = ""
    for each in cells:
        for piece in each.pieces:
            if isinstance(piece, str):
                alike += piece
            else:
                joined += (alike, piece)
                alike = ""
    return [*joined, alike]


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


class Tags(NamedTuple):
    """An element: its start, its end, and the element that holds nothing."""

    start: str
    end: str
    empty: str

    def within(self, start: str, end: str) -> "Tags":
        """Return those of the same element within something."""
        return Tags(f"{start}{self.start}", f"{self.end}{end}", f"{start}{self.empty}{end}")


def tags(tag: str, attributes: str = "") -> Tags:
    """Return the tags of an element."""
    return Tags(f"<{tag}{attributes}>", f"</{tag}>", f"<{tag}{attributes}/>")


def elements(tags: Tags, contents: Texts, none: str | None = None) -> Cells:
    """Return elements around contents, and `none` where there is nothing."""
    if None not in contents and "" not in contents:
        return Cells((tags.start, contents, tags.end))
    texts = [
        none if text is None else f"{tags.start}{text}{tags.end}" if text else tags.empty
        for text in contents
    ]
    return Cells((texts,), full=none is not None or None not in contents)


def escaped(texts: Texts) -> Texts:
    """Return texts as they stand in elements; those of plain ones are looked at all at once."""
    if None in texts:
        return [None if text is None else escape(text) for text in texts]
    plain = is_plain(" ".join(texts))  # type: ignore[arg-type]
    return texts if plain else [escape(text or "") for text in texts]
