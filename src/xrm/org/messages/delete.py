"""Delete: remove one record, and what goes with it."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, KeyReference
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules import deletion
from xrm.org.rules.concurrency import check_version
from xrm.org.rules.rights.reach import row_within
from xrm.org.rules.system import founding, settings
from xrm.org.rules.values import currencies


def delete(
    context: Context, target: EntityReference | KeyReference, version: int | None = None
) -> None:
    """Remove a record within the caller's right to delete.

    Raises ServiceError 0x80040217 or 0x80060891 if there is none, 0x80060882 for another row
    version than the one named, and what the caller's rights and the rules refuse.
    """
    table = context.table(target.logical_name)
    key = keys.resolve(context, target).id
    settings.check_delete(table)
    before = row_within(context, table, key, Right.DELETE)
    check_version(before, version)
    founding.check_delete(context, table, key)
    currencies.check_delete(context, table, key)
    deletion.remove(context, table, key)


class Delete:
    """Remove a record; `RowVersion`, where given, must be the record's."""

    declaration = Declaration(
        "Delete",
        "record",
        parameters={"Target": "EntityReference", "RowVersion": "Edm.Int64"},
        optional=frozenset({"RowVersion"}),
        namespace="xrm",
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Delete on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.DELETE),)

    def run(self, context: Context, message: Message) -> None:
        """Remove the record."""
        delete(context, message.parameters["Target"], message.parameters.get("RowVersion"))
