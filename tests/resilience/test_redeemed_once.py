"""What counts once counts once, though eight come at once, in several processes, on each engine."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from support import certificates, racing, redeeming
from support.credentials import signed
from support.estate import ENGINES
from support.racing import RACERS, Course, Racers, Task
from support.redeeming import Said, ask
from support.signing_in import (
    PASSWORD,
    Visitor,
    asking,
    authorize_path,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
    token_path,
)
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts import registration

TRIES = 10_000
SOME = 50
SPENT, REVOKED, UNKNOWN_DEVICE, USED = 54005, 50173, 70018, 50012
WRONG_PASSWORD, LOCKED, NOBODY = 50126, 50053, 50058


@pytest.fixture(scope="module", params=ENGINES)
def field(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Racers]:
    url = f"sqlite://{tmp_path_factory.mktemp('race')}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    with racing.racers(url) as field:
        yield field


def assertions(field: Racers, count: int) -> list[tuple[str, str]]:
    """Return a service's id with each of its assertions."""
    service, pair = field.course.faithful, certificates.make()
    prover = registration.create_application(service, field.course.tenant, name="Prover")
    registration.add_certificate(service, prover, pair.der)
    now, client_id = int(time.time()), str(prover.application_id)
    claims = {
        "aud": racing.BASE + token_path(field.course.tenant),
        "iss": client_id,
        "sub": client_id,
        "nbf": now,
        "exp": now + 600,
    }
    return [(client_id, signed(pair, {**claims, "jti": str(uuid.uuid4())})) for _ in range(count)]


@dataclass(frozen=True)
class Redeemed:
    """A kind of thing that is redeemed once: how it is made, and what who comes late is told.

    `after` is the number by which a refresh token of the winner is answered, None without one.
    """

    make: Callable[[Racers, int], Sequence[object]]
    task: Task
    late: int
    after: int | None


