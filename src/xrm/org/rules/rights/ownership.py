"""Owner and owning business unit of user-owned records."""

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.context import Context, not_found
from xrm.org.rules.rights.reach import check_row
from xrm.org.security.access import covers, denied
from xrm.org.security.caller import require
from xrm.org.store.records import Row


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return the ownership of a new record; its creator owns it unless it says otherwise.

    Raises ServiceError if the caller may not create records of that owner.
    """
    caller = context.caller
    if not table.is_user_owned:
        return {}
    given = values.get("ownerid")
    owner = given.id if isinstance(given, EntityReference) else caller.user_id
    unit = _unit_of(context, given, owner)
    reaches = [Right.CREATE] if owner == caller.user_id else [Right.CREATE, Right.ASSIGN]
    for right in reaches:
        reach = require(caller, table, right)
        if not covers(caller, table, reach, owner=owner, unit=unit):
            raise denied()
    return _columns(owner, unit)


def of_change(context: Context, before: Row, values: Values) -> Values:
    """Return the ownership after a change, empty if the owner stays."""
    table, given = before.table, values.get("ownerid")
    if not table.is_user_owned or "ownerid" not in values:
        return {}
    if not isinstance(given, EntityReference):
        raise service.ServiceError(service.INVALID_ARGUMENT, "The owner cannot be removed.")
    check_row(context, before, Right.ASSIGN)
    return _columns(given.id, _unit_of(context, given, given.id))


def _unit_of(context: Context, given: object, owner: Guid) -> Guid:
    if not isinstance(given, EntityReference) and not context.caller.is_system:
        return context.caller.business_unit_id
    users = context.table("systemuser")
    store = context.organization.store
    found = store.fetch(context.transaction, users, owner, ("businessunitid",))
    if found is None:
        raise not_found(users, owner)
    unit = found["businessunitid"]
    assert isinstance(unit, EntityReference)
    return unit.id


def _columns(owner: Guid, unit: Guid) -> Values:
    user = EntityReference("systemuser", owner)
    return {
        "ownerid": user,
        "owninguser": user,
        "owningteam": None,
        "owningbusinessunit": EntityReference("businessunit", unit),
    }
