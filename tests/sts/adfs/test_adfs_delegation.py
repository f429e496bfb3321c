"""Tokens in the name of others, and what becomes of tokens later: Renew, Validate, Cancel."""

from dataclasses import replace

import pytest
from lxml import etree

from support import token_elements
from support.trusting import Certificate, Password, Realm, Token, asking, pair_of
from xrm.sts import registration
from xrm.sts.adfs import parties
from xrm.sts.adfs.trust import certificates
from xrm.sts.audit import read_events
from xrm.sts.model import IssuanceRule
from xrm.sts.registration.people import set_user_enabled
from xrm.wire.saml import claim_types
from xrm.wire.saml.actor import ACTOR
from xrm.wire.wstrust import TRUST_13, TRUST_2005

ORG = "https://crm.contoso.example/"
CLEAR = "https://clear.contoso.example/"
BACK = "https://back.contoso.example/"
MARIA = Password("maria@contoso.example")
SERVICE = Password("CONTOSO\\service")
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
SAML11 = "urn:oasis:names:tc:SAML:1.0:assertion"


@pytest.fixture
def delegating(scene):
    """A service that may ask in the name of others at a party behind it, and Maria's token."""
    scene.realm.person("service")
    scene.back = scene.realm.party(BACK, encrypts=False, delegates=["Service@contoso.example"])
    scene.token = token_of(scene)
    return scene


def token_of(scene, address=CLEAR, by=MARIA):
    return scene.realm.ask(asking(applies_to=address, key="bearer"), by).response.token


def in_the_name_of(scene, how, *, by=SERVICE, token=None, address=BACK):
    shown = {how: scene.token if token is None else token}
    return scene.realm.ask(asking(applies_to=address, key="bearer", **shown), by)


def test_on_behalf_of_is_a_token_of_the_person(delegating):
    reply = in_the_name_of(delegating, "on_behalf_of")
    assertion = delegating.back.read(reply, delegating.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)
    assert assertion.values(ACTOR) == ()
    assert assertion.audiences == (BACK,)


def test_act_as_says_who_acts(delegating):
    reply = in_the_name_of(delegating, "act_as")
    assertion = delegating.back.read(reply, delegating.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)
    (actor,) = assertion.values(ACTOR)
    told = {one.get("AttributeName"): one[0].text for one in etree.fromstring(actor)}
    assert told["upn"] == "service@contoso.example"
    assert told["name"] == "CONTOSO\\service"
    assert read_events(delegating.service, limit=1)[0].client == "service@contoso.example"


def test_act_as_in_saml_2(delegating):
    request = asking(
        applies_to=BACK,
        key="bearer",
        act_as=delegating.token,
        token_type="urn:oasis:names:tc:SAML:2.0:assertion",
    )
    reply = delegating.realm.ask(request, SERVICE)
    assertion = delegating.back.read(reply, delegating.realm.certificates)
    (actor,) = assertion.values(ACTOR)
    assert claim_types.UPN in [one.get("Name") for one in etree.fromstring(actor)]


def test_actors_stand_in_one_another(delegating):
    """The service behind the service says who asked it."""
    delegating.realm.person("second")
    first = in_the_name_of(delegating, "act_as").response.token
    party = delegating.realm.party(
        "https://last.contoso.example/", encrypts=False, delegates=["second@contoso.example"]
    )
    by = Password("second@contoso.example")
    reply = in_the_name_of(delegating, "act_as", by=by, token=first, address=party.url)
    assertion = party.read(reply, delegating.realm.certificates)
    (actor,) = assertion.values(ACTOR)
    root = etree.fromstring(actor)
    assert root[0][0].text == "second@contoso.example"
    inner = etree.fromstring(root[-1][0].text)
    assert inner[0][0].text == "service@contoso.example"


def test_token_with_a_key_of_its_partys_is_shown_all_the_same(delegating):
    """The service opens the token it was given, and shows it: only the signature proves it."""
    reply = delegating.realm.ask(asking(applies_to=ORG), MARIA)
    opened = delegating.org.opened(reply.response.token)
    shown = in_the_name_of(delegating, "act_as", token=opened)
    assertion = delegating.back.read(shown, delegating.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)


@pytest.mark.parametrize(
    ("by", "address"),
    [(MARIA, BACK), (SERVICE, CLEAR), (SERVICE, ORG)],
)
@pytest.mark.parametrize("how", ["on_behalf_of", "act_as"])
def test_only_who_a_party_names_may_do_so(delegating, how, by, address):
    reply = in_the_name_of(delegating, how, by=by, address=address)
    assert reply.fault == ("Sender", f"{{{TRUST}}}FailedAuthentication")
    assert reply.reason.startswith("MSIS7068")


def changed(token):
    token.find(f".//{{{SAML11}}}AttributeValue").text = "admin@contoso.example"


def unsigned(token):
    token.remove(token.find("{http://www.w3.org/2000/09/xmldsig#}Signature"))


