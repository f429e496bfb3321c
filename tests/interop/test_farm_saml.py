"""pysaml2 and the xmlsec1 command at a running farm, over TLS: its metadata, and a token of it.

The request is text as programs send it to `usernamemixed`, and the answer is taken apart here: no
code of the house's stands between the farm and its judges.
"""

import base64
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree
from saml2 import md, sigver
from saml2 import saml as saml2

from support import certificates
from support.certificates import Pair
from support.ports import RANDOM_PORT, serving_at
from support.saml_tokens import ask_xmlsec1
from support.served import Served

METADATA = "FederationMetadata/2007-06/FederationMetadata.xml"
PARTY = "https://vault.example/"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
DESCRIPTOR = "urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor"
UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
REQUEST = """
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
    xmlns:a="http://www.w3.org/2005/08/addressing">
  <s:Header>
    <a:Action s:mustUnderstand="1">{trust}/RST/Issue</a:Action>
    <a:To s:mustUnderstand="1">{endpoint}</a:To>
    <o:Security s:mustUnderstand="1" xmlns:o="{wsse}">
      <o:UsernameToken>
        <o:Username>{username}</o:Username><o:Password>{password}</o:Password>
      </o:UsernameToken>
    </o:Security>
  </s:Header>
  <s:Body>
    <t:RequestSecurityToken xmlns:t="{trust}">
      <p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy">
        <a:EndpointReference><a:Address>{party}</a:Address></a:EndpointReference>
      </p:AppliesTo>
      <t:KeyType>{trust}/Bearer</t:KeyType>
      <t:RequestType>{trust}/Issue</t:RequestType>
      <t:TokenType>{saml}</t:TokenType>
    </t:RequestSecurityToken>
  </s:Body>
</s:Envelope>"""

Require = Callable[..., Path]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving_at(RANDOM_PORT, "--deployment", "ifd") as server:
        yield server


@pytest.fixture(scope="module")
def vault(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Return the keys of a relying party whose tokens are encrypted."""
    pair, path = certificates.make("vault"), tmp_path_factory.mktemp("vault") / "vault.pem"
    path.write_bytes(pair.certificate_pem)
    options = ("--identifier", PARTY, "--certificate", str(path))
    served.run("adfs", "party", "add", "Vault", *options)
    return pair


@pytest.fixture(scope="module")
def encrypted(served: Served, vault: Pair) -> bytes:
    """Return the token of an answer as it came: EncryptedData."""
    endpoint = f"{served['adfs_url']}/services/trust/13/usernamemixed"
    facts = {name: served[name] for name in ("username", "password")}
    names = {"trust": TRUST, "wsse": WSSE, "saml": SAML, "party": PARTY}
    request = REQUEST.strip().format(endpoint=endpoint, **facts, **names)
    with served.http() as http:
        kind = {"Content-Type": "application/soap+xml; charset=utf-8"}
        answer = http.post(endpoint, content=request, headers=kind)
    assert answer.status_code == 200, answer.text
    [data] = etree.fromstring(answer.content).find(f".//{{{TRUST}}}RequestedSecurityToken")
    assert etree.QName(data).localname == "EncryptedData"
    return etree.tostring(data)


def identifier(served: Served) -> str:
    """Return what the farm calls itself."""
    return f"{served['adfs_url'].replace('https:', 'http:')}/services/trust"


def metadata(served: Served, base: str) -> bytes:
    with served.http() as http:
        answer = http.get(f"{base.rstrip('/')}/{METADATA}")
    assert answer.status_code == 200, answer.text
    return answer.content


def certified(document: bytes, folder: Path, use: str = "signing") -> Path:
    """Write the certificate that metadata names for a use first; return the file."""
    roles = md.entity_descriptor_from_string(document).role_descriptor
    found = next(key for role in roles for key in role.key_descriptor if key.use == use)
    der = base64.b64decode(found.key_info.x509_data[0].x509_certificate.text)
    path = folder / f"{use}.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(der))
    return path


def judge(require: Require, *keys: Path) -> sigver.SecurityContext:
    """Return pysaml2's own judge, who decrypts with these keys."""
    program = require("xmlsec1", "pysaml2 verifies signatures with it")
    crypto = sigver.CryptoBackendXmlSec1(str(program))
    return sigver.SecurityContext(crypto, enc_key_files=[str(key) for key in keys])


@pytest.mark.parametrize(
    ("base", "role", "use"),
    [
        ("authority", "fed:SecurityTokenServiceType", "signing"),
        ("organization_url", "fed:ApplicationServiceType", "encryption"),
    ],
)
def test_pysaml2_verifies_metadata(
    served: Served, require: Require, tmp_path: Path, base: str, role: str, use: str
) -> None:
    """The farm's are signed by the key of its tokens, an organization's by its only one."""
    document = metadata(served, served[base])
    found = md.entity_descriptor_from_string(document)
    names = {"authority": identifier(served), "organization_url": served["organization_url"]}
    assert found.entity_id == names[base]
    assert role in [one.extension_attributes[f"{{{XSI}}}type"] for one in found.role_descriptor]
    own = {"cert_file": str(certified(document, tmp_path, use)), "cert_type": "pem"}
    node = {"node_name": DESCRIPTOR, "node_id": found.id}
    assert judge(require).verify_signature(document.decode(), **own, **node)
    changed = document.decode().replace(f'entityID="{names[base]}"', 'entityID="urn:another"')
    assert changed != document.decode()
    with pytest.raises(sigver.XmlsecError):
        judge(require).verify_signature(changed, **own, **node)


def test_pysaml2_decrypts_and_verifies_a_token(
    served: Served, vault: Pair, encrypted: bytes, require: Require, tmp_path: Path
) -> None:
    key = tmp_path / "vault.key"
    key.write_bytes(vault.key_pem())
    own = str(certified(metadata(served, served["authority"]), tmp_path))
    context = judge(require, key)
    text = context.decrypt(encrypted.decode())
    assertion = saml2.assertion_from_string(text)
    assert assertion.verify()
    assert assertion.issuer.text == identifier(served)
    assert assertion.conditions.audience_restriction[0].audience[0].text == PARTY
    values = {
        attribute.name: [value.text for value in attribute.attribute_value]
        for attribute in assertion.attribute_statement[0].attribute
    }
    assert values[UPN] == [served["username"]]
    node = {"node_name": f"{SAML}:Assertion", "node_id": assertion.id}
    assert context.verify_signature(text, cert_file=own, cert_type="pem", **node)
    changed = text.replace(served["username"], served["admin_username"])
    with pytest.raises(sigver.XmlsecError):
        context.verify_signature(changed, cert_file=own, cert_type="pem", **node)


def test_xmlsec1_decrypts_and_verifies_a_token(
    served: Served, vault: Pair, encrypted: bytes, require: Require, tmp_path: Path
) -> None:
    program = require("xmlsec1", "an independent judge of signatures")
    own = certified(metadata(served, served["authority"]), tmp_path).read_bytes()
    options = ("--decrypt", "--privkey-pem", "{pem}")
    clear = ask_xmlsec1(program, tmp_path, *options, document=encrypted, pem=vault.key_pem())
    verify = ("--verify", "--id-attr:ID", f"{SAML}:Assertion", "--enabled-key-data", "rsa")
    verify += ("--pubkey-cert-pem", "{pem}")
    ask_xmlsec1(program, tmp_path, *verify, document=clear, pem=own)
    changed = clear.replace(served["username"].encode(), served["admin_username"].encode())
    assert changed != clear
    with pytest.raises(AssertionError, match="FAIL"):
        ask_xmlsec1(program, tmp_path, *verify, document=changed, pem=own)
