"""A crowd: users, teams, roles and shares by chance, and who of them may read what, by hand.

The chance is always the same. What may be read is worked out from the grants that were made, and
from each record's owner and business unit as an administrator reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from support.estate import ROOT, Client, Estate
from support.rights import holder, made_by_platform, new_role, share
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference

UNITS = {"North": None, "Far North": "North", "South": None}
"""Business units by the unit above them; None is the root."""
TABLES = {"account": "Account", "contact": "Contact"}
KEYS = {"account": "accountid", "contact": "contactid"}
ROOT_UNIT = ""
_NAMES = ("Abel", "abel b", "BERTA", "berta", "Caesar", "a", "b", "O'Hara", None)
_COLUMNS = {
    "account": (
        "name",
        "description",
        "numberofemployees",
        "sharesoutstanding",
        "revenue",
        "donotemail",
    ),
    "contact": ("lastname", "description", "numberofchildren", "donotemail"),
}
_LOOKUPS = {
    "account": ("parentaccountid", "primarycontactid"),
    "contact": ("parentcustomerid",),
}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Grant:
    """A table readable at a depth from a unit; `owners` are those whose rows count as own."""

    table: str
    depth: Depth
    unit: str
    owners: frozenset[str]


@dataclass
class Member:
    """A caller with what it was granted and what is shared with it or its teams."""

    client: Client
    unit: str
    grants: list[Grant] = field(default_factory=list)
    teams: list["Team"] = field(default_factory=list)
    principals: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        return str(self.client.user_id)


@dataclass
class Team:
    """A team, the grants of its role, and whether its members' own rows count with them."""

    key: str
    unit: str
    depths: Mapping[str, Depth]
    direct: bool


