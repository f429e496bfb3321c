"""Messages by who has not the key of the token, or that came before: they get the same fault."""

from dataclasses import replace

import pytest

from support.claiming import MARIA, SECRET, Claims, address, holder, key_identifier, signature
from support.claims_refused import INVALID, refusal
from support.estate import signing_key
from xrm.org.callers import replays
from xrm.wire import saml


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
@pytest.mark.parametrize(
    "parts", ["stamp", "address", "another address", "neither"], ids=lambda name: name
)
def test_the_holder_of_an_asymmetric_key_signs_both(
    claims: Claims, digest: str, parts: str
) -> None:
    held = saml.Confirmation(kind="holder-of-key", key=holder().public_key())
    message = claims.message(claims.token(confirmation=held), key=holder())
    stamp, to = ("_0", message.stamp), ("_1", address(message.to))
    other = ("_7", address("https://other.example/", "_7"))
    signed = {
        "stamp": [stamp],
        "address": [to],
        "another address": [stamp, other],
        "neither": [other],
    }[parts]
    more = f'<x:Other xmlns:x="urn:x">{other[1]}</x:Other>'
    written = signature(holder(), "sha1" if digest == "sha1" else "sha256", signed, message.named)
    document = replace(message, more=more).document(message.stamp + message.token + written)
    assert refusal(message.send(document)) == INVALID


def test_the_address_that_is_signed_stands_in_the_header(claims: Claims) -> None:
    held = saml.Confirmation(kind="holder-of-key", key=holder().public_key())
    message = claims.message(claims.token(confirmation=held), key=holder())
    to = address(message.to)
    moved = message.document().replace(to.encode(), b"", 1)
    moved = moved.replace(b"</s:Header>", f'<x:W xmlns:x="urn:x">{to}</x:W></s:Header>'.encode())
    assert refusal(message.send(moved)) == INVALID


@pytest.mark.parametrize("kind", ["signed", "with a foreign key", "named"])
def test_a_bearers_token_is_no_holders(claims: Claims, kind: str) -> None:
    token = claims.token(confirmation=saml.Confirmation())
    key = {"signed": SECRET, "with a foreign key": bytes(32), "named": b"x" * 20}[kind]
    assert refusal(claims.message(token, key=key).send()) == INVALID


@pytest.mark.parametrize("asymmetric", [False, True])
@pytest.mark.parametrize("to", ["organization", None])
def test_a_holders_token_is_no_bearers(claims: Claims, asymmetric: bool, to: str | None) -> None:
    held = saml.Confirmation(kind="holder-of-key", key=holder().public_key())
    token = claims.token(to=to, confirmation=held) if asymmetric else claims.token(to=to)
    assert refusal(claims.message(token, key=None).send()) == INVALID


def test_the_key_of_another_token_proves_nothing(claims: Claims) -> None:
    other = saml.Confirmation(
        kind="holder-of-key",
        secret=b"y" * 32,
        certificate=signing_key("organization").certificate_der,
    )
    mine = claims.token(MARIA, id="_maria", confirmation=other)
    good = claims.message(mine, key=b"y" * 32, named=key_identifier("_maria"))
    assert good.send().status == 200
    stolen = claims.token()
    for named in (key_identifier("_maria"), key_identifier()):
        message = claims.message(stolen, key=b"y" * 32, named=named)
        assert refusal(message.send()) == INVALID


def test_a_message_counts_once(claims: Claims) -> None:
    message = claims.message()
    assert message.send().status == 200
    assert refusal(message.send()) == INVALID
    spaced = message.document().replace(b"<s:Header>", b"<s:Header>\n")
    assert refusal(message.send(spaced)) == INVALID
    clock = claims.estate.clock
    begun = clock.now
    try:
        # As long as its timestamp would let it in.
        clock.now = begun + 599
        assert refusal(message.send()) == INVALID
        clock.now = begun + 600
        assert refusal(message.send()) == INVALID
    finally:
        clock.now = begun


def test_a_replay_is_known_though_the_token_is_written_anew(claims: Claims) -> None:
    message = claims.message()
    assert message.send().status == 200
    again = replace(message, token=claims.token())
    assert refusal(again.send()) == INVALID


def test_honest_messages_of_one_moment_are_told_apart(claims: Claims) -> None:
    """Old clients sign nothing but a timestamp of whole seconds."""
    first, second = claims.message(), claims.message()
    assert first.signature(first.stamp) == second.signature(second.stamp)
    assert (first.send().status, second.send().status) == (200, 200)
    nameless = claims.message(message_id="")
    assert (nameless.send().status, nameless.send().status) == (200, 200)


def test_what_is_remembered_of_messages_has_an_end() -> None:
    seen = replays.Replays(room=3)
    assert all(seen.is_new(bytes([mark]), now=0, until=10 + mark) for mark in range(3))
    assert not seen.is_new(b"\0", now=10, until=20)
    assert seen.is_new(b"\0", now=10.5, until=20)
    assert seen.is_new(b"\3", now=10.5, until=20)
    assert len(seen) == 3
    assert not seen.is_new(b"\2", now=11, until=20)
    assert seen.is_new(b"\4", now=30, until=40)
    assert len(seen) == 1
