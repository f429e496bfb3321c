"""Who is at the browser: prompts, hints, several accounts and tenants, staying signed in."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from support.signing_in import (
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
from xrm.model.secret import Secret
from xrm.sts import registration
from xrm.sts.audit import read_events
from xrm.sts.registration.people import amend_user, revoke_sessions, set_password

DAY = 86_400
REDIRECT = "http://localhost:5555"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture(scope="module")
def scene(world):
    """Two people of a tenant, one of another, an application for all of them."""
    service = world.service
    other = registration.create_tenant(service, name="Fabrikam", domain="accounts.example")
    desk = make_application(
        service, world.tenant, "Accounts desk",
        audience="AzureADMultipleOrgs", implicit_id_tokens=True,
    )  # fmt: skip
    for tenant in (world.tenant, other):
        if tenant is other:
            registration.add_resource(service, other, "https://localhost:8444")
        registration.consent(service, tenant, desk.application_id)
    return SimpleNamespace(
        world=world, service=service, tenant=world.tenant, other=other, desk=desk,
        ann=make_person(service, world.tenant, "ann"),
        ben=make_person(service, world.tenant, "ben"),
        cid=make_person(service, other, "cid"),
    )  # fmt: skip


def ask(scene, visitor, *, tenant=None, **changes):
    fields = {"redirect_uri": REDIRECT, "nonce": "n", "response_type": "id_token", **changes}
    return visitor.get(authorize_path(tenant or scene.tenant), asking(scene.desk, **fields))


def browser_of(scene, *people):
    """Return a browser in which these people are signed in, one after the other."""
    visitor = Visitor(scene.service)
    for person in people:
        page = ask(scene, visitor, tenant="common", prompt="login")
        assert sign_in(visitor, page, person.user_principal_name).told["id_token"]
    return visitor


def person_of(reply):
    return claims_of(reply.told["id_token"])["preferred_username"].partition("@")[0]


@pytest.fixture(scope="module")
def one(scene):
    return browser_of(scene, scene.ann)


@pytest.fixture(scope="module")
def two(scene):
    return browser_of(scene, scene.ann, scene.ben)


@pytest.fixture(scope="module")
def three(scene):
    return browser_of(scene, scene.ann, scene.cid)


NOBODY = [
    (None, "Sign in"), ("login", "Sign in"), ("select_account", "Sign in"), ("consent", "Sign in"),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "heading"), NOBODY)
def test_prompts_when_nobody_is_signed_in(scene, prompt, heading):
    page = ask(scene, Visitor(scene.service), prompt=prompt)
    assert (page.heading, page.steps[0]) == (heading, "name")


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        (None, "answer"),
        ("none", "answer"),
        ("login", "name"),
        ("select_account", "accounts"),
        ("consent", "consent"),
    ],
)
def test_prompts_when_somebody_is_signed_in(scene, one, prompt, shown):
    page = ask(scene, one, prompt=prompt)
    assert seen(page) == shown
    if shown == "answer":
        assert person_of(page) == "ann"


@pytest.mark.parametrize(
    ("prompt", "hint", "shown"),
    [
        (None, None, "accounts"),
        ("none", None, "16000"),
        ("none", "ann", "answer"),
        ("none", "ben", "answer"),
        ("none", "dora", "50058"),
        ("login", "ben", "password"),
        ("select_account", "ben", "accounts"),
        (None, "ben", "answer"),
        (None, "dora", "password"),
    ],
)
def test_prompts_and_hints_when_several_are_signed_in(scene, two, prompt, hint, shown):
    name = hint and f"{hint}@contoso.example"
    page = ask(scene, two, prompt=prompt, login_hint=name)
    assert seen(page) == shown
    if shown == "answer":
        assert person_of(page) == hint


def seen(page):
    """Return what a person sees: a page, or the answer or the number an application gets."""
    if page.told and page.mode:
        return str(page.error[1] or "answer")
    if page.accounts:
        return "accounts"
    return {"name": "name", "password": "password", "accept": "consent"}[page.steps[0]]


@pytest.mark.parametrize("spelled", [str.lower, str.upper])
def test_a_hint_may_be_the_id_of_a_person(scene, two, spelled):
    hint = spelled(str(scene.ben.object_id))
    assert person_of(ask(scene, two, login_hint=hint)) == "ben"
    assert seen(ask(scene, two, login_hint=hint, prompt="login")) == "password"
    # An id tells nobody the name of whom it is, unless they signed in at this browser.
    assert seen(ask(scene, Visitor(scene.service), login_hint=hint)) == "name"


def test_an_account_is_chosen(scene, two):
    page = ask(scene, two)
    assert len(page.accounts) == 2
    told = {person_of(two.choose(page, key)) for key in page.accounts}
    assert told == {"ann", "ben"}
    page = two.submit(page, "other")
    assert seen(page) == "name"


def test_a_name_that_nobody_has_can_be_typed_again(scene):
    visitor = Visitor(scene.service)
    page = visitor.submit(ask(scene, visitor), "name", username="nobody@contoso.example")
    assert (seen(page), "could not find an account" in page.text) == ("name", True)
    page = visitor.submit(page, "name", username="  ANN@Contoso.example ")
    assert seen(page) == "password"
    assert person_of(sign_in(visitor, page, "")) == "ann"


def test_whoever_turns_back_is_told_apart_from_an_error(scene):
    visitor = Visitor(scene.service)
    page = ask(scene, visitor, response_type="code")
    reply = visitor.submit(page, "cancel")
    assert reply.told == {
        "error": "access_denied", "error_subcode": "cancel", "state": "a state",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("segment", "hint", "shown"),
    [
        ("contoso.example", None, "ann"),
        ("accounts.example", None, "cid"),
        ("common", None, "accounts"),
        ("organizations", None, "accounts"),
        ("common", "cid@accounts.example", "cid"),
        ("organizations", "ann@contoso.example", "ann"),
        ("accounts.example", "ann@contoso.example", "password"),
    ],
)
def test_people_of_several_tenants(scene, three, segment, hint, shown):
    page = ask(scene, three, tenant=segment, login_hint=hint)
    assert (person_of(page) if seen(page) == "answer" else seen(page)) == shown


@pytest.mark.parametrize("domain", ["contoso.example", "organizations", "nowhere.example"])
def test_a_domain_hint_decides_nothing(scene, one, three, domain):
    assert person_of(ask(scene, one, domain_hint=domain)) == "ann"
    assert seen(ask(scene, three, tenant="common", domain_hint=domain)) == "accounts"
    assert seen(ask(scene, Visitor(scene.service), domain_hint=domain)) == "name"


@pytest.mark.parametrize(
    ("segment", "prompt", "error"),
    [
        ("common", "none", ("interaction_required", 16000)),
        ("contoso.example", "none", ("", 0)),
        ("accounts.example", "none", ("", 0)),
    ],
)
def test_silent_requests_with_people_of_several_tenants(scene, three, segment, prompt, error):
    assert ask(scene, three, tenant=segment, prompt=prompt).error == error


def test_the_tenant_of_a_token_is_the_persons(scene, three):
    for segment in ("common", "organizations", "accounts.example"):
        page = ask(
            scene, three, tenant=segment, login_hint="cid@accounts.example", response_type="code"
        )
        answer = redeem(
            scene.service, segment, scene.desk, code=page.told["code"], redirect_uri=REDIRECT
        ).document
        for name in ("access_token", "id_token"):
            claims = claims_of(answer[name])
            assert claims["tid"] == str(scene.other.tenant_id)
            assert claims["iss"].startswith(f"https://localhost:8443/{scene.other.tenant_id}/")


def test_sessions_by_their_id(scene, one):
    sid = ask(scene, one).told["session_state"]
    assert ask(scene, one, prompt="none", sid=sid).error == ("", 0)
    assert ask(scene, one, prompt="none", sid=sid.upper()).error == ("", 0)
    gone = "00000000-1111-4222-8333-444444444444"
    assert ask(scene, one, prompt="none", sid=gone).error == ("interaction_required", 160021)
    nobody = Visitor(scene.service)
    assert ask(scene, nobody, prompt="none", sid=sid).error == ("interaction_required", 160021)


def test_the_session_gets_a_new_cookie_and_keeps_its_id(scene):
    visitor = Visitor(scene.service)
    first = sign_in(visitor, ask(scene, visitor), scene.ann.user_principal_name)
    (name,) = [one for one in visitor.jar if one.endswith("-session")]
    before = visitor.jar[name]
    page = ask(scene, visitor, prompt="login")
    second = sign_in(visitor, page, scene.ben.user_principal_name)
    assert visitor.jar[name] != before
    assert second.told["session_state"] == first.told["session_state"]
    stale = Visitor(scene.service, jar={name: before})
    assert ask(scene, stale, prompt="none").error == ("login_required", 50058)


@pytest.mark.parametrize(("keep", "age"), [(False, None), (True, 90 * DAY)])
def test_cookies(scene, keep, age):
    visitor = Visitor(scene.service)
    page = ask(scene, visitor)
    sign_in(visitor, page, scene.ann.user_principal_name, keep=keep)
    lines = {name.rpartition("-")[2]: line for name, line in visitor.lines.items()}
    assert lines.keys() == {"browser", "session"}
    for name, site in (("browser", "Lax"), ("session", "None")):
        first, *attributes = lines[name].split("; ")
        assert first.startswith("__Host-xrm-")
        wanted = ["Path=/", "Secure", "HttpOnly", f"SameSite={site}"]
        if name == "session" and age:
            wanted.append(f"Max-Age={age}")
        assert attributes == wanted


@pytest.mark.parametrize(("keep", "idle"), [(False, DAY), (True, 90 * DAY)])
def test_a_session_ends_when_nobody_uses_it(fresh_on_each, keep, idle):
    world = fresh_on_each
    ada = make_person(world.service, world.tenant)
    desk = make_application(world.service, world.tenant, implicit_id_tokens=True, requires=False)
    visitor = Visitor(world.service)

    def silent():
        fields = asking(desk, scope="openid", prompt="none")
        return visitor.get(authorize_path(world.tenant), fields).error

    page = visitor.get(authorize_path(world.tenant), asking(desk, scope="openid"))
    assert sign_in(visitor, page, ada.user_principal_name, keep=keep).told["code"]
    for _ in range(3):  # used, it goes on: there is no absolute end
        world.clock.now += idle - 1
        assert silent() == ("", 0)
    world.clock.now += idle
    assert silent() == ("login_required", 50058)


@pytest.mark.parametrize("end", ["password", "revoked", "disabled", "deleted"])
def test_what_ends_a_session(fresh, end):
    service, tenant = fresh.service, fresh.tenant
    ada = make_person(service, tenant)
    desk = make_application(service, tenant, requires=False)
    visitor = Visitor(service)
    page = visitor.get(authorize_path(tenant), asking(desk, scope="openid"))
    assert sign_in(visitor, page, ada.user_principal_name).told["code"]
    fresh.clock.now += 1
    {
        "password": lambda: set_password(service, ada, Secret("Better-horse-10")),
        "revoked": lambda: revoke_sessions(service, ada),
        "disabled": lambda: amend_user(service, ada, lambda one: replace(one, enabled=False)),
        "deleted": lambda: registration.people.delete_user(service, ada),
    }[end]()
    fields = asking(desk, scope="openid")
    silent = visitor.get(authorize_path(tenant), {**fields, "prompt": "none"})
    assert silent.error == ("login_required", 50058)
    page = visitor.get(authorize_path(tenant), fields)
    # Who was signed in stays to be chosen, and has to give the password again.
    assert len(page.accounts) == 1
    assert "Signed out" in page.text
    assert "password" in visitor.choose(page, page.accounts[0]).steps


def test_a_password_that_has_expired_is_changed_on_the_way(fresh):
    service, tenant = fresh.service, fresh.tenant
    ada = make_person(service, tenant, must_change_password=True)
    desk = make_application(service, tenant, requires=False)
    visitor = Visitor(service)
    page = visitor.get(authorize_path(tenant), asking(desk, scope="openid"))
    page = sign_in(visitor, page, ada.user_principal_name)
    assert page.steps == ["change"]
    new = "Better-horse-10"
    for fields, said in (
        ({"password": PASSWORD, "new_password": new, "again": "Other-horse-10"}, "not the same"),
        ({"password": "wrong", "new_password": new, "again": new}, "incorrect"),
        ({"password": PASSWORD, "new_password": "weak", "again": "weak"}, "password"),
        ({"password": PASSWORD, "new_password": PASSWORD, "again": PASSWORD}, "password"),
    ):
        page = visitor.submit(page, "change", **fields)
        assert page.steps == ["change"]
        assert said in page.text
    page = visitor.submit(page, "change", password=PASSWORD, new_password=new, again=new)
    page = visitor.submit(page, "accept")
    answer = redeem(service, tenant, desk, code=page.told["code"])
    assert answer.status == 200
    fresh.clock.now += 1
    again = Visitor(service)
    page = again.get(authorize_path(tenant), asking(desk, scope="openid"))
    assert sign_in(again, page, ada.user_principal_name).steps == ["password", "other"]
    page = again.get(authorize_path(tenant), asking(desk, scope="openid"))
    assert sign_in(again, page, ada.user_principal_name, new).told["code"]


def test_the_audit_tells_of_every_password_that_was_tried(scene):
    visitor = Visitor(scene.service)
    page = sign_in(visitor, ask(scene, visitor), scene.ann.user_principal_name, "Wrong-horse-9")
    assert "incorrect" in page.text
    assert sign_in(visitor, page, scene.ann.user_principal_name).mode == "fragment"
    answered, right, wrong, *_ = read_events(scene.service, limit=5)
    assert (answered.operation, answered.outcome) == ("authorize", "done")
    assert [
        (one.operation, one.outcome, one.error, one.client, one.resource) for one in (right, wrong)
    ] == [
        ("sign-in", outcome, error, str(scene.desk.application_id), scene.ann.user_principal_name)
        for outcome, error in (("done", 0), ("refused", 50126))
    ]
