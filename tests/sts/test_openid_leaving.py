"""Sign-out (OpenID Connect RP-Initiated Logout 1.0, Front-Channel Logout 1.0): docs/openid.md."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from support.profiled import BASE, LOGOUT, PROFILES, SITE, profiled
from support.signing_in import claims_of, make_application, make_person, redeem, sign_in

VERSIONS = ["v1", "v2"]


@pytest.fixture(scope="module", params=PROFILES)
def at(request, tmp_path_factory):
    with profiled(tmp_path_factory.mktemp("leaving"), request.param) as opened:
        yield opened


@pytest.fixture
def visitor(at):
    """Return a browser in which the person is signed in, at the portal."""
    visitor = at.visitor()
    enter(at, visitor)
    return visitor


def enter(at, visitor):
    """Sign in to the portal; return the id token."""
    asked = {"response_type": "id_token", "nonce": "n", "redirect_uri": SITE, "scope": "openid"}
    return at.answered(visitor=visitor, application=at.portal, **asked).told["id_token"]


def leave(at, visitor, version="v2", *, method="GET", headers=(), **parameters):
    middle = "" if version == "v1" else "/v2.0"
    path = f"/{at.tenant.tenant_id}/oauth2{middle}/logout"
    send = visitor.get if method == "GET" else visitor.post
    return send(path, parameters, headers=headers)


def is_signed_in(at, visitor):
    asked = {"redirect_uri": SITE, "prompt": "none", "scope": "openid"}
    return "code" in at.asked(visitor, application=at.portal, **asked).told


def frames(page):
    return [html.unescape(src) for src in re.findall(r'<iframe src="([^"]*)"', page.text)]


def onward(page):
    found = re.search(r'id="onward" href="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_id_token_is_reason_enough_to_sign_out(at, visitor, version, method):
    page = leave(at, visitor, version, method=method, id_token_hint=enter(at, visitor))
    assert page.heading == "You are signed out"
    assert not is_signed_in(at, visitor)


def test_an_id_token_may_have_expired(at, visitor):
    token = enter(at, visitor)
    at.clock.ahead += 4 * 3600
    try:
        assert leave(at, visitor, id_token_hint=token).heading == "You are signed out"
    finally:
        at.clock.ahead = 0


def bare(_at, _token):
    return {}


def by_name(at, _token):
    return {"logout_hint": at.person.user_principal_name}


def foreign_token(_at, token):
    head, body, _signature = token.split(".")
    return {"id_token_hint": f"{head}.{body}.{'A' * 342}"}


@pytest.mark.parametrize("hint", [bare, by_name, foreign_token])
def test_without_an_id_token_the_strict_profile_asks(at, visitor, hint):
    """Any page may send a browser there: RP-Initiated Logout 2 wants the person asked."""
    page = leave(at, visitor, **hint(at, enter(at, visitor)))
    if at.name == "faithful":
        assert page.heading == "You are signed out"
        assert not is_signed_in(at, visitor)
        return
    assert page.heading == "Do you want to sign out?"
    assert is_signed_in(at, visitor)
    assert visitor.submit(page, "stay").heading == "You are still signed in"
    assert is_signed_in(at, visitor)
    assert visitor.submit(page, "sign-out").heading == "You are signed out"
    assert not is_signed_in(at, visitor)


@pytest.mark.parametrize("destination", ["iframe", "image", "empty"])
def test_nobody_is_signed_out_from_within_another_page(at, visitor, destination):
    token = enter(at, visitor)
    inside = (("sec-fetch-dest", destination),)
    leave(at, visitor, headers=inside)
    leave(at, visitor, headers=inside, id_token_hint=token)
    assert is_signed_in(at, visitor)


def test_a_client_that_goes_with_an_id_token_is_the_tokens(at, visitor):
    """RP-Initiated Logout 2: who names another proves nothing by the token."""
    token = enter(at, visitor)
    page = leave(at, visitor, id_token_hint=token, client_id=str(at.desk.application_id))
    asked = at.name == "strict"
    assert page.heading == ("Do you want to sign out?" if asked else "You are signed out")
    page = leave(at, visitor, id_token_hint=token, client_id=str(at.portal.application_id))
    assert page.heading == "You are signed out"


def test_the_address_to_return_to_must_be_registered(at, visitor):
    token = enter(at, visitor)
    sent = {"id_token_hint": token, "state": "a state&", "post_logout_redirect_uri": SITE}
    page = leave(at, visitor, **sent)
    assert onward(page).startswith(f"{SITE}?")
    assert parse_qs(urlsplit(onward(page)).query) == {"state": ["a state&"]}


@pytest.mark.parametrize(
    "sent", [f"{SITE}/", "https://portal.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_an_address_that_is_not_registered_is_passed_over(at, visitor, sent):
    token = enter(at, visitor)
    page = leave(at, visitor, id_token_hint=token, post_logout_redirect_uri=sent)
    assert (page.heading, onward(page)) == ("You are signed out", "")


def test_each_application_of_the_session_is_told_in_a_frame(at, visitor):
    token = enter(at, visitor)
    (frame,) = frames(leave(at, visitor, id_token_hint=token))
    assert frame.startswith(f"{LOGOUT}?")
    said = parse_qs(urlsplit(frame).query)
    expected = {"sid": [claims_of(token)["sid"]]}
    if at.name == "strict":
        expected["iss"] = [f"{BASE}/{at.tenant.tenant_id}/v2.0"]
    assert said == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_an_id_token_names_its_session_where_it_is_wanted(at, version):
    asked = {"response_type": "code id_token", "nonce": "n"}
    plain = at.answered(version, **asked).told
    claims = [{"name": "sid"}, {"name": "auth_time"}]
    asking_more = make_application(
        at.service, at.tenant, f"Asks for more, {version}", implicit_id_tokens=True,
        extras={"optionalClaims": {"idToken": claims}},
    )  # fmt: skip
    wanted = at.answered(version, application=asking_more, **asked).told
    named, unasked = claims_of(wanted["id_token"]), claims_of(plain["id_token"])
    assert named["sid"] == wanted["session_state"]
    assert "auth_time" in named
    assert "auth_time" not in unasked
    assert unasked.get("sid") == (plain["session_state"] if at.name == "strict" else None)
    redeemed = redeem(at.service, at.tenant, at.desk, version=version, code=plain["code"])
    assert claims_of(redeemed.document["id_token"]).get("sid") == unasked.get("sid")
    assert "sid" not in claims_of(redeemed.document["access_token"])


def test_only_the_person_meant_is_signed_out(at, visitor):
    other = make_person(at.service, at.tenant, f"grace-{len(visitor.jar)}-{id(visitor)}")
    page = at.asked(visitor, prompt="login")
    page = sign_in(visitor, page, other.user_principal_name)
    page = leave(at, visitor, id_token_hint=enter_as_first(at, visitor))
    assert page.heading == "You are signed out"
    told = at.asked(visitor, prompt="none", login_hint=other.user_principal_name).told
    assert "code" in told


def enter_as_first(at, visitor):
    asked = {"response_type": "id_token", "nonce": "n", "redirect_uri": SITE, "scope": "openid"}
    hint = {"login_hint": at.person.user_principal_name}
    return at.asked(visitor, application=at.portal, **asked, **hint).told["id_token"]


def test_with_several_people_it_is_asked_who(at, visitor):
    other = make_person(at.service, at.tenant, f"alan-{id(visitor)}")
    sign_in(visitor, at.asked(visitor, prompt="login"), other.user_principal_name)
    page = leave(at, visitor)
    assert len(page.accounts) == 2


def test_nobody_signed_in_is_no_error(at):
    assert leave(at, at.visitor()).heading == "You are signed out"


def test_the_page_of_a_sign_out_may_not_be_framed(at, visitor):
    page = leave(at, visitor)
    assert "frame-ancestors 'none'" in page.response.header("content-security-policy")
    assert page.response.header("x-frame-options") == "DENY"
