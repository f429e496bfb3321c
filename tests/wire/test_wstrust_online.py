"""The old online token service: what its clients send, and where they look in the answer."""

import re

import pytest
from lxml import etree

from support.trust_messages import MADE_AT, WSSE, XENC
from xrm.wire.wssecurity import to_assertion
from xrm.wire.wstrust import (
    TRUST_2005,
    IssuedTokenResponse,
    KeyMaterial,
    Lifetime,
    TrustError,
    online,
    read_request,
    read_response,
)
from xrm.wire.xml import parse

FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
POLICY = "http://schemas.xmlsoap.org/ws/2004/09/policy"
SUBJECT_KEY = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0"
    "#X509SubjectKeyIdentifier"
)
PARTY = "urn:crmemea:dynamics.com"
REQUEST = f"""<t:RequestSecurityToken xmlns:t="{FEBRUARY}">
  <p:AppliesTo xmlns:p="{POLICY}">
    <a:EndpointReference xmlns:a="http://www.w3.org/2005/08/addressing">
      <a:Address>{PARTY}</a:Address>
    </a:EndpointReference>
  </p:AppliesTo>
  <p:PolicyReference URI="MBI_FED_SSL" xmlns:p="{POLICY}" />
  <t:RequestType>
    {FEBRUARY}/Issue</t:RequestType>
</t:RequestSecurityToken>"""
TOKEN = (
    f'<EncryptedData xmlns="{XENC}" Id="Assertion0"><o:x xmlns:o="{WSSE}">'
    f'<wsse:KeyIdentifier xmlns:wsse="{WSSE}" ValueType="{SUBJECT_KEY}">S0lE</wsse:KeyIdentifier>'
    "</o:x></EncryptedData>"
)


def test_a_request_that_refers_to_a_policy():
    found = online.read_request(parse(REQUEST.encode()))
    assert (found.version, found.operation, found.applies_to) == (TRUST_2005, "issue", PARTY)
    assert (found.key, found.token_type) == (None, None)
    with pytest.raises(TrustError):
        read_request(parse(REQUEST.encode()))
    with pytest.raises(TrustError):
        online.read_request(parse(REQUEST.replace("PolicyReference", "Policy").encode()))


def test_the_answer():
    sent = IssuedTokenResponse(
        version=TRUST_2005,
        lifetime=Lifetime(MADE_AT, MADE_AT + 8 * 3600),
        applies_to=PARTY,
        markup=TOKEN,
        material=KeyMaterial(proof=b"ABC"),
        attached=to_assertion("uuid-1"),
        unattached=to_assertion("uuid-1"),
    )
    text = online.write_response(sent)
    root = parse(text.encode())
    assert (root.prefix, etree.QName(root).localname) == ("wst", "RequestSecurityTokenResponse")
    assert [etree.QName(child).localname for child in root] == [
        *("TokenType", "AppliesTo", "Lifetime", "RequestedSecurityToken"),
        *("RequestedAttachedReference", "RequestedUnattachedReference", "RequestedProofToken"),
    ]
    assert "<wsu:Expires>2024-03-01T20:00:00Z</wsu:Expires>" in text
    assert "<wst:BinarySecret>QUJD</wst:BinarySecret>" in text
    assert f'<wst:RequestedSecurityToken><EncryptedData xmlns="{XENC}" Id="Assertion0">' in text
    identifiers = re.findall(r"<wsse:KeyIdentifier [^>]*>([^<]*)<", text)
    assert identifiers == ["S0lE", "uuid-1", "uuid-1"]
    assert not re.search(r">\s+<", text)
    found = read_response(root)
    assert (found.lifetime, found.applies_to) == (sent.lifetime, PARTY)
    assert (found.material, found.attached.value) == (sent.material, "uuid-1")
    assert found.token_type == "urn:oasis:names:tc:SAML:1.0"
