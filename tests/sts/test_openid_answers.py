"""The authorize endpoint's answers, by code, implicit and hybrid flow: docs/openid.md.

OpenID Connect Core 3, OAuth 2.0 Multiple Response Types, Form Post Response Mode, RFC 9207.
"""

import base64
import hashlib

import pytest

from support.profiled import BASE, PAGE, PROFILES, SITE, profiled
from support.signing_in import (
    REDIRECT,
    Visitor,
    asking,
    authorize_path,
    claims_of,
    make_application,
    redeem,
    sign_in,
)

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


@pytest.mark.parametrize("mode", MODES)
def test_nobody_signed_in_is_an_error_and_no_page(at, mode):
    reply = at.asked(at.visitor(), prompt="none", response_mode=mode)
    assert reply.error == ("login_required", 50058)
    assert (reply.mode, reply.told["state"]) == (mode, "a state")


@pytest.mark.parametrize("prompt", ["none login", "login none", "unknown", "None"])
def test_none_stands_alone(at, prompt):
    reply = at.asked(at.signed_in, prompt=prompt)
    assert (reply.number, reply.mode) == (90023, "")


def test_login_asks_for_the_password_again(at):
    visitor = at.visitor()
    at.answered(visitor=visitor)
    at.clock.ahead += 600
    try:
        asked = {"response_type": "id_token", "nonce": "n", "max_age": "9999"}
        before = claims_of(at.asked(visitor, **asked).told["id_token"])["auth_time"]
        page = at.asked(visitor, prompt="login", **asked)
        assert page.mode == ""
        told = sign_in(visitor, page, at.person.user_principal_name).told
        assert claims_of(told["id_token"])["auth_time"] >= before + 600
    finally:
        at.clock.ahead = 0


def test_consent_and_account_are_asked_for_where_they_are_wanted(at):
    asked = at.asked(at.signed_in, prompt="consent")
    assert {"accept", "decline"} <= set(asked.steps)
    assert at.asked(at.signed_in, prompt="select_account").accounts


def test_a_sign_in_that_is_too_old_is_done_again(at):
    visitor = at.visitor()
    at.answered(visitor=visitor)
    assert at.asked(visitor, max_age="600").told["code"]
    at.clock.ahead += 601
    try:
        assert "password" in at.asked(visitor, max_age="600").steps
        assert at.asked(visitor, max_age="600", prompt="none").error == ("login_required", 50058)
        page = at.asked(visitor, max_age="600", response_type="id_token", nonce="n")
        told = sign_in(visitor, page, at.person.user_principal_name).told
        assert at.clock() - claims_of(told["id_token"])["auth_time"] < 60
    finally:
        at.clock.ahead = 0


def test_the_time_of_the_sign_in_is_told_where_it_is_asked(at):
    asked = {"response_type": "id_token", "nonce": "n"}
    plain = claims_of(at.answered(**asked).told["id_token"])
    aged = claims_of(at.answered(**asked, max_age="9999").told["id_token"])
    claimed = '{"id_token": {"auth_time": {"essential": true}}}'
    wanted = claims_of(at.answered(**asked, claims=claimed).told["id_token"])
    assert "auth_time" not in plain
    assert aged["auth_time"] == wanted["auth_time"] <= at.clock()


def test_a_hint_fills_the_name_in(at):
    page = at.asked(at.visitor(), login_hint=at.person.user_principal_name)
    assert at.person.user_principal_name in page.text
    assert "password" in page.steps


def test_a_request_may_be_posted(at):
    visitor = Visitor(at.service)
    page = visitor.post(authorize_path(at.tenant), asking(at.desk))
    assert "name" in page.steps
    assert sign_in(visitor, page, at.person.user_principal_name).told["code"]


@pytest.mark.parametrize(
    ("name", "error"),
    [("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")],
)
def test_a_request_object_is_not_passed_over(at, name, error):
    reply = at.answered(**{name: "https://localhost/request.jwt"})
    assert (reply.told["error"], reply.told["state"]) == (error, "a state")


UNKNOWN = {"display": "page", "ui_locales": "de", "acr_values": "urn:x", "something": "else"}


def test_what_is_not_known_is_passed_over(at):
    assert at.answered(**UNKNOWN).told["code"]


def test_a_parameter_that_comes_twice_is_refused(at):
    reply = at.signed_in.get(authorize_path(at.tenant), "client_id=a&client_id=b")
    assert reply.number == 9000411


TAMPERED = [
    f"{REDIRECT}.example/",
    f"{REDIRECT}/other",
    "http://localhost@evil.example/",
    "https://localhost",
    f"{REDIRECT}#fragment",
    "https://portal.example/back",
    "",
]


@pytest.mark.parametrize("sent", TAMPERED)
def test_only_a_registered_address_is_answered(at, sent):
    reply = at.asked(at.signed_in, redirect_uri=sent or "x")
    assert (reply.status, reply.number, reply.location) == (400, 50011, "")


@pytest.mark.parametrize("port", ["", ":1", ":49152", ":65535"])
def test_on_loopback_the_port_is_free(at, port):
    reply = at.answered(redirect_uri=f"http://localhost{port}")
    assert reply.target == f"http://localhost{port}/"
    answer = redeem(
        at.service,
        at.tenant,
        at.desk,
        code=reply.told["code"],
        redirect_uri=f"http://localhost{port}",
    )
    assert answer.status == 200


@pytest.mark.parametrize("sent", ["https://portal.example:444/back", f"{SITE}/", f"{SITE}?a=b"])
def test_elsewhere_every_letter_counts(at, sent):
    assert at.asked(at.signed_in, application=at.portal, redirect_uri=sent).number == 50011


def test_an_id_token_is_given_only_where_it_is_switched_on(at):
    plain = make_application(at.service, at.tenant, "Plain")
    for types, number in (("id_token", 700054), ("code id_token", 700054), ("token", 70005)):
        reply = at.answered(application=plain, response_type=types, nonce="n")
        assert reply.error == ("unsupported_response_type", number)
    assert at.answered(application=plain).told["code"]


PKCE = {
    "none": ({"code_challenge": None, "code_challenge_method": None}, 0, 50147, 9002325),
    "plain": ({"code_challenge": "v" * 43, "code_challenge_method": "plain"}, 0, 50149, 50149),
    "no method": ({"code_challenge_method": None}, 0, 50149, 50149),
    "too short": ({"code_challenge": "short"}, 501491, 501491, 501491),
    "unknown method": ({"code_challenge_method": "S512"}, 50149, 50149, 50149),
    "hashed": ({}, 0, 0, 0),
}


@pytest.mark.parametrize("case", PKCE)
def test_the_challenge(at, case):
    changes, faithful, strict, spa = PKCE[case]
    reply = at.answered(**changes)
    assert reply.error[1] == (strict if at.name == "strict" else faithful)
    page = at.answered(application=at.page, redirect_uri=PAGE, **changes)
    assert (page.error[1] or page.number) == spa
