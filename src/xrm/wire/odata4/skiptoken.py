"""The paging cookie of a next link: `<cookie pagenumber=… pagingcookie=… istracking=… />`.

The inner cookie holds, for each order column and then the key, the last and first value of the
page; it is percent-encoded twice inside the outer one. `pagesize` stands beside the documented
attributes so that a link followed without the `Prefer` header keeps its page size. Where the
values are too long for a URL the inner cookie is left out: the page is found by its number.
"""

import re
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import quote, unquote

from xrm.wire.odata4.errors import ODataError

MAX_LENGTH = 16_384
_LONGEST_INNER = 6_000
_ATTRIBUTE = r'\s+{}="([^"<>]*)"'
_OUTER = re.compile(
    r"<cookie"
    + _ATTRIBUTE.format("pagenumber")
    + _ATTRIBUTE.format("pagingcookie")
    + _ATTRIBUTE.format("istracking")
    + f"(?:{_ATTRIBUTE.format('pagesize')})?"
    + r"\s*/>"
)
_NUMBER = re.compile(r"[0-9]{1,9}")
_INNER = re.compile(r'<cookie page="\d{1,9}">((?:<[a-z][\w.]* [^<>]*/>)*)</cookie>')
_EMPTY = '<cookie page="1"></cookie>'
_ELEMENT = re.compile(
    r'<([a-z][\w.]*) (?:last="([^"<>]*)" first="[^"<>]*"|(lastnull)="1"[^<>]*) />'
)


@dataclass(frozen=True, slots=True)
class Cookie:
    """Where the next page starts: its number and size, and the last row's values by column."""

    page: int
    size: int | None
    last: tuple[tuple[str, str | None], ...]


def write_cookie(cookie: Cookie, first: tuple[str | None, ...]) -> str:
    """Return the token of a next link, not yet encoded for the URL.

    It has no inner cookie where that would make the URL too long.
    """
    elements = "".join(
        _element(name, last, text) for (name, last), text in zip(cookie.last, first, strict=True)
    )
    inner = f'<cookie page="{cookie.page - 1}">{elements}</cookie>'
    twice = quote(quote(inner, safe=""), safe="")
    if len(twice) > _LONGEST_INNER:
        twice = ""
    size = "" if cookie.size is None else f' pagesize="{cookie.size}"'
    return f'<cookie pagenumber="{cookie.page}" pagingcookie="{twice}" istracking="False"{size} />'


def _element(name: str, last: str | None, first: str | None) -> str:
    if last is None:
        return f'<{name} lastnull="1" firstnull="1" />'
    return f'<{name} last="{escape(last)}" first="{escape(first or "")}" />'


def read_cookie(text: str) -> Cookie:
    """Return what a token says; `last` is empty where it holds no inner cookie.

    Raises ODataError for anything this module did not write.
    """
    outer = _OUTER.fullmatch(text) if len(text) <= MAX_LENGTH else None
    inner = _INNER.fullmatch(unquote(unquote(outer[2])) or _EMPTY) if outer else None
    if not outer or not inner or not _NUMBER.fullmatch(outer[1]):
        raise ODataError("Malformed XML. Exception: The paging cookie is not valid.")
    size = int(outer[4]) if outer[4] and _NUMBER.fullmatch(outer[4]) else None
    last = tuple(
        (match[1], None if match[3] else unescape(match[2]))
        for match in _ELEMENT.finditer(inner[1])
    )
    return Cookie(int(outer[1]), size, last)
