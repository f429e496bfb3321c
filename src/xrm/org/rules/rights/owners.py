"""Owners: the users and teams that may own records, and where their records lie."""

from dataclasses import dataclass

from xrm.model.errors import service
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.context import Context, not_found

ACCESS = 1
"""The type of a team with which records are shared, but that owns none and has no roles."""
_COLUMNS = {"systemuser": ("businessunitid",), "team": ("businessunitid", "teamtype")}


@dataclass(frozen=True, slots=True)
class Owner:
    """A user or team, and the business unit in which its records lie."""

    reference: EntityReference
    unit: Guid


def owner_of(context: Context, given: EntityReference) -> Owner:
    """Return the owner a reference names.

    Raises ServiceError 0x80040217 if there is none, 0x80048340 for an access team, 0x80040229
    for a record that is no principal.
    """
    if given.logical_name not in _COLUMNS:
        raise service.ServiceError(service.INVALID_OWNER, "The owner ID is invalid or missing.")
    caller = context.caller
    if given == EntityReference("systemuser", caller.user_id) and not caller.is_system:
        return Owner(given, caller.business_unit_id)
    owner: Owner | None = context.kept.get(given)
    if owner is None:
        owner = context.kept[given] = _find(context, given)
    return owner


def _find(context: Context, given: EntityReference) -> Owner:
    table, store = context.table(given.logical_name), context.organization.store
    names = _COLUMNS[given.logical_name]
    found = store.fetch(context.transaction, table, given.id, names)
    if found is None:
        raise not_found(table, given.id)
    if found.get("teamtype") == ACCESS:
        raise service.ServiceError(
            service.ACCESS_TEAM_OWNER,
            "You cannot assign a record to the access team. You can assign a record to the owner "
            "team.",
        )
    unit = found["businessunitid"]
    assert isinstance(unit, EntityReference)
    return Owner(given, unit.id)


def columns(owner: Owner) -> Values:
    """Return the columns by which a record says who owns it."""
    is_team = owner.reference.logical_name == "team"
    return {
        "ownerid": owner.reference,
        "owninguser": None if is_team else owner.reference,
        "owningteam": owner.reference if is_team else None,
        "owningbusinessunit": EntityReference("businessunit", owner.unit),
    }
