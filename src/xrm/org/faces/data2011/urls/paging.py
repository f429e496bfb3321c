"""Where a next page starts: the `$skiptoken` of its URL, and back."""

from urllib.parse import quote

from xrm.model.metadata import Catalogue, Table
from xrm.model.query import Order, Page, Query
from xrm.org.faces.webapi.urls.paging import edges, page_at
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.odata2.skiptoken import read_token, write_token

_REPLACED = ("$skiptoken=", "%24skiptoken=", "$skip=", "%24skip=")


def next_url(url: str, options: str, query: Query, found: EntityCollection) -> str:
    """Return the URL of the page after one that has more behind it.

    `url` is that of the collection, `options` what its query was; rows skipped are behind it.
    """
    last, first = edges(query, found)
    token = quote(write_token(query.page.number, last, first), safe="',")
    kept = [part for part in options.split("&") if part and not part.lower().startswith(_REPLACED)]
    return f"{url}?{'&'.join([*kept, f'$skiptoken={token}'])}"


def read_page(catalogue: Catalogue, table: Table, orders: tuple[Order, ...], token: str) -> Page:
    """Return the page a token starts. Raises ODataError if it does not fit."""
    before, last = read_token(token)
    return page_at(catalogue, table, orders, before + 1, last)
