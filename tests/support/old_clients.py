"""Clients of old as they write and read: texts put together, answers picked apart by place.

Each is written from what is known of its behaviour, with nothing of the house's own readers and
writers, so that what it relies on is proven at the front door:

    reply = send(http, *ask(place, PHP))
    answer = send(http, *call(place, PHP, PHP.read(reply.text)))
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.dom import minidom

import httpx2

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

_START = f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:u="{WSU}">'
_WHO = (
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


def ask(place: Place, client: Client) -> tuple[str, str, str]:
    """Return address, envelope and content type of a request for a token."""
    url = f"{place.trust}/{client.endpoint}"
    return url, client.request(place, url), client.kind


def call(place: Place, client: Client, issued: Issued) -> tuple[str, str, str]:
    """Return address, envelope and content type of WhoAmI."""
    return place.service, client.message(place, issued), client.kind


def send(http: httpx2.Client, url: str, text: str, kind: str) -> httpx2.Response:
    """Post an envelope."""
    return http.post(url, content=text.encode(), headers={"content-type": kind})


def who(answer: httpx2.Response) -> str:
    """Return the id of the user who called."""
    assert answer.status_code == 200, answer.text
    found = re.search(r"<\w+:key>UserId</\w+:key><\w+:value[^>]*>([^<]*)<", answer.text)
    assert found, answer.text
    return found[1]


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
        f'{_START}<s:Header><a:Action s:mustUnderstand="1">{SERVICES}/IOrganizationService/Execute'
        f"</a:Action>{more}{named}<a:ReplyTo><a:Address>{ANONYMOUS}</a:Address></a:ReplyTo>"
        f'<a:To s:mustUnderstand="1">{place.service}</a:To>{security}</s:Header>'
        f"<s:Body>{_WHO}</s:Body></s:Envelope>"
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


# The families.


def python_request(place: Place, url: str) -> str:
    """Return a filled template: everything is there, closed by itself where it is empty."""
    return (
        f'{_START}<s:Header><a:Action s:mustUnderstand="1">{TRUST_13}/RST/Issue</a:Action>'
        "<a:MessageID>urn:uuid:e6a0bc8a-8f8a-4cbb-9c83-5f5b8b0a0a6d</a:MessageID>"
        f"<a:ReplyTo><a:Address>{ANONYMOUS}</a:Address></a:ReplyTo>"
        f'<a:To s:mustUnderstand="1">{url}</a:To>'
        f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">'
        f"{stamp(place.moment(), place.moment(after=300), declared=False)}{user(place)}"
        f"</o:Security></s:Header>{request_body(place)}"
    )


def python_message(place: Place, issued: Issued) -> str:
    """Return a message whose digest is that of other text than is sent."""
    times = place.moment(), place.moment(after=300)
    signed = signature(issued, stamp(*times), kind=f' k:TokenType="{SAML_11}" xmlns:k="{WSSE_11}"')
    inner = f"{stamp(*times, declared=False)}{issued.token}{signed}"
    security = f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{inner}</o:Security>'
    return message(place, security, message_id="urn:uuid:4b1d3f0e-6b7b-4f4f-8a52-0d9b0f1f4c11")


def php_request(place: Place, url: str) -> str:
    """Return a document of DOM: indented, ids that are GUIDs, whole seconds, an hour to live."""
    whole = "%Y-%m-%dT%H:%M:%SZ"
    times = stamp(place.moment(whole), place.moment(whole, 3600), declared=False)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{_START}\n  <s:Header>\n'
        f'    <a:Action s:mustUnderstand="1">{TRUST_13}/RST/Issue</a:Action>\n'
        f"    <a:ReplyTo>\n      <a:Address>{ANONYMOUS}</a:Address>\n    </a:ReplyTo>\n"
        f'    <a:To s:mustUnderstand="1">{url}</a:To>\n'
        f'    <o:Security xmlns:o="{WSSE}" s:mustUnderstand="1">\n      {times}\n      '
        f"{user(place, '3f0a61c5-3e0b-4a55-b7cc-f8eac2d1a7a9')}\n    </o:Security>\n"
        f"  </s:Header>\n{request_body(place)}\n"
    )


def php_message(place: Place, issued: Issued) -> str:
    """Return a message without a MessageID, whose Security need not be understood."""
    whole = "%Y-%m-%dT%H:%M:%SZ"
    times = stamp(place.moment(whole), place.moment(whole, 3600))
    inner = f"\n{times}\n{issued.token}\n{signature(issued, times)}\n"
    return message(place, f'<o:Security xmlns:o="{WSSE}">{inner}</o:Security>')


def ruby_request(place: Place, url: str) -> str:
    """Return a request with constants for ids, made five minutes ago."""
    times = stamp(place.moment(after=-300), place.moment(after=300), declared=False)
    return (
        f'{_START}<s:Header><a:Action s:mustUnderstand="1">{TRUST_13}/RST/Issue</a:Action>'
        "<a:MessageID>urn:uuid:0</a:MessageID>"
        f"<a:ReplyTo><a:Address>{ANONYMOUS}</a:Address></a:ReplyTo>"
        f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{times}{user(place, "User")}'
        f'</o:Security><a:To s:mustUnderstand="1">{url}</a:To></s:Header>{request_body(place)}'
    )


def ruby_message(place: Place, issued: Issued) -> str:
    """Return a message made five minutes ago, good for ten."""
    times = stamp(place.moment(after=-300), place.moment(after=300))
    inner = times + issued.token + signature(issued, times)
    security = f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{inner}</o:Security>'
    return message(place, security, message_id="urn:uuid:0")


def script_request(place: Place, url: str) -> str:
    """Return what Java, JavaScript and C# put together: Security in its default namespace."""
    times = stamp(place.moment(), place.moment(after=24 * 3600), declared=False)
    return (
        f'{_START}<s:Header><a:Action s:mustUnderstand="1">{TRUST_13}/RST/Issue</a:Action>'
        "<a:MessageId>urn:uuid:7d1f2a0b-7b4a-4d3e-8d2f-9f6e5b1c2a3d</a:MessageId>"
        f'<Security s:mustUnderstand="1" xmlns="{WSSE}">{times}<UsernameToken u:Id="1">'
        f"<Username>{place.name}</Username><Password>{place.password}</Password></UsernameToken>"
        f'</Security><a:To s:mustUnderstand="1">{url}</a:To></s:Header>{request_body(place)}'
    )


