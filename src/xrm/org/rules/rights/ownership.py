"""Owner and owning business unit of user-owned records, and in whose unit others may be made."""

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Values
from xrm.org.context import Context
from xrm.org.rules.rights import assignment
from xrm.org.rules.rights.owners import columns, owner_of
from xrm.org.security.access import covers, denied, unit_column
from xrm.org.security.caller import require
from xrm.org.store.records import Row, Standing


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return the ownership of a new record; its creator owns it unless it says otherwise.

    Raises ServiceError if the caller may not create records of that owner or unit, or the owner
    may own none.
    """
    caller, given = context.caller, values.get("ownerid")
    if table.is_user_owned and given is None and not caller.is_system:
        return _own(context, table, values)
    check_new(context, table, values, Right.CREATE)
    if not table.is_user_owned:
        return {}
    own = EntityReference("systemuser", caller.user_id)
    if not isinstance(given, EntityReference) or given == own:
        return columns(owner_of(context, own))
    owner = owner_of(context, given)
    check_new(context, table, values, Right.ASSIGN)
    assignment.check_owner(context, table, owner)
    return columns(owner)


def _own(context: Context, table: Table, values: Values) -> Values:
    """Return the ownership of a record its creator owns, worked out once for each caller."""
    caller = context.caller
    found = caller.owned.get(table.logical_name)
    if found is None:
        check_new(context, table, values, Right.CREATE)
        found = columns(owner_of(context, EntityReference("systemuser", caller.user_id)))
        caller.owned[table.logical_name] = found
    return found


def check_new(context: Context, table: Table, values: Values, right: Right) -> None:
    """Check that a right reaches a record that is to be.

    Raises ServiceError 0x80040220 or 0x80048306.
    """
    if context.caller.is_system:
        return
    reach = require(context.caller, table, right)
    owner, unit = _standing(context, table, values)
    if not covers(context.caller, table, reach, owner=owner, unit=unit):
        record = EntityReference(table.logical_name, str(values[table.primary_id]))
        raise denied(context.caller, right, record)


def _standing(context: Context, table: Table, values: Values) -> Standing:
    """Return the owner and the business unit that a new record will have."""
    if table.is_user_owned:
        given = values.get("ownerid")
        if isinstance(given, EntityReference):
            owner = owner_of(context, given)
            return owner.reference.id, owner.unit
        return context.caller.user_id, context.caller.business_unit_id
    # A new business unit lies where the one above it does.
    name = "parentbusinessunitid" if table.logical_name == "businessunit" else unit_column(table)
    unit = values.get(name) if name else None
    return None, unit.id if isinstance(unit, EntityReference) else context.caller.business_unit_id


def of_change(context: Context, before: Row, values: Values) -> Values:
    """Return the ownership after a change, empty if nobody was named.

    Raises ServiceError 0x80040203 if the owner would be removed, and as `assignment.assign`.
    """
    if not before.table.is_user_owned or "ownerid" not in values:
        return {}
    given = values["ownerid"]
    if not isinstance(given, EntityReference):
        raise service.ServiceError(
            service.INVALID_ARGUMENT, "Attribute: ownerid cannot be set to NULL"
        )
    return assignment.assign(context, before, given)
