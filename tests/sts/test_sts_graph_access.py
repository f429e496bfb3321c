"""Who may call what: every call without a token, with one that permits nothing, with the right."""

import json
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.directory import AUDIENCE, Graph, permitted, speaking_for, token_of
from support.fuzz import PROFILE
from xrm.sts import registration as r
from xrm.sts.faces.graph import mount
from xrm.sts.faces.graph.routes import ROWS
from xrm.sts.model import CRM_APPLICATION, GRAPH_APPLICATION
from xrm.sts.registration import people
from xrm.wire import jose
from xrm.wire.http import Request

APPLICATION, GRANT = "Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"
ASSIGNMENT, ROLE = "AppRoleAssignment.ReadWrite.All", "RoleManagement.ReadWrite.Directory"
USER, READER = "User.ReadWrite.All", "Directory.Read.All"
RIGHTS = {
    ("GET", "applications"): "Application.Read.All",
    ("WRITE", "applications"): APPLICATION,
    ("GET", "serviceprincipals"): "Application.Read.All",
    ("WRITE", "serviceprincipals"): APPLICATION,
    ("GET", "oauth2permissiongrants"): READER,
    ("WRITE", "oauth2permissiongrants"): GRANT,
    ("GET", "approleassignments"): "Application.Read.All",
    ("WRITE", "approleassignments"): ASSIGNMENT,
    ("GET", "approleassignedto"): READER,
    ("WRITE", "approleassignedto"): ASSIGNMENT,
    ("GET", "users"): "User.Read.All",
    ("WRITE", "users"): USER,
    ("WRITE", "revokesigninsessions"): "User.RevokeSessions.All",
    ("GET", "organization"): "Organization.Read.All",
    ("GET", "subscribedskus"): "Organization.Read.All",
    ("GET", "directoryroles"): READER,
    ("WRITE", "directoryroles"): ROLE,
}
"""The permission each part of the directory takes, as the documents say."""

CALLS = [(row.method, row.path) for row in ROWS if not row.path.startswith("me")]
MISSING = "1f0e3b0c-6a53-4a3b-bb56-51d9f3a3a1ff"


def right_for(method, path):
    words = [word for word in path.split("/") if word != "{}"]
    kind = "GET" if method == "GET" else "WRITE"
    named = [word for word in words if (kind, word) in RIGHTS]
    return RIGHTS[kind, named[-1]]


@pytest.fixture(scope="module")
def tokens(world):
    found = {value: permitted(world, value) for value in set(RIGHTS.values())}
    return found | {"nothing": permitted(world)}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_asks_for_its_permission(world, tokens, method, path):
    place = path.replace("{}", MISSING)
    answer = Graph(world, None).send(method, place, {})
    assert answer.status == 401
    assert orjson.loads(answer.body)["error"]["code"] == "InvalidAuthenticationToken"
    assert answer.header("www-authenticate") == (
        'Bearer realm="", authorization_uri="https://localhost:8443/common/oauth2/authorize", '
        f'client_id="{GRAPH_APPLICATION}"'
    )
    denied = (403, "Authorization_RequestDenied")
    assert Graph(world, tokens["nothing"]).refused(method, place, {}) == denied
    allowed = Graph(world, tokens[right_for(method, path)])
    assert allowed.send(method, place, {}).status in (200, 400, 404)
    if method != "GET":
        assert Graph(world, tokens[READER]).refused(method, place, {}) == denied


def test_one_who_may_change_only_what_it_owns_may_do_nothing(world):
    graph = Graph(world, permitted(world, "Application.ReadWrite.OwnedBy"))
    assert graph.refused("POST", "applications", {"displayName": "x"})[0] == 403
    assert graph.refused("GET", "applications")[0] == 403


def claims_of(token):
    return orjson.loads(jose.decode(token.split(".")[1]))


def signed(world, claims):
    with world.database.read() as tx:
        return jose.sign(claims, world.service.keys.signing(tx), x5t=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://localhost:8444/"},
        {"aud": str(CRM_APPLICATION)},
        {"aud": [AUDIENCE]},
        {"iss": "https://localhost:8443/9188040d-6c67-4c5b-b112-36a304b66dad/"},
        {"iss": None},
        {"tid": "9188040d-6c67-4c5b-b112-36a304b66dad"},
        {"tid": "contoso.example"},
        {"exp": 1},
        {"exp": "soon"},
        {"nbf": 4_000_000_000},
        {"nbf": True},
        {"appid": None},
        {"oid": 3},
        {"scp": "User.Read.All"},
    ],
)
def test_a_token_must_be_whole(world, tokens, changes):
    claims = claims_of(tokens[READER])
    assert Graph(world, signed(world, claims)).ask("GET", "organization")[0] == 200
    bad = Graph(world, signed(world, claims | changes))
    assert bad.refused("GET", "organization") == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize("changes", [{"appid": MISSING}, {"oid": MISSING}])
