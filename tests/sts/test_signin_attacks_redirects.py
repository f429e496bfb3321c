"""Attacks on where answers go: redirect URIs that almost match, open redirects, split headers."""

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from support.attacking import another_tenant, browser_of, silent
from support.profiled import SITE, Profiled, profiled
from support.signing_in import (
    PASSWORD,
    asking,
    authorize_path,
    make_application,
    make_person,
    sign_in,
)
from xrm.sts import registration

EVIL = "https://evil.example/take"
REGISTERED = {
    "https://app.contoso.example/signin": "Web",
    "https://app.contoso.example/with?from=entra": "Web",
    "http://localhost": "InstalledClient",
    "http://localhost/deep": "InstalledClient",
    "http://127.0.0.1/loop": "InstalledClient",
    "contoso.app://auth": "InstalledClient",
}
TRICKS = (
    # Port, scheme, letter case, dots, user info.
    "https://app.contoso.example:443/signin",
    "https://app.contoso.example:8443/signin",
    "http://app.contoso.example/signin",
    "HTTPS://app.contoso.example/signin",
    "https://APP.contoso.example/signin",
    "https://app.contoso.example./signin",
    "https://app.contoso.example@evil.example/signin",
    "https://app.contoso.example:x@evil.example/signin",
    "https://evil.example@app.contoso.example/signin",
    "https://app.contoso.example.evil.example/signin",
    "https://app.contoso.example%2eevil.example/signin",
    "https://xapp.contoso.example/signin",
    "//app.contoso.example/signin",
    "/signin",
    # Path.
    "https://app.contoso.example/Signin",
    "https://app.contoso.example/signin/",
    "https://app.contoso.example/signin/../evil",
    "https://app.contoso.example/evil/../signin",
    "https://app.contoso.example/./signin",
    "https://app.contoso.example//signin",
    "https://app.contoso.example/signin;a=b",
    "https://app.contoso.example",
    "https://app.contoso.example/",
    # Query and fragment.
    "https://app.contoso.example/signin?",
    "https://app.contoso.example/signin?next=https://evil.example",
    "https://app.contoso.example/with",
    "https://app.contoso.example/with?from=evil",
    "https://app.contoso.example/with?from=entra&from=evil",
    "https://app.contoso.example/signin#",
    "https://app.contoso.example/signin#evil",
    # Encoding, blanks, control characters, backslash, other alphabets.
    "https://app.contoso.example/%73ignin",
    "https://app.contoso.example/signin%20",
    "https://app.contoso.example/signin%00",
    " https://app.contoso.example/signin",
    "https://app.contoso.example/signin ",
    "https://app.contoso.example/signin\r\nLocation: https://evil.example",
    "https://app.contoso.example/signin\x00",
    "https://app.contoso.example\\@evil.example/signin",
    "https:\\\\app.contoso.example\\signin",
    "https://app.contoso.ex\u0430mple/signin",
    "https://app\uff0econtoso.example/signin",
    "https://app.contoso.example/sign\u0131n",
    # What looks like this machine.
    "http://localhost.evil.example",
    "http://localhost.evil.example:5555",
    "http://localhost@evil.example",
    "http://localhost:80@evil.example",
    "http://localhost:5555@evil.example/deep",
    "http://localhost:x@evil.example",
    "http://localhost\\@evil.example",
    "http://localhost%00.evil.example",
    "http://localhost:5555.evil.example",
    "http://localhost:123456",
    "http://localhost:",
    "http://localhost:-1",
    "http://localhost:0x50",
    "http://localhost:\u0665\u0665",
    "http://localhost:5555/Deep",
    "http://localhost:5555/deep/er",
    "http://localhost:5555//deep",
    "http://localhost:5555?code=mine",
    "http://localhost:5555;evil",
    "http://evil.localhost",
    "http://LOCALHOST:5555",
    "http://[::1]:5555",
    "http://127.0.0.1",
    "http://127.0.0.1:5555/deep",
    "http://127.0.0.1.evil.example/loop",
    "http://127.0.0.1@evil.example/loop",
    "http://127.0.0.1:80@evil.example/loop",
    "http://127.1/loop",
    "http://127.0.0.2/loop",
    "http://2130706433/loop",
    "http://0x7f000001/loop",
    "http://127.000.000.001/loop",
    "http://0.0.0.0/loop",
    "http://localhost/loop",
    "ftp://localhost",
    # Other schemes.
    "javascript:alert(1)//contoso.app://auth",
    "data:text/html,hello",
    "contoso.app://auth.evil",
    "contoso.app://auth/",
    "contoso.app:auth",
    "CONTOSO.APP://auth",
    "ms-appx-web://contoso.app://auth",
    EVIL,
)


