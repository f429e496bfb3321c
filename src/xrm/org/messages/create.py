"""Create: insert a record, and those given with it."""

from collections.abc import Iterable
from functools import cache

from xrm.db import Violation
from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import Entity, Guid, Values
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages import deep_insert
from xrm.org.messages.handler import Need
from xrm.org.rules import order
from xrm.org.security.caller import require

_EMPTY = "00000000-0000-0000-0000-000000000000"


def prepared(context: Context, table: Table, target: Entity) -> Values:
    """Return what is stored of a new record, its key included, once it is found lawful.

    Raises ServiceError for what the caller's rights or the rules refuse.
    """
    require(context.caller, table, Right.CREATE)
    values: Values = dict(target.values)
    if target.keys:
        values |= keys.values_of(table, target.keys)
    if not (context.caller.is_system or _not_given(table).isdisjoint(values)):
        for name in _not_given(table) & values.keys():
            del values[name]
    keys.resolve_lookups(context, values)
    key = target.id or _given_key(values, table.primary_id) or context.organization.record_ids()
    values[table.primary_id] = key
    return order.of_new(context, table, values)


@cache
def _not_given(table: Table) -> frozenset[str]:
    """Return the columns that a new record is not given by its caller."""
    return frozenset(name for name, each in table.columns.items() if not each.valid_for_create)


def _given_key(values: Values, name: str) -> Guid | None:
    value = values.get(name)
    return value if isinstance(value, str) and value != _EMPTY else None


def create(context: Context, target: Entity) -> Guid:
    """Insert a record without what is related to it and return its key.

    Raises ServiceError 0x80040237 if its key is taken, 0x80060892 if an alternate key is.
    """
    table = context.table(target.logical_name)
    values = prepared(context, table, target)
    defined = keys.of_table(context, table)
    try:
        context.organization.store.insert(context.transaction, table, values)
    except Violation as error:
        raise keys.violation(context, table, defined, error) from None
    context.written.add(table.logical_name)
    return str(values[table.primary_id])


class Create:
    """Insert a record with those related to it, all or none, and return its key."""

    declaration = Declaration(
        "Create",
        "record",
        parameters={"Target": "Entity"},
        results={"id": "Edm.Guid"},
        namespace="xrm",
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Create on the record's table; `run` checks it on those of related records."""
        return ((context.table(message.parameters["Target"].logical_name), Right.CREATE),)

    def run(self, context: Context, message: Message) -> Guid:
        """Insert the record."""
        target: Entity = message.parameters["Target"]
        return deep_insert.insert(context, target, create)
