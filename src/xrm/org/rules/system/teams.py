"""Teams: the default team of each business unit, who is in it, and what teams may not do.

A business unit and its default team are made, renamed and removed together; who lies in the unit
is in the team. Records lie in the unit of the user or team that owns them, and move with it.
"""

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Table
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.context import Context, not_found
from xrm.org.rules.rights.owners import ACCESS
from xrm.org.rules.values import stamps
from xrm.org.store.records import Row
from xrm.org.supplies import default_team

MEMBERSHIP = "teammembership_association"
ROLES = "teamroles_association"
_UNIT = "businessunitid"
_LONGEST = 160
_READ = "prvReadTeam"


def concerns(table: Table) -> bool:
    """Tell whether new records of a table are teams or need one."""
    return table.logical_name in ("businessunit", "systemuser", "team")


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return what the platform fills in for a new team; make and fill default teams.

    Raises ServiceError 0x80041d0b for a team without a name, 0x80041d0a for an administrator
    who may not read teams.
    """
    if table.logical_name == "businessunit":
        _make_default(context, table, values)
    elif table.logical_name == "systemuser":
        _enter(context, str(values[table.primary_id]), values.get(_UNIT))
    elif table.logical_name == "team":
        return _of_new_team(context, values)
    return {}


def _of_new_team(context: Context, values: Values) -> Values:
    if not isinstance(values.get("name"), str):
        raise _nameless()
    _check_administrator(context, values.get("administratorid"))
    unit = EntityReference("businessunit", context.caller.business_unit_id)
    kind = values.get("teamtype")
    return {
        "organizationid": context.caller.organization_id,
        "isdefault": False,
        "systemmanaged": False,
        "teamtype": kind if isinstance(kind, int) else 0,
        # Inferred: a team lies in its creator's business unit unless it says otherwise.
        _UNIT: values.get(_UNIT) or unit,
    }


def _make_default(context: Context, units: Table, values: Values) -> None:
    unit, name = str(values[units.primary_id]), str(values.get("name") or "")
    team = context.table("team")
    made = default_team(context.caller, unit_id=unit, name=name[:_LONGEST])
    made["teamid"] = context.organization.record_ids()
    made |= stamps.of_new(context, team, {})
    context.organization.store.insert(context.transaction, team, made)
    context.written.add("team")


def of_change(context: Context, before: Row, values: Values) -> Values | None:
    """Keep default teams and owned records where a change puts their unit, user or team.

    Raises ServiceError 0x8004830a or 0x80048308 for a default team, 0x80041d0b for a team that
    would lose its name, 0x80041d0a for an administrator who may not read teams.
    """
    kind, key = before.table.logical_name, before.key
    if kind == "team":
        _check_team(context, before, values)
    if kind in ("team", "systemuser") and _moves(before, values):
        unit = values[_UNIT]
        assert isinstance(unit, EntityReference)
        _move_records(context, before.reference, unit)
        if kind == "systemuser":
            _leave(context, key, before[_UNIT])
            _enter(context, key, unit)
    elif kind == "businessunit" and isinstance(name := values.get("name"), str):
        _rename_default(context, key, name)
    return None


def _moves(before: Row, values: Values) -> bool:
    unit = values.get(_UNIT)
    return isinstance(unit, EntityReference) and unit != before[_UNIT]


def _check_team(context: Context, before: Row, values: Values) -> None:
    if before["isdefault"] is True:
        if values.get("name", before["name"]) != before["name"]:
            raise ServiceError(
                service.DEFAULT_TEAM_NAME, "The default business unit team name can't be updated."
            )
        if values.get(_UNIT, before[_UNIT]) != before[_UNIT]:
            raise ServiceError(
                service.DEFAULT_TEAM_UNIT, "The default business unit team parent can't be set."
            )
    if not isinstance(values.get("name", ""), str):
        raise _nameless()
    if "administratorid" in values:
        _check_administrator(context, values["administratorid"])


def _check_administrator(context: Context, administrator: object) -> None:
    if context.caller.is_system:
        return
    if not isinstance(administrator, EntityReference):
        raise ServiceError(service.INVALID_ARGUMENT, "Attribute 'administratorid' cannot be NULL")
    user = context.organization.users.user(context.transaction, administrator.id)
    if user.reach(_READ) is None:
        raise ServiceError(
            service.TEAM_ADMINISTRATOR,
            "The administrator of a team must have the privilege to read teams.",
        )


def _nameless() -> ServiceError:
    return ServiceError(service.TEAM_WITHOUT_NAME, "The team has no name.")


def check_delete(context: Context, team: Guid) -> None:
    """Check that a team may go. Raises ServiceError 0x80048307 or 0x8004830e."""
    found = context.organization.store.fetch(
        context.transaction, context.table("team"), team, ("isdefault",)
    )
    if found is not None and found["isdefault"] is True:
        raise ServiceError(
            service.DEFAULT_TEAM_KEPT, "The default business unit team can't be deleted."
        )
    if _owns(context, EntityReference("team", team)):
        raise ServiceError(
            service.TEAM_OWNS,
            "Can't delete a team which owns records. Reassign the records and try again.",
        )


def remove_default(context: Context, unit: Guid) -> None:
    """Remove the default team of a business unit that is to go.

    Raises ServiceError 0x80041d62 if it owns records.
    """
    for team in _default(context, unit):
        gone = EntityReference("team", team)
        if _owns(context, gone):
            raise ServiceError(
                service.DEFAULT_TEAM_OWNS,
                "Business unit default team owns records. Business unit cannot be deleted.",
            )
        context.organization.store.remove(context.transaction, context.table("team"), team)
        context.organization.shares.forget(context.transaction, gone)
        context.written.add("team")


def check_membership(context: Context, team: Guid, *, joins: bool) -> None:
    """Check that people may say who is in a team. Raises ServiceError 0x8004830b or 0x8004830c."""
    if _fetch(context, team)["isdefault"] is not True:
        return
    if joins:
        raise ServiceError(
            service.DEFAULT_TEAM_JOINED,
            f"Can't add members to the default business unit team (TeamId = {team}).",
        )
    raise ServiceError(
        service.DEFAULT_TEAM_LEFT, "Can't remove members from the default business unit team."
    )


def check_role(context: Context, team: Guid, role: Guid) -> None:
    """Check that a team may be given a role. Raises ServiceError 0x80048331 or 0x8004140d.

    The platform has a copy of each role in each unit below its own; here one stands for all.
    """
    found = _fetch(context, team)
    if found["teamtype"] == ACCESS:
        raise ServiceError(
            service.ACCESS_TEAM_ROLES, "Cannot assign roles or profiles to an access team."
        )
    store, units = context.organization.store, context.table("businessunit")
    row = store.fetch(context.transaction, context.table("role"), role, (_UNIT,)) or {}
    home, unit = row.get(_UNIT), found[_UNIT]
    while isinstance(unit, EntityReference) and unit != home:
        above = store.fetch(context.transaction, units, unit.id, ("parentbusinessunitid",)) or {}
        unit = above.get("parentbusinessunitid")
    if unit is None:
        raise ServiceError(
            service.TEAM_OF_OTHER_UNIT,
            f"The team with id={team} belongs to a different business unit={_id(found[_UNIT])} "
            f"than the role with roleId={role} and roleBusinessUnit={_id(home)}.",
        )


def _id(reference: object) -> str:
    return reference.id if isinstance(reference, EntityReference) else ""


def _fetch(context: Context, team: Guid) -> Values:
    table, names = context.table("team"), ("isdefault", "teamtype", _UNIT)
    found = context.organization.store.fetch(context.transaction, table, team, names)
    if found is None:
        raise not_found(table, team)
    return found


def _default(context: Context, unit: Guid) -> list[Guid]:
    """Return the default team of a unit; a database of an earlier version may have none yet."""
    store, table = context.organization.store, context.table("team")
    here = EntityReference("businessunit", unit)
    found = []
    for team in store.referrers(context.transaction, table, _UNIT, here):
        row = store.fetch(context.transaction, table, team, ("isdefault",))
        if row is not None and row["isdefault"] is True:
            found.append(team)
    return found


def _rename_default(context: Context, unit: Guid, name: str) -> None:
    store, table = context.organization.store, context.table("team")
    for team in _default(context, unit):
        store.change(context.transaction, table, team, {"name": name[:_LONGEST]})
        context.written.add("team")


def _enter(context: Context, user: Guid, unit: object) -> None:
    if not isinstance(unit, EntityReference):
        return
    associations = context.organization.associations
    for team in _default(context, unit.id):
        associations.add(context.transaction, associations[MEMBERSHIP], (team, user))


def _leave(context: Context, user: Guid, unit: object) -> None:
    if not isinstance(unit, EntityReference):
        return
    associations = context.organization.associations
    for team in _default(context, unit.id):
        associations.remove(context.transaction, associations[MEMBERSHIP], (team, user))


def _move_records(context: Context, owner: EntityReference, unit: EntityReference) -> None:
    store, transaction = context.organization.store, context.transaction
    for table in context.organization.catalogue.tables.values():
        if not table.is_user_owned:
            continue
        for key in store.referrers(transaction, table, "ownerid", owner):
            store.change(transaction, table, key, {"owningbusinessunit": unit})
            context.forget(table, key)


def _owns(context: Context, owner: EntityReference) -> bool:
    store, transaction = context.organization.store, context.transaction
    return any(
        store.referrers(transaction, table, "ownerid", owner)
        for table in context.organization.catalogue.tables.values()
        if table.is_user_owned
    )
