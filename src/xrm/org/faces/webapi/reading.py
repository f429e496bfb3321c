"""GET: a URL into a Query or a Retrieve, its result into a document."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

import orjson

from xrm.model.metadata import Table
from xrm.model.query import Query
from xrm.model.values import Value
from xrm.org.faces.webapi import answers
from xrm.org.faces.webapi.exchange import Exchange, Execute
from xrm.org.faces.webapi.urls.asked import Asked, check_single, is_one_page, read_asked
from xrm.org.faces.webapi.urls.paging import write_page
from xrm.org.faces.webapi.urls.resources import Reference, leads_to, unknown
from xrm.org.messages.retrieve_multiple import MOST_COUNTED, EntityCollection
from xrm.wire.http import Response
from xrm.wire.odata4.annotations import (
    ATTRIBUTE_NAME,
    FORMATTED,
    LOOKUP_NAVIGATION,
    LOOKUP_TABLE,
)
from xrm.wire.odata4.records import RecordWriter, Shown
from xrm.wire.odata4.values import property_name, write_value

CRM = "@Microsoft.Dynamics.CRM."
_BOM = b"\xef\xbb\xbf"


def service_document(exchange: Exchange) -> Response:
    """Return the list of entity sets (OData JSON 4.0, 5), to users only."""
    exchange.execute("WhoAmI")
    sets = sorted(exchange.organization.catalogue.sets)
    return exchange.document(
        orjson.dumps(
            {
                "@odata.context": f"{exchange.root}$metadata",
                "value": [{"name": name, "kind": "EntitySet", "url": name} for name in sets],
            }
        )
    )


def read_record(exchange: Exchange) -> Response:
    """Answer with one record; 304 where `If-None-Match` names its version, 204 for none."""
    target = _pointed(exchange)
    if target is None:
        return exchange.nothing()
    found, asked = retrieve(exchange, target)
    etag = asked.writer.etag(found.rows[0])
    if etag is not None and _is_known(exchange, etag):
        return answers.not_modified(exchange.request_id, etag)
    body = record_document(exchange, found, asked)
    return exchange.document(body, () if etag is None else (("ETag", etag),))


def _pointed(exchange: Exchange) -> Reference | None:
    """Return the record a path ends at, None where its last lookup is empty."""
    resource = exchange.resource
    if not resource.steps:
        return resource.record
    *before, last = resource.steps
    there = exchange.pointed(exchange.followed(before), last.column)
    if there is None or not leads_to(last, there):
        return None
    table = exchange.organization.catalogue[there.logical_name]
    exchange.resource = replace(resource, table=table)
    return there


def _is_known(exchange: Exchange, etag: str) -> bool:
    table = exchange.resource.table
    assert table is not None
    annotated = bool(exchange.preferences.annotations.wanted)
    return table.optimistic_concurrency and not annotated and exchange.knows(etag)


def asked_of(exchange: Exchange, query: str | None = None) -> Asked:
    """Return what the query options ask; `query` stands for those of the request."""
    table = exchange.resource.table
    assert table is not None
    text = exchange.request.query if query is None else query
    return read_asked(exchange.organization.catalogue, table, text)


def retrieve(
    exchange: Exchange,
    target: Reference,
    execute: Execute | None = None,
    query: str | None = None,
) -> tuple[EntityCollection, Asked]:
    """Read the columns of one record that the query options ask for."""
    asked = asked_of(exchange, query)
    check_single(asked.query)
    found = (execute or exchange.execute)(
        "Retrieve", Target=target, ColumnSet=asked.query.columns, Formatted=formatted(exchange)
    )
    return found, asked


def record_document(exchange: Exchange, found: EntityCollection, asked: Asked) -> bytes:
    """Return the document of one record."""
    select = "" if asked.select is None else f"({asked.select})"
    fragment = f"{found.table.entity_set_name}{select}/$entity"
    (record,) = objects(exchange, found, asked.writer)
    return orjson.dumps({"@odata.context": exchange.context(fragment), **record})


def read_list(exchange: Exchange) -> Response:
    """Answer with one page of a set, or of a record's collection."""
    asked, query = _list_query(exchange)
    found: EntityCollection = exchange.execute(
        "RetrieveMultiple", Query=query, Formatted=formatted(exchange)
    )
    select = "" if asked.select is None else f"({asked.select})"
    document: dict[str, Any] = {
        "@odata.context": exchange.context(f"{found.table.entity_set_name}{select}")
    }
    if query.count:
        counted = total(found)
        document["@odata.count"] = str(counted) if exchange.accepted.ieee754 else counted
    document |= totals(exchange, found)
    document["value"] = objects(exchange, found, asked.writer)
    if found.more:
        document["@odata.nextLink"] = next_link(exchange, query, found)
    return exchange.document(orjson.dumps(document))


def _list_query(exchange: Exchange) -> tuple[Asked, Query]:
    """Return what a list's URL asks, with the page size preferred and the parent located."""
    table, text = exchange.resource.table, exchange.request.query
    assert table is not None
    asked = read_asked(exchange.organization.catalogue, table, text)
    query, size = asked.query, exchange.preferences.page_size
    if size is not None and not is_one_page(query):
        query = replace(query, size=size)
        exchange.applied.append(f"odata.maxpagesize={size}")
    if exchange.resource.collection is not None:
        query = replace(query, parent=exchange.resource.parent(exchange.located()))
    return asked, query


