"""The one way a message runs: validate > authorize > run > after, in one transaction.

The phases that must not be forgotten live here, so that a new message cannot skip them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from xrm.db import Busy, StatementTimeout, Transaction, Violation
from xrm.db.glance import Stale
from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.org import optional
from xrm.org.callers import Identity
from xrm.org.context import Context
from xrm.org.messages import HANDLERS
from xrm.org.messages.handler import Composite, Handler
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
    if isinstance(handler, Composite):
        admit(organization, actor)
        return handler.run(_Execution(organization, actor), message)
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
    handler = _handler(message)
    if isinstance(handler, Composite):
        raise TypeError(f"{message.name} opens transactions of its own")
    return _run(organization, handler, message, caller, transaction)


@contextmanager
def _numbered(index: int) -> Iterator[None]:
    """Say of a refusal which of several messages it is of."""
    try:
        yield
    except service.ServiceError as error:
        raise service.TransactionError(error, index) from error
    except (Violation, StatementTimeout, Busy) as error:
        raise service.TransactionError(_meaning(error), index) from None


class _Execution:
    """How the messages of a composite one are run, for who sent it."""

    def __init__(self, organization: Organization, actor: Identity | Caller) -> None:
        self._organization = organization
        self._actor = actor

    def alone(self, message: Message) -> Any:
        """Run one as if it had been sent alone."""
        return execute(self._organization, message, self._actor)

    def together(self, messages: Sequence[Message]) -> list[Any]:
        """Run all in one transaction."""
        with writing(self._organization) as transaction:
            return list(self._in_order(transaction, messages))

    def _in_order(self, transaction: Transaction, messages: Sequence[Message]) -> Iterator[Any]:
        caller, seen = self._organization.admit(transaction, self._actor), None
        for index, message in enumerate(messages):
            with _numbered(index):
                if seen not in (None, transaction.generation):
                    caller = self._again(transaction)
                seen = transaction.generation
                yield execute_within(self._organization, message, caller, transaction)

    def _again(self, transaction: Transaction) -> Caller:
        """Return who asks as the transaction sees it now, and keep that in no cache.

        The message before this one may have changed what it may do.
        """
        if isinstance(self._actor, Caller):
            return self._actor
        return self._organization.users.admit(transaction, self._actor)


def _handler(message: Message) -> Handler | Composite:
    if message.refusal is not None:
        raise message.refusal
    handler = HANDLERS.get(message.name)
    if handler is None:
        raise service.ServiceError(
            service.NOT_IMPLEMENTED, f"The message '{message.name}' is not implemented."
        )
    _check_complete(handler.declaration, message)
    return handler


def _check_complete(declaration: Declaration, message: Message) -> None:
    """Check that no parameter is missing. Raises ServiceError 0x80040203."""
    given = message.parameters
    for name, kind in declaration.parameters.items():
        # All columns are None.
        there = name in given if kind == "ColumnSet" else given.get(name) is not None
        if not there and name not in declaration.optional:
            raise service.ServiceError(
                service.INVALID_ARGUMENT,
                f"Required field '{name}' is missing for RequestName='{message.name}'",
            )


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


def admit(organization: Organization, actor: Identity | Caller) -> Caller:
    """Return the user an identity has, for answers that run no message.

    Raises ServiceError for one that has none.
    """
    with organization.database.read() as transaction:
        return organization.admit(transaction, actor)
