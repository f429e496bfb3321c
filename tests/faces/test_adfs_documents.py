"""The public documents of a farm, and which pages may read its answers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.farm_clients import PAGE, Desk
from support.farms import farms_in
from support.signing_in import Reply

BASE = "https://localhost:8443"
REALM = "http://schemas.microsoft.com/rel/trusted-realm"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with farms_in(tmp_path_factory.mktemp("documents")) as farms:
        yield Desk(farms)


def document(reply: Reply) -> Any:
    assert reply.status == 200
    assert dict(reply.response.headers)["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(reply.response.body)


@pytest.mark.parametrize(
    ("prefix", "issuer"),
    [
        ("/adfs", "http://localhost:8443/adfs/services/trust"),
        ("/fabrikam.example/adfs", "http://localhost:8443/fabrikam.example/adfs/services/trust"),
    ],
)
def test_discovery(desk: Desk, prefix: str, issuer: str) -> None:
    found = document(desk.farms.visitor().get(f"{prefix}/.well-known/openid-configuration"))
    url = BASE + prefix
    assert found["issuer"] == url
    assert found["access_token_issuer"] == issuer
    assert found["authorization_endpoint"] == f"{url}/oauth2/authorize/"
    assert found["token_endpoint"] == f"{url}/oauth2/token/"
    assert found["jwks_uri"] == f"{url}/discovery/keys"
    assert found["userinfo_endpoint"] == f"{url}/userinfo"
    assert found["device_authorization_endpoint"] == f"{url}/oauth2/devicecode"
    assert found["end_session_endpoint"] == f"{url}/oauth2/logout"
    assert "code token" in found["response_types_supported"]
    assert "urn:ietf:params:oauth:grant-type:jwt-bearer" in found["grant_types_supported"]
    assert found["scopes_supported"][:4] == ["openid", "profile", "email", "allatclaims"]
    # Nothing is named that is not there.
    assert "windows_client_authentication" not in found["token_endpoint_auth_methods_supported"]
    assert "srv_challenge" not in found["grant_types_supported"]


def test_every_member_that_is_a_path_is_there(desk: Desk) -> None:
    found = document(desk.farms.visitor().get("/adfs/.well-known/openid-configuration"))
    for name, value in found.items():
        if isinstance(value, str) and value.startswith(BASE) and name != "issuer":
            reply = desk.farms.visitor().get(value.removeprefix(BASE))
            assert reply.status != 404, name


def test_keys(desk: Desk) -> None:
    found = document(desk.farms.visitor().get("/adfs/discovery/keys"))
    assert [set(key) for key in found["keys"]] == [
        {"kty", "use", "kid", "x5t", "n", "e", "x5c", *(("alg",) if "alg" in key else ())}
        for key in found["keys"]
    ]
    assert all(key["kid"] == key["x5t"] for key in found["keys"])


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("https://localhost", 200),
        ("https://localhost:8443", 200),
        ("https://contoso.example", 200),
        ("https://fabrikam.example", 404),
        ("https://evil.example", 404),
        ("https://localhost@evil.example", 404),
        ("", 400),
        ("https://[", 400),
    ],
)
def test_webfinger(desk: Desk, resource: str, status: int) -> None:
    asked = {"rel": REALM, "resource": resource}
    reply = desk.farms.visitor().get("/.well-known/webfinger", asked)
    assert reply.status == status
    if status == 200:
        links = [{"rel": REALM, "href": resource}]
        assert document(reply) == {"subject": resource, "links": links}


def test_webfinger_knows_no_other_relation(desk: Desk) -> None:
    asked = {"rel": "http://openid.net/specs/connect/1.0/issuer", "resource": "https://localhost"}
    assert desk.farms.visitor().get("/.well-known/webfinger", asked).status == 400


PROGRAMS = (
    "/adfs/.well-known/openid-configuration",
    "/adfs/discovery/keys",
    "/adfs/userinfo",
    "/adfs/oauth2/token",
    "/adfs/oauth2/token/",
)


@pytest.mark.parametrize("path", PROGRAMS)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_the_pages_of_single_page_applications_may_read_answers(
    desk: Desk, path: str, method: str
) -> None:
    reply = desk.farms.visitor().send(method, path, headers=(("origin", PAGE),))
    if reply.status == 405:
        return
    lines = dict(reply.response.headers)
    assert (lines["Access-Control-Allow-Origin"], lines["Vary"]) == (PAGE, "Origin")
    assert "Access-Control-Allow-Credentials" not in lines


@pytest.mark.parametrize("path", PROGRAMS)
@pytest.mark.parametrize(
    "origin",
    [
        "https://web.example",
        "http://page.example",
        "https://page.example.evil.example",
        "https://page.example:444",
        "null",
        "*",
        "",
    ],
)
def test_no_other_page_may(desk: Desk, path: str, origin: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        reply = desk.farms.visitor().send(method, path, headers=(("origin", origin),))
        assert not any("access-control" in name.lower() for name, _ in reply.response.headers)


def test_a_preflight_names_methods_and_headers(desk: Desk) -> None:
    headers = (("origin", PAGE), ("access-control-request-headers", "x-client-sku,content-type"))
    reply = desk.farms.visitor().send("OPTIONS", "/adfs/oauth2/token/", headers=headers)
    lines = dict(reply.response.headers)
    assert lines["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert lines["Access-Control-Allow-Headers"] == "x-client-sku,content-type"


def test_nobody_may_read_the_pages_people_sign_in_at(desk: Desk) -> None:
    reply = desk.farms.visitor().get(
        "/adfs/oauth2/authorize", desk.asking(), headers=(("origin", PAGE),)
    )
    assert not any("access-control" in name.lower() for name, _ in reply.response.headers)


@pytest.mark.parametrize(
    "path",
    [
        "/contoso.example/adfs/oauth2/token",
        "/nobody.example/adfs/oauth2/token",
        "/common/adfs/oauth2/token",
        "/adfs/oauth2/nothing",
        "/adfs/oauth2/token/more",
    ],
)
def test_a_farm_has_one_address(desk: Desk, path: str) -> None:
    assert desk.farms.visitor().post(path, {}).status in (404, 405)
