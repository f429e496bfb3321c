"""State and status: a status belongs to one state, and each state has a default status."""

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row


def of_new(_context: Context, table: Table, values: Values) -> Values:
    """Return state and status of a new record: active unless it says otherwise."""
    if "statecode" not in table.columns:
        return {}
    return _pair(table, values.get("statecode"), values.get("statuscode"), 0)


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return state and status after a change, empty if neither was set."""
    table = before.table
    if "statecode" not in table.columns or not {"statecode", "statuscode"} & values.keys():
        return {}
    current = before["statecode"]
    fallback = current if isinstance(current, int) else 0
    return _pair(table, values.get("statecode"), values.get("statuscode"), fallback)


def _pair(table: Table, state: Value, status: Value, fallback: int) -> Values:
    if not isinstance(status, int):
        chosen = state if isinstance(state, int) else fallback
        return {"statecode": chosen, "statuscode": table.default_status.get(chosen)}
    belongs = next(
        option.state for option in table.columns["statuscode"].options if option.value == status
    )
    wanted = state if isinstance(state, int) else fallback
    if belongs is not None and belongs != wanted:
        raise service.ServiceError(
            service.STATE_STATUS,
            f"{status} is not a valid status code for state code "
            f"{table.schema_name}State.{_label(table, wanted)} on {table.logical_name}.",
        )
    return {"statecode": wanted, "statuscode": status}


def _label(table: Table, state: int) -> str:
    options = table.columns["statecode"].options
    return next((option.label for option in options if option.value == state), str(state))
