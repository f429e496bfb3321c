"""Where a next page starts: a page of the query model as a cookie's texts, and back."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Order, Page, Query
from xrm.model.values import Guid, Value, read_guid
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time
from xrm.wire.odata4.skiptoken import Cookie, read_cookie, write_cookie
from xrm.wire.odata4.values import read_value

_NAME = Column("name", "Name", "String")
"""What a lookup is sorted by: the name of the record it points to."""


def write_page(query: Query, found: EntityCollection) -> str:
    """Return the token of the page after one that was found to have more behind it."""
    assert found.bounds is not None
    names = _names(found.table, query.orders)
    columns = found.bounds.columns
    first, last = (
        tuple(map(_text, columns, row)) for row in (found.bounds.first, found.bounds.last)
    )
    cookie = Cookie(query.page.number + 1, query.size, tuple(zip(names, last, strict=True)))
    return write_cookie(cookie, first)


def read_page(
    catalogue: Catalogue, table: Table, orders: tuple[Order, ...], token: str
) -> tuple[Page, int | None]:
    """Return the page a token starts, and its size. Raises ODataError if it does not fit."""
    cookie = read_cookie(token)
    if not cookie.last and cookie.page > 1:
        return Page(cookie.page), cookie.size
    key = cookie.last[-1][1] if cookie.last else None
    fits = [name for name, _ in cookie.last] == _names(table, orders)
    if not fits or key is None or cookie.page < 2:
        raise ODataError("Malformed XML. Exception: The paging cookie does not fit the query.")
    try:
        values = tuple(
            _value(_ordered(catalogue, table, order), text)
            for order, (_, text) in zip(orders, cookie.last[:-1], strict=True)
        )
        return Page(cookie.page, values, _guid(key)), cookie.size
    except (ValueError, TypeError, InvalidOperation):
        raise ODataError("Malformed XML. Exception: The paging cookie is not valid.") from None


def _names(table: Table, orders: tuple[Order, ...]) -> list[str]:
    """Return the cookie's elements: the order columns, lookups on the way before them."""
    steps = ((*(hop.column for hop in order.via), order.column) for order in orders)
    return [*map(".".join, steps), table.primary_id]


def _ordered(catalogue: Catalogue, table: Table, order: Order) -> Column:
    holder = catalogue[order.via[-1].target] if order.via else table
    return holder.columns[order.column]


def _text(column: Column | None, value: Value) -> str | None:
    if column is None or value is None:
        return None
    if column.type == "Uniqueidentifier":
        return f"{{{str(value).upper()}}}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _guid(text: str) -> Guid:
    if text[:1] != "{" or text[-1:] != "}":
        raise ValueError(text)
    return read_guid(text[1:-1])


def _value(column: Column, text: str | None) -> Value:
    if text is None:
        return None
    if column.is_lookup:
        return read_value(_NAME, text)
    if column.type == "Uniqueidentifier":
        return _guid(text)
    if column.type == "DateTime" and not column.date_only:
        return read_time(text)
    raw = _raw(column, text)
    return read_value(column, raw, ieee754=isinstance(raw, str))


def _raw(column: Column, text: str) -> Any:
    if column.type == "Boolean":
        return text == "1"
    if column.type == "Double":
        return float(text)
    if column.type in ("Money", "Decimal"):
        return Decimal(text)
    is_number = column.type in ("Integer", "BigInt", "Picklist", "State", "Status")
    return int(text) if is_number and len(text) <= 20 else text
