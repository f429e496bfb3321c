"""Passwords that are guessed at WS-Trust: counted with those that are guessed elsewhere."""

from dataclasses import replace

from support.signing_in import IMPERSONATION, PASSWORD, make_application, redeem
from support.trusting import Password, asking
from xrm.sts import registration
from xrm.sts.audit import read_events

CLEAR = "https://clear.contoso.example/"
MARIA = Password("maria@contoso.example")
GOOD = asking(applies_to=CLEAR, key="bearer")
LOCKED, WRONG = 50053, 50126


def number(scene):
    return read_events(scene.service, limit=1)[0].error


def guess(scene, by, count, start=0):
    for one in range(start, start + count):
        scene.realm.ask(GOOD, replace(by, password=f"guess {one}"))


def granted(scene, desk, password):
    """Return what the token endpoint of Entra ID says to a password."""
    fields = {"grant_type": "password", "username": MARIA.name, "password": password}
    return redeem(
        scene.service, scene.realm.tenant, desk, scope=f"{IMPERSONATION} openid", **fields
    )


def test_ten_wrong_passwords_lock_the_account(scene):
    guess(scene, MARIA, 10)
    assert number(scene) == WRONG
    assert scene.realm.ask(GOOD, MARIA).status == 500
    assert number(scene) == LOCKED
    scene.clock.now += 61
    assert scene.realm.ask(GOOD, MARIA).status == 200


def test_names_in_both_forms_are_counted_as_one(scene):
    for one, name in enumerate(["CONTOSO\\maria", "contoso.example\\MARIA", MARIA.name.upper()]):
        guess(scene, Password(name), 4, start=10 * one)
    assert scene.realm.ask(GOOD, MARIA).status == 500
    assert number(scene) == LOCKED


def test_both_doors_count_together(scene):
    """Five wrong passwords at each lock the account at both."""
    service, tenant = scene.service, scene.realm.tenant
    desk = make_application(service, tenant, "Desk")
    registration.consent(service, tenant, desk.application_id)
    assert granted(scene, desk, PASSWORD).status == 200
    guess(scene, MARIA, 5)
    for one in range(5):
        assert granted(scene, desk, f"other {one}").refusal[2] == WRONG
    assert granted(scene, desk, PASSWORD).refusal[2] == LOCKED
    assert scene.realm.ask(GOOD, MARIA).status == 500
    assert number(scene) == LOCKED


def test_many_names_from_one_address_lock_the_address(scene):
    for one in range(100):
        scene.realm.ask(GOOD, Password(f"person{one}@contoso.example", "Summer-2027"))
    assert scene.realm.ask(GOOD, MARIA).status == 500
    assert number(scene) == LOCKED


def test_password_at_the_right_time_forgets_the_wrong_ones(scene):
    guess(scene, MARIA, 9)
    assert scene.realm.ask(GOOD, MARIA).status == 200
    guess(scene, MARIA, 9, start=20)
    assert scene.realm.ask(GOOD, MARIA).status == 200
