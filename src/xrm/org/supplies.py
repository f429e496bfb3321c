"""What an organization holds before anyone works in it: privileges, a currency, teams, settings.

Each is added where it is missing, so that a database made by an earlier version gains what this
one has. What is there is left alone, since people may have changed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, exists, select

from xrm.db import Database, Transaction
from xrm.model.metadata import Catalogue
from xrm.model.privileges import ACCESS_RIGHTS, Depth
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.metadata import defaults, standard_roles
from xrm.org.security.caller import Caller
from xrm.org.store.associations import Associations
from xrm.org.store.columns import pack_guid, unpack_guid
from xrm.org.store.grants import Grants
from xrm.org.store.identifiers import RecordIds
from xrm.org.store.records import RecordStore
from xrm.org.store.tables import MEMBERSHIPS, schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One transaction on an organization's database, by the platform at a moment."""

    database: Database
    transaction: Transaction
    store: RecordStore
    tables: Catalogue
    platform: Caller
    ids: RecordIds
    now: datetime

    def rows(self, statement: Any, **parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        return self.transaction.rows(self.database.compile(statement), parameters)

    def insert(self, table: str, values: Values) -> None:
        """Insert a record of the platform's making."""
        user = EntityReference("systemuser", self.platform.user_id)
        stamps: Values = {"createdby": user, "modifiedby": user}
        stamps |= {"createdon": self.now, "modifiedon": self.now}
        known = self.tables[table].columns.keys()
        made = {name: value for name, value in stamps.items() if name in known}
        self.store.insert(self.transaction, self.tables[table], values | made)


def supply(work: Work) -> bool:
    """Add what is missing and tell whether anything was."""
    steps = (
        _add_privileges(work),
        _add_currency(work),
        _add_teams(work),
        _add_members(work),
        _add_settings(work),
    )
    return any(steps)


def _add_privileges(work: Work) -> bool:
    """Add missing privileges; the standard roles that should have them are granted them."""
    privilege = schema(work.tables).tables["privilege"]
    known = {unpack_guid(key) for (key,) in work.rows(select(privilege.c.privilegeid))}
    added: dict[str, Guid] = {}
    for values in _privileges(work.tables):
        key = str(values["privilegeid"])
        if key not in known:
            work.insert("privilege", values)
            added[str(values["name"])] = key
    if added:
        _grant(work, added)
    return bool(added)


def _privileges(tables: Catalogue) -> Iterator[Values]:
    for table in tables.tables.values():
        for privilege in table.privileges.values():
            right = ACCESS_RIGHTS[privilege.right]
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


def _grant(work: Work, added: dict[str, Guid]) -> None:
    grants = Grants(work.database, work.tables)
    for role, stated in _standard_roles(work):
        for name, depth in _depths(stated, added).items():
            grants.put(work.transaction, role, added[name], depth)


def _standard_roles(work: Work) -> Iterator[tuple[Guid, dict[str, str]]]:
    """Yield the standard roles that are there, each with the privileges it is stated to have.

    One with a template is known by it whatever it is named; the others go by their name.
    """
    role = schema(work.tables).tables["role"]
    found = select(role.c.roleid, role.c.name, role.c.roletemplateid).where(
        role.c.businessunitid == bindparam("unit")
    )
    there: dict[str, Guid] = {}
    for key, name, template in work.rows(found, unit=pack_guid(work.platform.business_unit_id)):
        there[unpack_guid(template) if template else name] = unpack_guid(key)
    for row in standard_roles()["roles"]:
        known = there.get(row["template_id"] or row["name"])
        if known is not None:
            yield known, row["privileges"]


def _depths(stated: dict[str, str], names: dict[str, Guid]) -> dict[str, Depth]:
    every = stated.get("*")
    depths = {} if every is None else dict.fromkeys(names, Depth.named(every))
    return depths | {name: Depth.named(stated[name]) for name in names if name in stated}


def _add_currency(work: Work) -> bool:
    """Add the base currency, and the settings that are not set, if there is no such currency."""
    organization, key = work.tables["organization"], work.platform.organization_id
    stated = defaults("organization") | {
        "fiscalcalendarstart": work.now.replace(month=1, day=1, hour=0, minute=0, second=0)
    }
    names = ("basecurrencyid", *stated)
    there = work.store.fetch(work.transaction, organization, key, names)
    if there is None or there["basecurrencyid"] is not None:
        return False
    currency = work.ids()
    owner = EntityReference("organization", key)
    made: Values = {"transactioncurrencyid": currency, "organizationid": owner}
    work.insert("transactioncurrency", defaults("transactioncurrency") | made)
    settings = {name: value for name, value in stated.items() if there[name] is None}
    settings["basecurrencyid"] = EntityReference("transactioncurrency", currency)
    work.store.change(work.transaction, organization, key, settings)
    return True


def _add_teams(work: Work) -> bool:
    """Add the default team of each business unit that has none."""
    sql = schema(work.tables).tables
    unit, team = sql["businessunit"], sql["team"]
    served = select(team.c.businessunitid).where(team.c.isdefault == bindparam("true"))
    found = select(unit.c.businessunitid, unit.c.name).where(unit.c.businessunitid.not_in(served))
    lacking = work.rows(found.order_by(unit.c.businessunitid), true=1)
    for packed, name in lacking:
        values = default_team(work.platform, unit_id=unpack_guid(packed), name=name)
        work.insert("team", {"teamid": work.ids(), **values})
    return bool(lacking)


def _add_members(work: Work) -> bool:
    """Make members of each unit's default team the users of the unit who are not."""
    sql = schema(work.tables)
    user, team = sql.tables["systemuser"], sql.tables["team"]
    pairs = sql.intersects[MEMBERSHIPS]
    there = (
        exists()
        .where(pairs.c.teamid == team.c.teamid)
        .where(pairs.c.systemuserid == user.c.systemuserid)
    )
    found = (
        select(team.c.teamid, user.c.systemuserid)
        .join_from(team, user, team.c.businessunitid == user.c.businessunitid)
        .where(team.c.isdefault == bindparam("true"), ~there)
        .order_by(team.c.teamid, user.c.systemuserid)
    )
    associations = Associations(work.database, work.tables)
    lacking = [
        (unpack_guid(in_team), unpack_guid(key))
        for in_team, key in work.rows(found, true=1)
        if unpack_guid(key) != work.platform.user_id
    ]
    for pair in lacking:
        associations.add(work.transaction, associations["teammembership_association"], pair)
    return bool(lacking)


def _add_settings(work: Work) -> bool:
    """Add the settings of each user who has none, the platform's own among them."""
    sql = schema(work.tables).tables
    user, settings = sql["systemuser"], sql["usersettings"]
    having = select(settings.c.systemuserid)
    found = select(user.c.systemuserid, user.c.businessunitid).where(
        user.c.systemuserid.not_in(having)
    )
    lacking = work.rows(found.order_by(user.c.systemuserid))
    organization, names = work.tables["organization"], settings_names(work.tables)
    owner = work.platform.organization_id
    stated = work.store.fetch(work.transaction, organization, owner, names) or {}
    for key, unit in lacking:
        made = settings_of_new_user(work.tables, stated)
        made |= {"systemuserid": unpack_guid(key), "businessunitid": unpack_guid(unit)}
        work.insert("usersettings", made)
    return bool(lacking)


@cache
def settings_names(tables: Catalogue) -> tuple[str, ...]:
    """Return the settings of an organization that its users have too."""
    own, others = tables["usersettings"].columns, tables["organization"].columns
    return tuple(name for name in defaults("organization") if name in own and name in others)


def settings_of_new_user(tables: Catalogue, organization: Values) -> Values:
    """Return the settings a user begins with, where an organization has these."""
    taken = {name: organization.get(name) for name in settings_names(tables)}
    return defaults("usersettings") | taken


def default_team(platform: Caller, *, unit_id: Guid, name: str) -> Values:
    """Return the columns of a business unit's default team, which has the unit's name."""
    return {
        "name": name,
        "businessunitid": EntityReference("businessunit", unit_id),
        "organizationid": platform.organization_id,
        "administratorid": EntityReference("systemuser", platform.user_id),
        "isdefault": True,
        "issastokenset": False,
        "membershiptype": 0,
        "systemmanaged": False,
        "teamtype": 0,
    }
