"""Consent: who is asked what, by whom it may be given, what it leaves behind."""

import re
from types import SimpleNamespace

import pytest

from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    REDIRECT,
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
from xrm.sts import first_party, registration
from xrm.sts.model import GRAPH_APPLICATION

ADMIN = "Global Administrator"
GRAPH = "https://graph.microsoft.com"
LASTING = "Maintain access to data you have given it access to"
DYNAMICS = "Access Dynamics 365 as you"
OPENID = f"{IMPERSONATION} openid profile offline_access"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture
def scene(fresh):
    """A user, an administrator, and an application nobody has consented to yet."""
    return SimpleNamespace(
        world=fresh, service=fresh.service, tenant=fresh.tenant,
        ada=make_person(fresh.service, fresh.tenant, "ada"),
        admin=make_person(fresh.service, fresh.tenant, "root", roles=[ADMIN]),
        desk=make_application(fresh.service, fresh.tenant),
    )  # fmt: skip


def begin(scene, person, *, version="v2", tenant=None, application=None, **changes):
    """Return a browser in which a person signed in, and what it shows then."""
    visitor = Visitor(scene.service)
    fields = asking(application or scene.desk, version, **changes)
    page = visitor.get(authorize_path(tenant or scene.tenant, version), fields)
    return visitor, sign_in(visitor, page, person.user_principal_name, consent="")


def grants(scene, person=None):
    """Return what the application was granted, by resource, for everybody or for one person."""
    service, tenant = scene.service, scene.tenant
    client = registration.find_principal(service, tenant, scene.desk.application_id)
    found = {
        grant.resource: set(grant.scope.split())
        for grant in registration.list_scope_grants(service, tenant)
        if grant.client == client.object_id
        and grant.person == (person.object_id if person else None)
    }
    names = {
        registration.find_resource(service, tenant, name)[0].object_id: name
        for name in ("dynamics", "graph")
    }
    return {names[resource]: values for resource, values in found.items()}


def permissions(page):
    """Return the permissions a page lists."""
    rows = re.findall(r"<li[^>]*>(.*?)</li>", page.text, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for row in rows]


def lists(page, *texts):
    found = permissions(page)
    return len(found) == len(texts) and all(any(text in row for row in found) for text in texts)


def require_graph(scene, value, kind="Scope"):
    scene.desk = registration.require(
        scene.service, scene.desk, resource=first_party.APPLICATIONS[GRAPH_APPLICATION],
        value_or_id=value, kind=kind,
    )  # fmt: skip


def test_a_person_consents_for_themselves(scene):
    visitor, page = begin(scene, scene.ada, scope=OPENID)
    assert page.heading == "Desk asks for permissions"
    assert lists(page, DYNAMICS, "Sign you in", "View your basic profile", LASTING)
    assert page.steps == ["accept", "decline"]
    assert "for_all" not in page.fields
    reply = visitor.submit(page, "accept", for_all="")
    assert redeem(scene.service, scene.tenant, scene.desk, code=reply.told["code"]).status == 200
    assert grants(scene) == {}
    assert grants(scene, scene.ada) == {
        "dynamics": {"user_impersonation"}, "graph": {"openid", "profile", "offline_access"},
    }  # fmt: skip
    _, again = begin(scene, scene.ada, scope=OPENID)
    assert again.told["code"]
    bob = make_person(scene.service, scene.tenant, "bob")
    _, other = begin(scene, bob, scope=OPENID)
    assert other.steps == ["accept", "decline"]


def test_a_person_cannot_consent_for_all(scene):
    visitor, page = begin(scene, scene.ada)
    reply = visitor.submit(page, "accept", for_all="true")
    assert reply.error == ("access_denied", 90094)
    assert grants(scene) == {} == grants(scene, scene.ada)


def test_an_administrator_consents_for_all(scene):
    visitor, page = begin(scene, scene.admin)
    assert "for_all" in page.fields
    assert visitor.submit(page, "accept", for_all="true").told["code"]
    assert grants(scene)["dynamics"] == {"user_impersonation"}
    assert begin(scene, scene.ada)[1].told["code"]


def test_a_person_declines(scene):
    visitor, page = begin(scene, scene.ada, state="s")
    reply = visitor.submit(page, "decline")
    assert reply.error == ("access_denied", 65004)
    assert list(reply.told) == ["error", "error_description", "error_uri", "state"]
    assert grants(scene, scene.ada) == {}
    assert begin(scene, scene.ada)[1].steps == ["accept", "decline"]