class Crowd:
    """Everything that was made; `rows` holds each table's records by their keys."""

    def __init__(self, estate: Estate, admin: Client, *, seed: int = 4) -> None:
        self._random = Random(seed)
        self._estate, self._admin = estate, admin
        self.units = self._make_units()
        self.teams = [self._make_team(number) for number in range(3)]
        self.members = [self._make_member(number) for number in range(8)]
        self._make_rows()
        self.rows = {table: self._read(table) for table in TABLES}
        self._shared = self._make_shares()

    def _make_units(self) -> dict[str, str]:
        root = next(
            row["businessunitid"]
            for row in self._admin.rows("businessunits", select="_parentbusinessunitid_value")
            if row["_parentbusinessunitid_value"] is None
        )
        found = {ROOT_UNIT: root}
        for name, above in UNITS.items():
            parent = EntityReference("businessunit", found[above or ROOT_UNIT])
            values = {"name": name, "parentbusinessunitid": parent}
            found[name] = made_by_platform(self._estate, "businessunit", values)
        return found

    def _depths(self, *most: Depth) -> dict[str, Depth]:
        """Draw a depth of reading for some of the tables."""
        drawn = {table: self._random.choice((None, *most)) for table in TABLES}
        return {table: depth for table, depth in drawn.items() if depth is not None}

    def _role(self, name: str, depths: Mapping[str, Depth]) -> str:
        grants = {f"prvRead{TABLES[table]}": depth for table, depth in depths.items()}
        return new_role(self._estate, name, grants)

    def _make_team(self, number: int) -> Team:
        unit = self._random.choice(tuple(UNITS))
        values = {"name": f"Team {number}", "teamtype": 0}
        values["businessunitid"] = EntityReference("businessunit", self.units[unit])
        key = made_by_platform(self._estate, "team", values)
        depths = self._depths(Depth.BASIC, Depth.BASIC, Depth.LOCAL, Depth.DEEP)
        role, direct = self._role(f"Of team {number}", depths), self._random.random() < 0.5
        assert self._admin.patch(f"roles({role})", {"isinherited": int(direct)}).status == 204
        pair = {"@odata.id": f"{ROOT}roles({role})"}
        assert self._admin.post(f"teams({key})/teamroles_association/$ref", pair).status == 204
        return Team(key, unit, depths, direct)

    def _make_member(self, number: int) -> Member:
        every = {"account": Depth.GLOBAL, "contact": Depth.GLOBAL}
        most = (Depth.BASIC, Depth.BASIC, Depth.LOCAL, Depth.DEEP, Depth.GLOBAL)
        depths = every if number == 0 else self._depths(*most)
        unit = self._random.choice((ROOT_UNIT, *UNITS))
        grants = {f"prvRead{TABLES[table]}": depth for table, depth in depths.items()}
        client = holder(self._estate, grants, unit=unit or None)
        member = Member(client, unit)
        member.teams = [team for team in self.teams if self._random.random() < 0.4]
        for team in member.teams:
            pair = {"@odata.id": f"{ROOT}systemusers({member.key})"}
            where = f"teams({team.key})/teammembership_association/$ref"
            assert self._admin.post(where, pair).status == 204
        member.principals = {member.key, *(team.key for team in member.teams)}
        member.grants = [
            Grant(table, depth, unit, frozenset(member.principals))
            for table, depth in depths.items()
        ]
        for team in member.teams:
            owners = frozenset(member.principals if team.direct else {team.key})
            member.grants += [
                Grant(table, depth, team.unit, owners) for table, depth in team.depths.items()
            ]
        return member

    def _owner(self) -> EntityReference:
        owners = [EntityReference("systemuser", member.key) for member in self.members]
        owners += [EntityReference("team", team.key) for team in self.teams]
        return self._random.choice(owners)

    def _make_rows(self) -> None:
        """Make contacts and accounts in turn, each pointing to some made before it."""
        draw, made = self._random.choice, {table: list[str]() for table in TABLES}
        for number in range(60):
            table = ("contact", "account")[number % 2]
            values: dict[str, Any] = {
                "description": draw(_NAMES),
                "donotemail": draw((True, False)),
                "ownerid": self._owner(),
            }
            if table == "account":
                values |= {"name": draw(_NAMES), "numberofemployees": draw((None, 0, 1, 5))}
                values |= {
                    "sharesoutstanding": draw((None, 0, 1, 5)),
                    "revenue": draw((None, 1, 2)),
                }
                self._point(values, "parentaccountid", "account", made)
                self._point(values, "primarycontactid", "contact", made)
            else:
                values |= {"lastname": draw(_NAMES), "numberofchildren": draw((None, 0, 1, 5))}
                self._point(values, "parentcustomerid", draw(tuple(TABLES)), made)
            made[table].append(made_by_platform(self._estate, table, values))

    def _point(self, values: dict[str, Any], column: str, to: str, made: Any) -> None:
        if made[to] and self._random.random() < 0.8:
            values[column] = EntityReference(to, self._random.choice(made[to]))

    def _read(self, table: str) -> dict[str, Row]:
        lookups = (f"_{name}_value" for name in (*_LOOKUPS[table], "ownerid", "owningbusinessunit"))
        select = ",".join((*_COLUMNS[table], *lookups))
        every = (("prefer", 'odata.include-annotations="*"'),)
        rows = self._admin.get(f"{table}s", select=select, headers=every).rows
        return {row[KEYS[table]]: row for row in rows}

    def _make_shares(self) -> set[tuple[str, str]]:
        """Share some records with users and teams; return those that let them be read."""
        found = set()
        for table, rows in self.rows.items():
            for key in rows:
                if self._random.random() < 0.7:
                    continue
                right = self._random.choice((Right.READ, Right.READ, Right.WRITE))
                principal = self._owner()
                target = EntityReference(table, key)
                share(self._estate, target, principal, own=ACCESS_RIGHTS[right])
                if right is Right.READ:
                    found.add((key, principal.id))
        return found

    def holds(self, member: Member, table: str) -> bool:
        """Tell whether a member may read anything of a table at all."""
        return any(grant.table == table for grant in member.grants)

    def may_read(self, member: Member, table: str, row: Row) -> bool:
        """Tell whether a member may read a record."""
        grants = [grant for grant in member.grants if grant.table == table]
        shared = any((row[KEYS[table]], each) in self._shared for each in member.principals)
        return bool(grants) and (shared or any(self._within(grant, row) for grant in grants))

    def _within(self, grant: Grant, row: Row) -> bool:
        if grant.depth is Depth.GLOBAL or row["_ownerid_value"] in grant.owners:
            return True
        unit = row["_owningbusinessunit_value"]
        if grant.depth is Depth.LOCAL:
            return bool(unit == self.units[grant.unit])
        return grant.depth is Depth.DEEP and unit in self._below(grant.unit)

    def _below(self, unit: str) -> set[str]:
        names = {unit}
        for name, above in UNITS.items():
            if (above or ROOT_UNIT) in names:
                names.add(name)
        return {self.units[name] for name in names}

    def follow(self, member: Member, row: Row, navigation: str) -> Row | None:
        """Return the record a lookup leads a member to, None where it reads none there."""
        column, _, kind = navigation.partition("_")
        value = f"_{column}_value"
        if not kind:
            kind = "contact" if column == "primarycontactid" else "account"
        if row.get(value) not in self.rows[kind]:
            return None
        if row[f"{value}@Microsoft.Dynamics.CRM.lookuplogicalname"] != kind:
            return None
        there = self.rows[kind][row[value]]
        return there if self.may_read(member, kind, there) else None
