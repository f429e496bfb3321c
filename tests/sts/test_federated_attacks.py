"""Assertions that are made up, changed or built to harm, at the SAML-bearer grant."""

import base64
import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from support import token_elements
from support.federating import AUDIENCE, SAML_20, Federated, federated, immutable, packed
from support.saml_tokens import DS, arrived, computed, key_of, pair, signature_of, template
from xrm.wire import saml
from xrm.wire.saml.names import SAML11, SAML20

GRANT = "invalid_grant"
VERSIONS: tuple[saml.Version, ...] = ("1.1", "2.0")
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory, build_world: Any) -> Iterator[Federated]:
    """A federated tenant whose people are asked for nothing here: every attack is refused."""
    with federated(build_world, tmp_path_factory.mktemp("federated")) as found:
        yield found


def refused(realm: Federated, token: "etree._Element | str", number: int) -> None:
    """The assertion earns nothing, and the refusal says why by its number alone."""
    assert realm.redeem(token).refusal == (400, GRANT, number)


def named_otherwise(element: etree._Element, name: str) -> etree._Element:
    """Return an assertion with another id, without its signature."""
    changed = copy.deepcopy(element)
    changed.remove(signature_of(changed))
    changed.set("ID" if changed.get("ID") else "AssertionID", name)
    return changed


def about_another(realm: Federated, element: etree._Element) -> etree._Element:
    """Return an assertion in which the person's names are another's."""
    text = etree.tostring(element).decode()
    other = text.replace(immutable(realm.fred), immutable(realm.maria))
    return etree.fromstring(other.replace("fred@corp.contoso.example", "ann@corp.contoso.example"))


def within(place: str) -> Callable[[etree._Element, etree._Element], None]:
    """Return what hides the genuine assertion in the made-up one."""

    def advice(evil: etree._Element, genuine: etree._Element) -> None:
        namespace = etree.QName(evil).namespace
        hidden = etree.Element(f"{{{namespace}}}Advice")
        hidden.append(genuine)
        evil.insert(3 if namespace == SAML20 else 1, hidden)

    def first(evil: etree._Element, genuine: etree._Element) -> None:
        evil.insert(0, genuine)

    def last(evil: etree._Element, genuine: etree._Element) -> None:
        evil.append(genuine)

    def an_object(evil: etree._Element, genuine: etree._Element) -> None:
        signature = copy.deepcopy(signature_of(genuine))
        bare = copy.deepcopy(genuine)
        bare.remove(signature_of(bare))
        held = etree.SubElement(signature, f"{{{DS}}}Object")
        held.append(bare)
        evil.append(signature)

    return {"advice": advice, "first": first, "last": last, "object": an_object}[place]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", ["advice", "first", "last", "object"])
@pytest.mark.parametrize("same_id", [True, False])
def test_a_signature_of_something_else_in_it(
    realm: Federated, version: saml.Version, place: str, same_id: bool
) -> None:
    genuine = arrived(realm.token(version))
    own = genuine.get("ID") or genuine.get("AssertionID")
    evil = about_another(realm, named_otherwise(genuine, own if same_id else "_evil"))
    within(place)(evil, genuine)
    refused(realm, evil, 50013)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_genuine_one_around_a_made_up_one(realm: Federated, version: saml.Version) -> None:
    genuine = arrived(realm.token(version))
    evil = about_another(realm, named_otherwise(genuine, "_evil"))
    held = etree.SubElement(signature_of(genuine), f"{{{DS}}}Object")
    held.append(evil)
    refused(realm, genuine, 50013)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_signature_that_is_not_of_its_key(realm: Federated, version: saml.Version) -> None:
    genuine = arrived(realm.token(version))
    refused(realm, named_otherwise(genuine, "_bare"), 50013)
    refused(realm, realm.token(version, key="somebody else"), 50013)
    bare = named_otherwise(genuine, "_other")
    # By the certificate's own key, but not by what is demanded.
    old = template(bare, method=RSA_SHA1, digest=SHA1)
    refused(realm, computed(old, key_of(pair("corp"))), 50013)
    half = template(bare, digest=SHA1)
    refused(realm, computed(half, key_of(pair("corp"))), 50013)
    everything = template(bare, address="")
    refused(realm, computed(everything, key_of(pair("corp"))), 50013)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_key_of_its_own_in_it_counts_for_nothing(realm: Federated, version: saml.Version) -> None:
    """The certificate shown is the federated one, the signature another key's, and the reverse."""
    forged = realm.token(version, key="somebody else")
    shown = forged.find(f".//{{{DS}}}X509Certificate")
    assert shown is not None
    shown.text = base64.b64encode(pair("corp").der).decode()
    refused(realm, forged, 50013)


