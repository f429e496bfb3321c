"""Secrets and certificates of an application: addPassword, addKey and their undoing.

The first certificate comes by PATCH of `keyCredentials`; with `addKey` and `removeKey` an
application rolls its own by a proof signed with a certificate it has.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from xrm.db import Transaction
from xrm.sts import manifest, registration
from xrm.sts.directory import guid
from xrm.sts.faces.graph import answers, bodies, errors
from xrm.sts.faces.graph.answers import Call
from xrm.sts.model import Application
from xrm.sts.service import TokenService
from xrm.wire import assertion, jose
from xrm.wire.http import Response

PROOF_AUDIENCES = (
    "00000003-0000-0000-c000-000000000000",
    "00000002-0000-0000-c000-000000000000",
)
"""Microsoft Graph; the documents named Azure AD Graph before."""
LONGEST_PROOF = 600
_SKEW = 300
_TWO_YEARS = 730
_MOST = 100
_KEY = (
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "key",
    "keyId",
    "startDateTime",
    "type",
    "usage",
)
_SECRET = (
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "hint",
    "keyId",
    "secretText",
    "startDateTime",
)


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A certificate of a request: its bytes, or without them the id of one that stands."""

    key_id: UUID | None
    certificate: bytes | None
    description: str
    start: float | None
    end: float | None


def add_password(call: Call, application: Application) -> Response:
    """Answer addPassword: the only answer that ever holds a secret's text."""
    body = bodies.read(call.request, ("passwordCredential",))
    terms = _terms(call.service, bodies.mapping(body, "passwordCredential"))
    made = registration.add_secret(call.service, application, **terms)
    return answers.document(call, "microsoft.graph.passwordCredential", with_text(made))


def read_secrets(call: Call, value: Any) -> list[dict[str, Any]]:
    """Return the terms of the secrets a new application asks for. Raises GraphError."""
    if value is not None and (not isinstance(value, list) or len(value) > _MOST):
        raise bodies.invalid("passwordCredentials")
    if not all(isinstance(one, dict) for one in value or []):
        raise bodies.invalid("passwordCredentials")
    return [_terms(call.service, one) for one in value or []]


def with_text(made: registration.NewSecret) -> dict[str, Any]:
    """Return a secret just made with its text, for this one time."""
    return manifest.write_secret(made.credential) | {"secretText": made.secret.reveal()}


def _terms(service: TokenService, asked: bodies.Body) -> dict[str, Any]:
    """Return how a secret is asked for, as `add_secret` takes it. Raises GraphError."""
    bodies.only(asked, _SECRET)
    if asked.get("secretText") is not None:
        raise errors.REFUSED("The secretText of a credential is made by the service.")
    start, end = (bodies.moment(asked, name) for name in ("startDateTime", "endDateTime"))
    if end is not None and end <= max(service.clock(), start or 0):
        raise errors.REFUSED("The end date of the credential is not valid.")
    return {
        "description": bodies.text(asked, "displayName", longest=256),
        "days": _TWO_YEARS,
        "starts_at": start,
        "expires_at": end,
    }


def remove_password(call: Call, application: Application) -> Response:
    """Answer removePassword."""
    key_id = bodies.identifier(bodies.read(call.request, ("keyId",)), "keyId")
    try:
        registration.remove_secret(call.service, application, str(key_id))
    except registration.RegistrationError as error:
        text = f"No password credential found with keyId {key_id}."
        raise errors.REFUSED(text) from error
    return answers.done(call)


def add_key(call: Call, application: Application) -> Response:
    """Answer addKey, on proof that the application holds a certificate already."""
    body = bodies.read(call.request, ("keyCredential", "passwordCredential", "proof"))
    if body.get("passwordCredential") is not None:
        raise errors.REFUSED("A certificate to verify with takes no passwordCredential.")
    (given,) = read_list([body.get("keyCredential")])
    if given.certificate is None:
        raise bodies.invalid("key")
    _check_proof(call.service, application, bodies.text(body, "proof", required=True))
    made = registration.add_certificate(
        call.service,
        application,
        given.certificate,
        description=given.description,
        start=given.start,
        end=given.end,
    )
    content = manifest.write_certificate(made)
    return answers.document(call, "microsoft.graph.keyCredential", content)


