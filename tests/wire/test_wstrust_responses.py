"""RequestSecurityTokenResponse: written in the shape AD FS gives it, read in anybody's.

The expected shapes are those of recorded answers of AD FS, in words of our own: order, prefixes,
and what clients look for by place.
"""

import re
from xml.etree import ElementTree

import adal.wstrust_response
import pytest
from adal.constants import WSTrustVersion
from lxml import etree
from msal.wstrust_response import parse_error, parse_response

from support.trust_messages import DS, MADE_AT, SAML, WSSE, WSU, XENC
from xrm.wire.soap.envelope import write_response as write_envelope
from xrm.wire.soap.faults import write_fault
from xrm.wire.wssecurity import TokenReference, to_assertion
from xrm.wire.wssecurity.writing import answer_header
from xrm.wire.wstrust import (
    TRUST_13,
    TRUST_2005,
    IssuedTokenResponse,
    KeyMaterial,
    Lifetime,
    Status,
    TrustError,
    read_response,
    write_response,
)
from xrm.wire.wstrust.faults import fault
from xrm.wire.xml import parse

OASIS = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
BEARER_2005 = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"
SAML_11 = "urn:oasis:names:tc:SAML:1.0:assertion"
PARTY = "https://crm.example/"
BOTH = pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
CALL = {"log_context": {"correlation_id": "1"}}
PREFIX = {"1.3": "trust", "2005": "t"}
ASSERTION = (
    f'<saml:Assertion xmlns:saml="{SAML}" MajorVersion="1" MinorVersion="1" AssertionID="_a1">'
    "<saml:Conditions/></saml:Assertion>"
)
ENCRYPTED = (
    f'<xenc:EncryptedData xmlns:xenc="{XENC}"><KeyInfo xmlns="{DS}">'
    f'<e:EncryptedKey xmlns:e="{XENC}"><KeyInfo><o:SecurityTokenReference xmlns:o="{WSSE}">'
    "<X509Data><X509IssuerSerial><X509IssuerName>CN=crm</X509IssuerName>"
    "<X509SerialNumber>1</X509SerialNumber></X509IssuerSerial></X509Data>"
    "</o:SecurityTokenReference></KeyInfo><e:CipherData><e:CipherValue>S0VZ</e:CipherValue>"
    "</e:CipherData></e:EncryptedKey></KeyInfo><xenc:CipherData>"
    "<xenc:CipherValue>REFUQQ==</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
)


def issued(version, token=ASSERTION, **more):
    return IssuedTokenResponse(
        version=version,
        lifetime=Lifetime(MADE_AT, MADE_AT + 3600),
        applies_to=PARTY,
        markup=token,
        attached=to_assertion("_a1"),
        unattached=to_assertion("_a1"),
        token_type=SAML_11,
        **({"key": "bearer"} | more),
    )


def whole(response):
    """Return the envelope of an answer, as text."""
    return write_envelope(
        write_response(response),
        version="1.2",
        action=response.version.response_action(response.operation),
        security=answer_header(MADE_AT),
    ).decode()


def names(element):
    return [etree.QName(child).localname for child in element]


@BOTH
def test_the_answer_to_an_on_premises_client(version):
    proof = KeyMaterial(proof=bytes(range(32)))
    body = write_response(issued(version, ENCRYPTED, key="symmetric", material=proof))
    root = parse(body.encode())
    if version is TRUST_13:
        assert root.tag == f"{{{OASIS}}}RequestSecurityTokenResponseCollection"
        assert names(root) == ["RequestSecurityTokenResponse"]
        root = root[0]
    assert root.tag == f"{{{version.namespace}}}RequestSecurityTokenResponse"
    assert names(root) == [
        *("Lifetime", "AppliesTo", "RequestedSecurityToken", "RequestedProofToken"),
        *("RequestedAttachedReference", "RequestedUnattachedReference"),
        *("TokenType", "RequestType", "KeyType"),
    ]
    assert {one.prefix for one in root} == {PREFIX[version.name], "wsp"}
    assert [one.text for one in root[-3:]] == [
        SAML_11,
        f"{version.namespace}/Issue",
        f"{version.namespace}/SymmetricKey",
    ]
    assert [one.text for one in root[0]] == ["2024-03-01T12:00:00.000Z", "2024-03-01T13:00:00.000Z"]


@BOTH
def test_what_clients_look_for_by_place_and_prefix(version):
    text = whole(issued(version, ENCRYPTED, key="symmetric", material=KeyMaterial(proof=bytes(32))))
    prefix = PREFIX[version.name]
    assert re.findall(r"CipherValue>([^<]+)<", text) == ["S0VZ", "REFUQQ=="]
    identifiers = re.findall(r"<o:KeyIdentifier [^>]*>([^<]*)<", text)
    assert identifiers[0] == "_a1"
    assert f"<{prefix}:RequestedSecurityToken><xenc:EncryptedData" in text
    assert re.search(rf"<{prefix}:BinarySecret>A{{43}}=</{prefix}:BinarySecret>", text)
    after = text[text.index("RequestSecurityTokenResponse") :]
    expires = re.search(r"Expires[^>]*>([^<]*)<", after)
    assert expires
    assert expires[1] == "2024-03-01T13:00:00.000Z"
    assert not re.search(r">\s+<", text)


