"""Signed assertions wrapped in the nine known ways, and ids that stand twice: all are refused.

The attacker is Maria, who has a token of her own and its key, and wants to be Alice.
"""

from dataclasses import replace

import pytest
from lxml import etree

from support.claiming import ALICE, MARIA, SECRET, Claims, encrypted, key_identifier
from support.claims_refused import FAILED, INVALID, refusal
from support.wrapped_tokens import BESIDE, KINDS, SIGNATURE, wrapped
from xrm.wire import saml

VERSIONS: tuple[saml.Version, ...] = ("1.1", "2.0")
BEARER = saml.Confirmation()
SPACES = {
    "1.1": "urn:oasis:names:tc:SAML:1.0:assertion",
    "2.0": "urn:oasis:names:tc:SAML:2.0:assertion",
}


def pair(
    claims: Claims, version: saml.Version, bearer: bool
) -> tuple[etree._Element, etree._Element]:
    """Return Maria's token and an unsigned copy of it that says it is about Alice."""
    held = {"confirmation": BEARER} if bearer else {}
    token = claims.token(MARIA, to=None, version=version, **held)
    genuine, evil = etree.fromstring(token), etree.fromstring(token)
    signature = evil.find(SIGNATURE)
    assert signature is not None
    evil.remove(signature)
    for value in evil.iter(f"{{{SPACES[version]}}}AttributeValue"):
        value.text = (value.text or "").replace(MARIA, ALICE)
    assert ALICE in etree.tostring(evil, encoding="unicode")
    return genuine, evil


@pytest.mark.parametrize("bearer", [True, False], ids=["bearer", "holder"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_wrapping_makes_another_of_a_token(
    claims: Claims, kind: int, version: saml.Version, bearer: bool
) -> None:
    genuine, evil = pair(claims, version, bearer)
    key = None if bearer else SECRET
    shown = wrapped(kind, genuine, evil)
    reply = claims.message("".join(shown), key=key).send()
    assert refusal(reply) == (INVALID if kind in BESIDE - {7} else FAILED)
    if kind in BESIDE:
        # Each alone, and both encrypted.
        hidden = "".join(encrypted(etree.fromstring(text)) for text in shown)
        assert refusal(claims.message(hidden, key=key).send()) == INVALID
        return
    hidden = encrypted(etree.fromstring(shown[0]))
    assert refusal(claims.message(hidden, key=key).send()) == FAILED


@pytest.mark.parametrize("bearer", [True, False], ids=["bearer", "holder"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["AssertionID", "ID", "Id", "id", "xml:id"])
def test_an_id_of_a_token_stands_once_in_a_message(
    claims: Claims, name: str, version: saml.Version, bearer: bool
) -> None:
    # An id of its own: a token that was verified before is not verified again.
    own = f"_{version}-{name.replace(':', '-')}"
    held = {"confirmation": BEARER} if bearer else {}
    token = claims.token(MARIA, to=None, version=version, id=own, **held)
    message = claims.message(token, key=None if bearer else SECRET, named=key_identifier(own))
    other = f'<x:Other xmlns:x="urn:x" {name}="{{}}"/>'
    assert refusal(replace(message, more=other.format(own)).send()) == FAILED
    assert replace(message, more=other.format("_else")).send().status == 200
