"""SetState: set a record's state and status."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import Entity, Values
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.messages.targets import not_supported
from xrm.org.messages.update import update
from xrm.org.rules.values import states

DEFAULT = -1
"""The status that stands for the default one of the state."""
_SWITCHED = "isdisabled"
"""The column that is the state of users and business units: 0 is enabled, 1 disabled."""


class SetState:
    """Set state and status by the rules of an Update.

    Raises ServiceError 0x80040800 for a table without states, 0x80040203 for a state that is
    none (inferred for users and units), and as Update does.
    """

    declaration = Declaration(
        "SetState",
        "record",
        parameters={
            "EntityMoniker": "EntityReference",
            "State": "OptionSetValue",
            "Status": "OptionSetValue",
        },
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Write on the record's table."""
        return ((context.table(message.parameters["EntityMoniker"].logical_name), Right.WRITE),)

    def run(self, context: Context, message: Message) -> None:
        """Set them."""
        target = keys.resolve(context, message.parameters["EntityMoniker"])
        table = context.table(target.logical_name)
        update(context, Entity(*target, _values(table, message)))


def _values(table: Table, message: Message) -> Values:
    state, status = message.parameters["State"], message.parameters["Status"]
    if states.concerns(table):
        return {"statecode": state} | ({} if status == DEFAULT else {"statuscode": status})
    if _SWITCHED not in table.columns:
        raise not_supported(message, table)
    if state not in (0, 1):
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"{state} is not a valid state of '{table.logical_name}'."
        )
    return {_SWITCHED: state == 1}
