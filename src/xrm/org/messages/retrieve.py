"""Retrieve: one record by its key."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.query import Condition, Query
from xrm.model.values import EntityReference
from xrm.org.context import Context, not_found
from xrm.org.messages.handler import Need
from xrm.org.messages.retrieve_multiple import EntityCollection, find
from xrm.org.security.access import denied


class Retrieve:
    """Return the columns asked of one record, as a collection of one row.

    Raises ServiceError 0x80040217 if there is no such record, 0x80048306 if the caller may
    not read it.
    """

    declaration = Declaration(
        "Retrieve",
        "record",
        parameters={"Target": "EntityReference", "ColumnSet": "ColumnSet"},
        results={"Entity": "Entity"},
    )
    writes = False

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.READ),)

    def run(self, context: Context, message: Message) -> EntityCollection:
        """Return the record."""
        target: EntityReference = message.parameters["Target"]
        table = context.table(target.logical_name)
        key = Condition(table.primary_id, "eq", (target.id,))
        query = Query(table.logical_name, message.parameters["ColumnSet"], key, size=1)
        found = find(context, query)
        if not found.rows:
            store = context.organization.store
            if store.standing(context.transaction, table, target.id) is None:
                raise not_found(table, target.id)
            raise denied()
        return found
