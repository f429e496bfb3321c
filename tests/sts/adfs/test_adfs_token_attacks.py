"""Tokens that were tampered with, where a farm takes any: to sign in with, and of other people.

All that is tried ends in one fault.
"""

import base64
import copy
import hmac
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from support import token_elements
from support.partners import (
    CLEAR,
    EVE,
    FAILED,
    GOOD,
    INSECURE,
    INVALID,
    ROOT,
    TRUST,
    about,
    befriend,
    genuine,
    hidden,
    sign_in,
    speak_for,
    text,
    written,
)
from support.saml_tokens import computed, key_of, template
from support.trusting import Password, Realm
from support.wrapped_tokens import BESIDE, DS, KINDS, SIGNATURE, wrapped
from xrm.sts import registration
from xrm.wire.saml.names import SAML11

MORE = "http://www.w3.org/2001/04/xmldsig-more#"


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
    evil = token_elements.write(written(shared, ROOT, version=version))
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
    token = computed(template(token_elements.write(written(shared)), **form), key_of(partner))
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
    eve, root = genuine(shared, partner), token_elements.write(written(shared, ROOT, id="_root"))
    for pair in ((eve, root), (root, eve), (eve, eve)):
        assert sign_in(shared, "".join(map(text, pair))).fault == INSECURE
        hide = "".join(hidden(shared, each) for each in pair)
        assert sign_in(shared, hide).fault == INSECURE
        assert sign_in(shared, text(pair[0]) + hidden(shared, pair[1])).fault == INSECURE


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
    party = realm.party(CLEAR, encrypts=False)
    there = SimpleNamespace(realm=realm, clock=scene.clock, service=scene.service, clear=party)
    pair = befriend(there)
    for name in ("FABR\u0131KAM\\grace", "grace@fabr\u0131kam.example"):
        assert sign_in(there, text(genuine(there, pair, name))).fault == FAILED
    for name in (EVE, "PARTNER\\j\u00fcrgen", "PARTNER\\fabrikam", "j\u00fcrgen@partner.example"):
        assert about(there, sign_in(there, text(genuine(there, pair, name)))) == name
