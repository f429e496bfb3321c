"""What clients prove themselves by: Basic headers, and assertions signed by PyJWT or forged."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

import jwt

from support.certificates import Pair

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def basic(client_id: str, secret: str) -> tuple[str, str]:
    """Return the Authorization header line of a client (RFC 6749 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return ("authorization", "Basic " + base64.b64encode(pair.encode()).decode())


def thumbprints(pair: Pair, names: Sequence[str] = ("x5t",)) -> dict[str, str]:
    """Return the header members that name a certificate: `x5t`, `x5t#S256` or both."""
    octets = {
        "x5t": hashlib.sha1(pair.der, usedforsecurity=False).digest(),
        "x5t#S256": hashlib.sha256(pair.der).digest(),
    }
    return {name: base64url(octets[name]) for name in names}


def signed(
    pair: Pair,
    claims: Mapping[str, Any],
    *,
    algorithm: str = "RS256",
    header: Mapping[str, Any] | None = None,
) -> str:
    """Return an assertion signed by a pair; its header names the pair unless one is given."""
    headers = dict(thumbprints(pair) if header is None else header)
    return jwt.encode(dict(claims), pair.private_key, algorithm, headers)


def forged(
    header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]
) -> str:
    """Return a token no library would make."""
    content = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    return f"{content}.{base64url(sign(content.encode()))}"


def base64url(octets: bytes) -> str:
    """Return base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
