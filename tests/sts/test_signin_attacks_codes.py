"""Attacks on what is handed out: codes, refresh tokens and device codes, stolen or swapped."""

from collections.abc import Iterator

import pytest

from support.attacking import (
    DEVICE_GRANT,
    another_tenant,
    device_of,
    password_grant,
    silent,
    typed,
)
from support.profiled import PAGE, SITE, Profiled, profiled
from support.signing_in import (
    ORGANIZATION,
    REDIRECT,
    VERIFIER,
    Visitor,
    challenge,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm import db
from xrm.sts import TokenService, registration
from xrm.sts.registration.people import revoke_sessions, set_user_enabled

OPENID = {"scope": "openid profile offline_access"}
ORIGIN = (("origin", "http://localhost"),)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    with profiled(tmp_path_factory.mktemp("codes"), "faithful") as found:
        yield found


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    with profiled(tmp_path_factory.mktemp("codes-strict"), "strict") as found:
        yield found


def code_of(at: Profiled, **changes: str | None) -> str:
    code: str = at.answered(**changes).told["code"]
    return code


def ask(at: Profiled, **form: str | None) -> tuple[int, str, int]:
    """Return the refusal of a request at the token endpoint."""
    reply = redeem(at.service, at.tenant, at.desk, **form)
    assert reply.status != 200
    return reply.refusal


def test_a_code_redeemed_twice_is_refused_and_what_it_gave_is_revoked(at):
    code = code_of(at)
    first = redeem(at.service, at.tenant, at.desk, code=code).document
    again = redeem(at.service, at.tenant, at.desk, refresh_token=first["refresh_token"])
    assert ask(at, code=code) == (400, "invalid_grant", 54005)
    for token in (first["refresh_token"], again.document["refresh_token"]):
        assert ask(at, refresh_token=token) == (400, "invalid_grant", 50173)


def test_a_replay_without_the_verifier_ends_nobody_s_session(at):
    code = code_of(at)
    token = redeem(at.service, at.tenant, at.desk, code=code).document["refresh_token"]
    assert ask(at, code=code, code_verifier="x" * 43)[2] == 501481
    assert redeem(at.service, at.tenant, at.desk, refresh_token=token).status == 200


def test_a_code_tried_with_something_wrong_is_still_the_owner_s(at):
    code = code_of(at)
    for wrong in (
        {"code_verifier": "x" * 43},
        {"redirect_uri": "http://localhost/elsewhere"},
        {"client_id": str(at.page.application_id)},
    ):
        assert redeem(at.service, at.tenant, at.desk, code=code, **wrong).status >= 400
    assert redeem(at.service, at.tenant, at.desk, code=code).status == 200


def test_a_code_is_worth_nothing_to_another_application(at):
    other = make_application(at.service, at.tenant, "Injected")
    reply = redeem(at.service, at.tenant, other, code=code_of(at))
    assert reply.refusal == (400, "invalid_grant", 70000)
    assert reply.document["suberror"] == "client_mismatch"


def test_a_code_injected_into_the_owner_s_own_session_fails_by_its_verifier(at):
    stolen = code_of(at, code_challenge=challenge("another-verifier-another-verifier-another"))
    assert ask(at, code=stolen) == (400, "invalid_grant", 501481)


def test_a_code_redeemed_for_a_confidential_application_needs_its_secret(at):
    code = code_of(at, client_id=str(at.portal.application_id), redirect_uri=SITE)
    reply = redeem(at.service, at.tenant, at.portal, code=code, redirect_uri=SITE)
    assert reply.refusal == (401, "invalid_client", 7000218)
    mine = {"client_secret": at.secret, "redirect_uri": SITE}
    assert redeem(at.service, at.tenant, at.portal, code=code, **mine).status == 200


@pytest.mark.parametrize("path", ["another tenant", "common", "organizations"])
def test_a_code_is_redeemed_at_its_own_tenant_s_path_only(at, path):
    shared = make_application(
        at.service, at.tenant, f"Shared {path}", audience="AzureADMultipleOrgs"
    )
    registration.consent(at.service, at.tenant, shared.application_id)
    where = path
    if path == "another tenant":
        other = another_tenant(at)
        registration.consent(at.service, other, shared.application_id)
        where = str(other.tenant_id)
    code = code_of(at, client_id=str(shared.application_id))
    reply = redeem(at.service, where, shared, code=code)
    assert reply.refusal == (400, "invalid_grant", 700005)


def test_a_code_of_one_version_is_not_redeemed_at_the_other(at):
    v2 = redeem(at.service, at.tenant, at.desk, version="v1", code=code_of(at))
    code = at.answered("v1").told["code"]
    v1 = redeem(at.service, at.tenant, at.desk, version="v2", code=code)
    assert [v2.refusal, v1.refusal] == [(400, "invalid_grant", 70000)] * 2


@pytest.mark.parametrize(
    ("asked", "sent", "number"),
    [
        # The challenge taken out on its way to the server: the verifier tells.
        ({"code_challenge": None, "code_challenge_method": None}, {}, 501471),
        # The verifier left out, or empty, by whoever stole the code.
        ({}, {"code_verifier": None}, 501481),
        ({}, {"code_verifier": ""}, 501481),
        # The challenge itself as the verifier: it is public.
        ({}, {"code_verifier": challenge()}, 501481),
        # Hashed turned into plain: the verifier is not what was sent.
        ({"code_challenge_method": "plain"}, {}, 501481),
        ({"code_challenge_method": None}, {}, 501481),
        # Plain taken for hashed.
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"},
         {"code_verifier": challenge()}, 501481),
        ({}, {"code_verifier": "\N{KELVIN SIGN}" * 43}, 501481),
    ],
)  # fmt: skip
def test_pkce_is_not_taken_out_of_either_leg(at, asked, sent, number):
    assert ask(at, code=code_of(at, **asked), **sent) == (400, "invalid_grant", number)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, 9002325),
        ({"code_challenge_method": "plain"}, 50149),
        ({"code_challenge_method": None}, 50149),
        ({"code_challenge_method": "s256"}, 50149),
        ({"code_challenge": "short"}, 501491),
        ({"code_challenge": "x" * 44}, 501491),
    ],
)
def test_a_single_page_application_cannot_be_asked_without_pkce(at, changes, number):
    page = {"client_id": str(at.page.application_id), "redirect_uri": PAGE}
    reply = at.answered(**page, **changes)
    assert number in (reply.number, reply.error[1])
    assert "code" not in reply.told


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
    ],
)
def test_where_pkce_is_demanded_no_downgrade_gives_a_code(strict, changes):
    told = silent(strict, strict.signed_in, **changes).told
    assert "code" not in told
    assert told["error"] == "invalid_request"


