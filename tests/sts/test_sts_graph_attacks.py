"""Microsoft Graph under attack: tokens that are not for it, and reach that was not granted."""

import base64
import hmac
import logging
from uuid import UUID, uuid4

import orjson
import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from support import certificates
from support.directory import AUDIENCE, Graph, permitted, speaking_for, token_of
from xrm.sts import registration as r
from xrm.sts.audit import read_events
from xrm.sts.model import CRM_APPLICATION, GRAPH_APPLICATION
from xrm.sts.registration import people
from xrm.wire import jose

READER, WRITER = "Directory.Read.All", "Application.ReadWrite.All"
READ_ALL = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"
"""The id of the role Application.Read.All."""

GLOBAL, APPLICATIONS = "Global Administrator", "Application Administrator"
BAD_TOKEN = (401, "InvalidAuthenticationToken")
DENIED = (403, "Authorization_RequestDenied")
MISSING = (404, "Request_ResourceNotFound")


@pytest.fixture(scope="module")
def token(world):
    return permitted(world, READER, WRITER)


@pytest.fixture(scope="module")
def shared(world, token):
    return Graph(world, token)


@pytest.fixture
def writer(fresh):
    return Graph(fresh, permitted(fresh, WRITER))


def parts_of(token):
    header, claims, _ = token.split(".")
    return orjson.loads(jose.decode(header)), orjson.loads(jose.decode(claims))


def signed(world, claims):
    with world.database.read() as tx:
        return jose.sign(claims, world.service.keys.signing(tx), x5t=True)


def sealed(secret, claims, **header):
    """Return a token with a keyed hash (HS256) in place of a signature."""
    named = orjson.dumps({**header, "alg": "HS256"})
    text = f"{jose.encode(named)}.{jose.encode(orjson.dumps(claims))}"
    return f"{text}.{jose.encode(hmac.digest(secret, text.encode(), 'sha256'))}"


def refused_as_token(world, token):
    return Graph(world, token).refused("GET", "applications")


def test_a_token_for_the_organization(world):
    token = token_of(world, world.application, world.secret, "https://localhost:8444/")
    assert refused_as_token(world, token) == BAD_TOKEN


def test_a_token_for_another_application(fresh):
    token = token_of(fresh, fresh.application, fresh.secret, str(fresh.application.application_id))
    assert refused_as_token(fresh, token) == BAD_TOKEN


def test_a_token_of_version_2(world, token):
    _, claims = parts_of(token)
    issuer = f"{world.service.base_url}/{claims['tid']}/v2.0"
    changed = claims | {"ver": "2.0", "iss": issuer, "aud": str(GRAPH_APPLICATION)}
    assert refused_as_token(world, signed(world, changed)) == BAD_TOKEN


def test_an_id_token(world, token):
    _, claims = parts_of(token)
    changed = claims | {"aud": claims["appid"], "nonce": "n"}
    assert refused_as_token(world, signed(world, changed)) == BAD_TOKEN


def test_a_token_signed_by_an_unpublished_key(world, token):
    header, claims = parts_of(token)
    own = certificates.make("attacker")
    pem = RSAKey.import_key(own.private_key)
    assert refused_as_token(world, jwt.encode(header, claims, pem)) == BAD_TOKEN
    mine = {"alg": "RS256", "kid": own.sha1, "x5c": [base64.b64encode(own.der).decode()]}
    assert refused_as_token(world, jwt.encode(mine, claims, pem)) == BAD_TOKEN
    public = orjson.loads(orjson.dumps(pem.as_dict(private=False)))
    held = {"alg": "RS256", "jwk": public}
    registry = jws.JWSRegistry(algorithms=["RS256"])
    text = jwt.encode(held, claims, pem, registry=registry)
    assert refused_as_token(world, text) == BAD_TOKEN


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "RS384", "PS256"])
def test_a_token_of_another_algorithm(world, token, algorithm):
    header, payload, signature = token.split(".")
    named = orjson.loads(jose.decode(header)) | {"alg": algorithm}
    changed = jose.encode(orjson.dumps(named))
    assert refused_as_token(world, f"{changed}.{payload}.{signature}") == BAD_TOKEN
    assert refused_as_token(world, f"{changed}.{payload}.") == BAD_TOKEN


