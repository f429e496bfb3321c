"""Messages of WS-Security and WS-Trust in clients' own spellings, put together from text."""

from typing import Any, Literal

from lxml import etree

from xrm.wire import xmldsig
from xrm.wire.soap.versions import ADDRESSING, SOAP_12
from xrm.wire.xml import parse

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
MADE = "2024-03-01T12:00:00.000Z"
ENDS = "2024-03-01T12:05:00.000Z"
MADE_AT = 1709294400.0
"""MADE in seconds since 1970."""
TIMESTAMP = (
    f'<u:Timestamp u:Id="_0"><u:Created>{MADE}</u:Created><u:Expires>{ENDS}</u:Expires>'
    "</u:Timestamp>"
)
TO = '<a:To s:mustUnderstand="1">https://sts.example/adfs/services/trust/13/usernamemixed</a:To>'
SPACES = f'xmlns:s="{SOAP_12}" xmlns:a="{ADDRESSING}" xmlns:u="{WSU}" xmlns:o="{WSSE}"'


def envelope(security: str, *, header: str = TO, body: str = "<x/>") -> bytes:
    """Return an envelope whose Security header holds those parts."""
    return (
        f'<s:Envelope {SPACES}><s:Header>{header}<o:Security s:mustUnderstand="1">{security}'
        f"</o:Security></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def security_of(message: bytes) -> etree._Element:
    """Return the Security header of an envelope, where it stands."""
    found = parse(message).find(f"*/{{{WSSE}}}Security")
    assert found is not None
    return found


def body_of(message: bytes) -> etree._Element:
    """Return the child of an envelope's Body."""
    return parse(message)[-1][0]


def endorse(
    message: bytes, *, key: Any, key_info: etree._Element, digest: Literal["sha1", "sha256"]
) -> bytes:
    """Return an envelope signed over its timestamp, by an RSA key over its address as well."""
    root = parse(message)
    security = root.find(f"*/{{{WSSE}}}Security")
    assert security is not None
    targets = [security[0]]
    if not isinstance(key, bytes):
        targets.append(root[0][0])
        targets[-1].set(f"{{{WSU}}}Id", "_1")
    xmldsig.sign_detached(security, targets, key=key, digest=digest, key_info=key_info)
    return etree.tostring(root)
