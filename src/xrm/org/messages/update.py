"""Update: set columns of one record."""

from collections.abc import Callable, Iterable

from xrm.db import Violation
from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import Entity, Guid, KeyReference, Values
from xrm.org import keys
from xrm.org.context import Context, not_found
from xrm.org.messages.handler import Need
from xrm.org.rules import order
from xrm.org.rules.concurrency import check_version
from xrm.org.rules.rights.reach import check_row
from xrm.org.security.caller import require
from xrm.org.store.records import Row

Missing = Callable[[Table, Guid], service.ServiceError]


def update(
    context: Context, target: Entity, version: int | None = None, *, missing: Missing = not_found
) -> None:
    """Set columns of a record there is; `missing` makes the error of one there is not.

    Raises ServiceError 0x80060882 for another row version than the one named, 0x80060892 if an
    alternate key is taken, and what the caller's rights and the rules refuse.
    """
    refuse_related(target)
    table = context.table(target.logical_name)
    require(context.caller, table, Right.WRITE)
    before = _before(context, table, target, missing)
    check_row(context, before, Right.WRITE)
    check_version(before, version)
    values: Values = {
        name: value
        for name, value in target.values.items()
        if name != table.primary_id
        and (context.caller.is_system or table.columns[name].valid_for_update)
    }
    keys.resolve_lookups(context, values)
    values = order.of_change(context, before, values)
    defined = keys.of_table(context, table)
    try:
        context.organization.store.change(context.transaction, table, before.key, values)
    except Violation as error:
        raise keys.violation(context, table, defined, error) from None
    context.forget(table, before.key)
    context.written.add(table.logical_name)


def _before(context: Context, table: Table, target: Entity, missing: Missing) -> Row:
    key = target.id
    if key is None and target.keys:
        key = keys.resolve(context, KeyReference(table.logical_name, target.keys)).id
    if key is None:
        raise service.ServiceError(service.NOT_FOUND, "Entity Id must be specified for Operation")
    row = context.organization.store.read(context.transaction, table, key)
    if row is None:
        raise missing(table, key)
    return row


def refuse_related(target: Entity) -> None:
    """Refuse records given within one that is changed. Raises ServiceError 0x80060888.

    That the sentence holds for a single record too is inferred.
    """
    if target.related:
        raise service.ServiceError(
            service.URI,
            "Associate of 1:N navigation property with Create of Update is not supported in CRM",
        )


class Update:
    """Set columns of a record; `RowVersion`, where given, must be the record's."""

    declaration = Declaration(
        "Update",
        "record",
        parameters={"Target": "Entity", "RowVersion": "Edm.Int64"},
        optional=frozenset({"RowVersion"}),
        namespace="xrm",
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Write on the record's table."""
        return ((context.table(message.parameters["Target"].logical_name), Right.WRITE),)

    def run(self, context: Context, message: Message) -> None:
        """Set the columns."""
        update(context, message.parameters["Target"], message.parameters.get("RowVersion"))
