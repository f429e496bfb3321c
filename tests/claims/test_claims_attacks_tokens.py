"""Tokens that prove nothing here, one attack each: all of them get the same fault."""

import base64
import copy
import hmac
from collections.abc import Callable, Sequence
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
    encrypted_octets,
    holder,
    text,
)
from support.estate import STS, URL, signing_key
from support.soaping import Reply
from xrm.org.callers import assertions as reading
from xrm.wire import saml

FAILED = "FailedAuthentication"
BEARER = saml.Confirmation()
XENC = "http://www.w3.org/2001/04/xmlenc#"
SAML11 = "urn:oasis:names:tc:SAML:1.0:assertion"


def refusal(reply: Reply) -> str:
    """Return the code of a fault, which tells no more than its code does."""
    assert b"<u:Timestamp" not in reply.response.body
    assert reply.action == "http://www.w3.org/2005/08/addressing/soap/fault"
    code = reply.subcode
    assert reply.body.findtext(".//{*}Text") == {
        FAILED: "At least one security token in the message could not be validated.",
        "InvalidSecurityToken": "An error was discovered processing a security token in the "
        "message.",
        "InvalidSecurity": "An error occurred when verifying security for the message.",
    }.get(code)
    return code


def bearing(claims: Claims, token: str) -> str:
    return refusal(claims.message(token, key=None).send())


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


def _broken(token: str, which: int, change: Callable[[str], str]) -> str:
    element = etree.fromstring(token)
    value = list(element.iter(f"{{{XENC}}}CipherValue"))[which]
    value.text = change(value.text or "")
    return text(element)


def _flipped(place: int) -> Callable[[str], str]:
    def change(value: str) -> str:
        octets = bytearray(base64.b64decode(value))
        octets[place] ^= 1
        return base64.b64encode(octets).decode()

    return change


@pytest.mark.parametrize(
    ("which", "change"),
    [
        (0, _flipped(0)),
        (0, _flipped(-1)),
        (1, _flipped(0)),
        (1, _flipped(100)),
        (1, _flipped(-1)),
        (1, _flipped(-17)),
        (1, lambda value: value[:64]),
        (1, lambda value: value[:-4]),
        (1, lambda _: ""),
        (0, lambda _: "AAAA"),
        (0, lambda _: "no base64!"),
    ],
)
def test_what_cannot_be_opened_looks_like_what_is_signed_by_somebody_else(
    claims: Claims,
    which: int,
    change: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[object] = []
    plain, decoy = reading.verify_enveloped, reading.verify_decoy

    def verify(element: etree._Element, **more: object) -> etree._Element:
        looked.append(element)
        return plain(element, **more)  # type: ignore[arg-type]

    def verify_decoy(certificates: Sequence[bytes]) -> None:
        looked.append(certificates)
        decoy(certificates)

    monkeypatch.setattr(reading, "verify_enveloped", verify)
    monkeypatch.setattr(reading, "verify_decoy", verify_decoy)
    stranger = claims.message(claims.token(signed="stranger", confirmation=BEARER), key=None).send()
    assert len(looked) == 1
    broken = _broken(claims.token(confirmation=BEARER), which, change)
    reply = claims.message(broken, key=None).send()
    # Opened or not, one signature is verified, so that the time tells as little as the words.
    assert len(looked) == 2
    assert refusal(reply) == refusal(stranger) == FAILED
    first, second = (etree.fromstring(each.response.body) for each in (reply, stranger))
    assert text(first[1]) == text(second[1])


def test_what_is_encrypted_to_another_relying_party_is_not_opened(claims: Claims) -> None:
    assert bearing(claims, claims.token(to="stranger", confirmation=BEARER)) == FAILED


@pytest.mark.parametrize(
    "old",
    [
        (f"{XENC}rsa-oaep-mgf1p", f"{XENC}rsa-1_5"),
        (f"{XENC}aes256-cbc", f"{XENC}tripledes-cbc"),
        (f"{XENC}aes256-cbc", "http://www.w3.org/2009/xmlenc11#aes256-gcm"),
        (f"{XENC}Element", f"{XENC}Content"),
        ("CipherValue>", "CipherReference>"),
    ],
)
def test_other_ways_to_encrypt_are_not_taken(claims: Claims, old: tuple[str, str]) -> None:
    token = claims.token(confirmation=BEARER)
    changed = token.replace(*old)
    assert changed != token
    assert bearing(claims, changed) == FAILED


def test_a_token_within_a_token_is_not_unpacked(claims: Claims) -> None:
    token = claims.token(confirmation=BEARER)
    assert bearing(claims, encrypted(etree.fromstring(token))) == FAILED


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        "<a>" * 200 + "</a>" * 200,
        "<a>" + "<b/>" * 20_000 + "</a>",
        f"<a>{'x' * 1_100_000}</a>",
        "no XML at all",
        "",
    ],
    ids=["entities", "depth", "elements", "size", "text", "nothing"],
)
def test_what_is_encrypted_is_no_bomb(claims: Claims, content: str) -> None:
    assert bearing(claims, encrypted_octets(content.encode())) == FAILED


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


def test_an_encrypted_assertion_must_hold_one(claims: Claims) -> None:
    space = "urn:oasis:names:tc:SAML:2.0:assertion"
    token = claims.token(version="2.0", confirmation=BEARER)
    wrapped = f'<n:EncryptedAssertion xmlns:n="{space}">{token}</n:EncryptedAssertion>'
    assert claims.message(wrapped, key=None).send().status == 200
    for held in ("", token + token):
        broken = f'<n:EncryptedAssertion xmlns:n="{space}">{held}</n:EncryptedAssertion>'
        assert bearing(claims, broken) == "InvalidSecurityToken"


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
    assert refusal(message.send()) == "InvalidSecurity"
