"""Who sends a message: by a token of a farm or partner that this farm trusts."""

from dataclasses import replace

import pytest
from lxml import etree

from support.partners import FAILED, GOOD, SECRET, befriend, genuine, hidden
from support.signing_in import make_person
from support.trusting import ISSUED, Password, Realm, Token, asking, pair_of
from xrm.sts import registration
from xrm.sts.adfs import providers
from xrm.wire.saml import Claim, Confirmation, claim_types
from xrm.wire.saml.names import PASSWORD as BY_PASSWORD


def chained(scene):
    """Return a second farm, Fabrikam's, which signs people in for the first."""
    tenant = registration.create_tenant(scene.service, name="Fabrikam", domain="fabrikam.example")
    home = Realm.open(scene.world, tenant)
    make_person(scene.service, tenant, "piet")
    farm = scene.realm.farm
    encryption = scene.service.parts.farm_keys.certificate(farm)
    home.party(farm.identifier, encrypts=False, certificate=encryption)
    return home


def token_of(home, target, name="piet@fabrikam.example"):
    reply = home.ask(asking(applies_to=target.farm.identifier), Password(name))
    response = reply.response
    return Token(response.token, response.material.proof, response.attached.value)


def trust(scene, home, **members):
    return providers.add(
        scene.service,
        scene.realm.farm,
        **{
            "name": "Fabrikam",
            "identifier": home.farm.identifier,
            "certificates": home.certificates,
            **members,
        },
    )


def test_person_of_a_trusted_realm_needs_no_account_here(scene):
    home = chained(scene)
    trust(scene, home)
    reply = scene.realm.ask(GOOD, token_of(home, scene.realm))
    assertion = scene.clear.read(reply, scene.realm.certificates)
    assert assertion.issuer == "http://localhost:8443/adfs/services/trust"
    assert assertion.values(claim_types.UPN) == ("piet@fabrikam.example",)
    assert assertion.method == BY_PASSWORD


def test_realm_that_is_not_trusted_signs_with_the_same_key_in_vain(scene):
    """All farms of a service share its keys: the issuer decides."""
    home = chained(scene)
    assert scene.realm.ask(GOOD, token_of(home, scene.realm)).fault == FAILED


def test_realm_that_is_trusted_no_more(scene):
    home = chained(scene)
    known = trust(scene, home)
    providers.update(scene.service, scene.realm.farm, known.provider_id, enabled=False)
    assert scene.realm.ask(GOOD, token_of(home, scene.realm)).fault == FAILED
    providers.update(scene.service, scene.realm.farm, known.provider_id, enabled=True)
    again = token_of(home, scene.realm)
    assert scene.realm.ask(GOOD, again).status == 200
    providers.remove(scene.service, scene.realm.farm, known.provider_id)
    assert scene.realm.ask(GOOD, again).fault == FAILED


def test_realm_whose_tokens_are_signed_by_another_key(scene):
    home = chained(scene)
    trust(scene, home, certificates=[pair_of("stranger").der])
    assert scene.realm.ask(GOOD, token_of(home, scene.realm)).fault == FAILED


def partners(scene, pair, claims=None, **changes):
    """Return a token as a trusted partner might make it, changed."""
    if claims is not None:
        changes["claims"] = tuple(Claim(kind, values) for kind, values in claims.items())
    return Token(etree.fromstring(hidden(scene, genuine(scene, pair, **changes))), SECRET)


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize("address", ["identifier", "endpoint"])
def test_partners_token_is_taken(shared, partner, version, address):
    farm = shared.realm.farm
    audience = farm.identifier if address == "identifier" else f"{farm.trust}13/{ISSUED}"
    claims = {
        claim_types.UPN: ("eve@partner.example",),
        claim_types.NAME: ("PARTNER\\eve",),
        claim_types.PRIMARY_SID: ("S-1-5-21-1-2-3-500",),
        claim_types.ROLE: ("Administrators",),
    }
    party = shared.realm.party(
        f"https://{version}.{address}.contoso.example/",
        encrypts=False,
        rules=[
            replace(rule, claim=kind, source=kind)
            for rule in shared.clear.record.rules[:1]
            for kind in claims
        ],
    )
    token = partners(shared, partner, version=version, audiences=(audience,), claims=claims)
    reply = shared.realm.ask(asking(applies_to=party.url, key="bearer"), token)
    assertion = party.read(reply, shared.realm.certificates)
    # Acceptance rules let the two names pass, nothing else.
    assert {claim.type: claim.values for claim in assertion.claims} == {
        claim_types.UPN: ("eve@partner.example",),
        claim_types.NAME: ("PARTNER\\eve",),
    }


