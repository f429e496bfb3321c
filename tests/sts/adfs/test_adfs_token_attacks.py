"""Tokens that were tampered with, where a farm takes any: to sign in with, and of other people.

An attacker has a token of a trusted partner about Eve, and wants to be Root. All that is tried
ends in one fault, and in one class of work.
"""

import base64
import copy
import hmac
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from support.saml_tokens import computed, key_of, template
from support.trusting import SOAP, Certificate, Password, Realm, Reply, Token, asking, pair_of
from support.working import broken, cut_off, flipped, watched
from support.wrapped_tokens import BESIDE, DS, KINDS, SIGNATURE, wrapped
from xrm.sts import registration
from xrm.sts.adfs import providers
from xrm.sts.adfs.trust import certificates
from xrm.wire import saml, xmlenc
from xrm.wire.saml import Assertion, Claim, Confirmation, claim_types
from xrm.wire.saml.names import PASSWORD as BY_PASSWORD
from xrm.wire.saml.names import SAML11
from xrm.wire.soap.envelope import WSSE
from xrm.wire.soap.versions import ADDRESSING

CLEAR = "https://clear.contoso.example/"
BACK = "https://behind.contoso.example/"
PARTNER = "http://partner.example/adfs/services/trust"
EVE, ROOT = "eve@partner.example", "root@partner.example"
SECRET = bytes(range(32))
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
FAILED = ("Sender", f"{{{TRUST}}}FailedAuthentication")
INVALID = ("Sender", f"{{{TRUST}}}InvalidSecurityToken")
INSECURE = ("Sender", f"{{{WSSE}}}InvalidSecurity")
GOOD = asking(applies_to=CLEAR, key="bearer")
XENC = "http://www.w3.org/2001/04/xmlenc#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SERVICE = Password("broker@contoso.example")
MARIA = Password("maria@contoso.example")
PLACE = "<place/>"


@pytest.fixture(scope="module")
def partner(shared):
    """A trusted partner, and a person who may ask in the name of others."""
    pair = pair_of("token attacks")
    providers.add(
        shared.service,
        shared.realm.farm,
        name="Partner of attackers",
        identifier=PARTNER,
        certificates=[pair.certificate_pem],
    )
    shared.realm.person("broker")
    shared.back = shared.realm.party(BACK, encrypts=False, delegates=[SERVICE.name])
    return pair


def written(scene, name: str = EVE, **changes: Any) -> Assertion:
    """Return what the partner says of somebody who holds SECRET."""
    now = scene.clock()
    certificate = scene.service.parts.farm_keys.certificate(scene.realm.farm)
    return Assertion(
        **{
            "id": "_genuine",
            "issuer": PARTNER,
            "issued": now,
            "not_before": now,
            "not_on_or_after": now + 600,
            "audiences": (scene.realm.farm.identifier,),
            "confirmation": Confirmation(
                kind="holder-of-key", secret=SECRET, certificate=certificate
            ),
            "claims": (Claim(claim_types.UPN, (name,)),),
            "method": BY_PASSWORD,
            "authenticated": now,
            **changes,
        }
    )


def genuine(scene, pair, name: str = EVE, **changes: Any) -> etree._Element:
    """Return such a token, signed."""
    return saml.sign(written(scene, name, **changes), key=pair.private_key, certificate=pair.der)


def text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)


def hidden(scene, element: etree._Element) -> str:
    """Return a token encrypted to the farm."""
    certificate = scene.service.parts.farm_keys.certificate(scene.realm.farm)
    return text(xmlenc.encrypt(element, certificate))


def sign_in(scene, tokens: str, more: str = "") -> Reply:
    """Return the answer to who shows these texts as a token, signed with SECRET."""
    by = Token(etree.fromstring(PLACE), SECRET)
    body = etree.tostring(scene.realm.message(GOOD, by), encoding="unicode")
    assert PLACE in body
    body = body.replace(PLACE, tokens).replace("</s:Header>", f"{more}</s:Header>")
    return scene.realm.post(scene.realm.path(GOOD, by), body.encode())


def speak_for(scene, tokens: str) -> Reply:
    """Return the answer to who asks in the name of whom these texts are about."""
    request = asking(applies_to=BACK, key="bearer", on_behalf_of=etree.fromstring(PLACE))
    body = etree.tostring(scene.realm.message(request, SERVICE), encoding="unicode")
    assert PLACE in body
    path = scene.realm.path(request, SERVICE)
    return scene.realm.post(path, body.replace(PLACE, tokens).encode())


