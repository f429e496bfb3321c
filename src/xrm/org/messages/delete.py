"""Delete: remove one record, and what goes with it."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import EntityReference
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules import deletion
from xrm.org.rules.concurrency import check_version
from xrm.org.rules.rights.reach import row_within
from xrm.org.rules.system import founding


class Delete:
    """Remove a record; `RowVersion`, where given, must be the record's."""

    declaration = Declaration(
        "Delete", "record", parameters={"Target": "EntityReference", "RowVersion": "Edm.Int64"}
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Delete on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.DELETE),)

    def run(self, context: Context, message: Message) -> None:
        """Remove the record."""
        target: EntityReference = message.parameters["Target"]
        table = context.table(target.logical_name)
        before = row_within(context, table, target.id, Right.DELETE)
        check_version(before, message.parameters.get("RowVersion"))
        founding.check_delete(context, table, target.id)
        deletion.remove(context, table, target.id)
