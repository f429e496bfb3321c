"""Encrypted tokens and keys, as AD FS and WCF write them (XML Encryption 1.0).

Contents are encrypted with AES in CBC mode, their key to an RSA certificate with OAEP. CBC is
not authenticated, so reading gives no hint of what was wrong: there is one error with one text,
and a key that cannot be unwrapped is replaced by a random one with which the work goes on.
PKCS #1 v1.5 is not accepted for keys at all. This is why it is put together here, on the ciphers
of cryptography: xmlsec stops at the first cause and parses what it decrypted without limits.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from lxml import etree

from xrm.wire import xml
from xrm.wire.xmldsig import DS

XENC = "http://www.w3.org/2001/04/xmlenc#"
ELEMENT = f"{XENC}Element"
RSA_OAEP = f"{XENC}rsa-oaep-mgf1p"
ENCRYPTED_DATA = f"{{{XENC}}}EncryptedData"
ENCRYPTED_KEY = f"{{{XENC}}}EncryptedKey"
_SHA1 = f"{DS}sha1"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_BASE64_BINARY = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)
_SUBJECT_KEY_ID = (
    "http://docs.oasis-open.org/wss/2004/01/"
    "oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier"
)
_METHOD = f"{{{XENC}}}EncryptionMethod"
_CIPHER_DATA = f"{{{XENC}}}CipherData"
_CIPHER_VALUE = f"{{{XENC}}}CipherValue"
_KEY_SIZE = f"{{{XENC}}}KeySize"
_DIGEST_METHOD = f"{{{DS}}}DigestMethod"
_KEY_INFO = f"{{{DS}}}KeyInfo"
_RETRIEVAL = f"{{{DS}}}RetrievalMethod"
_TOKEN_REFERENCE = f"{{{_WSSE}}}SecurityTokenReference"
_REFERENCE = f"{{{_WSSE}}}Reference"

CipherName = Literal["aes256-cbc", "aes192-cbc", "aes128-cbc", "tripledes-cbc"]
Identified = Literal["issuer-serial", "subject-key-id"]

_DATA: Mapping[Identified, str] = {
    "issuer-serial": (
        f'<xenc:EncryptedData xmlns:xenc="{XENC}" Type="{ELEMENT}">'
        f'<xenc:EncryptionMethod Algorithm="{XENC}{{cipher}}"/>'
        f'<KeyInfo xmlns="{DS}">{{key}}</KeyInfo>'
        "<xenc:CipherData><xenc:CipherValue>{value}</xenc:CipherValue></xenc:CipherData>"
        "</xenc:EncryptedData>"
    ),
    "subject-key-id": (
        f'<EncryptedData xmlns="{XENC}" Id="Assertion0" Type="{ELEMENT}">'
        f'<EncryptionMethod Algorithm="{XENC}{{cipher}}"/>'
        f'<ds:KeyInfo xmlns:ds="{DS}">{{key}}</ds:KeyInfo>'
        "<CipherData><CipherValue>{value}</CipherValue></CipherData></EncryptedData>"
    ),
}
"""Either service's own spelling: old clients look for `xenc:CipherValue` or `CipherValue`."""
# The first is canonical where the namespace of signatures needs no prefix: assertions hold it.
_KEY: Mapping[Identified, str] = {
    "issuer-serial": (
        f'<e:EncryptedKey xmlns:e="{XENC}"><e:EncryptionMethod Algorithm="{RSA_OAEP}">'
        f'<DigestMethod Algorithm="{_SHA1}"></DigestMethod></e:EncryptionMethod>'
        "<KeyInfo>{named}</KeyInfo>"
        "<e:CipherData><e:CipherValue>{value}</e:CipherValue></e:CipherData></e:EncryptedKey>"
    ),
    "subject-key-id": (
        f'<EncryptedKey xmlns="{XENC}"><EncryptionMethod Algorithm="{RSA_OAEP}"/>'
        f'<ds:KeyInfo xmlns:ds="{DS}" Id="keyinfo">{{named}}</ds:KeyInfo>'
        "<CipherData><CipherValue>{value}</CipherValue></CipherData></EncryptedKey>"
    ),
}

LIMITS = xml.Limits(size=1024 * 1024, depth=40, elements=5000)
"""How much of a decrypted document is read."""
_LONGEST_DATA = 1536 * 1024
_LONGEST_KEY = 4096
_OAEP = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303
_WHITESPACE = str.maketrans("", "", " \t\r\n")


