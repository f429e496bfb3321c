"""Microsoft Graph's applications, principals and grants, asked with real tokens."""

import base64
from uuid import uuid4

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from support import certificates
from support.directory import Graph, permitted, token_of
from xrm.model.secret import Secret
from xrm.sts import registration as r
from xrm.sts.model import CRM_APPLICATION, GRAPH_APPLICATION

CRM = str(CRM_APPLICATION)
NOBODY = "6f0c1d58-31c6-4f26-9f52-3e2f0a5c9a77"
LEADS = {
    "id": "4f0e3b0c-6a53-4a3b-bb56-51d9f3a3a104",
    "value": "Leads.All",
    "displayName": "All leads",
    "description": "All leads",
    "allowedMemberTypes": ["Application"],
    "isEnabled": True,
}

PERMISSIONS = (
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
)


@pytest.fixture
def graph(fresh):
    return Graph(fresh, permitted(fresh, *PERMISSIONS))


@pytest.fixture(scope="module")
def shared(world):
    return Graph(world, permitted(world, *PERMISSIONS))


def sign_in(world, app_id, secret):
    form = world.form(client_id=app_id, client_secret=secret)
    answer = world.post(world.path(), form)
    document = orjson.loads(answer.body)
    return document.get("error_codes", [0])[0]


def test_from_registration_to_token_and_back(fresh, graph):
    made = graph.register()
    place = f"applications/{made['id']}"
    added = graph.good(
        "POST", f"{place}/addPassword", {"passwordCredential": {"displayName": "first"}}
    )
    secret = added["secretText"]
    assert added["hint"] == secret[:3]
    assert added["endDateTime"] == "2029-01-14T08:00:00Z"
    # No principal came with it: the tenant does not know it yet.
    assert sign_in(fresh, made["appId"], secret) in (700016, 7000229)
    principal = graph.good("POST", "servicePrincipals", {"appId": made["appId"]})
    assert principal["servicePrincipalNames"] == [made["appId"]]
    assert sign_in(fresh, made["appId"], secret) == 0

    shown = graph.good("GET", place)["passwordCredentials"]
    assert [one["secretText"] for one in shown] == [None]
    assert secret not in orjson.dumps(graph.good("GET", "applications")).decode()

    body = {"keyId": added["keyId"]}
    graph.good("POST", f"{place}/removePassword", body)
    assert sign_in(fresh, made["appId"], secret) == 7000215
    assert graph.refused("POST", f"{place}/removePassword", body) == (400, "Request_BadRequest")
    graph.good("DELETE", place)
    assert sign_in(fresh, made["appId"], secret) == 700016
    assert graph.refused("GET", place) == (404, "Request_ResourceNotFound")


