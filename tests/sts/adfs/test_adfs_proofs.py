"""Who sends a message: by a certificate, or by a token of this farm."""

import copy
from base64 import b64encode
from dataclasses import replace

import pytest
from lxml import etree

from support import certificates as pairs
from support import token_elements
from support.certificates import FIRST_DAY
from support.partners import CLEAR, FAILED, GOOD, INSECURE, MARIA
from support.trusting import (
    CERTIFICATE,
    ISSUED,
    TO,
    Certificate,
    Realm,
    Token,
    asking,
    pair_of,
    sign,
)
from xrm.sts import registration
from xrm.sts.adfs.trust import certificates
from xrm.sts.audit import read_events
from xrm.sts.registration.people import revoke_sessions, set_user_enabled
from xrm.wire.saml import claim_types
from xrm.wire.saml.names import CERTIFICATE as BY_CERTIFICATE
from xrm.wire.saml.names import PASSWORD as BY_PASSWORD
from xrm.wire.soap.envelope import SECURITY, WSSE, WSU
from xrm.wire.wstrust import TRUST_2005


def card(scene):
    """Return a proof by a certificate of Maria's."""
    pair = pair_of("card")
    certificates.add(scene.service, scene.realm.farm, scene.maria, pair.der)
    return Certificate(pair)


@pytest.fixture(scope="module")
def by_card(shared):
    """As `card`, in the scene that tests share."""
    return card(shared)


@pytest.mark.parametrize("version", ["1.3", "2005"])
def test_certificate_that_was_registered_proves_a_person(shared, by_card, version):
    request = replace(GOOD, version=TRUST_2005) if version == "2005" else GOOD
    reply = shared.realm.ask(request, by_card)
    assertion = shared.clear.read(reply, shared.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)
    assert assertion.method == BY_CERTIFICATE
    assert read_events(shared.service, limit=1)[0].grant == "certificate"


def test_key_of_the_certificate_may_be_the_tokens(shared, by_card):
    by = by_card
    reply = shared.realm.ask(replace(GOOD, key="public"), by)
    assertion = shared.clear.read(reply, shared.realm.certificates)
    public = by.pair.certificate.public_key().public_numbers()
    assert assertion.confirmation.key.public_numbers() == public


@pytest.mark.parametrize("signs", [("timestamp",), ("to",)])
def test_certificate_signs_both_the_timestamp_and_the_address(shared, by_card, signs):
    assert shared.realm.ask(GOOD, replace(by_card, signs=signs)).fault == INSECURE


def test_certificate_goes_with_a_timestamp(shared, by_card):
    def without(envelope):
        stamp = envelope.find(f".//{{{WSU}}}Timestamp")
        stamp.getparent().remove(stamp)

    assert shared.realm.ask(GOOD, by_card, change=without).fault == INSECURE


def test_certificate_nobody_registered(shared, by_card):
    assert shared.realm.ask(GOOD, Certificate(pair_of("stranger"))).fault == FAILED


def test_certificate_shown_by_who_has_not_its_key(shared, by_card):
    shown = by_card.pair
    thief = pair_of("stranger")
    forged = pairs.Pair(thief.private_key, shown.certificate)
    assert shared.realm.ask(GOOD, Certificate(forged)).fault == INSECURE


def test_certificate_that_is_over(scene):
    old = pairs.make("old", last=FIRST_DAY.replace(year=2021))
    certificates.add(scene.service, scene.realm.farm, scene.maria, old.der)
    assert scene.realm.ask(GOOD, Certificate(old)).fault == FAILED


def test_certificate_of_a_person_who_is_disabled_or_of_one_removed(scene):
    by = card(scene)
    digest = by.pair.sha256.lower()
    set_user_enabled(scene.service, scene.maria, enabled=False)
    assert scene.realm.ask(GOOD, by).fault == FAILED
    set_user_enabled(scene.service, scene.maria, enabled=True)
    scene.clock.now += 1
    assert scene.realm.ask(GOOD, by).status == 200
    assert [one.digest for one in certificates.listing(scene.service, scene.maria)] == [digest]
    certificates.remove(scene.service, scene.realm.farm, digest)
    assert scene.realm.ask(GOOD, by).fault == FAILED


