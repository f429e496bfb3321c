"""What the token endpoint answers for a person: fields, scopes, claims of every token."""

import base64
import json
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import jwt
import pytest

from support.signing_in import (
    IMPERSONATION,
    ORGANIZATION,
    Visitor,
    asking,
    authorize_path,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.sts import first_party, registration
from xrm.sts.model import GRAPH_APPLICATION, AppRole, Scope
from xrm.sts.registration.people import add_role, amend_user

BASE = "https://localhost:8443"
GRAPH = "https://graph.microsoft.com"
API = "api://reports.example"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


@pytest.fixture(scope="module")
def scene(world):
    """A person with every name, an API with tokens of version 2, and an application for both."""
    service, tenant = world.service, world.tenant
    api = registration.create_application(
        service, tenant, name="Reports", amend=lambda one: replace(
            one, identifier_uris=(API,), token_version=2,
            scopes=(Scope(uuid4(), "files.read"), Scope(uuid4(), "files.write")),
        ),
    )  # fmt: skip
    desk = make_application(
        service, tenant, "Token desk", implicit_id_tokens=True,
        roles=(AppRole(uuid4(), "Approver", members=("User",)),),
    )  # fmt: skip
    graph = first_party.APPLICATIONS[GRAPH_APPLICATION]
    for resource, value in ((graph, "User.Read"), (api, "files.read")):
        desk = registration.require(service, desk, resource=resource, value_or_id=value)
    registration.consent(service, tenant, desk.application_id)
    eve = make_person(service, tenant, "eve", given_name="Eve", surname="Adams")
    eve = amend_user(service, eve, lambda one: replace(one, mail="eve.adams@mail.example"))
    visitor = Visitor(service)
    page = visitor.get(authorize_path(tenant), asking(desk))
    assert sign_in(visitor, page, eve.user_principal_name).told["code"]
    return SimpleNamespace(
        world=world, service=service, tenant=tenant, api=api, desk=desk, eve=eve, visitor=visitor
    )


def tokens(scene, version="v2", *, at_token=None, **changes):
    """Return the answer to a code that was asked for in the standing session."""
    path = authorize_path(scene.tenant, version)
    reply = scene.visitor.get(path, asking(scene.desk, version, **changes))
    assert reply.told.get("code"), reply.told or reply.heading
    return redeem(
        scene.service, scene.tenant, scene.desk, version=version, code=reply.told["code"],
        **(at_token or {}),
    )  # fmt: skip


V2 = "token_type scope expires_in ext_expires_in access_token"
V1 = (
    "token_type scope expires_in ext_expires_in expires_on not_before resource access_token "
    "refresh_token id_token"
)


@pytest.mark.parametrize(
    ("scope", "client_info", "fields"),
    [
        (IMPERSONATION, None, V2),
        (f"{IMPERSONATION} offline_access", None, f"{V2} refresh_token"),
        (f"{IMPERSONATION} openid", None, f"{V2} id_token"),
        (f"{IMPERSONATION} openid offline_access", "1", f"{V2} refresh_token id_token client_info"),
        (f"{IMPERSONATION} profile email", "0", V2),
    ],
)
def test_the_fields_of_a_v2_answer(scene, scope, client_info, fields):
    reply = tokens(scene, scope=scope, at_token={"client_info": client_info})
    answer = reply.document
    assert (reply.status, list(answer)) == (200, fields.split())
    assert answer["token_type"] == "Bearer"
    assert isinstance(answer["expires_in"], int)
    assert answer["ext_expires_in"] == answer["expires_in"]
    assert 3599 <= answer["expires_in"] <= 5399


@pytest.mark.parametrize("scope", [None, "openid", "openid profile offline_access"])
@pytest.mark.parametrize("client_info", [None, "1"])
def test_the_fields_of_a_v1_answer(scene, scope, client_info):
    answer = tokens(scene, "v1", scope=scope, at_token={"client_info": client_info}).document
    assert list(answer) == V1.split() + (["client_info"] if client_info else [])
    assert all(isinstance(value, str) for value in answer.values())
    claims = claims_of(answer["access_token"])
    assert (answer["scope"], answer["resource"]) == ("user_impersonation", ORGANIZATION)
    assert (answer["expires_on"], answer["not_before"]) == (str(claims["exp"]), str(claims["nbf"]))
    assert int(answer["expires_in"]) == claims["exp"] - int(scene.world.clock()) - 1


def test_headers_of_an_answer(scene):
    headers = dict(tokens(scene).response.headers)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Cache-Control"] == "no-store, no-cache"
    assert headers["Pragma"] == "no-cache"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["x-ms-clitelem"] == "1,0,0,,"


def test_client_info(scene):
    text = tokens(scene, at_token={"client_info": "1"}).document["client_info"]
    assert "=" not in text
    assert json.loads(base64.urlsafe_b64decode(text + "==")) == {
        "uid": str(scene.eve.object_id), "utid": str(scene.tenant.tenant_id),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (f"{ORGANIZATION}/.default openid profile", f"{IMPERSONATION} {ORGANIZATION}/.default"),
        ("https://localhost:8444/.default openid",
         "https://localhost:8444/user_impersonation https://localhost:8444/.default"),
        (f"{IMPERSONATION} offline_access openid profile", IMPERSONATION),
        (f"offline_access {IMPERSONATION}", IMPERSONATION),
        ("00000007-0000-0000-c000-000000000000/.default",
         "00000007-0000-0000-c000-000000000000/user_impersonation "
         "00000007-0000-0000-c000-000000000000/.default"),
        (f"{API}/files.read openid", f"{API}/files.read"),
        (f"{API}/.default", f"{API}/files.read {API}/.default"),
        (f"{GRAPH}/.default openid profile offline_access",
         f"openid profile {GRAPH}/User.Read {GRAPH}/.default"),
        (f"{GRAPH}/User.Read openid", f"openid {GRAPH}/User.Read"),
        (f"{GRAPH}//.default", f"{GRAPH}//User.Read {GRAPH}//.default"),
        ("User.Read openid profile", "openid profile User.Read"),
        ("openid profile offline_access", "openid profile User.Read"),
        ("email openid", "email openid User.Read"),
    ],
)  # fmt: skip
def test_the_scope_of_a_v2_answer(scene, asked, answered):
    answer = tokens(scene, scope=asked).document
    assert answer["scope"] == answered


