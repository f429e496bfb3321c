"""References to tokens: SecurityTokenReference (WS-Security 1.1 7, and the token profiles)."""

import re
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from xrm.wire.wssecurity.errors import TokenError
from xrm.wire.wssecurity.names import (
    BASE64,
    DSIG,
    REFERENCE,
    SAML_11_ID,
    SAML_11_KIND,
    SAML_20_ID,
    SAML_20_KIND,
    SUBJECT_KEY_ID,
    THUMBPRINT,
    WSSE,
    WSSE_11,
)
from xrm.wire.xml import escape, quote

Kind = Literal["assertion", "subject-key-id", "thumbprint", "issuer-serial", "direct"]
_IDENTIFIERS: dict[str, Kind] = {
    SAML_11_ID: "assertion",
    SAML_20_ID: "assertion",
    SUBJECT_KEY_ID: "subject-key-id",
    THUMBPRINT: "thumbprint",
}
_TOKEN_TYPE = f"{{{WSSE_11}}}TokenType"
_LONGEST = 4096
_BLANKS = " \t\r\n"
_SERIAL = re.compile(r"\d{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenReference:
    """A token named by what it is known by.

    `value` is an assertion's id, base64 of a key identifier or thumbprint, the name of a
    certificate's issuer (then `serial` is its number), or for a direct reference the id it
    points at, without the `#`. `value_type` and `token_type` are URIs, "" for none.
    """

    kind: Kind
    value: str
    value_type: str = ""
    token_type: str = ""
    serial: int | None = None


def to_assertion(name: str, version: Literal["1.1", "2.0"] = "1.1") -> TokenReference:
    """Return the reference to an assertion by its id."""
    if version == "2.0":
        return TokenReference("assertion", name, SAML_20_ID, SAML_20_KIND)
    return TokenReference("assertion", name, SAML_11_ID, SAML_11_KIND)


def read_reference(element: etree._Element) -> TokenReference:
    """Read a SecurityTokenReference. Raises TokenError for one that is not understood."""
    children = list(element)
    if element.tag != REFERENCE or len(children) != 1:
        raise TokenError("A reference to a token names exactly one.")
    child = children[0]
    token_type = element.get(_TOKEN_TYPE, "").strip(_BLANKS)
    value_type = child.get("ValueType", "").strip(_BLANKS)
    if child.tag == f"{{{WSSE}}}KeyIdentifier":
        kind = _IDENTIFIERS.get(value_type)
        if kind is None:
            raise TokenError("The kind of key identifier is not known.")
        return TokenReference(kind, _text(child), value_type, token_type)
    if child.tag == f"{{{WSSE}}}Reference":
        return TokenReference("direct", _target(child), value_type, token_type)
    if child.tag == f"{{{DSIG}}}X509Data":
        return _issuer_serial(child, token_type)
    raise TokenError("The form of the reference to a token is not known.")


def _text(element: etree._Element) -> str:
    text = (element.text or "").strip(_BLANKS)
    if len(element) or not text or len(text) > _LONGEST:
        raise TokenError("A reference to a token has no value, or too much of one.")
    return text


def _target(element: etree._Element) -> str:
    address = element.get("URI", "").strip(_BLANKS)
    if len(element) or not 1 < len(address) <= _LONGEST or not address.startswith("#"):
        raise TokenError("A direct reference does not point into the message.")
    return address[1:]


def _issuer_serial(data: etree._Element, token_type: str) -> TokenReference:
    found = data.findall(f"{{{DSIG}}}X509IssuerSerial")
    if len(data) != 1 or len(found) != 1:
        raise TokenError("The certificate is not named by issuer and serial number.")
    names = found[0].findall(f"{{{DSIG}}}X509IssuerName")
    numbers = found[0].findall(f"{{{DSIG}}}X509SerialNumber")
    if len(found[0]) != 2 or len(names) != 1 or len(numbers) != 1:
        raise TokenError("The certificate is not named by issuer and serial number.")
    number = _text(numbers[0])
    if _SERIAL.fullmatch(number) is None:
        raise TokenError("The serial number of a certificate is not a number.")
    return TokenReference("issuer-serial", _text(names[0]), "", token_type, int(number))


def write_reference(reference: TokenReference) -> str:
    """Return the SecurityTokenReference, complete with its declarations."""
    spaces = f' xmlns:o="{WSSE}"'
    if reference.token_type:
        spaces = f' k:TokenType="{quote(reference.token_type)}"{spaces} xmlns:k="{WSSE_11}"'
    return f"<o:SecurityTokenReference{spaces}>{_written(reference)}</o:SecurityTokenReference>"


def reference_element(reference: TokenReference) -> etree._Element:
    """Return the SecurityTokenReference as an element, to be put into a signature."""
    return etree.fromstring(write_reference(reference))


def _written(reference: TokenReference) -> str:
    value_type = f' ValueType="{quote(reference.value_type)}"' if reference.value_type else ""
    if reference.kind == "direct":
        return f'<o:Reference{value_type} URI="#{quote(reference.value)}"/>'
    if reference.kind == "issuer-serial":
        return (
            f'<X509Data xmlns="{DSIG}"><X509IssuerSerial>'
            f"<X509IssuerName>{escape(reference.value)}</X509IssuerName>"
            f"<X509SerialNumber>{reference.serial}</X509SerialNumber>"
            "</X509IssuerSerial></X509Data>"
        )
    encoding = "" if reference.kind == "assertion" else f' EncodingType="{BASE64}"'
    return f"<o:KeyIdentifier{value_type}{encoding}>{escape(reference.value)}</o:KeyIdentifier>"
