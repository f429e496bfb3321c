"""Load records from a folder of JSON files, as the demonstration organization has them.

One file a table: {"set": entity set, "records": [{"id", "owner", "created", column: value}]}.
A lookup is [table, id]; an owner is a user's id or the word "service"; "roles" lists the names
of a user's roles, "members" the ids of a team's users.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from xrm.model.message import Message
from xrm.model.metadata import Table
from xrm.model.values import Entity, EntityReference, Guid, Values
from xrm.org import pipeline
from xrm.org.administration import assign_role
from xrm.org.organization import Organization
from xrm.org.provisioning import platform_caller
from xrm.org.security.caller import Caller
from xrm.wire.odata4.filter import read_time
from xrm.wire.odata4.values import read_value

COMMON = ("businessunits", "users", "currencies", "teams")
"""What no one owns, in the order in which records refer to each other."""
OWNED = ("accounts", "contacts", "leads", "opportunities", "tasks")
_RESERVED = {"id", "owner", "created", "roles", "members"}
_MEMBERSHIP = "teammembership_association"


def load(organization: Organization, folder: Path, *, service: UUID | None = None) -> int:
    """Load the files of a folder in order and return how many records there were.

    `service` is the user who owns what the files give to "service". Without it only what no one
    owns is loaded; with it only what is owned.
    """
    with organization.database.read() as transaction:
        platform = platform_caller(organization.database, transaction)
    files = COMMON if service is None else OWNED
    count = 0
    for name in files:
        document = orjson.loads((folder / f"{name}.json").read_bytes())
        table = organization.catalogue.sets[document["set"]]
        for record in document["records"]:
            _load(organization, table, record, platform, service)
            count += 1
    return count


def _load(
    organization: Organization,
    table: Table,
    record: Mapping[str, Any],
    platform: Caller,
    service: UUID | None,
) -> None:
    values = _values(table, record)
    if table.ownership == "BusinessOwned":
        values.setdefault(_unit_column(table), _root(platform))
    if "owner" in record:
        owner = str(service) if record["owner"] == "service" else record["owner"]
        values["ownerid"] = EntityReference("systemuser", owner)
    if "created" in record and "overriddencreatedon" in table.columns:
        values["overriddencreatedon"] = read_time(record["created"])
    message = Message("Create", {"Target": Entity(table.logical_name, record["id"], values)})
    pipeline.execute(organization, message, platform)
    for role in record.get("roles", ()):
        assign_role(organization, UUID(record["id"]), role)
    _join(organization, record, platform)


def _join(organization: Organization, record: Mapping[str, Any], platform: Caller) -> None:
    members = [EntityReference("systemuser", user) for user in record.get("members", ())]
    if members:
        parameters = {
            "Target": EntityReference("team", record["id"]),
            "Relationship": _MEMBERSHIP,
            "RelatedEntities": members,
        }
        pipeline.execute(organization, Message("Associate", parameters), platform)


def _unit_column(table: Table) -> str:
    return "parentbusinessunitid" if table.logical_name == "businessunit" else "businessunitid"


def _root(platform: Caller) -> EntityReference:
    return EntityReference("businessunit", platform.business_unit_id)


def _values(table: Table, record: Mapping[str, Any]) -> Values:
    values: Values = {}
    for name, raw in record.items():
        if name in _RESERVED:
            continue
        column = table.columns[name]
        values[name] = _reference(raw) if column.is_lookup else read_value(column, raw)
    return values


def _reference(raw: tuple[str, Guid] | None) -> EntityReference | None:
    return None if raw is None else EntityReference(raw[0], raw[1])
