"""Where a next page starts: a page of the query model as a cookie's texts, and back."""

from datetime import date
from decimal import Decimal
from typing import Any

from xrm.model.metadata import Column, Table
from xrm.model.query import Order, Page
from xrm.model.values import EntityReference, Value, read_guid
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time
from xrm.wire.odata4.skiptoken import Cookie, read_cookie, write_cookie
from xrm.wire.odata4.values import read_value


def write_page(
    table: Table,
    orders: tuple[Order, ...],
    page: Page,
    *,
    first: dict[str, Value],
    last: dict[str, Value],
    size: int,
) -> str:
    """Return the token of the page after one that starts and ends with these rows."""
    names = [order.column for order in orders] + [table.primary_id]
    texts = tuple((name, _text(last[name])) for name in names)
    cookie = Cookie(page.number + 1, size, texts)
    return write_cookie(cookie, tuple(_text(first[name]) for name in names))


def read_page(table: Table, orders: tuple[Order, ...], token: str) -> tuple[Page, int | None]:
    """Return the page a token starts, and its size. Raises ODataError if it does not fit."""
    cookie = read_cookie(token)
    if not cookie.last and cookie.page > 1:
        return Page(cookie.page), cookie.size
    names = [order.column for order in orders] + [table.primary_id]
    key = cookie.last[-1][1] if cookie.last else None
    if [name for name, _ in cookie.last] != names or key is None or cookie.page < 2:
        raise ODataError("Malformed XML. Exception: The paging cookie does not fit the query.")
    try:
        values = tuple(_value(table.columns[name], text) for name, text in cookie.last[:-1])
        return Page(cookie.page, values, read_guid(key)), cookie.size
    except (ValueError, TypeError):
        raise ODataError("Malformed XML. Exception: The paging cookie is not valid.") from None


def _text(value: Value) -> str | None:
    if value is None:
        return None
    if isinstance(value, EntityReference):
        return value.id
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _value(column: Column, text: str | None) -> Value:
    if text is None:
        return None
    if column.is_lookup:
        return EntityReference("", read_guid(text))
    if column.type == "DateTime" and not column.date_only:
        return read_time(text)
    return read_value(column, _raw(column, text))


def _raw(column: Column, text: str) -> Any:
    if column.type == "Boolean":
        return text == "1"
    if column.type == "Double":
        return float(text)
    is_number = column.type in ("Integer", "BigInt", "Picklist", "State", "Status")
    return int(text) if is_number and len(text) <= 20 else text
