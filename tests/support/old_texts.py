"""The parts of messages that clients of old put together, and how they pick answers apart."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.dom import minidom

ADDRESSING = "http://www.w3.org/2005/08/addressing"
ANONYMOUS = f"{ADDRESSING}/anonymous"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSSE_11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
TRUST_13 = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
TRUST_2005 = "http://schemas.xmlsoap.org/ws/2005/02/trust"
SERVICES = "http://schemas.microsoft.com/xrm/2011/Contracts/Services"
ASSERTION_ID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID"
SAML_11 = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1"
PASSWORD_TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    "#PasswordText"
)
ENTROPY = bytes(range(100, 132))
"""What clients bring that make the key together with the service."""

START = f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:u="{WSU}">'
WHO = (
    f'<Execute xmlns="{SERVICES}"><request i:type="c:WhoAmIRequest" '
    'xmlns:b="http://schemas.microsoft.com/xrm/2011/Contracts" '
    'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:c="http://schemas.microsoft.com/crm/2011/Contracts"><b:Parameters '
    'xmlns:d="http://schemas.datacontract.org/2004/07/System.Collections.Generic"/>'
    '<b:RequestId i:nil="true"/><b:RequestName>WhoAmI</b:RequestName></request></Execute>'
)


@dataclass(frozen=True)
class Place:
    """A token service, a service, and who signs in; `clock` tells seconds since 1970."""

    trust: str
    service: str
    name: str
    password: str
    clock: Callable[[], float]

    def moment(self, form: str = "%Y-%m-%dT%H:%M:%S.000Z", after: float = 0) -> str:
        """Return a time near now."""
        return datetime.fromtimestamp(self.clock() + after, UTC).strftime(form)


@dataclass(frozen=True)
class Issued:
    """What a client takes out of an answer; `token` is text, ready to be sent."""

    token: str
    secret: bytes
    assertion_id: str
    expires: str = ""


@dataclass(frozen=True)
class Client:
    """One family of clients: how it asks, reads the answer, and calls."""

    name: str
    request: Callable[[Place, str], str]
    read: Callable[[str], Issued]
    message: Callable[[Place, Issued], str]
    endpoint: str = "13/usernamemixed"
    kind: str = "application/soap+xml; charset=utf-8"

    def __str__(self) -> str:
        """Return its name, for the names of tests."""
        return self.name


# What they have in common.


def stamp(created: str, expires: str, name: str = "_0", declared: bool = True) -> str:
    """Return a Timestamp; in its canonical form where it declares its prefix."""
    space = f' xmlns:u="{WSU}"' if declared else ""
    return (
        f'<u:Timestamp{space} u:Id="{name}"><u:Created>{created}</u:Created>'
        f"<u:Expires>{expires}</u:Expires></u:Timestamp>"
    )


def request_body(place: Place, members: str = "", trust: str = TRUST_13) -> str:
    """Return a RequestSecurityToken that names the service, and `members` beside."""
    return (
        f'<s:Body><t:RequestSecurityToken xmlns:t="{trust}"><p:AppliesTo xmlns:p="{POLICY}">'
        f"<a:EndpointReference><a:Address>{place.service}</a:Address></a:EndpointReference>"
        f"</p:AppliesTo>{members}<t:RequestType>{trust}/Issue</t:RequestType>"
        "</t:RequestSecurityToken></s:Body></s:Envelope>"
    )


def user(place: Place, name: str = "uuid-cc1ccd70-0a52-4f3c-9bd4-7b4a2d5e1a36-1") -> str:
    """Return a UsernameToken with all its attributes."""
    return (
        f'<o:UsernameToken u:Id="{name}"><o:Username>{place.name}</o:Username>'
        f'<o:Password Type="{PASSWORD_TEXT}">{place.password}</o:Password></o:UsernameToken>'
    )


def signed_info(canonical_stamp: str, name: str = "_0") -> str:
    """Return a SignedInfo in its canonical form: empty elements have an end."""
    digest = base64.b64encode(hashlib.sha1(canonical_stamp.encode()).digest()).decode()
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    return (
        f'<SignedInfo xmlns="{DSIG}"><CanonicalizationMethod Algorithm="{exclusive}">'
        f'</CanonicalizationMethod><SignatureMethod Algorithm="{DSIG}hmac-sha1">'
        f'</SignatureMethod><Reference URI="#{name}"><Transforms>'
        f'<Transform Algorithm="{exclusive}"></Transform></Transforms>'
        f'<DigestMethod Algorithm="{DSIG}sha1"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
    )


def signature(issued: Issued, canonical_stamp: str, *, kind: str = "", name: str = "_0") -> str:
    """Return a Signature whose empty elements close themselves, as no canonical form has them."""
    info = signed_info(canonical_stamp, name)
    value = base64.b64encode(hmac.digest(issued.secret, info.encode(), "sha1")).decode()
    for empty in ("CanonicalizationMethod", "SignatureMethod", "Transform", "DigestMethod"):
        info = info.replace(f"></{empty}>", "/>")
    return (
        f'<Signature xmlns="{DSIG}">{info}<SignatureValue>{value}</SignatureValue><KeyInfo>'
        f'<o:SecurityTokenReference{kind} xmlns:o="{WSSE}"><o:KeyIdentifier '
        f'ValueType="{ASSERTION_ID}">{issued.assertion_id}</o:KeyIdentifier>'
        "</o:SecurityTokenReference></KeyInfo></Signature>"
    )


def message(place: Place, security: str, more: str = "", message_id: str = "") -> str:
    """Return WhoAmI in an envelope around a whole Security header."""
    named = f"<a:MessageID>{message_id}</a:MessageID>" if message_id else ""
    return (
        f'{START}<s:Header><a:Action s:mustUnderstand="1">{SERVICES}/IOrganizationService/Execute'
        f"</a:Action>{more}{named}<a:ReplyTo><a:Address>{ANONYMOUS}</a:Address></a:ReplyTo>"
        f'<a:To s:mustUnderstand="1">{place.service}</a:To>{security}</s:Header>'
        f"<s:Body>{WHO}</s:Body></s:Envelope>"
    )


def p_sha1(secret: bytes, seed: bytes, length: int = 32) -> bytes:
    """Return P_SHA1 of two entropies, as TLS 1.0 has it."""
    made, step = b"", seed
    while len(made) < length:
        step = hmac.digest(secret, step, "sha1")
        made += hmac.digest(secret, step + seed, "sha1")
    return made[:length]


# Ways to read.


def items(within: Any, name: str) -> list[Any]:
    """Return the elements of a local name in the order of a document, or below an element."""
    found: list[Any] = []

    def walk(node: Any) -> None:
        for child in node.childNodes:
            if child.nodeType == child.ELEMENT_NODE:
                if child.localName == name:
                    found.append(child)
                walk(child)

    walk(minidom.parseString(within) if isinstance(within, str) else within)
    return found


def content(element: Any) -> str:
    """Return the text below an element."""
    return "".join(
        child.data if child.nodeType == child.TEXT_NODE else content(child)
        for child in element.childNodes
    )


def between(text: str, tag: str, at: int = 0) -> str:
    """Return what stands between the tags of a prefixed name, as regular expressions do."""
    return re.findall(rf"<{tag}(?: [^>]*)?>(.*?)</{tag}>", text)[at]


def read_by_dom(text: str) -> Issued:
    """Read by item 0 of everything and by firstChild."""
    response = items(text, "RequestSecurityTokenResponse")[0]
    return Issued(
        token=items(text, "RequestedSecurityToken")[0].firstChild.toxml(),
        secret=base64.b64decode(content(items(text, "BinarySecret")[0])),
        assertion_id=content(items(text, "KeyIdentifier")[0]),
        expires=content(items(response, "Expires")[0]),
    )


def read_by_prefix(text: str) -> Issued:
    """Read by prefixed names: `trust:`, `o:`, `e:`, `xenc:`."""
    return Issued(
        token=between(text, "trust:RequestedSecurityToken"),
        secret=base64.b64decode(between(text, "trust:BinarySecret")),
        assertion_id=between(text, "o:KeyIdentifier"),
    )


def read_parts(text: str) -> Issued:
    """Read four texts only, and put the token together from them by a template of its own."""
    key, data = (content(each) for each in items(text, "CipherValue")[:2])
    issuer = content(items(text, "X509IssuerName")[0])
    serial = content(items(text, "X509SerialNumber")[0])
    token = (
        f'<xenc:EncryptedData Type="{XENC}Element" xmlns:xenc="{XENC}">'
        f'<xenc:EncryptionMethod Algorithm="{XENC}aes256-cbc"></xenc:EncryptionMethod>'
        f'<KeyInfo xmlns="{DSIG}"><e:EncryptedKey xmlns:e="{XENC}">'
        f'<e:EncryptionMethod Algorithm="{XENC}rsa-oaep-mgf1p">'
        f'<DigestMethod Algorithm="{DSIG}sha1"></DigestMethod></e:EncryptionMethod><KeyInfo>'
        f'<o:SecurityTokenReference xmlns:o="{WSSE}"><X509Data><X509IssuerSerial>'
        f"<X509IssuerName>{issuer}</X509IssuerName>"
        f"<X509SerialNumber>{serial}</X509SerialNumber></X509IssuerSerial></X509Data>"
        f"</o:SecurityTokenReference></KeyInfo><e:CipherData><e:CipherValue>{key}"
        "</e:CipherValue></e:CipherData></e:EncryptedKey></KeyInfo><xenc:CipherData>"
        f"<xenc:CipherValue>{data}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
    )
    return Issued(
        token=token,
        secret=base64.b64decode(content(items(text, "BinarySecret")[0])),
        assertion_id=content(items(text, "KeyIdentifier")[0]),
    )


def read_combined(text: str) -> Issued:
    """Read as WCF does where both sides bring entropy: a computed key, and the other half."""
    proof = items(text, "RequestedProofToken")[0].firstChild
    assert (proof.localName, content(proof)) == ("ComputedKey", f"{TRUST_13}/CK/PSHA1")
    (entropy,) = items(text, "Entropy")
    return Issued(
        token=between(text, "trust:RequestedSecurityToken"),
        secret=p_sha1(ENTROPY, base64.b64decode(content(entropy.firstChild))),
        assertion_id=content(items(text, "KeyIdentifier")[0]),
    )


def read_bearer(text: str) -> Issued:
    """Read a token without a key."""
    assert not items(text, "RequestedProofToken")
    return Issued(between(text, "(?:trust|t):RequestedSecurityToken"), b"", "")
