"""Federation metadata, written and signed (SAML 2.0 metadata 2.3, WS-Federation 1.2, 3)."""

import base64
import re
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from xrm.wire.wsfed.description import (
    ApplicationRole,
    ClaimType,
    Description,
    TokenServiceRole,
)
from xrm.wire.wsfed.names import (
    APPLICATION,
    AUTH,
    DS,
    FED,
    MD,
    PROTOCOLS,
    TOKEN_SERVICE,
    WSA,
    WSX,
    XSI,
)
from xrm.wire.xmldsig import sign_enveloped

_TYPE = f"{{{XSI}}}type"
_START = re.compile(rb"<\?[^?]*\?>\s*<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")
"""The declaration of a document and the start tag of its root, which is not empty."""


def write(
    description: Description,
    *,
    document_id: str,
    key: RSAPrivateKey | None = None,
    certificate: bytes = b"",
) -> bytes:
    """Return a description as a document, signed where a key is given.

    `document_id` is an XML name of this document alone, `certificate` (DER) the key's.
    """
    # No white space between elements: some readers take the first child for an element.
    root = etree.Element(
        f"{{{MD}}}EntityDescriptor",
        {"ID": document_id, "entityID": description.entity},
        nsmap={None: MD},
    )
    if description.application is not None:
        _application(root, description.application)
    if description.token_service is not None:
        _token_service(root, description.token_service)
    document = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    if key is None:
        return document
    canonical = etree.tostring(root, method="c14n", exclusive=True).decode()
    signature = sign_enveloped(canonical, key=key, certificate=certificate, reference=document_id)
    start = _START.match(document)
    assert start is not None
    return document[: start.end()] + signature.encode() + document[start.end() :]


def _role(root: etree._Element, kind: str, name: str) -> etree._Element:
    role = etree.SubElement(root, f"{{{MD}}}RoleDescriptor", nsmap={"xsi": XSI, "fed": FED})
    role.set(_TYPE, f"fed:{kind}")
    role.set("protocolSupportEnumeration", " ".join(PROTOCOLS))
    if name:
        role.set("ServiceDisplayName", name)
    return role


def _application(root: etree._Element, role: ApplicationRole) -> None:
    element = _role(root, APPLICATION, role.name)
    _keys(element, "encryption", role.encryption)
    _token_types(element, role.token_types)
    _claims(element, "ClaimTypesRequested", role.claims)
    if role.scopes:
        scopes = etree.SubElement(element, f"{{{FED}}}TargetScopes")
        for scope in role.scopes:
            _reference(scopes, scope)
    _endpoints(element, "ApplicationServiceEndpoint", role.active)
    _endpoints(element, "PassiveRequestorEndpoint", role.passive)


def _token_service(root: etree._Element, role: TokenServiceRole) -> None:
    element = _role(root, TOKEN_SERVICE, role.name)
    _keys(element, "signing", role.signing)
    _token_types(element, role.token_types)
    _claims(element, "ClaimTypesOffered", role.claims)
    _endpoints(element, "SecurityTokenServiceEndpoint", role.active, role.exchange)
    _endpoints(element, "PassiveRequestorEndpoint", role.passive)


def _keys(parent: etree._Element, use: str, certificates: Iterable[bytes]) -> None:
    for certificate in certificates:
        element = etree.SubElement(parent, f"{{{MD}}}KeyDescriptor", {"use": use})
        info = etree.SubElement(element, f"{{{DS}}}KeyInfo", nsmap={None: DS})
        data = etree.SubElement(info, f"{{{DS}}}X509Data")
        text = base64.b64encode(certificate).decode("ascii")
        etree.SubElement(data, f"{{{DS}}}X509Certificate").text = text


def _token_types(parent: etree._Element, types: Iterable[str]) -> None:
    if not (known := tuple(types)):
        return
    offered = etree.SubElement(parent, f"{{{FED}}}TokenTypesOffered")
    for uri in known:
        etree.SubElement(offered, f"{{{FED}}}TokenType", {"Uri": uri})


def _claims(parent: etree._Element, name: str, claims: Iterable[ClaimType]) -> None:
    if not (known := tuple(claims)):
        return
    listed = etree.SubElement(parent, f"{{{FED}}}{name}")
    for claim in known:
        attributes = {"Uri": claim.uri, "Optional": "true"}
        element = etree.SubElement(listed, f"{{{AUTH}}}ClaimType", attributes, nsmap={"auth": AUTH})
        if claim.name:
            etree.SubElement(element, f"{{{AUTH}}}DisplayName").text = claim.name
        if claim.description:
            etree.SubElement(element, f"{{{AUTH}}}Description").text = claim.description


def _endpoints(
    parent: etree._Element, name: str, addresses: Iterable[str], exchange: str = ""
) -> None:
    for address in addresses:
        reference = _reference(etree.SubElement(parent, f"{{{FED}}}{name}"), address)
        if exchange:
            place = etree.SubElement(reference, f"{{{WSA}}}Metadata")
            place = etree.SubElement(place, f"{{{WSX}}}Metadata", nsmap={None: WSX})
            place = etree.SubElement(place, f"{{{WSX}}}MetadataSection", {"Dialect": WSX})
            place = etree.SubElement(place, f"{{{WSX}}}MetadataReference")
            there = etree.SubElement(place, f"{{{WSA}}}Address", nsmap={"wsa": WSA})
            there.text = exchange


def _reference(parent: etree._Element, address: str) -> etree._Element:
    reference = etree.SubElement(parent, f"{{{WSA}}}EndpointReference", nsmap={None: WSA})
    etree.SubElement(reference, f"{{{WSA}}}Address").text = address
    return reference
