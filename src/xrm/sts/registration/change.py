"""The write every registration goes through: one transaction, one generation, one audit entry."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from xrm.db import Transaction, Violation
from xrm.sts.audit import Event
from xrm.sts.service import TokenService

LONGEST_NAME = 256

Refusal = Literal["invalid", "absent", "taken", "forbidden"]


class RegistrationError(ValueError):
    """A registration was refused; the text says why and what to do.

    `kind` says how: the request is invalid, its object is absent, a name is taken, or the change
    is never allowed. `member` is the property of Microsoft Graph that is wrong, where one is.
    """

    def __init__(self, text: str, *, kind: Refusal = "invalid", member: str = "") -> None:
        super().__init__(text)
        self.kind: Refusal = kind
        self.member = member


@contextmanager
def change(service: TokenService, what: str = "it") -> Iterator[Transaction]:
    """Open the transaction of a change that every process sees from its next request.

    Raises RegistrationError when `what` is registered already.
    """
    try:
        with service.database.write() as tx:
            # First, since it holds up every other change until commit: what is read is current.
            tx.changed()
            yield tx
    except Violation as error:
        raise RegistrationError(f"{what} is already registered", kind="taken") from error


def named(name: str, *, member: str = "displayName") -> str:
    """Return a name without blanks around it. Raises RegistrationError for an unusable one."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RegistrationError("a name has 1 to 256 printable characters", member=member)
    return name


def audit(service: TokenService, tenant_id: UUID, operation: str, subject: UUID | str = "") -> None:
    """Record that something was changed; `subject` is the application or account."""
    event = Event(
        time=service.clock(), operation=operation, tenant_id=tenant_id, client=str(subject)
    )
    service.audit.record(event)