def test_an_application_as_it_is_created_and_changed(fresh, graph):
    answer = graph.send("POST", "applications", {"displayName": "Importer", "tags": ["a"]})
    document = orjson.loads(answer.body)
    assert answer.status == 201
    assert document["@odata.context"].endswith("/graph/v1.0/$metadata#applications/$entity")
    assert (
        answer.header("location")
        == f"{fresh.service.base_url}/graph/v1.0/applications/" + (document["id"])
    )
    assert document["signInAudience"] == "AzureADMyOrg"
    place = f"applications(appId='{document['appId']}')"
    change = {"displayName": "Reader", "web": {"redirectUris": ["https://localhost/in"]}}
    assert graph.ask("PATCH", place, change) == (204, None)
    assert graph.good("GET", place.upper().replace("APPID", "appId"))["displayName"] == "Reader"
    prefer = (("prefer", "return=representation"),)
    status, changed = graph.ask("PATCH", place, {"notes": "n"}, headers=prefer)
    assert (status, changed["notes"], changed["tags"]) == (200, "n", ["a"])
    minimal = graph.send(
        "POST", "applications", {"displayName": "B"}, headers=(("prefer", "return=minimal"),)
    )
    assert (minimal.status, minimal.body) == (204, b"")
    assert minimal.header("preference-applied") == "return=minimal"


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("POST", "applications", {}, (400, "Request_BadRequest")),
        ("POST", "applications", {"displayName": 3}, (400, "Request_BadRequest")),
        ("POST", "applications", {"displayName": "a", "x": 1}, (400, "Request_BadRequest")),
        ("POST", "applications", {"displayName": "a", "replyUrls": []},
         (400, "Request_BadRequest")),
        ("POST", "applications", {"displayName": "a", "publicClient": True},
         (400, "Request_BadRequest")),
        ("POST", "applications", {"displayName": "a", "publisherDomain": "litware.example"},
         (400, "Request_BadRequest")),
        ("POST", "applications", b"{", (400, "BadRequest")),
        ("POST", "applications", b"[]", (400, "BadRequest")),
        ("POST", "applications", b"[" * 5000, (400, "BadRequest")),
        ("POST", "applications", b'{"displayName":' + b"[" * 40 + b"]" * 40 + b"}",
         (400, "BadRequest")),
        ("POST", "applications", None, (400, "BadRequest")),
        ("POST", "applications", {"displayName": "a", "identifierUris": ["https://x.example/"]},
         (400, "Request_BadRequest")),
        ("GET", "applications/nonsense", None, (400, "Request_BadRequest")),
        ("GET", f"applications/{NOBODY}", None, (404, "Request_ResourceNotFound")),
        ("GET", f"applications(appId='{NOBODY}')", None, (404, "Request_ResourceNotFound")),
        ("GET", "applications(name='a')", None, (400, "BadRequest")),
        ("GET", "nonsense", None, (400, "BadRequest")),
        ("GET", "applications/%ff", None, (400, "BadRequest")),
        ("GET", "/graph/v9/applications", None, (400, "BadRequest")),
        ("PUT", "applications", {}, (405, "Request_BadRequest")),
        ("POST", "servicePrincipals", {"appId": str(NOBODY)}, (400, "Request_BadRequest")),
        ("POST", "servicePrincipals", {"appId": CRM},
         (409, "Request_MultipleObjectsWithSameKeyValue")),
        ("DELETE", f"servicePrincipals(appId='{CRM}')", None, (400, "Request_BadRequest")),
    ],
)  # fmt: skip
def test_what_is_refused_and_how(shared, method, path, body, refusal):
    assert shared.refused(method, path, body) == refusal


def test_the_form_of_a_refusal(fresh, graph):
    name = str(uuid4())
    answer = graph.send("GET", "nonsense", headers=(("client-request-id", name),))
    error = orjson.loads(answer.body)["error"]
    assert error["innerError"] == {
        "date": "2027-01-15T08:00:00",
        "request-id": answer.header("request-id"),
        "client-request-id": name,
    }
    assert answer.header("client-request-id") == name
    assert answer.header("content-type") == (
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;"
        "charset=utf-8"
    )
    assert answer.header("access-control-allow-origin") == "*"
    wrong = graph.send("PUT", "applications", {})
    assert set(wrong.header("allow").split(", ")) == {"GET", "POST"}
    plain = graph.send("OPTIONS", "applications")
    assert plain.status == 200
    assert "PATCH" in plain.header("access-control-allow-methods")


def test_identifier_uris_belong_to_one_application(graph):
    graph.register(identifierUris=["api://one"])
    second = {"displayName": "B", "identifierUris": ["API://one"]}
    status, document = graph.ask("POST", "applications", second)
    (detail,) = document["error"]["details"]
    assert (status, document["error"]["code"]) == (400, "Request_BadRequest")
    assert (detail["code"], detail["target"]) == ("ObjectConflict", "identifierUris")
    status, document = graph.ask("POST", "servicePrincipals", {"appId": str(uuid4())})
    assert document["error"]["details"][0]["code"] == "NoBackingApplicationObject"


def test_an_enabled_role_must_be_disabled_before_it_goes(graph):
    made = graph.register(appRoles=[LEADS])
    place = f"applications/{made['id']}"
    gone = {"appRoles": []}
    assert graph.refused("PATCH", place, gone) == (400, "CannotDeleteOrUpdateEnabledEntitlement")
    graph.good("PATCH", place, {"appRoles": [LEADS | {"isEnabled": False}]})
    graph.good("PATCH", place, gone)
    assert graph.good("GET", place)["appRoles"] == []


def test_secrets_are_not_changed_by_patch(graph):
    made = graph.register()
    place = f"applications/{made['id']}"
    graph.good("POST", f"{place}/addPassword", {})
    whole = graph.good("GET", place)
    keep = {"passwordCredentials": whole["passwordCredentials"]}
    graph.good("PATCH", place, keep)
    for changed in ([], [{"keyId": str(uuid4())}], [{"displayName": "new"}]):
        assert graph.refused("PATCH", place, {"passwordCredentials": changed})[0] == 400
    past = {"passwordCredential": {"endDateTime": "2020-01-01T00:00:00Z"}}
    assert graph.refused("POST", f"{place}/addPassword", past)[0] == 400
    assert graph.good("GET", place)["passwordCredentials"] == whole["passwordCredentials"]


