"""`wresult` and `wreq`: WS-Trust within a parameter."""

import pytest
from lxml import etree

from xrm.wire.wsfed import results
from xrm.wire.wsfed.results import ResultError
from xrm.wire.wstrust import TRUST_13, TRUST_2005, Lifetime, TrustVersion

TOKEN = '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion" AssertionID="_1"/>'
KIND = "urn:oasis:names:tc:SAML:1.0:assertion"
T = "http://schemas.xmlsoap.org/ws/2005/02/trust"
T13 = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
NAMES = ["Lifetime", "AppliesTo", "RequestedSecurityToken", "TokenType", "RequestType", "KeyType"]
START = 1_800_000_000.0


def written(version: TrustVersion) -> str:
    return results.write(
        TOKEN,
        realm="https://a.example/?x=1&y",
        lifetime=Lifetime(START, START + 3600),
        kind=KIND,
        version=version,
    )


def test_the_answer_of_february_2005_is_one_response():
    root = etree.fromstring(written(TRUST_2005))
    assert root.tag == f"{{{T}}}RequestSecurityTokenResponse"
    assert root.prefix == "t"
    assert [etree.QName(child).localname for child in root] == NAMES
    assert root.findtext(f"{{{T}}}KeyType", "").endswith("/identity/NoProofKey")
    assert root[0][0].text == "2027-01-15T08:00:00.000Z"
    assert root[0][1].text == "2027-01-15T09:00:00.000Z"
    assert "".join(root[1].itertext()) == "https://a.example/?x=1&y"


def test_the_answer_of_1_3_stands_in_a_collection():
    root = etree.fromstring(written(TRUST_13))
    assert root.tag == f"{{{T13}}}RequestSecurityTokenResponseCollection"
    assert [etree.QName(child).localname for child in root[0]] == NAMES
    assert root[0].findtext(f"{{{T13}}}KeyType") == f"{T13}/Bearer"


@pytest.mark.parametrize("version", [TRUST_2005, TRUST_13])
def test_the_token_comes_out_as_it_went_in(version: TrustVersion):
    token = results.read(written(version))
    assert (token.tag, token.get("AssertionID")) == (f"{{{KIND}}}Assertion", "_1")


def response(inner: str) -> str:
    return f'<t:RequestSecurityTokenResponse xmlns:t="{T}">{inner}</t:RequestSecurityTokenResponse>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<a/>",
        TOKEN,
        response(""),
        response("<t:RequestedSecurityToken/>"),
        response("<t:RequestedSecurityToken>text</t:RequestedSecurityToken>"),
        response(f"<t:RequestedSecurityToken>{TOKEN}{TOKEN}</t:RequestedSecurityToken>"),
        response(f"<t:RequestedSecurityToken>{TOKEN}</t:RequestedSecurityToken>" * 2),
        f'<t:RequestSecurityTokenResponseCollection xmlns:t="{T13}"/>',
        '<!DOCTYPE a [<!ENTITY x "y">]>' + response("<t:RequestedSecurityToken>&x;</t:a>"),
        "<?xml-stylesheet href='x'?>" + response(""),
        response("<t:a>" * 70 + "</t:a>" * 70),
        response("<t:a/>" * 6000),
        "\ud800",
    ],
)
def test_what_holds_no_token_is_refused(text: str):
    with pytest.raises(ResultError):
        results.read(text)


@pytest.mark.parametrize("space", [T, T13])
def test_a_request_says_which_trust_and_token_it_wants(space: str):
    wanted = results.read_wanted(
        f'<w:RequestSecurityToken xmlns:w="{space}"><w:TokenType>{KIND}</w:TokenType>'
        f"<w:RequestType>{space}/Issue</w:RequestType></w:RequestSecurityToken>"
    )
    assert (wanted.version.namespace, wanted.token_type) == (space, KIND)


@pytest.mark.parametrize("text", ["x", "<a/>", "<w:RequestSecurityToken xmlns:w='urn:x'/>"])
def test_what_is_no_request_is_refused(text: str):
    with pytest.raises(ResultError):
        results.read_wanted(text)
