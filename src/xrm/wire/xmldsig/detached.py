"""Signatures in the Security header of a message, over parts of it (WS-Security 1.1, 8)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import xmlsec
from lxml import etree

from xrm.wire.xmldsig import shape
from xrm.wire.xmldsig.shape import DS, EXCLUSIVE, SHA1, SHA256, UTILITY, Digest, SignatureError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

_MOST_REFERENCES = 8
_DIGESTS: Mapping[Digest, str] = {"sha1": SHA1, "sha256": SHA256}
_MAC: Mapping[Digest, str] = {"sha1": shape.HMAC_SHA1, "sha256": shape.HMAC_SHA256}
_RSA: Mapping[Digest, str] = {"sha1": shape.RSA_SHA1, "sha256": shape.RSA_SHA256}


def sign_detached(
    parent: etree._Element,
    targets: Sequence[etree._Element],
    *,
    key: "bytes | RSAPrivateKey",
    digest: Digest,
    key_info: etree._Element,
) -> etree._Element:
    """Sign elements by their `wsu:Id` and append the signature to `parent`; return it.

    All stand in one document. A key of octets signs with HMAC, an RSA key with PKCS #1 v1.5;
    `digest` is that of the references too. `key_info` is the KeyInfo or what stands in it.
    """
    signature = _template((_MAC if isinstance(key, bytes) else _RSA)[digest])
    parent.append(signature)
    context = _context(key)
    for target in targets:
        address = f"#{target.get(f'{{{UTILITY}}}Id')}"
        _add_reference(signature[0], address, _DIGESTS[digest])
        context.register_id(target, "Id", UTILITY)
    context.sign(signature)
    value = signature[1]
    value.text = "".join((value.text or "").split())
    if key_info.tag == shape.KEY_INFO:
        signature.append(key_info)
    else:
        etree.SubElement(signature, shape.KEY_INFO).append(key_info)
    return signature


def _template(method: str) -> etree._Element:
    signature = etree.Element(shape.SIGNATURE, nsmap={None: DS})
    signed_info = etree.SubElement(signature, f"{{{DS}}}SignedInfo")
    etree.SubElement(signed_info, f"{{{DS}}}CanonicalizationMethod", {"Algorithm": EXCLUSIVE})
    etree.SubElement(signed_info, f"{{{DS}}}SignatureMethod", {"Algorithm": method})
    etree.SubElement(signature, f"{{{DS}}}SignatureValue")
    return signature


def _add_reference(signed_info: etree._Element, address: str, digest: str) -> None:
    reference = etree.SubElement(signed_info, f"{{{DS}}}Reference", {"URI": address})
    transforms = etree.SubElement(reference, f"{{{DS}}}Transforms")
    etree.SubElement(transforms, f"{{{DS}}}Transform", {"Algorithm": EXCLUSIVE})
    etree.SubElement(reference, f"{{{DS}}}DigestMethod", {"Algorithm": digest})
    etree.SubElement(reference, f"{{{DS}}}DigestValue")


def verify_detached(
    signature: etree._Element, root: etree._Element, *, key: "bytes | RSAPublicKey"
) -> tuple[etree._Element, ...]:
    """Return the elements that a signature covers, in the order of its references.

    Each is named by an id that nothing else in the document of `root` has. A key of octets takes
    HMAC only, a public key RSA only, both with SHA-1 or SHA-256. Raises SignatureError.
    """
    methods = (_MAC if isinstance(key, bytes) else _RSA).values()
    if signature.getroottree().getroot() is not root.getroottree().getroot():
        raise SignatureError("The signature stands in another document.")
    # Java's clients name the prefixes that are in scope.
    found = shape.references(signature, methods=methods, most=_MOST_REFERENCES, prefixes=True)
    covered = [_covered(root, identifier, reference) for identifier, reference in found]
    try:
        context = _context(key)
        for target, name in covered:
            qualified = etree.QName(name)
            context.register_id(target, qualified.localname, qualified.namespace)
        context.verify(signature)
    except xmlsec.Error:
        raise SignatureError("The signature does not fit what it covers.") from None
    return tuple(target for target, _ in covered)


def _covered(
    root: etree._Element, identifier: str, reference: etree._Element
) -> tuple[etree._Element, str]:
    digests = _DIGESTS.values()
    shape.check_reference(reference, transforms=(EXCLUSIVE,), digests=digests, prefixes=True)
    target, name = shape.find(root, identifier)
    shape.check_plain(target)
    return target, name


def _context(key: "bytes | RSAPrivateKey | RSAPublicKey") -> xmlsec.SignatureContext:
    context = xmlsec.SignatureContext()
    if isinstance(key, bytes):
        context.key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataHmac, key)
    else:
        context.key = xmlsec.Key.from_memory(_pem(key), xmlsec.constants.KeyDataFormatPem)
    return context


def _pem(key: "RSAPrivateKey | RSAPublicKey") -> bytes:
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if isinstance(key, RSAPublicKey):
        return key.public_bytes(forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo)
    plain = forms.NoEncryption()
    return key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, plain)