@pytest.mark.parametrize(
    "name",
    [
        "maria@contoso.example",
        "Maria@CONTOSO.example",
        " maria@contoso.example",
        "maria@contoso.example ",
        "maria@contoso.example\n",
        "CONTOSO\\maria",
        "contoso\\maria",
        "contoso.example\\maria",
        "",
    ],
)
def test_partner_does_not_speak_for_the_farms_own_people(shared, partner, name):
    token = partners(shared, partner, claims={claim_types.UPN: (name,)})
    assert shared.realm.ask(GOOD, token).fault == FAILED


def test_partner_gives_nobody_the_name_of_one_of_the_farms(shared, partner):
    claims = {claim_types.UPN: ("eve@partner.example",), claim_types.NAME: ("CONTOSO\\maria",)}
    party = shared.realm.party(
        "https://all.contoso.example/",
        encrypts=False,
        rules=[replace(shared.clear.record.rules[0], claim=kind, source=kind) for kind in claims],
    )
    token = partners(shared, partner, claims=claims)
    reply = shared.realm.ask(asking(applies_to=party.url, key="bearer"), token)
    assertion = party.read(reply, shared.realm.certificates)
    assert [claim.type for claim in assertion.claims] == [claim_types.UPN]


@pytest.mark.parametrize(
    "changes",
    [
        {"audiences": ("https://crm.contoso.example/",)},
        {"audiences": ("http://localhost:8443/adfs/services/trust/",)},
        {"audiences": ("https://localhost:8443/adfs/services/trust.evil.example/",)},
        {"audiences": ("http://localhost:8443/fabrikam.example/adfs/services/trust",)},
        {"audiences": ()},
        {"issuer": "http://other.example/adfs/services/trust"},
        {"issuer": "http://localhost:8443/adfs/services/trust"},
        {"not_on_or_after": 1_800_000_000.0 - 301, "not_before": 1_800_000_000.0 - 900},
        {"not_before": 1_800_000_000.0 + 301},
        {"confirmation": Confirmation()},
        {"claims": {claim_types.UPN: ("a@partner.example", "b@partner.example")}},
        {"claims": {claim_types.NAME: ("PARTNER\\eve",)}},
    ],
)
def test_partners_token_that_is_not_taken(shared, partner, changes):
    assert shared.realm.ask(GOOD, partners(shared, partner, **changes)).fault == FAILED


def test_partners_token_signed_by_a_stranger(shared, partner):
    assert shared.realm.ask(GOOD, partners(shared, pair_of("stranger"))).fault == FAILED


def test_partners_token_whose_key_is_for_somebody_else(shared, partner):
    confirmation = Confirmation(kind="holder-of-key", secret=SECRET, certificate=partner.der)
    token = partners(shared, partner, confirmation=confirmation)
    assert shared.realm.ask(GOOD, token).fault == FAILED


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_key_pair_of_the_farm_rolls_over(scene, version):
    partner = befriend(scene)
    before = partners(scene, partner, version=version)
    scene.service.parts.farm_keys.rotate(scene.realm.farm)
    after = partners(scene, partner, version=version)
    assert scene.realm.ask(GOOD, before).status == 200
    assert scene.realm.ask(GOOD, after).status == 200
    for _ in range(3):
        scene.service.parts.farm_keys.rotate(scene.realm.farm)
    assert scene.realm.ask(GOOD, before).fault == FAILED


GARBAGE = [
    "<xenc:EncryptedData xmlns:xenc='http://www.w3.org/2001/04/xmlenc#'/>",
    "<saml:EncryptedAssertion xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'/>",
    "<saml:Assertion xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'/>",
    "<saml:Assertion xmlns:saml='urn:oasis:names:tc:SAML:1.0:assertion' AssertionID='_0'/>",
]


@pytest.mark.parametrize("text", GARBAGE)
def test_tokens_that_are_none(shared, text):
    assert shared.realm.ask(GOOD, Token(etree.fromstring(text), SECRET)).fault == FAILED


def test_what_does_not_decrypt_and_what_is_not_believed_look_alike(shared, partner):
    """No oracle: a wrong padding, a wrong key, a wrong signature and a wrong audience."""

    def ask(token):
        return shared.realm.ask(GOOD, token, message_id="urn:uuid:7")

    good = partners(shared, partner)
    values = good.element.findall(".//{http://www.w3.org/2001/04/xmlenc#}CipherValue")
    replies = [ask(partners(shared, partner, audiences=("urn:x",)))]
    replies += [ask(partners(shared, pair_of("stranger")))]
    for value in values:
        whole = value.text
        for broken in (whole[:-8] + "AAAAAAA=", "AAAA" + whole[4:], "", "!"):
            value.text = broken
            replies.append(ask(good))
        value.text = whole
    assert {reply.http.body for reply in replies} == {replies[0].http.body}
    assert replies[0].fault == FAILED
