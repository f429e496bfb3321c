"""UpsertMultiple: update or create records of one table, all or none."""

from collections.abc import Iterable
from typing import Any

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.values import Entity
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.messages.targets import targets_of
from xrm.org.messages.upsert import existing, require_either, upsert


class UpsertMultiple:
    """Return of each record whether it had to be created.

    Raises ServiceError as Upsert does, and 0x80040216 for a new record that has a column of its
    alternate key among its values too; nothing is kept then.
    """

    declaration = Declaration(
        "UpsertMultiple",
        "action",
        parameters={"Targets": "EntityCollection"},
        results={"Results": "Collection(UpsertResponse)"},
        bound_to=("entityset",),
        namespace="xrm",
    )
    writes = True

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need what Upsert needs of each record; `run` checks that."""
        return ()

    def run(self, context: Context, message: Message) -> list[dict[str, Any]]:
        """Update or create them, record after record."""
        table, targets = targets_of(context, message)
        require_either(context.caller, table)
        return [self._upsert(context, table, target) for target in targets]

    def _upsert(self, context: Context, table: Table, target: Entity) -> dict[str, Any]:
        twice = any(name in target.values for name, _ in target.keys)
        if twice and existing(context, table, target) is None:
            raise service.ServiceError(service.UNEXPECTED_ARGUMENT, "An unexpected error occurred.")
        return upsert(context, target)
