"""Files of certificates: the public half of one read, a fresh one with its key written."""

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING

from xrm.cli.output import Failure

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509 import Certificate

PASSWORD = "XRM_CERTIFICATE_PASSWORD"  # noqa: S105 - where it is, not what it is
_LARGEST = 1 << 20
_EARLIER = datetime.timedelta(minutes=5)
_KEY_BITS = 2048


def read(path: Path) -> bytes:
    """Return the certificate of a PEM, DER or PFX file, as PEM or DER.

    A PFX file is opened with the password in `XRM_CERTIFICATE_PASSWORD`, or with none; its key
    is not looked at. Raises Failure for a file in none of these forms.
    """
    content = _content(path)
    if b"-----BEGIN" in content:
        return content
    try:
        return _binary(content)
    except ValueError:
        raise Failure(
            f"{path} holds no certificate that can be read.",
            next_step="PEM, DER (CER, CRT) and PFX are read; the password of a PFX file goes "
            f"into {PASSWORD}.",
        ) from None


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise Failure(f"{path} is too large.", next_step="A certificate's file has a few kB.")
    return content


def _binary(content: bytes) -> bytes:
    """Return the certificate of DER or PFX, in DER. Raises ValueError for anything else."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    try:
        found: x509.Certificate | None = x509.load_der_x509_certificate(content)
    except ValueError:
        password = os.environ.get(PASSWORD)
        secret = password.encode() if password else None
        try:
            _, found, _ = pkcs12.load_key_and_certificates(content, secret)
        except UnsupportedAlgorithm as error:
            raise ValueError(str(error)) from None
    if found is None:
        raise ValueError("the file holds no certificate of its own")
    return found.public_bytes(Encoding.DER)


def generate(path: Path, *, name: str, now: float, days: int) -> bytes:
    """Write a new RSA key and a certificate it signed itself to a file; return that in DER.

    PEM, readable by its owner only. Raises Failure if there is such a file already.
    """
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    from xrm.server.folder import write_private

    if path.exists():
        raise Failure(
            f"There is a file {path} already.", next_step="Give --out a name that is free."
        )
    key = rsa.generate_private_key(65537, _KEY_BITS)
    certificate = _self_signed(key, name=name, now=now, days=days)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(path, private + certificate.public_bytes(Encoding.PEM))
    return certificate.public_bytes(Encoding.DER)


def _self_signed(key: "rsa.RSAPrivateKey", *, name: str, now: float, days: int) -> "Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    # A common name has 64 characters at most (RFC 5280, appendix A.1).
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    start = datetime.datetime.fromtimestamp(int(now), datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - _EARLIER)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return builder.sign(key, hashes.SHA256())
