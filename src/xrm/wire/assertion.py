"""Client assertions: a JWT by which an application proves itself (RFC 7521 4.2, RFC 7523 2.2).

Reading believes nothing: it says which certificate a token claims to be signed by, so that the
service can look that one up among those registered, and only then verify. Certificates inside
the token are shown, never trusted.
"""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Any, Literal, get_args

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from xrm.wire import jose

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
Algorithm = Literal["RS256", "PS256"]
Kind = Literal["malformed", "claims", "audiences", "expiry", "algorithm", "thumbprint"]

# A certificate of 2 KiB takes 3.6 KiB here, being base64 twice: a chain of four fits.
_LARGEST = 16 * 1024
_LONGEST_CHAIN = 10
_REGISTRY = jws.JWSRegistry(algorithms=list(get_args(Algorithm)))


class InvalidAssertion(ValueError):
    """A client assertion cannot be read; `reason` says why, without repeating any of it.

    `kind` tells what is at fault: the token as a whole, its claims, that it has several
    audiences or no expiry, its algorithm, or the thumbprint that names its certificate.
    """

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ClientAssertion:
    """What a client assertion says of itself. Times in seconds since the epoch, with fractions.

    The thumbprints (`x5t`, `x5t#S256`) name the certificate, and at least one is there; `chain`
    holds the certificates sent along in DER, the application's own first (`x5c`).
    """

    algorithm: Algorithm
    thumbprint_sha1: bytes | None
    thumbprint_sha256: bytes | None
    chain: tuple[bytes, ...]
    issuer: str
    subject: str
    audience: str
    token_id: str | None
    expires: float
    not_before: float | None
    issued_at: float | None


def read(text: str) -> ClientAssertion:
    """Read what a client assertion says; its signature and its claims are still to be checked.

    Takes what the Microsoft libraries send: base64url padded or not, times with fractions,
    line breaks in `x5c`, an audience in a list of one. Raises InvalidAssertion, also for what
    is over 16 KiB and for a header that asks for an extension (RFC 7515 4.1.11).
    """
    header_part, claims_part, _ = _parts(text)
    header = _json_object(header_part, "header")
    claims = _json_object(claims_part, "payload")
    # The service misses claims before it looks at the header.
    issuer, subject = _text(claims, "iss"), _text(claims, "sub")
    audience = _audience(claims)
    algorithm = _algorithm(header)
    if "crit" in header or "b64" in header:
        raise InvalidAssertion("malformed", "the header asks for an unknown extension")
    by_sha1 = _thumbprint(header, "x5t", 20)
    by_sha256 = _thumbprint(header, "x5t#S256", 32)
    if by_sha1 is None and by_sha256 is None:
        raise InvalidAssertion("thumbprint", "the header names no certificate")
    chain = _chain(header)
    expires = _time(claims, "exp")
    if expires is None:
        raise InvalidAssertion("expiry", "the claim exp is missing")
    return ClientAssertion(
        algorithm=algorithm,
        thumbprint_sha1=by_sha1,
        thumbprint_sha256=by_sha256,
        chain=chain,
        issuer=issuer,
        subject=subject,
        audience=audience,
        token_id=_text(claims, "jti") if "jti" in claims else None,
        expires=expires,
        not_before=_time(claims, "nbf"),
        issued_at=_time(claims, "iat"),
    )


def verify(text: str, public_key_certificate_der: bytes, algorithm: str) -> bool:
    """Tell whether a certificate's RSA key signed the assertion, by exactly this algorithm.

    PS256 is taken with a salt of 32 bytes only (RFC 7518 3.5). Whatever cannot be read, the
    token or the certificate, or a key not of 2048 to 8192 bits, is False.
    """
    try:
        parts = _parts(text)
        if _algorithm(_json_object(parts[0], "header")) != algorithm:
            return False
        signature = jose.decode(parts[2])
        key = jose.VerificationKey.from_certificate(public_key_certificate_der).key
        content = text.rpartition(".")[0].encode("ascii")
        return _REGISTRY.get_alg(algorithm).verify(content, signature, key)
    except (ValueError, JoseError):
        return False