@BOTH
def test_the_key_of_both_sides(version):
    material = KeyMaterial(computed=version.psha1, entropy=b"ABC")
    body = write_response(
        issued(version, key="symmetric", key_size=256, material=material, context="rst-1")
    )
    root = parse(body.encode())
    root = root[0] if version is TRUST_13 else root
    assert root.get("Context") == "rst-1"
    assert names(root)[:6] == [
        *("Entropy", "KeySize", "Lifetime", "AppliesTo"),
        *("RequestedSecurityToken", "RequestedProofToken"),
    ]
    secret, computed = root[0][0], root[5][0]
    assert (secret.get("Type"), secret.text) == (f"{version.namespace}/Nonce", "QUJD")
    assert computed.tag == f"{{{version.namespace}}}ComputedKey"
    assert computed.text == f"{version.namespace}/CK/PSHA1"


@pytest.mark.parametrize(
    ("version", "operation", "action"),
    [
        (TRUST_13, "issue", f"{OASIS}/RSTRC/IssueFinal"),
        (TRUST_13, "renew", f"{OASIS}/RSTR/RenewFinal"),
        (TRUST_13, "validate", f"{OASIS}/RSTR/ValidateFinal"),
        (TRUST_13, "cancel", f"{OASIS}/RSTR/CancelFinal"),
        (TRUST_2005, "issue", f"{FEBRUARY}/RSTR/Issue"),
        (TRUST_2005, "renew", f"{FEBRUARY}/RSTR/Renew"),
        (TRUST_2005, "validate", f"{FEBRUARY}/RSTR/Validate"),
        (TRUST_2005, "cancel", f"{FEBRUARY}/RSTR/Cancel"),
    ],
)
def test_actions(version, operation, action):
    assert version.response_action(operation) == action


@BOTH
def test_what_is_written_is_read(version):
    sent = issued(
        version,
        context='"<1>"',
        key_size=256,
        material=KeyMaterial(computed=version.psha1, entropy=b"ABC"),
        operation="renew",
    )
    found = read_response(parse(write_response(sent).encode()))
    assert (found.version, found.operation, found.context) == (version, "renew", '"<1>"')
    assert (found.lifetime, found.applies_to) == (sent.lifetime, PARTY)
    assert (found.material, found.key_size, found.key) == (sent.material, 256, "bearer")
    assert (found.attached, found.unattached) == (sent.attached, sent.unattached)
    assert found.token_type == SAML_11
    exclusive = {"method": "c14n", "exclusive": True}
    token = etree.fromstring(sent.markup)
    assert etree.tostring(found.token, **exclusive) == etree.tostring(token, **exclusive)
    assert (found.status, found.cancelled, found.encrypted_proof) == (None, False, None)


@BOTH
def test_a_token_is_found_valid_or_not(version):
    status = Status(version.status(valid=False), "It has <expired>.")
    sent = IssuedTokenResponse(version=version, operation="validate", status=status)
    text = write_response(sent)
    found = read_response(parse(text.encode()))
    assert (found.status, found.token, found.lifetime) == (status, None, None)
    assert found.status.code == f"{version.namespace}/status/invalid"
    assert f"<{PREFIX[version.name]}:Status><{PREFIX[version.name]}:Code>" in text


@BOTH
def test_a_token_is_cancelled(version):
    sent = IssuedTokenResponse(version=version, operation="cancel", cancelled=True)
    text = write_response(sent)
    assert f"<{PREFIX[version.name]}:RequestedTokenCancelled/>" in text
    assert read_response(parse(text.encode())).cancelled


@BOTH
def test_the_parser_of_msal(version):
    found = parse_response(whole(issued(version)))
    assert found == {"token": ASSERTION.encode(), "type": SAML_11}


@pytest.mark.parametrize(
    ("version", "other"),
    [(TRUST_13, WSTrustVersion.WSTRUST13), (TRUST_2005, WSTrustVersion.WSTRUST2005)],
)
def test_the_parser_of_adal(version, other):
    parser = adal.wstrust_response.WSTrustResponse(CALL, whole(issued(version)), other)
    parser.parse()
    assert (parser.token_type, parser.token) == (SAML_11, ASSERTION.encode())


@BOTH
def test_faults_as_msal_and_adal_read_them(version):
    found = fault("failed authentication", version)
    text = write_envelope(
        write_fault(found, "1.2"), version="1.2", action=found.action, security=answer_header(1)
    ).decode()
    told = parse_error(text)
    assert told["code"] == "a:FailedAuthentication"
    assert told["reason"].startswith("ID3242:")
    ElementTree.fromstring(text)
    parser = adal.wstrust_response.WSTrustResponse(CALL, text, WSTrustVersion.UNDEFINED)
    with pytest.raises(adal.AdalError, match="FailedAuthentication"):
        parser.parse()