@pytest.mark.parametrize(
    ("version", "asked", "audience"),
    [
        ("v1", {"resource": ORGANIZATION}, ORGANIZATION),
        ("v1", {"resource": "https://localhost:8444"}, "https://localhost:8444"),
        ("v1", {"resource": "00000007-0000-0000-c000-000000000000"},
         "00000007-0000-0000-c000-000000000000"),
        ("v2", {"scope": IMPERSONATION}, ORGANIZATION),
        ("v2", {"scope": "https://localhost:8444/.default"}, "https://localhost:8444"),
        ("v2", {"scope": f"{GRAPH}/User.Read"}, GRAPH),
    ],
)  # fmt: skip
def test_the_audience_is_spelled_as_it_was_asked(scene, version, asked, audience):
    answer = tokens(scene, version, **asked).document
    assert claims_of(answer["access_token"])["aud"] == audience
    if version == "v1":
        assert answer["resource"] == audience


ACCESS_V1 = (
    "aud iss iat nbf exp acr aio amr appid appidacr family_name given_name ipaddr name oid rh scp "
    "sub tid unique_name upn uti ver wids"
)
ACCESS_V2 = (
    "aud iss iat nbf exp aio azp azpacr name oid preferred_username rh scp sub tid uti ver wids"
)
ID_V1 = (
    "aud iss iat nbf exp aio amr family_name given_name ipaddr name nonce oid rh sub tid "
    "unique_name upn uti ver"
)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_access_token_for_dynamics(scene, version):
    answer = tokens(scene, version, nonce="n").document
    now, claims = int(scene.world.clock()), claims_of(answer["access_token"])
    assert list(claims) == ACCESS_V1.split()
    lifetime = int(answer["expires_in"]) + 1
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (now - 300, now - 300, now + lifetime)
    eve, tenant_id = scene.eve, str(scene.tenant.tenant_id)
    wanted = {
        "aud": ORGANIZATION, "iss": f"{BASE}/{tenant_id}/", "tid": tenant_id, "ver": "1.0",
        "appid": str(scene.desk.application_id), "appidacr": "0", "acr": "1", "amr": ["pwd"],
        "upn": eve.user_principal_name, "unique_name": eve.user_principal_name,
        "name": "Eve", "given_name": "Eve", "family_name": "Adams", "ipaddr": "192.0.2.7",
        "oid": str(eve.object_id), "scp": "user_impersonation",
        "wids": ["b79fbf4d-3ef9-4689-8143-76b194e85509"],
    }  # fmt: skip
    assert {name: claims[name] for name in wanted} == wanted
    assert (len(claims["sub"]), len(claims["uti"])) == (43, 22)
    header = jwt.get_unverified_header(answer["access_token"])
    assert header == {"typ": "JWT", "alg": "RS256", "kid": header["kid"], "x5t": header["kid"]}


