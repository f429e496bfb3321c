"""Encrypted tokens that prove nothing here: what cannot be opened looks like a stranger's."""

import base64
from collections.abc import Callable, Sequence

import pytest
from lxml import etree

from support.claiming import Claims, encrypted, encrypted_octets, text
from support.claims_refused import FAILED, bearing, refusal
from xrm.org.callers import assertions as reading
from xrm.wire import saml

BEARER = saml.Confirmation()
XENC = "http://www.w3.org/2001/04/xmlenc#"


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


def test_an_encrypted_assertion_must_hold_one(claims: Claims) -> None:
    space = "urn:oasis:names:tc:SAML:2.0:assertion"
    token = claims.token(version="2.0", confirmation=BEARER)
    wrapped = f'<n:EncryptedAssertion xmlns:n="{space}">{token}</n:EncryptedAssertion>'
    assert claims.message(wrapped, key=None).send().status == 200
    for held in ("", token + token):
        broken = f'<n:EncryptedAssertion xmlns:n="{space}">{held}</n:EncryptedAssertion>'
        assert bearing(claims, broken) == "InvalidSecurityToken"