LIVE = f"""
<wst:RequestSecurityTokenResponse xmlns:wst="{FEBRUARY}" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}"
    xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy">
  <wst:TokenType>urn:oasis:names:tc:SAML:1.0</wst:TokenType>
  <wsp:AppliesTo xmlns:wsa="http://www.w3.org/2005/08/addressing">
    <wsa:EndpointReference><wsa:Address>urn:crmna:dynamics.com</wsa:Address></wsa:EndpointReference>
  </wsp:AppliesTo>
  <wst:Lifetime>
    <wsu:Created>2024-03-01T12:00:00Z</wsu:Created><wsu:Expires>2024-03-01T20:00:00Z</wsu:Expires>
  </wst:Lifetime>
  <wst:RequestedSecurityToken>
    <EncryptedData xmlns="{XENC}" Id="Assertion0"/>
  </wst:RequestedSecurityToken>
  <wst:RequestedAttachedReference>
    <wsse:SecurityTokenReference>
      <wsse:KeyIdentifier ValueType="{to_assertion("").value_type}">uuid-1</wsse:KeyIdentifier>
    </wsse:SecurityTokenReference>
  </wst:RequestedAttachedReference>
  <wst:RequestedProofToken>
    <wst:BinarySecret>QUJD</wst:BinarySecret>
  </wst:RequestedProofToken>
  <wst:Unheard/>
</wst:RequestSecurityTokenResponse>
"""


def test_the_answer_of_the_old_online_service():
    found = read_response(parse(LIVE.encode()))
    assert (found.version, found.operation, found.key) == (TRUST_2005, "issue", None)
    assert found.applies_to == "urn:crmna:dynamics.com"
    assert found.lifetime == Lifetime(MADE_AT, MADE_AT + 8 * 3600)
    assert found.token.get("Id") == "Assertion0"
    assert found.attached == TokenReference("assertion", "uuid-1", to_assertion("").value_type)
    assert (found.unattached, found.material.proof) == (None, b"ABC")


def test_a_proof_key_that_is_encrypted_is_handed_on():
    text = LIVE.replace(
        "<wst:BinarySecret>QUJD</wst:BinarySecret>", f'<e:EncryptedKey xmlns:e="{XENC}"/>'
    )
    found = read_response(parse(text.encode()))
    assert found.encrypted_proof.tag == f"{{{XENC}}}EncryptedKey"
    assert found.material == KeyMaterial()


def test_the_key_type_of_the_other_version_is_understood():
    found = read_response(
        parse(
            f'<t:RequestSecurityTokenResponse xmlns:t="{OASIS}"><t:KeyType>{BEARER_2005}'
            "</t:KeyType></t:RequestSecurityTokenResponse>".encode()
        )
    )
    assert (found.version, found.key) == (TRUST_13, "bearer")


SINGLE = f'<t:RequestSecurityTokenResponse xmlns:t="{OASIS}">%s</t:RequestSecurityTokenResponse>'
COLLECTION = SINGLE.replace("Response ", "ResponseCollection ").replace(
    "Response>", "ResponseCollection>"
)


@pytest.mark.parametrize(
    "text",
    [
        "<x/>",
        '<RequestSecurityTokenResponse xmlns="urn:x"/>',
        f'<RequestSecurityToken xmlns="{OASIS}"/>',
        COLLECTION % (""),
        COLLECTION % (SINGLE % "" + SINGLE % ""),
        SINGLE % "<t:TokenType>a</t:TokenType><t:TokenType>b</t:TokenType>",
        SINGLE % "<t:RequestedSecurityToken/>",
        SINGLE % "<t:RequestedSecurityToken><a/><b/></t:RequestedSecurityToken>",
        SINGLE % "<t:RequestedProofToken/>",
        SINGLE % "<t:RequestedProofToken><t:BinarySecret/></t:RequestedProofToken>",
        SINGLE
        % "<t:RequestedProofToken><t:BinarySecret>!</t:BinarySecret></t:RequestedProofToken>",
        SINGLE % "<t:Lifetime><Expires xmlns='%s'>never</Expires></t:Lifetime>" % WSU,
        SINGLE % "<t:KeyType>urn:x</t:KeyType>",
        SINGLE % "<t:Status/>",
        SINGLE % "<t:RequestedAttachedReference><o:SecurityTokenReference xmlns:o='%s'/>"
        "</t:RequestedAttachedReference>" % WSSE,
    ],
)
def test_what_is_no_response(text):
    with pytest.raises(TrustError):
        read_response(parse(text.encode()))
    with pytest.raises(TrustError):
        read_response(None)
