"""The `$skiptoken` of a next page: `1,'accountid','{LAST}','{FIRST}'`.

First the number of the page before; then for each column of the order, the key last, its name
and its value in the last and in the first row of that page. A value that is missing is the bare
word null. Only the last row counts when it is read.
"""

import re

from xrm.wire.odata4.errors import ODataError

MAX_LENGTH = 16_384
_ITEM = re.compile(r",(?:'((?:[^']|'')*)'|(null))")
_HEAD = re.compile(r"[0-9]{1,9}")
_WRONG = "The $skiptoken query option is not valid."

Row = tuple[tuple[str, str | None], ...]


def write_token(page: int, last: Row, first: tuple[str | None, ...]) -> str:
    """Return the token of the page after number `page`, not yet encoded for the URL."""
    parts = [str(page)]
    for (name, value), opening in zip(last, first, strict=True):
        parts += [_quoted(name), _quoted(value), _quoted(opening)]
    return ",".join(parts)


def _quoted(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def read_token(text: str) -> tuple[int, Row]:
    """Return the number of the page before, and its last row. Raises ODataError."""
    head = _HEAD.match(text) if len(text) <= MAX_LENGTH else None
    if head is None:
        raise ODataError(_WRONG)
    position, items = head.end(), list[str | None]()
    while position < len(text):
        match = _ITEM.match(text, position)
        if match is None:
            raise ODataError(_WRONG)
        items.append(None if match[2] else match[1].replace("''", "'"))
        position = match.end()
    names = items[::3]
    if len(items) % 3 or not items or None in names:
        raise ODataError(_WRONG)
    return int(head[0]), tuple(
        (name or "", value) for name, value in zip(names, items[1::3], strict=True)
    )
