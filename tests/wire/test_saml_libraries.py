"""What other programs make of our assertions: xmlsec1, pysaml2, MSAL and xmlsec judge them."""

import pytest
import xmlsec
from lxml import etree
from msal import wstrust_response
from saml2 import saml as saml2
from saml2 import sigver

from support import token_elements
from support.saml_tokens import (
    AUDIENCE,
    ISSUER,
    NOW,
    PROOF,
    UPN,
    VERSIONS,
    arrived,
    ask_xmlsec1,
    pair,
    signature_of,
    signed,
)
from xrm.wire import saml
from xrm.wire.saml.names import SAML11, SAML20

NAMES = {"1.1": (SAML11, "AssertionID"), "2.0": (SAML20, "ID")}
KINDS = ("bearer", "secret", "key")


def _confirmation(kind: str) -> saml.Confirmation:
    if kind == "secret":
        return saml.Confirmation(kind="holder-of-key", secret=PROOF, certificate=pair("party").der)
    if kind == "key":
        public = pair("holder").private_key.public_key()
        return saml.Confirmation(kind="holder-of-key", key=public)
    return saml.Confirmation(recipient=AUDIENCE, not_on_or_after=NOW + 300)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_xmlsec1_verifies_and_decrypts_it(version, kind, require, tmp_path):
    program = require("xmlsec1", "an independent judge of signatures")
    token = signed(version, confirmation=_confirmation(kind))
    data = token_elements.encrypt(token, pair("party").der)
    decrypted = ask_xmlsec1(
        program,
        tmp_path,
        "--decrypt",
        "--privkey-pem",
        "{pem}",
        document=etree.tostring(data),
        pem=pair("party").key_pem(),
    )
    namespace, name = NAMES[version]
    verify = [program, tmp_path, "--verify", f"--id-attr:{name}", f"{namespace}:Assertion"]
    verify += ["--enabled-key-data", "rsa", "--pubkey-cert-pem", "{pem}"]
    ask_xmlsec1(*verify, document=decrypted, pem=pair().certificate_pem)
    with pytest.raises(AssertionError, match="FAIL"):
        ask_xmlsec1(
            *verify,
            document=decrypted.replace(UPN.encode(), b"mallory@evil.example"),
            pem=pair().certificate_pem,
        )


@pytest.mark.parametrize("version", VERSIONS)
def test_xmlsec_verifies_it(version):
    token = signed(version)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        pair().certificate_pem, xmlsec.constants.KeyDataFormatCertPem
    )
    context.register_id(token, NAMES[version][1])
    context.verify(signature_of(token))


def test_pysaml2_reads_it_as_it_was_meant():
    read = saml2.assertion_from_string(
        etree.tostring(signed("2.0", confirmation=_confirmation("bearer")))
    )
    assert read.verify()
    assert read.issuer.text == ISSUER
    assert read.subject.name_id.text == "alice"
    data = read.subject.subject_confirmation[0].subject_confirmation_data
    assert data.recipient == AUDIENCE
    assert read.conditions.audience_restriction[0].audience[0].text == AUDIENCE
    values = {
        attribute.name: [value.text for value in attribute.attribute_value]
        for attribute in read.attribute_statement[0].attribute
    }
    assert values[saml.claim_types.UPN] == [UPN]
    assert read.authn_statement[0].authn_context.authn_context_class_ref.text.endswith(":Password")
    assert read.extension_elements == []
    assert read.extension_attributes == {}


@pytest.mark.parametrize("tampered", [False, True])
def test_pysaml2_validates_its_signature(tampered, require, tmp_path):
    program = require("xmlsec1", "pysaml2 verifies signatures with it")
    certificate = tmp_path / "issuer.pem"
    certificate.write_bytes(pair().certificate_pem)
    token = signed("2.0")
    if tampered:
        next(value for value in token.iter("{*}AttributeValue") if value.text == UPN).text = "eve"
    crypto = sigver.CryptoBackendXmlSec1(str(program))
    context = sigver.SecurityContext(crypto)
    text = etree.tostring(token).decode()

    def verify() -> bool:
        return context.verify_signature(
            text,
            cert_file=str(certificate),
            cert_type="pem",
            node_name=f"{SAML20}:Assertion",
            node_id=token.get("ID"),
        )

    if tampered:
        with pytest.raises(sigver.XmlsecError):
            verify()
    else:
        assert verify()


@pytest.mark.parametrize("version", VERSIONS)
def test_msal_finds_the_assertion_in_a_response(version):
    trust = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
    token = signed(version)
    response = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        f'<trust:RequestSecurityTokenResponseCollection xmlns:trust="{trust}">'
        "<trust:RequestSecurityTokenResponse><trust:RequestedSecurityToken>"
        f"{etree.tostring(token).decode()}</trust:RequestedSecurityToken>"
        f"<trust:TokenType>{NAMES[version][0]}</trust:TokenType>"
        "</trust:RequestSecurityTokenResponse></trust:RequestSecurityTokenResponseCollection>"
        "</s:Body></s:Envelope>"
    )
    found = wstrust_response.parse_response(response)
    assert found["type"] == NAMES[version][0]
    assert etree.tostring(arrived(etree.fromstring(found["token"])), method="c14n") == (
        etree.tostring(token, method="c14n")
    )
