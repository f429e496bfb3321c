"""Assign: give a record, and what follows it, another owner."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import EntityReference
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.messages.targets import not_supported
from xrm.org.rules.rights import assignment
from xrm.org.rules.rights.reach import row_within
from xrm.org.rules.values import stamps


class Assign:
    """Set a record's owner, who must be able to read it. It takes Assign, not Write (inferred).

    Raises ServiceError 0x80040800 for a table whose records nobody owns, and as
    `assignment.assign` does.
    """

    declaration = Declaration(
        "Assign",
        "record",
        parameters={"Target": "EntityReference", "Assignee": "EntityReference"},
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Assign on the record's table."""
        table = context.table(message.parameters["Target"].logical_name)
        if not table.is_user_owned:
            raise not_supported(message, table)
        return ((table, Right.ASSIGN),)

    def run(self, context: Context, message: Message) -> None:
        """Set the owner."""
        target = keys.resolve(context, message.parameters["Target"])
        assignee: EntityReference = keys.resolve(context, message.parameters["Assignee"])
        row = row_within(context, context.table(target.logical_name), target.id, Right.ASSIGN)
        values = assignment.assign(context, row, assignee)
        values |= stamps.of_change(context, row, values) or {}
        context.organization.store.change(context.transaction, row.table, row.key, values)
        context.forget(row.table, row.key)
        context.written.add(row.table.logical_name)
