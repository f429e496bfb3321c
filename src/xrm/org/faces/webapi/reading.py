"""GET: a URL into a Query or a function call, its result into a document."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote

import orjson

from xrm.model.message import Message
from xrm.model.metadata import Column, Table
from xrm.model.query import Order, Page, Query
from xrm.model.values import EntityReference, Value
from xrm.org.faces.webapi.names import column_named, resolver
from xrm.org.faces.webapi.paging import read_page, write_page
from xrm.org.faces.webapi.resources import Resource
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.org.organization import Organization
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_filter, read_order
from xrm.wire.odata4.options import MAX_TOP, Options, read_options
from xrm.wire.odata4.records import RecordWriter
from xrm.wire.odata4.values import property_name

MAX_URL = 32 * 1024
MAX_OPTIONS = 50
Execute = Callable[[Message], Any]


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


def check_length(path: str, query: str) -> None:
    """Check that a URL is no longer than the service takes. Raises ODataError."""
    if len(path) + len(query) > MAX_URL:
        raise ODataError("The request URI is too long.")


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_OPTIONS, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise ODataError("The query of the request URI cannot be read.") from error


@lru_cache(maxsize=2000)
def read_asked(table: Table, query: str) -> Asked:
    """Return what a query string asks of a table; the same text is read once.

    Raises ODataError in the service's words.
    """
    options = read_options(_pairs(query))
    orders = read_order(options.order, resolver(table)) if options.order else ()
    found = read_filter(options.filter, resolver(table)) if options.filter else None
    page, size = _page(table, orders, options)
    selected = _selected(table, options)
    hidden = [order.column for order in orders]
    columns = tuple(dict.fromkeys((*selected, table.primary_id, "versionnumber", *hidden)))
    columns = tuple(name for name in columns if name in table.columns)
    asked = Query(
        table=table.logical_name,
        columns=columns,
        filter=found,
        orders=orders,
        top=options.top,
        size=size,
        page=page,
    )
    return _asked(table, asked, selected, options.select)


def _page(table: Table, orders: tuple[Order, ...], options: Options) -> tuple[Page, int]:
    page, size = Page(), None
    if options.skiptoken is not None:
        page, size = read_page(table, orders, options.skiptoken)
    return page, min(size or MAX_TOP, MAX_TOP)


def _selected(table: Table, options: Options) -> tuple[str, ...]:
    if options.select is None:
        return tuple(name for name, column in table.columns.items() if column.valid_for_read)
    names = [column_named(table, name).logical_name for name in options.select]
    added = [name for column in names for name in _companions(table, table.columns[column])]
    return tuple(dict.fromkeys((*names, *added, table.primary_id)))


def _companions(table: Table, column: Column) -> list[str]:
    """Return the columns the service adds to one that is selected."""
    if column.type == "Money":
        added = ["transactioncurrencyid"]
    elif column.logical_name.startswith("address"):
        added = [f"{column.logical_name.partition('_')[0]}_composite"]
    else:
        added = []
    return [name for name in added if name in table.columns]


def _asked(
    table: Table, query: Query, selected: tuple[str, ...], names: tuple[str, ...] | None
) -> Asked:
    columns = query.columns or ()
    readable = [table.columns[name] for name in columns if table.columns[name].valid_for_read]
    place = {column.logical_name: number for number, column in enumerate(readable)}
    shown = tuple(place[name] for name in selected)
    writer = RecordWriter(readable, version=place["versionnumber"], shown=shown)
    select = None
    if names is not None:
        select = ",".join(
            property_name(table.columns[column_name]) for column_name in _named(table, names)
        )
    return Asked(query, shown, select, writer)


def _named(table: Table, names: tuple[str, ...]) -> list[str]:
    return [column_named(table, name).logical_name for name in names]


def context(organization: Organization, resource: Resource, fragment: str) -> str:
    """Return a context URL (OData JSON 4.0, 4.5.1)."""
    return f"{organization.url}{resource.root}$metadata#{fragment}"


def service_document(organization: Organization, resource: Resource) -> bytes:
    """Return the list of entity sets (OData JSON 4.0, 5)."""
    sets = sorted(organization.catalogue.sets)
    return orjson.dumps(
        {
            "@odata.context": f"{organization.url}{resource.root}$metadata",
            "value": [{"name": name, "kind": "EntitySet", "url": name} for name in sets],
        }
    )


def call_function(organization: Organization, resource: Resource, execute: Execute) -> bytes:
    """Run an unbound function without parameters and return its result."""
    name = resource.operation or ""
    result = execute(Message(name))
    fragment = f"Microsoft.Dynamics.CRM.{name}Response"
    return orjson.dumps({"@odata.context": context(organization, resource, fragment), **result})


def read_record(
    organization: Organization, resource: Resource, query: str, execute: Execute
) -> tuple[bytes, str]:
    """Return one record's document and its entity tag."""
    table = resource.table
    assert table is not None
    asked = read_asked(table, query)
    _check_single(asked.query)
    target = EntityReference(table.logical_name, resource.key or "")
    found: EntityCollection = execute(
        Message("Retrieve", {"Target": target, "ColumnSet": asked.query.columns})
    )
    select = "" if asked.select is None else f"({asked.select})"
    fragment = f"{table.entity_set_name}{select}/$entity"
    record = asked.writer.objects(found.rows)[0]
    body = orjson.dumps({"@odata.context": context(organization, resource, fragment), **record})
    return body, asked.writer.etag(found.rows[0])


