"""What the authorize endpoint answers an application: types, modes, fields, redirect URIs."""

import base64
import hashlib
import json
from uuid import UUID

import pytest

from support.signing_in import (
    IMPERSONATION,
    NAMES_SESSION,
    ORGANIZATION,
    Visitor,
    asking,
    authorize_path,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.sts import registration

BASE = "https://localhost:8443"
REDIRECT = "http://localhost:5555"
UPN = "grace@contoso.example"
SPA = "https://spa.contoso.example/auth"
WEB = "https://web.contoso.example/cb?from=entra"
IMPLICIT = {"implicit_id_tokens": True, "implicit_access_tokens": True}


@pytest.fixture(scope="module")
def application(world):
    """An application that may be told everything, with consent for everybody."""
    made = make_application(
        world.service, world.tenant, "Authorize desk", **IMPLICIT, extras=NAMES_SESSION,
        redirects={
            "http://localhost": "InstalledClient",
            "http://localhost/deep/path": "InstalledClient",
            "http://127.0.0.1/only-here": "InstalledClient",
            "https://localhost/secure": "InstalledClient",
            SPA: "Spa",
            WEB: "Web",
            "msal0000://auth": "InstalledClient",
            "urn:ietf:wg:oauth:2.0:oob": "InstalledClient",
        },
    )  # fmt: skip
    registration.consent(world.service, world.tenant, made.application_id)
    return made


@pytest.fixture(scope="module")
def visitor(world, application):
    """A browser in which Grace is signed in."""
    make_person(world.service, world.tenant, "grace", given_name="Grace", surname="Hopper")
    visitor = Visitor(world.service)
    page = visitor.get(authorize_path(world.tenant), asking(application))
    assert sign_in(visitor, page, UPN).told["code"]
    return visitor


@pytest.fixture
def ask(world, application, visitor):
    def ask(version="v2", *, tenant=None, by=visitor, **changes):
        fields = {"redirect_uri": REDIRECT, "nonce": "n-0S6", **changes}
        path = authorize_path(tenant or world.tenant, version)
        return by.get(path, asking(application, version, **fields))

    return ask


@pytest.mark.parametrize(
    ("types", "asked", "mode", "fields"),
    [
        ("code", None, "query", "code state session_state"),
        ("code", "query", "query", "code state session_state"),
        ("code", "fragment", "fragment", "code state session_state"),
        ("code", "form_post", "form_post", "code state session_state"),
        ("id_token", None, "fragment", "id_token state session_state"),
        ("id_token", "form_post", "form_post", "id_token state session_state"),
        ("token", None, "fragment", "access_token token_type expires_in scope state"),
        ("token", "fragment", "fragment", "access_token token_type expires_in scope state"),
        ("id_token token", None, "fragment",
         "access_token token_type expires_in scope id_token state session_state"),
        ("token id_token", "form_post", "form_post",
         "access_token token_type expires_in scope id_token state session_state"),
        ("code id_token", None, "fragment", "code id_token state session_state"),
        ("id_token code", "form_post", "form_post", "code id_token state session_state"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_fields_of_an_answer(ask, version, types, asked, mode, fields):
    reply = ask(version, response_type=types, response_mode=asked)
    wanted = [name for name in fields.split() if version == "v2" or name != "scope"]
    assert (reply.mode, list(reply.told)) == (mode, wanted)
    assert reply.told["state"] == "a state"
    # Without a path an address gets its slash, except where a form is posted to it.
    assert reply.target == (REDIRECT if mode == "form_post" else REDIRECT + "/")
    if mode == "query":
        assert reply.location.endswith("#")
    if "session_state" in wanted:
        assert UUID(reply.told["session_state"])
    if "access_token" in wanted:
        assert reply.told["token_type"] == "Bearer"
        assert 3599 <= int(reply.told["expires_in"]) <= 5399
        assert reply.told.get("scope", IMPERSONATION) == IMPERSONATION
        assert claims_of(reply.told["access_token"])["aud"] == ORGANIZATION


def half_hash(text: str) -> str:
    half = hashlib.sha256(text.encode("ascii")).digest()[:16]
    return base64.urlsafe_b64encode(half).decode().rstrip("=")


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("types", "beside", "claim"),
    [
        ("id_token token", "access_token", "at_hash"),
        ("code id_token", "code", "c_hash"),
        ("id_token", None, None),
    ],
)
def test_an_id_token_vouches_for_what_stands_beside_it(ask, version, types, beside, claim):
    told = ask(version, response_type=types).told
    claims = claims_of(told["id_token"])
    hashes = {name: claims[name] for name in ("at_hash", "c_hash") if name in claims}
    assert hashes == ({claim: half_hash(told[beside])} if claim else {})
    assert claims["nonce"] == "n-0S6"
    assert claims["sid"] == told["session_state"]


def test_the_token_endpoint_gives_an_id_token_without_hashes(world, ask, application):
    told = ask(response_type="code id_token").told
    answer = redeem(
        world.service, world.tenant, application, code=told["code"], redirect_uri=REDIRECT
    ).document
    first, second = claims_of(told["id_token"]), claims_of(answer["id_token"])
    assert "c_hash" in first
    assert not {"c_hash", "at_hash"} & second.keys()
    assert (second["nonce"], second["sub"], second["sid"]) == (
        first["nonce"], first["sub"], first["sid"],
    )  # fmt: skip


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_client_info_follows_what_it_was_asked_with(ask, version, application):
    told = ask(version, client_info="1").told
    assert list(told) == ["code", "client_info", "state", "session_state"]
    text = told["client_info"]
    names = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    about = claims_of(ask(version, response_type="id_token").told["id_token"])
    assert names == {"uid": about["oid"], "utid": about["tid"]}
    assert "=" not in text
    assert "client_info" not in ask(version).told


@pytest.mark.parametrize(
    "state", ["", "x", "a b&c=d#e?f/+%", "ü€😀", "<b>\"'&amp;", "z" * 4000, "line\r\nX-Other: 1"]
)
@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_state_comes_back_letter_by_letter(ask, state, mode):
    reply = ask(state=state, response_mode=mode)
    assert reply.mode == mode
    # A parameter without a value counts as absent (RFC 6749 3.1).
    assert reply.told.get("state", "") == state
    assert ("state" in reply.told) == bool(state)
    assert not any("\n" in value or "\r" in value for _, value in reply.response.headers)


@pytest.mark.parametrize(
    ("flags", "types", "error"),
    [
        ({}, "id_token", ("unsupported_response_type", 700054)),
        ({}, "token", ("unsupported_response_type", 70005)),
        ({}, "code id_token", ("unsupported_response_type", 700054)),
        ({}, "id_token token", ("unsupported_response_type", 700054)),
        ({"implicit_id_tokens": True}, "token", ("unsupported_response_type", 70005)),
        ({"implicit_id_tokens": True}, "id_token token", ("unsupported_response_type", 70005)),
        ({"implicit_access_tokens": True}, "id_token", ("unsupported_response_type", 700054)),
        ({"implicit_id_tokens": True}, "id_token", ("", 0)),
        ({"implicit_access_tokens": True}, "token", ("", 0)),
        ({"implicit_id_tokens": True}, "code id_token", ("", 0)),
        ({}, "code", ("", 0)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_registration_says_what_may_be_answered(world, visitor, version, flags, types, error):
    made = make_application(world.service, world.tenant, "Flags", **flags)
    registration.consent(world.service, world.tenant, made.application_id)
    fields = asking(made, version, response_type=types, nonce="n")
    reply = visitor.get(authorize_path(world.tenant, version), fields)
    assert reply.error == error
    assert reply.mode == ("query" if types == "code" else "fragment")
    registration.delete_application(world.service, made)


@pytest.mark.parametrize(
    ("sent", "told_at"),
    [
        ("http://localhost", "http://localhost/"),
        ("http://localhost:1", "http://localhost:1/"),
        ("http://localhost:65535/deep/path", "http://localhost:65535/deep/path"),
        ("http://127.0.0.1:8400/only-here", "http://127.0.0.1:8400/only-here"),
        ("https://localhost:4431/secure", "https://localhost:4431/secure"),
        (SPA, SPA),
        ("msal0000://auth", "msal0000://auth"),
        ("urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob"),
        (None, "http://localhost/"),
    ],
)
def test_addresses_an_answer_goes_to(ask, sent, told_at):
    reply = ask(redirect_uri=sent)
    assert (reply.target, reply.error) == (told_at, ("", 0))
    assert reply.told["code"]


def test_an_address_keeps_its_own_query(ask):
    reply = ask(redirect_uri=WEB)
    assert reply.location.startswith(WEB + "&code=")
    assert list(reply.told) == ["from", "code", "state", "session_state"]
    fragment = ask(redirect_uri=WEB, response_mode="fragment")
    assert fragment.location.startswith(WEB + "#code=")


@pytest.mark.parametrize(
    "sent",
    [
        "http://localhost/", "http://localhost:5555/", "http://localhost/Deep/path",
        "http://localhost/deep/path/", "http://localhost/deep", "https://localhost",
        "http://127.0.0.1", "http://localhost/only-here", "http://[::1]/only-here",
        "http://127.0.0.2/only-here", "https://spa.contoso.example:443/auth",
        "https://spa.contoso.example/auth?x=1", "https://spa.contoso.example/auth#x",
        "https://spa.contoso.example/AUTH", "https://web.contoso.example/cb",
        "https://web.contoso.example/cb?from=other", "https://evil.example/auth",
        "https://spa.contoso.example@evil.example/auth", "http://localhost.evil.example",
        "http://localhost:5555@evil.example", "http://localhost:/x", "not a uri",
        "javascript:alert(1)", "//spa.contoso.example/auth", "msal0000://auth/", "x" * 3000,
    ],
)  # fmt: skip
def test_addresses_no_answer_goes_to(ask, sent):
    for prompt in (None, "none"):
        reply = ask(redirect_uri=sent, prompt=prompt)
        assert (reply.status, reply.number, reply.mode) == (400, 50011, "")
    assert "does not match the redirect URIs" in reply.text


def test_without_any_address_registered_there_is_no_answer(world, visitor):
    bare = make_application(world.service, world.tenant, "Bare", redirects={}, requires=False)
    for redirect in (None, "http://localhost"):
        fields = asking(bare, redirect_uri=redirect)
        reply = visitor.get(authorize_path(world.tenant), fields)
        assert (reply.status, reply.number) == (400, 500113)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_request_may_be_posted(world, application, visitor, version):
    fields = asking(application, version, redirect_uri=REDIRECT)
    reply = visitor.post(authorize_path(world.tenant, version), fields)
    assert (reply.status, reply.target, reply.error) == (302, REDIRECT + "/", ("", 0))
    assert reply.told["code"]
    empty = visitor.send("POST", authorize_path(world.tenant, version))
    assert empty.number == 9002313
    for method in ("PUT", "DELETE", "OPTIONS", "HEAD"):
        assert visitor.send(method, authorize_path(world.tenant, version)).status == 405


def test_the_page_that_posts_an_answer(ask):
    reply = ask(response_mode="form_post", state='"><script>x</script>')
    assert reply.told["state"] == '"><script>x</script>'
    assert "<script>x" not in reply.text
    headers = dict(reply.response.headers)
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["Cache-Control"] == "no-store, no-cache"
    assert headers["X-Frame-Options"] == "DENY"


def test_what_is_accepted_without_a_word(ask):
    reply = ask(
        domain_hint="contoso.example", login_hint=UPN, acr_values="urn:x", ui_locales="de",
        clidata="1", pocd="x", **{"x-client-SKU": "MSAL.JS", "client-request-id": "x"},
        claims='{"id_token":{"auth_time":{"essential":true}},"access_token":{"xms_cc":{}}}',
    )  # fmt: skip
    assert reply.error == ("", 0)
    assert reply.told["code"]


@pytest.mark.parametrize("claims", ['{"id_token":{"auth_time":null}}', None])
def test_the_time_of_the_sign_in_is_told_who_asks_for_it(world, ask, claims):
    told = ask(response_type="id_token", claims=claims).told
    time = claims_of(told["id_token"]).get("auth_time")
    assert time == (int(world.clock()) if claims else None)


def test_max_age_asks_anew_whoever_signed_in_before(fresh):
    ada = make_person(fresh.service, fresh.tenant)
    desk = make_application(fresh.service, fresh.tenant, implicit_id_tokens=True, requires=False)
    visitor = Visitor(fresh.service)

    def ask(**changes):
        fields = asking(desk, scope="openid", response_type="id_token", nonce="n", **changes)
        return visitor.get(authorize_path(fresh.tenant), fields)

    begun = int(fresh.clock())
    assert sign_in(visitor, ask(), ada.user_principal_name).told["id_token"]
    fresh.clock.now += 100
    claims = claims_of(ask(max_age="100").told["id_token"])
    assert claims["auth_time"] == begun
    assert ask(max_age="99", prompt="none").error == ("login_required", 50058)
    page = ask(max_age="99")
    assert page.steps[:1] == ["password"]
    told = sign_in(visitor, page, ada.user_principal_name).told
    assert claims_of(told["id_token"])["auth_time"] == begun + 100
    assert ask(max_age="soon").error == ("invalid_request", 90023)
