"""An administrator's consent for everybody of a tenant, at the endpoint made for it."""

import re
from types import SimpleNamespace
from uuid import uuid4

import pytest

from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    REDIRECT,
    Visitor,
    asking,
    authorize_path,
    cheap_passwords,
    make_application,
    make_person,
    sign_in,
)
from xrm.sts import first_party, registration
from xrm.sts.model import GRAPH_APPLICATION

GRAPH = "https://graph.microsoft.com"
GLOBAL, APPLICATIONS = "Global Administrator", "Cloud Application Administrator"
FAILURE = ["error", "error_description", "error_uri", "admin_consent", "state"]


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture
def scene(fresh):
    return build(fresh)


def build(world):
    service, tenant = world.service, world.tenant
    desk = make_application(service, tenant)
    return SimpleNamespace(
        world=world, service=service, tenant=tenant, desk=desk,
        ada=make_person(service, tenant, "ada"),
        root=make_person(service, tenant, "root", roles=[GLOBAL]),
    )  # fmt: skip


def require_graph(scene, value, kind):
    graph = first_party.APPLICATIONS[GRAPH_APPLICATION]
    scene.desk = registration.require(
        scene.service, scene.desk, resource=graph, value_or_id=value, kind=kind
    )


def begin(scene, person, version="v1", *, tenant=None, **changes):
    """Return a browser at which a person signed in for the consent, and what it shows."""
    fields = {
        "client_id": str(scene.desk.application_id), "redirect_uri": REDIRECT, "state": "12345",
    }  # fmt: skip
    if version == "v2":
        fields["scope"] = f"{ORGANIZATION}/.default"
    fields |= changes
    path = f"/{tenant or scene.tenant.tenant_id}/{'v2.0/' if version == 'v2' else ''}adminconsent"
    visitor = Visitor(scene.service)
    page = visitor.get(path, {name: value for name, value in fields.items() if value is not None})
    if person is None or page.number:
        return visitor, page
    return visitor, sign_in(visitor, page, person.user_principal_name, consent="")


def accept(visitor, page):
    return visitor.submit(page, "accept", for_all=page.fields["for_all"])


def granted(scene, tenant=None):
    """Return the scopes and the number of roles the application has for everybody."""
    tenant = tenant or scene.tenant
    client = registration.find_principal(scene.service, tenant, scene.desk.application_id)
    if client is None:
        return None
    scopes = {
        value
        for one in registration.list_scope_grants(scene.service, tenant)
        if one.client == client.object_id and one.person is None
        for value in one.scope.split()
    }
    roles = registration.list_role_assignments(scene.service, holder=client.object_id)
    return scopes, len(roles)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_everything_a_registration_requires_is_granted(fresh_on_each, version):
    scene = build(fresh_on_each)
    require_graph(scene, "User.Read.All", "Scope")
    require_graph(scene, "User.Read.All", "Role")
    visitor, page = begin(scene, scene.root, version)
    assert page.heading == "Desk asks for permissions in your whole organization"
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.text))
    assert "Access Dynamics 365" in text
    assert text.count("User.Read.All") == 2
    reply = accept(visitor, page)
    assert (reply.mode, reply.target) == ("query", REDIRECT + "/")
    wanted = {"admin_consent": "True", "tenant": str(scene.tenant.tenant_id)}
    if version == "v2":
        wanted["scope"] = f"{ORGANIZATION}/.default"
    wanted["state"] = "12345"
    assert (list(reply.told), reply.told) == (list(wanted), wanted)
    assert granted(scene) == ({"user_impersonation", "User.Read.All"}, 1)
    # Nobody is asked any more.
    ada = Visitor(scene.service)
    page = ada.get(authorize_path(scene.tenant), asking(scene.desk))
    assert sign_in(ada, page, scene.ada.user_principal_name, consent="").told["code"]


def test_named_scopes_only(scene):
    require_graph(scene, "User.Read.All", "Role")
    scope = f"{IMPERSONATION} {GRAPH}/User.Read openid"
    visitor, page = begin(scene, scene.root, "v2", scope=scope)
    assert "User.Read.All" not in page.text
    assert accept(visitor, page).told["scope"] == scope
    assert granted(scene) == ({"user_impersonation", "User.Read", "openid"}, 0)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("step", ["decline", "cancel"])
