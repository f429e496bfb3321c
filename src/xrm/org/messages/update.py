"""Update: set columns of one record."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import Entity, Values
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules import founding, names, ownership, roles, stamps, states, users
from xrm.org.rules.concurrency import check_version
from xrm.org.rules.lookups import check_lookups
from xrm.org.rules.reach import check_reach
from xrm.org.rules.validation import check_values, kept


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
        key = target.id or ""
        check_reach(context, table, key, Right.WRITE)
        check_version(context, table, key, message.parameters.get("RowVersion"))
        values: Values = {
            name: value
            for name, value in target.values.items()
            if name != table.primary_id
            and (context.caller.is_system or table.columns[name].valid_for_update)
        }
        values = kept(table, values)
        check_values(table, values)
        users.check_change(context, table, key, values)
        founding.check_change(context, table, key, values)
        roles.check_change(context, table, key, values)
        check_lookups(context, table, values, key=key)
        values |= ownership.of_change(context, table, key, values)
        values |= states.of_change(context, table, key, values)
        values |= stamps.of_change(context, table)
        values |= names.of_change(context, table, key, values)
        context.organization.store.change(context.transaction, table, key, values)
        context.written.add(table.logical_name)
