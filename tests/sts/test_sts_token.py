"""The token endpoints through the face: what is issued, and how a refusal is worded."""

import json
from urllib.parse import urlencode
from uuid import UUID

import jwt
import pytest

from support.credentials import basic
from xrm.model.errors import signin
from xrm.sts import registration

ORGANIZATION = "https://localhost:8444/"
FORM = ("content-type", "application/x-www-form-urlencoded")


def verified(world, token, audience):
    """Verify a token as a stranger does: from the published keys alone."""
    keys = jwt.PyJWKSet.from_json(world.get("/common/discovery/keys").body.decode())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, options=options)


@pytest.fixture(params=["tenant id", "upper case id", "domain", "upper case domain"])
def segment(request, world):
    return {
        "tenant id": str(world.tenant.tenant_id),
        "upper case id": str(world.tenant.tenant_id).upper(),
        "domain": "contoso.example",
        "upper case domain": "Contoso.Example",
    }[request.param]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_token_by_each_name_of_the_tenant(world, document, version, segment):
    answer = world.post(world.path(version, segment), world.form(version))
    assert answer.status == 200
    claims = verified(world, document(answer)["access_token"], ORGANIZATION)
    assert claims["tid"] == str(world.tenant.tenant_id)


def test_v1_answer_has_strings(world, document):
    answer = document(world.post(world.path("v1"), world.form("v1")))
    assert list(answer) == [
        *("token_type", "expires_in", "ext_expires_in", "expires_on", "not_before"),
        *("resource", "access_token"),
    ]
    assert all(isinstance(value, str) for value in answer.values())
    assert answer["token_type"] == "Bearer"
    assert answer["resource"] == ORGANIZATION
    claims = verified(world, answer["access_token"], ORGANIZATION)
    assert int(answer["expires_on"]) == claims["exp"]
    assert int(answer["not_before"]) == claims["nbf"]
    assert int(answer["expires_in"]) == claims["exp"] - int(world.clock()) - 1


def test_v2_answer_has_numbers_and_nothing_of_v1(world, document):
    answer = document(world.post(world.path("v2"), world.form("v2")))
    assert list(answer) == ["token_type", "expires_in", "ext_expires_in", "access_token"]
    assert isinstance(answer["expires_in"], int)
    assert 3600 - 1 <= answer["expires_in"] <= 5400 - 1


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_tokens_for_dynamics_are_v1_whichever_endpoint_was_asked(world, document, version):
    token = document(world.post(world.path(version), world.form(version)))["access_token"]
    header = jwt.get_unverified_header(token)
    assert set(header) == {"typ", "alg", "x5t", "kid"}
    assert header["alg"] == "RS256"
    assert header["typ"] == "JWT"
    assert header["x5t"] == header["kid"]
    claims = verified(world, token, ORGANIZATION)
    principal = registration.find_principal(
        world.service, world.tenant, world.application.application_id
    )
    issuer = f"https://localhost:8443/{world.tenant.tenant_id}/"
    assert set(claims) == {
        *("aud", "iss", "iat", "nbf", "exp", "aio", "appid", "appidacr", "idp", "oid", "rh"),
        *("sub", "tid", "uti", "ver"),
    }
    assert (claims["iss"], claims["idp"]) == (issuer, issuer)
    assert claims["oid"] == claims["sub"] == str(principal.object_id)
    assert claims["appid"] == str(world.application.application_id)
    assert (claims["appidacr"], claims["ver"]) == ("1", "1.0")
    assert claims["iat"] == claims["nbf"]
    assert all(isinstance(claims[name], int) for name in ("iat", "nbf", "exp"))