def about(scene, reply: Reply, party: Any = None) -> str:
    """Return whom an issued token is about."""
    assertion = (party or scene.clear).read(reply, scene.realm.certificates)
    return str(assertion.values(claim_types.UPN)[0])


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_the_genuine_token_is_taken_in_both_places(shared, partner, version):
    token = genuine(shared, partner, version=version)
    assert about(shared, sign_in(shared, text(token))) == EVE
    assert about(shared, sign_in(shared, hidden(shared, token))) == EVE
    assert about(shared, speak_for(shared, text(token)), shared.back) == EVE


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_wrapping_makes_another_of_a_token(shared, partner, kind, version):
    token = genuine(shared, partner, version=version)
    evil = saml.write(written(shared, ROOT, version=version))
    shown = wrapped(kind, token, evil)
    assert len(shown) == (2 if kind in BESIDE else 1)
    signed_in, spoken = sign_in(shared, "".join(shown)), speak_for(shared, "".join(shown))
    if kind == 7:
        # The evil one stands where nobody looks: what is believed is the genuine one.
        assert about(shared, signed_in) == EVE
        assert spoken.fault == ("Sender", f"{{{TRUST}}}InvalidRequest")
        return
    assert signed_in.fault == (INSECURE if kind in BESIDE else FAILED)
    refused = ("Sender", f"{{{TRUST}}}InvalidRequest") if kind in BESIDE else INVALID
    assert spoken.fault == refused
    if kind not in BESIDE:
        assert sign_in(shared, hidden(shared, etree.fromstring(shown[0]))).fault == FAILED


def part(element: etree._Element, *place: int) -> etree._Element:
    """Return a part of the signature of a token."""
    found = element.find(SIGNATURE)
    assert found is not None
    for at in place:
        found = found[at]
    return found


def attribute(value: str, *place: int, name: str = "Algorithm") -> Callable[[Any], None]:
    def change(token: etree._Element) -> None:
        part(token, *place).set(name, value)

    return change


def stripped(token: etree._Element) -> None:
    token.remove(part(token))


def emptied(token: etree._Element) -> None:
    part(token, 1).text = ""


def doubled(token: etree._Element) -> None:
    token.append(copy.deepcopy(part(token)))


def transformed(token: etree._Element) -> None:
    xslt = {"Algorithm": "http://www.w3.org/TR/1999/REC-xslt-19991116"}
    etree.SubElement(part(token, 0, 2, 0), f"{{{DS}}}Transform", xslt)


def renamed(token: etree._Element) -> None:
    (value,) = token.iter("{*}AttributeValue")
    value.text = ROOT


def prolonged(token: etree._Element) -> None:
    token.find("{*}Conditions").set("NotOnOrAfter", "2099-01-01T00:00:00.000Z")  # type: ignore[union-attr]


def without_audience(token: etree._Element) -> None:
    conditions = token.find("{*}Conditions")
    assert conditions is not None
    conditions.remove(conditions[0])


def confirmed_by_bearer(token: etree._Element) -> None:
    confirmation = next(token.iter(f"{{{SAML11}}}SubjectConfirmation"))
    confirmation[0].text = "urn:oasis:names:tc:SAML:1.0:cm:bearer"
    confirmation.remove(confirmation[1])


