"""Upsert: update the record of a key, or create it."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.model.values import Entity
from xrm.org.context import Context
from xrm.org.messages.create import Create
from xrm.org.messages.handler import Need
from xrm.org.messages.update import Update
from xrm.org.security.caller import require


class Upsert:
    """Return whether the record had to be created."""

    declaration = Declaration(
        "Upsert",
        "record",
        parameters={"Target": "Entity"},
        results={"RecordCreated": "Edm.Boolean"},
    )
    writes = True

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need what the message it turns into needs; `run` checks that."""
        return ()

    def run(self, context: Context, message: Message) -> bool:
        """Update or create."""
        target: Entity = message.parameters["Target"]
        table = context.table(target.logical_name)
        store = context.organization.store
        exists = store.standing(context.transaction, table, target.id or "") is not None
        require(context.caller, table, Right.WRITE if exists else Right.CREATE)
        if exists:
            Update().run(context, message)
        else:
            Create().run(context, message)
        return not exists
