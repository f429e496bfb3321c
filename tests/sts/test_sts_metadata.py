"""Public documents, CORS and paths: everything of the face but the token endpoints."""

import re
from pathlib import Path

import orjson
import pytest

from xrm.sts import TokenService
from xrm.sts.faces.entra import mount
from xrm.wire.http import Request

BASE = "https://localhost:8443"
GOLDEN = Path(__file__).parents[1] / "wire" / "golden" / "oauth"
DOCUMENTS = {"v1": "/.well-known/openid-configuration"}
DOCUMENTS["v2"] = "/v2.0" + DOCUMENTS["v1"]
KEYS = {"v1": "/discovery/keys", "v2": "/discovery/v2.0/keys"}


def golden(name):
    return orjson.loads((GOLDEN / name).read_bytes())


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("name", ["tenant id", "contoso.example", "CONTOSO.example"])
def test_discovery_of_a_tenant(world, document, version, name):
    tenant = str(world.tenant.tenant_id)
    answer = world.get(f"/{tenant if name == 'tenant id' else name}{DOCUMENTS[version]}")
    assert answer.status == 200
    text = orjson.dumps(golden(f"discovery-{version}.json")).decode()
    expected = orjson.loads(text.replace("{base}", BASE).replace("{tenant}", tenant))
    assert document(answer) == {**expected, "tenant_region_scope": "EU"}


@pytest.mark.parametrize(
    ("segment", "issuer_tenant"),
    [
        ("common", "{tenantid}"),
        ("Common", "{tenantid}"),
        ("organizations", "{tenantid}"),
        ("consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"),
    ],
)
def test_discovery_of_a_shared_segment(world, document, segment, issuer_tenant):
    v1 = document(world.get(f"/{segment}{DOCUMENTS['v1']}"))
    v2 = document(world.get(f"/{segment}{DOCUMENTS['v2']}"))
    assert v1["issuer"] == f"{BASE}/{issuer_tenant}/"
    assert v2["issuer"] == f"{BASE}/{issuer_tenant}/v2.0"
    assert v1["tenant_region_scope"] is None
    assert v2["token_endpoint"] == f"{BASE}/{segment.lower()}/oauth2/v2.0/token"


@pytest.mark.parametrize("tail", [*DOCUMENTS.values(), *KEYS.values()])
def test_the_tenant_of_personal_accounts_goes_by_its_id_too(world, document, tail):
    by_id = document(world.get(f"/9188040D-6c67-4c5b-b112-36a304b66dad{tail}"))
    assert by_id == document(world.get(f"/consumers{tail}"))
    assert "error" not in by_id


@pytest.mark.parametrize("tail", [*DOCUMENTS.values(), *KEYS.values()])
@pytest.mark.parametrize(
    ("segment", "number"), [("fabrikam.example", 90002), ("nowhere", 900023), ("%FF", 900023)]
)
def test_documents_of_an_unknown_tenant(world, document, tail, segment, number):
    answer = world.get(f"/{segment}{tail}")
    assert (answer.status, document(answer)["error_codes"]) == (400, [number])
    assert answer.header("access-control-allow-origin") == "*"


def test_every_url_of_a_document_has_the_configured_base_whatever_host_is_asked(fresh, reopen):
    service: TokenService = reopen(base_url="https://sign-in.example")
    request = Request(
        "GET", "/common/v2.0/.well-known/openid-configuration", "", (("host", "evil.example"),)
    )
    answer = mount(service).route(request).face(request)
    urls = re.findall(rb"https://[^/\"]*", answer.body)
    assert set(urls) == {b"https://sign-in.example"}
    assert b"evil" not in answer.body
    assert answer.header("strict-transport-security") == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("base", ["http://a.example", "https://a.example/", "https://", "a", ""])
def test_an_unusable_base_is_refused(fresh, reopen, base):
    with pytest.raises(ValueError, match="base URL"):
        reopen(base_url=base)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_keys(world, document, version):
    answer = world.get(f"/{world.tenant.tenant_id}{KEYS[version]}")
    keys = document(answer)["keys"]
    assert len(keys) == 2
    expected = {"kty", "use", "kid", "x5t", "n", "e", "x5c"} | (
        {"issuer"} if version == "v2" else set()
    )
    for key in keys:
        assert set(key) == expected
        assert (key["kty"], key["use"], key["e"]) == ("RSA", "sig", "AQAB")
        assert key["kid"] == key["x5t"]
        assert len(key["x5c"]) == 1
    if version == "v2":
        assert keys[0]["issuer"] == f"{BASE}/{world.tenant.tenant_id}/v2.0"
        common = document(world.get("/common/discovery/v2.0/keys"))["keys"]
        assert common[0]["issuer"] == BASE + "/{tenantid}/v2.0"


def test_documents_are_cached_for_a_day_and_open_to_any_origin(world):
    answer = world.get("/common" + DOCUMENTS["v2"])
    assert answer.header("cache-control") == "max-age=86400, private"
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-methods") == "GET, OPTIONS"
    assert answer.header("content-type") == "application/json; charset=utf-8"


INSTANCE = "/common/discovery/instance"


def instance_query(endpoint, version="1.1"):
    return f"api-version={version}&authorization_endpoint={endpoint}"


