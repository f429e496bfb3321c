"""What a token says. One function per shape of token; a claim without a value is left out."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from xrm.sts.model import V1, Client, Granted
from xrm.wire.jose import encode

_BEFORE = 300  # published sample tokens start five minutes before they were issued


def application_v1(
    granted: Granted, client: Client, *, base_url: str, now: int, lifetime: int, token_id: UUID
) -> dict[str, Any]:
    """Return the claims of a v1 access token for an application that speaks for itself.

    The resource decides the version: Dynamics takes v1 tokens, whichever endpoint was asked.
    `now` is in seconds since the epoch, `lifetime` in seconds from now.
    """
    subject = granted.subject
    lasting = _lasting(base_url, subject.tenant_id, subject.object_id, client.application_id)
    return {
        "aud": granted.audience,
        "iss": lasting.issuer,
        "iat": now - _BEFORE,
        "nbf": now - _BEFORE,
        "exp": now + lifetime,
        "aio": _opaque(token_id.bytes + subject.object_id.bytes),
        "appid": lasting.application_id,
        "appidacr": client.acr,
        "idp": lasting.issuer,
        "oid": lasting.object_id,
        "rh": lasting.rh,
        "sub": lasting.object_id,
        "tid": lasting.tenant_id,
        "uti": encode(token_id.bytes),
        "ver": "1.0",
    }


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What every token of one application in one tenant repeats."""

    issuer: str
    tenant_id: str
    object_id: str
    application_id: str
    rh: str


@lru_cache(maxsize=1024)
def _lasting(base_url: str, tenant_id: UUID, object_id: UUID, application_id: UUID) -> _Lasting:
    return _Lasting(
        issuer=V1.issuer_of(base_url, tenant_id),
        tenant_id=str(tenant_id),
        object_id=str(object_id),
        application_id=str(application_id),
        rh="1." + encode(tenant_id.bytes_le + application_id.bytes_le) + ".",
    )


def _opaque(octets: bytes) -> str:
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()
