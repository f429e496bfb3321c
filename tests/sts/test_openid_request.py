"""The authorization request (OpenID Connect Core 3.1.2, RFC 7636, 8252, 9700): docs/openid.md."""

import pytest

from support.profiled import PAGE, PROFILES, SITE, profiled
from support.signing_in import (
    PASSWORD,
    REDIRECT,
    Visitor,
    asking,
    authorize_path,
    claims_of,
    make_person,
    redeem,
    sign_in,
)

MODES = ["query", "fragment", "form_post"]


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("request"), request.param) as opened:
        yield opened


@pytest.mark.parametrize("mode", MODES)
def test_nobody_signed_in_is_an_error_and_no_page(at, mode):
    reply = at.asked(at.visitor(), prompt="none", response_mode=mode)
    assert reply.error == ("login_required", 50058)
    assert (reply.mode, reply.told["state"]) == (mode, "a state")


@pytest.mark.parametrize("prompt", ["none login", "login none", "unknown", "None", "login create"])
@pytest.mark.parametrize("mode", MODES)
def test_none_stands_alone(at, prompt, mode):
    for visitor in (at.signed_in, at.visitor()):
        reply = at.asked(visitor, prompt=prompt, response_mode=mode)
        if at.name == "faithful":
            assert (reply.number, reply.mode) == (90023, "")
        else:
            assert (reply.error, reply.mode) == (("invalid_request", 90023), mode)
            assert reply.told["state"] == "a state"


LISTS = {
    "login consent": ["password", "accept"],
    "consent  login": ["password", "accept"],
    "consent select_account": ["account", "accept"],
    "select_account login": ["account", "password"],
    "login consent select_account": ["account", "password", "accept"],
    "login login": ["password"],
}


@pytest.mark.parametrize("prompt", LISTS)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_of_several_prompts_each_is_seen_to(at, prompt, version):
    """Core 3.1.2.1: a list, separated by spaces. Entra ID takes one value."""
    visitor = at.visitor()
    at.answered(version, visitor=visitor)
    hint = {"login_hint": at.person.user_principal_name}
    page = at.asked(visitor, version, prompt=prompt, **hint)
    if at.name == "faithful":
        assert (page.number, page.mode) == (90023, "")
        return
    seen = []
    while not page.mode:
        seen.append("account" if page.accounts else page.steps[0])
        assert len(seen) < 5, seen
        if page.accounts:
            page = visitor.choose(page, page.accounts[0])
        else:
            page = visitor.submit(page, page.steps[0], password=PASSWORD)
    assert (seen, "code" in page.told) == (LISTS[prompt], True)


def test_an_account_that_is_too_old_is_chosen_once(at):
    """What was chosen is not asked for again, though the password is (max_age)."""
    visitor = at.visitor()
    at.answered(visitor=visitor)
    at.clock.ahead += 60
    try:
        page = at.asked(visitor, prompt="select_account", max_age="30")
        page = visitor.choose(page, page.accounts[0])
        assert page.steps[0] == "password"
        assert visitor.submit(page, "password", password=PASSWORD).told["code"]
    finally:
        at.clock.ahead = 0


def an_id_token(at, visitor, person):
    page = at.asked(visitor, prompt="login", response_type="id_token", nonce="n")
    return sign_in(visitor, page, person.user_principal_name).told["id_token"]


def test_an_id_token_says_for_whom_the_answer_is(at):
    """Core 3.1.2.1: an answer for the person the token speaks of, or an error."""
    other = make_person(at.service, at.tenant, f"grace-{at.name}")
    visitor, strict = at.visitor(), at.name == "strict"
    theirs = an_id_token(at, at.visitor(), other)
    mine = an_id_token(at, visitor, at.person)
    silent = {"prompt": "none", "response_type": "id_token", "nonce": "n"}
    refusal = ("login_required", 50058)
    first = at.asked(visitor, id_token_hint=mine, **silent)
    assert first.error == ("", 0)
    for hint in (theirs, f"{mine}x", "x"):
        reply = at.asked(visitor, id_token_hint=hint, **silent)
        assert reply.error == (refusal if strict else ("", 0)), hint
        page = at.asked(visitor, id_token_hint=hint)
        told = sign_in(visitor, page, at.person.user_principal_name).error
        assert told == (refusal if strict else ("", 0)), hint
    an_id_token(at, visitor, other)
    # Now two are signed in, and the token says which of them is meant.
    several = at.asked(visitor, id_token_hint=mine, **silent)
    if not strict:
        assert several.error == ("interaction_required", 16000)
        return
    assert claims_of(several.told["id_token"])["sub"] == claims_of(mine)["sub"]


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