def test_a_token_must_be_of_someone_there(world, tokens, changes):
    bad = Graph(world, signed(world, claims_of(tokens[READER]) | changes))
    assert bad.refused("GET", "organization") == (401, "Authorization_IdentityNotFound")


@pytest.mark.parametrize("audience", [AUDIENCE, AUDIENCE + "/", str(GRAPH_APPLICATION)])
def test_the_names_of_microsoft_graph(world, audience):
    application = r.create_application(world.service, world.tenant, name="Names")
    _, graph = r.find_resource(world.service, world.tenant, audience)
    required = {"resource": graph, "value_or_id": READER, "kind": "Role"}
    r.require(world.service, application, **required)
    r.consent(world.service, world.tenant, application.application_id)
    secret = r.add_secret(world.service, application, description="x").secret
    token = token_of(world, application, secret, audience)
    assert Graph(world, token).ask("GET", "organization")[0] == 200


def test_other_tokens_are_refused(fresh):
    organization = token_of(fresh, fresh.application, fresh.secret, "https://localhost:8444/")
    token = permitted(fresh, READER)
    header, payload, signature = token.split(".")
    unsigned = jose.encode(b'{"alg":"none"}') + f".{payload}."
    other = payload[:-4] + ("AAAA" if payload[-4:] != "AAAA" else "BBBB")
    for bad in (
        organization,
        unsigned,
        f"{header}.{other}.{signature}",
        "x",
        "",
        "a b",
        "x" * 20000,
    ):
        assert Graph(fresh, bad).refused("GET", "organization")[0] == 401
    twice = (("authorization", f"Bearer {token}"),)
    assert Graph(fresh, token).refused("GET", "organization", headers=twice)[0] == 401
    basic = (("authorization", "Basic Og=="),)
    assert Graph(fresh, None).refused("GET", "organization", headers=basic)[0] == 401
    assert Graph(fresh, token).ask("GET", "organization")[0] == 200
    fresh.clock.now += 3 * 3600
    assert Graph(fresh, token).refused("GET", "organization")[0] == 401


def test_a_token_ends_with_its_principal(fresh):
    token = permitted(fresh, READER)
    assert Graph(fresh, token).ask("GET", "organization")[0] == 200
    application_id = UUID(claims_of(token)["appid"])
    principal = r.find_principal(fresh.service, fresh.tenant, application_id)
    gone = (401, "Authorization_IdentityNotFound")
    out = (401, "Authorization_IdentityDisabled")
    r.set_principal_enabled(fresh.service, principal, enabled=False)
    assert Graph(fresh, token).refused("GET", "organization") == out
    r.set_principal_enabled(fresh.service, principal, enabled=True)
    assert Graph(fresh, token).ask("GET", "organization")[0] == 200
    r.delete_principal(fresh.service, principal)
    assert Graph(fresh, token).refused("GET", "organization") == gone


def test_a_token_opens_its_own_tenant_only(fresh):
    token = permitted(fresh, READER)
    other = r.create_tenant(fresh.service, name="Fabrikam", domain="fabrikam.example")
    moved = claims_of(token) | {"tid": str(other.tenant_id)}
    assert Graph(fresh, signed(fresh, moved)).refused("GET", "organization")[0] == 401
    moved["iss"] = f"https://localhost:8443/{other.tenant_id}/"
    assert Graph(fresh, signed(fresh, moved)).refused("GET", "organization")[0] == 401
    (shown,) = Graph(fresh, token).good("GET", "organization")["value"]
    assert shown["displayName"] == "Contoso"


def test_people_need_a_permission_and_a_directory_role(fresh):
    user = people.create_user(
        fresh.service,
        fresh.tenant,
        user_principal_name="ann@contoso.example",
        display_name="Ann",
    ).user
    graph = Graph(fresh, speaking_for(fresh, user, "Application.ReadWrite.All", "User.Read"))
    assert graph.good("GET", "me")["userPrincipalName"] == "ann@contoso.example"
    assert graph.refused("GET", "users")[0] == 403
    body = {"displayName": "By Ann"}
    assert graph.refused("POST", "applications", body)[0] == 403
    people.add_role(fresh.service, user, "Application Administrator")
    graph.good("POST", "applications", body)
    assert Graph(fresh, speaking_for(fresh, user, "email")).refused("GET", "me")[0] == 403
    people.set_user_enabled(fresh.service, user, enabled=False)
    assert graph.refused("GET", "me")[0] == 401
    app = Graph(fresh, permitted(fresh, "User.Read.All"))
    assert app.refused("GET", "me") == (400, "BadRequest")