def test_a_token_signed_with_the_public_key_as_a_secret(world, token):
    header, claims = parts_of(token)
    with world.database.read() as tx:
        key = next(k for k in world.service.keys.published_in(tx) if k.kid == header["kid"])
    for secret in (key.certificate_der, base64.b64encode(key.certificate_der), key.key.as_pem()):
        text = sealed(secret, claims, **header)
        assert refused_as_token(world, text) == BAD_TOKEN


def test_a_token_too_early_or_too_late(world, token):
    _, claims = parts_of(token)
    now = int(world.clock())
    for changes, status in (
        ({"exp": now - 299}, 200),
        ({"exp": now - 301}, 401),
        ({"nbf": now + 299}, 200),
        ({"nbf": now + 301}, 401),
        ({"exp": 1e308}, 200),
        ({"exp": -(2**63)}, 401),
        ({"exp": None}, 401),
        ({"exp": [now + 60]}, 401),
    ):
        made = Graph(world, signed(world, claims | changes))
        assert made.send("GET", "applications").status == status


def test_a_role_withdrawn_stays_in_the_token_until_it_ends(fresh):
    token = permitted(fresh, READER)
    application_id = UUID(parts_of(token)[1]["appid"])
    r.withdraw(fresh.service, fresh.tenant, application_id)
    assert Graph(fresh, token).send("GET", "applications").status == 200
    fresh.clock.now += 2 * 3600
    assert refused_as_token(fresh, token) == BAD_TOKEN


def test_another_tenants_application_is_neither_shown_nor_touched(fresh, writer):
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    theirs = r.create_application(fresh.service, other, name="Their secret plan")
    r.add_secret(fresh.service, theirs, description="theirs")
    (secret,) = r.list_secrets(fresh.service, theirs)
    for place in (
        f"applications/{theirs.object_id}",
        f"applications(appId='{theirs.application_id}')",
    ):
        for method, end, body in (
            ("GET", "", None),
            ("PATCH", "", {"displayName": "Mine"}),
            ("DELETE", "", None),
            ("POST", "/addPassword", {}),
            ("POST", "/removePassword", {"keyId": str(secret.key_id)}),
            ("POST", "/addKey", {"proof": "a.b.c", "keyCredential": {}}),
        ):
            answer = writer.send(method, place + end, body)
            assert answer.status == 404
            assert b"secret plan" not in answer.body
    assert r.list_secrets(fresh.service, theirs) == [secret]
    own = writer.register()
    body = {"keyId": str(secret.key_id)}
    place = f"applications/{own['id']}/removePassword"
    assert writer.refused("POST", place, body) == (400, "Request_BadRequest")
    assert r.list_secrets(fresh.service, theirs) == [secret]


def test_microsofts_own_applications_take_no_credentials(writer):
    crm = writer.good("GET", f"servicePrincipals(appId='{CRM_APPLICATION}')")
    for name in (f"(appId='{CRM_APPLICATION}')", f"(appId='{GRAPH_APPLICATION}')", f"/{crm['id']}"):
        assert writer.refused("POST", f"applications{name}/addPassword", {}) == MISSING
        body = {"keyCredentials": []}
        assert writer.refused("PATCH", f"applications{name}", body) == MISSING


def test_one_who_writes_applications_gives_itself_no_permission(fresh, writer):
    own = parts_of(writer.token)[1]
    graph = writer.good("GET", f"servicePrincipals(appId='{GRAPH_APPLICATION}')")
    role = next(one for one in graph["appRoles"] if one["value"] == "Directory.ReadWrite.All")
    assignment = {"principalId": own["oid"], "resourceId": graph["id"], "appRoleId": role["id"]}
    grant = {
        "clientId": own["oid"],
        "consentType": "AllPrincipals",
        "resourceId": graph["id"],
        "scope": "Application.ReadWrite.All",
    }
    for place, body in (
        (f"servicePrincipals/{own['oid']}/appRoleAssignments", assignment),
        (f"servicePrincipals/{graph['id']}/appRoleAssignedTo", assignment),
        ("oauth2PermissionGrants", grant),
    ):
        assert writer.refused("POST", place, body) == DENIED
    # To ask for more is allowed, and grants nothing.
    wanted = {"resourceAppId": str(GRAPH_APPLICATION), "resourceAccess": [
        {"id": role["id"], "type": "Role"}]}  # fmt: skip
    place = f"applications(appId='{own['appid']}')"
    writer.good("PATCH", place, {"requiredResourceAccess": [wanted]})
    secret = writer.good("POST", f"{place}/addPassword", {})["secretText"]
    form = fresh.form(client_id=own["appid"], client_secret=secret, resource=AUDIENCE)
    renewed = orjson.loads(fresh.post(fresh.path(), form).body)["access_token"]
    assert parts_of(renewed)[1]["roles"] == [WRITER]
    assert Graph(fresh, renewed).refused("GET", "users") == DENIED


