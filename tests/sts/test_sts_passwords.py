"""Passwords of people: which can be used, what is kept of them, what changing one ends."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from xrm.model.secret import Secret
from xrm.sts import registration as r
from xrm.sts.accounts.passwords import verify_password
from xrm.sts.model import User
from xrm.sts.registration import people

UPN = "Maria@Contoso.example"
GOOD = Secret("correct Horse 1")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Abcdefg1", True), ("abcdefg1!", True), ("ABCDEFG1 ", True), ("Abcdefg~", True),
        ("A1b" + "x" * 253, True), ("A1b" + "x" * 254, False), ("Abcdef1", False),
        ("abcdefgh1", False), ("Abcdefgh", False), ("ABCDEFG1", False), ("", False),
        ("Abcdefg1\u00e9", False), ("Abcdefg1\t", False), ("Abcdefg1\x7f", False),
        ("Abcdefg1\ud800", False),
    ],
)  # fmt: skip
def test_passwords(create_shared, text, good):
    name = f"p{uuid4().hex}@contoso.example"
    if good:
        create_shared(name, password=Secret(text))
        return
    with pytest.raises(r.RegistrationError) as caught:
        create_shared(name, password=Secret(text))
    assert caught.value.member == "passwordProfile"
    assert not text or text not in str(caught.value)


def test_a_password_made_here_is_strong_and_kept_only_as_its_hash(fresh):
    made = people.create_user(
        fresh.service, fresh.tenant, user_principal_name=UPN, display_name="Maria"
    )
    text = made.password.reveal()
    assert len(text) == 20
    assert made.user.must_change_password
    assert made.user.password.startswith("$argon2id$v=19$")
    assert text not in repr(made)
    assert made.user.password not in repr(made)
    kept = people.find_user(fresh.service, fresh.tenant, UPN)
    assert verify_password(kept, made.password)
    assert not verify_password(kept, Secret(text + "x"))
    again = people.set_password(fresh.service, kept, GOOD, must_change_password=False)
    assert not again.user.must_change_password
    assert verify_password(again.user, GOOD)
    assert not verify_password(again.user, made.password)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Password1", False), ("P@$$w0rd", False), ("Pa55w.rd", False), ("passwortD1", False),
        ("Welcome123", False), ("Qwertyu1op!", True), ("Qwertyuiop1!", False), ("Dragon!1aa", True),
        ("Summer.24x7", True), ("summerPassword1!", False), ("summer1!Password7#", True),
        ("Garcia+12345678", False), ("my-garc1a1A", True),
        ("C0nt0s0/x9kq", False), ("Lee+likes-7", True),
        ("J0se-5harp77", False), ("my-5h@rp77", False),
        ("tr0ub4dor&3", True),
    ],
)  # fmt: skip
def test_passwords_that_are_easily_guessed(create_shared, text, good):
    name = f"g{uuid4().hex}@contoso.example"
    members = {"given_name": "Jose María Lee", "surname": "Sharp-Garcia"}
    members |= {"password": Secret(text), "must_change_password": False}
    if good:
        create_shared(name, **members)
        return
    with pytest.raises(r.RegistrationError, match="too weak") as caught:
        create_shared(name, **members)
    assert (caught.value.member, caught.value.kind) == ("passwordProfile", "invalid")
    assert text not in str(caught.value)


def test_a_password_for_the_first_sign_in_only_may_be_easily_guessed(create_shared):
    name = f"first{uuid4().hex}@contoso.example"
    assert create_shared(name, password=Secret("Pa55w.rd")).must_change_password


@pytest.mark.parametrize(
    "stranger",
    [None, User(uuid4(), uuid4(), UPN, "Maria"), User(uuid4(), uuid4(), UPN, "M", password="junk")],
    ids=["nobody", "no password", "no hash"],
)
@pytest.mark.parametrize("text", ["correct Horse 1", "", "x" * 100_000, "\ud800"])
def test_without_a_password_none_is_right(stranger, text):
    assert not verify_password(stranger, Secret(text))


def test_a_person_chooses_another_password(fresh):
    service, clock = fresh.service, fresh.clock
    made = people.create_user(
        service, fresh.tenant, user_principal_name=UPN, display_name="Maria", surname="Sanz",
        password=GOOD,
    ).user  # fmt: skip
    assert (made.password_changed, made.sessions_from) == (int(clock()), int(clock()) * 1_000_000)
    clock.now += 100
    better = Secret("even Better 2")
    for current, new, member, kind in (
        (Secret("wrong Horse 1"), better, "currentPassword", "forbidden"),
        (Secret(""), better, "currentPassword", "forbidden"),
        (GOOD, GOOD, "newPassword", "forbidden"),
        (GOOD, Secret("short1A"), "passwordProfile", "invalid"),
        (GOOD, Secret("Mrs-S4nz-Sanz"), "passwordProfile", "invalid"),
    ):
        with pytest.raises(r.RegistrationError) as caught:
            people.change_password(service, made, current, new)
        assert (caught.value.member, caught.value.kind) == (member, kind)
    assert people.find_user(service, fresh.tenant, UPN) == made
    after = people.change_password(service, made, GOOD, better)
    assert verify_password(after, better)
    assert not after.must_change_password
    assert after.password_changed == int(clock())
    assert after.sessions_from == int(clock()) * 1_000_000 + 1
    with pytest.raises(r.RegistrationError, match="current password is wrong"):
        people.change_password(service, made, GOOD, Secret("third Time 3"))


def test_of_two_who_change_a_password_at_once_one_does(fresh_on_each):
    world = fresh_on_each
    made = people.create_user(
        world.service, world.tenant, user_principal_name=UPN, display_name="M", password=GOOD
    ).user

    def attempt(number: int) -> str:
        try:
            people.change_password(world.service, made, GOOD, Secret(f"better Horse {number}"))
        except r.RegistrationError as error:
            return error.member
        return "done"

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(attempt, range(4)))
    assert answers == ["currentPassword"] * 3 + ["done"]


def test_what_ends_the_sessions_of_a_person(fresh, create):
    service, clock, user = fresh.service, fresh.clock, create()
    ways = (
        lambda: people.revoke_sessions(service, user),
        lambda: people.set_password(service, user).user,
        lambda: people.set_user_enabled(service, user, enabled=False),
    )
    for end in ways:
        clock.now += 10
        assert end().sessions_from == int(clock()) * 1_000_000 + 1
    last = people.find_user(service, fresh.tenant, UPN)
    clock.now += 10
    for keep in (
        lambda: people.set_user_enabled(service, user, enabled=False),
        lambda: people.set_user_enabled(service, user, enabled=True),
        lambda: people.add_role(service, user, "Global Reader"),
        lambda: people.amend_user(service, user, lambda one: replace(one, surname="Sanz")),
    ):
        assert keep().sessions_from == last.sessions_from
    amended = people.amend_user(service, user, lambda one: replace(one, enabled=False))
    assert amended.sessions_from == int(clock()) * 1_000_000 + 1
    clock.now -= 50
    assert people.revoke_sessions(service, user).sessions_from == amended.sessions_from
    assert last.password_changed == int(clock()) + 50 - 20


def test_at_most_two_passwords_are_hashed_at_once(monkeypatch):
    from xrm.sts.accounts import passwords as hashing

    guard, busy, most = threading.Lock(), [0], [0]

    class Slow:
        def hash(self, text: str) -> str:
            with guard:
                busy[0] += 1
                most[0] = max(most[0], busy[0])
            time.sleep(0.02)
            with guard:
                busy[0] -= 1
            return text

    monkeypatch.setattr(hashing, "_HASHER", Slow())
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: hashing.hash_password(GOOD), range(6)))
    assert most[0] == 2
