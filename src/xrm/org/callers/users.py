"""From an identity to the user of the organization, with everything its roles grant."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from xrm.db import Database, Transaction
from xrm.model.errors import service
from xrm.model.metadata import Catalogue
from xrm.model.privileges import Depth
from xrm.model.values import Guid
from xrm.org.callers.identity import Identity
from xrm.org.security.caller import Caller
from xrm.org.security.reach import Reach, union
from xrm.org.store.columns import pack_guid, unpack_guid
from xrm.org.store.tables import (
    DEPTH_MASK,
    MEMBERSHIPS,
    ROLE_PRIVILEGES,
    SHARES,
    TEAM_ROLES,
    USER_ROLES,
    Schema,
    schema,
)

NO_ID: Guid = "00000000-0000-0000-0000-000000000000"


class Users:
    """Find users and their rights; statements are compiled once for a database."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        sql = schema(catalogue)
        by_application, by_person = _identities(sql)
        self._by_application = database.compile(by_application)
        self._by_person = database.compile(by_person)
        self._grants = database.compile(_grants(sql))
        self._teams = database.compile(_teams(sql))
        self._team_grants = database.compile(_team_grants(sql))
        self._shares = database.compile(_shares(sql))
        unit = sql.tables["businessunit"]
        self._units = database.compile(select(unit.c.businessunitid, unit.c.parentbusinessunitid))

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
        one = {"id": user}
        own = transaction.rows(self._grants, one)
        teams = transaction.rows(self._teams, one)
        inherited = transaction.rows(self._team_grants, one)
        tree = _Tree(transaction.rows(self._units))
        principals = (unpack_guid(user), *(unpack_guid(team) for (team,) in teams))
        grants = [_own(tree, unit, principals, mask, name) for _, name, mask in own if name]
        grants += [_of_team(tree, row, principals[0]) for row in inherited if row[1]]
        shares = transaction.rows(self._shares, one)
        return Caller(
            user_id=principals[0],
            business_unit_id=unpack_guid(unit),
            organization_id=unpack_guid(organization) if organization else NO_ID,
            units=tree.below(unit),
            reaches=_added(grants),
            teams=principals[1:],
            shared=frozenset(table for (table,) in shares),
            role_count=len({role for role, *_ in (*own, *inherited)}),
            access_mode=mode or 0,
        )


_Grant = tuple[str, Reach]
DIRECT = 1
"""How a team's role is inherited: its Basic depth means the member's own records too."""


def _own(tree: "_Tree", unit: bytes, principals: tuple[Guid, ...], mask: int, name: str) -> _Grant:
    depth = Depth(mask)
    return name, Reach(depth, principals, tree.reached(unit, depth))


def _of_team(tree: "_Tree", row: tuple[Any, ...], user: Guid) -> _Grant:
    _, name, mask, team, unit, inherited = row
    depth, key = Depth(mask), unpack_guid(team)
    owners = (user, key) if inherited is None or inherited == DIRECT else (key,)
    return name, Reach(depth, owners, tree.reached(unit, depth))


def _added(grants: Iterable[_Grant]) -> dict[str, Reach]:
    found: dict[str, list[Reach]] = {}
    for name, reach in grants:
        found.setdefault(name, []).append(reach)
    return {name: union(reaches) for name, reaches in found.items()}


class _Tree:
    """The business units, each with those below it."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._children: dict[bytes, list[bytes]] = {}
        for unit, parent in rows:
            self._children.setdefault(parent, []).append(unit)

    def below(self, root: bytes) -> tuple[Guid, ...]:
        """Return a unit and all below it."""
        found, waiting = {}, [root]
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found[unit] = unpack_guid(unit)
                waiting.extend(self._children.get(unit, ()))
        return tuple(found.values())

    def reached(self, unit: bytes, depth: Depth) -> tuple[Guid, ...]:
        """Return the units a depth reaches from one."""
        if depth is Depth.DEEP:
            return self.below(unit)
        return (unpack_guid(unit),) if depth is Depth.LOCAL else ()


def _identities(sql: Schema) -> tuple[Select[Any], Select[Any]]:
    user = sql.tables["systemuser"]
    found = select(
        user.c.systemuserid,
        user.c.businessunitid,
        user.c.organizationid,
        user.c.isdisabled,
        user.c.accessmode,
    )
    person = user.c.azureactivedirectoryobjectid == bindparam("id")
    return (
        found.where(user.c.applicationid == bindparam("id")),
        found.where(person, user.c.applicationid.is_(None)),
    )


def _grants(sql: Schema) -> Select[Any]:
    granted, privilege = sql.intersects[ROLE_PRIVILEGES], sql.tables["privilege"]
    assigned = sql.intersects[USER_ROLES]
    return (
        select(assigned.c.roleid, privilege.c.name, granted.c[DEPTH_MASK])
        .select_from(assigned)
        .outerjoin(granted, granted.c.roleid == assigned.c.roleid)
        .outerjoin(privilege, privilege.c.privilegeid == granted.c.privilegeid)
        .where(assigned.c.systemuserid == bindparam("id"))
    )


def _teams(sql: Schema) -> Select[Any]:
    member = sql.intersects[MEMBERSHIPS]
    found = select(member.c.teamid).where(member.c.systemuserid == bindparam("id"))
    return found.order_by(member.c.teamid)


def _team_grants(sql: Schema) -> Select[Any]:
    """Select the privileges of the teams' roles: role, name, mask, team, unit, inheritance."""
    granted, privilege = sql.intersects[ROLE_PRIVILEGES], sql.tables["privilege"]
    member, assigned = sql.intersects[MEMBERSHIPS], sql.intersects[TEAM_ROLES]
    team, role = sql.tables["team"], sql.tables["role"]
    return (
        select(
            assigned.c.roleid,
            privilege.c.name,
            granted.c[DEPTH_MASK],
            team.c.teamid,
            team.c.businessunitid,
            role.c.isinherited,
        )
        .select_from(member)
        .join(team, team.c.teamid == member.c.teamid)
        .join(assigned, assigned.c.teamid == team.c.teamid)
        .join(role, role.c.roleid == assigned.c.roleid)
        .outerjoin(granted, granted.c.roleid == role.c.roleid)
        .outerjoin(privilege, privilege.c.privilegeid == granted.c.privilegeid)
        .where(member.c.systemuserid == bindparam("id"))
    )


def _shares(sql: Schema) -> Select[Any]:
    """Select the tables of which something is shared with a user or one of its teams."""
    shared, member = sql.tables[SHARES], sql.intersects[MEMBERSHIPS]
    teams = select(member.c.teamid).where(member.c.systemuserid == bindparam("id"))
    mine = or_(shared.c.principalid == bindparam("id"), shared.c.principalid.in_(teams))
    return select(shared.c.objecttypecode).distinct().where(mine)