def script_message(place: Place, issued: Issued) -> str:
    """Return a message whose header was made once, for all that follow it for a day."""
    times = stamp(place.moment(), place.moment(after=24 * 3600))
    inner = times + issued.token + signature(issued, times)
    security = f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{inner}</o:Security>'
    return message(place, security, message_id="urn:uuid:of-the-header")


def _net_members(entropy: str = "") -> str:
    return (
        f"{entropy}<t:KeyType>{TRUST_13}/SymmetricKey</t:KeyType><t:KeySize>256</t:KeySize>"
        f"<t:ComputedKeyAlgorithm>{TRUST_13}/CK/PSHA1</t:ComputedKeyAlgorithm>"
        "<t:TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1"
        "</t:TokenType>"
        f"<t:EncryptWith>{XENC}aes256-cbc</t:EncryptWith><t:SignWith>{DSIG}hmac-sha1</t:SignWith>"
        "<t:CanonicalizationAlgorithm>http://www.w3.org/2001/10/xml-exc-c14n#"
        f"</t:CanonicalizationAlgorithm><t:EncryptionAlgorithm>{XENC}aes256-cbc"
        "</t:EncryptionAlgorithm>"
    )


def net_request(place: Place, url: str) -> str:
    """Return what WCF sends whose key is the service's."""
    body = request_body(place, _net_members())
    return python_request(place, url).partition("<s:Body>")[0] + body


def combined_request(place: Place, url: str) -> str:
    """Return what WCF sends whose key is of both sides' making, its usual way."""
    octets = base64.b64encode(ENTROPY).decode()
    nonce = f'<t:Entropy><t:BinarySecret u:Id="uuid-9-2" Type="{TRUST_13}/Nonce">{octets}'
    entropy = f"{nonce}</t:BinarySecret></t:Entropy>"
    body = request_body(place, _net_members(entropy))
    return python_request(place, url).partition("<s:Body>")[0] + body


def net_message(place: Place, issued: Issued) -> str:
    """Return what WCF sends: headers of the SDK first."""
    data = "http://schemas.microsoft.com/xrm/2011/Contracts"
    version = f'<SdkClientVersion xmlns="{data}">9.0.45.12</SdkClientVersion>'
    kind = f'<UserType xmlns="{data}">CrmUser</UserType>'
    times = stamp(place.moment(), place.moment(after=300))
    named = f' k:TokenType="{SAML_11}" xmlns:k="{WSSE_11}"'
    inner = times + issued.token + signature(issued, times, kind=named)
    security = f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{inner}</o:Security>'
    return message(place, security, version + kind, "urn:uuid:2c9d1f52-4b8e-4d0a-9a4e-7e6f4a0c1b2d")


def _adal_request(trust: str, key: str) -> Callable[[Place, str], str]:
    def request(place: Place, url: str) -> str:
        times = (place.moment(), place.moment(after=600))
        return (
            f'<s:Envelope xmlns:s="{SOAP}" xmlns:wsa="{ADDRESSING}" xmlns:u="{WSU}">'
            f'<s:Header><wsa:Action s:mustUnderstand="1">{trust}/RST/Issue</wsa:Action>'
            "<wsa:messageID>urn:uuid:5c9a7a0e-1f5d-4f7c-8c07-b5d7f4a4b6a1</wsa:messageID>"
            f"<wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:ReplyTo>"
            f'<wsa:To s:mustUnderstand="1">{url}</wsa:To>'
            f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{stamp(*times, declared=False)}'
            f'<o:UsernameToken u:Id="ADALUsernameToken"><o:Username>{place.name}</o:Username>'
            f"<o:Password>{place.password}</o:Password></o:UsernameToken></o:Security></s:Header>"
            + request_body(place, f"<t:KeyType>{key}</t:KeyType>", trust).replace("a:", "wsa:")
        )

    return request


def bearer_message(place: Place, issued: Issued) -> str:
    """Return a message that brings its token and nothing signed."""
    times = stamp(place.moment(), place.moment(after=300))
    return message(place, f'<o:Security xmlns:o="{WSSE}">{times}{issued.token}</o:Security>')


PYTHON = Client("Python", python_request, read_by_prefix, python_message)
PHP = Client("PHP", php_request, read_by_dom, php_message)
RUBY = Client("Ruby", ruby_request, read_by_prefix, ruby_message)
SCRIPT = Client("Java and JavaScript", script_request, read_parts, script_message)
NET = Client("Data8", net_request, read_by_dom, net_message)
COMBINED = Client("WCF", combined_request, read_combined, net_message)
ADAL = Client("adal", _adal_request(TRUST_13, f"{TRUST_13}/Bearer"), read_bearer, bearer_message)
ADAL_2005 = Client(
    "adal of 2005",
    _adal_request(TRUST_2005, "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"),
    read_bearer,
    bearer_message,
    endpoint="2005/usernamemixed",
)
CLIENTS = (PYTHON, PHP, RUBY, SCRIPT, NET, COMBINED, ADAL, ADAL_2005)
