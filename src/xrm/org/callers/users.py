"""From an identity to the user of the organization, with everything its roles grant."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from xrm.db import Database, Transaction
from xrm.model.errors import service
from xrm.model.metadata import Catalogue
from xrm.model.privileges import Depth
from xrm.model.values import Guid
from xrm.org.callers.identity import Identity
from xrm.org.security.caller import Caller
from xrm.org.store.columns import pack_guid, unpack_guid
from xrm.org.store.tables import DEPTH_MASK, ROLE_PRIVILEGES, USER_ROLES, schema

NO_ID: Guid = "00000000-0000-0000-0000-000000000000"


class Users:
    """Find users and their rights; statements are compiled once for a database."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        statements = _statements(database, catalogue)
        self._by_application, self._by_person, self._grants, self._units = statements

    def admit(self, transaction: Transaction, identity: Identity) -> Caller:
        """Return the enabled user behind an identity.

        Raises ServiceError 0x80072560 if there is none, 0x80040225 if it is disabled.
        """
        if identity.application_id is not None:
            found = transaction.rows(
                self._by_application, {"id": pack_guid(identity.application_id)}
            )
        else:
            found = transaction.rows(self._by_person, {"id": pack_guid(identity.object_id)})
        if not found:
            raise service.ServiceError(
                service.NOT_A_MEMBER, "The user is not a member of the organization."
            )
        user, unit, organization, disabled, mode = found[0]
        if disabled:
            raise service.ServiceError(
                service.USER_DISABLED,
                f"The specified user(Id = {unpack_guid(user)}) is disabled. Consider enabling "
                "this user.",
            )
        return self._caller(transaction, user, unit, organization, mode)

    def _caller(
        self, transaction: Transaction, user: bytes, unit: bytes, organization: bytes, mode: int
    ) -> Caller:
        grants = transaction.rows(self._grants, {"id": user})
        units = transaction.rows(self._units)
        return Caller(
            user_id=unpack_guid(user),
            business_unit_id=unpack_guid(unit),
            organization_id=unpack_guid(organization) if organization else NO_ID,
            units=tuple(unpack_guid(below) for below in _subtree(unit, units)),
            depths=_deepest((name, mask) for _, name, mask in grants if name is not None),
            role_count=len({role for role, _, _ in grants}),
            access_mode=mode or 0,
        )


def _deepest(grants: Iterable[tuple[str, int]]) -> dict[str, Depth]:
    depths: dict[str, Depth] = {}
    for name, mask in grants:
        depths[name] = max(Depth(mask), depths.get(name, Depth.BASIC))
    return depths


def _subtree(root: bytes, units: list[tuple[Any, ...]]) -> list[bytes]:
    children: dict[bytes, list[bytes]] = {}
    for unit, parent in units:
        children.setdefault(parent, []).append(unit)
    found, waiting = [], [root]
    while waiting:
        unit = waiting.pop()
        found.append(unit)
        waiting.extend(children.pop(unit, ()))
    return found


def _statements(database: Database, catalogue: Catalogue) -> tuple[str, str, str, str]:
    sql = schema(catalogue)
    user, unit = sql.tables["systemuser"], sql.tables["businessunit"]
    granted, privilege = sql.intersects[ROLE_PRIVILEGES], sql.tables["privilege"]
    assigned = sql.intersects[USER_ROLES]
    found = select(
        user.c.systemuserid,
        user.c.businessunitid,
        user.c.organizationid,
        user.c.isdisabled,
        user.c.accessmode,
    )
    grants = (
        select(assigned.c.roleid, privilege.c.name, granted.c[DEPTH_MASK])
        .select_from(assigned)
        .outerjoin(granted, granted.c.roleid == assigned.c.roleid)
        .outerjoin(privilege, privilege.c.privilegeid == granted.c.privilegeid)
        .where(assigned.c.systemuserid == bindparam("id"))
    )
    person = user.c.azureactivedirectoryobjectid == bindparam("id")
    return (
        database.compile(found.where(user.c.applicationid == bindparam("id"))),
        database.compile(found.where(person, user.c.applicationid.is_(None))),
        database.compile(grants),
        database.compile(select(unit.c.businessunitid, unit.c.parentbusinessunitid)),
    )
