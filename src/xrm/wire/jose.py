"""JSON Web Tokens and keys: RS256 only, the algorithm pinned by the key (RFC 7515, 7517, 7519).

Keys and signatures are joserfc's on cryptography. Tokens are verified by it whole; a token to
be signed is put together here, since its header is the same for every token of a key. Measured
in a token request of 347 microseconds, 257 of them the bare RSA-2048 signature, joserfc's own
serializer took 22 more.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
)
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

_ALGORITHM = "RS256"
_REGISTRY = jws.JWSRegistry(algorithms=[_ALGORITHM])
_RS256 = _REGISTRY.get_alg(_ALGORITHM)
_LARGEST_TOKEN = 16 * 1024
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_KEY_BITS = range(2048, 8193)


class InvalidToken(ValueError):
    """A token is not to be believed; `reason` says why, without repeating the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidKey(ValueError):
    """A published key cannot be used to verify RS256 signatures."""


def encode(octets: bytes) -> str:
    """Return octets in base64url without padding (RFC 7515 2)."""
    return _encoded(octets).decode()


def decode(text: str) -> bytes:
    """Return the octets of base64url text, padded or not.

    Raises ValueError on any other character.
    """
    bare = text.rstrip("=")
    if not _BASE64URL.fullmatch(bare):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error


def thumbprint(certificate_der: bytes) -> str:
    """Return the `x5t` of a certificate: base64url of its SHA-1 (RFC 7515 4.1.7)."""
    return encode(hashlib.sha1(certificate_der, usedforsecurity=False).digest())


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key as published: its id, its numbers, and its certificate where there is one."""

    kid: str
    n: int
    e: int
    certificate_der: bytes | None = None
    key: RSAKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n.bit_length() not in _KEY_BITS or self.e < 3 or self.e % 2 == 0:
            raise InvalidKey("RSA keys of 2048 to 8192 bits are used here")
        public = RSAPublicNumbers(self.e, self.n).public_key()
        object.__setattr__(self, "key", RSAKey.import_key(public))

    @classmethod
    def from_certificate(cls, certificate_der: bytes) -> "VerificationKey":
        """Make a key of an X.509 certificate in DER; its id is the thumbprint.

        Raises InvalidKey when the certificate cannot be read or holds another kind of key.
        """
        try:
            public = x509.load_der_x509_certificate(certificate_der).public_key()
        except (ValueError, UnsupportedAlgorithm) as error:
            raise InvalidKey("not a certificate") from error
        if not isinstance(public, RSAPublicKey):
            raise InvalidKey("not an RSA certificate")
        numbers = public.public_numbers()
        return cls(thumbprint(certificate_der), numbers.n, numbers.e, certificate_der)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> "VerificationKey":
        """Read a JSON Web Key (RFC 7517). Raises InvalidKey unless it verifies RS256."""
        if jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig":
            raise InvalidKey("not an RSA signature key")
        if jwk.get("alg", _ALGORITHM) != _ALGORITHM:
            raise InvalidKey("a key of another algorithm")
        try:
            kid, n, e = (_text(jwk, name) for name in ("kid", "n", "e"))
            chain = jwk.get("x5c") or [None]
            der = base64.b64decode(chain[0], validate=True) if chain[0] else None
            return cls(kid, _number(n), _number(e), der)
        except InvalidKey:
            raise
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidKey("a malformed key") from error

    def jwk(self) -> dict[str, Any]:
        """Return the key as a JSON Web Key, with its certificate (RFC 7517 4)."""
        record: dict[str, Any] = {"kty": "RSA", "use": "sig", "kid": self.kid}
        if self.certificate_der is not None:
            record["x5t"] = thumbprint(self.certificate_der)
        record["n"] = encode(self.n.to_bytes((self.n.bit_length() + 7) // 8, "big"))
        record["e"] = encode(self.e.to_bytes((self.e.bit_length() + 7) // 8, "big"))
        if self.certificate_der is not None:
            record["x5c"] = [base64.b64encode(self.certificate_der).decode()]
        return record


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA-2048 private key with its certificate. `kid` is the certificate's thumbprint."""

    kid: str
    certificate_der: bytes
    private_key: RSAPrivateKey = field(repr=False, compare=False)
    key: RSAKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", RSAKey.import_key(self.private_key))

    @classmethod
    def of(cls, private_key: RSAPrivateKey, certificate: x509.Certificate) -> "SigningKey":
        """Join a private key and its certificate."""
        der = certificate.public_bytes(Encoding.DER)
        return cls(thumbprint(der), der, private_key)

    def verification(self) -> VerificationKey:
        """Return the public half."""
        return VerificationKey.from_certificate(self.certificate_der)


def sign(claims: Mapping[str, Any], key: SigningKey, *, x5t: bool) -> str:
    """Return claims as a compact JWT signed with RS256 (RFC 7519 7.1).

    The header names the key by `kid`; with `x5t` also by thumbprint, as v1 tokens do.
    """
    content = _header(key.kid, x5t) + b"." + _encoded(orjson.dumps(claims))
    return (content + b"." + _encoded(_RS256.sign(content, key.key))).decode("ascii")


@lru_cache(maxsize=64)
def _header(kid: str, x5t: bool) -> bytes:
    header = {"typ": "JWT", "alg": _ALGORITHM, **({"x5t": kid} if x5t else {}), "kid": kid}
    return _encoded(orjson.dumps(header))


def _encoded(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def verify(token: str, lookup: Callable[[str], VerificationKey | None]) -> dict[str, Any]:
    """Return the claims of a compact JWT whose RS256 signature a known key confirms.

    The key is the one `lookup` gives for the header's `kid`; keys inside the token are never
    used. Times, issuer and audience are the caller's to check. Raises InvalidToken; tokens over
    16 KiB are not looked at (RFC 7515 5.2, RFC 8725 3.1).
    """
    if len(token) > _LARGEST_TOKEN:
        raise InvalidToken("the token is too large")
    parts = token.split(".")
    if len(parts) != 3:
        raise InvalidToken("the token is not a signed JWT")
    key = lookup(_key_id(_json_object(parts[0], "header")))
    if key is None:
        raise InvalidToken("the token is signed with an unknown key")
    try:
        jws.deserialize_compact(token.encode("ascii"), key.key, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError) as error:
        raise InvalidToken("the signature of the token is wrong") from error
    return _json_object(parts[1], "payload")


def _key_id(header: dict[str, Any]) -> str:
    if header.get("alg") != _ALGORITHM:
        raise InvalidToken("the token is not signed with RS256")
    if "crit" in header or "b64" in header:
        raise InvalidToken("the token asks for an extension that is not understood")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise InvalidToken("the token does not name its key")
    return kid


def _json_object(part: str, name: str) -> dict[str, Any]:
    try:
        value = orjson.loads(decode(part))
    except ValueError as error:
        raise InvalidToken(f"the {name} of the token cannot be read") from error
    if not isinstance(value, dict):
        raise InvalidToken(f"the {name} of the token is not an object")
    return value


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _number(text: str) -> int:
    return int.from_bytes(decode(text), "big")