def person(world, name, *roles):
    made = people.create_user(
        world.service,
        world.tenant,
        user_principal_name=f"{name}@contoso.example",
        display_name=name,
    ).user
    for role in roles:
        made = people.add_role(world.service, made, role)
    return made


def test_an_application_administrator_gives_no_roles_of_microsoft_graph(fresh, writer):
    offers = {
        "id": str(uuid4()),
        "value": "Leads.All",
        "displayName": "Leads",
        "description": "Leads",
        "allowedMemberTypes": ["Application"],
    }
    own = writer.register("Leads", appRoles=[offers])
    resource = writer.good("POST", "servicePrincipals", {"appId": own["appId"]})
    graph = writer.good("GET", f"servicePrincipals(appId='{GRAPH_APPLICATION}')")
    holder = parts_of(writer.token)[1]["oid"]
    scope = "AppRoleAssignment.ReadWrite.All"
    for name, role, status in (("Ada", APPLICATIONS, 403), ("Gil", GLOBAL, 201)):
        asker = Graph(fresh, speaking_for(fresh, person(fresh, name, role), scope))
        place = f"servicePrincipals/{holder}/appRoleAssignments"
        body = {"principalId": holder, "resourceId": graph["id"]}
        body["appRoleId"] = graph["appRoles"][0]["id"] if role == APPLICATIONS else READ_ALL
        assert asker.send("POST", place, body).status == status
        if role == APPLICATIONS:
            fine = {**body, "resourceId": resource["id"], "appRoleId": offers["id"]}
            assert asker.send("POST", place, fine).status == 201


def test_a_person_without_a_directory_role_changes_nothing(fresh):
    scopes = (WRITER, "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All")
    asker = Graph(fresh, speaking_for(fresh, person(fresh, "Bob"), *scopes, "User.ReadWrite.All"))
    for place in ("applications", "servicePrincipals", "oauth2PermissionGrants", "users"):
        assert asker.refused("POST", place, {}) == DENIED
    reader = person(fresh, "Rea", "Global Reader")
    asker = Graph(fresh, speaking_for(fresh, reader, *scopes))
    assert asker.refused("POST", "applications", {"displayName": "x"}) == DENIED


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("PATCH", {"passwordProfile": {"password": "Another-horse-8"}}),
        ("PATCH", {"accountEnabled": False}),
        ("PATCH", {"userPrincipalName": "other@contoso.example"}),
        ("DELETE", None),
    ],
)
def test_one_who_writes_people_does_not_take_over_an_administrator(fresh, method, body):
    gil, bob = person(fresh, "Gil", GLOBAL), person(fresh, "Bob")
    una = person(fresh, "Una", "User Administrator")
    scope = "User.ReadWrite.All"
    before = people.find_user(fresh.service, fresh.tenant, str(gil.object_id))
    for asker in (permitted(fresh, scope), speaking_for(fresh, una, scope)):
        assert Graph(fresh, asker).refused(method, f"users/{gil.object_id}", body) == DENIED
    assert people.find_user(fresh.service, fresh.tenant, str(gil.object_id)) == before
    administrator = Graph(fresh, speaking_for(fresh, gil, scope))
    assert administrator.send(method, f"users/{una.object_id}", body).status == 204
    anyone = Graph(fresh, permitted(fresh, scope))
    assert anyone.send(method, f"users/{bob.object_id}", body).status in (204, 400)


def test_a_person_reads_itself_and_nobody_else(fresh):
    bob, gil = person(fresh, "Bob"), person(fresh, "Gil")
    asker = Graph(fresh, speaking_for(fresh, bob, "User.Read"))
    for place in (
        f"users/{bob.object_id}",
        "users/BOB@contoso.example",
        "users('bob@contoso.example')",
    ):
        assert asker.good("GET", place)["displayName"] == "Bob"
        assert asker.good("GET", f"{place}/memberOf")["value"] == []
    assert asker.refused("GET", f"users/{gil.object_id}") == DENIED
    assert asker.refused("GET", "users") == DENIED
    assert asker.refused("PATCH", f"users/{bob.object_id}", {"displayName": "x"}) == DENIED
    assert asker.refused("GET", f"users/{bob.object_id}/appRoleAssignments") == DENIED
    without = Graph(fresh, speaking_for(fresh, bob, "email"))
    assert without.refused("GET", f"users/{bob.object_id}") == DENIED


