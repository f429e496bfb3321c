"""The rules a write goes through, in their order: one line each.

A rule of a new record sees its table and the values so far; one of a change sees the record
as it stands. Each returns columns to set, or nothing, and raises ServiceError to refuse.
"""

from collections.abc import Callable

from xrm.model.metadata import Table
from xrm.model.values import Values
from xrm.org.context import Context
from xrm.org.rules.rights import lookups, ownership
from xrm.org.rules.system import founding, roles, settings, teams, users
from xrm.org.rules.values import (
    activities,
    addresses,
    currencies,
    customers,
    defaults,
    hierarchies,
    money,
    names,
    stamps,
    states,
    validation,
)
from xrm.org.store.records import Row

OfNew = Callable[[Context, Table, Values], Values | None]
OfChange = Callable[[Context, Row, Values], Values | None]

NEW: tuple[OfNew, ...] = (
    validation.check_new,
    founding.check_new,
    lookups.check_new,
    ownership.of_new,
    states.of_new,
    stamps.of_new,
    users.of_new,
    roles.of_new,
    teams.of_new,
    settings.of_new,
    defaults.of_new,
    currencies.of_new,
    money.of_new,
    names.of_new,
    addresses.of_new,
    activities.of_new,
    customers.of_new,
    defaults.check_new,
)

CHANGE: tuple[OfChange, ...] = (
    validation.check_change,
    users.check_change,
    founding.check_change,
    roles.check_change,
    teams.of_change,
    defaults.check_change,
    settings.of_change,
    lookups.check_change,
    hierarchies.check_change,
    ownership.of_change,
    states.of_change,
    stamps.of_change,
    currencies.check_change,
    money.of_change,
    names.of_change,
    addresses.of_change,
    activities.of_change,
    customers.of_change,
)


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return what is stored of a new record that is given these values."""
    values = validation.kept(table, values)
    for rule in NEW:
        values |= rule(context, table, values) or {}
    return values


def of_change(context: Context, before: Row, values: Values) -> Values:
    """Return what is stored of a change that sets these values."""
    values = validation.kept(before.table, values)
    for rule in CHANGE:
        values |= rule(context, before, values) or {}
    return values