class DecryptionError(ValueError):
    """What was encrypted cannot be read. It says the same whatever the cause."""

    def __init__(self) -> None:
        super().__init__("The encrypted content cannot be read.")


@dataclass(frozen=True, slots=True)
class _Algorithm:
    """A cipher in CBC mode; `key` and `block` are in octets."""

    kind: type[AES] | type[TripleDES]
    key: int
    block: int


_CIPHERS: dict[str, _Algorithm] = {
    f"{XENC}aes256-cbc": _Algorithm(AES, 32, 16),
    f"{XENC}aes192-cbc": _Algorithm(AES, 24, 16),
    f"{XENC}aes128-cbc": _Algorithm(AES, 16, 16),
    f"{XENC}tripledes-cbc": _Algorithm(TripleDES, 24, 8),
}


def encrypt(
    text: str,
    certificate: bytes,
    *,
    cipher: CipherName = "aes256-cbc",
    by: Identified = "issuer-serial",
) -> str:
    """Return the EncryptedData of an element's text, with a fresh key encrypted to a certificate.

    `certificate` is X.509 in DER; `by` says how it is named: by issuer and serial number, as
    AD FS does, or by its subject key identifier, as the token service of Microsoft online did.
    """
    algorithm = _CIPHERS[XENC + cipher]
    secret = os.urandom(algorithm.key)
    octets = _encrypted(algorithm, secret, text.encode())
    key = _encrypted_key(secret, certificate, by)
    return _DATA[by].format(cipher=cipher, key=key, value=_base64(octets))


def encrypt_key(secret: bytes, certificate: bytes) -> str:
    """Return the KeyInfo of a key encrypted for the holder of a certificate (X.509 in DER).

    It is in its exclusive canonical form.
    """
    return f'<KeyInfo xmlns="{DS}">{_encrypted_key(secret, certificate, "issuer-serial")}</KeyInfo>'


def _encrypted_key(secret: bytes, certificate: bytes, by: Identified) -> str:
    recipient = _recipient(certificate)
    octets = recipient.key.encrypt(secret, _OAEP)
    return _KEY[by].format(named=recipient.named[by], value=_base64(octets))


def decrypt(
    encrypted: etree._Element, key: RSAPrivateKey, *, tripledes: bool = False
) -> etree._Element:
    """Return the element in an EncryptedData, as a tree of its own.

    Its EncryptedKey stands in the KeyInfo, or beside the EncryptedData where the KeyInfo refers
    to it by id. Triple DES is read only with `tripledes`. Raises DecryptionError.
    """
    algorithm = _CIPHERS.get(_only(encrypted, _METHOD).get("Algorithm", ""))
    if encrypted.tag != ENCRYPTED_DATA or encrypted.get("Type", ELEMENT) != ELEMENT:
        raise DecryptionError
    if algorithm is None or (algorithm.kind is TripleDES and not tripledes):
        raise DecryptionError
    octets = _value(encrypted, _LONGEST_DATA)
    wrapped = _wrapped(_key_of(encrypted))
    secret, fits = _unwrap(wrapped, key, algorithm.key)
    text, padded = _decrypted(algorithm, secret, octets)
    root = _parsed(text)
    if root is None or not fits or not padded or root.tag == ENCRYPTED_DATA:
        raise DecryptionError
    return root


def decrypt_key(element: etree._Element, key: RSAPrivateKey) -> bytes:
    """Return the key in an EncryptedKey. Raises DecryptionError."""
    if element.tag != ENCRYPTED_KEY:
        raise DecryptionError
    try:
        return key.decrypt(_wrapped(element), _OAEP)
    except ValueError:
        raise DecryptionError from None


@dataclass(frozen=True, slots=True)
class _Recipient:
    """A certificate that is encrypted to, and how a key refers to it, either way."""

    key: RSAPublicKey
    named: Mapping[Identified, str]


