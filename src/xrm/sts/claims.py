"""What a token says. One function per shape of token; a claim without a value is left out."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from xrm.sts.model import V1, V2, Client, Flavour, Granted
from xrm.wire.jose import encode

_BEFORE = 300  # published sample tokens start five minutes before they were issued


def of_application(
    granted: Granted, client: Client, *, base_url: str, now: int, lifetime: int, token_id: UUID
) -> dict[str, Any]:
    """Return the claims of an access token for an application that speaks for itself.

    The resource decides the version: Dynamics takes v1 tokens, whichever endpoint was asked.
    `now` is in seconds since the epoch, `lifetime` in seconds from now.
    """
    subject, is_v1 = granted.subject, granted.version == 1
    flavour = V1 if is_v1 else V2
    lasting = _lasting(
        flavour, base_url, subject.tenant_id, subject.object_id, client.application_id
    )
    claims: dict[str, Any] = {
        "aud": granted.audience if is_v1 else str(granted.resource),
        "iss": lasting.issuer,
        "iat": now - _BEFORE,
        "nbf": now - _BEFORE,
        "exp": now + lifetime,
        "aio": _opaque(token_id.bytes + subject.object_id.bytes),
        "appid" if is_v1 else "azp": lasting.application_id,
        "appidacr" if is_v1 else "azpacr": client.acr,
    }
    if is_v1:
        claims["idp"] = lasting.issuer
    claims["oid"] = lasting.object_id
    claims["rh"] = lasting.rh
    if granted.roles:
        claims["roles"] = list(granted.roles)
    claims["sub"] = lasting.object_id
    claims["tid"] = lasting.tenant_id
    claims["uti"] = encode(token_id.bytes)
    claims["ver"] = "1.0" if is_v1 else "2.0"
    return claims


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What every token of one application in one tenant repeats."""

    issuer: str
    tenant_id: str
    object_id: str
    application_id: str
    rh: str


@lru_cache(maxsize=1024)
def _lasting(
    flavour: Flavour, base_url: str, tenant_id: UUID, object_id: UUID, application_id: UUID
) -> _Lasting:
    return _Lasting(
        issuer=flavour.issuer_of(base_url, tenant_id),
        tenant_id=str(tenant_id),
        object_id=str(object_id),
        application_id=str(application_id),
        rh="1." + encode(tenant_id.bytes_le + application_id.bytes_le) + ".",
    )


def _opaque(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()
