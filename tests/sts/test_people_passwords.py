"""The password grant, and the lock on accounts and addresses that are tried too often."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    PASSWORD,
    Visitor,
    asking,
    authorize_path,
    cheap_passwords,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.sts import registration
from xrm.sts.registration.people import set_user_enabled

GRANT = "invalid_grant"
WRONG, LOCKED = (400, GRANT, 50126), (400, GRANT, 50053)
UPN = "piet@contoso.example"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


def build(world):
    service, tenant = world.service, world.tenant
    desk = make_application(service, tenant, "Password desk", audience="AzureADMultipleOrgs")
    registration.consent(service, tenant, desk.application_id)
    person = make_person(service, tenant, "piet")
    return SimpleNamespace(
        world=world, service=service, tenant=tenant, desk=desk, person=person, peer="192.0.2.7"
    )


@pytest.fixture(scope="module")
def scene(world):
    return build(world)


@pytest.fixture
def own(fresh):
    return build(fresh)


@pytest.fixture
def own_on_each(fresh_on_each):
    return build(fresh_on_each)


def ask(scene, version="v2", *, tenant=None, application=None, peer=None, **changes):
    fields = {"grant_type": "password", "username": UPN, "password": PASSWORD}
    fields |= {"scope": f"{IMPERSONATION} openid offline_access"} if version == "v2" else {
        "resource": ORGANIZATION, "scope": "openid"
    }  # fmt: skip
    return redeem(
        scene.service, tenant or scene.tenant, application or scene.desk, version=version,
        peer=peer or scene.peer, **{**fields, **changes},
    )  # fmt: skip


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("segment", ["contoso.example", "organizations", "Organizations"])
def test_a_password_for_tokens(scene, version, segment):
    answer = ask(scene, version, tenant=segment, username=UPN.upper(), client_info="1")
    assert answer.status == 200, answer.document
    claims = claims_of(answer.document["access_token"])
    assert (claims["upn"], claims["amr"], claims["appidacr"]) == (UPN, ["pwd"], "0")
    assert {"id_token", "refresh_token", "client_info"} <= answer.document.keys()
    # No browser has a session of it.
    assert "sid" not in claims
    token = answer.document["refresh_token"]
    assert redeem(
        scene.service, scene.tenant, scene.desk, version=version, refresh_token=token
    ).status == 200  # fmt: skip


@pytest.mark.parametrize(
    ("tenant", "changes", "refusal"),
    [
        (None, {"username": None}, (400, "invalid_request", 900144)),
        (None, {"password": None}, (400, "invalid_request", 900144)),
        (None, {"client_secret": "x"}, (401, "invalid_client", 700025)),
        ("common", {}, (400, "invalid_request", 9001023)),
        ("consumers", {}, (400, "invalid_request", 9001023)),
        (None, {"username": "nobody@contoso.example"}, (400, GRANT, 50034)),
        (None, {"username": "nobody"}, (400, GRANT, 50034)),
        (None, {"scope": "https://graph.microsoft.com/User.Read"}, (400, GRANT, 65001)),
        (None, {"scope": None}, (400, "invalid_request", 900144)),
        (None, {"resource": ORGANIZATION}, (400, "invalid_request", 901002)),
        (None, {"scope": "https://nobody.example/.default"}, (400, "invalid_resource", 500011)),
    ],
)
def test_what_is_refused(scene, tenant, changes, refusal):
    assert ask(scene, tenant=tenant, **changes).refusal == refusal


def test_only_applications_that_keep_no_secret_come_without_one(scene):
    site = make_application(
        scene.service, scene.tenant, "Password site", public_client=None,
        redirects={"https://web.example/": "Web"},
    )  # fmt: skip
    registration.consent(scene.service, scene.tenant, site.application_id)
    assert ask(scene, application=site).refusal == (401, "invalid_client", 7000218)
    secret = registration.add_secret(scene.service, site, description="s").secret.reveal()
    answer = ask(scene, application=site, client_secret=secret)
    assert claims_of(answer.document["access_token"])["appidacr"] == "1"


def test_people_of_other_tenants_and_applications_of_one(scene):
    service = scene.service
    other = registration.create_tenant(service, name="Northwind", domain="northwind.example")
    make_person(service, other, "nora")
    upn = "nora@northwind.example"
    assert ask(scene, username=upn).refusal == (400, GRANT, 50034)
    answer = ask(scene, tenant="organizations", username=upn)
    # It is present in that person's tenant only once somebody there has consented.
    assert answer.refusal == (400, "unauthorized_client", 700016)
    single = make_application(service, scene.tenant, "Single")
    reply = ask(scene, application=single, tenant="organizations")
    assert reply.refusal == (400, "invalid_request", 50194)


def test_people_who_may_not_sign_in(own):
    service, person = own.service, own.person
    set_user_enabled(service, person, enabled=False)
    assert ask(own).refusal == (400, GRANT, 50057)
    # Only to whoever knows the password.
    assert ask(own, password="wrong").refusal == WRONG
    make_person(service, own.tenant, "new", must_change_password=True)
    reply = ask(own, username="new@contoso.example")
    assert reply.refusal == (400, "user_password_expired", 50055)
    assert reply.document["suberror"] == "user_password_expired"
    assert ask(own, username="new@contoso.example", password="wrong").refusal == WRONG
    principal = registration.find_principal(service, own.tenant, own.desk.application_id)
    registration.require_assignment(service, principal, required=True)
    set_user_enabled(service, person, enabled=True)
    own.world.clock.now += 1
    assert ask(own).refusal == (400, GRANT, 50105)


def test_ten_wrong_passwords_lock_an_account_for_longer_and_longer(own_on_each):
    own, clock = own_on_each, own_on_each.world.clock
    for number in range(9):
        assert ask(own, password=f"wrong {number}").refusal == WRONG
    assert ask(own, password="wrong 9").refusal == WRONG
    assert ask(own).refusal == LOCKED
    for seconds in (60, 120, 240):
        clock.now += seconds - 1
        assert ask(own).refusal == LOCKED
        clock.now += 1
        if seconds < 240:
            assert ask(own, password=f"again {seconds}").refusal == WRONG
            assert ask(own).refusal == LOCKED
    assert ask(own).status == 200
    # The right password has made good for what was before.
    for number in range(9):
        assert ask(own, password=f"later {number}").refusal == WRONG
    assert ask(own).status == 200


def test_the_same_wrong_password_counts_once(own):
    for _ in range(20):
        assert ask(own, password="wrong").refusal == WRONG
    for number in range(8):
        ask(own, password=f"wrong {number}")
    assert ask(own).status == 200
    for number in range(3 * 4):  # four in turn are forgotten again: only three are remembered
        ask(own, password=f"turn {number % 4}")
    assert ask(own).refusal == LOCKED


def test_an_account_is_locked_where_it_was_tried(own):
    for number in range(10):
        ask(own, password=f"wrong {number}", peer="198.51.100.1")
    assert ask(own, peer="198.51.100.1").refusal == LOCKED
    assert ask(own).status == 200
    make_person(own.service, own.tenant, "other")
    assert ask(own, username="other@contoso.example", peer="198.51.100.1").status == 200


def test_an_account_tried_from_everywhere_is_locked_everywhere(own):
    for number in range(50):
        ask(own, password=f"wrong {number}", peer=f"198.51.100.{number}")
    assert ask(own, peer="203.0.113.9").refusal == LOCKED


def test_an_address_that_tries_many_accounts_is_locked(own):
    bad = "198.51.100.9"
    for number in range(100):
        ask(own, username=f"u{number}@contoso.example", password="Summer2026", peer=bad)
    assert ask(own, peer=bad).refusal == LOCKED
    assert ask(own).status == 200
    own.world.clock.now += 600
    assert ask(own, peer=bad).status == 200


def test_unknown_names_are_locked_as_known_ones_are(own):
    names = ("nobody@contoso.example", UPN)
    for name in names:
        for number in range(10):
            ask(own, username=name, password=f"wrong {number}")
        assert ask(own, username=name).refusal == LOCKED


def test_the_lock_holds_for_the_sign_in_page(own):
    for number in range(10):
        ask(own, password=f"wrong {number}")
    visitor = Visitor(own.service)
    page = visitor.get(authorize_path(own.tenant), asking(own.desk))
    page = sign_in(visitor, page, UPN)
    assert (page.steps, "temporarily locked" in page.text) == (["password", "other"], True)
    own.world.clock.now += 60
    assert sign_in(visitor, page, UPN).told["code"]


def test_wrong_passwords_on_the_page_lock_the_grant(own):
    visitor = Visitor(own.service)
    page = visitor.get(authorize_path(own.tenant), asking(own.desk))
    page = visitor.submit(page, "name", username=UPN)
    for number in range(10):
        page = visitor.submit(page, "password", password=f"wrong {number}")
        assert "incorrect" in page.text
    assert ask(own).refusal == LOCKED


def test_the_grant_is_refused_where_the_profile_says_so(own, reopen):
    strict = reopen(own.world.database, profile=replace(own.service.profile, password_grant=False))
    reply = redeem(
        strict, own.tenant, own.desk, grant_type="password", username=UPN, password=PASSWORD,
        scope=IMPERSONATION,
    )  # fmt: skip
    assert reply.refusal == (400, "unsupported_grant_type", 70003)
    strict.close()
