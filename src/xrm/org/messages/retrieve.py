"""Retrieve: one record by its key."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.org import keys
from xrm.org.context import Context, not_found
from xrm.org.messages.handler import Need
from xrm.org.messages.retrieve_multiple import EntityCollection, leave_the_glance
from xrm.org.presentation import present
from xrm.org.security.access import denied, readable
from xrm.org.store.columns import pack_guid


class Retrieve:
    """Return the columns asked of one record, as a collection of one row.

    Raises ServiceError 0x80040217 or 0x80060891 if there is no such record, 0x80048306 if the
    caller may not read it.
    """

    declaration = Declaration(
        "Retrieve",
        "record",
        parameters={
            "Target": "EntityReference",
            "ColumnSet": "ColumnSet",
            "Formatted": "Edm.Boolean",
            "Plain": "Edm.String",
        },
        results={"Entity": "Entity"},
        optional=frozenset({"Formatted", "Plain"}),
        namespace="xrm",
    )
    writes = False

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.READ),)

    def run(self, context: Context, message: Message) -> EntityCollection:
        """Return the record."""
        shown = bool(message.parameters.get("Formatted"))
        table = context.table(message.parameters["Target"].logical_name)
        if shown:
            leave_the_glance(context, table, message.parameters["ColumnSet"])
        organization, caller = context.organization, context.caller
        allowed = readable(organization.database, caller, table)
        target = keys.resolve(context, message.parameters["Target"])
        plan = organization.record_plan(table, message.parameters["ColumnSet"], allowed.scope)
        bound = {**allowed.parameters, "p0": pack_guid(target.id), "limit": 1}
        rows = context.transaction.verified_rows(plan.sql, bound)
        if not rows:
            if context.standing(table, target.id) is None:
                raise not_found(table, target.id)
            raise denied(caller, Right.READ, target)
        values = plan.decode(rows)
        plain, presented = message.parameters.get("Plain"), None
        if shown:
            presented = present(context, table, plan.columns, values, plain=plain)
        return EntityCollection(table, plan.columns, values, more=False, presented=presented)
