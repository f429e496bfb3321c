"""Create: insert one record."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import Entity, Guid, Values
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules import order


class Create:
    """Insert a record and return its key."""

    declaration = Declaration(
        "Create", "record", parameters={"Target": "Entity"}, results={"id": "Edm.Guid"}
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Create on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.CREATE),)

    def run(self, context: Context, message: Message) -> Guid:
        """Insert the record."""
        target: Entity = message.parameters["Target"]
        table = context.table(target.logical_name)
        values: Values = {
            name: value
            for name, value in target.values.items()
            if context.caller.is_system or table.columns[name].valid_for_create
        }
        key = target.id or _given_key(values, table.primary_id) or str(context.organization.ids())
        values[table.primary_id] = key
        values = order.of_new(context, table, values)
        context.organization.store.insert(context.transaction, table, values)
        context.written.add(table.logical_name)
        return key


def _given_key(values: Values, name: str) -> Guid | None:
    value = values.get(name)
    return value if isinstance(value, str) else None
