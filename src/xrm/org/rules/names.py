"""Computed full names: given name, family name."""

from xrm.model.metadata import Table
from xrm.model.values import Guid, Values
from xrm.org.context import Context

PARTS = ("firstname", "lastname")


def computed(table: Table, values: Values) -> Values:
    """Return the full name of a new record, empty for tables without one."""
    if "fullname" not in table.columns or "lastname" not in table.columns:
        return {}
    if values.get("fullname") is not None:
        return {}
    words = [value for name in PARTS if isinstance(value := values.get(name), str) and value]
    return {"fullname": " ".join(words) or None}


def of_change(context: Context, table: Table, key: Guid, values: Values) -> Values:
    """Return the full name after a change, empty if no part of it was set."""
    if not set(PARTS) & values.keys() or "fullname" not in table.columns:
        return {}
    store = context.organization.store
    before = store.fetch(context.transaction, table, key, PARTS) or {}
    return computed(table, {**before, **{name: values[name] for name in PARTS if name in values}})
