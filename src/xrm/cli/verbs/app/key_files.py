"""Files of certificates: the public half of one read, a fresh one with its key written."""

import datetime
import os
from pathlib import Path

from xrm.cli.output import Failure

PASSWORD = "XRM_CERTIFICATE_PASSWORD"  # noqa: S105 - where it is, not what it is
_LARGEST = 1 << 20
_EARLIER = datetime.timedelta(minutes=5)


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

    PEM, readable by its owner only. Raises Failure if there is such a file already, or no
    folder for it.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    from xrm.server.folder import write_private
    from xrm.wire.certificates import new_key, pem, self_signed

    if path.exists():
        raise Failure(
            f"There is a file {path} already.", next_step="Give --out a name that is free."
        )
    if not path.parent.is_dir():
        raise Failure(
            f"There is no folder {path.parent}.", next_step="Make it, or give --out another."
        )
    key = new_key()
    certificate = self_signed(key, name=name, now=now, days=days, early=_EARLIER)
    write_private(path, pem(key, certificate))
    return certificate.public_bytes(Encoding.DER)
