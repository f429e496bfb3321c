"""Paths of the Web API: segments with their keys (OData 4.0 part 2, 4)."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from xrm.wire.odata4.errors import ODataError

MAX_SEGMENTS = 20
_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEYED = re.compile(r"(?P<name>[^()]*)\((?P<key>.*)\)", re.DOTALL)
_SINGLE = re.compile(_GUID)
_PART = re.compile(
    rf"\s*(?P<name>[A-Za-z_]\w*)\s*=\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<bare>{_GUID}|[\w.+:-]+))\s*"
)


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
        raise ODataError("Bad Request - Error in query syntax.")
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
            raise ODataError("Bad Request - Error in query syntax.")
        value = match["bare"] if match["text"] is None else match["text"].replace("''", "'")
        if match["text"] is not None:
            quoted.add(match["name"])
        parts.append((match["name"], value))
        position = match.end()
        if position < len(text):
            # A comma stands between two parts, so one more part must follow.
            if text[position] != "," or position + 1 == len(text):
                raise ODataError("Bad Request - Error in query syntax.")
            position += 1
    if not parts:
        raise ODataError("Bad Request - Error in query syntax.")
    return Key(parts=tuple(parts), quoted=frozenset(quoted))
