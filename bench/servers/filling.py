"""Fill a data directory of xrm with leads: `python -m bench.servers.filling FOLDER COUNT`.

The first lead of each owner is created by the message, as a request would create it. Every further
one of that owner is given what the organization filled in there and is inserted below the rules,
which would take several times as long.
"""

import itertools
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import leads
from xrm.db import Transaction
from xrm.model.message import Message
from xrm.model.metadata import Table
from xrm.model.values import Entity, EntityReference, Value, Values
from xrm.org import pipeline
from xrm.org.administration import application_users, named, platform_of
from xrm.org.organization import Organization
from xrm.org.security.caller import Caller
from xrm.org.store.tables import schema
from xrm.server.estate import Estate
from xrm.server.settings import Settings
from xrm.wire.odata4.filter import read_time
from xrm.wire.odata4.values import read_value

UNIT = "Contoso Europe"
PER_TRANSACTION = 10_000
# What only the organization writes; a message names the time of creation by another column.
_FILLED_IN = frozenset({"owner", "fullname", "statecode", "statuscode", "createdon", "modifiedon"})


def fill(folder: Path, count: int) -> None:
    """Open a data directory, which sets up the demonstration, and add `count` leads."""
    estate = Estate.open(Settings(data=folder, synchronous="normal"))
    try:
        organization = estate.organization
        filling = _Filling(organization, _owners(organization, estate.demonstration.client_id))
        rows = leads.make(count)
        filling.create(list(itertools.islice(rows, leads.OWNERS)))
        # Indexes are made faster than kept; the opening of a database makes what is missing.
        filling.drop_indexes()
        while batch := list(itertools.islice(rows, PER_TRANSACTION)):
            filling.insert(batch)
        organization.database.create(schema(organization.catalogue).metadata)
    finally:
        estate.close()


class _Filling:
    def __init__(self, organization: Organization, owners: list[EntityReference]) -> None:
        self._organization = organization
        self._platform: Caller = platform_of(organization)
        self._owners = owners
        self._table: Table = organization.catalogue["lead"]
        self._models: list[Values] = []

    def create(self, rows: list[dict[str, Any]]) -> None:
        """Create leads by message, one an owner, and keep what the records became."""
        with pipeline.writing(self._organization) as transaction:
            for row in rows:
                values = self._values(row, without=_FILLED_IN)
                values["ownerid"] = self._owners[row["owner"]]
                values["overriddencreatedon"] = read_time(row["createdon"])
                target = Entity("lead", row["leadid"], values)
                message = Message("Create", {"Target": target})
                pipeline.execute_within(self._organization, message, self._platform, transaction)
                self._models.append(self._became(transaction, row["leadid"]))

    def drop_indexes(self) -> None:
        """Drop the indexes of the leads' table."""
        with self._organization.database.write() as transaction:
            for index in schema(self._organization.catalogue).tables["lead"].indexes:
                transaction.run(f'DROP INDEX "{index.name}"')

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """Insert leads that are like the first one of their owner."""
        store = self._organization.store
        with self._organization.database.write() as transaction:
            for row in rows:
                model = self._models[row["owner"]]
                values = self._values(row, without=frozenset({"owner"}))
                values["overriddencreatedon"] = values["createdon"]
                values |= {
                    f"{name}_base": value
                    for name, value in values.items()
                    if f"{name}_base" in model
                }
                store.insert(transaction, self._table, {**model, **values})

    def _became(self, transaction: Transaction, key: str) -> Values:
        names = tuple(self._table.columns)
        found = self._organization.store.fetch(transaction, self._table, key, names)
        assert found is not None
        return {
            name: value
            for name, value in found.items()
            if value is not None and name != "versionnumber"
        }

    def _values(self, row: dict[str, Any], *, without: frozenset[str]) -> Values:
        return {name: self._value(name, raw) for name, raw in row.items() if name not in without}

    def _value(self, name: str, raw: Any) -> Value:
        if raw is None or isinstance(raw, str):
            return read_time(raw) if raw and name in ("createdon", "modifiedon") else raw
        value: Value = read_value(self._table.columns[name], raw)
        return value


def _owners(organization: Organization, client_id: uuid.UUID) -> list[EntityReference]:
    """Return the demonstration service and, of its unit, as many users as are wanted besides."""
    service = next(
        user.user_id for user in application_users(organization) if user.application_id == client_id
    )
    users = [str(service), *_users(organization)]
    return [EntityReference("systemuser", user) for user in users]


def _users(organization: Organization) -> Iterator[str]:
    unit = EntityReference("businessunit", named(organization, "businessunit", UNIT))
    for number in range(1, leads.OWNERS):
        values: Values = {
            "firstname": "Seller",
            "lastname": f"{number:02d}",
            "internalemailaddress": f"seller{number}@contoso.example",
            "domainname": f"seller{number}@contoso.example",
            "businessunitid": unit,
        }
        message = Message("Create", {"Target": Entity("systemuser", None, values)})
        yield pipeline.execute(organization, message, platform_of(organization))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
