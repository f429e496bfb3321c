"""What an application is answered: codes and tokens for what a person allowed."""

from dataclasses import dataclass
from uuid import UUID

from xrm.model.errors.signin import SignInError
from xrm.sts import claims, tokens
from xrm.sts.adfs.oauth.wording import worded
from xrm.sts.audit import LONGEST, Event
from xrm.sts.directory import Resource, View
from xrm.sts.handles import codes
from xrm.sts.handles.codes import LIFETIME, Code
from xrm.sts.model import (
    Client,
    Delegated,
    Flavour,
    Granted,
    ServicePrincipal,
    SignedIn,
    Standing,
    Tenant,
    Trace,
    User,
)
from xrm.sts.resources import Settled
from xrm.sts.service import TokenService
from xrm.sts.signin.asked import Asked, Trusted
from xrm.sts.signin.journey import Outcome, Tell
from xrm.sts.signin.visit import Visit
from xrm.sts.tokens import Press
from xrm.wire import oauth

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """One answer: to whom, for whom, and what was settled between them."""

    known: Trusted
    asked: Asked
    flavour: Flavour
    segment: str
    tenant: Tenant
    principal: ServicePrincipal
    person: User
    account: SignedIn
    session_id: UUID | None
    settled: Settled
    peer: str


def fields(service: TokenService, at: Answering, view: View, *, now: float) -> dict[str, str]:
    """Return the fields of an answer, in the order the service sends them."""
    types = at.asked.types
    press = service.press(view.signing_key(), service.ids(), now=now, peer=at.peer)
    answer: dict[str, str] = {}
    beside: list[tuple[str, str]] = []
    if "code" in types:
        answer["code"] = _code(service, at, now=now)
        beside.append(("c_hash", claims.half_hash(answer["code"])))
    if at.asked.client_info:
        answer["client_info"] = claims.client_info(at.person)
    if "token" in types:
        granted = _granted(at, view)
        issued = tokens.mint(granted, _client(at), press=press)
        answer["access_token"] = issued.access_token.reveal()
        answer["token_type"] = "Bearer"  # noqa: S105 - the name of a scheme
        answer["expires_in"] = str(issued.lifetime - at.flavour.short_by)
        if at.flavour.scoped:
            answer["scope"] = at.settled.answered
        beside.append(("at_hash", claims.half_hash(answer["access_token"])))
    if "id_token" in types:
        own = Resource(at.principal, at.known.application)
        roles = view.roles(at.person.object_id, own)
        answer["id_token"] = _id_token(at, roles, tuple(beside), press)
    if at.known.state is not None:
        answer["state"] = at.known.state
    if at.session_id is not None and not types.isdisjoint({"code", "id_token"}):
        answer["session_state"] = str(at.session_id)
    return answer


def code_of(error: SignInError, visit: Visit) -> str:
    """Return the OAuth code by which an application is told of a refusal."""
    if visit.service.farm is not None:
        return worded(error, visit.journey.parameters).told
    own = visit.service.profile.own_error_codes
    return error.row.told_for(visit.journey.flavour, own=own)


def described(error: SignInError, visit: Visit) -> str:
    """Return the text of a refusal, with the ids of the request where the service tells them."""
    if visit.service.farm is not None:
        return worded(error, visit.journey.parameters).description
    return oauth.ErrorDocument(
        error=error.row.code,
        sentence=error.sentence,
        codes=(error.row.number,),
        timestamp=oauth.timestamp(visit.now),
        trace_id=visit.trace.trace_id,
        correlation_id=visit.trace.correlation_id,
    ).description


def record(service: TokenService, outcome: Outcome, trace: Trace) -> None:
    """Record an outcome, where it is an answer."""
    step, tenant = outcome.step, outcome.about.tenant
    if not isinstance(step, Tell):
        return
    service.audit.record(
        Event(
            time=service.clock(),
            operation="authorize",
            outcome="refused" if step.error else "done",
            error=step.error,
            tenant_id=tenant.tenant_id if tenant is not None else None,
            client=str(outcome.about.application_id or "")[:LONGEST],
            peer=trace.peer,
            correlation_id=trace.correlation_id,
            trace_id=trace.trace_id,
        )
    )


def _client(at: Answering) -> Client:
    confidential = at.flavour.name == "adfs" and not at.known.application.public_client
    return Client(at.known.application, at.principal, acr="1" if confidential else "0")


def _standing(service: TokenService, at: Answering) -> Standing:
    return Standing(
        family_id=service.ids(),
        tenant_id=at.tenant.tenant_id,
        application_id=at.known.application.application_id,
        authentication=at.account.authentication,
        kind=at.known.redirect.kind,
        session_id=at.session_id,
        resource=at.asked.resource,
        scope=at.asked.scope,
    )


def _code(service: TokenService, at: Answering, *, now: float) -> str:
    code = Code(
        code_id=service.ids(),
        flavour=at.flavour.name,
        segment=at.segment,
        standing=_standing(service, at),
        redirect_uri=at.known.redirect.url,
        explicit=at.known.explicit,
        issued=int(now * _MICROSECONDS),
        expires=int(now) + LIFETIME,
        challenge=at.asked.challenge,
        method=at.asked.method,
        nonce=at.asked.nonce,
    )
    return codes.seal(service.parts.sealer, code).reveal()


def _granted(at: Answering, view: View) -> Granted:
    settled = at.settled
    return Granted(
        subject=at.person,
        audience=settled.name,
        resource=settled.resource.application.application_id,
        version=settled.resource.version,
        roles=view.roles(at.person.object_id, settled.resource),
        delegated=Delegated(
            person=at.person,
            authentication=at.account.authentication,
            scopes=settled.scopes,
            answered=settled.answered,
            session_id=at.session_id,
        ),
        party=settled.resource.party,
    )


def _id_token(
    at: Answering, roles: tuple[str, ...], beside: tuple[tuple[str, str], ...], press: Press
) -> str:
    about = claims.About(
        person=at.person,
        authentication=at.account.authentication,
        application_id=at.known.application.application_id,
        session_id=at.session_id,
        nonce=at.asked.nonce,
        reserved=at.asked.wanted.reserved,
        roles=roles,
        beside=beside,
        tells_time=at.asked.tells_time,
        optional=at.known.application.optional_id_claims,
        client_id=at.known.application.client_id,
        scopes=at.settled.scopes,
        party=at.settled.resource.party,
        confidential=not at.known.application.public_client,
    )
    return tokens.mint_id_token(about, at.flavour, press=press).reveal()
