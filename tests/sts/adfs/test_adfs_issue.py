"""Issue: what a farm answers to a request for a token, part by part."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from support.signing_in import PASSWORD
from support.trusting import Password, Realm, asking, pair_of, sign
from xrm.sts import registration
from xrm.sts.adfs import parties
from xrm.sts.audit import read_events
from xrm.wire import saml as wire_saml
from xrm.wire import xmldsig
from xrm.wire.saml import SamlError, claim_types
from xrm.wire.saml.names import PASSWORD as BY_PASSWORD
from xrm.wire.wstrust import TRUST_13, TRUST_2005, Lifetime, UseKey, p_sha1, proof_key
from xrm.wire.wstrust.versions import SAML_11_TYPE, SAML_20_TYPE

ORG = "https://crm.contoso.example/"
CLEAR = "https://clear.contoso.example/"
SERVICE = ORG + "XRMServices/2011/Organization.svc"
MARIA = Password("maria@contoso.example")
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FEBRUARY = "http://schemas.xmlsoap.org/ws/2005/02/trust"
NO_PROOF = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"


def names(element):
    return [etree.QName(child).localname for child in element]


def test_default_is_a_symmetric_key_in_an_encrypted_saml_11_token(shared):
    """A client of Dynamics on-premises names its service and nothing else."""
    reply = shared.realm.ask(asking(applies_to=SERVICE), MARIA, message_id="urn:uuid:7")
    assert reply.status == 200
    assert reply.http.header("content-type") == "application/soap+xml; charset=utf-8"
    header, body = reply.root
    assert names(header) == ["Action", "RelatesTo", "Security"]
    assert header[0].text == f"{TRUST}/RSTRC/IssueFinal"
    assert header[1].text == "urn:uuid:7"
    assert names(header[2][0]) == ["Created", "Expires"]
    collection = body[0]
    assert collection.tag == f"{{{TRUST}}}RequestSecurityTokenResponseCollection"
    assert names(collection[0]) == [
        "Lifetime",
        "AppliesTo",
        "RequestedSecurityToken",
        "RequestedProofToken",
        "RequestedAttachedReference",
        "RequestedUnattachedReference",
        "TokenType",
        "RequestType",
        "KeyType",
    ]
    response = reply.response
    assert response.applies_to == ORG
    assert response.token_type == SAML_11_TYPE
    assert response.key == "symmetric"
    assert len(response.material.proof) == 32
    assert response.lifetime.expires - response.lifetime.created == 3600
    assert response.token.tag.endswith("}EncryptedData")


def test_key_of_the_token_is_the_one_the_client_is_told(shared):
    reply = shared.realm.ask(asking(applies_to=ORG), MARIA)
    assertion = shared.org.read(reply, shared.realm.certificates)
    assert assertion.confirmation.kind == "holder-of-key"
    assert assertion.confirmation.secret == reply.response.material.proof
    assert reply.response.attached.value == assertion.id
    assert reply.response.unattached.value == assertion.id


def test_claims_are_those_of_the_organizations_rules(shared):
    reply = shared.realm.ask(asking(applies_to=ORG), MARIA)
    assertion = shared.org.read(reply, shared.realm.certificates)
    account = shared.realm.farm.account(shared.maria)
    assert assertion.issuer == "http://localhost:8443/adfs/services/trust"
    assert assertion.audiences == (ORG,)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)
    assert assertion.values(claim_types.NAME) == ("CONTOSO\\maria",)
    assert assertion.values(claim_types.PRIMARY_SID) == (account.sid,)
    assert len(assertion.claims) == 3
    assert assertion.method == BY_PASSWORD
    assert assertion.authenticated == shared.clock()


@pytest.mark.parametrize(
    "name", ["maria@contoso.example", "MARIA@Contoso.Example", "CONTOSO\\maria", "contoso\\Maria"]
)
def test_both_forms_of_a_name_are_one_person(shared, name):
    reply = shared.realm.ask(asking(applies_to=CLEAR, key="bearer"), Password(name))
    assertion = shared.clear.read(reply, shared.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)


@pytest.mark.parametrize(
    ("version", "bearer"), [(TRUST_13, f"{TRUST}/Bearer"), (TRUST_2005, NO_PROOF)]
)
def test_bearer_for_a_party_without_certificate_is_in_clear(shared, version, bearer):
    request = asking(version=version, applies_to=CLEAR, key="bearer")
    reply = shared.realm.ask(request, MARIA)
    assertion = shared.clear.read(reply, shared.realm.certificates)
    assert assertion.confirmation.kind == "bearer"
    assert reply.response.material.proof is None
    assert reply.root.findtext(f".//{{{version.namespace}}}KeyType") == bearer
    assert reply.root[0][0].text == version.response_action()


def test_answer_of_february_2005_is_no_collection(shared):
    request = asking(version=TRUST_2005, applies_to=CLEAR, key="bearer")
    body = shared.realm.ask(request, MARIA).root[1]
    assert body[0].tag == f"{{{FEBRUARY}}}RequestSecurityTokenResponse"
    assert names(body[0])[:3] == ["Lifetime", "AppliesTo", "RequestedSecurityToken"]


def test_bearer_for_a_party_with_a_certificate_is_encrypted(shared):
    reply = shared.realm.ask(asking(applies_to=ORG, key="bearer"), MARIA)
    assert reply.response.token.tag.endswith("}EncryptedData")
    assertion = shared.org.read(reply, shared.realm.certificates)
    assert assertion.confirmation.kind == "bearer"


def test_nobody_else_can_verify_or_read_it(shared):
    reply = shared.realm.ask(asking(applies_to=ORG), MARIA)
    with pytest.raises(xmldsig.SignatureError):
        shared.org.read(reply, [pair_of("stranger").der])
    opened = shared.org.opened(reply.response.token)
    opened.set("Issuer", "http://other.example/adfs/services/trust")
    with pytest.raises(xmldsig.SignatureError):
        xmldsig.verify_enveloped(opened, certificates=shared.realm.certificates)


@pytest.mark.parametrize(
    ("token_type", "version"),
    [
        (None, "1.1"),
        (SAML_11_TYPE, "1.1"),
        (SAML_20_TYPE, "2.0"),
        ("http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0", "2.0"),
    ],
)
def test_version_of_saml_by_token_type(shared, token_type, version):
    request = asking(applies_to=CLEAR, key="bearer", token_type=token_type)
    assertion = shared.clear.read(shared.realm.ask(request, MARIA), shared.realm.certificates)
    assert assertion.version == version
    assert assertion.values(claim_types.NAME) == ("CONTOSO\\maria",)


@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_entropy_of_both_makes_the_key(shared, version):
    """The client's is the secret of P_SHA1, the server's its seed."""
    entropy = bytes(range(32))
    request = asking(version=version, applies_to=ORG, key="symmetric", entropy=entropy)
    reply = shared.realm.ask(request, MARIA)
    response = reply.response
    assert response.material.proof is None
    assert response.material.computed == f"{version.namespace}/CK/PSHA1"
    assert response.key_size == 256
    key = p_sha1(entropy, response.material.entropy, 256)
    assertion = shared.org.read(reply, shared.realm.certificates)
    assert assertion.confirmation.secret == key
    assert proof_key(entropy, response.material) == key


def test_size_of_the_key_is_what_was_asked(shared):
    reply = shared.realm.ask(asking(applies_to=ORG, key_size=128), MARIA)
    assertion = shared.org.read(reply, shared.realm.certificates)
    assert len(assertion.confirmation.secret) == 16


@pytest.mark.parametrize("saml", [SAML_11_TYPE, SAML_20_TYPE])
def test_public_key_that_endorses_the_message(shared, saml):
    pair = pair_of("holder")
    reply = ask_for_public(shared, pair, pair, token_type=saml)
    assertion = shared.clear.read(reply, shared.realm.certificates)
    public = pair.certificate.public_key().public_numbers()
    assert assertion.confirmation.key.public_numbers() == public
    assert reply.response.key == "public"
    assert reply.response.material.proof is None


def ask_for_public(scene, named, signing, **members):
    octets = b64encode(named.der).decode()
    info = etree.fromstring(
        '<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>{octets}</X509Certificate></X509Data></KeyInfo>"
    )
    request = asking(applies_to=CLEAR, key="public", use_key=UseKey(info), **members)

    def endorse(envelope):
        if signing is not None:
            assert isinstance(signing.private_key, RSAPrivateKey)
            sign(envelope, signing.private_key, ("timestamp", "to"))

    return scene.realm.ask(request, MARIA, change=endorse)


@pytest.mark.parametrize("signing", [None, "stranger"])
def test_public_key_nobody_has_proven(shared, signing):
    signer = pair_of(signing) if signing else None
    reply = ask_for_public(shared, pair_of("holder"), signer)
    assert (reply.status, reply.fault) == (500, ("Sender", f"{{{TRUST}}}InvalidRequest"))


@pytest.mark.parametrize(
    ("start", "end", "lived"),
    [(0, 600, 600), (None, 600, 600), (0, 7200, 3600), (-100, 600, 600)],
)
def test_lifetime_is_the_shorter_one(shared, start, end, lived):
    now = shared.clock()
    created = None if start is None else now + start
    request = asking(applies_to=ORG, lifetime=Lifetime(created, now + end))
    lifetime = shared.realm.ask(request, MARIA).response.lifetime
    assert lifetime.created == now
    assert lifetime.expires == now + lived


def test_party_decides_lifetime_and_version(scene):
    record = parties.update(
        scene.service, scene.realm.farm, scene.clear.record.party_id, lifetime=10, saml="2.0"
    )
    assert record.lifetime == 10
    reply = scene.realm.ask(asking(applies_to=CLEAR, key="bearer"), MARIA)
    assertion = scene.clear.read(reply, scene.realm.certificates)
    assert assertion.version == "2.0"
    assert assertion.not_on_or_after - assertion.not_before == 600


def test_context_comes_back(shared):
    reply = shared.realm.ask(asking(applies_to=ORG, context="uuid-1-2"), MARIA)
    assert reply.response.context == "uuid-1-2"


def test_farm_of_another_tenant_has_its_own_names(fresh):
    other = registration.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    realm = Realm.open(fresh, other)
    realm.person("piet")
    party = realm.party(CLEAR, encrypts=False)
    by = Password("FABRIKAM\\piet")
    reply = realm.ask(asking(applies_to=CLEAR, key="bearer"), by)
    assertion = party.read(reply, realm.certificates)
    assert assertion.issuer == "http://localhost:8443/fabrikam.example/adfs/services/trust"
    assert assertion.values(claim_types.NAME) == ("FABRIKAM\\piet",)
    # The person of one farm is nobody at another.
    root = Realm.open(fresh)
    root.party(CLEAR, encrypts=False)
    refused = root.ask(asking(applies_to=CLEAR, key="bearer"), Password("piet@fabrikam.example"))
    assert refused.fault == ("Sender", f"{{{TRUST}}}FailedAuthentication")


def test_keys_rotate_and_old_tokens_still_verify(scene):
    reply = scene.realm.ask(asking(applies_to=ORG), MARIA)
    scene.service.rotate_keys()
    assert scene.org.read(reply, scene.realm.certificates).audiences == (ORG,)
    fresh = scene.realm.ask(asking(applies_to=ORG), MARIA)
    first, second = (
        one.response.token is not None and scene.org.opened(one.response.token)
        for one in (reply, fresh)
    )
    shown = [one.findtext(".//{*}X509Certificate") for one in (first, second)]
    assert shown[0] != shown[1]


def test_each_issue_is_in_the_audit(scene):
    scene.realm.ask(asking(applies_to=SERVICE), MARIA)
    event = read_events(scene.service, limit=1)[0]
    assert (event.operation, event.outcome, event.error) == ("adfs.issue", "done", 0)
    assert (event.client, event.resource) == ("maria@contoso.example", ORG)
    assert (event.grant, event.peer) == ("password", "192.0.2.7")
    assert PASSWORD not in repr(event)


def test_holder_of_key_without_certificate_cannot_be_had(shared):
    """The key could be told to nobody but by encrypting it."""
    reply = shared.realm.ask(asking(applies_to=CLEAR), MARIA)
    assert reply.fault == ("Sender", f"{{{TRUST}}}RequestFailed")
    assert reply.reason.startswith("MSIS3127")


def test_token_of_one_party_is_not_readable_as_anothers(shared):
    reply = shared.realm.ask(asking(applies_to=ORG), MARIA)
    opened = shared.org.opened(reply.response.token)
    verified = xmldsig.verify_enveloped(opened, certificates=shared.realm.certificates)
    with pytest.raises(SamlError):
        wire_saml.read(verified, key=pair_of("stranger").private_key)