def test_certificate_of_another_tenants_farm(scene):
    by = card(scene)
    other = registration.create_tenant(scene.service, name="Fabrikam", domain="fabrikam.example")
    realm = Realm.open(scene.world, other)
    realm.party(CLEAR, encrypts=False)
    assert realm.ask(GOOD, by).fault == FAILED


def test_message_by_certificate_comes_once(shared, by_card):
    by = by_card
    body = etree.tostring(shared.realm.message(GOOD, by))
    path = shared.realm.path(GOOD, by)
    assert shared.realm.post(path, body).status == 200
    assert shared.realm.post(path, body).fault == INSECURE


def to_elsewhere(envelope):
    envelope.find(f".//{TO}").text += "x"


def timestamp_later(envelope):
    created = envelope.find(f".//{{{WSU}}}Created")
    created.text = created.text.replace(":00:00", ":00:01")


def second_timestamp(envelope):
    """Wrapping: what was signed is put aside, another stands in its place with its id."""
    signed = envelope.find(f".//{{{WSU}}}Timestamp")
    aside = copy.deepcopy(signed)
    timestamp_later(envelope)
    envelope[0].append(etree.Element("{urn:aside}Aside"))
    envelope[0][-1].append(aside)


def second_timestamp_renamed(envelope):
    signed = envelope.find(f".//{{{WSU}}}Timestamp")
    aside = copy.deepcopy(signed)
    timestamp_later(envelope)
    signed.set(f"{{{WSU}}}Id", "_9")
    envelope[0].append(etree.Element("{urn:aside}Aside"))
    envelope[0][-1].append(aside)


def unsigned(envelope):
    for element in envelope.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        element.getparent().remove(element)


def wrong_value(envelope):
    value = envelope.find(".//{http://www.w3.org/2000/09/xmldsig#}SignatureValue")
    value.text = "AAAA" + value.text.strip()[4:]


CHANGES = [timestamp_later, second_timestamp, second_timestamp_renamed, unsigned, wrong_value]


@pytest.mark.parametrize("change", [to_elsewhere, *CHANGES])
def test_message_by_certificate_that_was_changed(shared, by_card, change):
    assert shared.realm.ask(GOOD, by_card, change=change).fault == INSECURE


@pytest.mark.parametrize("change", CHANGES)
def test_message_by_token_that_was_changed(shared, change):
    token = shared.realm.signed_in(MARIA)
    assert shared.realm.ask(GOOD, token, change=change).fault == INSECURE


def test_token_of_the_farm_for_the_farm_signs_in_there(scene):
    token = scene.realm.signed_in(MARIA)
    scene.clock.now += 60
    reply = scene.realm.ask(GOOD, token)
    assertion = scene.clear.read(reply, scene.realm.certificates)
    assert assertion.values(claim_types.NAME) == ("CONTOSO\\maria",)
    # It is still the sign-in of before, by password.
    assert assertion.authenticated == scene.clock() - 60
    assert assertion.method == BY_PASSWORD


def test_token_counts_no_longer_than_the_person(scene):
    token = scene.realm.signed_in(MARIA)
    scene.clock.now += 1
    revoke_sessions(scene.service, scene.maria)
    assert scene.realm.ask(GOOD, token).fault == FAILED


def test_token_of_a_disabled_person(scene):
    token = scene.realm.signed_in(MARIA)
    set_user_enabled(scene.service, scene.maria, enabled=False)
    assert scene.realm.ask(GOOD, token).fault == FAILED


