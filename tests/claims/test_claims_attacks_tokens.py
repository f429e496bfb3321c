"""Tokens that prove nothing here, one attack each: all of them get the same fault."""

import base64
import copy
import hmac
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from support.claiming import (
    ALICE,
    DSIG,
    ISSUER,
    MARIA,
    NAME,
    UPN,
    WSSE,
    Claims,
    adfs_token,
    encrypted,
    holder,
    text,
)
from support.claims_refused import FAILED, INVALID, bearing, refusal
from support.estate import STS, URL, signing_key
from xrm.wire import saml

BEARER = saml.Confirmation()
SAML11 = "urn:oasis:names:tc:SAML:1.0:assertion"


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": f"{ISSUER}/"},
        {"issuer": "https://localhost:8443/adfs/services/trust"},
        {"issuer": "http://localhost:8443/fabrikam.example/adfs/services/trust"},
        {"issuer": f"{STS}/adfs"},
        {"audiences": ()},
        {"audiences": (URL.rstrip("/"),)},
        {"audiences": (URL.upper(),)},
        {"audiences": ("https://other.example/",)},
        {"audiences": (f"{URL}fabrikam/",)},
        {"audiences": ("urn:federation:MicrosoftOnline",)},
        {"claims": (saml.Claim(NAME, ("CONTOSO\\alice",)),)},
        {"claims": (saml.Claim(UPN, (ALICE, MARIA)),)},
        {"claims": (saml.Claim(UPN, (ALICE,)), saml.Claim(UPN, (MARIA,)))},
        {"claims": (saml.Claim(UPN, ("   ",)),)},
    ],
)
def test_a_token_of_or_for_somebody_else_counts_for_nothing(
    claims: Claims, version: saml.Version, changes: dict[str, object]
) -> None:
    token = claims.token(to=None, confirmation=BEARER, version=version, **changes)
    assert bearing(claims, token) == FAILED
    assert bearing(claims, encrypted(etree.fromstring(token))) == FAILED


@pytest.mark.parametrize(
    ("after", "answer"), [(3899, 200), (3900, 500), (3901, 500), (86_400, 500)]
)
def test_a_token_ends_five_minutes_after_its_end(claims: Claims, after: int, answer: int) -> None:
    clock, token = claims.estate.clock, claims.token(confirmation=BEARER)
    begun = clock.now
    assert claims.message(token, key=None).send().status == 200
    try:
        clock.now += after
        for each in (
            token,
            claims.token(confirmation=BEARER, not_before=begun, not_on_or_after=begun + 3600),
        ):
            reply = claims.message(each, key=None).send()
            assert reply.status == answer
            assert answer == 200 or refusal(reply) == FAILED
    finally:
        clock.now = begun


@pytest.mark.parametrize(("ahead", "answer"), [(300, 200), (301, 500)])
def test_a_token_begins_five_minutes_before_its_beginning(
    claims: Claims, ahead: int, answer: int
) -> None:
    token = claims.token(confirmation=BEARER, not_before=claims.now + ahead)
    assert claims.message(token, key=None).send().status == answer


def test_a_confirmation_may_end_before_its_token(claims: Claims) -> None:
    ended = replace(BEARER, not_on_or_after=claims.now - 301)
    token = claims.token(version="2.0", confirmation=ended)
    assert bearing(claims, token) == FAILED


def test_a_token_to_be_presented_elsewhere_counts_for_nothing(claims: Claims) -> None:
    for recipient, right in ((URL, True), ("https://other.example/", False)):
        token = claims.token(version="2.0", confirmation=replace(BEARER, recipient=recipient))
        reply = claims.message(token, key=None).send()
        assert (reply.status == 200) is right
        assert right or refusal(reply) == FAILED


def _signature(element: etree._Element) -> etree._Element:
    (found,) = element.findall(f"{{{DSIG}}}Signature")
    return found


def _stripped(element: etree._Element) -> None:
    element.remove(_signature(element))


def _named_another(element: etree._Element) -> None:
    (value,) = element.iter(f"{{{SAML11}}}AttributeValue")
    value.text = ALICE


def _prolonged(element: etree._Element) -> None:
    element.find(f"{{{SAML11}}}Conditions").set("NotOnOrAfter", "2099-01-01T00:00:00.000Z")  # type: ignore[union-attr]


