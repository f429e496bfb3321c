"""State and status: a status belongs to one state, and each state has a default status."""

from collections.abc import Mapping

from xrm.model.errors import service
from xrm.model.errors.service import Fault, ServiceError
from xrm.model.metadata import Table
from xrm.model.values import Guid, Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

FIRST = 0
"""The state of every new record."""

_BY_MESSAGE: Mapping[str, Mapping[int, str]] = {"opportunity": {1: "won", 2: "lost"}}
"""States that only a message of their own sets; the message has the state's name."""

_BARRED: Mapping[str, tuple[frozenset[tuple[int, int]], Fault, str]] = {
    # That this way is barred was observed; by which error is inferred.
    "lead": (frozenset({(1, 2), (2, 1)}), service.LEAD_CLOSED, "The lead is already closed."),
}
"""Ways from one state to another that lead through the first."""


def concerns(table: Table) -> bool:
    """Tell whether the records of a table have states."""
    return "statecode" in table.columns


def of_new(context: Context, table: Table, values: Values) -> Values:
    """Return state and status of a new record: open, whatever state is asked for.

    Raises ServiceError 0x80048408 for a status of another state. The platform itself, which
    loads records, may create them closed.
    """
    asked = values.get("statecode") if context.caller.is_system else None
    return _pair(table, asked if isinstance(asked, int) else FIRST, values.get("statuscode"))


def of_change(context: Context, before: Row, values: Values) -> Values:
    """Return state and status after a change, empty if neither was set.

    Raises ServiceError 0x80048408 for a status of another state, 0x80100005 for a state that
    only a message of its own sets.
    """
    table = before.table
    if not concerns(table) or not {"statecode", "statuscode"} & values.keys():
        return {}
    if "statecode" in values and values["statecode"] is None:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, "Attribute: statecode cannot be set to NULL"
        )
    current, asked = before["statecode"], values.get("statecode")
    now = current if isinstance(current, int) else FIRST
    wanted = asked if isinstance(asked, int) else now
    if wanted != now and not context.caller.is_system:
        _check_way(table, now, wanted)
    return _pair(table, wanted, values.get("statuscode"), before.key)


def _check_way(table: Table, now: int, wanted: int) -> None:
    message = _BY_MESSAGE.get(table.logical_name, {}).get(wanted)
    if message is not None:
        name = table.logical_name
        raise ServiceError(
            service.STATE_BY_MESSAGE,
            f"This message can not be used to set the state of {name} to {message}. In order to "
            f"set state of {name} to {message}, use the {message} message instead.",
        )
    barred = _BARRED.get(table.logical_name)
    if barred is not None and (now, wanted) in barred[0]:
        raise ServiceError(barred[1], barred[2])


def _pair(table: Table, state: int, status: Value, key: Guid | None = None) -> Values:
    if not isinstance(status, int):
        return {"statecode": state, "statuscode": table.default_status.get(state)}
    belongs = next(
        option.state for option in table.columns["statuscode"].options if option.value == status
    )
    if belongs is not None and belongs != state:
        record = "" if key is None else f" on {table.logical_name} with Id {key}"
        raise ServiceError(
            service.STATE_STATUS,
            f"{status} is not a valid status code for state code "
            f"{table.schema_name}State.{_label(table, state)}{record}.",
        )
    return {"statecode": state, "statuscode": status}


def _label(table: Table, state: int) -> str:
    options = table.columns["statecode"].options
    return next((option.label for option in options if option.value == state), str(state))
