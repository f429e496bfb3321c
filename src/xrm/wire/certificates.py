"""Self-signed certificates and the PEM file that carries one with its key (RFC 5280, RFC 7468)."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_KEY_BITS = 2048
_LONGEST_NAME = 64
"""What a common name may have at most (RFC 5280, appendix A.1)."""


def new_key() -> rsa.RSAPrivateKey:
    """Return a fresh RSA key of 2048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def self_signed(
    key: rsa.RSAPrivateKey, *, name: str, now: float, days: int, early: timedelta = timedelta()
) -> x509.Certificate:
    """Return a certificate that a key signs for itself, good from now for some days.

    `now` is in seconds since the epoch; `early` makes it good that much before.
    """
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_NAME])])
    start = datetime.fromtimestamp(int(now), UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - early)
        .not_valid_after(start + timedelta(days=days))
    )
    return builder.sign(key, hashes.SHA256())


def pem(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    """Return the unencrypted PEM file of a key and its certificate."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)