def test_a_silent_request_without_consent(scene):
    visitor, _ = begin(scene, scene.ada)
    for version in ("v1", "v2"):
        fields = asking(scene.desk, version, prompt="none")
        reply = visitor.get(authorize_path(scene.tenant, version), fields)
        assert reply.error == ("interaction_required", 65001)


def test_what_only_an_administrator_may_give(scene):
    scope = f"{GRAPH}/User.Read.All openid"
    visitor, page = begin(scene, scene.ada, scope=scope)
    assert page.heading == "An administrator must approve Desk"
    assert page.steps == ["other", "decline"]
    assert "AADSTS90094" in page.text
    assert visitor.submit(page, "accept").error == ("access_denied", 90094)
    assert visitor.submit(page, "decline").told == {
        "error": "access_denied", "error_subcode": "cancel", "state": "a state",
    }  # fmt: skip
    other = visitor.submit(page, "other")
    page = sign_in(visitor, other, scene.admin.user_principal_name, consent="")
    assert page.steps == ["accept", "decline"]
    assert visitor.submit(page, "accept").told["code"]
    assert grants(scene, scene.admin)["graph"] == {"User.Read.All", "openid"}


def test_permissions_are_asked_as_they_are_needed(scene):
    visitor, page = begin(scene, scene.ada, scope=f"{GRAPH}/User.Read")
    assert lists(page, "User.Read", LASTING)
    assert visitor.submit(page, "accept").told["code"]

    def ask(scope):
        fields = asking(scene.desk, scope=scope)
        return visitor.get(authorize_path(scene.tenant), fields)

    assert ask(f"{GRAPH}/User.Read openid").told["code"]
    page = ask(f"{GRAPH}/User.Read {GRAPH}/User.ReadBasic.All")
    assert lists(page, "User.ReadBasic.All", LASTING)
    reply = visitor.submit(page, "accept")
    answer = redeem(scene.service, scene.tenant, scene.desk, code=reply.told["code"]).document
    assert answer["scope"] == f"{GRAPH}/User.Read {GRAPH}/User.ReadBasic.All"
    assert grants(scene, scene.ada)["graph"] == {"User.Read", "User.ReadBasic.All"}
    # Of several resources all are consented to, and the token is for the first.
    page = ask(f"{GRAPH}/User.Read {IMPERSONATION}")
    assert lists(page, DYNAMICS, LASTING)
    reply = visitor.submit(page, "accept")
    answer = redeem(scene.service, scene.tenant, scene.desk, code=reply.told["code"]).document
    assert claims_of(answer["access_token"])["aud"] == GRAPH
    assert grants(scene, scene.ada)["dynamics"] == {"user_impersonation"}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_all_of_a_resource_asks_for_all_that_is_registered(scene, version):
    require_graph(scene, "User.Read")
    scope = f"{ORGANIZATION}/.default" if version == "v2" else None
    visitor, page = begin(scene, scene.ada, version=version, scope=scope)
    assert lists(page, DYNAMICS, "User.Read", LASTING)
    told = visitor.submit(page, "accept").told
    answer = redeem(
        scene.service, scene.tenant, scene.desk, version=version, code=told["code"]
    ).document
    wanted = f"{IMPERSONATION} {ORGANIZATION}/.default"
    assert answer["scope"] == (wanted if version == "v2" else "user_impersonation")
    assert claims_of(answer["access_token"])["aud"] == ORGANIZATION
    assert grants(scene, scene.ada) == {
        "dynamics": {"user_impersonation"}, "graph": {"User.Read"},
    }  # fmt: skip
    # What is registered later is asked for by nobody but prompt=consent.
    require_graph(scene, "User.ReadBasic.All")
    fields = asking(scene.desk, version, scope=scope)
    assert visitor.get(authorize_path(scene.tenant, version), fields).told["code"]
    page = visitor.get(authorize_path(scene.tenant, version), {**fields, "prompt": "consent"})
    assert lists(page, DYNAMICS, "User.Read", "User.ReadBasic.All", LASTING)


def test_consent_that_is_asked_anew(scene):
    registration.consent(scene.service, scene.tenant, scene.desk.application_id)
    assert begin(scene, scene.ada)[1].told["code"]
    visitor, page = begin(scene, scene.ada, prompt="consent")
    assert page.steps == ["accept", "decline"]
    assert visitor.submit(page, "decline").error == ("access_denied", 65004)
    assert visitor.submit(page, "accept").told["code"]


