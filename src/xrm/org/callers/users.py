"""From an identity to the user of the organization, with everything its roles grant."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.sql.elements import ColumnElement

from xrm.db import Database, Transaction
from xrm.model.errors import service
from xrm.model.metadata import Catalogue
from xrm.model.privileges import Depth, Right
from xrm.model.text import fold
from xrm.model.values import Guid
from xrm.org.callers.identity import Identity, OnBehalf
from xrm.org.metadata import miscellaneous_privilege
from xrm.org.security.caller import Caller, impersonated, require_privilege
from xrm.org.security.reach import Reach, union
from xrm.org.store.columns import fold_name, pack_guid, unpack_guid
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


ADMINISTRATIVE, READ = 1, 2
"""Access modes that take privileges away, whatever the roles grant."""
ACT = "prvActOnBehalfOfAnotherUser"


class Users:
    """Find users and their rights; statements are compiled once for a database.

    `forms` gives the other ways to write the name of a person.
    """

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        *,
        forms: Callable[[str], Sequence[str]] = lambda _name: (),
    ) -> None:
        self._forms = forms
        sql = schema(catalogue)
        user = sql.tables["systemuser"]
        person = (user.c.azureactivedirectoryobjectid == bindparam("id")) & (
            user.c.applicationid.is_(None)
        )
        self._by_application = database.compile(_user(sql, user.c.applicationid == bindparam("id")))
        self._by_person = database.compile(_user(sql, person))
        self._by_object = database.compile(
            _user(sql, user.c.azureactivedirectoryobjectid == bindparam("id"))
        )
        self._by_id = database.compile(_user(sql, user.c.systemuserid == bindparam("id")))
        self._by_name = database.compile(_named(sql, catalogue))
        self._grants = database.compile(_grants(sql))
        self._teams = database.compile(_teams(sql))
        self._team_grants = database.compile(_team_grants(sql))
        self._grants_of_team = database.compile(_grants_of_team(sql))
        self._shares = database.compile(_shares(sql))
        organization = sql.tables["organization"]
        closed = organization.c.isdisabled == bindparam("closed")
        self._closed = database.compile(select(organization.c.organizationid).where(closed))
        unit = sql.tables["businessunit"]
        self._units = database.compile(select(unit.c.businessunitid, unit.c.parentbusinessunitid))
        self._withheld = _withheld(catalogue)

    def admit(self, transaction: Transaction, identity: Identity) -> Caller:
        """Return the enabled user behind an identity, or the one in whose name it acts.

        Raises ServiceError 0x80072560 if there is none, 0x80040225 if it is disabled,
        0x80040220 if it may not act in the name of others.
        """
        if identity.application_id is not None:
            found = self._found(transaction, self._by_application, identity.application_id)
        elif identity.user_name:
            found = self._by_either(transaction, identity.user_name)
        else:
            found = self._found(transaction, self._by_person, identity.object_id)
        if found is None:
            raise _no_member()
        caller = self._caller(transaction, _enabled(found))
        asked = identity.on_behalf
        if asked is None or asked in (OnBehalf(caller.user_id), OnBehalf(None, identity.object_id)):
            return caller
        require_privilege(caller, ACT, miscellaneous_privilege(ACT))
        # Documented: who names itself acts as itself.
        user = self._named(transaction, asked)
        return caller if user.user_id == caller.user_id else impersonated(user, caller)

    def is_open(self, transaction: Transaction) -> bool:
        """Tell whether the organization takes requests."""
        return not transaction.rows(self._closed, {"closed": 1})

    def user(self, transaction: Transaction, user: Guid) -> Caller:
        """Return a user with its rights, as one who is not asking.

        Raises ServiceError 0x80040217 if there is none, 0x80040225 if it is disabled.
        """
        found = self._found(transaction, self._by_id, user)
        if found is None:
            raise service.ServiceError(
                service.NOT_FOUND, f"Entity 'SystemUser' With Id = {user} Does Not Exist"
            )
        return self._caller(transaction, _enabled(found))

    def team(self, transaction: Transaction, team: Guid, unit: Guid) -> Caller:
        """Return a team of a business unit with what its own roles grant it, as a caller."""
        rows = transaction.rows(self._grants_of_team, {"id": pack_guid(team)})
        tree = _Tree(transaction.rows(self._units))
        grants = [
            _own(tree, pack_guid(unit), (team,), mask, name) for _, name, mask in rows if name
        ]
        roles = len({role for role, *_ in rows})
        return Caller(team, unit, NO_ID, reaches=_added(grants), role_count=roles)

    def _named(self, transaction: Transaction, asked: OnBehalf) -> Caller:
        """Return the user to act for. That an unknown one is an error is inferred."""
        if asked.user_id is not None:
            return self.user(transaction, asked.user_id)
        found = self._found(transaction, self._by_object, asked.object_id or NO_ID)
        if found is None:
            raise _no_member()
        return self._caller(transaction, _enabled(found))

    def _by_either(self, transaction: Transaction, user_name: str) -> "_Found | None":
        """Return the person kept under a name as it is written, else under another form of it.

        None where the other forms are those of several: a name must mean one.
        """
        found = self._having(transaction, user_name)
        if not found:
            found = [
                each for form in self._forms(user_name) for each in self._having(transaction, form)
            ]
        return found[0] if len(found) == 1 else None

    def _having(self, transaction: Transaction, user_name: str) -> "list[_Found]":
        """Return the people whose name it is; of how it is written letter case alone is free.

        The case of ASCII, that is: other letters fold to some of those, and would be somebody else.
        """
        rows = transaction.rows(self._by_name, {"name": fold(user_name)})
        wanted = _ascii_folded(user_name)
        return [_Found(*row) for *row, name in rows if _ascii_folded(name) == wanted]

    def _found(self, transaction: Transaction, statement: str, key: Guid) -> "_Found | None":
        rows = transaction.rows(statement, {"id": pack_guid(key)})
        return _Found(*rows[0]) if rows else None

    def _caller(self, transaction: Transaction, found: "_Found") -> Caller:
        one = {"id": found.user}
        own = transaction.rows(self._grants, one)
        teams = transaction.rows(self._teams, one)
        inherited = transaction.rows(self._team_grants, one)
        tree = _Tree(transaction.rows(self._units))
        principals = (unpack_guid(found.user), *(unpack_guid(team) for (team,) in teams))
        grants = [_own(tree, found.unit, principals, mask, name) for _, name, mask in own if name]
        grants += [_of_team(tree, row, principals) for row in inherited if row[1]]
        shares = transaction.rows(self._shares, one)
        mode = found.mode or 0
        withheld = self._withheld.get(mode, frozenset())
        return Caller(
            user_id=principals[0],
            business_unit_id=unpack_guid(found.unit),
            organization_id=unpack_guid(found.organization) if found.organization else NO_ID,
            units=tree.below(found.unit),
            reaches=_added(grant for grant in grants if grant[0] not in withheld),
            teams=principals[1:],
            shared=frozenset(table for (table,) in shares),
            role_count=len({role for role, *_ in (*own, *inherited)}),
            access_mode=mode,
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A user's row."""

    user: bytes
    unit: bytes
    organization: bytes | None
    disabled: bool
    mode: int | None


