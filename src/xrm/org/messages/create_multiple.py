"""CreateMultiple: insert records of one table, all or none."""

from collections.abc import Iterable, Sequence

from xrm.db import Violation
from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import Entity, EntityReference, Guid, KeyReference
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages import deep_insert
from xrm.org.messages.create import create, prepared
from xrm.org.messages.handler import Need
from xrm.org.messages.targets import targets_of

_TOGETHER = 1000
"""Records prepared before they are inserted: what a message holds of them does not grow."""


class CreateMultiple:
    """Insert records and return their keys in order.

    Raises ServiceError as Create does for each of them; nothing is kept then.
    """

    declaration = Declaration(
        "CreateMultiple",
        "action",
        parameters={"Targets": "EntityCollection"},
        results={"Ids": "Collection(Edm.Guid)"},
        bound_to=("entityset",),
        namespace="xrm",
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Create on the records' table."""
        return ((targets_of(context, message)[0], Right.CREATE),)

    def run(self, context: Context, message: Message) -> list[Guid]:
        """Insert the records."""
        table, targets = targets_of(context, message)
        try:
            if _stand_alone(table, targets):
                return _insert_together(context, table, targets)
            return [deep_insert.insert(context, target, create) for target in targets]
        except Violation:
            raise service.ServiceError(
                service.DUPLICATE_RECORD, "Cannot insert duplicate key."
            ) from None


def _stand_alone(table: Table, targets: Sequence[Entity]) -> bool:
    """Tell whether no record needs to see one that stands before it in the message.

    Rules of users, units, roles and teams look at what is there already.
    """
    if not table.is_user_owned:
        return False
    return not any(target.related or _looks_around(table, target) for target in targets)


def _looks_around(table: Table, target: Entity) -> bool:
    return any(
        isinstance(value, EntityReference | KeyReference)
        and value.logical_name == table.logical_name
        for value in target.values.values()
    )


def _insert_together(context: Context, table: Table, targets: Sequence[Entity]) -> list[Guid]:
    defined, made = keys.of_table(context, table), list[Guid]()
    for start in range(0, len(targets), _TOGETHER):
        some = targets[start : start + _TOGETHER]
        records = [prepared(context, table, target) for target in some]
        try:
            context.organization.store.insert_many(context.transaction, table, records)
        except Violation as error:
            raise keys.violation(context, table, defined, error) from None
        made += (str(values[table.primary_id]) for values in records)
    context.written.add(table.logical_name)
    return made