CHANGES = [
    stripped,
    emptied,
    doubled,
    transformed,
    renamed,
    prolonged,
    without_audience,
    confirmed_by_bearer,
    attribute(f"{DS}rsa-sha1", 0, 1),
    attribute(f"{MORE}rsa-sha512", 0, 1),
    attribute(f"{DS}hmac-sha1", 0, 1),
    attribute(f"{MORE}hmac-sha256", 0, 1),
    attribute(f"{DS}sha1", 0, 2, 1),
    attribute("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", 0, 0),
    attribute("", 0, 2, name="URI"),
    attribute("#_other", 0, 2, name="URI"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_token_that_was_changed_is_refused(shared, partner, number):
    token = genuine(shared, partner)
    CHANGES[number](token)
    assert sign_in(shared, text(token)).fault == FAILED
    assert sign_in(shared, hidden(shared, token)).fault == FAILED
    assert speak_for(shared, text(token)).fault == INVALID


@pytest.mark.parametrize(
    "form",
    [
        {"method": f"{DS}rsa-sha1"},
        {"method": f"{MORE}rsa-sha512"},
        {"digest": f"{DS}sha1"},
        {"canonical": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
        {"transforms": (f"{DS}enveloped-signature",)},
        {"address": ""},
    ],
    ids=lambda form: next(iter(form)),
)
def test_a_genuine_signature_of_another_form_is_refused(shared, partner, form):
    token = computed(template(saml.write(written(shared)), **form), key_of(partner))
    assert sign_in(shared, text(token)).fault == FAILED
    assert speak_for(shared, text(token)).fault == INVALID


@pytest.mark.parametrize("secret", ["certificate", "PEM", "public key"])
@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_an_hmac_with_the_partners_public_key_is_no_signature(shared, partner, secret, digest):
    token = genuine(shared, partner, ROOT)
    public = partner.private_key.public_key()
    known = {
        "certificate": partner.der,
        "PEM": partner.certificate_pem,
        "public key": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }[secret]
    attribute({"sha1": f"{DS}hmac-sha1", "sha256": f"{MORE}hmac-sha256"}[digest], 0, 1)(token)
    octets = etree.tostring(part(token, 0), method="c14n", exclusive=True)
    part(token, 1).text = base64.b64encode(hmac.digest(known, octets, digest)).decode()
    assert sign_in(shared, text(token)).fault == FAILED
    assert speak_for(shared, text(token)).fault == INVALID


def test_comments_and_sections_do_not_cut_a_name(shared, partner):
    long = f"{ROOT}.evil.example"
    token = text(genuine(shared, partner, long))
    for name in (
        f"{ROOT}<!-- -->.evil.example",
        f"{ROOT}<![CDATA[.evil.example]]>",
        f"<![CDATA[{ROOT}]]>.evil.example",
    ):
        changed = token.replace(long, name)
        assert changed != token
        # What is read is all of the text: what was signed.
        assert about(shared, sign_in(shared, changed)) == long
    assert sign_in(shared, token.replace(long, f"{ROOT}<?x y?>.evil.example")).status == 400
    assert sign_in(shared, token.replace(long, f"<![CDATA[{ROOT}]]>")).fault == FAILED


@pytest.mark.parametrize(
    "name",
    [
        "maria<!-- -->@contoso.example",
        "<![CDATA[maria@contoso]]>.example",
        "<![CDATA[maria@contoso.example]]>",
    ],
)
def test_the_name_of_a_password_is_whole_as_well(shared, name):
    by = Password("maria@contoso.example")
    body = etree.tostring(shared.realm.message(GOOD, by), encoding="unicode")
    path = shared.realm.path(GOOD, by)
    spelled = body.replace(">maria@contoso.example<", f">{name}<")
    assert spelled != body
    assert shared.realm.post(path, spelled.encode()).status == 200
    longer = body.replace(">maria@contoso.example<", f">{name}<!-- -->.evil.example<")
    assert shared.realm.post(path, longer.encode()).fault == FAILED


@pytest.mark.parametrize("name", ["AssertionID", "ID", "Id", "xml:id", "Evilid"])
def test_an_id_that_stands_twice_in_the_message_is_refused(shared, partner, name):
    token = text(genuine(shared, partner))
    twice = f'<x:Other xmlns:x="urn:x" {name}="_genuine"/>'
    assert sign_in(shared, token, twice).fault == FAILED
    assert about(shared, sign_in(shared, token, twice.replace("_genuine", "_else"))) == EVE


def test_one_token_stands_in_a_message(shared, partner):
    eve, root = genuine(shared, partner), saml.write(written(shared, ROOT, id="_root"))
    for pair in ((eve, root), (root, eve), (eve, eve)):
        assert sign_in(shared, "".join(map(text, pair))).fault == INSECURE
        hide = "".join(hidden(shared, each) for each in pair)
        assert sign_in(shared, hide).fault == INSECURE
        assert sign_in(shared, text(pair[0]) + hidden(shared, pair[1])).fault == INSECURE


def octets_hidden(scene, octets: bytes) -> str:
    """Return the EncryptedData of what need not be XML."""
    token = etree.fromstring(hidden(scene, etree.fromstring("<a/>")))
    key = scene.service.parts.farm_keys.private(scene.realm.farm)[0]
    wrapped_key, value = token.iter(f"{{{XENC}}}CipherValue")
    secret = key.decrypt(base64.b64decode(wrapped_key.text or ""), xmlenc._OAEP)
    algorithm = xmlenc._CIPHERS[f"{XENC}aes256-cbc"]
    value.text = base64.b64encode(xmlenc._encrypted(algorithm, secret, octets)).decode()
    return text(token)


BOMBS = {
    "entities": b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    "depth": b"<a>" * 200 + b"</a>" * 200,
    "elements": b"<a>" + b"<b/>" * 20_000 + b"</a>",
    "no XML": b"no XML at all",
    "nothing": b"",
    "another element": b"<a/>",
    "a token in a token": b'<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>',
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_encrypted_is_no_bomb(shared, partner, name):
    token = octets_hidden(shared, BOMBS[name])
    assert sign_in(shared, token).fault == FAILED
    assert speak_for(shared, token).fault == INVALID


@pytest.fixture
def work(monkeypatch):
    return watched(monkeypatch)


@pytest.mark.parametrize("rotated", [False, True], ids=["one key", "two keys"])
def test_whatever_is_wrong_takes_the_same_work(scene, work, rotated):
    """No oracle: what cannot be opened, is no token, or is nobody's, looks and works alike."""
    pair = pair_of("token attacks")
    theirs = [pair.certificate_pem, pair_of("another of the partner").certificate_pem]
    providers.add(
        scene.service, scene.realm.farm, name="P", identifier=PARTNER, certificates=theirs
    )
    farm = scene.realm.farm
    good = etree.fromstring(hidden(scene, genuine(scene, pair)))
    if rotated:
        scene.service.parts.farm_keys.rotate(farm)
    cases: dict[str, str] = {
        "signed by a stranger": hidden(scene, genuine(scene, pair_of("stranger"))),
        "of an unknown issuer": hidden(scene, genuine(scene, pair, issuer="urn:nobody")),
        "in the farm's name": hidden(scene, genuine(scene, pair, issuer=farm.identifier)),
        "unsigned": hidden(scene, saml.write(written(scene))),
        "to somebody else": text(xmlenc.encrypt(genuine(scene, pair), pair.der)),
        "the key broken": text(broken(good, 0, flipped(0))),
        "the key's end broken": text(broken(good, 0, flipped(-1))),
        "the vector broken": text(broken(good, 1, flipped(0))),
        "the middle broken": text(broken(good, 1, flipped(400))),
        "the padding broken": text(broken(good, 1, flipped(-17))),
        "the end broken": text(broken(good, 1, flipped(-1))),
        "cut off": text(broken(good, 1, cut_off)),
        **{name: octets_hidden(scene, octets) for name, octets in BOMBS.items()},
    }
    seen: dict[str, tuple[bytes, Sequence[str]]] = {}
    for name, token in cases.items():
        del work[:]
        by = Token(etree.fromstring(PLACE), SECRET)
        envelope = scene.realm.message(GOOD, by, message_id="urn:uuid:7")
        body = etree.tostring(envelope, encoding="unicode").replace(PLACE, token)
        reply = scene.realm.post(scene.realm.path(GOOD, by), body.encode(), headers=SOAP)
        seen[name] = reply.http.body, tuple(work)
    first = next(iter(seen.values()))
    keys = 2 if rotated else 1
    signing = len(scene.realm.certificates)
    assert first[1] == ("unwrap", "parsed") * keys + ("signed_by",) * signing
    assert {name: answer for name, answer in seen.items() if answer != first} == {}


def test_an_access_token_is_nobody_to_speak_for(shared, partner):
    jwt = base64.b64encode(b"eyJhbGciOiJSUzI1NiJ9.e30.c2ln").decode()
    kind = "urn:ietf:params:oauth:token-type:jwt"
    shown = (
        f'<o:BinarySecurityToken xmlns:o="{WSSE}" ValueType="{kind}">{jwt}</o:BinarySecurityToken>'
    )
    assert speak_for(shared, shown).fault == INVALID
    assert sign_in(shared, shown).fault == INSECURE


LONG = "x" * 60_000


@pytest.mark.parametrize(
    "change",
    [
        {"applies_to": f"https://{LONG}/"},
        {"applies_to": f"{CLEAR}{LONG}"},
        {"token_type": f"urn:{LONG}"},
        {"context": LONG},
        {"key": "symmetric", "computed_key": f"urn:{LONG}"},
    ],
    ids=lambda change: list(change)[-1],
)
def test_members_that_are_too_long(shared, change):
    """Nothing of the length comes back, and nothing breaks."""
    reply = shared.realm.ask(asking(**{**{"applies_to": CLEAR, "key": "bearer"}, **change}), MARIA)
    assert len(reply.http.body) < 8000
    assert reply.fault[0] == "Sender"


@pytest.mark.parametrize(
    "by", [Password(LONG), Password("maria@contoso.example", LONG), Password(f"CONTOSO\\{LONG}")]
)
def test_names_and_passwords_that_are_too_long(shared, by):
    reply = shared.realm.ask(GOOD, by)
    assert reply.fault == ("Sender", f"{{{WSSE}}}InvalidSecurityToken")


def test_an_id_of_a_message_that_is_too_long(shared):
    """It is what an answer relates to: as long as a request may be, and no secret."""
    reply = shared.realm.ask(GOOD, MARIA, message_id=f"urn:{LONG}")
    assert reply.status == 200
    assert reply.root.findtext(f".//{{{ADDRESSING}}}RelatesTo") == f"urn:{LONG}"


@pytest.mark.parametrize(
    "name",
    [
        "maria@conto\u017fo.example",
        "maria@CONTO\u017fO.example",
        "maria@\uff43ontoso.example",
        "maria@contoso\u3002example",
        "CONTO\u017fO\\maria",
        "\uff23ONTOSO\\maria",
        "conto\u017fo.example\\maria",
        "PARTNER\\maria@contoso.example",
        "CONTOSO\\maria@partner.example",
    ],
)
def test_a_partner_does_not_speak_for_names_that_fold_to_the_farms_own(shared, partner, name):
    """Who reads the token may compare names in another way: a long s is an s to some."""
    assert sign_in(shared, text(genuine(shared, partner, name))).fault == FAILED


def test_letters_that_become_others_in_capitals_are_those(scene):
    """A dotless i is an I in capitals, and as NetBIOS names are compared."""
    tenant = registration.create_tenant(scene.service, name="Fabrikam", domain="fabrikam.example")
    realm = Realm.open(scene.world, tenant)
    pair = pair_of("token attacks")
    providers.add(
        scene.service,
        realm.farm,
        name="P",
        identifier=PARTNER,
        certificates=[pair.certificate_pem],
    )
    party = realm.party(CLEAR, encrypts=False)
    there = SimpleNamespace(realm=realm, clock=scene.clock, service=scene.service, clear=party)
    for name in ("FABR\u0131KAM\\grace", "grace@fabr\u0131kam.example"):
        assert sign_in(there, text(genuine(there, pair, name))).fault == FAILED
    for name in (EVE, "PARTNER\\j\u00fcrgen", "PARTNER\\fabrikam", "j\u00fcrgen@partner.example"):
        assert about(there, sign_in(there, text(genuine(there, pair, name)))) == name


@pytest.mark.parametrize("path", ["/fabrikam.example/adfs", "/adfs.evil", ""])
def test_a_certificates_message_for_another_service_is_not_passed_on(scene, path):
    """Its key signs whom it is for; whoever that was could send it here."""
    pair = pair_of("card")
    certificates.add(scene.service, scene.realm.farm, scene.maria, pair.der)
    by = Certificate(pair)
    here = scene.realm.path(GOOD, by)
    elsewhere = here.replace("/adfs", path, 1)
    passed_on = etree.tostring(scene.realm.message(GOOD, by, path=elsewhere))
    assert scene.realm.post(here, passed_on).fault == INSECURE
    meant = etree.tostring(scene.realm.message(GOOD, by, path=here))
    assert scene.realm.post(here, meant).status == 200


def test_a_sign_in_of_the_future_is_not_worth_tokens_for_ever(scene):
    pair = pair_of("token attacks")
    providers.add(
        scene.service,
        scene.realm.farm,
        name="P",
        identifier=PARTNER,
        certificates=[pair.certificate_pem],
    )
    token = text(genuine(scene, pair, authenticated=scene.clock() + 40 * 86_400))
    reply = sign_in(scene, token)
    assertion = scene.clear.read(reply, scene.realm.certificates)
    assert assertion.authenticated == scene.clock()
