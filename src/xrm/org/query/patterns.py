"""Text patterns: SQL Server's wildcards `% _ [] [^]` as SQLite and PostgreSQL spell them.

Patterns are matched against fold keys, so they are folded first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from xrm.model.text import fold

_PIECE = re.compile(r"%|_|\[(\^?)([^\]]+)\]|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern and the engine's operator that understands it."""

    operator: Literal["GLOB", "LIKE", "~"]
    text: str


def pattern(engine: str, operator: str, text: str) -> Pattern:
    """Return what finds texts that contain, begin or end with `text`, wildcards acting.

    `operator` is contains, begins-with or ends-with.
    """
    lead = "" if operator == "begins-with" else "%"
    trail = "" if operator == "ends-with" else "%"
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
            yield f"[{match[1]}{match[2]}]"
        elif piece in "*?[":
            yield f"[{piece}]"
        else:
            yield {"%": "*", "_": "?"}.get(piece, piece)


def _regex(text: str) -> Iterator[str]:
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match[2]:
            inside = re.sub(r"([\\\[\]])", r"\\\1", match[2])
            yield f"[{match[1]}{inside}]"
        else:
            yield {"%": ".*", "_": "."}.get(piece) or re.sub(r"([\W])", r"\\\1", piece)