def total(found: EntityCollection) -> int:
    """Return the number of rows on all pages, as far as they are counted."""
    return min(found.total or 0, MOST_COUNTED)


def totals(exchange: Exchange, found: EntityCollection) -> dict[str, Any]:
    """Return the annotations of a collection that are wanted."""
    counted = found.total is not None
    every = {
        "totalrecordcount": total(found) if counted else -1,
        "totalrecordcountlimitexceeded": counted and (found.total or 0) > MOST_COUNTED,
        "globalmetadataversion": exchange.organization.metadata_version,
    }
    include = exchange.preferences.annotations.include
    return {CRM + name: value for name, value in every.items() if include(CRM[1:] + name)}


def formatted(exchange: Exchange) -> bool:
    """Tell whether formatted values are wanted."""
    return exchange.preferences.annotations.include(FORMATTED)


def objects(
    exchange: Exchange, found: EntityCollection, writer: RecordWriter
) -> list[dict[str, Any]]:
    """Return rows as JSON objects, with the annotations that are wanted."""
    annotations = exchange.preferences.annotations
    if not annotations.wanted:
        return writer.objects(found.rows, ieee754=exchange.accepted.ieee754)
    exchange.applied.append(f'odata.include-annotations="{_printable(annotations.text)}"')
    navigations = annotations.include(LOOKUP_NAVIGATION)
    shown = Shown(
        formatted=annotations.include(FORMATTED),
        tables=annotations.include(LOOKUP_TABLE),
        navigations=_navigations(found.table) if navigations else None,
        ieee754=exchange.accepted.ieee754,
        attributes=annotations.include(ATTRIBUTE_NAME),
    )
    texts = None if found.presented is None else found.presented.texts
    return writer.annotated(found.rows, shown, texts)


def _printable(text: str) -> str:
    return text if text.isascii() and text.isprintable() else ""


@cache
def _navigations(table: Table) -> Mapping[tuple[str, str], str]:
    """Return the navigation property of each lookup that can be set, by column and target."""
    settable = {
        name
        for name, column in table.columns.items()
        if column.valid_for_create or column.valid_for_update
    }
    names = {
        (row.column, row.target): row.referencing_navigation
        for row in table.many_to_one
        if row.column in settable
    }
    owners = [("ownerid", kind) for kind in ("systemuser", "team")] if table.is_user_owned else []
    return {**dict.fromkeys(owners, "ownerid"), **names}


def next_link(exchange: Exchange, query: Query, found: EntityCollection) -> str:
    """Return the URL of the next page: the request's own, with the cookie of where it starts."""
    token = write_page(query, found)
    kept = [
        part
        for part in exchange.request.query.split("&")
        if part and not part.lower().startswith(("$skiptoken=", "%24skiptoken="))
    ]
    kept.append(f"$skiptoken={quote(token, safe='')}")
    return f"{exchange.organization.url.rstrip('/')}{exchange.request.path}?{'&'.join(kept)}"


def read_count(exchange: Exchange) -> Response:
    """Answer `/$count`: digits as text, after the mark that says UTF-8."""
    table = exchange.resource.table
    assert table is not None
    asked, query = _list_query(exchange)
    query = replace(asked.query, columns=(table.primary_id,), size=1, top=None, count=True,
                    orders=(), parent=query.parent)  # fmt: skip
    found: EntityCollection = exchange.execute("RetrieveMultiple", Query=query)
    return exchange.text(_BOM + str(total(found)).encode())


def read_column(exchange: Exchange) -> Response:
    """Answer with one column's value; 204 where it has none (OData 4.0 part 1, 11.2.3)."""
    column, table = exchange.resource.column, exchange.resource.table
    assert column is not None
    assert table is not None
    key, value = _column_value(exchange)
    if value is None:
        return exchange.nothing()
    fragment = f"{table.entity_set_name}({key})/{property_name(column)}"
    document = {
        "@odata.context": exchange.context(fragment),
        "value": write_value(column, value, ieee754=exchange.accepted.ieee754),
    }
    return exchange.document(orjson.dumps(document))


def read_value(exchange: Exchange) -> Response:
    """Answer with one column's value as plain text."""
    column = exchange.resource.column
    assert column is not None
    _, value = _column_value(exchange)
    if value is None:
        return exchange.nothing()
    written = write_value(column, value)
    text = written if isinstance(written, str) else orjson.dumps(written).decode()
    return exchange.text(text.encode())


def _column_value(exchange: Exchange) -> tuple[str, Value]:
    """Return the key of the record and the column's value."""
    column, table, target = exchange.resource.column, exchange.resource.table, _pointed(exchange)
    assert column is not None
    assert table is not None
    if target is None:
        raise unknown(column.logical_name)
    columns = tuple(dict.fromkeys((table.primary_id, column.logical_name)))
    found: EntityCollection = exchange.execute("Retrieve", Target=target, ColumnSet=columns)
    names = [each.logical_name for each in found.columns]
    row = dict(zip(names, found.rows[0], strict=True))
    return str(row[table.primary_id]), row[column.logical_name]