def remove_key(call: Call, application: Application) -> Response:
    """Answer removeKey, on proof by a certificate the application holds."""
    body = bodies.read(call.request, ("keyId", "proof"))
    key_id = bodies.identifier(body, "keyId")
    _check_proof(call.service, application, bodies.text(body, "proof", required=True))
    try:
        registration.remove_certificate(call.service, application, str(key_id))
    except registration.RegistrationError as error:
        raise errors.REFUSED(f"No key credential found with keyId {key_id}.") from error
    return answers.done(call)


def read_list(value: Any) -> list[GivenKey]:
    """Return the certificates of `keyCredentials`. Raises GraphError."""
    if value is not None and (not isinstance(value, list) or len(value) > _MOST):
        raise bodies.invalid("keyCredentials")
    return [_given(one) for one in value or []]


def _given(value: Any) -> GivenKey:
    if not isinstance(value, dict):
        raise bodies.invalid("keyCredentials")
    bodies.only(value, _KEY)
    if value.get("type") != "AsymmetricX509Cert" or value.get("usage") != "Verify":
        raise errors.REFUSED("A key credential is of type AsymmetricX509Cert, its usage Verify.")
    key_id = bodies.text(value, "keyId", longest=36)
    found = guid(key_id) if key_id else None
    if key_id and found is None:
        raise bodies.invalid("keyId")
    certificate = _octets(bodies.text(value, "key", longest=64 * 1024))
    if certificate is None and found is None:
        raise bodies.invalid("key")
    return GivenKey(
        key_id=found,
        certificate=certificate,
        description=bodies.text(value, "displayName", longest=256),
        start=bodies.moment(value, "startDateTime"),
        end=bodies.moment(value, "endDateTime"),
    )


def _octets(text: str) -> bytes | None:
    if not text:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise bodies.invalid("key") from None


def replace_all(
    service: TokenService, tx: Transaction, application: Application, given: list[GivenKey]
) -> list[str]:
    """Make a list the application's certificates, in the transaction of a change.

    Returns what to say of it in the audit. Raises RegistrationError.
    """
    new = [
        registration.read_certificate(
            service,
            application,
            one.certificate,
            description=one.description,
            start=one.start,
            end=one.end,
        )
        for one in given
        if one.certificate is not None
    ]
    kept = [one.key_id for one in given if one.certificate is None and one.key_id is not None]
    return registration.replace_certificates(service, tx, application, given=new, kept=kept)


def check_kept_secrets(
    service: TokenService, application: Application, body: Mapping[str, Any]
) -> None:
    """Refuse a PATCH that would change the list of secrets: they have actions of their own."""
    if "passwordCredentials" not in body:
        return
    said = bodies.items(body, "passwordCredentials")
    ids = {str(one.get("keyId")).lower() if isinstance(one, dict) else "" for one in said}
    if ids != {str(one.key_id) for one in registration.list_secrets(service, application)}:
        raise errors.REFUSED("Secrets are changed by addPassword and removePassword only.")


def _check_proof(service: TokenService, application: Application, proof: str) -> None:
    """Refuse what no certificate of the application signed for this, or for too long."""
    now = service.clock()
    # Padding is refused, as documented, where client assertions may have it.
    signed = "=" not in proof and any(
        one.start <= now < one.end and assertion.verify(proof, one.certificate, "RS256")
        for one in registration.list_certificates(service, application)
    )
    claims = _claims(proof) if signed else {}
    times = [claims.get(name) for name in ("nbf", "exp")]
    start, end = (
        one if isinstance(one, int | float) and not isinstance(one, bool) else 0 for one in times
    )
    in_time = start - _SKEW <= now <= end + _SKEW and 0 < end - start <= LONGEST_PROOF
    issuer = str(claims.get("iss")).lower() == str(application.object_id)
    if not (signed and in_time and issuer and claims.get("aud") in PROOF_AUDIENCES):
        raise errors.BAD_PROOF("The proof of possession is missing, malformed or not valid.")


def _claims(proof: str) -> dict[str, Any]:
    try:
        claims = orjson.loads(jose.decode(proof.split(".")[1]))
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}
