"""Other people's code at a farm: MSAL's WS-Trust client, and the xmlsec1 command."""

import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from msal import mex, wstrust_request
from msal.wstrust_response import SAML_TOKEN_TYPE_V1

from support.saml_tokens import ask_xmlsec1
from support.signing_in import PASSWORD
from support.trusting import Password, asking
from xrm.sts.adfs import rules
from xrm.wire.wstrust.versions import SAML_11_TYPE, SAML_20_TYPE

ONLINE = "urn:federation:MicrosoftOnline"
MEX = "https://localhost:8443/adfs/services/trust/mex"


class Transport:
    """What MSAL sends by, over the front door."""

    def __init__(self, realm):
        self._realm = realm

    def get(self, url, headers=None, **_members):
        return self._send("GET", url, b"", headers)

    def post(self, url, data=None, headers=None, **_members):
        return self._send("POST", url, data, headers)

    def _send(self, method, url, body, headers):
        lines = tuple((name.lower(), value) for name, value in (headers or {}).items())
        body = body.encode() if isinstance(body, str) else body
        reply = self._realm.send(method, urlsplit(url).path, body, headers=lines)
        return SimpleNamespace(
            status_code=reply.status,
            text=reply.http.body.decode(),
            headers={},
            raise_for_status=lambda: None,
        )


def sign_in(realm, password):
    transport = Transport(realm)
    endpoint = mex.send_request(MEX, transport)
    name = "maria@contoso.example"
    return endpoint, wstrust_request.send_request(
        name, password, ONLINE, endpoint["address"], endpoint["action"], transport
    )


@pytest.fixture
def federated(scene):
    """A farm that Entra ID trusts; MSAL writes the time of this machine into its messages."""
    scene.realm.party(ONLINE, encrypts=False, rules=rules.MICROSOFT_ONLINE)
    scene.clock.now = time.time()
    return scene


def test_msal_gets_the_assertion_entra_wants(federated):
    endpoint, answer = sign_in(federated.realm, PASSWORD)
    assert endpoint["address"] == "https://localhost:8443/adfs/services/trust/13/usernamemixed"
    assert answer["type"] == SAML_TOKEN_TYPE_V1
    token = etree.fromstring(answer["token"])
    account = federated.realm.farm.account(federated.maria)
    texts = [element.text for element in token.iter("{*}AttributeValue")]
    assert texts == ["maria@contoso.example", account.immutable_id]
    assert token.findtext(".//{*}NameIdentifier") == account.immutable_id


def test_msal_understands_the_refusal(federated):
    with pytest.raises(RuntimeError, match="FailedAuthentication"):
        sign_in(federated.realm, "wrong")


@pytest.mark.parametrize(("kind", "name"), [(SAML_11_TYPE, "AssertionID"), (SAML_20_TYPE, "ID")])
def test_xmlsec1_decrypts_and_verifies_what_was_issued(shared, require, tmp_path, kind, name):
    program = require("xmlsec1", "an independent judge of signatures")
    request = asking(applies_to=shared.org.url, token_type=kind)
    reply = shared.realm.ask(request, Password("maria@contoso.example"))
    key, token = shared.org.pair.key_pem(), etree.tostring(reply.response.token)
    options = ["--decrypt", "--privkey-pem", "{pem}"]
    clear = ask_xmlsec1(program, tmp_path, *options, document=token, pem=key)
    signer = shared.service.directory.singly().signing_key().private_key
    public = signer.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    verify = ["--verify", f"--id-attr:{name}", f"{kind}:Assertion", "--enabled-key-data", "rsa"]
    verify += ["--pubkey-pem", "{pem}"]
    ask_xmlsec1(program, tmp_path, *verify, document=clear, pem=public)
    changed = clear.replace(b"maria@contoso", b"admin@contoso")
    with pytest.raises(AssertionError, match="FAIL"):
        ask_xmlsec1(program, tmp_path, *verify, document=changed, pem=public)
