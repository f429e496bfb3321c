"""An assertion is redeemed once: at once from many sides, on each engine, after a restart."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from support.credentials import signed
from support.signing_in import (
    Visitor,
    asking,
    authorize_path,
    make_application,
    make_person,
    sign_in,
)
from support.signing_in import redeem as redeem_code
from xrm.db import Busy, StepBudgetExceeded, budget
from xrm.sts import registration
from xrm.sts.audit import read_events
from xrm.sts.profile import FAITHFUL
from xrm.sts.store import FAMILIES, SPENT_CODES, USED_ASSERTIONS

MANY = 8


@pytest.fixture
def certified_on_each(fresh_on_each, pair):
    registration.add_certificate(fresh_on_each.service, fresh_on_each.application, pair.der)
    return fresh_on_each


@pytest.fixture
def own(fresh, pair):
    """A service of the test's own, its client's certificate registered."""
    registration.add_certificate(fresh.service, fresh.application, pair.der)
    return fresh


def marks(world):
    with world.database.read() as tx:
        return world.service.store.find(tx, USED_ASSERTIONS)


def redeem(world, text, **changes):
    return world.post(world.path(), world.asserting(text, **changes))


def test_a_replayed_assertion_is_refused(certified_on_each, pair, document):
    text = signed(pair, certified_on_each.claims())
    assert redeem(certified_on_each, text).status == 200
    answer = redeem(certified_on_each, text)
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (401, "invalid_client", [50012])


def test_of_many_at_once_one_wins(certified_on_each, pair, document):
    world, barrier = certified_on_each, Barrier(MANY)
    text = signed(pair, world.claims())

    def ask(_number):
        barrier.wait()
        return redeem(world, text)

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(ask, range(MANY)))
    refused = [document(one)["error_codes"] for one in answers if one.status != 200]
    assert refused == [[50012]] * (MANY - 1)
    assert len(marks(world)) == 1


def test_an_assertion_stays_used_after_a_restart(certified_on_each, pair, document):
    from xrm.sts import TokenService

    world = certified_on_each
    text = signed(pair, world.claims())
    assert redeem(world, text).status == 200
    world.service.close()
    world.service = TokenService(
        world.database,
        base_url=world.service.base_url,
        clock=world.clock,
        ids=world.service.ids,
        sealing_key=bytes(range(32)),
        profile=world.service.profile,
    )
    assert document(redeem(world, text))["error_codes"] == [50012]


def test_another_process_knows_of_it(own, reopen, pair, document):
    text = signed(pair, own.claims())
    assert redeem(own, text).status == 200
    own.service = reopen()
    assert document(redeem(own, text))["error_codes"] == [50012]


def test_the_id_is_what_is_used_not_the_text(own, pair, document):
    assert redeem(own, signed(pair, own.claims(jti="one"))).status == 200
    other = signed(pair, own.claims("v2", jti="one", exp=1_800_000_100), algorithm="PS256")
    answer = own.post(own.path("v2"), own.asserting(other, "v2"))
    assert document(answer)["error_codes"] == [50012]
    assert redeem(own, signed(pair, own.claims(jti="two"))).status == 200


def test_without_an_id_what_was_signed_is_used(own, pair, document):
    text = signed(pair, own.claims(jti=None))
    assert redeem(own, text).status == 200
    # Padding changes the text, not what was signed.
    assert document(redeem(own, text + "=="))["error_codes"] == [50012]
    assert redeem(own, signed(pair, own.claims(jti=None, extra=1))).status == 200


def test_two_applications_may_use_one_id(own, pair):
    other = registration.create_application(own.service, own.tenant, name="Other")
    registration.add_certificate(own.service, other, pair.der)
    client_id = str(other.application_id)
    assert redeem(own, signed(pair, own.claims(jti="one"))).status == 200
    text = signed(pair, own.claims(jti="one", iss=client_id, sub=client_id))
    assert redeem(own, text, client_id=client_id).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": "https://elsewhere.example/"},
        {"resource": None},
        {"client_assertion_type": None},
        {"grant_type": "unknown"},
    ],
)
def test_a_refused_request_uses_nothing(own, pair, changes):
    text = signed(pair, own.claims())
    assert redeem(own, text, **changes).status == 400
    assert marks(own) == []
    assert redeem(own, text).status == 200


def test_a_mark_is_kept_as_long_as_the_assertion_could_be_redeemed(own, pair, document):
    text = signed(pair, own.claims(jti="first"))
    assert redeem(own, text).status == 200
    own.clock.now += 600 + 300 - 1
    assert document(redeem(own, text))["error_codes"] == [50012]
    assert redeem(own, signed(pair, own.claims(jti="second"))).status == 200
    assert len(marks(own)) == 2
    own.clock.now += 61
    assert document(redeem(own, text))["error_codes"] == [700024]
    assert redeem(own, signed(pair, own.claims(jti="third"))).status == 200
    assert len(marks(own)) == 2


def test_what_is_kept_of_a_code_goes_when_it_has_ended(own):
    """The mark after a day, the family when its last refresh token has long expired."""
    application = make_application(own.service, own.tenant)
    registration.consent(own.service, own.tenant, application.application_id)
    make_person(own.service, own.tenant)

    def sign_in_once():
        visitor = Visitor(own.service)
        page = visitor.get(authorize_path(own.tenant), asking(application))
        code = sign_in(visitor, page, "ada@contoso.example").told["code"]
        assert redeem_code(own.service, own.tenant, application, code=code).status == 200

    def kept():
        with own.database.read() as tx:
            return [len(own.service.store.find(tx, kind)) for kind in (SPENT_CODES, FAMILIES)]

    sign_in_once()
    sign_in_once()
    assert kept() == [2, 2]
    own.clock.now += 86_400 + 60
    sign_in_once()
    assert kept() == [1, 3]
    own.clock.now += 98 * 86_400
    sign_in_once()
    assert kept() == [1, 1]


def test_a_mark_does_not_empty_the_caches(own, pair):
    assert redeem(own, signed(pair, own.claims())).status == 200
    with own.database.read() as tx:
        before = tx.generation
    assert redeem(own, signed(pair, own.claims())).status == 200
    with own.database.read() as tx:
        assert tx.generation == before


def test_on_the_event_loop_the_request_is_left_to_the_pool(own, pair):
    events = len(read_events(own.service, limit=100))
    text = signed(pair, own.claims())
    with budget.limited(1_000_000), pytest.raises(StepBudgetExceeded):
        redeem(own, text)
    assert marks(own) == []
    assert len(read_events(own.service, limit=100)) == events
    # The decision is taken again: what changed meanwhile counts.
    registration.set_enabled(own.service, own.application, enabled=False)
    assert redeem(own, text).status == 400
    registration.set_enabled(own.service, own.application, enabled=True)
    assert redeem(own, text).status == 200
    assert [one.outcome for one in read_events(own.service, limit=100)].count("refused") == 1


def test_a_refusal_is_answered_on_the_event_loop(own, stranger, document):
    with budget.limited(1_000_000):
        answer = redeem(own, signed(stranger, own.claims()))
    assert document(answer)["error_codes"] == [700027]


def test_a_busy_database_uses_nothing(own, pair, monkeypatch):
    text = signed(pair, own.claims())

    def busy():
        raise Busy("locked")

    with monkeypatch.context() as patch:
        patch.setattr(own.database, "write", busy)
        assert redeem(own, text).status == 503
    assert redeem(own, text).status == 200


def test_a_replay_is_in_the_audit(own, pair):
    text = signed(pair, own.claims())
    redeem(own, text)
    redeem(own, text)
    refused, done, *_ = read_events(own.service, limit=5)
    assert (refused.outcome, refused.error, done.outcome) == ("refused", 50012, "done")


def test_once_for_each_resource_where_that_was_chosen(own, reopen, pair, document):
    own.service = reopen(profile=FAITHFUL)
    text = signed(pair, own.claims())
    assert redeem(own, text).status == 200
    assert redeem(own, text, resource="https://graph.microsoft.com").status == 200
    for spelling in ("https://localhost:8444", "HTTPS://LOCALHOST:8444/"):
        assert document(redeem(own, text, resource=spelling))["error_codes"] == [50012]
