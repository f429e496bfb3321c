"""Rows into entries: what is shown of each, and how it is named."""

from collections.abc import Sequence
from typing import Any

from xrm.model.metadata import Column, Table
from xrm.model.values import EntityReference
from xrm.org.messages.retrieve_multiple import EntityCollection
from xrm.wire.odata2.entries import Entry, Link, Property
from xrm.wire.odata2.keys import record_path
from xrm.wire.odata2.kinds import kind_of, set_name
from xrm.wire.odata2.values import shown


def are_named(columns: Sequence[Column]) -> bool:
    """Tell whether records of other tables are named in what is shown: lookups are."""
    return any(column.is_lookup for column in columns)


def entries(
    found: EntityCollection, columns: Sequence[Column], links: Sequence[tuple[Link, ...]]
) -> list[Entry]:
    """Return the rows as entries that show these columns; `links` holds those of each row."""
    place = {column.logical_name: number for number, column in enumerate(found.columns)}
    table = found.table
    return [
        Entry(
            record_path(set_name(table), str(row[place[table.primary_id]])),
            table.schema_name,
            _title(table, row, place),
            tuple(_property(found, row, number, column, place) for column in columns),
            of_row,
        )
        for number, (row, of_row) in enumerate(zip(found.rows, links, strict=True))
    ]


def references(found: EntityCollection) -> list[EntityReference]:
    """Return the rows' records."""
    table = found.table
    place = [column.logical_name for column in found.columns].index(table.primary_id)
    return [EntityReference(table.logical_name, str(row[place])) for row in found.rows]


def _title(table: Table, row: Sequence[Any], place: dict[str, int]) -> str:
    name = None if table.primary_name is None else row[place[table.primary_name]]
    return name if isinstance(name, str) else ""


def _property(
    found: EntityCollection, row: Sequence[Any], number: int, column: Column, place: dict[str, int]
) -> Property:
    at = place[column.logical_name]
    name = None
    if column.is_lookup and found.presented is not None:
        name = found.presented.texts[at][number]
    return Property(column.schema_name, kind_of(column), shown(column, row[at], name))