def _without_audience(element: etree._Element) -> None:
    conditions = element.find(f"{{{SAML11}}}Conditions")
    assert conditions is not None
    conditions.remove(conditions[0])


def _of_no_value(element: etree._Element) -> None:
    _signature(element)[1].text = ""


def _algorithm(name: str) -> Callable[[etree._Element], None]:
    def change(element: etree._Element) -> None:
        _signature(element)[0][1].set("Algorithm", name)

    return change


def _digest(element: etree._Element) -> None:
    reference = _signature(element)[0][2]
    reference[1].set("Algorithm", f"{DSIG}sha1")


def _canonical(element: etree._Element) -> None:
    _signature(element)[0][0].set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")


def _transformed(element: etree._Element) -> None:
    transforms = _signature(element)[0][2][0]
    xslt = {"Algorithm": "http://www.w3.org/TR/1999/REC-xslt-19991116"}
    etree.SubElement(transforms, f"{{{DSIG}}}Transform", xslt)


def _whole_document(element: etree._Element) -> None:
    _signature(element)[0][2].set("URI", "")


def _twice_signed(element: etree._Element) -> None:
    element.append(copy.deepcopy(_signature(element)))


def _bearer(element: etree._Element) -> None:
    (method,) = element.iter(f"{{{SAML11}}}ConfirmationMethod")
    method.text = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key"


@pytest.mark.parametrize(
    "change",
    [
        _stripped,
        _named_another,
        _prolonged,
        _without_audience,
        _of_no_value,
        _algorithm(f"{DSIG}rsa-sha1"),
        _algorithm(f"{DSIG}hmac-sha1"),
        _algorithm("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        _algorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"),
        _digest,
        _canonical,
        _transformed,
        _whole_document,
        _twice_signed,
        _bearer,
    ],
)
def test_a_token_that_was_changed_counts_for_nothing(
    claims: Claims, change: Callable[[etree._Element], None]
) -> None:
    element = etree.fromstring(claims.token(MARIA, to=None, confirmation=BEARER))
    change(element)
    assert bearing(claims, text(element)) == FAILED
    assert bearing(claims, encrypted(element)) == FAILED


@pytest.mark.parametrize("to", ["organization", None])
def test_a_token_signed_with_another_key_counts_for_nothing(claims: Claims, to: str | None) -> None:
    assert bearing(claims, claims.token(to=to, signed="stranger", confirmation=BEARER)) == FAILED


def test_the_key_of_the_organization_signs_no_tokens(claims: Claims) -> None:
    token = claims.token(signed="organization", confirmation=BEARER)
    assert bearing(claims, token) == FAILED


def test_an_hmac_with_the_farms_public_key_is_no_signature(claims: Claims) -> None:
    element = etree.fromstring(claims.token(MARIA, to=None, confirmation=BEARER))
    signature = _signature(element)
    _algorithm("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")(element)
    octets = etree.tostring(signature[0], method="c14n", exclusive=True)
    public = signing_key("trusted").certificate_der
    signature[1].text = base64.b64encode(hmac.digest(public, octets, "sha256")).decode()
    assert bearing(claims, text(element)) == FAILED


def _evil(original: etree._Element, name: str) -> etree._Element:
    """Return an unsigned assertion of somebody else, with an id."""
    evil = copy.deepcopy(original)
    evil.remove(_signature(evil))
    _named_another(evil)
    evil.set("AssertionID", name)
    return evil


def _taken_off(original: etree._Element) -> etree._Element:
    signature = _signature(original)
    original.remove(signature)
    return signature


def _wrapped(kind: int, original: etree._Element) -> str:
    """Return what stands for the token in one of the nine known ways of wrapping."""
    same = original.get("AssertionID") or ""
    evil = _evil(original, same if kind in (8, 9) else "_evil")
    if kind in (3, 4, 9):
        if kind == 4:
            evil.append(original)
        return text(evil) if kind == 4 else text(evil) + text(original)
    signature = _taken_off(original)
    if kind in (1, 6):
        etree.SubElement(signature, f"{{{DSIG}}}Object").append(original)
        evil.append(signature)
    elif kind == 2:
        evil.append(signature)
        evil.append(original)
    elif kind == 5:
        evil.append(signature)
        return text(evil) + text(original)
    elif kind == 7:
        extensions = etree.Element("Extensions")
        extensions.append(evil)
        original.append(signature)
        return text(extensions) + text(original)
    else:
        evil.append(signature)
        etree.SubElement(signature, f"{{{DSIG}}}Object").append(original)
        evil.insert(0, signature)
    return text(evil)