def _enabled(found: _Found) -> _Found:
    if found.disabled:
        raise service.ServiceError(
            service.USER_DISABLED,
            f"The specified user(Id = {unpack_guid(found.user)}) is disabled. Consider enabling "
            "this user.",
        )
    return found


def _ascii_folded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").lower()


def _no_member() -> service.ServiceError:
    return service.ServiceError(
        service.NOT_A_MEMBER, "The user is not a member of the organization."
    )


def _withheld(catalogue: Catalogue) -> dict[int, frozenset[str]]:
    """Return the privileges that access modes take away.

    Read leaves only reading. Administrative leaves no business data; that those are the tables
    whose records users own is inferred.
    """
    tables = catalogue.tables.values()
    return {
        ADMINISTRATIVE: frozenset(
            privilege.name
            for table in tables
            if table.is_user_owned
            for privilege in table.privileges.values()
        ),
        READ: frozenset(
            privilege.name
            for table in tables
            for right, privilege in table.privileges.items()
            if right is not Right.READ
        ),
    }


_Grant = tuple[str, Reach]
DIRECT = 1
"""How a team's role is inherited: as if its member had it, so that its own records count."""


def _own(tree: "_Tree", unit: bytes, principals: tuple[Guid, ...], mask: int, name: str) -> _Grant:
    depth = Depth(mask)
    return name, Reach(depth, principals, tree.reached(unit, depth))


def _of_team(tree: "_Tree", row: tuple[Any, ...], principals: tuple[Guid, ...]) -> _Grant:
    _, name, mask, team, unit, inherited = row
    depth = Depth(mask)
    direct = inherited is None or inherited == DIRECT
    owners = principals if direct else (unpack_guid(team),)
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


def _user(sql: Schema, test: ColumnElement[bool]) -> Select[Any]:
    user = sql.tables["systemuser"]
    return select(
        user.c.systemuserid,
        user.c.businessunitid,
        user.c.organizationid,
        user.c.isdisabled,
        user.c.accessmode,
    ).where(test)


def _named(sql: Schema, catalogue: Catalogue) -> Select[Any]:
    """Select the people, no services, whose name folds to what is bound to `name`."""
    user = sql.tables["systemuser"]
    name = user.c[fold_name(catalogue["systemuser"].columns["domainname"])]
    test = (name == bindparam("name")) & user.c.applicationid.is_(None)
    return _user(sql, test).add_columns(user.c.domainname)


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


def _grants_of_team(sql: Schema) -> Select[Any]:
    granted, privilege = sql.intersects[ROLE_PRIVILEGES], sql.tables["privilege"]
    assigned = sql.intersects[TEAM_ROLES]
    return (
        select(assigned.c.roleid, privilege.c.name, granted.c[DEPTH_MASK])
        .select_from(assigned)
        .outerjoin(granted, granted.c.roleid == assigned.c.roleid)
        .outerjoin(privilege, privilege.c.privilegeid == granted.c.privilegeid)
        .where(assigned.c.teamid == bindparam("id"))
    )


def _shares(sql: Schema) -> Select[Any]:
    """Select the tables of which something is shared with a user or one of its teams."""
    shared, member = sql.tables[SHARES], sql.intersects[MEMBERSHIPS]
    teams = select(member.c.teamid).where(member.c.systemuserid == bindparam("id"))
    mine = or_(shared.c.principalid == bindparam("id"), shared.c.principalid.in_(teams))
    return select(shared.c.objecttypecode).distinct().where(mine)
