"""The one way a message runs: validate > authorize > run > after, in one transaction.

The phases that must not be forgotten live here, so that a new message cannot skip them.
"""

from typing import Any

from xrm.db import Busy, StatementTimeout, Violation
from xrm.model.errors import service
from xrm.model.message import Message
from xrm.org.callers import Identity
from xrm.org.context import Context
from xrm.org.messages import HANDLERS
from xrm.org.organization import Organization
from xrm.org.security.caller import Caller, require
from xrm.org.store.records import ROW_VERSION

SECURITY_TABLES = frozenset({"systemuser", "role", "businessunit", "privilege"})
"""Tables whose records decide what callers may do: writing them ends every cache."""


def execute(organization: Organization, message: Message, actor: Identity | Caller) -> Any:
    """Run a message for a caller and return its response.

    Raises ServiceError for everything the organization refuses; nothing is kept then.
    """
    handler = HANDLERS.get(message.name)
    if handler is None:
        raise service.ServiceError(
            service.NOT_IMPLEMENTED, f"The message '{message.name}' is not implemented."
        )
    database = organization.database
    try:
        with database.write() if handler.writes else database.read() as transaction:
            if handler.writes:
                # Writers take turns, so that what a rule has looked at holds until it writes.
                transaction.next_number(ROW_VERSION, 0)
            caller = organization.admit(transaction, actor)
            context = Context(organization, transaction, caller)
            for table, right in handler.needs(context, message):
                require(caller, table, right)
            response = handler.run(context, message)
            if not SECURITY_TABLES.isdisjoint(context.written):
                transaction.changed()
            return response
    except Violation:
        raise service.ServiceError(
            service.DUPLICATE_RECORD, "A record with matching key values already exists."
        ) from None
    except StatementTimeout:
        raise service.ServiceError(service.SQL_TIMEOUT, "SQL timeout expired.") from None
    except Busy:
        raise service.ServiceError(
            service.SQL_ERROR, "The database is busy; try again later."
        ) from None


def admit(organization: Organization, actor: Identity | Caller) -> None:
    """Check that an identity has a user, for answers that run no message."""
    with organization.database.read() as transaction:
        organization.admit(transaction, actor)
