"""What the organization does with a token nobody believes: the same work, whatever is wrong.

Counted, not timed: keys unwrapped, documents parsed, signatures verified.
"""

import pytest
from lxml import etree

from support import token_elements
from support.claiming import UPN, Claims, encrypted, encrypted_octets, text
from support.working import broken, cut_off, flipped, watched
from xrm.wire import saml

BEARER = saml.Confirmation()


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    return watched(monkeypatch)


def cases(claims: Claims) -> dict[str, str]:
    """Return tokens that are wrong, each in its way, by what is wrong."""
    good = etree.fromstring(claims.token(confirmation=BEARER))
    unsigned = token_elements.write(claims.assertion(confirmation=BEARER))
    shapeless = etree.fromstring(claims.token(to=None, confirmation=BEARER))
    shapeless.append(etree.fromstring('<a AssertionID="_a-0001"/>'))
    return {
        "signed by a stranger": claims.token(signed="stranger", confirmation=BEARER),
        "unsigned": encrypted(unsigned),
        "of no one shape": encrypted(shapeless),
        "of an unknown issuer": claims.token(
            issuer="urn:nobody", signed="stranger", confirmation=BEARER
        ),
        "to somebody else": claims.token(to="stranger", confirmation=BEARER),
        "the key broken": text(broken(good, 0, flipped(0))),
        "the vector broken": text(broken(good, 1, flipped(0))),
        "the middle broken": text(broken(good, 1, flipped(400))),
        "the padding broken": text(broken(good, 1, flipped(-17))),
        "cut off": text(broken(good, 1, cut_off)),
        "no XML": encrypted_octets(b"no XML at all"),
        "nothing": encrypted_octets(b""),
        "another element": encrypted_octets(b"<a/>"),
        "an element of ours": encrypted_octets(f"<a>{UPN}</a>".encode()),
        "entities": encrypted_octets(b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'),
        "a token in a token": encrypted(good),
    }


def test_whatever_is_wrong_takes_the_same_work(claims: Claims, work: list[str]) -> None:
    seen = {}
    for name, token in cases(claims).items():
        message = claims.message(token, key=None, message_id="urn:uuid:7")
        del work[:]
        reply = message.send()
        body = etree.fromstring(reply.response.body)[1]
        seen[name] = reply.subcode, text(body), tuple(work)
    first = seen["signed by a stranger"]
    assert first[0] == "FailedAuthentication"
    assert first[2] == ("unwrap", "parsed", "signed_by")
    assert {name: each for name, each in seen.items() if each != first} == {}


def test_a_token_in_clear_that_is_of_no_shape_is_verified_as_well(
    claims: Claims, work: list[str]
) -> None:
    shown = text(token_elements.write(claims.assertion(confirmation=BEARER)))
    message = claims.message(shown, key=None)
    del work[:]
    assert message.send().subcode == "FailedAuthentication"
    assert work == ["signed_by"]
