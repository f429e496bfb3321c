"""A private key and its certificate, read from a PEM or PFX file (RFC 7468, RFC 7292).

Needs cryptography, so it is imported only when a certificate is used.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from xrm.client.errors import ConfigurationError
from xrm.model.secret import Secret

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----.*?-----END \1-----", re.DOTALL)
_LONGEST_CHAIN = 10
_KEY_BITS = range(2048, 8193)
_EXPORT = "Export the certificate together with its private key, to a PFX or PEM file."


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """An RSA key with its certificate. `chain` begins with that certificate, each next one
    being its predecessor's issuer as far as the file holds them; times in seconds since the
    epoch; thumbprints in upper-case hexadecimal.
    """

    private_key: RSAPrivateKey = field(repr=False, compare=False)
    chain: tuple[bytes, ...] = field(repr=False)
    sha1: str
    sha256: str
    begins: float
    ends: float


def read(data: bytes, password: Secret | None) -> CertifiedKey:
    """Read a PEM (key and certificates in any order) or PFX file.

    Raises ConfigurationError: no key, no certificate that belongs to it, a wrong password, or
    no RSA key of 2048 to 8192 bits.
    """
    octets = password.reveal().encode() if password else None
    key, certificates = _pem(data, octets) if b"-----BEGIN" in data else _pfx(data, octets)
    if not isinstance(key, RSAPrivateKey) or key.key_size not in _KEY_BITS:
        raise ConfigurationError(
            "the certificate's key is not an RSA key of 2048 to 8192 bits",
            next_step="Make an RSA key and a certificate for it: other keys are not accepted.",
        )
    return _certified(key, certificates)


def _certified(key: RSAPrivateKey, certificates: Sequence[x509.Certificate]) -> CertifiedKey:
    if not certificates:
        raise ConfigurationError("the file holds a key but no certificate", next_step=_EXPORT)
    for each in certificates:
        _check_names(each)
    wanted = _spki(key)
    own = next((each for each in certificates if _spki(each) == wanted), None)
    if own is None:
        raise ConfigurationError(
            "the private key does not belong to the certificate", next_step=_EXPORT
        )
    return CertifiedKey(
        private_key=key,
        chain=tuple(each.public_bytes(Encoding.DER) for each in _chain(own, certificates)),
        sha1=own.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - the name it goes by
        sha256=own.fingerprint(hashes.SHA256()).hex().upper(),
        begins=own.not_valid_before_utc.timestamp(),
        ends=own.not_valid_after_utc.timestamp(),
    )


def _pem(data: bytes, password: bytes | None) -> tuple[object, list[x509.Certificate]]:
    keys, certificates = [], []
    for block in _BLOCK.finditer(data):
        if block[1].endswith(b"PRIVATE KEY"):
            keys.append(block[0])
        elif block[1] == b"CERTIFICATE":
            certificates.append(_certificate(block[0]))
    if len(keys) != 1:
        count = "several private keys" if keys else "no private key"
        raise ConfigurationError(f"the certificate's file holds {count}", next_step=_EXPORT)
    return _private_key(keys[0], password), certificates


def _certificate(block: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(block)
    except ValueError:
        raise ConfigurationError("a certificate in the file cannot be read") from None


def _check_names(certificate: x509.Certificate) -> None:
    """Refuse a certificate whose names are damaged: they are read only when they are asked for."""
    try:
        _ = (certificate.subject, certificate.issuer)
    except ValueError:
        raise ConfigurationError("a certificate in the file cannot be read") from None


def _private_key(block: bytes, password: bytes | None) -> object:
    sealed = b"ENCRYPTED" in block
    if sealed and not password:
        raise ConfigurationError(
            "the private key is encrypted", next_step="Give the certificate's password."
        )
    try:
        return load_pem_private_key(block, password if sealed else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unreadable("private key", sealed) from None


def _pfx(data: bytes, password: bytes | None) -> tuple[object, list[x509.Certificate]]:
    try:
        key, own, others = pkcs12.load_key_and_certificates(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unreadable("certificate's file", sealed=True) from None
    if key is None:
        raise ConfigurationError("the certificate's file holds no private key", next_step=_EXPORT)
    return key, [*([own] if own else []), *others]


def _unreadable(what: str, sealed: bool) -> ConfigurationError:
    if not sealed:
        return ConfigurationError(f"the {what} cannot be read", next_step=_EXPORT)
    return ConfigurationError(
        f"the {what} cannot be read: the password is wrong, or it is neither PEM nor PFX",
        next_step=f"Check the certificate's password. {_EXPORT}",
    )


def _chain(
    own: x509.Certificate, all_of_them: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    found = [own]
    while len(found) < _LONGEST_CHAIN:
        name = found[-1].issuer
        issuer = next((c for c in all_of_them if c.subject == name and c not in found), None)
        if issuer is None:
            break
        found.append(issuer)
    return found


def _spki(holder: RSAPrivateKey | x509.Certificate) -> bytes:
    try:
        public = holder.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return b""
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
