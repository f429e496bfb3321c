"""The rules a write goes through, in their order: one line each.

A rule of a new record sees its table and the values so far; one of a change sees the record
as it stands. Each returns columns to set, or nothing, and raises ServiceError to refuse.
A rule of new records of some tables alone stands with what tells them; others are not asked.
"""

from collections.abc import Callable
from functools import cache

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

Concerns = Callable[[Table], bool]


def _every(_table: Table) -> bool:
    return True


NEW: tuple[tuple[OfNew, Concerns], ...] = (
    (validation.check_new, _every),
    (founding.check_new, founding.concerns),
    (lookups.check_new, _every),
    (ownership.of_new, _every),
    (states.of_new, states.concerns),
    (stamps.of_new, _every),
    (users.of_new, users.concerns),
    (roles.of_new, roles.concerns),
    (teams.of_new, teams.concerns),
    (settings.of_new, settings.concerns),
    (defaults.of_new, _every),
    (currencies.of_new, currencies.concerns),
    (money.of_new, money.concerns),
    (names.of_new, names.concerns),
    (addresses.of_new, addresses.concerns),
    (activities.of_new, activities.concerns),
    (customers.of_new, customers.concerns),
    (defaults.check_new, _every),
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
    for rule in _of_table(table):
        if found := rule(context, table, values):
            values |= found
    return values


@cache
def _of_table(table: Table) -> tuple[OfNew, ...]:
    """Return the rules that concern new records of a table."""
    return tuple(rule for rule, concerns in NEW if concerns(table))


def of_change(context: Context, before: Row, values: Values) -> Values:
    """Return what is stored of a change that sets these values."""
    values = validation.kept(before.table, values)
    for rule in CHANGE:
        values |= rule(context, before, values) or {}
    return values
