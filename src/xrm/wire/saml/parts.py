"""The parts of an assertion, read strictly: an attribute or element too many is refused."""

import base64
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
)
from lxml import etree

from xrm.wire import xmlenc
from xrm.wire.saml.assertion import SamlError
from xrm.wire.xmldsig import DS

KEY_INFO = f"{{{DS}}}KeyInfo"
_KEY_VALUE = [f"{{{DS}}}KeyValue", f"{{{DS}}}RSAKeyValue"]
_NUMBERS = [f"{{{DS}}}Modulus", f"{{{DS}}}Exponent"]
_CERTIFICATE = [f"{{{DS}}}X509Data", f"{{{DS}}}X509Certificate"]
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,7})?Z")
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,199}")
_LONGEST = 16 * 1024
_LONGEST_KEY = 8192
_MOST_AUDIENCES = 50
_KEY_BITS = range(1024, 8193)
_WHITESPACE = str.maketrans("", "", " \t\r\n")

OF_ANOTHER: Literal["another's"] = "another's"
"""In place of a reader's key: what is encrypted to somebody else is left unread."""
Reader = RSAPrivateKey | Literal["another's"] | None
"""Who reads an assertion: the holder of a key, or somebody it is shown to."""


def attributes(
    element: etree._Element, required: Sequence[str], optional: Sequence[str] = ()
) -> list[str]:
    """Return the values of attributes in the order asked for, an optional one that lacks as ''.

    Raises SamlError for any other attribute, and for a required one that is empty.
    """
    known = {*required, *optional}
    if any(name not in known for name in element.attrib):
        raise SamlError("An attribute of the assertion is not understood.")
    values = [str(element.get(name, "")) for name in (*required, *optional)]
    if not all(values[: len(required)]) or any(len(value) > _LONGEST for value in values):
        raise SamlError("An attribute of the assertion is missing or too long.")
    return values


def text(element: etree._Element, *, optional: Sequence[str] = ()) -> str:
    """Return the text of an element that has nothing else. Raises SamlError."""
    attributes(element, (), optional)
    if len(element) or len(element.text or "") > _LONGEST:
        raise SamlError("A text of the assertion is not plain, or too long.")
    return element.text or ""


def identifier(value: str) -> str:
    """Return an id of a valid form. Raises SamlError."""
    if not _ID.fullmatch(value):
        raise SamlError("The id of the assertion is not valid.")
    return value


def instant(value: str) -> float:
    """Return a time in UTC in seconds since the epoch. Raises SamlError (SAML 2.0 1.3.3)."""
    if not _INSTANT.fullmatch(value):
        raise SamlError("A time of the assertion is not in UTC.")
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        raise SamlError("A time of the assertion does not exist.") from None


def only(element: etree._Element, tag: str) -> etree._Element:
    """Return the only child with a name. Raises SamlError."""
    found = list(element.iterchildren(tag))
    if len(found) != 1:
        raise SamlError("A part of the assertion is missing or stands there twice.")
    return found[0]


def split(
    root: etree._Element, conditions: str, ignored: str
) -> tuple[etree._Element, list[etree._Element]]:
    """Return the conditions and what else there is but for `ignored`. Raises SamlError."""
    others = [child for child in root if child.tag not in (conditions, ignored)]
    return only(root, conditions), others


def life(conditions: etree._Element) -> tuple[float, float]:
    """Return from when and until when an assertion holds; both are stated. Raises SamlError."""
    start, end = map(instant, attributes(conditions, ("NotBefore", "NotOnOrAfter")))
    if not start < end:
        raise SamlError("The assertion is never valid.")
    return start, end


def audiences(
    conditions: etree._Element, *, restriction: str, tolerated: Collection[str]
) -> tuple[str, ...]:
    """Return the audiences, () where none is named.

    Several restrictions would all have to be met: one is read. Raises SamlError for that and for
    any condition but `tolerated`.
    """
    found = [child for child in conditions if child.tag not in tolerated]
    if not found:
        return ()
    if len(found) != 1 or found[0].tag != restriction or not 1 <= len(found[0]) <= _MOST_AUDIENCES:
        raise SamlError("A condition of the assertion is not understood.")
    attributes(found[0], ())
    tag = restriction[: restriction.index("}") + 1] + "Audience"
    named = tuple(text(child) for child in found[0] if child.tag == tag)
    if len(named) != len(found[0]) or not all(named):
        raise SamlError("An audience of the assertion is not understood.")
    return named


def same(subjects: Sequence[etree._Element]) -> etree._Element:
    """Return the subject that all statements are about. Raises SamlError if they differ."""
    if not subjects:
        raise SamlError("The assertion states nothing.")
    spelled = {etree.tostring(each, method="c14n", exclusive=True) for each in subjects}
    if len(spelled) != 1:
        raise SamlError("The assertion is about several subjects.")
    return subjects[0]


def held_key(info: etree._Element, key: Reader) -> tuple[bytes | None, RSAPublicKey | None]:
    """Return the key that a holder has: the symmetric one, decrypted by `key`, or a public one.

    Raises SamlError.
    """
    if info.tag != KEY_INFO or len(info) != 1:
        raise SamlError("The key to be held is not understood.")
    if info[0].tag == xmlenc.ENCRYPTED_KEY:
        if key == OF_ANOTHER:
            return None, None
        if not isinstance(key, RSAPrivateKey):
            raise SamlError("The key to be held is encrypted to someone else.")
        try:
            return xmlenc.decrypt_key(info[0], key), None
        except xmlenc.DecryptionError:
            raise SamlError("The key to be held cannot be read.") from None
    return None, _public_key(info)


def _public_key(info: etree._Element) -> RSAPublicKey:
    path = [info[0].tag, *(part.tag for part in info[0])]
    try:
        if path == _KEY_VALUE and [part.tag for part in info[0][0]] == _NUMBERS:
            modulus, exponent = (int.from_bytes(_octets(part), "big") for part in info[0][0])
            key: object = RSAPublicNumbers(exponent, modulus).public_key()
        elif path == _CERTIFICATE:
            key = x509.load_der_x509_certificate(_octets(info[0][0])).public_key()
        else:
            key = None
    except (ValueError, UnsupportedAlgorithm):
        raise SamlError("The key to be held cannot be read.") from None
    if not isinstance(key, RSAPublicKey) or key.key_size not in _KEY_BITS:
        raise SamlError("The key to be held is not understood.")
    return key


def _octets(element: etree._Element) -> bytes:
    value = text(element)
    if len(value) > _LONGEST_KEY:
        raise SamlError("The key to be held is too long.")
    return base64.b64decode(value.translate(_WHITESPACE), validate=True)
