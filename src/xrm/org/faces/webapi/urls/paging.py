"""Where a next page starts: a page of the query model as a cookie's texts, and back."""

from xrm.model.metadata import Catalogue, Table
from xrm.model.query import Order, Page, Query
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.fetchxml import cookies
from xrm.wire.fetchxml.cookies import element_names, read_values, write_value
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.skiptoken import Cookie, read_cookie, write_cookie, write_outer

Texts = tuple[str | None, ...]
Last = tuple[tuple[str, str | None], ...]
"""The last row's values, each by the name of its element."""


def write_page(query: Query, found: EntityCollection) -> str:
    """Return the token of the page after one that was found to have more behind it."""
    last, first = edges(query, found)
    return write_cookie(Cookie(query.page.number + 1, query.size, last), first)


def write_fetch_page(query: Query, found: EntityCollection) -> str | None:
    """Return the paging cookie of a FetchXML query's page, within the cookie of the next.

    None where rows are sorted by a column of a joined table: the service has no cookie then.
    """
    if any(order.join for order in query.orders):
        return None
    last, first = edges(query, found)
    inner = cookies.write_cookie(cookies.Cookie(query.page.number, last), first)
    return write_outer(query.page.number + 1, inner)


def edges(query: Query, found: EntityCollection) -> tuple[Last, Texts]:
    """Return the last row's values by the cookie's elements, and the first row's.

    There are none where the page after it is known by its number alone.
    """
    if found.bounds is None or any(order.join for order in query.orders):
        return (), ()
    names = element_names(found.table, query.orders)
    columns = found.bounds.columns
    first, last = (
        tuple(map(write_value, columns, row)) for row in (found.bounds.first, found.bounds.last)
    )
    return tuple(zip(names, last, strict=True)), first


def read_page(
    catalogue: Catalogue, table: Table, orders: tuple[Order, ...], token: str
) -> tuple[Page, int | None]:
    """Return the page a token starts, and its size. Raises ODataError if it does not fit."""
    cookie = read_cookie(token)
    return page_at(catalogue, table, orders, cookie.page, cookie.last), cookie.size


def page_at(
    catalogue: Catalogue, table: Table, orders: tuple[Order, ...], number: int, last: Last
) -> Page:
    """Return the page of a number, after the last row's values. Raises ODataError for others."""
    if not last and number > 1:
        return Page(number)
    fits = [name for name, _ in last] == element_names(table, orders)
    if not fits or last[-1][1] is None or number < 2:
        raise ODataError("Malformed XML. Exception: The paging cookie does not fit the query.")
    try:
        values, key = read_values(catalogue, table, orders, cookies.Cookie(number - 1, last))
    except ValueError:
        raise ODataError("Malformed XML. Exception: The paging cookie is not valid.") from None
    return Page(number, values, key)
