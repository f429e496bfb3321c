"""Keys and self-signed certificates for applications that prove themselves by one."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

FIRST_DAY = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
LAST_DAY = datetime.datetime(2120, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Pair:
    """A private key and the certificate of its public half, in the forms they are handed on in."""

    private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @cached_property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @cached_property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def sha1(self) -> str:
        return self.certificate.fingerprint(hashes.SHA1()).hex().upper()

    @property
    def sha256(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex().upper()

    def key_pem(self, password: str = "") -> bytes:
        return self.private_key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, _protection(password)
        )

    def pem(self, password: str = "") -> bytes:
        return self.key_pem(password) + self.certificate_pem

    def pfx(self, password: str = "", *others: "Pair") -> bytes:
        chain = [other.certificate for other in others]
        return pkcs12.serialize_key_and_certificates(
            b"xrm", self.private_key, self.certificate, chain, _protection(password)
        )


def make(
    name: str = "app",
    *,
    bits: int = 2048,
    curve: bool = False,
    first: datetime.datetime = FIRST_DAY,
    last: datetime.datetime = LAST_DAY,
    issuer: Pair | None = None,
) -> Pair:
    """Make a key and its certificate, signed by the issuer's key or by itself."""
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if curve:
        private = ec.generate_private_key(ec.SECP256R1())
    else:
        private = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    by = issuer.certificate.subject if issuer else subject
    builder = x509.CertificateBuilder(by, subject, private.public_key(), 1, first, last)
    return Pair(private, builder.sign(issuer.private_key if issuer else private, hashes.SHA256()))


def load(pem: bytes) -> Pair:
    """Return the pair of a file that holds an RSA key and its certificate."""
    private = load_pem_private_key(pem, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return Pair(private, x509.load_pem_x509_certificate(pem))


def _protection(password: str) -> KeySerializationEncryption:
    return BestAvailableEncryption(password.encode()) if password else NoEncryption()