def test_reads_of_one_object_may_stay_on_the_event_loop(world):
    graph = mount(world.service)
    lanes = {
        ("GET", f"applications/{MISSING}"): "inline",
        ("GET", "me"): "inline",
        ("GET", "applications"): "pool",
        ("GET", "%ff"): "pool",
        ("PATCH", f"applications/{MISSING}"): "pool",
    }
    for (method, path), lane in lanes.items():
        assert graph.route(Request(method, f"/graph/v1.0/{path}")).lane == lane
    route = graph.route(Request("POST", "/graph/v1.0/applications"))
    assert route.limit == 1024 * 1024
    assert route.too_large(Request("POST", "/graph/v1.0/applications")).status == 413


WORDS = sorted({word for row in ROWS for word in row.path.split("/") if word != "{}"})
SEGMENTS = st.one_of(
    st.sampled_from(
        [
            *WORDS,
            *(MISSING, "x", "applications(appId='x')", f"applications(appId='{MISSING}')"),
            *("users('ann@contoso.example')", "directoryRoles(roleTemplateId='x')", "users('')"),
            *("applications()", "%00", "%FF", "%27", "users(%27%00%27)", "users(a='b',c='d')"),
        ]
    ),
    st.text(max_size=12),
)
QUERIES = st.one_of(
    st.sampled_from(
        [
            *("", "$top=1", "$filter=displayName eq 'x'", "$select=id", "$orderby=displayName"),
            *("$filter=tags/any(t:t", "$skiptoken=WyIiLCIiXQ", "$count=true", "$filter=id eq 3"),
        ]
    ),
    st.builds(lambda text: f"$filter={text}", st.text("adi('eqn:,/) 1\u00e9", max_size=20)),
    st.text(max_size=20),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([MISSING, "x", "\x00", "2027-01-15T08:00:00Z", "9999-12-31T23:59:59-23:00"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
MEMBERS = st.sampled_from(
    [
        *("displayName", "appId", "keyId", "proof", "passwordCredential", "keyCredentials"),
        *("keyCredential", "clientId", "resourceId", "principalId", "appRoleId", "consentType"),
        *("scope", "accountEnabled", "passwordProfile", "mailNickname", "userPrincipalName"),
        *("usageLocation", "addLicenses", "removeLicenses", "@odata.id", "web", "appRoles"),
        *("identifierUris", "api", "requiredResourceAccess", "signInAudience", "tags"),
    ]
)
BODIES = st.one_of(
    st.dictionaries(MEMBERS, VALUES, max_size=4).map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60),
)


@pytest.fixture
def almighty(fresh):
    return Graph(fresh, permitted(fresh, *set(RIGHTS.values())))


def check(answer):
    assert answer.status in (200, 201, 204, 400, 401, 403, 404, 405, 409, 413)
    for name, value in answer.headers:
        assert (name + value).isascii()
        assert value.isprintable()
    assert answer.header("request-id")
    if answer.status >= 400:
        error = orjson.loads(answer.body)["error"]
        assert error["code"]
        assert error["message"].isprintable()


@PROFILE
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD", ""]),
    segments=st.lists(SEGMENTS, max_size=5),
    query=QUERIES,
    body=st.one_of(st.none(), BODIES),
    eventual=st.booleans(),
)
def test_any_request_is_answered(almighty, method, segments, query, body, eventual):
    headers = (("consistencylevel", "eventual"),) if eventual else ()
    path = "/".join(segments)
    check(almighty.send(method, path, body, query=query, headers=headers))
    check(almighty.send(method, f"/graph/{path}", body, query=query))


def standing(world):
    """Return ids of an application, its principal and a person, made anew where one is gone."""
    service, tenant = world.service, world.tenant
    application = r.find_application(service, tenant, "Standing")
    if application is None:
        application = r.create_application(service, tenant, name="Standing", principal=False)
    principal = r.find_principal(service, tenant, application.application_id)
    principal = principal or r.create_principal(service, tenant, application.application_id)
    name = "standing@contoso.example"
    user = people.find_user(service, tenant, name)
    if user is None:
        made = people.create_user(service, tenant, user_principal_name=name, display_name="S")
        user = made.user
    ids = {"applications": application, "serviceprincipals": principal, "users": user}
    return {word: str(one.object_id) for word, one in ids.items()}


@PROFILE
@given(call=st.sampled_from(CALLS), body=BODIES, query=QUERIES)
def test_any_body_is_answered(almighty, call, body, query):
    method, path = call
    name = standing(almighty.world).get(path.partition("/")[0], MISSING)
    place = path.replace("{}", name, 1).replace("{}", MISSING)
    check(almighty.send(method, place, body, query=query))


@PROFILE
@given(header=st.text(max_size=40))
def test_any_authorization_is_answered(world, header):
    request = Request("GET", "/graph/v1.0/users", headers=(("authorization", header),))
    answer = mount(world.service).route(request).face(request)
    assert answer.status == 401
    check(answer)
