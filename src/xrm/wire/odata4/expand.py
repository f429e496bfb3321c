"""`$expand`: navigation properties, each with the options of its own (OData 4.0 part 2, 5.1.3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xrm.wire.odata4.errors import ODataError

MAX_DEPTH = 10
_PIECE = re.compile(r"'(?:[^']|'')*'|[(),;]|[^'(),;]+")
_NAME = re.compile(r"[A-Za-z_][\w.]*(?:/[A-Za-z_$][\w.]*)*")


@dataclass(frozen=True, slots=True)
class Expansion:
    """One navigation property to expand; `options` are the pairs in its parentheses."""

    name: str
    options: tuple[tuple[str, str], ...] = ()


def read_expand(text: str) -> tuple[Expansion, ...]:
    """Return what an `$expand` names. Raises ODataError for one that cannot be read."""
    found = tuple(_read_item(item, text) for item in _split(text, ","))
    if len({one.name for one in found}) < len(found):
        raise ODataError("A navigation property is expanded more than once.")
    return found


def _read_item(item: str, whole: str) -> Expansion:
    name, bracket, rest = item.strip().partition("(")
    if not _NAME.fullmatch(name) or (bracket and not rest.endswith(")")):
        raise _syntax(whole)
    return Expansion(name, tuple(_read_options(rest[:-1], whole)) if bracket else ())


def _read_options(text: str, whole: str) -> Iterator[tuple[str, str]]:
    for option in _split(text, ";"):
        name, equals, value = option.strip().partition("=")
        if not equals:
            raise _syntax(whole)
        yield name.strip(), value.strip()


def _split(text: str, mark: str) -> list[str]:
    """Return the parts between marks that stand in no parentheses and no text."""
    parts, depth, position = [""], 0, 0
    for match in _PIECE.finditer(text):
        if match.start() != position:
            break
        position, piece = match.end(), match[0]
        depth += (piece == "(") - (piece == ")")
        if not 0 <= depth <= MAX_DEPTH:
            raise _syntax(text)
        if piece == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    if position != len(text) or depth:
        raise _syntax(text)
    return parts


def _syntax(text: str) -> ODataError:
    return ODataError(f"Syntax error at position {len(text)} in '{text[:200]}'.")
