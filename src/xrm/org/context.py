"""Context: what surrounds one message while it runs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from xrm.db import Transaction
from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.values import Guid
from xrm.org.organization import Organization
from xrm.org.security.caller import Caller
from xrm.org.store.records import Standing

_PRINCIPALS = frozenset({"systemuser", "team", "organization"})
"""Tables whose records `kept` is about."""


@dataclass(slots=True)
class Context:
    """One message's surroundings: the organization, its transaction, the caller.

    `written` collects the tables written; the pipeline looks at it afterwards. `seen` keeps what
    was found of records pointed to, and `kept` what rules have found of users and teams, so that
    a message of many records asks once.
    """

    organization: Organization
    transaction: Transaction
    caller: Caller
    written: set[str] = field(default_factory=set)
    seen: dict[tuple[str, Guid], Standing] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict)

    def table(self, logical_name: str) -> Table:
        """Return a table. Raises ServiceError if the organization has none of that name."""
        found = self.organization.catalogue.tables.get(logical_name)
        if found is None:
            raise service.ServiceError(
                service.INVALID_ARGUMENT,
                f"The entity with a name = '{logical_name}' was not found in the metadata cache.",
            )
        return found

    def standing(self, table: Table, key: Guid) -> Standing | None:
        """Return a record's owner and business unit, None if there is no such record.

        Whoever changes or removes a record in the message calls `forget` of it.
        """
        name = table.logical_name, key
        found = self.seen.get(name)
        if found is None:
            found = self.organization.store.standing(self.transaction, table, key)
            if found is not None:
                self.seen[name] = found
        return found

    def forget(self, table: Table, key: Guid) -> None:
        """Ask anew for the standing of a record that is changed or removed."""
        self.seen.pop((table.logical_name, key), None)
        if table.logical_name in _PRINCIPALS:
            self.kept.clear()

    def now(self) -> datetime:
        """Return the time as records keep it: UTC, whole seconds."""
        return datetime.fromtimestamp(int(self.organization.clock()), UTC)


def not_found(table: Table, key: Guid) -> service.ServiceError:
    """Return the error for a record that does not exist."""
    return service.ServiceError(
        service.NOT_FOUND, f"Entity '{table.schema_name}' With Id = {key} Does Not Exist"
    )