@lru_cache(maxsize=64)
def _recipient(der: bytes) -> _Recipient:
    certificate = x509.load_der_x509_certificate(der)
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise TypeError("The certificate to encrypt to has no RSA key.")
    serial = (
        f'<o:SecurityTokenReference xmlns:o="{_WSSE}"><X509Data><X509IssuerSerial>'
        f"<X509IssuerName>{xml.escape(certificate.issuer.rfc4514_string())}</X509IssuerName>"
        f"<X509SerialNumber>{certificate.serial_number}</X509SerialNumber>"
        "</X509IssuerSerial></X509Data></o:SecurityTokenReference>"
    )
    subject = (
        f'<wsse:SecurityTokenReference xmlns:wsse="{_WSSE}">'
        f'<wsse:KeyIdentifier EncodingType="{_BASE64_BINARY}" ValueType="{_SUBJECT_KEY_ID}">'
        f"{_base64(_subject_key_id(certificate, key))}"
        "</wsse:KeyIdentifier></wsse:SecurityTokenReference>"
    )
    return _Recipient(key, {"issuer-serial": serial, "subject-key-id": subject})


def _subject_key_id(certificate: x509.Certificate, key: RSAPublicKey) -> bytes:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(key).digest
    return extension.value.digest


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _only(element: etree._Element, tag: str) -> etree._Element:
    found = list(element.iterchildren(tag))
    if len(found) != 1:
        raise DecryptionError
    return found[0]


def _value(element: etree._Element, longest: int) -> bytes:
    """Return the octets in a CipherValue; nothing is fetched from anywhere else."""
    data = _only(element, _CIPHER_DATA)
    value = _only(data, _CIPHER_VALUE)
    text = value.text or ""
    if len(data) != 1 or len(value) or len(text) > longest:
        raise DecryptionError
    try:
        return binascii.a2b_base64(text.translate(_WHITESPACE), strict_mode=True)
    except ValueError:
        raise DecryptionError from None


def _key_of(encrypted: etree._Element) -> etree._Element:
    info = _only(encrypted, _KEY_INFO)
    if len(info) != 1:
        raise DecryptionError
    inner = info[0]
    if inner.tag == ENCRYPTED_KEY:
        return inner
    if inner.tag == _TOKEN_REFERENCE and len(inner) == 1 and inner[0].tag == _REFERENCE:
        inner = inner[0]
    parent, address = encrypted.getparent(), inner.get("URI", "")
    if parent is None or inner.tag not in (_RETRIEVAL, _REFERENCE) or len(inner):
        raise DecryptionError
    found = [key for key in parent.iterchildren(ENCRYPTED_KEY) if f"#{key.get('Id')}" == address]
    if len(found) != 1:
        raise DecryptionError
    return found[0]


def _wrapped(element: etree._Element) -> bytes:
    """Return the encrypted key in an EncryptedKey of the only accepted form."""
    method = _only(element, _METHOD)
    digests = [part.get("Algorithm") for part in method.iterchildren(_DIGEST_METHOD)]
    known = all(part.tag in (_DIGEST_METHOD, _KEY_SIZE) for part in method)
    if method.get("Algorithm") != RSA_OAEP or digests not in ([], [_SHA1]) or not known:
        raise DecryptionError
    return _value(element, _LONGEST_KEY)


def _unwrap(wrapped: bytes, key: RSAPrivateKey, size: int) -> tuple[bytes, bool]:
    """Return the key and whether it is the one that was sent: if not it is a random one."""
    instead = os.urandom(size)
    try:
        secret = key.decrypt(wrapped, _OAEP)
    except ValueError:
        return instead, False
    return (secret, True) if len(secret) == size else (instead, False)


def _encrypted(algorithm: _Algorithm, secret: bytes, text: bytes) -> bytes:
    count = algorithm.block - len(text) % algorithm.block
    vector = os.urandom(algorithm.block)
    encryptor = Cipher(algorithm.kind(secret), modes.CBC(vector)).encryptor()
    padded = text + bytes(count - 1) + bytes([count])
    return vector + encryptor.update(padded) + encryptor.finalize()


def _decrypted(algorithm: _Algorithm, secret: bytes, octets: bytes) -> tuple[bytes, bool]:
    """Return the text and whether its padding was right (XML Encryption 5.2)."""
    block = algorithm.block
    if len(octets) < 2 * block or len(octets) % block:
        raise DecryptionError
    decryptor = Cipher(algorithm.kind(secret), modes.CBC(octets[:block])).decryptor()
    padded = decryptor.update(octets[block:]) + decryptor.finalize()
    count = padded[-1]
    right = 1 <= count <= block
    return padded[: -count if right else -1], right


def _parsed(text: bytes) -> etree._Element | None:
    try:
        return xml.parse(text, charset="utf-8", limits=LIMITS)
    except xml.XmlError:
        return None
