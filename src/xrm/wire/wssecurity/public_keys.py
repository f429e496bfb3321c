"""RSA keys as XML Signature writes them (XML Signature 1.0 4.4.2, 4.4.4)."""

import binascii
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from lxml import etree

from xrm.wire.wssecurity.errors import TokenError
from xrm.wire.wssecurity.names import DSIG

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SIZES = range(2048, 8193)
"""Sizes of keys that are taken, in bits."""

_LONGEST = 16 * 1024
_LARGEST_EXPONENT = 2**32
_VALUE = f"{{{DSIG}}}KeyValue"
_RSA = f"{{{DSIG}}}RSAKeyValue"
_DATA = f"{{{DSIG}}}X509Data"
_KEY_INFO = f"{{{DSIG}}}KeyInfo"


def read_public_key(element: etree._Element) -> "RSAPublicKey":
    """Return the RSA key of a KeyInfo, or of the KeyValue or X509Data in one.

    Of a certificate only the key counts. Raises TokenError.
    """
    while element.tag in (_KEY_INFO, _VALUE):
        if len(element) != 1:
            raise TokenError("A key is given once.")
        element = element[0]
    if element.tag == _RSA:
        return _of_numbers(element)
    found = element.findall(f"{{{DSIG}}}X509Certificate") if element.tag == _DATA else []
    if len(found) != 1:
        raise TokenError("The form of the key is not known.")
    return key_of_certificate(_octets(found[0]))


def key_of_certificate(der: bytes) -> "RSAPublicKey":
    """Return the RSA key of a certificate in DER. Raises TokenError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_der_x509_certificate

    try:
        key = load_der_x509_certificate(der).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise TokenError("The certificate cannot be read.") from None
    if not isinstance(key, RSAPublicKey) or key.key_size not in SIZES:
        raise TokenError("The key is not of RSA, or not of a size that is taken.")
    return key


def key_value(key: "RSAPublicKey") -> etree._Element:
    """Return a KeyValue of a key."""
    numbers = key.public_numbers()
    element = etree.Element(_VALUE, nsmap={None: DSIG})
    inner = etree.SubElement(element, _RSA)
    for name, number in (("Modulus", numbers.n), ("Exponent", numbers.e)):
        octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
        etree.SubElement(inner, f"{{{DSIG}}}{name}").text = b64encode(octets).decode("ascii")
    return element


def _of_numbers(element: etree._Element) -> "RSAPublicKey":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    if [child.tag for child in element] != [f"{{{DSIG}}}Modulus", f"{{{DSIG}}}Exponent"]:
        raise TokenError("The key is not one of RSA.")
    modulus, exponent = (int.from_bytes(_octets(child), "big") for child in element)
    if modulus.bit_length() not in SIZES or not 2 < exponent < _LARGEST_EXPONENT:
        raise TokenError("The key is not of a size that is taken.")
    try:
        return RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise TokenError("The key is not one of RSA.") from None


def _octets(element: etree._Element) -> bytes:
    text = element.text or ""
    if len(element) or len(text) > _LONGEST:
        raise TokenError("A part of the key is not one, or is too long.")
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise TokenError("A part of the key is not base64.") from None
