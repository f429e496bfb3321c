"""The one place where SAML tokens are made.

Whatever a token is asked for by — WS-Trust, WS-Federation, a chained realm — it is ordered here:
claims by the rules of the party, signed by the service's current key, encrypted to the party's
certificate where it has one, and written down in the audit.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xrm.sts.adfs import rules
from xrm.sts.adfs.farm import Account, Farm
from xrm.sts.audit import LONGEST, Event
from xrm.sts.directory import View
from xrm.sts.model import Authentication, RelyingParty, SamlVersion, Trace
from xrm.sts.service import TokenService
from xrm.wire import saml, xmlenc
from xrm.wire.saml import Assertion, Claim, Confirmation, claim_types
from xrm.wire.saml.actor import ACTOR, write_actor

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LIFETIME = 60
"""Minutes a token of a party lives that says nothing else."""

_NAME_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
_MICROSECONDS = 1_000_000


class NoCertificate(Exception):
    """A key can be told to a party only by encrypting it, and this one has no certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who a token is about: what is known of them, and how and when they proved who they are.

    `claims` are those the farm has accepted, before any rule of a party; `authenticated` is in
    seconds since the epoch, `method` one of `wire.saml`'s. The farm's own people have an
    `account`; `issuer` names the claims provider of others.
    """

    claims: tuple[Claim, ...]
    method: str
    authenticated: float
    account: Account | None = None
    issuer: str = ""

    @staticmethod
    def of(account: Account, authentication: Authentication) -> "Subject":
        """Return one of the farm's own people who has signed in."""
        return Subject(
            claims=rules.of_account(account, authentication),
            method=rules.method_of(authentication),
            authenticated=authentication.time / _MICROSECONDS,
            account=account,
        )

    @property
    def name(self) -> str:
        """Return the user principal name, "" for none."""
        return rules.value_of(self.claims, claim_types.UPN)


@dataclass(slots=True, kw_only=True)
class Order:
    """A token to be made. Nobody changes it; not frozen, as a Request.

    `proof` is what its holder proves: a symmetric key, the private half of a public one, or
    nothing (bearer). `actor` is who acts in the subject's name. `version` and `lifetime`, in
    seconds, are the party's unless given; a longer lifetime than the party's is not had.
    `operation` and `grant` are what the audit calls it.
    """

    farm: Farm
    party: RelyingParty
    subject: Subject
    trace: Trace
    operation: str
    grant: str = ""
    proof: "bytes | RSAPublicKey | None" = None
    actor: Subject | None = None
    version: SamlVersion | None = None
    lifetime: float | None = None


@dataclass(frozen=True, slots=True)
class IssuedAssertion:
    """A token: the text of the assertion, or of what it was encrypted to.

    Times are in seconds since the epoch.
    """

    text: str
    assertion_id: str
    version: SamlVersion
    audience: str
    created: float
    expires: float


def issue(service: TokenService, order: Order, *, view: View | None = None) -> IssuedAssertion:
    """Make the token of an order. Raises NoCertificate for a symmetric key to a party without one.

    `view` is the directory as it stands now, where the caller has it. It costs one RSA signature,
    and two encryptions with a public key where the party has one.
    """
    party = order.party
    if isinstance(order.proof, bytes) and not party.certificate:
        raise NoCertificate
    assertion = _assertion(service, order, now=service.clock())
    key = (view or service.directory.singly()).signing_key()
    text = saml.sign(assertion, key=key.private_key, certificate=key.certificate_der)
    if party.certificate:
        text = xmlenc.encrypt(text, party.certificate)
    service.audit.record(_event(service, order))
    return IssuedAssertion(
        text=text,
        assertion_id=assertion.id,
        version=assertion.version,
        audience=party.identifiers[0],
        created=assertion.not_before,
        expires=assertion.not_on_or_after,
    )


def _assertion(service: TokenService, order: Order, *, now: float) -> Assertion:
    party, subject = order.party, order.subject
    version = order.version or party.saml
    claims = _claims(order, version)
    longest = 60.0 * (party.lifetime or LIFETIME)
    return Assertion(
        version=version,
        id=f"_{service.ids()}",
        issuer=order.farm.identifier,
        issued=now,
        not_before=now,
        not_on_or_after=now + min(longest, order.lifetime or longest),
        audiences=party.identifiers[:1],
        name_id=rules.value_of(claims, claim_types.NAME_IDENTIFIER),
        name_format=_NAME_FORMAT,
        confirmation=_confirmation(order),
        claims=tuple(one for one in claims if one.type != claim_types.NAME_IDENTIFIER),
        method=subject.method,
        authenticated=subject.authenticated,
    )


def _claims(order: Order, version: SamlVersion) -> tuple[Claim, ...]:
    claims = rules.issued(order.party, order.subject.claims)
    if order.actor is None:
        return claims
    of_actor = rules.issued(order.party, order.actor.claims)
    # Who acted before stands within who acts now.
    before = tuple(one for one in order.subject.claims if one.type == ACTOR)
    others = tuple(one for one in claims if one.type != ACTOR)
    return (*others, Claim(ACTOR, (write_actor((*of_actor, *before), version),)))


def _confirmation(order: Order) -> Confirmation:
    if order.proof is None:
        return Confirmation()
    if isinstance(order.proof, bytes):
        certificate = order.party.certificate
        return Confirmation(kind="holder-of-key", secret=order.proof, certificate=certificate)
    return Confirmation(kind="holder-of-key", key=order.proof)


def _event(service: TokenService, order: Order) -> Event:
    return Event(
        time=service.clock(),
        operation=order.operation,
        tenant_id=order.farm.tenant.tenant_id,
        client=(order.actor or order.subject).name[:LONGEST],
        resource=order.party.identifiers[0][:LONGEST],
        grant=order.grant[:LONGEST],
        peer=order.trace.peer,
        correlation_id=order.trace.correlation_id,
        trace_id=order.trace.trace_id,
    )


def farm_party(farm: Farm, certificate: bytes) -> RelyingParty:
    """Return a farm as its own relying party: tokens that sign in there again.

    `certificate` is what is encrypted to the farm.
    """
    return RelyingParty(
        party_id=farm.tenant.tenant_id,
        tenant_id=farm.tenant.tenant_id,
        name="AD FS",
        identifiers=(farm.identifier,),
        certificate=certificate,
        rules=rules.FARM,
    )
