"""A request for a token and what came of it (WS-Trust 1.3 and February 2005), as flows."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from lxml import etree

from xrm.client.claims.description import IssuerEndpoint
from xrm.client.claims.protecting import security
from xrm.client.claims.tokens import ClaimsToken, SecurityTokenResponse, new_claims_token
from xrm.client.errors import (
    MessageSecurityError,
    SecurityTokenValidationError,
    TokenRefusedError,
)
from xrm.client.flow import MEBIBYTE, Answer, Flow, HttpRequest
from xrm.client.retry import Sender
from xrm.client.soap.refusal import read_envelope
from xrm.model.secret import Secret
from xrm.wire.soap.envelope import content_type, write_request
from xrm.wire.wssecurity.writing import header_text, security_header, timestamp, username_token
from xrm.wire.wstrust import (
    TRUST_13,
    TRUST_2005,
    IssuedTokenResponse,
    RequestSecurityToken,
    TrustError,
    TrustVersion,
    proof_key,
    read_response,
)
from xrm.wire.wstrust import (
    write_request as write_body,
)

KEY_BITS = 256
RENEW_EARLY = 60.0
"""Seconds before its end from which on a token is not used any more."""
_VERSIONS: dict[str, TrustVersion] = {row.name: row for row in (TRUST_13, TRUST_2005)}
_LIFE = 600.0

_NEXT_STEP = "Check the user name, the password, and that the token service knows the organization."
_NEXT_STEPS = {
    "InvalidSecurity": "Check this machine's clock: it may be five minutes off, and no more.",
    "InvalidScope": "Check the address: the token service has no relying party of it.",
}
"""What helps against a fault, by its code."""

Protect = Callable[[float], str]
"""Makes the Security header of a request at a time, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in: a user principal name or `DOMAIN\\account`, and the password."""

    name: str
    password: Secret


def by_password(person: Person) -> Protect:
    """Return what proves a request by a name and a password."""

    def header(now: float) -> str:
        token = username_token(person.name, person.password, token_id=f"uuid-{uuid4()}-1")
        return header_text(security_header(timestamp(now), token))

    return header


def by_token(token: ClaimsToken) -> Protect:
    """Return what proves a request by the token of another token service."""
    return lambda now: security(token, now=now)


def issue(
    endpoint: IssuerEndpoint, protect: Protect, applies_to: str, sender: Sender
) -> Flow[SecurityTokenResponse]:
    """Ask an endpoint for a token with a key, which is made of both sides' entropy.

    Raises TokenRefusedError, SecurityTokenValidationError, TransportError.
    """
    version = _VERSIONS[endpoint.trust_version]
    entropy = secrets.token_bytes(KEY_BITS // 8)
    asked = RequestSecurityToken(
        version=version,
        applies_to=applies_to,
        key="symmetric",
        key_size=KEY_BITS,
        entropy=entropy,
        computed_key=version.psha1,
    )

    def request() -> HttpRequest:
        return _request(endpoint, asked, protect(sender.clock()))

    answer = yield from sender.send(request(), again=request)
    response = _response(answer, sender.clock())
    token = _token(response, entropy, sender.clock())
    return SecurityTokenResponse(token, endpoint.issuer_address, applies_to)


def _request(endpoint: IssuerEndpoint, asked: RequestSecurityToken, header: str) -> HttpRequest:
    action = asked.version.request_action(asked.operation)
    document = write_request(
        write_body(asked),
        version="1.2",
        action=action,
        to=endpoint.issuer_address,
        message_id=f"urn:uuid:{uuid4()}",
        headers=[header],
    )
    headers = (
        ("Accept", "application/soap+xml"),
        ("Content-Type", content_type("1.2", action)),
    )
    return HttpRequest("POST", endpoint.issuer_address, headers, document, limit=MEBIBYTE)


def _response(answer: Answer, now: float) -> IssuedTokenResponse:
    try:
        envelope = read_envelope(answer, now=now)
    except MessageSecurityError as error:
        refused = TokenRefusedError(
            error.message,
            status=error.status,
            code=error.code,
            request_id=error.request_id,
            next_step=_NEXT_STEPS.get(error.code or "", _NEXT_STEP),
        )
        refused.error = error.code
        raise refused from None
    try:
        return read_response(envelope.body)
    except TrustError as error:
        raise SecurityTokenValidationError(
            f"the token service answered with no token: {error}", status=answer.status
        ) from None


def _token(response: IssuedTokenResponse, entropy: bytes, now: float) -> ClaimsToken:
    """Return the token of a response, with the key that follows from both sides' entropy."""
    if response.token is None:
        raise SecurityTokenValidationError("the token service answered without a token")
    size = response.key_size or KEY_BITS
    proof: bytes | None = None
    if response.key != "bearer":
        try:
            proof = proof_key(entropy, response.material, bits=size)
        except TrustError as error:
            raise SecurityTokenValidationError(f"the token's key cannot be made: {error}") from None
    life = response.lifetime
    begins = now if life is None or life.created is None else life.created
    ends = now + _LIFE if life is None or life.expires is None else life.expires
    # How long it lives is the token service's word; its clock need not be ours.
    lived = max(0.0, ends - begins)
    return new_claims_token(
        etree.tostring(response.token, encoding="unicode", with_tail=False),
        proof,
        response.attached,
        (min(begins, now), min(ends, now + lived)),
        early=RENEW_EARLY,
    )
