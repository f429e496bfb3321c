"""Upsert: update the record of a key, or create it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import Entity, EntityReference, Guid
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.create import create
from xrm.org.messages.handler import Need
from xrm.org.messages.update import refuse_related, update
from xrm.org.security.caller import Caller, require


def upsert(context: Context, target: Entity) -> dict[str, Any]:
    """Update the record a key names, or create it with the values of that key.

    Returns the results of Upsert.

    Raises ServiceError as Update and Create do.
    """
    refuse_related(target)
    table = context.table(target.logical_name)
    require_either(context.caller, table)
    found = existing(context, table, target)
    if found is None:
        made = EntityReference(table.logical_name, create(context, target))
        return {"RecordCreated": True, "Target": made}
    update(context, replace(target, id=found))
    return {"RecordCreated": False, "Target": EntityReference(table.logical_name, found)}


def require_either(caller: Caller, table: Table) -> None:
    """Check that the caller may write or create records of a table at all.

    Otherwise the right that is missing would tell whether the record exists. Raises
    ServiceError 0x80040220.
    """
    right = Right.CREATE
    privilege = table.privileges.get(right)
    if privilege is None or caller.reach(privilege.name) is None:
        right = Right.WRITE
    require(caller, table, right)


def existing(context: Context, table: Table, target: Entity) -> Guid | None:
    """Return the key of the record a target names by its key or an alternate one, if it exists.

    Raises ServiceError 0x80060888 for columns that are no key.
    """
    if target.id is None and target.keys:
        return keys.find(context, table, target.keys)
    key = target.id
    there = key is not None and context.standing(table, key) is not None
    return key if there else None


class Upsert:
    """Return whether the record had to be created, and its key."""

    declaration = Declaration(
        "Upsert",
        "record",
        parameters={"Target": "Entity"},
        results={"RecordCreated": "Edm.Boolean", "Target": "EntityReference"},
        namespace="xrm",
    )
    writes = True

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need what the message it turns into needs; `run` checks that."""
        return ()

    def run(self, context: Context, message: Message) -> dict[str, Any]:
        """Update or create."""
        return upsert(context, message.parameters["Target"])
