"""Security tokens for tests: assertions, keys to sign and read them with, and xmlsec by hand."""

import copy
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from lxml import etree

from support import certificates, token_elements
from xrm.wire import saml, xml, xmldsig
from xrm.wire.saml import claim_types, names
from xrm.wire.xmldsig import DS

NOW = 1_800_000_000.542
UPN = "alice@contoso.example"
EVIL = "mallory@evil.example"
ISSUER = "http://sts.contoso.example/adfs/services/trust"
AUDIENCE = "https://crm.contoso.example/"
PROOF = bytes(range(32))
VERSIONS: tuple[saml.Version, ...] = ("1.1", "2.0")
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@cache
def pair(name: str = "issuer") -> certificates.Pair:
    """Return the key and certificate of a name, the same ones in the whole run."""
    return certificates.make(name)


def assertion(version: saml.Version = "1.1", **changes: Any) -> saml.Assertion:
    """Return an assertion about Alice, with some members changed."""
    members: dict[str, Any] = {
        "version": version,
        "id": "_9e107d9d-372b-41c5-a2c0-d6f1f1e9d0a1",
        "issuer": ISSUER,
        "issued": NOW,
        "not_before": NOW,
        "not_on_or_after": NOW + 3600,
        "audiences": (AUDIENCE,),
        "name_id": "alice",
        "name_format": names.UNSPECIFIED_NAME,
        "claims": (
            saml.Claim(claim_types.UPN, (UPN,)),
            saml.Claim(claim_types.GROUP_SID, ("S-1-5-21-1-513", "S-1-5-21-1-1104")),
            saml.Claim(claim_types.WINDOWS_ACCOUNT_NAME, ("CONTOSO\\alice",)),
        ),
        "method": names.PASSWORD,
        "authenticated": NOW - 60,
    }
    return saml.Assertion(**{**members, **changes})


def written(version: saml.Version = "1.1", **changes: Any) -> etree._Element:
    """Return that assertion as it is written, without a signature."""
    return token_elements.write(assertion(version, **changes))


def signed(version: saml.Version = "1.1", **changes: Any) -> etree._Element:
    """Return that assertion signed by the issuer, as it arrives: read from octets."""
    element = token_elements.sign(
        assertion(version, **changes), key=pair().private_key, certificate=pair().der
    )
    return arrived(element)


def arrived(element: etree._Element) -> etree._Element:
    """Return an element as it is after it was sent."""
    return xml.parse(etree.tostring(element))


def signature_of(element: etree._Element) -> etree._Element:
    """Return the first signature in an element."""
    return next(element.iter(f"{{{DS}}}Signature"))


def verified(element: etree._Element) -> etree._Element:
    """Return what the issuer's signature in an element covers."""
    return xmldsig.verify_enveloped(element, certificates=[pair().der])


def refused(element: etree._Element) -> str:
    """Return why a signature in an element is refused."""
    with pytest.raises(xmldsig.SignatureError) as caught:
        verified(element)
    return str(caught.value)


def unread(element: etree._Element, key: Any = None) -> str:
    """Return why an assertion is not read."""
    with pytest.raises(saml.SamlError) as caught:
        saml.read(element, key=key)
    assert caught.value.__cause__ is None
    return str(caught.value)


def one(element: etree._Element, name: str) -> etree._Element:
    """Return the first element of a name in another, whatever its namespace."""
    return next(element.iter(f"{{*}}{name}"))


def template(
    element: etree._Element,
    *,
    method: str = RSA_SHA256,
    digest: str = SHA256,
    canonical: str = EXCLUSIVE,
    transforms: tuple[str, ...] = (ENVELOPED, EXCLUSIVE),
    address: str | None = None,
) -> etree._Element:
    """Return a signature that is still to be computed, appended to a copy of an element.

    A transform may be a whole element, as text.
    """
    element = copy.deepcopy(element)
    name = next(name for name in ("ID", "AssertionID", "Id") if name in element.attrib)
    listed = "".join(
        transform if transform.startswith("<") else f'<Transform Algorithm="{transform}"/>'
        for transform in transforms
    )
    element.append(
        etree.fromstring(
            f'<Signature xmlns="{DS}"><SignedInfo><CanonicalizationMethod Algorithm="{canonical}"/>'
            f'<SignatureMethod Algorithm="{method}"/>'
            f'<Reference URI="{f"#{element.get(name)}" if address is None else address}">'
            f"<Transforms>{listed}</Transforms>"
            f'<DigestMethod Algorithm="{digest}"/><DigestValue/></Reference></SignedInfo>'
            "<SignatureValue/></Signature>"
        )
    )
    return element


def computed(element: etree._Element, key: xmlsec.Key | None = None) -> etree._Element:
    """Compute the signature at the end of an element with xmlsec; return it as it arrives."""
    context = xmlsec.SignatureContext()
    context.key = key or key_of(pair())
    for name in ("ID", "AssertionID", "Id"):
        if name in element.attrib:
            context.register_id(element, name)
    context.sign(element[-1])
    return arrived(element)


def key_of(owner: certificates.Pair) -> xmlsec.Key:
    """Return a private key as xmlsec knows it."""
    return xmlsec.Key.from_memory(owner.key_pem(), xmlsec.constants.KeyDataFormatPem)


def ask_xmlsec1(program: Path, folder: Path, *arguments: str, document: bytes, pem: bytes) -> bytes:
    """Run Debian's xmlsec1 on a document with a PEM file, and return what it wrote.

    `{pem}` in an argument stands for the file.
    """
    (folder / "document.xml").write_bytes(document)
    (folder / "key.pem").write_bytes(pem)
    (folder / "output").write_bytes(b"")
    given = [argument.format(pem=folder / "key.pem") for argument in arguments]
    command = [program, *given, "--output", folder / "output", folder / "document.xml"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return (folder / "output").read_bytes()
