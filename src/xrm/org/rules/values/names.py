"""Computed full names: given name, family name."""

from xrm.model.metadata import Table
from xrm.model.values import Values
from xrm.org.context import Context
from xrm.org.store.records import Row

PARTS = ("firstname", "lastname")


def of_new(_context: Context, table: Table, values: Values) -> Values:
    """Return the full name of a new record, empty for tables without one."""
    if "fullname" not in table.columns or "lastname" not in table.columns:
        return {}
    return _full(values)


def _full(values: Values) -> Values:
    if values.get("fullname") is not None:
        return {}
    words = [value for name in PARTS if isinstance(value := values.get(name), str) and value]
    return {"fullname": " ".join(words) or None}


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return the full name after a change, empty if no part of it was set."""
    if not set(PARTS) & values.keys() or "fullname" not in before.table.columns:
        return {}
    return _full({name: values.get(name, before[name]) for name in PARTS})
