"""Paging cookies: `<cookie page="1"><name last="B" first="A" /><accountid … /></cookie>`.

One element for each column of the order and then the key, with the values of the last and the
first row of that page. One without elements stands for a page that is found by its number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape, unescape
from urllib.parse import unquote

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Order, Page
from xrm.model.values import Guid, Value
from xrm.wire.fetchxml.literals import literal
from xrm.wire.fetchxml.refusals import refused

MAX_LENGTH = 65_536
_KEY = Column("key", "Key", "Uniqueidentifier")
_NAME = Column("name", "Name", "String")
"""What a lookup is sorted by: the name of the record it points to."""
_OUTER = re.compile(
    r"\s*<cookie\s+page\s*=\s*(?:\"(\d{1,9})\"|'(\d{1,9})')[^<>]*?(?:/>|>(.*)</cookie>)\s*",
    re.DOTALL | re.ASCII,
)
_QUOTED = r"(?:\"[^\"<>]*\"|'[^'<>]*')"
_ELEMENT = re.compile(rf"\s*<([a-z][\w.]*)((?:\s+\w+\s*=\s*{_QUOTED}){{1,6}})\s*/>\s*")
_ATTRIBUTE = re.compile(rf"(\w+)\s*=\s*({_QUOTED})")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no attribute of XML can hold."""
_BLANKS = {9: "&#x9;", 10: "&#xA;", 13: "&#xD;"}
"""What a parser would make plain blanks of."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """The page it ends, and the last row's values by column; none if it is told by its number."""

    page: int
    last: tuple[tuple[str, str | None], ...] = ()


def write_cookie(cookie: Cookie, first: Sequence[str | None], *, in_xml: bool = True) -> str:
    """Return a cookie as text; `first` are the first row's values.

    If it is to come back `in_xml`, its elements are left out where XML cannot hold a value.
    """
    texts = [text for _, text in cookie.last] + list(first)
    body = ""
    if not in_xml or not any(text is not None and _UNWRITABLE.search(text) for text in texts):
        body = "".join(
            _element(name, last, text)
            for (name, last), text in zip(cookie.last, first, strict=True)
        )
    return f'<cookie page="{cookie.page}">{body}</cookie>'


def _element(name: str, last: str | None, first: str | None) -> str:
    ends = "".join(
        f' {which}null="1"' if text is None else f' {which}="{escape(text).translate(_BLANKS)}"'
        for which, text in (("last", last), ("first", first))
    )
    return f"<{name}{ends} />"


def read_cookie(text: str) -> Cookie:
    """Return what a cookie says, as it is or URL-encoded once or twice.

    Raises ValueError for what is none.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError("a cookie too long")
    for _ in range(2):
        if not text.lstrip().startswith("<"):
            text = unquote(text, errors="strict")
    outer = _OUTER.fullmatch(text)
    if outer is None:
        raise ValueError("not a cookie")
    body, last, place = (outer[3] or "").strip(), [], 0
    while place < len(body):
        match = _ELEMENT.match(body, place)
        if match is None:
            raise ValueError("not an element of a cookie")
        last.append((match[1], _last(match[2])))
        place = match.end()
    return Cookie(int(outer[1] or outer[2]), tuple(last))


def _last(attributes: str) -> str | None:
    found = {match[1]: unescape(match[2][1:-1]) for match in _ATTRIBUTE.finditer(attributes)}
    if "last" not in found and "lastnull" not in found:
        raise ValueError("an element without its last value")
    return found.get("last")


def element_names(table: Table, orders: Sequence[Order]) -> list[str]:
    """Return the cookie's elements: the order columns, lookups on the way before them."""
    steps = ((*(hop.column for hop in order.via), order.column) for order in orders)
    return [*map(".".join, steps), table.primary_id]


def write_value(column: Column | None, value: Value) -> str | None:
    """Return a value as a cookie holds it; None for no value."""
    if column is None or value is None:
        return None
    if column.type == "Uniqueidentifier":
        return f"{{{str(value).upper()}}}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def read_values(
    catalogue: Catalogue, table: Table, orders: Sequence[Order], cookie: Cookie
) -> tuple[tuple[Value, ...], Guid]:
    """Return the last row's values of the order columns, and its key. Raises ValueError."""
    texts = [text for _, text in cookie.last]
    values = tuple(
        None if text is None else _value(_ordered(catalogue, table, order), text)
        for order, text in zip(orders, texts[:-1], strict=True)
    )
    return values, str(_value(_KEY, texts[-1] or ""))


def _value(column: Column, text: str) -> Value:
    """Return a value of a cookie, which is written in one form only. Raises ValueError."""
    braced = text[:1] == "{" and text[-1:] == "}"
    if column.type == "Uniqueidentifier" and not braced:
        raise ValueError("an identifier without braces")
    if column.type in ("Money", "Decimal") and "e" in text.lower():
        raise ValueError("a number with an exponent")
    return literal(column, text)


def _ordered(catalogue: Catalogue, table: Table, order: Order) -> Column:
    holder = catalogue[order.via[-1].target] if order.via else table
    column = holder.columns[order.column]
    return _NAME if column.is_lookup else column


def read_start(
    catalogue: Catalogue, table: Table, orders: Sequence[Order], cookie: Cookie, *, number: int
) -> Page:
    """Return where a page starts, from the cookie of the one before it.

    Any other page is found by its number. Raises ServiceError where the cookie does not fit.
    """
    if not cookie.last:
        return Page(number)
    if [name for name, _ in cookie.last] != element_names(table, orders):
        raise refused(service.PAGING_ORDER)
    try:
        values, key = read_values(catalogue, table, orders, cookie)
    except ValueError as error:
        raise refused(service.PAGING_COOKIE) from error
    return Page(number, values, key) if cookie.page + 1 == number else Page(number)
