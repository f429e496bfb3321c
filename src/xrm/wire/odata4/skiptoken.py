"""The paging cookie of a next link: `<cookie pagenumber=… pagingcookie=… istracking=… />`.

The inner cookie, of the page before, is percent-encoded twice inside the outer one. `pagesize`
stands beside the documented attributes so that a link followed without the `Prefer` header keeps
its page size. Where the values are too long for a URL the inner cookie is left out: the page is
found by its number.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from xrm.wire.fetchxml import cookies
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
    before = cookies.Cookie(cookie.page - 1, cookie.last)
    inner = cookies.write_cookie(before, first, in_xml=False)
    size = "" if cookie.size is None else f' pagesize="{cookie.size}"'
    return write_outer(cookie.page, inner, size, longest=_LONGEST_INNER)


def write_outer(page: int, inner: str, extra: str = "", *, longest: int | None = None) -> str:
    """Return a cookie around that of the page before `page`, left out where it is too long."""
    twice = quote(quote(inner, safe=""), safe="")
    if longest is not None and len(twice) > longest:
        twice = ""
    return f'<cookie pagenumber="{page}" pagingcookie="{twice}" istracking="False"{extra} />'


def read_cookie(text: str) -> Cookie:
    """Return what a token says; `last` is empty where it holds no inner cookie.

    Raises ODataError for anything this module did not write.
    """
    outer = _OUTER.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if outer is None or not _NUMBER.fullmatch(outer[1]):
        raise _invalid()
    try:
        last = cookies.read_cookie(outer[2]).last if outer[2] else ()
    except ValueError:
        raise _invalid() from None
    size = int(outer[4]) if outer[4] and _NUMBER.fullmatch(outer[4]) else None
    return Cookie(int(outer[1]), size, last)


def _invalid() -> ODataError:
    return ODataError("Malformed XML. Exception: The paging cookie is not valid.")