def write(
    *,
    client_id: str,
    audience: str,
    token_id: str,
    now: float,
    lifetime: int,
    private_key: RSAPrivateKey,
    certificate_der: bytes,
    algorithm: Algorithm,
    chain: Sequence[bytes] = (),
) -> str:
    """Return a signed client assertion, valid from `now` for `lifetime` seconds.

    RS256 names the certificate by `x5t`, PS256 by `x5t#S256`, each as the service that asks for
    it expects; `chain` goes along as `x5c` (RFC 7515 4.1.6 to 4.1.8).
    """
    header: dict[str, Any] = {"typ": "JWT", "alg": algorithm}
    if algorithm == "PS256":
        header["x5t#S256"] = jose.encode(sha256(certificate_der).digest())
    else:
        header["x5t"] = jose.encode(sha1(certificate_der, usedforsecurity=False).digest())
    if chain:
        header["x5c"] = [base64.b64encode(der).decode() for der in chain]
    start = int(now)
    claims = {
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "jti": token_id,
        "nbf": start,
        "iat": start,
        "exp": start + lifetime,
    }
    content = ".".join(jose.encode(orjson.dumps(part)) for part in (header, claims))
    key = RSAKey.import_key(private_key)
    signature = _REGISTRY.get_alg(algorithm).sign(content.encode(), key)
    return f"{content}.{jose.encode(signature)}"


def _parts(text: str) -> list[str]:
    if len(text) > _LARGEST:
        raise InvalidAssertion("malformed", "the assertion is too large")
    parts = text.split(".")
    if len(parts) != 3 or not all(parts):
        raise InvalidAssertion("malformed", "the assertion is not a signed JWT")
    return parts


def _json_object(part: str, name: str) -> dict[str, Any]:
    """Read a part. Of a name that stands twice the last counts, as RFC 7519 4 leaves open."""
    try:
        value = orjson.loads(jose.decode(part))
    except ValueError as error:
        raise InvalidAssertion("malformed", f"the {name} cannot be read") from error
    if not isinstance(value, dict):
        raise InvalidAssertion("malformed", f"the {name} is not an object")
    return value


def _algorithm(header: Mapping[str, Any]) -> Algorithm:
    for known in get_args(Algorithm):
        if header.get("alg") == known:
            return known  # type: ignore[no-any-return]
    raise InvalidAssertion("algorithm", "the assertion is signed with neither RS256 nor PS256")


def _thumbprint(header: Mapping[str, Any], name: str, size: int) -> bytes | None:
    if name not in header:
        return None
    value = header[name]
    try:
        octets = jose.decode(value) if isinstance(value, str) else b""
    except ValueError:
        octets = b""
    if len(octets) != size:
        raise InvalidAssertion("thumbprint", f"the header's {name} is not a thumbprint")
    return octets


def _chain(header: Mapping[str, Any]) -> tuple[bytes, ...]:
    items = header.get("x5c", [])
    if not isinstance(items, list) or len(items) > _LONGEST_CHAIN:
        raise InvalidAssertion("malformed", "the header's x5c is not a list of certificates")
    return tuple(_certificate(item) for item in items)


def _certificate(item: object) -> bytes:
    text = "".join(item.split()).rstrip("=") if isinstance(item, str) else ""
    try:
        der = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        der = b""
    if not der:
        raise InvalidAssertion("malformed", "the header's x5c holds something else than base64")
    return der


def _audience(claims: Mapping[str, Any]) -> str:
    """Return the one audience; several are too many for Entra ID (AADSTS5002741)."""
    value = claims.get("aud")
    if isinstance(value, list) and len(value) > 1:
        raise InvalidAssertion("audiences", "it names more than one audience")
    if isinstance(value, list) and value:
        return _text({"aud": value[0]}, "aud")
    return _text(claims, "aud")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidAssertion("claims", f"the claim {name} is missing or not one text")
    return value


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidAssertion("claims", f"the claim {name} is not a time")
    return float(value)