def test_an_administrator_declines(scene, version, step):
    visitor, page = begin(scene, scene.root, version)
    reply = visitor.submit(page, step)
    assert (list(reply.told), reply.error) == (FAILURE, ("access_denied", 65004))
    assert reply.told["admin_consent"] == "True"
    assert reply.told["error_uri"] == "https://localhost:8443/error?code=65004"
    assert granted(scene) == (set(), 0)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_somebody_who_is_no_administrator(scene, version):
    visitor, page = begin(scene, scene.ada, version)
    assert page.heading == "An administrator must approve Desk"
    assert page.steps == ["other", "decline"]
    forced = visitor.submit(page, "accept", for_all="true")
    assert (list(forced.told), forced.error[0]) == (FAILURE, "access_denied")
    assert granted(scene) == (set(), 0)
    page = visitor.submit(page, "other")
    page = sign_in(visitor, page, scene.root.user_principal_name, consent="")
    assert accept(visitor, page).told["admin_consent"] == "True"
    assert granted(scene) == ({"user_impersonation"}, 0)


@pytest.mark.parametrize(
    ("value", "kind", "may"),
    [("User.Read.All", "Scope", True), ("User.Read.All", "Role", False)],
)
def test_roles_of_graph_are_given_by_few(scene, value, kind, may):
    require_graph(scene, value, kind)
    clerk = make_person(scene.service, scene.tenant, "clerk", roles=[APPLICATIONS])
    visitor, page = begin(scene, clerk)
    assert ("accept" in page.steps) == may
    reply = visitor.submit(page, "accept", for_all="true")
    assert ("tenant" in reply.told) == may
    assert granted(scene)[1] == 0


@pytest.mark.parametrize(
    ("version", "changes", "number"),
    [
        ("v1", {"client_id": None}, 900144),
        ("v1", {"client_id": str(uuid4())}, 700016),
        ("v1", {"redirect_uri": "https://evil.example/"}, 50011),
        ("v2", {"redirect_uri": "http://localhost/other"}, 50011),
        ("v1", {"tenant": "nowhere.example"}, 90002),
        ("v2", {"tenant": "organizations"}, 50194),
    ],
)
def test_errors_the_person_is_shown(scene, version, changes, number):
    _, page = begin(scene, scene.root, version, **changes)
    assert (page.status, page.number, page.location) == (400, number, "")


@pytest.mark.parametrize(
    ("version", "changes", "number"),
    [
        ("v2", {"scope": None}, 900144),
        ("v2", {"scope": f"{ORGANIZATION}/nothing"}, 650053),
        ("v2", {"scope": "https://nobody.example/.default"}, 500011),
        ("v2", {"scope": 'bad"'}, 70011),
    ],
)
def test_errors_the_application_is_told(scene, version, changes, number):
    _, reply = begin(scene, scene.root, version, **changes)
    assert (list(reply.told), reply.error) == (FAILURE, ("access_denied", number))


def test_an_application_of_another_tenant_is_brought_in(scene):
    service = scene.service
    home = registration.create_tenant(service, name="Fabrikam", domain="fabrikam.example")
    scene.desk = make_application(service, home, "Guest", audience="AzureADMultipleOrgs")
    assert granted(scene) is None
    for segment in ("organizations", str(scene.tenant.tenant_id)):
        visitor, page = begin(scene, scene.root, tenant=segment)
        assert "Fabrikam" in page.text
    assert accept(visitor, page).told["tenant"] == str(scene.tenant.tenant_id)
    assert granted(scene) == ({"user_impersonation"}, 0)


def test_an_administrator_of_another_tenant(scene):
    other = registration.create_tenant(scene.service, name="Fabrikam", domain="fabrikam.example")
    boss = make_person(scene.service, other, "boss", roles=[GLOBAL])
    _, reply = begin(scene, boss)
    assert reply.error == ("access_denied", 50020)
    assert granted(scene) == (set(), 0)


def test_only_get_is_taken(scene):
    path = f"/{scene.tenant.tenant_id}/adminconsent"
    for method in ("POST", "PUT", "DELETE"):
        assert Visitor(scene.service).send(method, path).status == 405
