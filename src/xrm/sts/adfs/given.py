"""What an administrator gives of a trust: names, addresses and certificates, checked."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from xrm.sts.registration.change import RegistrationError

_LONGEST = 2048
_LARGEST = 64 * 1024
_FEWEST_BITS = 2048
_TEXT = re.compile(r"[\x21-\x7e]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+")
_READERS: tuple[Callable[[bytes], x509.Certificate], ...] = (
    x509.load_pem_x509_certificate,
    x509.load_der_x509_certificate,
)


def identifier(text: str) -> str:
    """Return the identifier of a party: an absolute URI. Raises RegistrationError."""
    text = text.strip()
    if len(text) > _LONGEST or not _TEXT.fullmatch(text) or not _SCHEME.fullmatch(text):
        raise RegistrationError(
            "an identifier is an absolute URI without blanks, of ASCII", member="identifiers"
        )
    return text


def address(text: str) -> str:
    """Return an address people and programs are sent to: https. Raises RegistrationError."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        sound = False
    if not sound or len(text) > _LONGEST or not _TEXT.fullmatch(text) or parts.fragment:
        raise RegistrationError(
            "an endpoint is an https address without a user's name or a fragment",
            member="endpoints",
        )
    return text


def certificate_of(data: bytes) -> bytes:
    """Return a certificate, given in PEM or DER, in DER; nothing for none.

    Its key is RSA of 2048 bits or more. Raises RegistrationError.
    """
    if not data:
        return b""
    for read in _READERS if len(data) <= _LARGEST else ():
        try:
            found = read(data)
            key = found.public_key()
        except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
            continue
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _FEWEST_BITS:
            return found.public_bytes(Encoding.DER)
    raise RegistrationError(
        "this is no X.509 certificate of an RSA key of 2048 bits or more, in PEM or DER",
        member="certificate",
    )
