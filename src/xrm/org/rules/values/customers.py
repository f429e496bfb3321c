"""Whose an opportunity is: the account it names, else the contact, where nothing else is said."""

from collections.abc import Mapping

from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

PARENTS = ("parentaccountid", "parentcontactid")
"""The lookups a customer follows from, the first that is set."""
_CUSTOMER = "customerid"


def of_new(_context: Context, table: Table, values: Values) -> Values:
    """Return the customer of a new record, nothing for tables that do not derive one."""
    if table.logical_name != "opportunity" or values.get(_CUSTOMER) is not None:
        return {}
    return _derived(values)


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return the customer after a change of what it follows from."""
    derives = before.table.logical_name == "opportunity"
    if not derives or _CUSTOMER in values or not values.keys() & set(PARENTS):
        return {}
    return _derived({name: values.get(name, before[name]) for name in PARENTS})


def _derived(values: Mapping[str, Value]) -> Values:
    found = next((values[name] for name in PARENTS if values.get(name) is not None), None)
    return {} if found is None else {_CUSTOMER: found}