def _check_single(query: Query) -> None:
    """Check that nothing is asked of one record that only a list has. Raises ODataError."""
    if query.filter or query.orders or query.top is not None or query.page != Page():
        raise ODataError(
            "The query specified in the URI is not valid. The requested resource is not a "
            "collection. Query options $filter, $orderby, $count, $skip, and $top can be applied "
            "only on collections."
        )


def read_list(
    organization: Organization,
    resource: Resource,
    url: tuple[str, str],
    *,
    page_size: int | None,
    execute: Execute,
) -> bytes:
    """Return one page of a table; `url` is the path and query as sent, for the next link."""
    table = resource.table
    assert table is not None
    asked = read_asked(table, url[1])
    query = asked.query
    if page_size is not None and not is_one_page(table, url[1]):
        query = _sized(query, page_size)
    found: EntityCollection = execute(Message("RetrieveMultiple", {"Query": query}))
    select = "" if asked.select is None else f"({asked.select})"
    document: dict[str, Any] = {
        "@odata.context": context(organization, resource, f"{table.entity_set_name}{select}"),
        "value": asked.writer.objects(found.rows),
    }
    if found.more:
        document["@odata.nextLink"] = _next_link(organization, url, query, found)
    return orjson.dumps(document)


def is_one_page(table: Table, query: str) -> bool:
    """Tell whether `$top` asks for one page at most; the preferred page size is ignored then."""
    top = read_asked(table, query).query.top
    return top is not None and top <= MAX_TOP


def _sized(query: Query, size: int) -> Query:
    return Query(
        query.table, query.columns, query.filter, query.orders, query.top, size, query.page
    )


def _next_link(
    organization: Organization, url: tuple[str, str], query: Query, found: EntityCollection
) -> str:
    names = [column.logical_name for column in found.columns]
    first: dict[str, Value] = dict(zip(names, found.rows[0], strict=True))
    last: dict[str, Value] = dict(zip(names, found.rows[-1], strict=True))
    token = write_page(
        found.table, query.orders, query.page, first=first, last=last, size=query.size
    )
    path, text = url
    kept = [
        part
        for part in text.split("&")
        if part and not part.lower().startswith(("$skiptoken=", "%24skiptoken="))
    ]
    kept.append(f"$skiptoken={quote(token, safe='')}")
    return f"{organization.url.rstrip('/')}{path}?{'&'.join(kept)}"
