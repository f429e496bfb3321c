"""Context: what surrounds one message while it runs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from xrm.db import Transaction
from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.values import Guid
from xrm.org.organization import Organization
from xrm.org.security.caller import Caller


@dataclass(slots=True)
class Context:
    """One message's surroundings: the organization, its transaction, the caller.

    `written` collects the tables written; the pipeline looks at it afterwards.
    """

    organization: Organization
    transaction: Transaction
    caller: Caller
    written: set[str] = field(default_factory=set)

    def table(self, logical_name: str) -> Table:
        """Return a table. Raises ServiceError if the organization has none of that name."""
        found = self.organization.catalogue.tables.get(logical_name)
        if found is None:
            raise service.ServiceError(
                service.INVALID_ARGUMENT,
                f"The entity with a name = '{logical_name}' was not found in the metadata cache.",
            )
        return found

    def now(self) -> datetime:
        """Return the time as records keep it: UTC, whole seconds."""
        return datetime.fromtimestamp(int(self.organization.clock()), UTC)


def not_found(table: Table, key: Guid) -> service.ServiceError:
    """Return the error for a record that does not exist."""
    return service.ServiceError(
        service.NOT_FOUND, f"Entity '{table.schema_name}' With Id = {key} Does Not Exist"
    )