def comment(token):
    value = token.find(f".//{{{SAML11}}}AttributeValue")
    value.text = "maria@contoso"
    value.append(etree.Comment("x"))
    value[0].tail = ".example"


def other_issuer(token):
    token.set("Issuer", "http://other.example/adfs/services/trust")


@pytest.mark.parametrize("change", [changed, unsigned, other_issuer])
def test_token_that_was_changed_is_nobodys(delegating, change):
    change(delegating.token)
    reply = in_the_name_of(delegating, "on_behalf_of")
    assert reply.fault == ("Sender", f"{{{TRUST}}}InvalidSecurityToken")


def test_comment_does_not_cut_a_name(delegating):
    """What is read is what the signature covers: all of the text, without the comment."""
    comment(delegating.token)
    reply = in_the_name_of(delegating, "on_behalf_of")
    assertion = delegating.back.read(reply, delegating.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)


def evil(token):
    """Return a copy of an assertion that says it is about somebody else, without a signature."""
    copied = etree.fromstring(etree.tostring(token))
    changed(copied)
    unsigned(copied)
    return copied


def beside(token, copied):
    around = etree.Element(f"{{{SAML11}}}Assertion", copied.attrib)
    around.extend([copied, token])
    return around


def within_object(token, copied):
    signature = token.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    inner = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
    copied.append(etree.fromstring(etree.tostring(signature)))
    inner.append(etree.fromstring(etree.tostring(token)))
    return copied


def around_signed(token, copied):
    copied.append(token)
    return copied


def signature_moved(token, copied):
    signature = token.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    copied.append(signature)
    copied.append(token)
    return copied


def in_advice(token, copied):
    signature = token.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    advice = etree.SubElement(copied, f"{{{SAML11}}}Advice")
    advice.append(token)
    copied.append(signature)
    return copied


@pytest.mark.parametrize("wrap", [beside, within_object, around_signed, signature_moved, in_advice])
@pytest.mark.parametrize("renamed", [False, True])
def test_signature_wrapping(delegating, wrap, renamed):
    copied = evil(delegating.token)
    if renamed:
        copied.set("AssertionID", "_other")
    token = wrap(delegating.token, copied)
    reply = in_the_name_of(delegating, "on_behalf_of", token=token)
    assert reply.fault == ("Sender", f"{{{TRUST}}}InvalidSecurityToken")


def test_token_of_a_disabled_person_or_an_old_one(delegating):
    set_user_enabled(delegating.service, delegating.maria, enabled=False)
    assert in_the_name_of(delegating, "act_as").status == 500
    set_user_enabled(delegating.service, delegating.maria, enabled=True)
    delegating.clock.now += 3600 + 301
    assert in_the_name_of(delegating, "act_as").status == 500


def test_token_of_another_farm_of_the_service(delegating):
    tenant = registration.create_tenant(
        delegating.service, name="Fabrikam", domain="fabrikam.example"
    )
    other = Realm.open(delegating.world, tenant)
    other.person("piet")
    other.party(CLEAR, encrypts=False)
    request = asking(applies_to=CLEAR, key="bearer")
    token = other.ask(request, Password("piet@fabrikam.example")).response.token
    reply = in_the_name_of(delegating, "on_behalf_of", token=token)
    assert reply.fault == ("Sender", f"{{{TRUST}}}InvalidSecurityToken")


def test_both_at_once(delegating):
    request = asking(
        applies_to=BACK, key="bearer", act_as=delegating.token, on_behalf_of=token_of(delegating)
    )
    reply = delegating.realm.ask(request, SERVICE)
    assert reply.fault == ("Sender", f"{{{TRUST}}}InvalidRequest")


def later(scene, operation, token, *, by=MARIA, version=TRUST_13, **members):
    request = asking(version=version, operation=operation, target=token, **members)
    return scene.realm.ask(request, by)


@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_renewed_token_lives_on_from_now(scene, version):
    token = token_of(scene)
    scene.clock.now += 3000
    reply = later(scene, "renew", token, version=version)
    assert reply.root[0][0].text == version.response_action("renew")
    assertion = scene.clear.read(reply, scene.realm.certificates)
    assert assertion.values(claim_types.UPN) == ("maria@contoso.example",)
    assert assertion.not_before == scene.clock()
    assert assertion.not_on_or_after == scene.clock() + 3600
    # It does not make the sign-in younger.
    assert assertion.authenticated == scene.clock() - 3000
    event = read_events(scene.service, limit=1)[0]
    assert (event.operation, event.resource) == ("adfs.renew", CLEAR)


def test_renewed_token_follows_the_rules_of_now(scene):
    token = token_of(scene)
    rules = (
        IssuanceRule(claim=claim_types.UPN, source=claim_types.UPN),
        IssuanceRule(claim=claim_types.ROLE, value="Reader"),
    )
    parties.update(scene.service, scene.realm.farm, scene.clear.record.party_id, rules=rules)
    assertion = scene.clear.read(later(scene, "renew", token), scene.realm.certificates)
    assert assertion.values(claim_types.ROLE) == ("Reader",)
    assert assertion.values(claim_types.NAME) == ()