def test_sign_in_is_worth_tokens_for_eight_hours(scene):
    """A chain of tokens, each got by the one before, does not go on for ever."""
    token = scene.realm.signed_in(MARIA)
    for _ in range(9):
        scene.clock.now += 55 * 60
        last, token = token, scene.realm.ask(asking(applies_to=scene.realm.farm.identifier), token)
        if token.status != 200:
            break
        response = token.response
        token = Token(response.token, response.material.proof, response.attached.value)
    assert token.fault == FAILED
    assert scene.clock() - 1_800_000_000 == 9 * 55 * 60
    assert scene.realm.ask(GOOD, last).fault == FAILED


@pytest.mark.parametrize(("later", "taken"), [(3600 + 290, True), (3600 + 301, False)])
def test_token_that_has_expired(scene, later, taken):
    token = scene.realm.signed_in(MARIA)
    scene.clock.now += later
    reply = scene.realm.ask(GOOD, token)
    assert (reply.status == 200) == taken
    if not taken:
        assert reply.fault == FAILED


def test_message_by_token_comes_once(shared):
    token = shared.realm.signed_in(MARIA)
    body = etree.tostring(shared.realm.message(GOOD, token))
    path = shared.realm.path(GOOD, token)
    assert shared.realm.post(path, body).status == 200
    assert shared.realm.post(path, body).fault == INSECURE


def test_proof_key_of_another_token(shared):
    one, other = shared.realm.signed_in(MARIA), shared.realm.signed_in(MARIA)
    assert shared.realm.ask(GOOD, replace(one, key=other.key)).fault == INSECURE


def test_certificate_is_no_secret_for_an_hmac(shared, by_card):
    """Confusion of algorithms: what everybody knows of the key, used as a symmetric one."""

    def mac(envelope):
        unsigned(envelope)
        sign(envelope, by_card.pair.der, ("timestamp", "to"))

    assert shared.realm.ask(GOOD, by_card, change=mac).fault == INSECURE


def test_bearer_is_no_proof_here(shared):
    reply = shared.realm.ask(asking(applies_to=shared.realm.farm.identifier, key="bearer"), MARIA)
    assert shared.realm.ask(GOOD, Token(reply.response.token, b"key" * 11)).fault == FAILED


def test_token_of_another_party_does_not_sign_in(shared):
    """It is encrypted to somebody else, and says so when it is opened."""
    reply = shared.realm.ask(asking(applies_to=shared.org.url), MARIA)
    key = reply.response.material.proof
    assert shared.realm.ask(GOOD, Token(reply.response.token, key)).fault == FAILED
    opened = shared.org.opened(reply.response.token)
    assert shared.realm.ask(GOOD, Token(opened, key)).fault == FAILED
    again = token_elements.encrypt(
        opened, shared.service.parts.farm_keys.certificate(shared.realm.farm)
    )
    assert shared.realm.ask(GOOD, Token(again, key)).fault == FAILED


@pytest.mark.parametrize("endpoint", [CERTIFICATE, ISSUED])
def test_password_at_an_endpoint_that_takes_none(shared, endpoint):
    assert shared.realm.ask(GOOD, replace(MARIA, endpoint=endpoint)).fault == INSECURE


def test_token_at_the_endpoint_for_passwords(shared):
    token = replace(shared.realm.signed_in(MARIA), endpoint="usernamemixed")
    assert shared.realm.ask(GOOD, token).fault == INSECURE


def test_access_token_in_the_place_of_an_assertion(shared):
    def add(envelope):
        token = etree.SubElement(envelope.find(f".//{SECURITY}"), f"{{{WSSE}}}BinarySecurityToken")
        token.set("ValueType", "urn:ietf:params:oauth:token-type:jwt")
        token.text = b64encode(b"eyJhbGciOiJSUzI1NiJ9.e30.c2ln").decode()

    for endpoint in (ISSUED, CERTIFICATE):
        path = f"/adfs/services/trust/13/{endpoint}"
        assert shared.realm.ask(GOOD, path=path, change=add).fault == INSECURE
