"""Clients of old as they write and read: texts put together, answers picked apart by place.

Each is written from what is known of its behaviour, with nothing of the house's own readers and
writers, so that what it relies on is proven at the front door:

    reply = send(http, *ask(place, PHP))
    answer = send(http, *call(place, PHP, PHP.read(reply.text)))
"""

import base64
import re
from collections.abc import Callable

import httpx2

from support.old_texts import (
    ADDRESSING,
    ANONYMOUS,
    DSIG,
    ENTROPY,
    SAML_11,
    SOAP,
    START,
    TRUST_13,
    TRUST_2005,
    WSSE,
    WSSE_11,
    WSU,
    XENC,
    Client,
    Issued,
    Place,
    message,
    read_bearer,
    read_by_dom,
    read_by_prefix,
    read_combined,
    read_parts,
    request_body,
    signature,
    stamp,
    user,
)


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


# The families.


def python_request(place: Place, url: str) -> str:
    """Return a filled template: everything is there, closed by itself where it is empty."""
    return (
        f'{START}<s:Header><a:Action s:mustUnderstand="1">{TRUST_13}/RST/Issue</a:Action>'
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
        f'<?xml version="1.0" encoding="UTF-8"?>\n{START}\n  <s:Header>\n'
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
        f'{START}<s:Header><a:Action s:mustUnderstand="1">{TRUST_13}/RST/Issue</a:Action>'
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
        f'{START}<s:Header><a:Action s:mustUnderstand="1">{TRUST_13}/RST/Issue</a:Action>'
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