def test_a_code_for_a_page_is_not_redeemed_outside_a_browser_or_with_a_secret(at):
    asked = {"client_id": str(at.page.application_id), "redirect_uri": PAGE}
    code = code_of(at, **asked)
    reply = redeem(at.service, at.tenant, at.page, code=code, redirect_uri=PAGE)
    assert reply.refusal == (400, "invalid_request", 9002327)
    secret = registration.add_secret(at.service, at.page, description="x").secret.reveal()
    reply = redeem(
        at.service, at.tenant, at.page,
        code=code, redirect_uri=PAGE, client_secret=secret, headers=ORIGIN,
    )  # fmt: skip
    assert reply.status >= 400
    good = redeem(at.service, at.tenant, at.page, code=code, redirect_uri=PAGE, headers=ORIGIN)
    assert good.status == 200
    refreshed = redeem(at.service, at.tenant, at.page, refresh_token=good.document["refresh_token"])
    assert refreshed.refusal == (400, "invalid_request", 9002327)


def test_a_code_for_a_program_is_not_redeemed_by_a_page(at):
    reply = redeem(at.service, at.tenant, at.desk, code=code_of(at), headers=ORIGIN)
    assert reply.refusal == (400, "invalid_request", 9002326)


def test_nothing_sealed_for_one_purpose_is_taken_for_another(at):
    page = at.asked(at.visitor())
    state, code = page.fields["state"], code_of(at)
    tokens = at.tokens()
    device = device_of(at)["device_code"]
    for text in (state, tokens["refresh_token"], device, tokens["access_token"]):
        assert ask(at, code=text) == (400, "invalid_grant", 70000)
    for text in (state, code, device, tokens["id_token"]):
        assert ask(at, refresh_token=text) == (400, "invalid_grant", 70000)
    for text in (state, code, tokens["refresh_token"]):
        refusal = ask(at, grant_type=DEVICE_GRANT, device_code=text)
        assert refusal == (400, "bad_verification_code", 70018)
    for text in (code, tokens["refresh_token"], device, tokens["id_token"]):
        reply = at.visitor().post("/common/login", {"state": text, "step": "name"})
        assert reply.number == 50089


@pytest.mark.parametrize("where", range(0, 300, 37))
def test_a_sealed_text_changed_in_one_letter_is_worth_nothing(at, where):
    code = code_of(at)
    assert where < len(code)
    changed = code[:where] + ("A" if code[where] != "A" else "B") + code[where + 1 :]
    assert ask(at, code=changed) == (400, "invalid_grant", 70000)


def test_what_another_service_sealed_is_worth_nothing_here(at, tmp_path):
    database = db.open(f"sqlite://{tmp_path}", "sts", durable=False)
    other = TokenService(
        database,
        base_url=at.service.base_url,
        clock=at.service.clock,
        ids=at.service.ids,
        sealing_key=bytes(32),
    )
    tenant = registration.create_tenant(other, name="Contoso", domain="contoso.example")
    desk = make_application(other, tenant, requires=False)
    page = at.asked(visitor := at.visitor())
    there = Visitor(other, jar=dict(visitor.jar))
    assert there.post("/common/login", {"state": page.fields["state"]}).number == 50089
    for stolen in ({"code": code_of(at)}, {"refresh_token": at.tokens()["refresh_token"]}):
        reply = redeem(other, tenant, desk, **stolen)
        assert reply.refusal == (400, "invalid_grant", 70000)
        assert reply.document["suberror"] == "bad_token"
    other.close()
    database.close()