@pytest.mark.parametrize(
    "resource",
    [
        "https://localhost:8444/",
        "https://localhost:8444",
        "HTTPS://LocalHost:8444",
        "00000007-0000-0000-c000-000000000000",
    ],
)
def test_audience_repeats_the_resource_as_asked(world, document, resource):
    answer = document(world.post(world.path("v1"), world.form("v1", resource=resource)))
    assert answer["resource"] == resource
    assert verified(world, answer["access_token"], resource)["aud"] == resource


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        ("https://localhost:8444/.default", "https://localhost:8444"),
        ("https://localhost:8444//.default", "https://localhost:8444/"),
        (" https://localhost:8444//.default ", "https://localhost:8444/"),
        ("https://localhost:8444/.default https://localhost:8444/.default", None),
    ],
)
def test_audience_is_the_scope_without_its_last_part(world, document, scope, audience):
    answer = document(world.post(world.path("v2"), world.form("v2", scope=scope)))
    audience = audience or "https://localhost:8444"
    assert verified(world, answer["access_token"], audience)["aud"] == audience


def test_a_secret_may_come_by_basic(world):
    form = world.form(client_id=None, client_secret=None)
    pair = basic(str(world.application.application_id), world.secret.reveal())
    assert world.post(world.path(), form, headers=(pair,)).status == 200
    # The same id in the body is no second client, nor is another scheme a credential.
    form = world.form(client_secret=None)
    assert world.post(world.path(), form, headers=(pair,)).status == 200
    other = ("authorization", "Negotiate abc")
    assert world.post(world.path(), world.form(), headers=(other,)).status == 200


def test_unknown_parameters_and_a_query_are_ignored(world):
    form = {**world.form(), "x-client-SKU": "MSAL.Python", "client_info": "1", "claims": "{}"}
    body = urlencode(form).encode() + b"&=nameless"
    answer = world.send(
        "POST", world.path(), query="api-version=1.0&%FF", headers=(FORM,), body=body
    )
    assert answer.status == 200


def test_answer_headers(world):
    given = "d3b7c1f0-6f5e-4a52-9a0c-2f6f1d9a7b11"
    headers = (("client-request-id", given), ("return-client-request-id", "true"))
    answer = world.post(world.path(), world.form(), headers=headers)
    assert answer.header("content-type") == "application/json; charset=utf-8"
    assert answer.header("cache-control") == "no-store, no-cache"
    assert answer.header("pragma") == "no-cache"
    assert answer.header("expires") == "-1"
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("x-ms-clitelem") == "1,0,0,,"
    assert answer.header("client-request-id") == given
    UUID(answer.header("x-ms-request-id"))
    assert answer.header("strict-transport-security") is None


def test_caller_id_is_not_echoed_unasked_nor_unless_a_guid(world):
    given = (("client-request-id", "d3b7c1f0-6f5e-4a52-9a0c-2f6f1d9a7b11"),)
    assert world.post(world.path(), world.form(), headers=given).header("client-request-id") is None
    odd = (("client-request-id", "odd\r\nx: y"), ("return-client-request-id", "true"))
    echoed = world.post(world.path(), world.form(), headers=odd).header("client-request-id")
    assert str(UUID(echoed)) == echoed


def test_error_document(world, document):
    given = "d3b7c1f0-6f5e-4a52-9a0c-2f6f1d9a7b11"
    answer = world.post(
        world.path(), world.form(client_secret="no"), headers=(("client-request-id", given),)
    )
    assert answer.status == 401
    found = document(answer)
    assert list(found) == [
        *("error", "error_description", "error_codes", "timestamp", "trace_id"),
        *("correlation_id", "error_uri"),
    ]
    assert found["error"] == "invalid_client"
    assert found["error_codes"] == [7000215]
    assert found["correlation_id"] == given
    assert found["trace_id"] == answer.header("x-ms-request-id")
    assert found["timestamp"] == "2027-01-15 08:00:00Z"
    assert found["error_uri"] == "https://localhost:8443/error?code=7000215"
    assert found["error_description"].startswith("AADSTS7000215: ")
    trailer = f"Trace ID: {found['trace_id']} Correlation ID: {given} Timestamp: "
    assert found["error_description"].endswith(trailer + found["timestamp"])
    assert answer.header("x-ms-clitelem") == "1,7000215,0,,"
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("cache-control") == "no-store, no-cache"


