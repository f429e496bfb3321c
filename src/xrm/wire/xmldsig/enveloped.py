"""Signatures within the element they cover: SAML assertions and metadata.

They are verified by signxml. They are written here, as text in the canonical form and with
cryptography's RSA: that takes a tenth more than the bare RSA-2048 signature, where xmlsec takes
twice as long and signxml three times.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from xrm.wire.xmldsig import shape
from xrm.wire.xmldsig.canonical import attribute
from xrm.wire.xmldsig.shape import DS, ENVELOPED, EXCLUSIVE, RSA_SHA256, SHA256, SignatureError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate


def sign_enveloped(
    canonical: str, *, key: "RSAPrivateKey", certificate: bytes, reference: str
) -> str:
    """Return the Signature, by RSA-SHA256, that is put into an element to sign it.

    `canonical` is the element's exclusive canonical form without it, `reference` its id;
    `certificate` (X.509 in DER) is shown in the KeyInfo. What is signed goes into documents as
    text: lxml may change a prefix of an element it moves.
    """
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256 as SHA256_HASH

    digest = base64.b64encode(hashlib.sha256(canonical.encode()).digest()).decode()
    signed_info = (
        f'><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"></ds:SignatureMethod>'
        f'<ds:Reference URI="#{attribute(reference)}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED}"></ds:Transform>'
        f'<ds:Transform Algorithm="{EXCLUSIVE}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    # Canonical by itself it declares the prefix, which the Signature around it does already.
    octets = f'<ds:SignedInfo xmlns:ds="{DS}"{signed_info}'.encode()
    value = base64.b64encode(key.sign(octets, PKCS1v15(), SHA256_HASH())).decode()
    return (
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo{signed_info}'
        f"<ds:SignatureValue>{value}</ds:SignatureValue>{_key_info(certificate)}</ds:Signature>"
    )


@lru_cache(maxsize=64)
def _key_info(certificate: bytes) -> str:
    return (
        f'<KeyInfo xmlns="{DS}"><X509Data><X509Certificate>'
        f"{base64.b64encode(certificate).decode()}"
        "</X509Certificate></X509Data></KeyInfo>"
    )


def verify_enveloped(element: etree._Element, *, certificates: Sequence[bytes]) -> etree._Element:
    """Return what the signature of an element covers, which is all of it, as a tree of its own.

    Exactly one signature is there, a direct child; it has one reference, to the element, by an
    id that nothing else in its document has; RSA-SHA256 over the exclusive canonical form; the
    key is that of one of `certificates` (X.509 in DER), whatever the KeyInfo says. Their dates
    are the caller's to judge. The tree lacks the signature; claims are read only from it.
    Raises SignatureError (SAML 1.1 5.4, SAML 2.0 5.4); a signature is verified in any case, see
    `verify_decoy`.
    """
    try:
        name, identifier = _check(element)
    except SignatureError:
        verify_decoy(certificates)
        raise
    alone = etree.fromstring(etree.tostring(element, with_tail=False), _parser())
    for signature in alone.iterchildren(shape.SIGNATURE):
        # Unsigned, and nothing in it is used: so it is not shown to the library at all.
        del signature[2:]
    for certificate in certificates:
        signed = _signed_by(alone, name, _certificate(certificate))
        if signed is None:
            continue
        if signed.tag != element.tag or signed.get(name) != identifier:
            raise SignatureError("The signature covers another element.")
        return signed
    raise SignatureError("The signature fits none of the keys that are trusted.")


def verify_decoy(certificates: Sequence[bytes]) -> None:
    """Do the work of verifying what somebody else signed than the holders of `certificates`.

    Whoever sends what is to be decrypted is not to learn from the time it takes whether it was:
    what cannot be opened, or has not the shape of something signed, takes what a wrong
    signature takes (XML Encryption 1.1 6.1.2).
    """
    try:
        verify_enveloped(etree.fromstring(_decoy()), certificates=certificates)
    except SignatureError:
        return


@cache
def _decoy() -> bytes:
    from xrm.wire.certificates import new_key

    start, end = '<Decoy ID="_0">', "</Decoy>"
    signature = sign_enveloped(start + end, key=new_key(), certificate=b"", reference="_0")
    return f"{start}{signature}{end}".encode()


def _check(element: etree._Element) -> tuple[str, str]:
    """Return the name and the value of the element's id, if its signature is of the one shape."""
    shape.check_plain(element)
    signatures = list(element.iter(shape.SIGNATURE))
    if len(signatures) != 1 or signatures[0].getparent() is not element:
        raise SignatureError("Exactly one signature is expected, directly below its element.")
    name, identifier = shape.id_of(element)
    if shape.find(element, identifier)[0] is not element:
        raise SignatureError("The id of the signed element stands for another one.")
    ((named, reference),) = shape.references(signatures[0], methods=(RSA_SHA256,), most=1)
    if named != identifier:
        raise SignatureError("The signature refers to another element.")
    shape.check_reference(reference, transforms=(ENVELOPED, EXCLUSIVE), digests=(SHA256,))
    return name, identifier


def _signed_by(
    element: etree._Element, name: str, certificate: "Certificate"
) -> etree._Element | None:
    """Return what the signature covers, None where it does not fit this certificate's key."""
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

    expected = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        # It is trusted for being the one that was agreed on, at any time.
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        result = XMLVerifier().verify(
            element,
            x509_cert=certificate,
            id_attribute=name,
            expect_config=expected,
            parser=_parser(),
        )
    except (SignXMLException, etree.LxmlError, ValueError):
        return None
    assert isinstance(result, VerifyResult)
    return result.signed_xml


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)


@lru_cache(maxsize=64)
def _certificate(der: bytes) -> "Certificate":
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(der)
