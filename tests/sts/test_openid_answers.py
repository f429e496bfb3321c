"""The authorize endpoint's answers, by code, implicit and hybrid flow: docs/openid.md.

OpenID Connect Core 3, OAuth 2.0 Multiple Response Types, Form Post Response Mode, RFC 9207.
"""

import base64
import hashlib

import pytest

from support.profiled import BASE, PROFILES, SITE, profiled
from support.signing_in import (
    IMPERSONATION,
    claims_of,
    make_application,
    redeem,
)
from xrm.sts import registration

MODES = ["query", "fragment", "form_post"]
STATES = ["a state", "ü&=#<script>", "x" * 500, "%41+ "]


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("answers"), request.param) as opened:
        yield opened


def half(text):
    """Return the left half of a text's hash (Core 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("state", STATES)
def test_the_state_comes_back_as_it_was_sent(at, mode, state):
    for more in ({}, {"response_type": "none"}):
        told = at.answered(response_mode=mode, state=state, **more).told
        assert told["state"] == state
        assert ("error" in told) == bool(more)


def test_without_a_state_none_comes_back(at):
    assert "state" not in at.answered(state=None).told


@pytest.mark.parametrize(
    ("types", "mode"),
    [("code", "query"), ("id_token", "fragment"), ("code id_token", "fragment")],
)
def test_the_mode_where_none_is_asked(at, types, mode):
    reply = at.answered(response_type=types, nonce="n")
    assert (reply.mode, "error" in reply.told) == (mode, False)
    refused = at.answered(response_type=types, nonce="n", scope="openid no_such_permission")
    assert (refused.mode, "error" in refused.told) == (mode, True)


@pytest.mark.parametrize("types", ["id_token", "code id_token", "token", "id_token token"])
def test_a_token_never_goes_in_the_query(at, types):
    reply = at.answered(response_type=types, nonce="n", response_mode="query")
    assert reply.mode == "fragment"
    expected = "invalid_request"
    if "token" in types.split() and at.name == "strict":
        expected = "unsupported_response_type"
    assert reply.error[0] == expected


def test_the_form_posts_the_answer_and_nobody_keeps_it(at):
    reply = at.answered(response_mode="form_post", application=at.portal, redirect_uri=SITE)
    assert (reply.status, reply.target) == (200, SITE)
    assert reply.response.header("content-type") == "text/html; charset=utf-8"
    assert "no-store" in reply.response.header("cache-control")
    assert {"code", "state"} <= set(reply.told)


@pytest.mark.parametrize("mode", MODES)
def test_an_answer_is_never_kept(at, mode):
    assert "no-store" in at.answered(response_mode=mode).response.header("cache-control")


@pytest.mark.parametrize("types", ["id_token", "code id_token"])
def test_an_id_token_needs_a_nonce_and_repeats_it(at, types):
    refused = at.answered(response_type=types, nonce=None)
    assert refused.error == ("invalid_request", 90014)
    told = at.answered(response_type=types, nonce="n-0S6_WzA2Mj").told
    assert claims_of(told["id_token"])["nonce"] == "n-0S6_WzA2Mj"


def test_the_nonce_of_the_code_flow_comes_back(at):
    assert claims_of(at.tokens(nonce="n")["id_token"])["nonce"] == "n"
    assert "nonce" not in claims_of(at.tokens()["id_token"])


def test_beside_a_code_the_id_token_has_its_hash(at):
    told = at.answered(response_type="code id_token", nonce="n").told
    claims = claims_of(told["id_token"])
    assert claims["c_hash"].encode() == half(told["code"])
    assert "at_hash" not in claims
    later = claims_of(
        redeem(at.service, at.tenant, at.desk, code=told["code"]).document["id_token"]
    )
    assert {name: later[name] for name in ("iss", "sub", "aud", "nonce")} == {
        name: claims[name] for name in ("iss", "sub", "aud", "nonce")
    }


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_access_tokens_at_the_authorize_endpoint(at, version):
    reply = at.answered(version, response_type="id_token token", nonce="n")
    if at.name == "strict":
        assert reply.error[0] == "unsupported_response_type"
        assert "access_token" not in reply.told
        return
    told = reply.told
    claims = claims_of(told["id_token"])
    assert claims["at_hash"].encode() == half(told["access_token"])
    assert (told["token_type"], told["state"]) == ("Bearer", "a state")
    assert int(told["expires_in"]) > 0
    assert "refresh_token" not in told
    bare = at.answered(version, response_type="token").told
    assert "id_token" not in bare
    assert claims_of(bare["access_token"])["aud"] == "https://localhost:8444/"


@pytest.mark.parametrize("types", ["code", "id_token", "code id_token"])
@pytest.mark.parametrize("mode", MODES)
def test_the_issuer_stands_in_every_answer_of_the_strict_profile(at, types, mode):
    expected = f"{BASE}/{at.tenant.tenant_id}/v2.0" if at.name == "strict" else None
    for more in ({}, {"scope": "openid no_such_permission"}, {"prompt": "none", "max_age": "0"}):
        reply = at.answered(response_type=types, response_mode=mode, nonce="n", **more)
        assert reply.told.get("iss") == expected, more


UNTOLD = {
    "no scope": ({"scope": None}, "invalid_request", 900144),
    "no such resource": ({"scope": "https://nowhere.example/all"}, "invalid_scope", 500011),
}


@pytest.mark.parametrize("case", UNTOLD)
def test_the_application_is_told_what_is_wrong(at, case):
    changes, error, number = UNTOLD[case]
    reply = at.asked(at.signed_in, **changes)
    if at.name == "faithful":
        assert (reply.number, reply.mode) == (number, "")
    else:
        assert (reply.error, reply.told["state"]) == ((error, number), "a state")


def test_the_application_is_told_who_may_not_use_it(at):
    closed = make_application(at.service, at.tenant, "Closed")
    principal = registration.consent(at.service, at.tenant, closed.application_id)
    registration.require_assignment(at.service, principal, required=True)
    reply = at.asked(at.signed_in, application=closed)
    if at.name == "faithful":
        assert (reply.number, reply.mode) == (50105, "")
    else:
        assert reply.error == ("interaction_required", 50105)


def test_the_words_of_errors_are_the_standards(at):
    """RFC 6749 4.1.2.1 has no `invalid_client` at this endpoint."""
    reply = at.asked(at.signed_in, scope=f"{IMPERSONATION} https://localhost:8444/nothing")
    expected = "invalid_client" if at.name == "faithful" else "invalid_scope"
    assert reply.error == (expected, 650053)


def test_an_id_token_is_given_only_where_it_is_switched_on(at):
    plain = make_application(at.service, at.tenant, "Plain")
    for types, number in (("id_token", 700054), ("code id_token", 700054), ("token", 70005)):
        reply = at.answered(application=plain, response_type=types, nonce="n")
        assert reply.error == ("unsupported_response_type", number)
    assert at.answered(application=plain).told["code"]