@pytest.fixture(scope="module", params=["faithful", "strict"])
def at(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    with profiled(tmp_path_factory.mktemp("redirects"), request.param) as found:
        yield found


@pytest.fixture(scope="module")
def target(at):
    options = {"implicit_id_tokens": True, "implicit_access_tokens": True}
    made = make_application(at.service, at.tenant, "Target", redirects=REGISTERED, **options)
    registration.consent(at.service, at.tenant, made.application_id)
    return made


@pytest.mark.parametrize("sent", TRICKS)
def test_an_address_that_is_not_registered_gets_nothing(at, target, sent):
    for more in ({}, {"prompt": "none"}, {"response_mode": "form_post"}):
        fields = asking(target, redirect_uri=sent, **more)
        reply = at.signed_in.get(authorize_path(at.tenant), fields)
        assert (reply.status, reply.number, reply.location) == (400, 50011, "")
        assert 'action="http' not in reply.text


@pytest.mark.parametrize("sent", [*REGISTERED, "http://localhost:5555", "http://127.0.0.1:9/loop"])
def test_those_that_are_registered_are_answered(at, target, sent):
    told = silent(at, at.signed_in, target, redirect_uri=sent)
    assert "code" in told.told
    assert told.target.rstrip("/") == sent.partition("?")[0].rstrip("/")


BROKEN = (
    {"client_id": None},
    {"client_id": "11111111-2222-3333-4444-555555555555"},
    {"client_id": "not an id"},
    {"prompt": "unheard of"},
    {"prompt": "none login"},
    {"response_type": None},
    {"response_type": "password"},
    {"response_mode": "web_message"},
    {"scope": None},
    {"scope": "https://evil.example/all"},
    {"scope": 'openid "quoted"'},
    {"resource": "https://evil.example"},
    {"code_challenge": "x"},
    {"code_challenge_method": "S1"},
    {"max_age": "-1"},
    {"claims": "["},
    {"response_type": "id_token", "scope": "openid"},
    {"request_uri": "https://evil.example/request"},
    {"state": "x" * 20_000},
)


@pytest.mark.parametrize("changes", BROKEN, ids="+".join)
def test_no_error_leads_to_an_address_that_is_not_registered(at, target, changes):
    for prompt in (None, "none"):
        fields = asking(target, **{"prompt": prompt, **changes, "redirect_uri": EVIL})
        reply = at.signed_in.get(authorize_path(at.tenant), fields)
        assert (reply.status, reply.location) == (400, "")
        assert reply.number
        assert f'href="{EVIL}' not in reply.text
        assert f'action="{EVIL}' not in reply.text


@pytest.mark.parametrize(
    "path",
    [
        "nowhere.example",
        "11111111-2222-3333-4444-555555555555",
        "common",
        "consumers",
        "%ff",
        "a b",
    ],
)
def test_no_error_of_the_tenant_leads_anywhere(at, target, path):
    reply = at.visitor().get(f"/{path}/oauth2/v2.0/authorize", asking(target, redirect_uri=SITE))
    assert (reply.status, reply.location) == (400, "")
    assert reply.number


def test_consent_by_an_administrator_leads_to_registered_addresses_only(at, target):
    for version in ("", "v2.0/"):
        fields = {"client_id": str(target.application_id), "redirect_uri": EVIL, "scope": "openid"}
        reply = at.visitor().get(f"/{at.tenant.tenant_id}/{version}adminconsent", fields)
        assert (reply.status, reply.number, reply.location) == (400, 50011, "")


@pytest.mark.parametrize("sent", [EVIL, "https://portal.example.evil.example/back", *TRICKS[:12]])
def test_signing_out_leads_to_registered_addresses_only(at, sent):
    visitor = browser_of(at, at.person.user_principal_name, at.desk)
    token = at.tokens()["id_token"]
    reply = visitor.get(
        f"/{at.tenant.tenant_id}/oauth2/v2.0/logout",
        {"post_logout_redirect_uri": sent, "id_token_hint": token, "state": "s"},
    )
    assert reply.heading == "You are signed out"
    assert reply.location == ""
    assert "onward" not in reply.text
    assert sent not in reply.text


def test_signing_out_leads_to_no_application_the_browser_has_not_used(at):
    other = another_tenant(at, f"evil-{at.name}.example")
    evil = make_application(at.service, other, "Evil", redirects={EVIL: "Web"}, requires=False)
    for visitor in (at.visitor(), browser_of(at, at.person.user_principal_name)):
        fields = {"post_logout_redirect_uri": EVIL, "client_id": str(evil.application_id)}
        reply = visitor.get("/common/oauth2/v2.0/logout", fields)
        if "sign-out" in reply.steps:
            reply = visitor.submit(reply, "sign-out")
        assert reply.heading == "You are signed out"
        assert EVIL not in reply.text


SPLITTING = (
    "\r\nLocation: https://evil.example",
    "\r\n\r\n<script>alert(1)</script>",
    "%0d%0aSet-Cookie:%20a=b",
    "a\x00b",
    "\u560d\u560aSet-Cookie: a=b",
    "\u2028\x85",
    "</script>'\"><img src=x onerror=alert(1)>",
    "&error=none&code=forged#code=forged",
)


@pytest.mark.parametrize("text", SPLITTING)
@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_no_state_splits_an_answer_or_adds_a_field(at, mode, text):
    reply = silent(at, at.signed_in, state=text, response_mode=mode)
    assert reply.told["state"] == text
    assert reply.told["code"] != "forged"
    assert set(reply.told) <= {"code", "state", "session_state", "iss"}
    for name, value in reply.response.headers:
        assert f"{name}{value}".isprintable()
        assert f"{name}{value}".isascii()
    assert "<script>" not in reply.text
    assert "<img src=x" not in reply.text


@pytest.mark.parametrize("text", SPLITTING)
def test_nothing_sent_comes_back_as_markup_or_header_on_an_error_page(at, target, text):
    for changes in (
        {"client_id": text},
        {"redirect_uri": text},
        {"prompt": text},
        {"client_id": None, "state": text, text: text},
    ):
        reply = at.visitor().get(authorize_path(at.tenant), asking(target, **changes))
        if "prompt" in changes and at.name == "strict":
            assert urlsplit(reply.location).netloc == "localhost"
            assert reply.error == ("invalid_request", 90023)
        else:
            assert (reply.status, reply.location) == (400, "")
        assert "<script>" not in reply.text
        assert "<img src=x" not in reply.text
        assert all(value.isprintable() for _, value in reply.response.headers)
    reply = at.visitor().get("/error", {"code": text})
    assert (reply.status, "<script>" in reply.text) == (404, False)


def test_no_request_id_splits_an_answer(at, target):
    lines = (("return-client-request-id", "true"), ("client-request-id", "x\r\nSet-Cookie: a=b"))
    for path, query in ((authorize_path(at.tenant), asking(target)), ("/error", {"code": "1"})):
        reply = at.visitor().get(path, query, headers=lines)
        assert "a=b" not in str(reply.response.headers)


def test_somebody_of_another_tenant_is_not_named_to_the_application(at, target):
    other = another_tenant(at, f"elsewhere-{at.name}.example")
    eve = make_person(at.service, other, "eve")
    fields = {"client_id": str(target.application_id), "redirect_uri": "http://localhost"}
    visitor = at.visitor()
    page = visitor.get(f"/{at.tenant.tenant_id}/adminconsent", fields)
    page = visitor.submit(page, "name", username=eve.user_principal_name)
    told = visitor.submit(page, "password", password=PASSWORD)
    assert told.error == ("access_denied", 50020)
    assert "eve" not in told.location


def test_signing_in_at_the_wrong_tenant_says_so_on_a_page_and_keeps_who_was_there(at):
    other = another_tenant(at, f"guests-{at.name}.example")
    eve = make_person(at.service, other, "eve")
    visitor = browser_of(at, at.person.user_principal_name)
    page = at.asked(visitor, prompt="login")
    reply = sign_in(visitor, page, eve.user_principal_name)
    assert (reply.number, reply.location) == (50020, "")
    assert "code" in silent(at, visitor).told


def test_a_redirect_is_not_made_of_the_host_that_was_asked(at):
    lines = (("host", "evil.example"), ("x-forwarded-host", "evil.example"))
    reply = at.visitor().get(authorize_path(at.tenant), asking(at.desk), headers=lines)
    assert "evil.example" not in reply.text
    told = at.signed_in.get(
        authorize_path(at.tenant), asking(at.desk, prompt="none"), headers=lines
    )
    assert urlsplit(told.location).netloc == "localhost"
    assert "evil.example" not in urlencode(told.told)