@pytest.mark.parametrize("version", VERSIONS)
def test_two_signatures(realm: Federated, version: saml.Version) -> None:
    genuine = arrived(realm.token(version))
    genuine.append(copy.deepcopy(signature_of(genuine)))
    refused(realm, genuine, 50013)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_comment_cuts_no_name_short(realm: Federated, version: saml.Version) -> None:
    """Comments are not signed: with one in it a name is read whole, as it was signed."""
    text = etree.tostring(realm.token(version, id=f"_comment-{version}")).decode()
    name = immutable(realm.fred)
    changed = text.replace(name, f"{name[:6]}<!-- -->{name[6:]}")
    assert changed != text
    reply = realm.redeem(etree.fromstring(changed))
    assert reply.status == 200, reply.document
    within_data = text.replace(name, f"<![CDATA[{name[:6]}]]>{name[6:]}")
    assert within_data != text
    refused(realm, etree.fromstring(within_data), 50008)  # it was redeemed already: the same one


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE b [<!ENTITY l0 "lol">{ENTITIES}]><Assertion xmlns="{SAML11}">&l9;</Assertion>'
OUTSIDE = f'<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><A xmlns="{SAML11}">&x;</A>'


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        OUTSIDE,
        f'<!DOCTYPE b SYSTEM "https://evil.example/b.dtd"><A xmlns="{SAML11}"/>',
        f'<?xml-stylesheet href="https://evil.example/"?><A xmlns="{SAML11}"/>',
        "<a>" * 50 + "</a>" * 50,
        f'<A xmlns="{SAML11}">{"<b/>" * 3000}</A>',
        f'<A xmlns="{SAML11}">{"x" * 45_000}</A>',
        "<Assertion/>",
        "no xml at all",
        "<a",
        "\x00",
    ],
)
def test_what_is_no_assertion(realm: Federated, text: str) -> None:
    refused(realm, base64.urlsafe_b64encode(text.encode()).decode(), 50008)


@pytest.mark.parametrize("text", ["%%%", "a", "ä", "eyJhbGciOiJub25lIn0.e30.", "A" * 60_000])
def test_what_is_not_even_base64(realm: Federated, text: str) -> None:
    refused(realm, text, 50008)


def test_what_is_too_large(realm: Federated) -> None:
    assert realm.redeem("A" * 90_000).refusal == (413, "invalid_request", 9002313)


def test_an_encrypted_one_is_for_nobody_here(realm: Federated) -> None:
    token = token_elements.encrypt(arrived(realm.token()), pair("corp").der)
    refused(realm, token, 50008)


def test_an_assertion_around_it_is_not_its_own(realm: Federated) -> None:
    token = arrived(realm.token())
    body = etree.Element("{http://schemas.xmlsoap.org/ws/2005/02/trust}RequestedSecurityToken")
    body.append(token)
    refused(realm, body, 50008)


def test_either_grant_takes_either_version(realm: Federated) -> None:
    """The libraries choose the grant by the token's type; what counts is the assertion."""
    reply = realm.redeem(realm.token("1.1", id="_of-the-other"), grant_type=SAML_20)
    assert reply.status == 200, reply.document


def test_what_stands_outside_the_signature_is_not_read(realm: Federated) -> None:
    """An issuer that only the unsigned form says decides nothing."""
    token = realm.token("2.0")
    second = etree.Element(f"{{{SAML20}}}Issuer")
    second.text = "http://elsewhere.example"
    token.insert(0, second)
    assert realm.redeem(token).refusal == (400, GRANT, 50107)
    token = realm.token("2.0")
    token.set("Issuer", "http://elsewhere.example")
    assert realm.redeem(token).refusal == (400, GRANT, 50107)
    token = realm.token("2.0", issuer="http://elsewhere.example")
    token.set("Issuer", "http://sts.corp.example/adfs/services/trust")
    assert realm.redeem(token).refusal == (400, GRANT, 50013)


def test_refusals_tell_nothing_of_the_token(realm: Federated) -> None:
    text = packed(realm.token(audiences=(f"{AUDIENCE}.evil",)))
    said = realm.redeem(text).text
    assert "evil" not in said
    assert immutable(realm.fred) not in said
