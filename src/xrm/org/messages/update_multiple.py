"""UpdateMultiple: set columns of records of one table, all or none."""

from collections.abc import Iterable

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import Entity, Guid
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.messages.targets import targets_of
from xrm.org.messages.update import update


class UpdateMultiple:
    """Set columns of records. Raises ServiceError as Update does; nothing is kept then."""

    declaration = Declaration(
        "UpdateMultiple",
        "action",
        parameters={"Targets": "EntityCollection"},
        bound_to=("entityset",),
        namespace="xrm",
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Write on the records' table."""
        return ((targets_of(context, message, stray=_stray)[0], Right.WRITE),)

    def run(self, context: Context, message: Message) -> None:
        """Set the columns, record after record."""
        _, targets = targets_of(context, message, stray=_stray)
        for target in targets:
            update(context, target, missing=_missing)


def _missing(table: Table, key: Guid) -> service.ServiceError:
    return service.ServiceError(
        service.NOT_FOUND, f"{table.schema_name} With Ids = {key} Do Not Exist"
    )


def _stray(table: Table, target: Entity) -> service.ServiceError:
    name = next((name for name in target.values if name not in table.columns), "logicalname")
    return service.ServiceError(
        service.NO_ATTRIBUTE,
        f"'{table.logical_name}' entity doesn't contain attribute with Name = '{name}' and "
        "NameMapping = 'Platform'",
    )