def proof(world, pair, issuer, **changes):
    now = int(world.clock())
    claims = {"aud": str(GRAPH_APPLICATION), "iss": issuer, "nbf": now, "exp": now + 600, **changes}
    return jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(pair.private_key))


def test_a_proof_is_of_the_application_itself(fresh, writer):
    own, foreign, new = (certificates.make(name) for name in ("own", "foreign", "new"))

    def key(pair):
        text = base64.b64encode(pair.der).decode()
        return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": text}

    mine = writer.register(keyCredentials=[key(own)])
    writer.register(keyCredentials=[key(foreign)])
    place = f"applications/{mine['id']}/addKey"
    now = int(fresh.clock())
    claims = {"iss": mine["id"], "aud": str(GRAPH_APPLICATION), "nbf": now, "exp": now + 600}
    for bad in (
        proof(fresh, foreign, mine["id"]),
        proof(fresh, own, str(uuid4())),
        sealed(own.der, claims),
        jose.encode(b'{"alg":"none"}') + "." + jose.encode(orjson.dumps(claims)) + ".",
        proof(fresh, own, mine["id"], exp="later"),
        proof(fresh, own, mine["id"], nbf=now + 301, exp=now + 600),
    ):
        assert writer.refused("POST", place, {"keyCredential": key(new), "proof": bad})[0] == 401
    good = proof(fresh, own, mine["id"])
    writer.good("POST", place, {"keyCredential": key(new), "proof": good})
    # A proof lasts ten minutes, whatever it is for: what it did once is not done twice.
    again = writer.refused("POST", place, {"keyCredential": key(new), "proof": good})
    assert again == (400, "Request_BadRequest")
    fresh.clock.now += 901
    other = certificates.make("other")
    late = writer.refused("POST", place, {"keyCredential": key(other), "proof": good})
    assert late[0] == 401


def test_no_secret_is_in_the_log_the_audit_or_an_error(fresh, writer, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    made = writer.register(passwordCredentials=[{"displayName": "x"}])
    place = f"applications/{made['id']}"
    added = writer.good("POST", f"{place}/addPassword", {})
    hidden = [made["passwordCredentials"][0]["secretText"], added["secretText"], writer.token]
    chosen = "Chosen-by-the-caller-7"
    errors = [
        writer.send("POST", f"{place}/addPassword", {"passwordCredential": {"secretText": chosen}}),
        writer.send("POST", f"{place}/removePassword", {"keyId": chosen}),
        writer.send("GET", place, query=f"$select={'keyCredentials,' * 3}id"),
    ]

    def broken(*_arguments, **_options):
        raise RuntimeError("an inner detail")

    with monkeypatch.context() as patch:
        patch.setattr(r, "add_secret", broken)
        errors.append(writer.send("POST", f"{place}/addPassword", {}))
        assert errors[-1].status == 500
        assert b"inner detail" not in errors[-1].body
    seen = caplog.text + repr(read_events(fresh.service, limit=1000))
    seen += "".join(one.body.decode() for one in errors)
    assert "secret.add" in seen
    assert not [text for text in [*hidden, chosen] if text in seen]


def test_deleted_at_home_it_is_of_no_use_elsewhere(fresh, writer):
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    made = writer.register(signInAudience="AzureADMultipleOrgs", passwordCredentials=[{}])
    secret = made["passwordCredentials"][0]["secretText"]
    r.create_principal(fresh.service, other, UUID(made["appId"]))

    def ask():
        form = fresh.form(client_id=made["appId"], client_secret=secret, resource=AUDIENCE)
        return orjson.loads(fresh.post(fresh.path("v1", "fabrikam.example"), form).body)

    assert "access_token" in ask()
    writer.good("DELETE", f"applications/{made['id']}")
    assert ask()["error_codes"] == [700016]
    assert r.find_principal(fresh.service, other, UUID(made["appId"])) is not None
