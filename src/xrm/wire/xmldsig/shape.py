"""The shapes of signatures that are believed, checked before anything is computed."""

import re
from collections.abc import Collection, Sequence
from typing import Literal

from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
SHA1 = f"{DS}sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
HMAC_SHA1 = f"{DS}hmac-sha1"
HMAC_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
RSA_SHA1 = f"{DS}rsa-sha1"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"

Digest = Literal["sha1", "sha256"]

SIGNATURE = f"{{{DS}}}Signature"
KEY_INFO = f"{{{DS}}}KeyInfo"
_SIGNED_INFO = f"{{{DS}}}SignedInfo"
_VALUE = f"{{{DS}}}SignatureValue"
_METHODS = (f"{{{DS}}}CanonicalizationMethod", f"{{{DS}}}SignatureMethod")
_REFERENCE = f"{{{DS}}}Reference"
_REFERENCE_PARTS = [f"{{{DS}}}{name}" for name in ("Transforms", "DigestMethod", "DigestValue")]
_TRANSFORM = f"{{{DS}}}Transform"
_INCLUSIVE = f"{{{EXCLUSIVE}}}InclusiveNamespaces"

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}")
_ID_NAMES = ("ID", "AssertionID", "Id", f"{{{UTILITY}}}Id")
_PREFIX = r"(?:#default|[A-Za-z_][A-Za-z0-9_.-]{0,39})"
_PREFIXES = re.compile(f"(?:{_PREFIX}(?: {_PREFIX}){{0,19}})?")
_BASE64 = re.compile(r"[A-Za-z0-9+/ \t\r\n]*=?[ \t\r\n]*=?[ \t\r\n]*")
_LONGEST_SIGNATURE = 2048
"""In characters of base64: the signature of an RSA key of 8192 bits takes 1366."""
_LONGEST_DIGEST = 100
_holders = etree.XPath("//*[@*[. = $value]]")


class SignatureError(ValueError):
    """A signature is missing, is not of the only shape that is accepted, or does not fit."""


def check_plain(element: etree._Element) -> None:
    """Refuse what the canonical form passes over or does not show as it is.

    A comment within a text would be left out of what is signed, yet cut the text in two for
    whoever reads it. Raises SignatureError.
    """
    if next(element.iter(etree.Comment, etree.PI, etree.Entity), None) is not None:
        raise SignatureError("Comments and processing instructions are not accepted here.")


def id_of(element: etree._Element) -> tuple[str, str]:
    """Return the name and the value of an element's id. Raises SignatureError."""
    found = [(name, str(element.get(name))) for name in _ID_NAMES if name in element.attrib]
    if len(found) != 1:
        raise SignatureError("An element to be signed has one id.")
    if not _ID.fullmatch(found[0][1]):
        raise SignatureError("The id of the signed element is not valid.")
    return found[0]


def find(element: etree._Element, identifier: str) -> tuple[etree._Element, str]:
    """Return the only element with an id in the document of `element`, and the attribute's name.

    Whatever attribute could pass for an id somewhere counts against it. Raises SignatureError.
    """
    found = [
        (holder, str(name))
        for holder in _holders(element, value=identifier)
        for name, value in holder.attrib.items()
        if value == identifier and str(name).lower().endswith("id")
    ]
    if len(found) != 1 or found[0][1] not in _ID_NAMES:
        raise SignatureError("An id that a signature names stands for no element, or for several.")
    return found[0]


def references(
    signature: etree._Element, *, methods: Collection[str], most: int, prefixes: bool = False
) -> list[tuple[str, etree._Element]]:
    """Return the references of a signature with the ids they name. Raises SignatureError.

    Every part of the signature must be known, and its algorithm be one of `methods`; the
    transforms and the digest of a reference are still to be checked. With `prefixes` the
    canonical form may name prefixes to keep (exclusive c14n 3).
    """
    parts = list(signature)
    names = [part.tag for part in parts]
    if signature.tag != SIGNATURE or names not in (
        [_SIGNED_INFO, _VALUE],
        [_SIGNED_INFO, _VALUE, KEY_INFO],
    ):
        raise SignatureError("The signature has not the parts of one.")
    _check_value(parts[1], _LONGEST_SIGNATURE)
    inner = list(parts[0])
    found = inner[len(_METHODS) :]
    if [part.tag for part in inner] != [*_METHODS, *[_REFERENCE] * len(found)]:
        raise SignatureError("The signature has not the parts of one.")
    if not 1 <= len(found) <= most:
        raise SignatureError("The signature has too many references, or none.")
    _check_algorithm(inner[0], (EXCLUSIVE,), prefixes=prefixes)
    _check_algorithm(inner[1], methods)
    return [(_reference_id(reference), reference) for reference in found]


def check_reference(
    reference: etree._Element,
    *,
    transforms: Sequence[str],
    digests: Collection[str],
    prefixes: bool = False,
) -> None:
    """Refuse a reference that has not exactly these transforms, in this order.

    `prefixes` is as for `references`. Raises SignatureError.
    """
    listed, method, value = reference
    if [transform.tag for transform in listed] != [_TRANSFORM] * len(transforms):
        raise SignatureError("The transforms of the reference are not accepted.")
    for transform, algorithm in zip(listed, transforms, strict=True):
        _check_algorithm(transform, (algorithm,), prefixes=prefixes)
    _check_algorithm(method, digests)
    _check_value(value, _LONGEST_DIGEST)


def _reference_id(reference: etree._Element) -> str:
    if [part.tag for part in reference] != _REFERENCE_PARTS:
        raise SignatureError("The reference has not the parts of one.")
    address = reference.get("URI", "")
    if not address.startswith("#") or not _ID.fullmatch(address[1:]):
        raise SignatureError("A reference is to an id in the same document.")
    return address[1:]


def _check_algorithm(
    element: etree._Element, accepted: Collection[str], *, prefixes: bool = False
) -> None:
    if element.get("Algorithm") not in accepted or (element.text or "").strip():
        raise SignatureError("An algorithm of the signature is not accepted.")
    if prefixes and len(element) == 1 and element[0].tag == _INCLUSIVE and not len(element[0]):
        if _PREFIXES.fullmatch(element[0].get("PrefixList", "")):
            return
        raise SignatureError("The prefixes of the canonical form are not accepted.")
    if len(element):
        raise SignatureError("Parameters of an algorithm are not accepted.")


def _check_value(element: etree._Element, longest: int) -> None:
    text = element.text or ""
    if len(element) or not 1 <= len(text) <= longest or not _BASE64.fullmatch(text):
        raise SignatureError("A value of the signature is not base64 of a plausible length.")