CANNOT_RENEW = ("Sender", f"{{{TRUST}}}UnableToRenew")


def test_token_that_has_expired_is_not_renewed(scene):
    token = token_of(scene)
    scene.clock.now += 3600
    assert later(scene, "renew", token).fault == CANNOT_RENEW


def test_token_of_somebody_else_is_not_renewed(scene):
    scene.realm.person("eve")
    reply = later(scene, "renew", token_of(scene), by=Password("eve@contoso.example"))
    assert reply.fault == CANNOT_RENEW


def test_token_only_its_party_can_read_is_not_renewed(scene):
    encrypted = scene.realm.ask(asking(applies_to=ORG), MARIA).response.token
    assert later(scene, "renew", encrypted).fault == CANNOT_RENEW
    opened = scene.org.opened(encrypted)
    assert later(scene, "renew", opened).fault == CANNOT_RENEW


def test_token_for_a_party_that_is_gone_is_not_renewed(scene):
    token = token_of(scene)
    parties.remove(scene.service, scene.realm.farm, scene.clear.record.party_id)
    assert later(scene, "renew", token).fault == CANNOT_RENEW


def test_token_with_a_public_key_keeps_it(scene):
    pair = pair_of("card")
    certificates.add(scene.service, scene.realm.farm, scene.maria, pair.der)
    request = asking(applies_to=CLEAR, key="public")
    token = scene.realm.ask(request, Certificate(pair)).response.token
    assertion = scene.clear.read(later(scene, "renew", token), scene.realm.certificates)
    public = pair.certificate.public_key().public_numbers()
    assert assertion.confirmation.key.public_numbers() == public


@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_validate_says_what_the_farm_believes(scene, version):
    token = token_of(scene)
    good = later(scene, "validate", token, version=version)
    assert good.response.status.code == version.status(valid=True)
    assert good.root[0][0].text == version.response_action("validate")
    changed(token)
    bad = later(scene, "validate", token, version=version)
    assert bad.response.status.code == version.status(valid=False)
    assert read_events(scene.service, limit=1)[0].operation == "adfs.validate"


def test_validate_reads_what_is_encrypted_to_the_farm(scene):
    token = scene.realm.signed_in(MARIA).element
    assert later(scene, "validate", token).response.status.code.endswith("/valid")
    stranger = token_elements.encrypt(token_of(scene), pair_of("stranger").der)
    assert later(scene, "validate", stranger).response.status.code.endswith("/invalid")


def test_validate_does_not_exchange_tokens(scene):
    kind = "urn:oasis:names:tc:SAML:2.0:assertion"
    reply = later(scene, "validate", token_of(scene), token_type=kind)
    assert reply.fault == ("Sender", f"{{{TRUST}}}RequestFailed")


@pytest.mark.parametrize("version", [TRUST_13, TRUST_2005])
def test_cancelled_token_counts_for_nothing(scene, version):
    token = token_of(scene)
    reply = later(scene, "cancel", token, version=version)
    assert reply.response.cancelled
    assert reply.root[0][0].text == version.response_action("cancel")
    assert read_events(scene.service, limit=1)[0].operation == "adfs.cancel"
    assert later(scene, "validate", token).response.status.code.endswith("/invalid")
    assert later(scene, "renew", token).fault == CANNOT_RENEW
    assert later(scene, "cancel", token).fault == ("Sender", f"{{{TRUST}}}InvalidSecurityToken")
    # Others of hers still do.
    assert later(scene, "validate", token_of(scene)).response.status.code.endswith("/valid")


def test_token_for_the_farm_that_was_cancelled_signs_in_no_more(scene):
    token = scene.realm.signed_in(MARIA)
    assert later(scene, "cancel", token.element).response.cancelled
    again = Token(token.element, token.key)
    assert scene.realm.ask(asking(applies_to=CLEAR, key="bearer"), again).status == 500


def test_token_of_somebody_else_is_not_cancelled(scene):
    scene.realm.person("eve")
    token = token_of(scene)
    reply = later(scene, "cancel", token, by=Password("eve@contoso.example"))
    assert reply.fault == ("Sender", f"{{{TRUST}}}InvalidSecurityToken")
    assert later(scene, "validate", token).response.status.code.endswith("/valid")


@pytest.mark.parametrize("operation", ["renew", "validate", "cancel"])
def test_nothing_is_done_for_strangers(scene, operation):
    reply = later(scene, operation, token_of(scene), by=replace(MARIA, password="no"))
    assert reply.fault == ("Sender", f"{{{TRUST}}}FailedAuthentication")
    assert read_events(scene.service, limit=1)[0].operation == f"adfs.{operation}"