def test_consent_asked_anew_of_somebody_who_may_not_give_it(scene):
    require_graph(scene, "User.Read.All")
    registration.consent(scene.service, scene.tenant, scene.desk.application_id)
    visitor, page = begin(scene, scene.ada, version="v1", resource=GRAPH, prompt="consent")
    assert page.steps == ["other", "decline"]
    assert visitor.submit(page, "accept").error == ("access_denied", 90094)
    assert grants(scene, scene.ada) == {}


def test_an_administrators_consent_by_prompt(scene):
    visitor, page = begin(scene, scene.ada, version="v1", prompt="admin_consent")
    assert page.steps == ["other", "decline"]
    visitor, page = begin(scene, scene.admin, version="v1", prompt="admin_consent")
    assert page.heading == "Desk asks for permissions in your whole organization"
    assert page.fields["for_all"] == "true"
    declined = visitor.submit(page, "decline")
    assert list(declined.told) == [
        "error", "error_description", "error_uri", "admin_consent", "state",
    ]  # fmt: skip
    assert declined.error == ("access_denied", 65004)
    reply = visitor.submit(page, "accept", for_all="true")
    assert list(reply.told) == ["code", "state", "session_state", "admin_consent"]
    assert reply.told["admin_consent"] == "True"
    assert grants(scene) == {"dynamics": {"user_impersonation"}}


def test_what_the_registration_does_not_list(scene):
    scene.desk = make_application(scene.service, scene.tenant, "Empty", requires=False)
    _, page = begin(scene, scene.ada, scope=f"{ORGANIZATION}/.default")
    assert page.error == ("invalid_client", 650056)
    _, page = begin(scene, scene.ada, version="v1")
    assert page.error == ("invalid_client", 650057)
    # By name a scope may be asked all the same.
    assert begin(scene, scene.ada, scope=IMPERSONATION)[1].steps == ["accept", "decline"]


def test_only_signing_in(scene):
    scene.desk = make_application(scene.service, scene.tenant, "Plain", requires=False)
    visitor, page = begin(scene, scene.ada, scope="openid profile email")
    wanted = ("Sign you in", "View your basic profile", "View your email address", LASTING)
    assert lists(page, *wanted)
    told = visitor.submit(page, "accept").told
    answer = redeem(scene.service, scene.tenant, scene.desk, code=told["code"]).document
    assert answer["scope"] == "email openid profile"
    assert grants(scene, scene.ada) == {"graph": {"openid", "profile", "email"}}
    assert begin(scene, scene.ada, scope="openid")[1].told["code"]


def test_an_application_of_another_tenant_is_brought_in_by_consent(scene):
    service = scene.service
    home = registration.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    guest = make_application(service, home, "Guest desk", audience="AzureADMultipleOrgs")
    assert registration.find_principal(service, scene.tenant, guest.application_id) is None
    for segment in ("common", scene.tenant):
        visitor, page = begin(scene, scene.ada, tenant=segment, application=guest)
        assert "Fabrikam" in page.text
        assert page.steps == ["accept", "decline"]
        silent = asking(guest, prompt="none")
        reply = visitor.get(authorize_path(scene.tenant), silent)
        assert reply.error == ("interaction_required", 65001)
    reply = visitor.submit(page, "accept")
    assert redeem(service, scene.tenant, guest, code=reply.told["code"]).status == 200
    assert registration.find_principal(service, scene.tenant, guest.application_id)
    scene.desk = guest
    assert grants(scene, scene.ada)["dynamics"] == {"user_impersonation"}


def test_microsofts_own_applications_need_no_consent(scene):
    tool = next(
        one for one in first_party.APPLICATIONS.values() if one.name == "Microsoft Azure CLI"
    )
    _, page = begin(scene, scene.ada, application=tool, scope=f"{ORGANIZATION}/.default")
    assert page.told["code"]
    _, page = begin(scene, scene.ada, tenant="organizations", application=tool, version="v1")
    assert page.told["code"]


def test_consent_is_kept(fresh_on_each, open_over):
    world = fresh_on_each
    ada = make_person(world.service, world.tenant)
    desk = make_application(world.service, world.tenant)
    visitor = Visitor(world.service)
    page = visitor.get(authorize_path(world.tenant), asking(desk))
    assert sign_in(visitor, page, ada.user_principal_name).told["code"]
    again = open_over(world)
    reply = Visitor(again, jar=visitor.jar).get(authorize_path(world.tenant), asking(desk))
    assert (reply.target, reply.error) == (REDIRECT + "/", ("", 0))
    again.close()
