"""A new organization: its tables, root business unit, platform user and standard roles."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import bindparam, select

from xrm.db import Database, Transaction
from xrm.model.ports import Clock, Ids
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.callers.users import DIRECT
from xrm.org.metadata import catalogue, standard_roles
from xrm.org.security.caller import Caller
from xrm.org.store.columns import unpack_guid
from xrm.org.store.identifiers import RecordIds
from xrm.org.store.records import RecordStore
from xrm.org.store.tables import schema
from xrm.org.supplies import Work, supply

_NAMES = UUID("0b7ff1b4-6c5e-4d8c-9a6a-3e8f5c1d2b70")
PLATFORM = "SYSTEM"
SUPPORT = 3
"""The access mode of the platform's own user."""


def provision(
    database: Database, *, organization_id: UUID, name: str, clock: Clock, ids: Ids
) -> None:
    """Create an organization in an empty database; one that is there gains what it lacks."""
    tables = catalogue()
    database.create(schema(tables).metadata)
    fresh = RecordIds(clock, ids)
    with database.write() as transaction:
        new = not _is_there(database, transaction)
        work = Work(
            database=database,
            transaction=transaction,
            store=RecordStore(database, tables),
            tables=tables,
            platform=_founder(organization_id, fresh)
            if new
            else platform_caller(database, transaction),
            ids=fresh,
            now=datetime.fromtimestamp(int(clock()), UTC),
        )
        if new:
            _found(work, name)
        if supply(work):
            transaction.changed()


def _is_there(database: Database, transaction: Transaction) -> bool:
    organization = schema(catalogue()).tables["organization"]
    return bool(transaction.rows(database.compile(select(organization.c.organizationid))))


def _founder(organization_id: UUID, ids: RecordIds) -> Caller:
    unit, user = ids(), ids()
    return Caller(user, unit, str(organization_id), is_system=True)


def _found(work: Work, name: str) -> None:
    """Add the organization, its root business unit, the platform's user and the roles."""
    platform = work.platform
    unit = EntityReference("businessunit", platform.business_unit_id)
    organization = EntityReference("organization", platform.organization_id)
    work.insert("organization", {"organizationid": organization.id, "name": name})
    work.insert(
        "businessunit",
        {
            "businessunitid": unit.id,
            "name": name,
            "isdisabled": False,
            "organizationid": organization,
        },
    )
    work.insert(
        "systemuser",
        {
            "systemuserid": platform.user_id,
            "fullname": PLATFORM,
            "lastname": PLATFORM,
            "businessunitid": unit,
            "organizationid": organization.id,
            "isdisabled": True,
            "islicensed": False,
            "accessmode": SUPPORT,
        },
    )
    for role in standard_roles()["roles"]:
        work.insert("role", _role(work.ids(), role, platform))


def _role(key: Guid, role: dict[str, Any], platform: Caller) -> Values:
    template = role["template_id"]
    return {
        "roleid": key,
        "roleidunique": str(uuid5(_NAMES, key)),
        "name": role["name"],
        "description": role["description"],
        "businessunitid": EntityReference("businessunit", platform.business_unit_id),
        "organizationid": platform.organization_id,
        "roletemplateid": EntityReference("roletemplate", template) if template else None,
        "parentrootroleid": EntityReference("role", key),
        "ismanaged": False,
        "isinherited": DIRECT,
        "canbedeleted": True,
        "iscustomizable": True,
    }


def platform_caller(database: Database, transaction: Transaction) -> Caller:
    """Return the platform itself as a caller: the SYSTEM user, who may do everything."""
    user = schema(catalogue()).tables["systemuser"]
    statement = select(user.c.systemuserid, user.c.businessunitid, user.c.organizationid).where(
        user.c.fullname == bindparam("name"), user.c.accessmode == bindparam("mode")
    )
    parameters = {"name": PLATFORM, "mode": SUPPORT}
    found = transaction.rows(database.compile(statement), parameters)
    user_id, unit, organization = map(unpack_guid, found[0])
    return Caller(user_id, unit, organization, is_system=True)