def test_correlation_id_may_come_in_the_query(world, document):
    given = "d3b7c1f0-6f5e-4a52-9a0c-2f6f1d9a7b11"
    answer = world.send("POST", world.path(), query=f"client-request-id={given}")
    assert document(answer)["correlation_id"] == given


def test_what_is_cached_is_read_once(fresh, monkeypatch):
    assert fresh.post(fresh.path(), fresh.form()).status == 200

    def unexpected(*_args, **_options):
        raise AssertionError("the store was read")

    monkeypatch.setattr(fresh.service.store, "get", unexpected)
    monkeypatch.setattr(fresh.service.store, "find", unexpected)
    assert fresh.post(fresh.path(), fresh.form()).status == 200


def test_lifetimes_spread_over_60_to_90_minutes(world, document):
    found = {
        document(world.post(world.path("v2"), world.form("v2")))["expires_in"] for _ in range(20)
    }
    assert len(found) > 5
    assert min(found) >= 3599
    assert max(found) <= 5399


def test_a_fixed_lifetime(fresh, reopen, document):
    fresh.service = reopen(token_lifetime=600)
    answer = document(fresh.post(fresh.path("v2"), fresh.form("v2")))
    assert answer["expires_in"] == 599
    claims = verified(fresh, answer["access_token"], ORGANIZATION)
    assert claims["exp"] == int(fresh.clock()) + 600


def test_an_unknown_failure_is_a_server_error_without_details(fresh, document, caplog, monkeypatch):
    def broken(_tx):
        raise RuntimeError("an inner detail")

    monkeypatch.setattr(fresh.service.directory, "view", broken)
    answer = fresh.post(fresh.path(), fresh.form())
    found = document(answer)
    assert (answer.status, found["error"], found["error_codes"]) == (500, "server_error", [50000])
    assert "inner detail" not in json.dumps(found)
    assert "inner detail" in caplog.text
    assert found["trace_id"] in caplog.text
    assert fresh.secret.reveal() not in caplog.text


def test_a_busy_database_is_a_transient_error(fresh, document, monkeypatch):
    from xrm.db import Busy

    def busy(_tx):
        raise Busy("locked")

    monkeypatch.setattr(fresh.service.directory, "view", busy)
    answer = fresh.post(fresh.path(), fresh.form())
    assert (answer.status, document(answer)["error"]) == (503, "temporarily_unavailable")
    assert answer.header("retry-after") == "1"


def test_a_spent_step_budget_is_left_to_the_adapter(fresh, monkeypatch):
    from xrm.db import StepBudgetExceeded

    def spent(_tx):
        raise StepBudgetExceeded

    monkeypatch.setattr(fresh.service.directory, "view", spent)
    with pytest.raises(StepBudgetExceeded):
        fresh.post(fresh.path(), fresh.form())


@pytest.mark.parametrize("row", signin.ROWS, ids=lambda row: f"{row.number}-{row.status}")
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_row_is_spelled(fresh_face, document, row, version):
    answer = fresh_face(version, row("A sentence."))
    found = document(answer)
    assert answer.status == row.status
    assert found["error"] == ((version == "v1" and row.v1_code) or row.code)
    assert found["error_codes"] == [row.number]
    assert found["error_description"].startswith(f"AADSTS{row.number}: A sentence. Trace ID: ")
    assert ("error_uri" in found) == row.documented


@pytest.fixture
def fresh_face(world, monkeypatch):
    def face(version, error):
        def raising(_request):
            raise error

        monkeypatch.setattr(type(world.service), "issue", lambda _self, request: raising(request))
        return world.post(world.path(version), world.form(version))

    return face