@pytest.mark.parametrize(
    ("endpoint", "tail"),
    [
        (f"{BASE}/common/oauth2/authorize", "/common"),
        (f"{BASE}/common/oauth2/v2.0/authorize", "/common/v2.0"),
        ("https://localhost/contoso.example/oauth2/v2.0/authorize", "/contoso.example/v2.0"),
        ("https://LOCALHOST:443/common/oauth2/authorize", "/common"),
        (f"{BASE}%2Fcommon%2Foauth2%2Fauthorize", "/common"),
    ],
)
def test_instance_discovery_answers_with_its_own_base(world, document, endpoint, tail):
    found = document(world.get(INSTANCE, instance_query(endpoint)))
    expected = f"{BASE}{tail}/.well-known/openid-configuration"
    assert found["tenant_discovery_endpoint"] == expected
    assert found["api-version"] == "1.1"
    (row,) = found["metadata"]
    assert row["preferred_network"] == row["preferred_cache"] == "localhost:8443"
    assert row["aliases"] == ["localhost:8443", "localhost"]


def test_instance_discovery_1_0_has_no_metadata(world, document):
    query = instance_query(f"{BASE}/common/oauth2/authorize", "1.0")
    assert set(document(world.get(INSTANCE, query))) == {"tenant_discovery_endpoint", "api-version"}


@pytest.mark.parametrize(
    ("query", "error", "number"),
    [
        ("", "invalid_request", 900144),
        ("api-version=1.1", "invalid_request", 900144),
        (instance_query(f"{BASE}/common/x", "3"), "invalid_request", 90023),
        (instance_query("https://evil.example/common/x"), "invalid_instance", 50049),
        (instance_query("http://localhost:8443/common/x"), "invalid_instance", 50049),
        (instance_query("https://localhost@evil.example/common/x"), "invalid_instance", 50049),
        (instance_query("https://[/common/x"), "invalid_instance", 50049),
        (instance_query("localhost"), "invalid_instance", 50049),
        (instance_query(BASE), "invalid_request", 900023),
        (instance_query(BASE + "/%22/x"), "invalid_request", 900023),
        (instance_query(BASE + "/a b/x"), "invalid_request", 900023),
        ("api-version=%FF", "invalid_request", 9002313),
    ],
)
def test_instance_discovery_refuses(world, document, query, error, number):
    answer = world.get(INSTANCE, query)
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (400, error, [number])


@pytest.mark.parametrize(
    "path",
    [
        "/common/userrealm/ann@contoso.example",
        "/common/UserRealm/ann%40Contoso.Example",
        "/Common/USERREALM/ann@contoso.example",
    ],
)
def test_user_realm_of_a_verified_domain(world, document, path):
    assert document(world.get(path, "api-version=1.0")) == {
        "ver": "1.0",
        "account_type": "Managed",
        "domain_name": "contoso.example",
        "cloud_instance_name": "localhost:8443",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }


@pytest.mark.parametrize("user", ["ann@fabrikam.example", "ann", "contoso.example", "", "a@b"])
def test_user_realm_of_anyone_else(world, document, user):
    found = document(world.get(f"/common/userrealm/{user}", "api-version=1.0"))
    assert found["account_type"] == "Unknown"
    assert "domain_name" not in found


@pytest.mark.parametrize(
    ("path", "query", "number"),
    [
        ("/common/userrealm/ann", "", 900144),
        ("/common/userrealm/ann", "api-version=9", 90023),
        ("/common/userrealm/%FF", "api-version=1.0", 90023),
    ],
)
def test_user_realm_refuses(world, document, path, query, number):
    answer = world.get(path, query)
    assert (answer.status, document(answer)["error_codes"]) == (400, [number])


OPEN_PATHS = {
    "/common/oauth2/token": "POST, OPTIONS",
    "/common/oauth2/v2.0/token": "POST, OPTIONS",
    "/common/.well-known/openid-configuration": "GET, OPTIONS",
    "/common/v2.0/.well-known/openid-configuration": "GET, OPTIONS",
    "/common/discovery/keys": "GET, OPTIONS",
    "/common/discovery/v2.0/keys": "GET, OPTIONS",
    "/common/discovery/instance": "GET, OPTIONS",
    "/common/userrealm/ann@contoso.example": "GET, OPTIONS",
}


@pytest.mark.parametrize(("path", "methods"), OPEN_PATHS.items())
def test_preflight(world, path, methods):
    headers = (
        ("origin", "https://page.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type, x-client-sku"),
    )
    answer = world.send("OPTIONS", path, headers=headers)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("access-control-allow-methods") == methods
    assert answer.header("access-control-allow-headers") == "content-type, x-client-sku"


def test_preflight_echoes_only_header_names(world):
    headers = (("access-control-request-headers", "a\r\nset-cookie: b"),)
    answer = world.send("OPTIONS", "/common/oauth2/token", headers=headers)
    assert answer.header("access-control-allow-headers") is None


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/common/oauth2/checksession",
        "/common/oauth2/v3.0/authorize",
        "/",
        "",
        "//oauth2/token",
        "/common/oauth2/token/",
        "/common/oauth2%2Ftoken",
        "/contoso.example/discovery/instance",
        "/common/userrealm/a/b",
    ],
)
def test_what_is_not_there_is_404_without_cors(world, method, path):
    answer = world.send(method, path)
    assert answer.status == 404
    assert answer.header("access-control-allow-origin") is None
    assert answer.header("x-ms-request-id")


def test_literal_parts_of_a_path_match_in_any_case(world):
    assert world.get("/common/V2.0/.Well-Known/OpenID-Configuration").status == 200
    assert world.post("/contoso.example/OAuth2/Token", world.form()).status == 200


def test_documents_take_get_and_head_only(world):
    path = "/common" + DOCUMENTS["v2"]
    head = world.send("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-type") == "application/json; charset=utf-8"
    posted = world.send("POST", path)
    assert (posted.status, posted.header("allow")) == (405, "GET, OPTIONS")


def test_all_of_it_is_bounded_point_work(world):
    for path in OPEN_PATHS:
        assert mount(world.service).route(Request("GET", path)).lane == "inline"
