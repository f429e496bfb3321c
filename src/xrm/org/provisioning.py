"""A new organization: its tables, root business unit, platform user, privileges and roles."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import bindparam, select

from xrm.db import Database, Transaction
from xrm.model.metadata import Catalogue
from xrm.model.ports import Clock, Ids
from xrm.model.privileges import Depth
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.metadata import catalogue, standard_roles
from xrm.org.security.caller import Caller
from xrm.org.store.columns import unpack_guid
from xrm.org.store.grants import Grants
from xrm.org.store.records import RecordStore
from xrm.org.store.tables import schema

_NAMES = UUID("0b7ff1b4-6c5e-4d8c-9a6a-3e8f5c1d2b70")
PLATFORM = "SYSTEM"
SUPPORT = 3
"""The access mode of the platform's own user."""
_ACCESS_RIGHTS = {
    "Read": 1, "Write": 2, "Append": 4, "AppendTo": 16,
    "Create": 32, "Delete": 65536, "Share": 262144, "Assign": 524288,
}  # fmt: skip


def provision(
    database: Database, *, organization_id: UUID, name: str, clock: Clock, ids: Ids
) -> None:
    """Create an organization in an empty database; do nothing if one is there."""
    tables = catalogue()
    database.create(schema(tables).metadata)
    store = RecordStore(database, tables)
    with database.write() as transaction:
        if _organization_id(database, transaction) is not None:
            return
        _fill(transaction, store, tables, _Founder(organization_id, name, clock, ids))
        _grant_standard(database, transaction, store, tables, ids)
        transaction.changed()


class _Founder:
    def __init__(self, organization_id: UUID, name: str, clock: Clock, ids: Ids) -> None:
        self.organization: Guid = str(organization_id)
        self.unit: Guid = str(ids())
        self.user: Guid = str(ids())
        self.name = name
        self.now = datetime.fromtimestamp(int(clock()), UTC)

    def stamps(self) -> Values:
        user = EntityReference("systemuser", self.user)
        times: Values = {"createdon": self.now, "modifiedon": self.now}
        return {**times, "createdby": user, "modifiedby": user}


def _fill(
    transaction: Transaction, store: RecordStore, tables: Catalogue, founder: _Founder
) -> None:
    records: tuple[tuple[str, Values], ...] = (
        ("organization", {"organizationid": founder.organization, "name": founder.name}),
        (
            "businessunit",
            {
                "businessunitid": founder.unit,
                "name": founder.name,
                "isdisabled": False,
                "organizationid": EntityReference("organization", founder.organization),
            },
        ),
        (
            "systemuser",
            {
                "systemuserid": founder.user,
                "fullname": PLATFORM,
                "lastname": PLATFORM,
                "businessunitid": EntityReference("businessunit", founder.unit),
                "organizationid": founder.organization,
                "isdisabled": True,
                "islicensed": False,
                "accessmode": SUPPORT,
            },
        ),
    )
    for name, values in records:
        table = tables[name]
        known = {key: value for key, value in values.items() if key in table.columns}
        stamps = {key: v for key, v in founder.stamps().items() if key in table.columns}
        store.insert(transaction, table, known | stamps)


def _privileges(tables: Catalogue) -> Iterator[Values]:
    for table in tables.tables.values():
        for privilege in table.privileges.values():
            right = _ACCESS_RIGHTS[privilege.right.value]
            yield _privilege(privilege.id, privilege.name, right, privilege.depths)
    for row in standard_roles()["miscellaneous"]:
        depths = tuple(Depth.named(label) for label in row["depths"])
        yield _privilege(row["id"], row["name"], 0, depths)


def _privilege(key: Guid, name: str, right: int, depths: tuple[Depth, ...]) -> Values:
    return {
        "privilegeid": key,
        "name": name,
        "accessright": right,
        **{f"canbe{depth.name.lower()}": depth in depths for depth in Depth},
    }


def _grant_standard(
    database: Database,
    transaction: Transaction,
    store: RecordStore,
    tables: Catalogue,
    ids: Ids,
) -> None:
    keys: dict[str, Guid] = {}
    for values in _privileges(tables):
        store.insert(transaction, tables["privilege"], values)
        keys[str(values["name"])] = str(values["privilegeid"])
    platform, grants = platform_caller(database, transaction), Grants(database, tables)
    for role in standard_roles()["roles"]:
        key = str(ids())
        store.insert(transaction, tables["role"], _role(key, role, platform))
        for name, depth in _depths(role["privileges"], keys).items():
            grants.put(transaction, key, keys[name], depth)


def _depths(stated: dict[str, str], keys: dict[str, Guid]) -> dict[str, Depth]:
    every = stated.get("*")
    depths = {} if every is None else dict.fromkeys(keys, Depth.named(every))
    named = {name: Depth.named(label) for name, label in stated.items() if name != "*"}
    return depths | named


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
    }


def _organization_id(database: Database, transaction: Transaction) -> Guid | None:
    organization = schema(catalogue()).tables["organization"]
    rows = transaction.rows(database.compile(select(organization.c.organizationid)))
    return unpack_guid(rows[0][0]) if rows else None


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
