"""Lookups: what they point to exists, and the caller may append to it."""

from functools import cache

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Values
from xrm.org.context import Context
from xrm.org.rules.rights import ownership
from xrm.org.rules.rights.reach import check_reach, check_row
from xrm.org.store.records import Row


def check_new(context: Context, table: Table, values: Values) -> None:
    """Check every lookup of a new record; owners are the ownership rule's matter.

    Raises ServiceError if a target is of a table the column does not take, does not exist, or
    may not be appended to.
    """
    if _check_targets(context, table, values) and Right.APPEND in table.privileges:
        ownership.check_new(context, table, values, Right.APPEND)


def check_change(context: Context, before: Row, values: Values) -> None:
    """Check every lookup that a change sets. Raises ServiceError as `check_new` does."""
    if _check_targets(context, before.table, values) and Right.APPEND in before.table.privileges:
        check_row(context, before, Right.APPEND)


def _check_targets(context: Context, table: Table, values: Values) -> bool:
    """Check the targets of lookups and tell whether there is any."""
    if context.caller.is_system or _lookups(table).isdisjoint(values):
        return False
    appended = False
    for name, value in values.items():
        column = table.columns[name]
        if isinstance(value, EntityReference) and column.type != "Owner":
            _check(context, column, value)
            appended = True
    return appended


@cache
def _lookups(table: Table) -> frozenset[str]:
    return frozenset(name for name, column in table.columns.items() if column.is_lookup)


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