@pytest.mark.parametrize(
    ("version", "name"), [("v1", "{id}"), ("v2", "{id}/.default"), ("v2", "api://self/.default")]
)
def test_a_token_for_oneself(scene, version, name):
    """What has no scope has no `scp`."""
    service, tenant = scene.service, scene.tenant
    app = make_application(service, tenant, "Self", identifier_uris=("api://self",))
    registration.consent(service, tenant, app.application_id)
    name = name.format(id=app.application_id)
    fields = asking(app, version, **{"scope" if version == "v2" else "resource": name})
    told = scene.visitor.get(authorize_path(tenant, version), fields).told
    answer = redeem(service, tenant, app, version=version, code=told["code"]).document
    claims = claims_of(answer["access_token"])
    assert claims["aud"] == name.removesuffix("/.default")
    assert "scp" not in claims
    if version == "v1":
        fields["resource"] = "api://self"
        reply = scene.visitor.get(authorize_path(tenant, "v1"), fields)
        assert reply.error == ("invalid_request", 90009)
    registration.delete_application(service, app)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_access_token_of_version_2(scene, version):
    changes = {"scope": f"{API}/files.read"} if version == "v2" else {"resource": API}
    answer = tokens(scene, version, **changes).document
    claims, tenant_id = claims_of(answer["access_token"]), str(scene.tenant.tenant_id)
    assert list(claims) == ACCESS_V2.split()
    wanted = {
        "aud": str(scene.api.application_id), "iss": f"{BASE}/{tenant_id}/v2.0", "ver": "2.0",
        "azp": str(scene.desk.application_id), "azpacr": "0", "scp": "files.read",
        "preferred_username": scene.eve.user_principal_name, "oid": str(scene.eve.object_id),
    }  # fmt: skip
    assert {name: claims[name] for name in wanted} == wanted
    assert "x5t" not in jwt.get_unverified_header(answer["access_token"])


def test_an_id_token_of_version_1(scene):
    answer = tokens(scene, "v1", nonce="n").document
    claims = claims_of(answer["id_token"])
    assert list(claims) == ID_V1.split()
    now = int(scene.world.clock())
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (now - 300, now - 300, now + 3600)
    wanted = {
        "aud": str(scene.desk.application_id), "iss": f"{BASE}/{scene.tenant.tenant_id}/",
        "ver": "1.0", "amr": ["pwd"], "upn": scene.eve.user_principal_name, "nonce": "n",
    }  # fmt: skip
    assert {name: claims[name] for name in wanted} == wanted
    assert "x5t" in jwt.get_unverified_header(answer["id_token"])


BARE = "aud iss iat nbf exp aio rh sub tid uti ver"
PROFILE = "aud iss iat nbf exp aio name oid preferred_username rh sub tid uti ver"


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", BARE),
        ("openid profile", PROFILE),
        ("openid email", BARE.replace("aio", "aio email")),
        ("openid profile email", PROFILE.replace("aio", "aio email")),
    ],
)
def test_an_id_token_of_version_2_says_what_was_asked(scene, scope, names):
    answer = tokens(scene, scope=f"{IMPERSONATION} {scope}").document
    claims = claims_of(answer["id_token"])
    assert list(claims) == names.split()
    assert (claims["iss"], claims["ver"]) == (f"{BASE}/{scene.tenant.tenant_id}/v2.0", "2.0")
    assert claims["aud"] == str(scene.desk.application_id)
    assert claims.get("email", "eve.adams@mail.example") == "eve.adams@mail.example"
    assert "x5t" not in jwt.get_unverified_header(answer["id_token"])


def test_subjects_are_pairwise(scene):
    first, again = (tokens(scene, nonce="n").document for _ in range(2))
    graph = tokens(scene, scope=f"{GRAPH}/User.Read openid").document

    def subject(answer, name):
        return claims_of(answer[name])["sub"]

    assert subject(first, "id_token") == subject(again, "id_token") == subject(graph, "id_token")
    assert subject(first, "access_token") == subject(again, "access_token")
    subjects = {
        subject(first, "id_token"), subject(first, "access_token"), subject(graph, "access_token")
    }  # fmt: skip
    assert len(subjects) == 3
    v1 = tokens(scene, "v1").document
    assert subject(v1, "id_token") == subject(first, "id_token")


def test_roles_are_those_of_whom_the_token_is_for(fresh):
    service, tenant = fresh.service, fresh.tenant
    ada = make_person(service, tenant)
    approver = AppRole(uuid4(), "Approver", members=("User",))
    desk = make_application(service, tenant, roles=(approver,), requires=False)
    api = registration.create_application(
        service, tenant, name="Api", amend=lambda one: replace(
            one, identifier_uris=(API,), scopes=(Scope(uuid4(), "read"),),
            roles=(AppRole(uuid4(), "Writer", members=("User",)),),
        ),
    )  # fmt: skip
    for application, role in ((desk, approver.role_id), (api, api.roles[0].role_id)):
        principal = registration.find_principal(service, tenant, application.application_id)
        registration.assign_role(
            service, tenant, holder=ada.object_id, resource=principal.object_id, role_id=role
        )
    add_role(service, ada, "Global Reader")
    visitor = Visitor(service)
    fields = asking(desk, scope=f"{API}/read openid")
    told = sign_in(
        visitor, visitor.get(authorize_path(tenant), fields), ada.user_principal_name
    ).told
    answer = redeem(service, tenant, desk, code=told["code"]).document
    access, identity = claims_of(answer["access_token"]), claims_of(answer["id_token"])
    assert (access["roles"], identity["roles"]) == (["Writer"], ["Approver"])
    assert access["wids"] == [GLOBAL_READER]
