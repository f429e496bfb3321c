"""The answer of RST2.srf in outline: element by element the one that was recorded of it.

Programs of that time look for `CipherValue`, `wsse:KeyIdentifier` and `wsu:Expires` by these very
names, and take the first of each.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.dom import minidom

import pytest
from lxml import etree

from support.federating import DOMAIN, Federated
from support.outlines import lines, outline
from support.signing_in import PASSWORD, cheap_passwords
from xrm.model.secret import Secret
from xrm.wire.soap.envelope import write_request
from xrm.wire.wssecurity import writing
from xrm.wire.wstrust import TRUST_2005, RequestSecurityToken
from xrm.wire.wstrust import write_request as write_body

MARIA = "maria@contoso.example"
REGION = "urn:crmna:dynamics.com"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
RECORDED = lines(
    """
    S:Envelope
      S:Header
        wsa:Action [S:mustUnderstand wsu:Id]
        wsa:To [S:mustUnderstand wsu:Id]
        wsse:Security [S:mustUnderstand]
          wsu:Timestamp [wsu:Id]
            wsu:Created
            wsu:Expires
      S:Body
        wst:RequestSecurityTokenResponse
          wst:TokenType
          wsp:AppliesTo
            wsa:EndpointReference
              wsa:Address
          wst:Lifetime
            wsu:Created
            wsu:Expires
          wst:RequestedSecurityToken
            EncryptedData [Id Type]
              EncryptionMethod [Algorithm]
              ds:KeyInfo
                EncryptedKey
                  EncryptionMethod [Algorithm]
                  ds:KeyInfo [Id]
                    wsse:SecurityTokenReference
                      wsse:KeyIdentifier [EncodingType ValueType]
                  CipherData
                    CipherValue
              CipherData
                CipherValue
          wst:RequestedAttachedReference
            wsse:SecurityTokenReference
              wsse:KeyIdentifier [ValueType]
          wst:RequestedUnattachedReference
            wsse:SecurityTokenReference
              wsse:KeyIdentifier [ValueType]
          wst:RequestedProofToken
            wst:BinarySecret
    """
)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory, build_world: Any) -> Iterator[bytes]:
    """What a managed person is answered."""
    with cheap_passwords():
        world = build_world(tmp_path_factory.mktemp("online-recorded"))
        Federated.open(world)
        token = writing.username_token(MARIA, Secret(PASSWORD), token_id="user")
        message = write_request(
            write_body(RequestSecurityToken(version=TRUST_2005, applies_to=REGION)),
            version="1.2",
            action=TRUST_2005.request_action("issue"),
            to="https://localhost:8443/RST2.srf",
            message_id="urn:uuid:1",
            headers=(
                writing.header_text(
                    writing.security_header(writing.timestamp(world.clock()), token)
                ),
            ),
        )
        kind = (("content-type", "application/soap+xml; charset=utf-8"),)
        found = world.send("POST", "/RST2.srf", headers=kind, body=message)
        assert found.status == 200, found.body
        assert DOMAIN not in MARIA
        yield found.body
        world.service.close()
        world.database.close()


def test_it_has_the_recorded_outline(answer: bytes) -> None:
    assert outline(answer) == RECORDED


def test_its_values_are_of_the_recorded_kinds(answer: bytes) -> None:
    root = etree.fromstring(answer)
    said = {name: next(root.iter(f"{{*}}{name}")).text for name in ("Action", "To", "TokenType")}
    assert said == {
        "Action": "http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/Issue",
        "To": "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
        "TokenType": "urn:oasis:names:tc:SAML:1.0",
    }
    xenc = "http://www.w3.org/2001/04/xmlenc#"
    assert [one.get("Algorithm") for one in root.iter("{*}EncryptionMethod")] == [
        f"{xenc}tripledes-cbc",
        f"{xenc}rsa-oaep-mgf1p",
    ]
    (data,) = root.iter("{*}EncryptedData")
    assert (data.get("Id"), data.get("Type")) == ("Assertion0", f"{xenc}Element")
    of_key, *of_token = root.iter("{*}KeyIdentifier")
    assert dict(of_key.attrib) == {
        "EncodingType": f"{WSS}-soap-message-security-1.0#Base64Binary",
        "ValueType": f"{WSS}-x509-token-profile-1.0#X509SubjectKeyIdentifier",
    }
    profile = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID"
    assert {one.get("ValueType") for one in of_token} == {profile}
    moments = [one.text or "" for one in root.iter("{*}Created", "{*}Expires")]
    assert len(moments) == 4
    assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", moment) for moment in moments)


def test_programs_of_the_time_find_what_they_look_for(answer: bytes) -> None:
    """They ask for the whole name, as `XmlDocument.GetElementsByTagName` compares it."""
    found = minidom.parseString(answer)

    def texts(name: str) -> list[str]:
        return [one.firstChild.data for one in found.getElementsByTagName(name)]

    key, data = texts("CipherValue")
    assert len(key) == 344 < len(data)
    identifiers = texts("wsse:KeyIdentifier")
    assert len(identifiers) == 3
    assert identifiers[0] != identifiers[1] == identifiers[2]
    assert len(texts("wsu:Expires")) == 2
    assert len(texts("wst:BinarySecret")) == 1
