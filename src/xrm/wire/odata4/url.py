"""Paths of the Web API: segments with their keys and arguments (OData 4.0 part 2, 4)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from xrm.wire.odata4.errors import ODataError

MAX_SEGMENTS = 20
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEYED = re.compile(r"(?P<name>[^()]*)\((?P<key>.*)\)", re.DOTALL)
_SINGLE = re.compile(_GUID)
_PART = re.compile(
    rf"\s*(?P<name>[A-Za-z_]\w*)\s*=\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<bare>{_GUID}|[\w.+:-]+))\s*"
)
_TOKEN = re.compile(
    r"'(?:[^']|'')*'" + r'|"(?:[^"\\]|\\.)*"' + r"""|[^'"(){}\[\],]+|.""", re.DOTALL
)
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(.*)", re.DOTALL)
_WORD = re.compile(r"([\w.]+)'((?:[^']|'')*)'", re.ASCII)
_PLAIN = re.compile(r"true|false|null|-?\d+(?:\.\d+)?", re.ASCII)
_DEPTH = {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}
_DEEPEST = 20
_SYNTAX = "Bad Request - Error in query syntax."


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a record: its identifier, or named parts (alternate keys).

    `quoted` names the parts that stand in quotes.
    """

    id: str | None = None
    parts: tuple[tuple[str, str], ...] = ()
    quoted: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a path; `arguments` is the text between parentheses, None without them."""

    name: str
    arguments: str | None = None

    def key(self) -> Key | None:
        """Return the key in parentheses, None without one. Raises ODataError."""
        return None if self.arguments is None else read_key(self.arguments)


def read_path(path: str) -> tuple[Segment, ...]:
    """Return the segments of a path below the service root, percent-decoded.

    Raises ODataError for an escape that is not UTF-8, too many segments, or a malformed key.
    """
    raw = [part for part in path.split("/") if part]
    if len(raw) > MAX_SEGMENTS:
        raise ODataError(f"The request URI has more than {MAX_SEGMENTS} segments.")
    return tuple(map(_read_segment, raw))


def _read_segment(raw: str) -> Segment:
    try:
        text = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise ODataError("The request URI is not valid UTF-8.") from None
    if "(" not in text:
        return Segment(text)
    match = _KEYED.fullmatch(text)
    if not match:
        raise ODataError(_SYNTAX)
    return Segment(match["name"], match["key"])


def read_key(text: str) -> Key:
    """Return the key written between parentheses. Raises ODataError."""
    single = _SINGLE.fullmatch(text.strip())
    if single:
        return Key(id=single[0].lower())
    parts: list[tuple[str, str]] = []
    quoted: set[str] = set()
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if not match:
            raise ODataError(_SYNTAX)
        value = match["bare"] if match["text"] is None else match["text"].replace("''", "'")
        if match["text"] is not None:
            quoted.add(match["name"])
        parts.append((match["name"], value))
        position = match.end()
        if position < len(text):
            # A comma stands between two parts, so one more part must follow.
            if text[position] != "," or position + 1 == len(text):
                raise ODataError(_SYNTAX)
            position += 1
    if not parts:
        raise ODataError(_SYNTAX)
    return Key(parts=tuple(parts), quoted=frozenset(quoted))


@dataclass(frozen=True, slots=True)
class Word:
    """A literal of an enumeration: its type and a member, or several with commas between."""

    type: str
    text: str


class BareGuid(str):
    """A literal that is a GUID and stands in no quotes."""

    __slots__ = ()


def read_arguments(text: str) -> dict[str, str]:
    """Return the arguments written between a function's parentheses, by name, still as text.

    Raises ODataError for one that has no name, is empty, or is given twice (OData 4.0 part 2,
    4.5).
    """
    found: dict[str, str] = {}
    for part in _parts(text) if text.strip() else ():
        match = _NAMED.fullmatch(part)
        if not match or not match[2].strip() or match[1] in found:
            raise ODataError(_SYNTAX)
        found[match[1]] = match[2].strip()
    return found


def read_literal(text: str) -> Any:
    """Return the value of an argument: what JSON has, a Word, or a BareGuid.

    Objects and lists are JSON, whose strings may stand in single quotes too. Raises ODataError.
    """
    text = text.strip()
    if text[:1] in ("{", "["):
        return _read_json(text)
    if text[:1] == "'" and _TOKEN.fullmatch(text):
        return text[1:-1].replace("''", "'")
    if _SINGLE.fullmatch(text):
        return BareGuid(text.lower())
    if _PLAIN.fullmatch(text):
        return json.loads(text)
    if match := _WORD.fullmatch(text):
        return Word(match[1], match[2])
    raise ODataError(_SYNTAX)


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between the commas outside of brackets and quotes."""
    depth, part = 0, ""
    for piece in _TOKEN.findall(text):
        depth += _DEPTH.get(piece, 0)
        if not 0 <= depth <= _DEEPEST:
            raise ODataError(_SYNTAX)
        if piece == "," and not depth:
            yield part
            part = ""
        else:
            part += piece
    if depth:
        raise ODataError(_SYNTAX)
    yield part


def _read_json(text: str) -> Any:
    tokens = (
        json.dumps(token[1:-1].replace("''", "'")) if token[0] == "'" and len(token) > 1 else token
        for token in _TOKEN.findall(text)
    )
    try:
        return json.loads("".join(tokens), object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise ODataError(_SYNTAX) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ODataError(_SYNTAX)
    return found