def test_a_refresh_token_is_worth_nothing_to_another_application_or_tenant(at):
    shared = make_application(at.service, at.tenant, "Roaming", audience="AzureADMultipleOrgs")
    other = another_tenant(at, "northwind.example")
    for tenant in (at.tenant, other):
        registration.consent(at.service, tenant, shared.application_id)
    code = code_of(at, client_id=str(shared.application_id))
    token = redeem(at.service, at.tenant, shared, code=code).document["refresh_token"]
    assert ask(at, refresh_token=token) == (400, "invalid_grant", 70000)
    stolen = redeem(at.service, other, shared, refresh_token=token)
    assert stolen.refusal == (400, "invalid_grant", 50020)
    assert redeem(at.service, at.tenant, shared, refresh_token=token).status == 200


def test_an_old_refresh_token_stays_good_where_the_service_lets_it(at):
    first = at.tokens()["refresh_token"]
    for _ in range(2):
        assert redeem(at.service, at.tenant, at.desk, refresh_token=first).status == 200


def test_an_old_refresh_token_ends_its_family_where_tokens_are_rotated(strict):
    first = strict.tokens()["refresh_token"]
    second = redeem(strict.service, strict.tenant, strict.desk, refresh_token=first)
    thief = redeem(strict.service, strict.tenant, strict.desk, refresh_token=first)
    assert thief.refusal == (400, "invalid_grant", 50173)
    owner = second.document["refresh_token"]
    reply = redeem(strict.service, strict.tenant, strict.desk, refresh_token=owner)
    assert reply.refusal == (400, "invalid_grant", 50173)


def test_a_refresh_token_gives_no_more_than_was_consented_to(at):
    tokens = at.tokens()
    asked = {"scope": "https://graph.microsoft.com/User.Read"}
    assert ask(at, refresh_token=tokens["refresh_token"], **asked)[2] == 65001


def test_a_code_for_one_resource_is_not_turned_into_one_for_another(at):
    code = at.answered("v1").told["code"]
    form = {"code": code, "resource": "https://graph.microsoft.com"}
    reply = redeem(at.service, at.tenant, at.desk, version="v1", **form)
    assert reply.refusal == (400, "invalid_target", 9010010)
    assert ORGANIZATION not in form.values()


def test_a_device_code_belongs_to_one_application_tenant_and_version(at):
    device = device_of(at)
    form = {"grant_type": DEVICE_GRANT, "device_code": device["device_code"]}
    assert ask(at, **form)[2] == 70016
    other = make_application(at.service, at.tenant, "Other device")
    assert redeem(at.service, at.tenant, other, **form).refusal[2] == 70018
    assert redeem(at.service, at.tenant, at.desk, version="v1", **form).refusal[2] == 70018
    assert ask(at, **{**form, "device_code": device["user_code"]})[2] == 70018


def test_an_approved_device_code_is_redeemed_once(at):
    device = device_of(at)
    visitor = at.signed_in
    page = typed(visitor, device["user_code"])
    assert "signed in" in sign_in(visitor, page, at.person.user_principal_name).heading
    form = {"grant_type": DEVICE_GRANT, "device_code": device["device_code"]}
    assert redeem(at.service, at.tenant, at.desk, **form).status == 200
    assert ask(at, **form) == (400, "bad_verification_code", 70018)
    assert "not right" in typed(visitor, device["user_code"]).text


def test_polling_too_fast_is_borne_or_slowed_by_profile(at, strict):
    for found, expected in ((at, ["authorization_pending"] * 3), (strict, None)):
        code = device_of(found)["device_code"]
        form = {"grant_type": DEVICE_GRANT, "device_code": code}
        said = [ask(found, **form)[1] for _ in range(3)]
        assert said == (expected or ["authorization_pending", "slow_down", "slow_down"])


def test_a_person_disabled_or_revoked_since_redeems_nothing_of_before(at):
    bob = make_person(at.service, at.tenant, "bob")
    visitor = at.visitor()
    reply = sign_in(visitor, at.asked(visitor), bob.user_principal_name)
    token = redeem(at.service, at.tenant, at.desk, code=reply.told["code"]).document
    code = silent(at, visitor).told["code"]
    revoke_sessions(at.service, bob)
    assert ask(at, code=code) == (400, "invalid_grant", 50173)
    assert ask(at, refresh_token=token["refresh_token"]) == (400, "invalid_grant", 50173)
    assert silent(at, visitor).told["error"] == "login_required"
    set_user_enabled(at.service, bob, enabled=False)
    assert ask(at, refresh_token=token["refresh_token"]) == (400, "invalid_grant", 50057)
    assert password_grant(at, bob.user_principal_name).refusal[2] == 50057


def test_the_redirect_uri_of_the_token_request_is_the_one_that_was_answered(at):
    for sent, number in (
        (None, 700009),
        (REDIRECT + "/", 500112),
        (REDIRECT + ":1234", 500112),
        ("HTTP://LOCALHOST", 500112),
    ):
        assert ask(at, code=code_of(at), redirect_uri=sent)[2] == number
