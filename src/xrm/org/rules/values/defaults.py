"""Defaults: what a new record holds where nothing is given, and what it may not lack."""

from collections.abc import Mapping
from functools import cache

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Table
from xrm.model.values import Values
from xrm.org.context import Context
from xrm.org.store.records import Row

REQUIRED = "SystemRequired"
_FILLED = frozenset({"systemuser", "usersettings"})
"""Tables whose records the platform completes in ways of its own."""
_SET = frozenset({"statecode"})


def of_new(_context: Context, table: Table, values: Values) -> Values:
    """Return the defaults of the columns that are not given; one given as null stays null."""
    defaults = _defaults(table)
    if defaults.keys().isdisjoint(values):
        return defaults
    return {name: value for name, value in defaults.items() if name not in values}


def check_new(context: Context, table: Table, values: Values) -> None:
    """Check that a new record lacks nothing. Raises ServiceError 0x80040203.

    What only applications require (ApplicationRequired) may be missing, as at the service.
    """
    if context.caller.is_system or table.logical_name in _FILLED:
        return
    for name in _required(table):
        if values.get(name) is None:
            raise ServiceError(service.INVALID_ARGUMENT, f"Attribute '{name}' cannot be NULL")


def check_change(_context: Context, before: Row, values: Values) -> None:
    """Check that a change takes away nothing required. Raises ServiceError 0x80040203."""
    for name, value in values.items():
        if value is None and name in _required(before.table):
            raise ServiceError(service.INVALID_ARGUMENT, f"Attribute: {name} cannot be set to NULL")


@cache
def _defaults(table: Table) -> Values:
    return {
        name: bool(column.default) if column.type == "Boolean" else column.default
        for name, column in table.columns.items()
        if column.default is not None
    }


@cache
def _required(table: Table) -> Mapping[str, None]:
    """Return the required columns that callers may set, in the order of the table."""
    return {
        name: None
        for name, column in table.columns.items()
        if column.required == REQUIRED and column.valid_for_create and name not in _SET
    }
