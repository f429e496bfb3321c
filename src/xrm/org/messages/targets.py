"""The Targets of messages of many records: there are some, and all are of one table."""

from collections.abc import Callable, Sequence

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.message import Message
from xrm.model.metadata import Table
from xrm.model.values import Entity
from xrm.org.context import Context

Stray = Callable[[Table, Entity], ServiceError]


def stray(table: Table, target: Entity) -> ServiceError:
    """Return the error for a record of another table than the others."""
    return ServiceError(
        service.INVALID_ARGUMENT,
        "This entity cannot be added to the specified collection. The collection can have "
        f"entities with PlatformName = {table.logical_name} while this entity has Platform Name: "
        f"{target.logical_name}",
    )


def targets_of(
    context: Context, message: Message, *, stray: Stray = stray
) -> tuple[Table, Sequence[Entity]]:
    """Return the records of a message and their table.

    The table is the parameter EntityName's or, where that is not given, the first record's.
    Raises ServiceError 0x80040203 if Targets is absent, 0x80040216 if it is empty, and what
    `stray` returns for a record of another table.
    """
    targets: Sequence[Entity] | None = message.parameters.get("Targets")
    if targets is None:
        raise ServiceError(
            service.INVALID_ARGUMENT,
            f"Required field 'Targets' is missing for RequestName='{message.name}'",
        )
    if not targets:
        raise ServiceError(
            service.UNEXPECTED_ARGUMENT,
            "System.ArgumentException: The value of the parameter 'Targets' cannot be null or "
            "empty.",
        )
    table = context.table(message.parameters.get("EntityName") or targets[0].logical_name)
    for target in targets:
        if target.logical_name != table.logical_name:
            raise stray(table, target)
    return table, targets


def not_supported(message: Message, table: Table) -> ServiceError:
    """Return the error for a message that records of a table do not take."""
    return ServiceError(
        service.NO_SUCH_MESSAGE,
        f"The '{message.name}' method does not support entities of type '{table.logical_name}'.",
    )
