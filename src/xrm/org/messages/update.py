"""Update: set columns of one record."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import Entity, Values
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules import order
from xrm.org.rules.concurrency import check_version
from xrm.org.rules.rights.reach import row_within


class Update:
    """Set columns of a record; `RowVersion`, where given, must be the record's."""

    declaration = Declaration(
        "Update", "record", parameters={"Target": "Entity", "RowVersion": "Edm.Int64"}
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Write on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.WRITE),)

    def run(self, context: Context, message: Message) -> None:
        """Set the columns."""
        target: Entity = message.parameters["Target"]
        table = context.table(target.logical_name)
        before = row_within(context, table, target.id or "", Right.WRITE)
        check_version(before, message.parameters.get("RowVersion"))
        values: Values = {
            name: value
            for name, value in target.values.items()
            if name != table.primary_id
            and (context.caller.is_system or table.columns[name].valid_for_update)
        }
        values = order.of_change(context, before, values)
        context.organization.store.change(context.transaction, table, before.key, values)
        context.written.add(table.logical_name)
