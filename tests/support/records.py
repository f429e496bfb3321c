"""Records written and read by messages in process, without a face."""

from typing import Any

import pytest

from support.estate import Client
from support.rights import ask
from xrm.model.errors.service import ServiceError
from xrm.model.query import Condition, Query
from xrm.model.values import Entity, EntityReference, Guid, Related, Value

Keys = tuple[tuple[str, Value], ...]


def entity(
    table: str, key: Guid | None = None, *, keys: Keys = (), related: Any = (), **values: Value
) -> Entity:
    return Entity(table, key, dict(values), keys, tuple(related))


def create(client: Client, table: str, *, related: Any = (), **values: Value) -> Guid:
    made: Guid = ask(client, "Create", Target=entity(table, related=related, **values))
    return made


def update(client: Client, table: str, key: Guid, **values: Value) -> None:
    ask(client, "Update", Target=entity(table, key, **values))


def read(client: Client, table: str, key: Guid, *columns: str) -> Any:
    """Return one column of a record, or a tuple of several."""
    found = ask(client, "Retrieve", Target=EntityReference(table, key), ColumnSet=columns)
    names = [column.logical_name for column in found.columns]
    values = tuple(found.rows[0][names.index(column)] for column in columns)
    return values[0] if len(values) == 1 else values


def exists(client: Client, table: str, key: Guid) -> bool:
    column = f"{table}id"
    query = Query(table, (column,), Condition(column, "eq", (key,)))
    return bool(ask(client, "RetrieveMultiple", Query=query).rows)


def many(relationship: str, *records: Any) -> Related:
    return Related(relationship, many=True, records=records)


def one(relationship: str, record: Any) -> Related:
    return Related(relationship, many=False, records=(record,))


def said(client: Client, name: str, **parameters: Any) -> tuple[int, str, str]:
    """Return status, code and sentence of what must be refused."""
    with pytest.raises(ServiceError) as caught:
        ask(client, name, **parameters)
    return caught.value.fault.status, caught.value.fault.hex, caught.value.message
