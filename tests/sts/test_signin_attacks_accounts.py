"""Attacks on accounts: guessing passwords and codes, finding out who exists, racing a sign-out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest

from support.attacking import browser_of, device_of, password_grant, silent, typed
from support.directory import Graph, speaking_for
from support.profiled import Profiled, profiled
from support.signing_in import PASSWORD, Reply, Visitor, make_person, redeem, sign_in
from xrm.model.secret import Secret
from xrm.sts.accounts import passwords, proof
from xrm.sts.registration.people import amend_user, set_password, set_user_enabled
from xrm.sts.signin.browser import Sessions

ADA = "ada@contoso.example"
NOBODY = "nobody@contoso.example"
NEW = "Another-horse-7"
LOCKED = "temporarily locked"
INCORRECT = "account or password is incorrect"


@pytest.fixture
def at(tmp_path) -> Iterator[Profiled]:
    with profiled(tmp_path, "faithful") as found:
        yield found


@pytest.fixture
def strict(tmp_path) -> Iterator[Profiled]:
    with profiled(tmp_path, "strict") as found:
        yield found


@pytest.fixture
def compared(monkeypatch) -> list[bool]:
    """Count the comparisons of passwords, whatever they came to, and make them quick."""
    calls: list[bool] = []
    verify = passwords._HASHER.verify

    class Counting:
        def __getattr__(self, name):
            return getattr(passwords.PasswordHasher(), name)

        def verify(self, kept, tried):
            calls.append(True)
            return verify(kept, tried)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    return calls


@pytest.fixture
def quick(monkeypatch):
    """Let no wrong password take time: the counters are what is tested."""
    right = Secret(PASSWORD)
    monkeypatch.setattr(proof, "verify_password", lambda user, tried: bool(user) and tried == right)


def password_page(at: Profiled, username: str, **options: str) -> tuple[Visitor, Reply]:
    visitor = at.visitor(**options)
    page = at.asked(visitor, login_hint=username, prompt="login")
    assert "password" in page.steps
    return visitor, page


def tries(at: Profiled, username: str, password: str, **options: str) -> Reply:
    visitor, page = password_page(at, username, **options)
    return visitor.submit(page, "password", username=username, password=password)


def said(reply: Reply) -> str:
    found = re.search(r'role="alert">(.*?)</p>', reply.text)
    return found[1] if found else reply.heading


def test_ten_wrong_passwords_lock_an_account_at_an_address_and_there_only(at, quick):
    assert [said(tries(at, ADA, f"wrong {n}")) for n in range(10)] == [
        "Your account or password is incorrect."
    ] * 10
    assert LOCKED in said(tries(at, ADA, PASSWORD))
    assert password_grant(at, ADA).refusal == (400, "invalid_grant", 50053)
    assert "code" in sign_in(*password_page(at, ADA, peer="198.51.100.9"), ADA).told


def test_the_same_wrong_password_counts_once(at, quick):
    for _ in range(30):
        tries(at, ADA, "what it was before")
    assert "code" in sign_in(*password_page(at, ADA), ADA).told


def test_a_lock_doubles_and_no_page_or_grant_goes_round_it(at, quick):
    visitor = browser_of(at, ADA)
    for n in range(10):
        password_grant(at, ADA, f"wrong {n}")
    waits = []
    for n in range(3):
        start = at.clock.ahead
        while LOCKED in said(tries(at, ADA, f"again {n}")):
            at.clock.ahead += 30
        waits.append(at.clock.ahead - start)
        at.clock.ahead += 1
    assert waits[0] <= 90
    assert waits[0] < waits[1] < waits[2]
    # Every way to send a password is locked: other letter case, other purposes.
    for name in (ADA.upper(), "Ada@Contoso.Example"):
        assert LOCKED in said(tries(at, name, PASSWORD))
        assert password_grant(at, name).refusal[2] == 50053
    assert password_grant(at, f"{ADA} ").refusal[2] == 50034
    fresh, consent = at.visitor(), {"client_id": str(at.desk.application_id)}
    for page in (
        typed(fresh, device_of(at)["user_code"]),
        fresh.get(f"/{at.tenant.tenant_id}/adminconsent", consent),
    ):
        asked = fresh.submit(page, "name", username=ADA)
        assert LOCKED in said(fresh.submit(asked, "password", password=PASSWORD))
    change = {"password": PASSWORD, "new_password": NEW, "again": NEW}
    assert LOCKED in said(fresh.submit(asked, "change", **change))
    # Who is signed in already is not signed out by somebody who guesses.
    assert "code" in silent(at, visitor).told


def test_many_accounts_tried_from_one_address_lock_the_address(at, quick):
    for n in range(100):
        peer = {"peer": "203.0.113.5"}
        assert password_grant(at, f"user{n}@contoso.example", "Spring2026!", **peer).status == 400
    assert password_grant(at, ADA, PASSWORD, "203.0.113.5").refusal[2] == 50053
    assert LOCKED in said(tries(at, ADA, PASSWORD, peer="203.0.113.5"))
    # Nor does the page of devices serve it any further.
    device = device_of(at)["user_code"]
    assert LOCKED in typed(at.visitor(peer="203.0.113.5"), device).text
    assert "code" in sign_in(*password_page(at, ADA), ADA).told


def test_one_account_tried_from_many_addresses_locks_the_account(at, quick):
    for n in range(50):
        password_grant(at, ADA, f"wrong {n}", f"203.0.113.{n}")
    assert password_grant(at, ADA, PASSWORD, "198.51.100.1").refusal[2] == 50053
    other = make_person(at.service, at.tenant, "bea").user_principal_name
    assert "code" in sign_in(*password_page(at, other, peer="198.51.100.1"), other).told


def test_whoever_holds_a_token_does_not_find_out_the_password_by_changing_it(at):
    world = SimpleNamespace(
        service=at.service, database=at.service.database, clock=at.clock, tenant=at.tenant,
        application=at.desk,
    )  # fmt: skip
    thief = Graph(world, speaking_for(world, at.person, "Directory.AccessAsUser.All"))
    for n in range(10):
        wrong = {"currentPassword": f"Wrong-guess-{n}", "newPassword": NEW}
        status, document = thief.ask("POST", "me/changePassword", wrong)
        assert (status, "is wrong" in document["error"]["message"]) == (400, True)
    right = {"currentPassword": PASSWORD, "newPassword": NEW}
    status, document = thief.ask("POST", "me/changePassword", right)
    assert (status, LOCKED in document["error"]["message"]) == (400, True)
    assert "code" in sign_in(*password_page(at, ADA), ADA).told


def test_a_good_sign_in_of_one_s_own_does_not_reset_the_counters_of_others(at, quick):
    mine = make_person(at.service, at.tenant, "mallory").user_principal_name
    for n in range(100):
        password_grant(at, f"user{n}@contoso.example", "Spring2026!", "203.0.113.5")
        if n % 20 == 0:
            password_grant(at, mine, PASSWORD, "203.0.113.5")
    assert password_grant(at, ADA, PASSWORD, "203.0.113.5").refusal[2] == 50053


def test_codes_of_devices_are_not_guessed(at):
    waiting, visitor = device_of(at), at.visitor(peer="203.0.113.5")
    said_of = [typed(visitor, f"AAAAAAA{n:02}").text for n in range(11)]
    assert [("not right" in text, LOCKED in text) for text in said_of] == [(True, False)] * 10 + [
        (False, True)
    ]
    assert LOCKED in typed(visitor, waiting["user_code"]).text
    # Who types elsewhere is not hindered, and who is hindered may sign in by a password.
    assert "name" in typed(at.visitor(), waiting["user_code"]).steps
    assert "code" in sign_in(*password_page(at, ADA, peer="203.0.113.5"), ADA).told


def test_many_addresses_that_guess_codes_hinder_nobody_else(at):
    for n in range(60):
        typed(at.visitor(peer=f"203.0.113.{n}"), f"AAAAAAA{n:02}")
    assert "name" in typed(at.visitor(), device_of(at)["user_code"]).steps


@pytest.mark.parametrize("code", ["", " ", "%", "_", "*", "A" * 5000, "\u0661" * 9, "' OR 1=1 --"])
def test_no_pattern_stands_for_a_code_of_a_device(at, code):
    device_of(at)
    assert "not right" in typed(at.visitor(), code).text


def everybody(at: Profiled) -> dict[str, str]:
    """Return names of all standings an account can have."""
    people = {name: make_person(at.service, at.tenant, name) for name in ("known", "gone", "off")}
    set_user_enabled(at.service, people["off"], enabled=False)
    expired = make_person(at.service, at.tenant, "expired", must_change_password=True)
    bare = amend_user(
        at.service,
        make_person(at.service, at.tenant, "bare"),
        lambda one: replace(one, password=""),
    )
    names = {name: one.user_principal_name for name, one in people.items()}
    names |= {"expired": expired.user_principal_name, "bare": bare.user_principal_name}
    return {**names, "nobody": NOBODY, "no domain": "nobody", "elsewhere": "x@y.example"}


def test_every_name_costs_as_many_comparisons(at, compared):
    passwords._nobodys()
    counted = {}
    for standing, name in everybody(at).items():
        compared.clear()
        assert INCORRECT in said(tries(at, name, "wrong"))
        by_page = len(compared)
        password_grant(at, name, "wrong")
        counted[standing] = (by_page, len(compared) - by_page)
    assert set(counted.values()) == {(1, 1)}


def test_in_the_strict_profile_no_text_tells_who_exists(strict):
    seen = {}
    for standing, name in everybody(strict).items():
        visitor = strict.visitor()
        page = visitor.submit(strict.asked(visitor), "name", username=name)
        first = (page.status, page.heading, page.steps, said(page))
        page = visitor.submit(page, "password", password="wrong")
        seen[standing] = (first, page.status, page.heading, page.steps, said(page))
        hinted = strict.asked(strict.visitor(), login_hint=name)
        seen[standing] += (hinted.heading, hinted.steps)
        lines = [key for key, _ in page.response.headers]
        seen[standing] += (lines,)
    assert len({str(one) for one in seen.values()}) == 1, seen


def test_a_lock_tells_nobody_who_exists(strict, quick):
    seen = []
    for name in (ADA, NOBODY):
        seen.append([said(tries(strict, name, f"wrong {n}")) for n in range(11)])
    assert seen[0] == seen[1]
    assert LOCKED in seen[0][-1]


def test_only_who_knows_the_password_learns_that_an_account_is_disabled_or_expired(at):
    names = everybody(at)
    for standing in ("off", "expired"):
        assert INCORRECT in said(tries(at, names[standing], "wrong"))
        assert password_grant(at, names[standing], "wrong").refusal[2] == 50126
    assert tries(at, names["off"], PASSWORD).number == 50057
    assert "new_password" in tries(at, names["expired"], PASSWORD).fields
    assert password_grant(at, names["expired"]).refusal[2] == 50055


def test_an_expired_password_is_changed_by_nobody_who_does_not_know_it(at):
    set_password(at.service, at.person, Secret(PASSWORD), must_change_password=True)
    visitor, page = password_page(at, ADA)
    for current in ("wrong", "", NEW, PASSWORD + " "):
        form = {"password": current, "new_password": NEW, "again": NEW, "username": ADA}
        reply = visitor.submit(page, "change", **form)
        assert INCORRECT in said(reply)
        assert reply.location == ""
    assert password_grant(at, ADA, NEW).refusal[2] == 50126
    assert password_grant(at, ADA).refusal[2] == 50055


def test_who_changes_an_expired_password_changes_their_own_only(at):
    mallory = make_person(at.service, at.tenant, "mallory", must_change_password=True)
    visitor, page = password_page(at, mallory.user_principal_name)
    page = visitor.submit(page, "password", password=PASSWORD)
    assert "new_password" in page.fields
    reply = visitor.submit(
        page, "change",
        username=ADA, account="", password=PASSWORD, new_password=NEW, again=NEW,
    )  # fmt: skip
    assert "accept" in reply.steps
    assert mallory.user_principal_name in reply.text.replace("<wbr>", "")
    assert password_grant(at, ADA, NEW).refusal[2] == 50126
    assert password_grant(at, mallory.user_principal_name, NEW).refusal[2] == 65001


def test_the_page_of_a_new_password_is_no_way_to_guess_the_old_one(at, quick):
    visitor, page = password_page(at, ADA)
    for n in range(10):
        form = {"password": f"wrong {n}", "new_password": NEW, "again": NEW}
        assert INCORRECT in said(visitor.submit(page, "change", **form))
    form = {"password": PASSWORD, "new_password": NEW, "again": NEW}
    assert LOCKED in said(visitor.submit(page, "change", **form))


def test_a_password_of_before_its_change_signs_nobody_in_and_ends_what_it_gave(at):
    visitor, token = browser_of(at, ADA), at.tokens()["refresh_token"]
    set_password(at.service, at.person, Secret(NEW), must_change_password=False)
    assert silent(at, visitor).told["error"] == "login_required"
    assert redeem(at.service, at.tenant, at.desk, refresh_token=token).refusal[2] == 50173
    assert INCORRECT in said(tries(at, ADA, PASSWORD))


@pytest.mark.parametrize("everyone", [False, True])
def test_who_signs_out_while_another_signs_in_stays_signed_out(at, monkeypatch, everyone):
    other = make_person(at.service, at.tenant, "bea").user_principal_name
    third = make_person(at.service, at.tenant, "cid").user_principal_name
    visitor = browser_of(at, ADA)
    assert "code" in sign_in(visitor, at.asked(visitor, prompt="login"), third).told
    page = at.asked(visitor, prompt="login", login_hint=other)
    meanwhile = at.visitor(jar=dict(visitor.jar))
    verify = passwords.verify_password

    def slow(*arguments):
        # While the password is compared the same browser signs out in another window.
        for name in (ADA, third) if everyone else (ADA,):
            meanwhile.get("/common/oauth2/logout", {"logout_hint": name})
        return verify(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(proof, "verify_password", slow)
        assert "code" in sign_in(visitor, page, other).told
    assert silent(at, visitor, login_hint=ADA).told["error"] == "login_required"
    assert "code" in silent(at, visitor, login_hint=other).told
    left = silent(at, visitor, login_hint=third).told
    assert ("code" in left) is not everyone


def test_an_answer_given_while_somebody_signs_out_does_not_sign_them_in_again(at, monkeypatch):
    other = make_person(at.service, at.tenant, "bea").user_principal_name
    visitor = browser_of(at, ADA)
    assert "code" in sign_in(visitor, at.asked(visitor, prompt="login"), other).told
    meanwhile = at.visitor(jar=dict(visitor.jar))
    used = Sessions.used

    def late(*arguments, **options):
        meanwhile.get("/common/oauth2/logout", {"logout_hint": ADA})
        return used(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Sessions, "used", late)
        silent(at, visitor, at.page, redirect_uri="http://localhost/page", login_hint=ADA)
        silent(at, visitor, at.portal, redirect_uri="https://portal.example/back", login_hint=ADA)
        at.clock.ahead += 50_000  # the session is lengthened
        silent(at, visitor, login_hint=other)
    assert silent(at, visitor, login_hint=ADA).told["error"] == "login_required"
    assert "code" in silent(at, visitor, login_hint=other).told
