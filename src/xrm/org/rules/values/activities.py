"""Activities: what kind one is, and how long it is planned to last."""

from datetime import datetime

from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

START, END, MINUTES = "scheduledstart", "scheduledend", "scheduleddurationminutes"


def concerns(table: Table) -> bool:
    """Tell whether the records of a table are activities."""
    return table.is_activity


def of_new(_context: Context, table: Table, values: Values) -> Values:
    """Return kind and planned duration of a new activity."""
    kind: Values = {"activitytypecode": table.logical_name}
    if MINUTES in table.columns and values.get(END) is not None:
        kind[MINUTES] = _minutes(values.get(START), values[END])
    return kind


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return the planned duration of an activity after a change of its start or end."""
    table = before.table
    if not table.is_activity or MINUTES not in table.columns or not {START, END} & values.keys():
        return {}
    start, end = (values.get(name, before[name]) for name in (START, END))
    return {MINUTES: None if end is None else _minutes(start, end)}


def _minutes(start: Value, end: Value) -> int:
    """Return the whole minutes between two times; none without a start, as at the service."""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return 0
    # Inferred: an end before the start makes no negative duration.
    return max(0, int((end - start).total_seconds()) // 60)
