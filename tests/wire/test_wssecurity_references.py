"""References to tokens, in each form a client or a service writes."""

import pytest

from support.trust_messages import DS, WSSE
from xrm.wire.wssecurity import (
    TokenError,
    TokenReference,
    read_reference,
    reference_element,
    to_assertion,
    write_reference,
)
from xrm.wire.xml import parse

SAML_ID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID"
SAML_2_ID = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID"
SAML_11 = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1"
SAML_20 = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"
X509 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0"
THUMBPRINT = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1"
SCT = "http://schemas.xmlsoap.org/ws/2005/02/sc/sct"
K = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"

FORMS = {
    f'<o:KeyIdentifier ValueType="{SAML_ID}">_a1</o:KeyIdentifier>': TokenReference(
        "assertion", "_a1", SAML_ID
    ),
    f'<o:KeyIdentifier ValueType="{SAML_2_ID}"> _a2\n</o:KeyIdentifier>': TokenReference(
        "assertion", "_a2", SAML_2_ID
    ),
    f'<o:KeyIdentifier ValueType="{X509}#X509SubjectKeyIdentifier">QUJD</o:KeyIdentifier>': (
        TokenReference("subject-key-id", "QUJD", f"{X509}#X509SubjectKeyIdentifier")
    ),
    f'<o:KeyIdentifier ValueType="{THUMBPRINT}">QUJD</o:KeyIdentifier>': TokenReference(
        "thumbprint", "QUJD", THUMBPRINT
    ),
    f'<o:Reference ValueType="{SCT}" URI="#sct-1"/>': TokenReference("direct", "sct-1", SCT),
    '<o:Reference URI="#X"/>': TokenReference("direct", "X"),
    f'<X509Data xmlns="{DS}"><X509IssuerSerial><X509IssuerName>CN=crm, O="A, B"</X509IssuerName>'
    "<X509SerialNumber> 112 </X509SerialNumber></X509IssuerSerial></X509Data>": TokenReference(
        "issuer-serial", 'CN=crm, O="A, B"', serial=112
    ),
}


def reference(inner, attributes=""):
    text = f'<o:SecurityTokenReference xmlns:o="{WSSE}" xmlns:k="{K}"{attributes}>{inner}'
    return parse(f"{text}</o:SecurityTokenReference>".encode())


@pytest.mark.parametrize("inner", FORMS)
def test_each_form_is_read_and_written(inner):
    found = read_reference(reference(inner))
    assert found == FORMS[inner]
    assert read_reference(reference_element(found)) == found


def test_the_type_of_the_token_is_read():
    found = read_reference(reference(next(iter(FORMS)), f' k:TokenType="{SAML_11}"'))
    assert found == to_assertion("_a1")


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (
            to_assertion("_a<1"),
            f'<o:SecurityTokenReference k:TokenType="{SAML_11}" xmlns:o="{WSSE}" xmlns:k="{K}">'
            f'<o:KeyIdentifier ValueType="{SAML_ID}">_a&lt;1</o:KeyIdentifier>'
            "</o:SecurityTokenReference>",
        ),
        (
            to_assertion("_a2", "2.0"),
            f'<o:SecurityTokenReference k:TokenType="{SAML_20}" xmlns:o="{WSSE}" xmlns:k="{K}">'
            f'<o:KeyIdentifier ValueType="{SAML_2_ID}">_a2</o:KeyIdentifier>'
            "</o:SecurityTokenReference>",
        ),
    ],
)
def test_references_to_assertions_are_written_as_adfs_does(made, text):
    assert write_reference(made) == text


@pytest.mark.parametrize(
    "inner",
    [
        "",
        '<o:Reference URI="#a"/><o:Reference URI="#b"/>',
        '<o:Reference URI="https://elsewhere.example/token"/>',
        '<o:Reference URI="#"/>',
        "<o:Reference/>",
        '<o:Reference URI="#a"><x/></o:Reference>',
        "<o:KeyIdentifier>_a1</o:KeyIdentifier>",
        '<o:KeyIdentifier ValueType="urn:x">_a1</o:KeyIdentifier>',
        f'<o:KeyIdentifier ValueType="{SAML_ID}"/>',
        f'<o:KeyIdentifier ValueType="{SAML_ID}">_a<x/>1</o:KeyIdentifier>',
        f'<o:KeyIdentifier ValueType="{SAML_ID}">{"a" * 4097}</o:KeyIdentifier>',
        f'<X509Data xmlns="{DS}"/>',
        f'<X509Data xmlns="{DS}"><X509IssuerSerial/></X509Data>',
        f'<X509Data xmlns="{DS}"><X509IssuerSerial><X509IssuerName>a</X509IssuerName>'
        "<X509SerialNumber>-1</X509SerialNumber></X509IssuerSerial></X509Data>",
        f'<X509Data xmlns="{DS}"><X509IssuerSerial><X509IssuerName>a</X509IssuerName>'
        f"<X509SerialNumber>{'9' * 61}</X509SerialNumber></X509IssuerSerial></X509Data>",
        "<o:Embedded/>",
        "<x/>",
    ],
)
def test_what_names_no_token(inner):
    with pytest.raises(TokenError):
        read_reference(reference(inner))
    with pytest.raises(TokenError):
        read_reference(parse(b"<x/>"))