def key(pair, **more):
    text = base64.b64encode(pair.der).decode()
    return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": text, **more}


def proof(world, pair, issuer, **changes):
    now = int(world.clock())
    claims = {
        "aud": "00000002-0000-0000-c000-000000000000",
        "iss": issuer,
        "nbf": now,
        "exp": now + 600,
        **changes,
    }
    header = {"alg": "RS256", "typ": "JWT"}
    return jwt.encode(header, claims, RSAKey.import_key(pair.private_key))


def test_certificates_by_patch_and_by_proof(fresh, graph):
    first, second = certificates.make("first"), certificates.make("second")
    made = graph.register()
    place = f"applications/{made['id']}"
    early = {"keyCredential": key(second), "proof": proof(fresh, first, made["id"])}
    assert graph.refused("POST", f"{place}/addKey", early)[0] == 401
    graph.good("PATCH", place, {"keyCredentials": [key(first, displayName="one")]})
    (shown,) = graph.good("GET", place)["keyCredentials"]
    assert (shown["displayName"], shown["key"]) == ("one", None)
    assert shown["customKeyIdentifier"] == first.sha1
    (whole,) = graph.good("GET", place, query="$select=keyCredentials")["keyCredentials"]
    assert base64.b64decode(whole["key"]) == first.der

    for bad in (
        proof(fresh, second, made["id"]),
        proof(fresh, first, made["appId"]),
        proof(fresh, first, made["id"], aud="https://graph.microsoft.com"),
        proof(fresh, first, made["id"], exp=int(fresh.clock()) + 601),
        proof(fresh, first, made["id"], nbf=0, exp=300),
        proof(fresh, first, made["id"]) + "=",
        "a.b.c",
    ):
        body = {"keyCredential": key(second), "proof": bad}
        assert graph.refused("POST", f"{place}/addKey", body)[0] == 401
    good = proof(fresh, first, made["id"], aud=str(GRAPH_APPLICATION))
    added = graph.good("POST", f"{place}/addKey", {"keyCredential": key(second), "proof": good})
    assert len(graph.good("GET", place)["keyCredentials"]) == 2
    body = {"keyId": shown["keyId"], "proof": proof(fresh, second, made["id"])}
    graph.good("POST", f"{place}/removeKey", body)
    (left,) = graph.good("GET", place)["keyCredentials"]
    assert left["keyId"] == added["keyId"]

    for half in (
        {"keyCredentials": [key(first), {**key(first), "key": "AAAA"}]},
        {"keyCredentials": [key(first)], "signInAudience": "Everyone"},
    ):
        assert graph.refused("PATCH", place, half) == (400, "Request_BadRequest")
        assert graph.good("GET", place)["keyCredentials"] == [left]
    known = len(graph.good("GET", "applications")["value"])
    bad = {"displayName": "x", "keyCredentials": [{**key(first), "key": "AAAA"}]}
    assert graph.refused("POST", "applications", bad)[0] == 400
    assert len(graph.good("GET", "applications")["value"]) == known

    unknown = {k: v for k, v in left.items() if k != "key"} | {"keyId": str(uuid4())}
    assert graph.refused("PATCH", place, {"keyCredentials": [unknown]})[0] == 400
    graph.good("PATCH", place, {"keyCredentials": [left]})
    assert graph.good("GET", place)["keyCredentials"] == [left]
    graph.good("PATCH", place, {"keyCredentials": []})
    assert graph.good("GET", place)["keyCredentials"] == []


def test_service_principals(fresh, graph):
    made = graph.register()
    principal = graph.good(
        "POST", "servicePrincipals", {"appId": made["appId"], "appRoleAssignmentRequired": True}
    )
    place = f"servicePrincipals/{principal['id']}"
    assert principal["appRoleAssignmentRequired"] is True
    graph.good("PATCH", place, {"accountEnabled": False, "appRoleAssignmentRequired": False})
    by_app = graph.good("GET", f"servicePrincipals(appId='{made['appId']}')")
    assert (by_app["accountEnabled"], by_app["appRoleAssignmentRequired"]) == (False, False)
    assert graph.refused("PATCH", place, {"displayName": "x"})[0] == 400
    graph.good("DELETE", place)
    assert graph.refused("GET", place) == (404, "Request_ResourceNotFound")
    crm = graph.good("GET", f"servicePrincipals(appId='{CRM}')")
    assert "https://localhost:8444/" in crm["servicePrincipalNames"]
    assert [one["value"] for one in crm["oauth2PermissionScopes"]] == ["user_impersonation"]


