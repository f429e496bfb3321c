"""Federation metadata, read: what a trust is set up from."""

import base64
import binascii
from collections.abc import Sequence

from cryptography import x509
from lxml import etree

from xrm.wire import xml
from xrm.wire.wsfed.description import (
    ApplicationRole,
    ClaimType,
    Description,
    TokenServiceRole,
)
from xrm.wire.wsfed.names import APPLICATION, AUTH, DS, FED, MD, TOKEN_SERVICE, WSA, WSX, XSI
from xrm.wire.xmldsig import SignatureError, verify_enveloped

_LIMITS = xml.Limits(size=1024 * 1024, depth=40, elements=20_000)
_LONGEST = 2048
_MOST = 200
"""Addresses, claims or certificates in one list."""


class MetadataError(ValueError):
    """A document is no federation metadata, or is not signed as it must be."""


def read(document: bytes, *, certificates: Sequence[bytes] = ()) -> Description:
    """Return what a document says of one entity; roles of SAML's own protocols are left out.

    With `certificates` (DER) it must be signed with one of them. Without any its signature says
    nothing that its place does not: whoever could change the document could sign it anew.
    Raises MetadataError.
    """
    try:
        root = xml.parse(document, limits=_LIMITS)
        if certificates:
            root = verify_enveloped(root, certificates=certificates)
    except xml.XmlError as error:
        raise MetadataError(str(error)) from error
    except SignatureError as error:
        raise MetadataError("The document is not signed with a key that is trusted.") from error
    if root.tag != f"{{{MD}}}EntityDescriptor":
        raise MetadataError("The document describes no entity.")
    entity = _text(root.get("entityID"))
    if not entity:
        raise MetadataError("The entity has no name.")
    application, service = _role(root, APPLICATION), _role(root, TOKEN_SERVICE)
    return Description(
        entity=entity,
        token_service=None if service is None else _token_service(service),
        application=None if application is None else _application(application),
    )


def _role(root: etree._Element, kind: str) -> etree._Element | None:
    """Return the role of a type, None where there is none: the prefix of the type may be any.

    A signature does not cover what a prefix in a value stands for (exclusive c14n), so that what
    was verified may not say it.
    """
    found = []
    for role in root.findall(f"{{{MD}}}RoleDescriptor"):
        prefix, _, name = (role.get(f"{{{XSI}}}type") or "").strip().rpartition(":")
        if name == kind and role.nsmap.get(prefix or None, FED) == FED:
            found.append(role)
    if len(found) > 1:
        raise MetadataError(f"The entity has several roles of the type {kind}.")
    return found[0] if found else None


def _token_service(role: etree._Element) -> TokenServiceRole:
    signing = _certificates(role, "signing")
    if not signing:
        raise MetadataError("The token service has no certificate for signatures.")
    exchange = role.find(
        f"{{{FED}}}SecurityTokenServiceEndpoint/{{{WSA}}}EndpointReference/{{{WSA}}}Metadata"
        f"/{{{WSX}}}Metadata/{{{WSX}}}MetadataSection/{{{WSX}}}MetadataReference/{{{WSA}}}Address"
    )
    return TokenServiceRole(
        signing=signing,
        passive=_addresses(role, "PassiveRequestorEndpoint"),
        active=_addresses(role, "SecurityTokenServiceEndpoint"),
        exchange=_text(exchange.text) if exchange is not None else "",
        claims=_claims(role, "ClaimTypesOffered"),
        token_types=_token_types(role),
        name=_text(role.get("ServiceDisplayName")),
    )


def _application(role: etree._Element) -> ApplicationRole:
    return ApplicationRole(
        passive=_addresses(role, "PassiveRequestorEndpoint"),
        scopes=_addresses(role, "TargetScopes"),
        encryption=_certificates(role, "encryption"),
        active=_addresses(role, "ApplicationServiceEndpoint"),
        claims=_claims(role, "ClaimTypesRequested"),
        token_types=_token_types(role),
        name=_text(role.get("ServiceDisplayName")),
    )


def _certificates(role: etree._Element, use: str) -> tuple[bytes, ...]:
    """Return the certificates of a use; a key that says none is for every use (2.4.1.1)."""
    path = f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"
    found: list[bytes] = []
    for descriptor in _bounded(role.findall(f"{{{MD}}}KeyDescriptor")):
        if descriptor.get("use", use) == use:
            found += [_certificate(element.text or "") for element in descriptor.findall(path)]
    return tuple(dict.fromkeys(found))


def _certificate(text: str) -> bytes:
    try:
        octets = base64.b64decode("".join(text.split()), validate=True)
        x509.load_der_x509_certificate(octets)
    except (binascii.Error, ValueError) as error:
        raise MetadataError("A certificate cannot be read.") from error
    return octets


def _addresses(role: etree._Element, name: str) -> tuple[str, ...]:
    path = f"{{{FED}}}{name}/{{{WSA}}}EndpointReference/{{{WSA}}}Address"
    texts = (_text(element.text) for element in _bounded(role.findall(path)))
    return tuple(dict.fromkeys(text for text in texts if text))


def _claims(role: etree._Element, name: str) -> tuple[ClaimType, ...]:
    found = _bounded(role.findall(f"{{{FED}}}{name}/{{{AUTH}}}ClaimType"))
    return tuple(
        ClaimType(
            _text(element.get("Uri")),
            _text(element.findtext(f"{{{AUTH}}}DisplayName")),
            _text(element.findtext(f"{{{AUTH}}}Description")),
        )
        for element in found
    )


def _token_types(role: etree._Element) -> tuple[str, ...]:
    found = _bounded(role.findall(f"{{{FED}}}TokenTypesOffered/{{{FED}}}TokenType"))
    return tuple(uri for element in found if (uri := _text(element.get("Uri"))))


def _bounded(elements: list[etree._Element]) -> list[etree._Element]:
    if len(elements) > _MOST:
        raise MetadataError("The document lists more than is read.")
    return elements


def _text(text: str | None) -> str:
    """Return a text without blanks around it. Raises MetadataError for one that is too long."""
    short = (text or "").strip()
    if len(short) > _LONGEST:
        raise MetadataError("A name or an address is too long.")
    return short
