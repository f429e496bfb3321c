"""Id tokens, refreshes and userinfo (OpenID Connect Core 2, 5.3, 8, 12): docs/openid.md."""

import jwt
import pytest

from support.profiled import BASE, PROFILES, SITE, profiled
from support.signing_in import IMPERSONATION, claims_of, redeem

VERSIONS = ["v1", "v2"]
GRAPH = "https://graph.microsoft.com"
LASTING = ("iss", "sub", "aud", "tid")


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("tokens"), request.param) as opened:
        yield opened


def bearer(token):
    return (("authorization", f"Bearer {token}"),)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_id_token_says_by_whom_for_whom_and_until_when(at, version):
    token = at.tokens(version)["id_token"]
    claims, header = claims_of(token), jwt.get_unverified_header(token)
    tail = "/" if version == "v1" else "/v2.0"
    assert claims["iss"] == f"{BASE}/{at.tenant.tenant_id}{tail}"
    assert claims["aud"] == str(at.desk.application_id)
    assert 0 < len(claims["sub"]) <= 255
    assert claims["sub"].isascii()
    assert claims["iat"] <= at.clock() < claims["exp"]
    # Entra ID's tokens say that they are five minutes old; strict ones when they were issued.
    early = {"faithful": 300, "strict": 0}[at.name]
    assert 0 <= at.clock() - early - claims["iat"] < 2
    assert claims["nbf"] == claims["iat"]
    assert header["alg"] == "RS256"


def test_each_application_knows_a_person_by_another_name(at):
    asked = {"response_type": "id_token", "nonce": "n"}
    desk = claims_of(at.answered(**asked).told["id_token"])
    portal = at.answered(application=at.portal, redirect_uri=SITE, **asked)
    assert desk["sub"] != claims_of(portal.told["id_token"])["sub"]
    again = at.answered(visitor=at.visitor(), **asked)
    assert claims_of(again.told["id_token"])["sub"] == desk["sub"]


def test_without_openid_there_is_no_id_token(at):
    assert "id_token" not in at.tokens(scope=IMPERSONATION)


def test_the_scopes_decide_what_is_told_of_a_person(at):
    said = {
        scope: set(claims_of(at.tokens(scope=f"{IMPERSONATION} {scope}")["id_token"]))
        for scope in ("openid", "openid profile", "openid email")
    }
    assert said["openid"].isdisjoint({"name", "preferred_username", "email"})
    assert said["openid profile"] >= {"name", "preferred_username"}
    assert "email" in said["openid email"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_refreshed_id_token_speaks_of_the_same_sign_in(at, version):
    first = at.tokens(version, nonce="n", max_age="9999")
    at.clock.ahead += 60
    try:
        again = redeem(
            at.service, at.tenant, at.desk, version=version, refresh_token=first["refresh_token"]
        ).document
    finally:
        at.clock.ahead = 0
    before, after = claims_of(first["id_token"]), claims_of(again["id_token"])
    assert {name: after[name] for name in LASTING} == {name: before[name] for name in LASTING}
    assert after["iat"] >= before["iat"] + 60
    assert after.get("auth_time", before.get("auth_time")) == before.get("auth_time")


def test_a_refreshed_id_token_and_the_nonce(at):
    """Core 12.2 would have the nonce left out; if it is there it must be the same."""
    first = at.tokens(nonce="n")
    again = redeem(at.service, at.tenant, at.desk, refresh_token=first["refresh_token"]).document
    expected = "n" if at.name == "faithful" else None
    assert claims_of(again["id_token"]).get("nonce") == expected


USERINFO = {
    "openid": {"sub"},
    "openid profile": {"sub", "name", "family_name", "given_name"},
    "openid email": {"sub", "email"},
}


@pytest.mark.parametrize("scope", USERINFO)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/oidc/userinfo", "/{tenant}/openid/userinfo"])
def test_userinfo_tells_what_the_scopes_allow(at, scope, method, path):
    tokens = at.tokens(scope=scope)
    answer = at.visitor().send(
        method,
        path.replace("{tenant}", str(at.tenant.tenant_id)),
        headers=bearer(tokens["access_token"]),
    )
    assert answer.status == 200
    told = answer.document
    # Consent is kept, and a token for Graph holds all that was ever granted.
    assert USERINFO[scope] <= set(told) <= set().union(*USERINFO.values())
    assert told["sub"] == claims_of(tokens["id_token"])["sub"]
    assert answer.response.header("content-type").startswith("application/json")
    assert "no-store" in answer.response.header("cache-control")
    assert answer.response.header("access-control-allow-origin") == "*"


def test_userinfo_refuses_every_other_token(at):
    tokens = at.tokens()
    for token in (tokens["id_token"], tokens["access_token"], tokens["refresh_token"], "x"):
        answer = at.visitor().get("/oidc/userinfo", headers=bearer(token))
        assert answer.status == 401, answer.text
        assert 'error="invalid_token"' in answer.response.header("www-authenticate")


@pytest.mark.parametrize("headers", [(), (("authorization", "Basic YTpi"),)])
def test_whoever_brings_no_token_is_told_the_scheme_alone(at, headers):
    answer = at.visitor().get("/oidc/userinfo", headers=headers)
    assert answer.status == 401
    challenge = answer.response.header("www-authenticate")
    assert challenge.startswith("Bearer")
    assert "error" not in challenge


def test_a_token_is_not_taken_from_the_query(at):
    token = at.tokens(scope="openid")["access_token"]
    assert at.visitor().get("/oidc/userinfo", {"access_token": token}).status == 401
