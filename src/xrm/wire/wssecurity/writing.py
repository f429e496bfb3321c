"""The parts of a Security header, written: by clients as elements, by services as text."""

from base64 import b64encode

from lxml import etree

from xrm.model.secret import Secret
from xrm.wire.soap.versions import NAMESPACES, Version
from xrm.wire.wssecurity.header import FRESH
from xrm.wire.wssecurity.moments import write_moment
from xrm.wire.wssecurity.names import BASE64, ID, PASSWORD_TEXT, WSSE, WSU, X509_V3

_PREFIXES = {"o": WSSE, "u": WSU}


def timestamp(created: float, *, seconds: float = FRESH, name: str = "_0") -> etree._Element:
    """Return a Timestamp from a moment in seconds since 1970, for so many seconds."""
    element = etree.Element(f"{{{WSU}}}Timestamp", {ID: name}, nsmap={"u": WSU})
    etree.SubElement(element, f"{{{WSU}}}Created").text = write_moment(created)
    etree.SubElement(element, f"{{{WSU}}}Expires").text = write_moment(created + seconds)
    return element


def username_token(name: str, password: Secret, *, token_id: str) -> etree._Element:
    """Return a UsernameToken with the password as it is: only for a message over TLS."""
    element = etree.Element(f"{{{WSSE}}}UsernameToken", {ID: token_id}, nsmap=_PREFIXES)
    etree.SubElement(element, f"{{{WSSE}}}Username").text = name
    secret = etree.SubElement(element, f"{{{WSSE}}}Password", {"Type": PASSWORD_TEXT})
    secret.text = password.reveal()
    return element


def binary_token(data: bytes, *, token_id: str, value_type: str = X509_V3) -> etree._Element:
    """Return a BinarySecurityToken, by default of a certificate in DER."""
    element = etree.Element(
        f"{{{WSSE}}}BinarySecurityToken",
        {ID: token_id, "ValueType": value_type, "EncodingType": BASE64},
        nsmap=_PREFIXES,
    )
    element.text = b64encode(data).decode("ascii")
    return element


def security_header(*parts: etree._Element, version: Version = "1.2") -> etree._Element:
    """Return a Security header that must be understood, of those parts in that order.

    The parts are moved into it, a token as it was received.
    """
    namespace = NAMESPACES[version]
    element = etree.Element(
        f"{{{WSSE}}}Security",
        {f"{{{namespace}}}mustUnderstand": "1"},
        nsmap={"s": namespace, **_PREFIXES},
    )
    element.extend(parts)
    return element


def header_text(element: etree._Element) -> str:
    """Return a header as text, to be handed to `soap.envelope.write_request`."""
    return etree.tostring(element, encoding="unicode")


def answer_header(created: float, *, seconds: float = FRESH) -> str:
    """Return the Security header of an answer: a Timestamp, with the prefixes of its envelope."""
    return (
        f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}"><u:Timestamp u:Id="_0">'
        f"<u:Created>{write_moment(created)}</u:Created>"
        f"<u:Expires>{write_moment(created + seconds)}</u:Expires>"
        "</u:Timestamp></o:Security>"
    )
