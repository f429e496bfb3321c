"""What is brought to Entra ID from another token service, and is no sign-in."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.federated_pages import BASE, FRED, FROM_AFAR, LOGIN, begun, bring, sent_to, token
from support.federating import DOMAIN, ISSUER, Federated, federated, person_of
from support.signing_in import Visitor


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory, build_world: Any) -> Iterator[Federated]:
    """A federated tenant; each test has browsers of its own, and tokens with ids of their own."""
    with federated(build_world, tmp_path_factory.mktemp("federated")) as found:
        yield found


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"issuer": f"{ISSUER}/other"}, 50008),
        ({"key": "somebody else"}, 50013),
        ({"audiences": (BASE,)}, 50008),
        ({"not_before": 0.0, "not_on_or_after": 1000.0}, 50008),
        ({"person": "maria"}, 51004),
    ],
)
def test_a_token_that_does_not_fit(realm: Federated, changes: dict[str, Any], number: int) -> None:
    visitor = Visitor(realm.service)
    context = sent_to(begun(realm, visitor, domain_hint=DOMAIN))["wctx"]
    if changes.get("person"):
        changes = {"person": realm.maria}
    assert bring(realm, visitor, context, token(realm, **changes)).number == number
    assert "session" not in {name.rpartition("-")[2] for name in visitor.jar}


def test_another_person_than_the_one_asked(realm: Federated) -> None:
    gwen = person_of(realm.service, realm.tenant, "gwen")
    visitor = Visitor(realm.service)
    context = sent_to(begun(realm, visitor, login_hint=FRED))["wctx"]
    assert bring(realm, visitor, context, token(realm, person=gwen)).number == 50008
    # Where only the domain was hinted, it may be anybody of it.
    context = sent_to(begun(realm, visitor, domain_hint=DOMAIN))["wctx"]
    assert "code" in bring(realm, visitor, context, token(realm, person=gwen)).told


def test_a_token_comes_once(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    context = sent_to(begun(realm, visitor, login_hint=FRED))["wctx"]
    once = token(realm)
    assert "code" in bring(realm, visitor, context, once).told
    assert bring(realm, visitor, context, once).number == 50008
    # Nor at the other door.
    assert realm.redeem(once).refusal == (400, "invalid_grant", 50008)
    bearer = token(realm)
    assert realm.redeem(bearer).status == 200
    assert bring(realm, visitor, context, bearer).number == 50008


def test_another_browsers_way_back(realm: Federated) -> None:
    """A thief's token does not sign a victim in as the thief, nor the reverse."""
    thief, victim = Visitor(realm.service), Visitor(realm.service)
    context = sent_to(begun(realm, thief, login_hint=FRED))["wctx"]
    assert bring(realm, victim, context, token(realm)).number == 165000
    begun(realm, victim, login_hint=FRED)
    assert bring(realm, victim, context, token(realm)).number == 165000
    assert not any(name.endswith("-session") for name in victim.jar)


def test_contexts_that_are_none(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    page = begun(realm, visitor)
    context = sent_to(begun(realm, visitor, login_hint=FRED))["wctx"]
    for text in ("", "x", context[:-3], f"{context}x", "estsredirect=2&estsrequest="):
        assert bring(realm, visitor, text, token(realm)).number == 50089, text
    # The state of a page was sent nowhere.
    assert bring(realm, visitor, page.fields["state"], token(realm)).number in (50089, 165000)
    assert visitor.post(LOGIN, {"wa": "wsignin1.0"}, headers=FROM_AFAR).number == 9002313
    assert visitor.post(LOGIN, {"wa": "wsignout1.0"}, headers=FROM_AFAR).number == 9002313


def test_the_way_back_closes_after_a_while(fresh: Any) -> None:
    realm = Federated.open(fresh)
    visitor = Visitor(realm.service)
    context = sent_to(begun(realm, visitor, login_hint=FRED))["wctx"]
    fresh.clock.now += 1801
    assert bring(realm, visitor, context, token(realm)).number == 50089


@pytest.mark.parametrize("text", ["", "no xml", "<a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_results_that_are_none(realm: Federated, text: str) -> None:
    visitor = Visitor(realm.service)
    context = sent_to(begun(realm, visitor, login_hint=FRED))["wctx"]
    assert bring(realm, visitor, context, text).number in (50008, 9002313)