@pytest.mark.parametrize("kind", range(1, 10))
def test_no_wrapping_of_a_signed_assertion_makes_another_of_it(claims: Claims, kind: int) -> None:
    original = etree.fromstring(claims.token(MARIA, to=None, confirmation=BEARER))
    code = bearing(claims, _wrapped(kind, original))
    assert code == ("InvalidSecurity" if kind in (3, 5, 9) else FAILED)
    if kind in (1, 2, 4, 6, 8):
        original = etree.fromstring(claims.token(MARIA, to=None, confirmation=BEARER))
        hidden = encrypted(etree.fromstring(_wrapped(kind, original)))
        assert bearing(claims, hidden) == FAILED


@pytest.mark.parametrize(
    "name",
    [
        f"{ALICE}<!-- -->.evil.example",
        f"<!-- -->{ALICE}<!-- -->.evil.example",
        f"{ALICE}<?x y?>.evil",
    ],
)
def test_nothing_hidden_in_a_name_shortens_it(claims: Claims, name: str) -> None:
    signed = claims.token(f"{ALICE}.evil.example", to=None, confirmation=BEARER)
    changed = signed.replace(f"{ALICE}.evil.example", name)
    assert changed != signed
    reply = claims.message(changed, key=None).send()
    # Comments are taken out where a document is read, so the name is whole again.
    assert reply.status == (400 if "<?" in name else 500)
    if reply.status == 500:
        assert reply.code == "0x80072560"


def test_a_cdata_section_is_the_text_it_holds(claims: Claims) -> None:
    signed = claims.token(MARIA, to=None, confirmation=BEARER)
    for given, answer in ((f"<![CDATA[{MARIA}]]>", 200), (f"{MARIA}<![CDATA[.evil]]>", 500)):
        changed = signed.replace(MARIA, given)
        reply = claims.message(changed, key=None).send()
        assert reply.status == answer
        assert answer == 200 or refusal(reply) == FAILED


@pytest.mark.parametrize(
    "held",
    [
        "<o:UsernameToken xmlns:o='{0}'><o:Username>alice@contoso.example</o:Username>"
        "<o:Password>secret</o:Password></o:UsernameToken>",
        "<o:BinarySecurityToken xmlns:o='{0}' ValueType='urn:ietf:params:oauth:token-type:jwt'>{1}"
        "</o:BinarySecurityToken>",
        "<c:SecurityContextToken xmlns:c='http://schemas.xmlsoap.org/ws/2005/02/sc'>"
        "<c:Identifier>urn:uuid:1</c:Identifier></c:SecurityContextToken>",
        "<Assertion xmlns='urn:other'>{1}</Assertion>",
        "<token>{1}</token>",
    ],
)
def test_other_tokens_prove_nothing_in_a_message(claims: Claims, held: str) -> None:
    access = base64.b64encode(adfs_token(claims).encode()).decode()
    message = claims.message("", key=None)
    other = held.format(WSSE, access)
    assert refusal(message.send(message.document(message.stamp + other))) == FAILED
    good = claims.token(confirmation=BEARER)
    both = message.document(message.stamp + good + other)
    assert refusal(message.send(both)) == FAILED


def test_a_token_beside_an_access_token_is_one_proof_too_many(claims: Claims) -> None:
    headers = (("authorization", f"Bearer {adfs_token(claims)}"),)
    assert claims.message(claims.token(), key=None).send(headers=headers).subcode == FAILED


def test_an_assertion_is_no_access_token(claims: Claims) -> None:
    token = claims.token(to=None, confirmation=BEARER)
    for given in (token.replace("\n", ""), base64.b64encode(token.encode()).decode()):
        headers = (("authorization", f"Bearer {given}"),)
        reply = claims.message("", key=None).send(b"", headers=headers)
        assert reply.status == 401


def test_the_holders_key_is_not_anothers(claims: Claims) -> None:
    held = saml.Confirmation(kind="holder-of-key", key=holder().public_key())
    token = claims.token(confirmation=held)
    message = claims.message(token, key=signing_key("stranger").private_key)
    assert refusal(message.send()) == INVALID
