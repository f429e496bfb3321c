"""Who asks RST2.srf: by name and password, or by an assertion, never by both."""

from dataclasses import dataclass

from lxml import etree

from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.sts.accounts import federated
from xrm.sts.clients.single_use import SingleUse
from xrm.sts.directory import View
from xrm.sts.model import Authentication, Tenant, Trace, User
from xrm.sts.service import TokenService
from xrm.wire.wssecurity import Security
from xrm.wire.wssecurity.header import Username


class NotProven(Exception):
    """Nobody is proven; `number` is the AADSTS number for the audit, the text for the log."""

    def __init__(self, reason: str, number: int = 0) -> None:
        super().__init__(reason)
        self.number = number


@dataclass(frozen=True, slots=True)
class Proven:
    """Who asks, and how they signed in."""

    person: User
    authentication: Authentication


def prove(
    service: TokenService, security: Security, *, tenant: Tenant | None, trace: Trace
) -> Proven:
    """Return who asks, a person of this tenant where one is named. Raises NotProven."""
    view = service.directory.singly()
    given = [security.username is not None, security.token is not None, bool(security.binary)]
    if sum(given) != 1 or security.binary or security.signatures:
        raise NotProven("there is not exactly one proof, or one of another kind")
    try:
        if security.username is not None:
            found = _by_password(service, view, security.username, trace)
        else:
            assert security.token is not None
            found = _by_assertion(service, view, security.token, tenant)
    except SignInError as error:
        raise NotProven(error.sentence, error.row.number) from error
    if tenant is not None and found.person.tenant_id != tenant.tenant_id:
        raise NotProven("the person is another tenant's", signin.FOREIGN_PERSON.number)
    return found


def _by_password(service: TokenService, view: View, given: Username, trace: Trace) -> Proven:
    # Nobody's password is here whose domain is federated; it takes as long to say so.
    elsewhere = view.federation(given.name) is not None
    person, authentication = service.parts.proof.silent().prove(
        lambda: None if elsewhere else view.user_named(given.name),
        username=view.canonical(given.name),
        password=given.password,
        peer=trace.peer,
        now=service.clock(),
    )
    return Proven(person, authentication)


def _by_assertion(
    service: TokenService, view: View, token: etree._Element, tenant: Tenant | None
) -> Proven:
    now = service.clock()
    found = federated.believed(view, token, tenant=tenant, parts=service.parts, now=now)
    SingleUse(service.store).spend(found.use, now=now)
    return Proven(found.person, found.authentication)