KINDS = {
    # Who brings a code a second time ends what came of the first.
    "code": Redeemed(
        lambda field, count: field.share(redeeming.make_codes, count),
        redeeming.redeem_code,
        SPENT,
        REVOKED,
    ),
    "device code": Redeemed(
        lambda field, count: field.share(redeeming.make_devices, count),
        redeeming.redeem_device,
        UNKNOWN_DEVICE,
        0,
    ),
    "assertion": Redeemed(assertions, redeeming.redeem_assertion, USED, None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_eight_at_once_one_redeems(field: Racers, kind: str) -> None:
    redeemed = KINDS[kind]
    results = field.race(redeemed.task, redeemed.make(field, TRIES // RACERS))
    found = Counter(tuple(sorted(one.number for one in each)) for each in results)
    assert found == {(0, *[redeemed.late] * (RACERS - 1)): TRIES // RACERS}
    if redeemed.after is not None:
        tokens = [one.refresh_token for each in results for one in each if not one.number]
        then = {ask(field.course, refresh_token=token).number for token in tokens[:SOME]}
        assert then == {redeemed.after}


def test_a_refresh_token_is_rotated_once_and_its_family_ends(field: Racers) -> None:
    results = field.race(redeeming.rotate, field.share(redeeming.make_refresh_tokens, SOME))
    assert_one_won(results, REVOKED)
    for each in results:
        (token,) = (one.refresh_token for one in each if not one.number)
        again = ask(field.course, field.course.strict, refresh_token=token)
        assert again.number == REVOKED


def test_a_code_that_comes_again_ends_a_family_that_is_being_refreshed(field: Racers) -> None:
    tokens = field.share(redeeming.make_refresh_tokens, SOME)
    for refreshed, *replayed in field.race(redeeming.rotate_or_replay, tokens):
        assert {one.number for one in replayed} == {SPENT}
        assert refreshed.number in (0, REVOKED)
        token = refreshed.refresh_token
        again = ask(field.course, field.course.strict, refresh_token=token) if token else refreshed
        assert again.number == REVOKED


def assert_one_won(results: Sequence[Sequence[Said]], late: int) -> None:
    for each in results:
        assert sorted(one.number for one in each) == [0, *[late] * (RACERS - 1)]


def test_of_two_people_at_one_device_one_decides(field: Racers) -> None:
    course = field.course
    devices = [redeeming.begin_device(course) for _ in range(SOME)]
    for begun, told in zip(devices, field.race(redeeming.decide, devices), strict=True):
        headings = told[:6]
        done = [number for number, each in enumerate(headings) if "code" not in each.lower()]
        assert len(done) == 1, headings
        form = {"grant_type": redeeming.DEVICE_GRANT, "device_code": begun["device_code"]}
        if done[0] in (4, 5):
            assert ask(course, **form).number == 65004
        elif not any(isinstance(one, Said) and one.number == 0 for one in told):
            reply = redeem(course.faithful, course.tenant, course.application, **form)
            assert reply.status == 200, reply.text
            claims = claims_of(reply.document["access_token"])
            assert claims["oid"] == str(course.people[done[0] % 2].object_id)


def test_no_failure_is_lost_when_they_come_at_once(field: Racers) -> None:
    """Ten failures lock: after eight at once, a ninth leaves it open and the tenth closes it."""
    lockout, now = field.course.faithful.parts.lockout, field.course.faithful.clock()
    tried = [(f"{uuid.uuid4()}@contoso.example", f"198.51.100.{n}") for n in range(SOME)]
    field.race(redeeming.miss, tried)
    for username, peer in tried:
        lockout.failed(username, peer, Secret("the ninth"), now=now)
        lockout.check(username, peer, now=now)
        lockout.failed(username, peer, Secret("the tenth"), now=now)
        with pytest.raises(SignInError, match="temporarily locked"):
            lockout.check(username, peer, now=now)


def test_ten_wrong_passwords_lock_though_eight_come_at_once(field: Racers) -> None:
    course = field.course
    person = make_person(course.faithful, course.tenant, "hedy")
    name = person.user_principal_name
    assert {one.number for one in field.race(redeeming.guess, [name])[0]} == {WRONG_PASSWORD}
    guesses = [redeeming.with_password(course, name, f"later {n}").number for n in range(2)]
    assert guesses == [WRONG_PASSWORD] * 2
    assert redeeming.with_password(course, name, PASSWORD).number == LOCKED


def test_who_signed_out_is_out_though_another_signs_in_meanwhile(field: Racers) -> None:
    course = field.course
    name = course.people[0].user_principal_name
    before = [redeeming.signed_in(course).jar for _ in range(4)]
    raced = field.race(redeeming.leave_or_come, before)
    signed_out = [each for each in raced if any(who for who, _ in each)]
    assert signed_out
    for results in signed_out:
        for _, jar in results:
            visitor = Visitor(course.faithful, jar=jar)
            assert redeeming.silently(course, visitor, login_hint=name).error[1] == NOBODY


def test_who_signed_out_is_out_though_an_application_is_told_of_them(field: Racers) -> None:
    course = field.course
    leaving, staying = (each.user_principal_name for each in course.people)
    told = make_application(course.faithful, course.tenant, f"Told {uuid.uuid4()}")
    registration.consent(course.faithful, course.tenant, told.application_id)
    browsers = [both_signed_in(course) for _ in range(8)]
    field.race(redeeming.leave_or_use, [(one.jar, told) for one in browsers])
    for one in browsers:
        assert redeeming.silently(course, one, login_hint=leaving).error[1] == NOBODY
        assert redeeming.silently(course, one, login_hint=staying).told["code"]


def both_signed_in(course: Course) -> Visitor:
    """Return a browser in which both people are signed in."""
    visitor = redeeming.signed_in(course, 1)
    fields = asking(course.application, prompt="login")
    page = visitor.get(authorize_path(course.tenant), fields)
    assert "code" in sign_in(visitor, page, course.people[0].user_principal_name).told
    return visitor
