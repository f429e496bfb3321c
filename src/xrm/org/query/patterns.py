"""Text patterns: SQL Server's wildcards `% _ [] [^]` as SQLite and PostgreSQL spell them.

Patterns are matched against fold keys, so they are folded first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from xrm.model.text import fold

MAX_LENGTH = 4000
"""How long a pattern may be, in characters, as SQL Server has it."""
_EVERYTHING = ("\x01", "\U0010ffff")
_PIECE = re.compile(r"%|_|\[(\^?)([^\]]+)\]|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern and the engine's operator that understands it."""

    operator: Literal["GLOB", "LIKE", "~"]
    text: str


def pattern(engine: str, operator: str, text: str) -> Pattern:
    """Return what finds texts that contain, begin or end with `text`, wildcards acting.

    `operator` is contains, begins-with or ends-with, or like: texts that are `text`.
    """
    lead = "" if operator in ("begins-with", "like") else "%"
    trail = "" if operator in ("ends-with", "like") else "%"
    whole = f"{lead}{fold(text) if trail == '' else _fold_start(text)}{trail}"
    if engine == "sqlite":
        return Pattern("GLOB", "".join(_glob(whole)))
    if "[" in whole:
        return Pattern("~", f"^{''.join(_regex(whole))}$")
    return Pattern("LIKE", whole.replace("\\", "\\\\"))


def _fold_start(text: str) -> str:
    # Trailing blanks count before further text: only a value's own end ignores them.
    return fold(text + "|")[:-1]


def _glob(text: str) -> Iterator[str]:
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match[2]:
            yield _set(match[1], match[2], escape="")
        elif piece in "*?[":
            yield f"[{piece}]"
        else:
            yield {"%": "*", "_": "?"}.get(piece, piece)


def _regex(text: str) -> Iterator[str]:
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match[2]:
            yield _set(match[1], match[2], escape="\\")
        else:
            yield {"%": ".*", "_": "."}.get(piece) or _escaped(piece, "\\")


def _set(mark: str, members: str, *, escape: str) -> str:
    """Return a set of characters as both engines read it; a range that runs back is empty."""
    ranges = [(first, last) for first, last in _ranges(members) if first <= last]
    if not ranges:
        # An empty set holds nothing; its complement is everything.
        mark, ranges = ("" if mark else "^"), [_EVERYTHING]
    if ranges == [("^", "^")] and not mark:
        return _escaped("^", escape)
    # A hyphen is itself only in the first place, a circumflex only in another.
    ranges.sort(key=lambda pair: (pair[0] != "-", pair[0] == "^"))
    pieces = (
        _escaped(first, escape) + ("" if first == last else f"-{_escaped(last, escape)}")
        for first, last in ranges
    )
    return f"[{mark}{''.join(pieces)}]"


def _ranges(members: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(members):
        is_range = members[place + 1 : place + 2] == "-" and place + 2 < len(members)
        yield members[place], members[place + 2 if is_range else place]
        place += 3 if is_range else 1


def _escaped(character: str, escape: str) -> str:
    plain = character.isalnum() or character == "_" or not character.isascii()
    return character if plain else escape + character
