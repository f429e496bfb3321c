"""Query options of a URL: what they ask of a table, and who writes the answer."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Column, Table
from xrm.model.query import Page, Query
from xrm.org.faces.webapi.urls.names import PRINCIPAL_KEY, PRINCIPALS, resolver, selected_column
from xrm.org.faces.webapi.urls.paging import read_page
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_filter, read_order
from xrm.wire.odata4.options import MAX_TOP, read_options
from xrm.wire.odata4.records import RecordWriter

MAX_OPTIONS = 50
_LONGEST_KEPT = 4096
_LATER = ("fetchxml", "savedquery", "userquery", "sql")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query options ask of a table.

    `columns` are those to fetch, in order; `shown` are the places of those to write; `select`
    is what the context names, None for all.
    """

    query: Query
    shown: tuple[int, ...]
    select: str | None
    writer: RecordWriter


def read_pairs(query: str) -> list[tuple[str, str]]:
    """Return the names and values of a query. Raises ODataError if it cannot be read."""
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_OPTIONS, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise ODataError("The query of the request URI cannot be read.") from error


def read_asked(catalogue: Catalogue, table: Table, query: str) -> Asked:
    """Return what a query string asks of a table; the same text is read once, if it is short.

    Raises ODataError in the service's words, ServiceError 501 for a question in another language.
    """
    read = _kept if len(query) <= _LONGEST_KEPT else _read
    return read(catalogue, table, query)


def _read(catalogue: Catalogue, table: Table, query: str) -> Asked:
    pairs = read_pairs(query)
    check_known(pairs)
    options = read_options(pairs)
    if options.top == 0:
        raise ODataError("Invalid value for $top query option.")
    resolve, aliases = resolver(catalogue, table), options.aliases
    orders = () if options.order is None else read_order(options.order, resolve, aliases)
    found = None if options.filter is None else read_filter(options.filter, resolve, aliases)
    page, size = Page(), None
    if options.skiptoken is not None:
        page, size = read_page(catalogue, table, orders, options.skiptoken)
    selected, select = _selected(table, options.select)
    fetched = dict.fromkeys((*selected, table.primary_id, "versionnumber"))
    asked = Query(
        table=table.logical_name,
        columns=tuple(name for name in fetched if name in table.columns),
        filter=found,
        orders=orders,
        top=options.top,
        size=min(size or MAX_TOP, MAX_TOP),
        page=page,
        count=options.count,
    )
    return _asked(table, asked, selected, select)


_kept = lru_cache(maxsize=2000)(_read)


def check_known(pairs: list[tuple[str, str]]) -> None:
    """Refuse the parameters that would change which records are found."""
    for name, _ in pairs:
        if name.lower() in _LATER:
            raise service.ServiceError(
                service.NOT_IMPLEMENTED,
                f"The query parameter '{name}' is not supported by this server yet.",
            )


def _selected(table: Table, names: tuple[str, ...] | None) -> tuple[tuple[str, ...], str | None]:
    """Return the columns shown, and what the context names of them."""
    if names is None:
        columns = table.columns.values()
        return tuple(each.logical_name for each in columns if each.valid_for_read), None
    chosen = [selected_column(table, name) for name in names]
    added = [name for column, _ in chosen for name in companions(table, column)]
    wanted = (*(column.logical_name for column, _ in chosen), *added, table.primary_id)
    return tuple(dict.fromkeys(wanted)), ",".join(dict.fromkeys(name for _, name in chosen))


def companions(table: Table, column: Column) -> list[str]:
    """Return the columns the service adds to one that is selected."""
    if column.type == "Money":
        added = ["transactioncurrencyid"]
    elif column.logical_name.startswith("address"):
        added = [f"{column.logical_name.partition('_')[0]}_composite"]
    else:
        added = []
    return [name for name in added if name in table.columns]


def _asked(table: Table, query: Query, selected: tuple[str, ...], select: str | None) -> Asked:
    columns = query.columns or ()
    readable = [table.columns[name] for name in columns if table.columns[name].valid_for_read]
    place = {column.logical_name: number for number, column in enumerate(readable)}
    shown = tuple(place[name] for name in selected)
    principal = table.logical_name in PRINCIPALS
    also = (PRINCIPAL_KEY, place[table.primary_id]) if principal else None
    version = place.get("versionnumber")
    writer = RecordWriter(readable, version=version, shown=shown, also=also)
    return Asked(query, shown, select, writer)


def check_single(query: Query) -> None:
    """Check that nothing is asked of one record that only a list has. Raises ODataError."""
    paged = query.top is not None or query.page != Page()
    if query.filter or query.orders or query.count or paged:
        raise ODataError(
            "The query specified in the URI is not valid. The requested resource is not a "
            "collection. Query options $filter, $orderby, $count, $skip, and $top can be applied "
            "only on collections."
        )


def is_one_page(query: Query) -> bool:
    """Tell whether `$top` asks for one page at most; the preferred page size is ignored then."""
    return query.top is not None and query.top <= MAX_TOP