def test_another_tenants_objects_are_not_there(fresh, graph):
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    theirs = r.create_application(fresh.service, other, name="Theirs")
    principal = r.find_principal(fresh.service, other, theirs.application_id)
    assert graph.refused("GET", f"applications/{theirs.object_id}")[0] == 404
    assert graph.refused("GET", f"applications(appId='{theirs.application_id}')")[0] == 404
    assert graph.refused("GET", f"servicePrincipals/{principal.object_id}")[0] == 404
    body = {"appId": str(theirs.application_id)}
    assert graph.refused("POST", "servicePrincipals", body) == (403, "Authorization_RequestDenied")


def test_a_role_is_assigned_once_and_comes_in_the_token(fresh, graph):
    resource = graph.register("Leads", appRoles=[LEADS], identifierUris=["api://leads"])
    offering = graph.good("POST", "servicePrincipals", {"appId": resource["appId"]})
    client = graph.register("Client")
    holder = graph.good("POST", "servicePrincipals", {"appId": client["appId"]})
    place = f"servicePrincipals/{holder['id']}/appRoleAssignments"
    body = {"principalId": holder["id"], "resourceId": offering["id"], "appRoleId": LEADS["id"]}
    made = graph.good("POST", place, body)
    assert made["resourceDisplayName"] == "Leads"
    assert len(made["id"]) == 43
    for wrong, status in (
        (body, 400),
        (body | {"appRoleId": str(uuid4())}, 400),
        (body | {"resourceId": str(uuid4())}, 404),
        (body | {"principalId": offering["id"]}, 400),
    ):
        assert graph.refused("POST", place, wrong)[0] == status
    on = graph.good("GET", f"servicePrincipals/{offering['id']}/appRoleAssignedTo")["value"]
    assert on == graph.good("GET", place)["value"]

    secret = graph.good("POST", f"applications/{client['id']}/addPassword", {})["secretText"]
    application = r.find_application(fresh.service, fresh.tenant, client["appId"])
    token = token_of(fresh, application, Secret(secret), "api://leads")
    claims = orjson.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["roles"] == ["Leads.All"]
    graph.good("DELETE", f"{place}/{made['id']}")
    assert graph.good("GET", place)["value"] == []
    assert graph.refused("DELETE", f"{place}/{made['id']}")[0] == 404


def test_consent_to_scopes(fresh, graph):
    client = r.find_principal(fresh.service, fresh.tenant, fresh.application.application_id)
    resource = r.find_principal(fresh.service, fresh.tenant, CRM_APPLICATION)
    body = {
        "clientId": str(client.object_id),
        "consentType": "AllPrincipals",
        "resourceId": str(resource.object_id),
        "scope": "user_impersonation",
    }
    made = graph.good("POST", "oauth2PermissionGrants", body)
    joined = client.object_id.bytes_le + resource.object_id.bytes_le
    assert made["id"] == base64.urlsafe_b64encode(joined).rstrip(b"=").decode()
    again = graph.refused("POST", "oauth2PermissionGrants", body)
    assert again == (409, "Request_MultipleObjectsWithSameKeyValue")
    place = f"oauth2PermissionGrants/{made['id']}"
    graph.good("PATCH", place, {"scope": "user_impersonation other"})
    assert graph.good("GET", place)["scope"] == "user_impersonation other"
    of_client = f"servicePrincipals/{client.object_id}/oauth2PermissionGrants"
    assert len(graph.good("GET", of_client)["value"]) == 1
    for wrong in (
        {"consentType": "Nobody"},
        {"consentType": "Principal"},
        {"principalId": str(uuid4())},
        {"clientId": "x"},
        {"clientId": str(uuid4())},
    ):
        assert graph.refused("POST", "oauth2PermissionGrants", body | wrong)[0] in (400, 404)
    graph.good("DELETE", place)
    assert graph.refused("GET", place)[0] == 404
