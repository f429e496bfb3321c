"""The one way a message runs: validate > authorize > run > after, in one transaction.

The phases that must not be forgotten live here, so that a new message cannot skip them.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from xrm.db import Busy, StatementTimeout, Transaction, Violation
from xrm.db.glance import Stale
from xrm.model.errors import service
from xrm.model.message import Message
from xrm.org import optional
from xrm.org.callers import Identity
from xrm.org.context import Context
from xrm.org.messages import HANDLERS
from xrm.org.messages.handler import Handler
from xrm.org.organization import Organization
from xrm.org.security.caller import Caller, require

SECURITY_TABLES = frozenset(
    {"systemuser", "role", "businessunit", "privilege", "team", "principalobjectaccess"}
)
"""Tables whose records decide what callers may do."""
CACHED_TABLES = SECURITY_TABLES | {"transactioncurrency", "usersettings", "organization"}
"""Tables whose records are kept in caches: writing them ends every cache."""


def execute(organization: Organization, message: Message, actor: Identity | Caller) -> Any:
    """Run a message for a caller and return its response.

    Raises ServiceError for everything the organization refuses; nothing is kept then.
    """
    handler = _handler(message)
    try:
        if handler.writes:
            with organization.turn() as transaction:
                return _run(organization, handler, message, actor, transaction)
        return _read(organization, handler, message, actor)
    except (Violation, StatementTimeout, Busy) as error:
        raise _meaning(error) from None


@contextmanager
def writing(organization: Organization) -> Iterator[Transaction]:
    """Open one transaction for several messages: all of them are kept, or none.

    Raises ServiceError as `execute` does.
    """
    try:
        with organization.turn() as transaction:
            yield transaction
    except (Violation, StatementTimeout, Busy) as error:
        raise _meaning(error) from None


def execute_within(
    organization: Organization, message: Message, caller: Caller, transaction: Transaction
) -> Any:
    """Run a message in a transaction of `writing` and return its response.

    It takes no identity: what a transaction sees of users before it commits must not be cached.
    Raises ServiceError as `execute` does.
    """
    return _run(organization, _handler(message), message, caller, transaction)


def _handler(message: Message) -> Handler:
    handler = HANDLERS.get(message.name)
    if handler is None:
        raise service.ServiceError(
            service.NOT_IMPLEMENTED, f"The message '{message.name}' is not implemented."
        )
    return handler


def _meaning(error: Violation | StatementTimeout | Busy) -> service.ServiceError:
    if isinstance(error, Violation):
        return service.ServiceError(
            service.DUPLICATE_RECORD, "A record with matching key values already exists."
        )
    if isinstance(error, StatementTimeout):
        return service.ServiceError(service.SQL_TIMEOUT, "SQL timeout expired.")
    return service.ServiceError(service.SQL_ERROR, "The database is busy; try again later.")


def _read(
    organization: Organization, handler: Handler, message: Message, actor: Identity | Caller
) -> Any:
    """Answer at a glance where the caches hold, else in a transaction."""
    glance = organization.glance()
    # What an outdated cache refused, and what it allowed without proof, is done again.
    with suppress(Stale, service.ServiceError):
        response = _run(organization, handler, message, actor, glance)
        if glance.verified:
            return response
    with organization.database.read() as transaction:
        return _run(organization, handler, message, actor, transaction)


def _run(
    organization: Organization,
    handler: Handler,
    message: Message,
    actor: Identity | Caller,
    transaction: Transaction,
) -> Any:
    caller = organization.admit(transaction, actor)
    context = Context(organization, transaction, caller)
    optional.check(caller, message.parameters)
    for table, right in handler.needs(context, message):
        require(caller, table, right)
    response = handler.run(context, message)
    if not CACHED_TABLES.isdisjoint(context.written):
        transaction.changed()
    return response


def admit(organization: Organization, actor: Identity | Caller) -> None:
    """Check that an identity has a user, for answers that run no message."""
    with organization.database.read() as transaction:
        organization.admit(transaction, actor)
