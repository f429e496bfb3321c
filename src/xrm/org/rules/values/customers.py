"""Whose an opportunity is: the account it names, else the contact, where nothing else is said."""

from collections.abc import Mapping

from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

PARENTS = ("parentaccountid", "parentcontactid")
"""The lookups a customer follows from, the first that is set."""
_CUSTOMER = "customerid"


def concerns(table: Table) -> bool:
    """Tell whether a table derives its customer."""
    return table.logical_name == "opportunity"


def of_new(_context: Context, _table: Table, values: Values) -> Values:
    """Return the customer of a new record that is given none."""
    return {} if values.get(_CUSTOMER) is not None else _derived(values)


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return the customer after a change of what it follows from."""
    if not concerns(before.table) or _CUSTOMER in values or not values.keys() & set(PARENTS):
        return {}
    return _derived({name: values.get(name, before[name]) for name in PARENTS})


def _derived(values: Mapping[str, Value]) -> Values:
    found = next((values[name] for name in PARENTS if values.get(name) is not None), None)
    return {} if found is None else {_CUSTOMER: found}
