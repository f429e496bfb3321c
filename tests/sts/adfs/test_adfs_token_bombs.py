"""Tokens and messages that are bombs or oracles, too long, of another kind, or for another."""

import base64
from collections.abc import Sequence

import pytest
from lxml import etree

from support import token_elements
from support.partners import (
    CLEAR,
    FAILED,
    GOOD,
    INSECURE,
    INVALID,
    MARIA,
    PLACE,
    SECRET,
    befriend,
    genuine,
    hidden,
    sign_in,
    speak_for,
    text,
    written,
)
from support.trusting import SOAP, Certificate, Password, Token, asking, pair_of
from support.working import broken, cut_off, flipped, watched
from xrm.sts.adfs.trust import certificates
from xrm.wire import xmlenc
from xrm.wire.soap.envelope import WSSE
from xrm.wire.soap.versions import ADDRESSING

XENC = "http://www.w3.org/2001/04/xmlenc#"


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
    pair = befriend(scene, "partner", "another of the partner")
    farm = scene.realm.farm
    good = etree.fromstring(hidden(scene, genuine(scene, pair)))
    if rotated:
        scene.service.parts.farm_keys.rotate(farm)
    cases: dict[str, str] = {
        "signed by a stranger": hidden(scene, genuine(scene, pair_of("stranger"))),
        "of an unknown issuer": hidden(scene, genuine(scene, pair, issuer="urn:nobody")),
        "in the farm's name": hidden(scene, genuine(scene, pair, issuer=farm.identifier)),
        "unsigned": hidden(scene, token_elements.write(written(scene))),
        "to somebody else": text(token_elements.encrypt(genuine(scene, pair), pair.der)),
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
    pair = befriend(scene)
    token = text(genuine(scene, pair, authenticated=scene.clock() + 40 * 86_400))
    reply = sign_in(scene, token)
    assertion = scene.clear.read(reply, scene.realm.certificates)
    assert assertion.authenticated == scene.clock()
