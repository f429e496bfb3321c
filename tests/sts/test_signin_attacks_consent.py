"""Attacks on consent: given to something else than was shown, by somebody who may not."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from support.attacking import (
    DEVICE_GRANT,
    GLOBAL_ADMINISTRATOR,
    administrator,
    browser_of,
    consent_page,
    device_of,
    silent,
    typed,
)
from support.profiled import Profiled, profiled
from support.signing_in import (
    ORGANIZATION,
    Visitor,
    asking,
    authorize_path,
    claims_of,
    make_application,
    make_person,
    redeem,
)
from xrm.sts import registration
from xrm.sts.model import Scope
from xrm.sts.registration.people import remove_role

ADA = "ada@contoso.example"
MAIL = "api://mail"
ALL = f"{MAIL}/.default openid"
GRAPH_USER = "https://graph.microsoft.com/User.Read openid"


def scope(value: str, kind: str = "User", title: str = "") -> Scope:
    return Scope(uuid.uuid4(), value, kind, admin_name=title, user_name=title)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    with profiled(tmp_path_factory.mktemp("consent"), "faithful") as found:
        yield found


@pytest.fixture(scope="module")
def mail(at):
    """An API with permissions that go by misleading names."""
    scopes = (
        scope("email", title="Read every mail"),
        scope("profile", title="Sell your profile"),
        scope("Mail.Read", title="Read mail"),
        scope("Mail.Send", title="Send mail as you"),
        scope("Mail.Wipe", "Admin", title="Wipe every mailbox"),
    )
    return make_application(
        at.service,
        at.tenant,
        "Mail",
        identifier_uris=(MAIL,),
        scopes=scopes,
        requires=False,
        redirects={},
    )


def wanting(at: Profiled, mail, *values: str, name: str = "Reader"):
    """Return a new application whose registration requires these permissions of mail."""
    made = make_application(at.service, at.tenant, name, requires=False)
    for value in values:
        made = registration.require(at.service, made, resource=mail, value_or_id=value)
    return made


def granted(at: Profiled, application) -> str:
    """Return all scopes an application was granted, by anybody and for anybody."""
    with at.service.database.read() as tx:
        principal = at.service.directory.view(tx).client(at.tenant, str(application.application_id))
    grants = registration.granted.list_scope_grants(at.service, at.tenant)
    mine = [one for one in grants if one.client == principal.principal.object_id]
    return " ".join(
        sorted(f"{'all' if one.person is None else 'one'}: {one.scope}" for one in mine)
    )


@pytest.fixture
def visitor(at) -> Visitor:
    return browser_of(at, ADA)


def test_what_the_registration_asks_since_the_page_was_shown_is_asked_again(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = consent_page(at, visitor, app, ADA, scope=ALL)
    assert "Send mail as you" not in page.text
    registration.require(at.service, app, resource=mail, value_or_id="Mail.Send")
    again = visitor.submit(page, "accept")
    assert (again.location, granted(at, app)) == ("", "")
    assert "Send mail as you" in again.text
    assert "code" in visitor.submit(again, "accept").told
    assert "Mail.Send" in granted(at, app)


def test_nor_can_a_device_get_more_than_was_shown(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    device = device_of(at, app, scope=ALL)
    page = typed(visitor, device["user_code"])
    registration.require(at.service, app, resource=mail, value_or_id="Mail.Send")
    again = visitor.submit(page, "accept")
    assert ("Send mail as you" in again.text, granted(at, app)) == (True, "")


@pytest.mark.parametrize("version", ["", "v2.0/"])
def test_nor_an_administrator_be_made_to_grant_more(at, mail, version):
    app = wanting(at, mail, "Mail.Read")
    admin = administrator(at, f"root{len(version)}")
    visitor = browser_of(at, admin.user_principal_name)
    fields = {"client_id": str(app.application_id), "scope": f"{MAIL}/.default"}
    page = visitor.get(f"/{at.tenant.tenant_id}/{version}adminconsent", fields)
    registration.require(at.service, app, resource=mail, value_or_id="Mail.Wipe")
    again = visitor.submit(page, "accept")
    assert (again.location, granted(at, app)) == ("", "")
    assert "Wipe every mailbox" in again.text
    assert visitor.submit(again, "accept").told["admin_consent"] == "True"
    assert "Mail.Wipe" in granted(at, app)


def test_confirming_a_device_consents_to_nothing(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    asked = asking(app, scope=f"{MAIL}/Mail.Read openid")
    page = visitor.get(authorize_path(at.tenant), asked)
    assert "code" in visitor.submit(page, "accept").told
    device = device_of(at, app, scope=f"{MAIL}/Mail.Read openid")
    page = typed(visitor, device["user_code"])
    assert "Are you trying" in page.heading
    registration.withdraw(at.service, at.tenant, app.application_id)
    again = visitor.submit(page, "accept")
    assert ("decline" in again.steps, "Read mail" in again.text) == (True, True)
    assert "Mail.Read" not in granted(at, app)


def test_consenting_for_a_device_does_not_confirm_it(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    device = device_of(at, app, scope=ALL)
    page = typed(visitor, device["user_code"])
    assert "Read mail" in page.text
    registration.consent(at.service, at.tenant, app.application_id)
    again = visitor.submit(page, "accept")
    assert "Are you trying" in again.heading
    form = {"grant_type": DEVICE_GRANT, "device_code": device["device_code"]}
    assert redeem(at.service, at.tenant, app, **form).refusal[2] == 70016


def test_nothing_is_accepted_on_a_page_that_did_not_show_it(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = at.asked(visitor, application=app, scope=ALL, prompt="select_account")
    password = visitor.submit(visitor.choose(page, page.accounts[0]), "again")
    assert password.heading
    for shown in (page, at.asked(visitor, application=app, scope=ALL, prompt="login")):
        assert visitor.submit(shown, "accept").location == ""
        assert visitor.submit(shown, "accept", for_all="true").location == ""
    chosen = visitor.choose(
        at.asked(visitor, application=app, scope=ALL, prompt="login", login_hint=ADA),
        page.accounts[0],
    )
    assert visitor.submit(chosen, "accept").location == ""
    assert granted(at, app) == ""


@pytest.mark.parametrize("fields", [{}, {"for_all": "true"}])
def test_only_an_administrator_consents_to_what_needs_one(at, mail, visitor, fields):
    app = wanting(at, mail, "Mail.Wipe")
    page = visitor.get(authorize_path(at.tenant), asking(app, scope=f"{MAIL}/Mail.Wipe openid"))
    assert "accept" not in page.steps
    told = visitor.submit(page, "accept", **fields)
    assert told.error == ("access_denied", 90094)
    device = device_of(at, app, scope=f"{MAIL}/Mail.Wipe openid")
    page = typed(visitor, device["user_code"])
    assert "accept" not in page.steps
    assert visitor.submit(page, "accept", **fields).number == 90094
    assert granted(at, app) == ""


def test_nobody_but_an_administrator_consents_for_everybody(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = consent_page(at, visitor, app, ADA, scope=ALL)
    assert "for_all" not in page.fields
    assert visitor.submit(page, "accept", for_all="true").error == ("access_denied", 90094)
    device = device_of(at, app, scope=ALL)
    page = typed(visitor, device["user_code"])
    assert visitor.submit(page, "accept", for_all="true").number == 90094
    assert granted(at, app) == ""


@pytest.mark.parametrize("version", ["", "v2.0/"])
def test_a_posted_accept_is_not_an_administrator_s(at, mail, visitor, version):
    app = wanting(at, mail, "Mail.Read")
    fields = {"client_id": str(app.application_id), "scope": f"{MAIL}/.default"}
    page = visitor.get(f"/{at.tenant.tenant_id}/{version}adminconsent", fields)
    assert "accept" not in page.steps
    for more in ({}, {"for_all": "true"}):
        told = visitor.submit(page, "accept", **more)
        assert told.error == ("access_denied", 90094)
    assert granted(at, app) == ""


def test_who_is_no_administrator_any_more_accepts_nothing_on_a_page_of_before(at, mail):
    app = wanting(at, mail, "Mail.Wipe")
    admin = administrator(at, "former")
    visitor = browser_of(at, admin.user_principal_name)
    fields = {"client_id": str(app.application_id), "scope": f"{MAIL}/.default"}
    pages = [
        visitor.get(f"/{at.tenant.tenant_id}/v2.0/adminconsent", fields),
        visitor.get(authorize_path(at.tenant), asking(app, scope=f"{MAIL}/Mail.Wipe openid")),
        visitor.get(
            authorize_path(at.tenant, "v1"),
            asking(app, "v1", resource=MAIL, prompt="admin_consent"),
        ),
    ]
    assert all("accept" in page.steps for page in pages)
    remove_role(at.service, admin, GLOBAL_ADMINISTRATOR)
    for page in pages:
        assert visitor.submit(page, "accept", for_all="true").error == ("access_denied", 90094)
    assert granted(at, app) == ""


def test_a_permission_is_told_in_its_own_words_whatever_it_is_called(at, mail, visitor):
    app = wanting(at, mail, "email", "profile")
    page = consent_page(at, visitor, app, ADA, scope=f"{MAIL}/email {MAIL}/profile openid")
    assert "Read every mail" in page.text
    assert "Sell your profile" in page.text
    assert "View your email address" not in page.text
    # Nor does such a name give what OpenID Connect means by it.
    told = visitor.submit(page, "accept").told
    answer = redeem(at.service, at.tenant, app, code=told["code"]).document
    assert "email" not in claims_of(answer["id_token"])


def test_one_person_s_consent_counts_for_nobody_else(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = consent_page(at, visitor, app, ADA, scope=ALL)
    assert "code" in visitor.submit(page, "accept").told
    other = browser_of(at, make_person(at.service, at.tenant, "olga").user_principal_name)
    assert silent(at, other, app, scope=ALL).error == ("interaction_required", 65001)
    assert granted(at, app).startswith("one: ")


def test_declining_and_turning_back_give_nothing(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = consent_page(at, visitor, app, ADA, scope=ALL)
    for step, error in (("decline", 65004), ("cancel", 0)):
        told = visitor.submit(page, step)
        assert told.error == ("access_denied", error)
    assert granted(at, app) == ""


def test_consent_to_one_scope_lets_nothing_else_be_asked_silently(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read", "Mail.Send")
    page = at.asked(visitor, application=app, scope=f"{MAIL}/Mail.Read openid")
    assert "code" in visitor.submit(page, "accept").told
    for wider in (f"{MAIL}/Mail.Send", f"{MAIL}/Mail.Read {MAIL}/Mail.Send", GRAPH_USER):
        assert silent(at, visitor, app, scope=wider).error[1] == 65001
    answer = silent(at, visitor, app, scope=f"{MAIL}/Mail.Read offline_access")
    token = redeem(at.service, at.tenant, app, code=answer.told["code"]).document
    form = {"refresh_token": token["refresh_token"], "scope": f"{MAIL}/Mail.Send"}
    assert redeem(at.service, at.tenant, app, **form).refusal[2] == 65001


def test_what_is_taken_back_while_a_code_is_out_is_not_given(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = consent_page(at, visitor, app, ADA, scope=ALL)
    code = visitor.submit(page, "accept").told["code"]
    registration.withdraw(at.service, at.tenant, app.application_id)
    assert redeem(at.service, at.tenant, app, code=code).refusal[2] == 65001


def test_an_application_disabled_while_its_page_is_open_is_given_nothing(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = consent_page(at, visitor, app, ADA, scope=ALL)
    registration.set_enabled(at.service, app, enabled=False)
    reply = visitor.submit(page, "accept")
    assert (reply.number, reply.location, granted(at, app)) == (7000112, "", "")


def test_an_address_unregistered_while_a_page_is_open_is_told_nothing(at, mail, visitor):
    app = wanting(at, mail, "Mail.Read")
    page = consent_page(at, visitor, app, ADA, scope=ALL)
    registration.amend_application(at.service, app, lambda one: replace(one, redirect_uris=()))
    for step in ("accept", "decline", "cancel"):
        reply = visitor.submit(page, step)
        assert (reply.number, reply.location) == (500113, "")
    assert granted(at, app) == ""


def test_dynamics_is_not_had_by_asking_another_resource_for_a_scope_of_its_name(at, visitor):
    app = make_application(at.service, at.tenant, "Sly", requires=False)
    sly = make_application(
        at.service, at.tenant, "Sly API", identifier_uris=("api://sly",), requires=False,
        scopes=(scope("user_impersonation", title="Nothing much"),), redirects={},
    )  # fmt: skip
    registration.require(at.service, app, resource=sly, value_or_id="user_impersonation")
    page = consent_page(at, visitor, app, ADA, scope="api://sly/user_impersonation openid")
    assert "code" in visitor.submit(page, "accept").told
    reply = silent(at, visitor, app, scope=f"{ORGANIZATION}/user_impersonation")
    assert reply.error == ("interaction_required", 65001)
