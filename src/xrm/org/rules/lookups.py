"""Lookups: what they point to exists, and the caller may append to it."""

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.context import Context
from xrm.org.rules.reach import check_reach
from xrm.org.security.caller import require


def check_lookups(
    context: Context, table: Table, values: Values, *, key: Guid | None = None
) -> None:
    """Check every lookup that is set; owners are the ownership rule's matter.

    Raises ServiceError if a target is of a table the column does not take, does not exist, or
    may not be appended to.
    """
    if context.caller.is_system:
        return
    appended = False
    for name, value in values.items():
        column = table.columns[name]
        if isinstance(value, EntityReference) and column.type != "Owner":
            _check(context, column, value)
            appended = True
    if appended:
        _check_append(context, table, key)


def _check(context: Context, column: Column, value: EntityReference) -> None:
    if column.targets and value.logical_name not in column.targets:
        raise service.ServiceError(
            service.INVALID_ARGUMENT,
            f"The column '{column.logical_name}' does not refer to '{value.logical_name}'.",
        )
    target = context.table(value.logical_name)
    if Right.APPEND_TO in target.privileges:
        check_reach(context, target, value.id, Right.APPEND_TO)
    else:
        check_reach(context, target, value.id, Right.READ)


def _check_append(context: Context, table: Table, key: Guid | None) -> None:
    if Right.APPEND not in table.privileges:
        return
    if key is None:
        require(context.caller, table, Right.APPEND)
    else:
        check_reach(context, table, key, Right.APPEND)
