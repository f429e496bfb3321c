"""Secrets and certificates as a manifest shows them: never a secret's text."""

import base64
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

from xrm.sts.manifest.checks import invalid, items
from xrm.sts.model import CertificateCredential, PasswordCredential

_OLD_DATES = {"startDateTime": "startDate", "endDateTime": "endDate"}


def moment(seconds: int) -> str:
    """Return a time, in seconds since the epoch, as documents spell it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_secret(secret: PasswordCredential) -> dict[str, Any]:
    """Return what is known of a secret as Graph's `passwordCredential`."""
    return {
        "customKeyIdentifier": None,
        "displayName": secret.description or None,
        "endDateTime": moment(secret.end),
        "hint": secret.hint,
        "keyId": str(secret.key_id),
        "secretText": None,
        "startDateTime": moment(secret.start),
    }


def write_certificate(one: CertificateCredential, *, whole: bool = False) -> dict[str, Any]:
    """Return a certificate as Graph's `keyCredential`; its bytes only when asked `whole`.

    `customKeyIdentifier` is the SHA-1 thumbprint, in the hexadecimal digits Graph shows.
    """
    thumbprint = sha1(one.certificate, usedforsecurity=False).hexdigest().upper()
    return {
        "customKeyIdentifier": thumbprint,
        "displayName": one.description or None,
        "endDateTime": moment(one.end),
        "key": base64.b64encode(one.certificate).decode() if whole else None,
        "keyId": str(one.key_id),
        "startDateTime": moment(one.start),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


def as_old(credential: dict[str, Any]) -> dict[str, Any]:
    """Return a credential with the names Azure AD Graph has for its members."""
    renamed = {_OLD_DATES.get(name, name): value for name, value in credential.items()}
    for secret in ("secretText", "key"):
        if secret in renamed:
            renamed["value"] = renamed.pop(secret)
    return dict(sorted(renamed.items()))


def refuse_new(value: Any, member: str) -> None:
    """Refuse credentials that come with a secret or key of their own. Raises RegistrationError.

    Those a document shows again are left alone.
    """
    for one in items(value, member):
        if not isinstance(one, dict):
            raise invalid(member)
        if any(one.get(name) is not None for name in ("secretText", "value", "key")):
            raise invalid(member, "Secrets and certificates are not added by a manifest.")
