"""The organization's page: what it shows, signing in and out, and what no attack gets out of it."""

import html
import re
from dataclasses import replace

import pytest

from support.estate import STS, TENANT, URL, signing_key
from support.page_tokens import PAGE, Visitor, access_token, heading, id_token, person
from xrm.org.faces.web import Link, Note, Service, mount
from xrm.org.faces.web.signin import derived
from xrm.org.people import follow
from xrm.wire.http import Request

FOREIGN = "66666666-7777-8888-9999-000000000000"


@pytest.fixture(scope="module")
def ada(estate):
    """Somebody who is a user of the organization."""
    found = person(estate)
    follow(estate.organization, found)
    return found


@pytest.fixture
def visitor(estate):
    """A browser that has never been here."""
    return Visitor(estate)


def page_cookie(visitor):
    """Return the name of the session's cookie."""
    (name,) = (name for name in visitor.jar if name.endswith("-page"))
    return name


def signin_line(visitor):
    """Return the last line that set or ended the cookie of a sign-in."""
    (found,) = (line for name, line in visitor.lines.items() if name.endswith("-signin"))
    return found


# What it shows


def test_the_page_says_where_the_services_are(estate):
    links = (Link("Samples", "http://localhost:8400/"), Link("Bad", "javascript:alert(1)"))
    bad = Service("Other", "https://localhost/other", "by hand", Link("Bad", "javascript:alert(1)"))
    notes = (Note("Client", "<b>51f8</b>"),)
    visitor = Visitor(estate, options={"shared": (bad,), "links": links, "notes": notes})
    text = visitor.page()
    shown = html.unescape(re.sub("<[^>]+>", "", text))
    for said in (
        "Contoso", "Nobody is signed in", f"{URL}api/data/v9.2/", f"{STS}/{TENANT}",
        f"{URL}XRMServices/2011/Organization.svc", f"{URL}XRMServices/2011/OrganizationData.svc",
        "<b>51f8</b>", "https://localhost/other", "by hand",
    ):  # fmt: skip
        assert said in shown
    assert re.findall(r'<a[^>]* href="([^"]*)"', text) == [
        "/signin",
        f"{URL}XRMServices/2011/Organization.svc?singleWsdl",
        f"{STS}/{TENANT}/.well-known/openid-configuration",
        "http://localhost:8400/",
    ]
    assert visitor.lines == {}


def test_no_page_may_be_kept_framed_or_added_to(visitor, ada):
    nobody = visitor.send("GET", "/")
    visitor.sign_in(ada)
    somebody = visitor.send("GET", "/")
    for response, forms in ((nobody, "'none'"), (somebody, "'self' http: https:")):
        assert response.header("X-Frame-Options") == "DENY"
        assert (response.header("Cache-Control") or "").startswith("no-store")
        assert response.header("Content-Security-Policy") == (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; "
            f"form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
        )
        assert not re.search(rb"<script|<style|\sstyle=|\son\w+=", response.body)


def test_the_page_loads_only_files_there_are(visitor):
    named = re.findall(r'(?:href|src)="(/assets/[^"?]+)', visitor.page())
    assert set(named) == {"/assets/style.css", "/assets/icon.svg"}
    for path in named:
        found = visitor.send("GET", path)
        assert (found.status, bool(found.body)) == (200, True)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/main.aspx", 404, None),
        ("GET", "//evil.example/", 404, None),
        ("GET", "/assets/leave.js", 404, None),
        ("POST", "/assets/style.css", 404, None),
        ("GET", "/%2e%2e/", 404, None),
        ("PUT", "/", 405, "GET, POST"),
        ("OPTIONS", "/", 405, "GET, POST"),
        ("POST", "/signin", 405, "GET"),
        ("GET", "/signout", 405, "POST"),
    ],
)
def test_what_is_not_there_is_refused_in_the_same_look(visitor, method, path, status, allow):
    refused = visitor.send(method, path)
    assert (refused.status, refused.header("Allow")) == (status, allow)
    assert "local organization" in refused.body.decode()
    assert refused.header("X-Frame-Options") == "DENY"
    assert refused.header("Access-Control-Allow-Origin") is None


def test_a_body_that_is_too_large_is_refused_in_the_same_look(estate):
    found = mount(estate.organization).route(Request("POST", "/"))
    assert found.limit == 64 * 1024
    assert found.too_large(Request("POST", "/")).status == 413


# Signing in


def test_signing_in_asks_as_the_first_party_application(visitor):
    asked = visitor.begin()
    assert {name: asked[name] for name in asked.keys() - {"state", "nonce"}} == {
        "client_id": PAGE,
        "response_type": "id_token",
        "response_mode": "form_post",
        "scope": "openid profile",
        "redirect_uri": URL,
    }
    secret = next(iter(visitor.jar.values()))
    assert len({secret, asked["state"], asked["nonce"]}) == 3
    again = visitor.begin()
    assert (again["state"], again["nonce"]) != (asked["state"], asked["nonce"])


def test_the_cookies_say_where_they_may_go(visitor, ada):
    visitor.begin()
    assert re.fullmatch(
        r"__Host-xrm-[0-9a-f]{8}-signin=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=None; "
        r"Max-Age=900",
        signin_line(visitor),
    )
    token = visitor.sign_in(ada)
    name = page_cookie(visitor)
    assert re.fullmatch(r"__Host-xrm-[0-9a-f]{8}-page", name)
    assert visitor.lines[name] == (
        f"{name}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600"
    )
    assert "Max-Age=0" in signin_line(visitor)


def test_the_page_says_who_is_signed_in(visitor, ada):
    visitor.sign_in(ada)
    assert visitor.who() == "Signed in Ada Lovelace ada@contoso.example"


def test_a_session_ends_with_its_token(visitor, ada, estate, monkeypatch):
    visitor.sign_in(ada, exp=int(estate.clock()) + 600)
    now = estate.clock.now
    monkeypatch.setattr(estate.clock, "now", now + 599)
    assert visitor.who()
    monkeypatch.setattr(estate.clock, "now", now + 600)
    assert visitor.who() == ""
    assert not [name for name in visitor.jar if name.endswith("-page")]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "אבג \u202eevil", "ليلى حداد"])
def test_a_name_stays_within_itself(visitor, estate, name):
    visitor.sign_in(person(estate, "Eve Adams", display_name=name))
    text = visitor.page()
    expected = html.escape(name.replace("\u202e", "\ufffd"))
    assert f"<bdi>{expected}</bdi>" in text


def test_who_is_no_user_or_a_disabled_one_is_told_so(visitor, estate, ada):
    visitor.sign_in(person(estate, "Nobody Known"))
    assert visitor.who() == "Signed in Nobody Known nobody@contoso.example"
    assert "is not a user of the organization" in visitor.page()
    visitor.sign_in(ada)
    assert "caution" not in visitor.page()
    follow(estate.organization, replace(ada, enabled=False))
    assert "user is disabled in the organization" in visitor.page()
    follow(estate.organization, ada)
    assert "caution" not in visitor.page()


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"error": "access_denied", "error_subcode": "cancel"}, 303, ""),
        ({"error": "access_denied", "error_description": "AADSTS1: <i>No</i>"}, 403, "AADSTS1"),
        ({"error": "login_required"}, 403, "login_required"),
    ],
)
def test_a_refusal_of_the_token_service_is_told(visitor, form, status, said):
    asked = visitor.begin()
    refused = visitor.post("/", {**form, "state": asked["state"]})
    assert refused.status == status
    assert said in refused.body.decode()
    assert "<i>" not in refused.body.decode()
    assert visitor.jar == {}


# What no attack gets


def refused(visitor, response, title):
    """Check that an answer was refused, and nobody is signed in."""
    assert (response.status, heading(response)) == (400, title)
    assert visitor.who() == ""


NOT_BEGUN = "This sign-in was not begun here"
NOT_SIGNED_IN = "You are not signed in"


def test_an_answer_that_another_browser_asked_for_is_refused(visitor, estate, ada):
    attacker = Visitor(estate)
    asked = attacker.begin()
    token = id_token(estate, ada, asked["nonce"])
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)
    visitor.begin()
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)


@pytest.mark.parametrize("state", ["", "x", "\u00e9", "A" * 5000])
def test_an_answer_with_another_state_is_refused(visitor, estate, ada, state):
    asked = visitor.begin()
    token = id_token(estate, ada, asked["nonce"])
    refused(visitor, visitor.answer({**asked, "state": state}, token), NOT_BEGUN)


def test_an_answer_counts_once(visitor, estate, ada):
    asked = visitor.begin()
    token = id_token(estate, ada, asked["nonce"])
    assert visitor.answer(asked, token).status == 303
    visitor.jar.clear()
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)


def test_a_refused_answer_ends_its_sign_in(visitor, estate, ada):
    asked = visitor.begin()
    refused(visitor, visitor.answer(asked, "no token"), NOT_SIGNED_IN)
    token = id_token(estate, ada, asked["nonce"])
    refused(visitor, visitor.answer(asked, token), NOT_BEGUN)


def test_an_id_token_of_another_sign_in_is_refused(visitor, estate, ada):
    other = Visitor(estate).begin()
    asked = visitor.begin()
    answer = visitor.answer(asked, id_token(estate, ada, other["nonce"]))
    refused(visitor, answer, NOT_SIGNED_IN)


WRONG = {
    "no nonce": {"nonce": None},
    "nonce not text": {"nonce": 7},
    "the organization's audience": {"aud": URL},
    "another application": {"aud": "51f81489-12ee-4a9e-aaae-a2591f45987d"},
    "several audiences": {"aud": [PAGE]},
    "another tenant": {"tid": FOREIGN, "iss": f"{STS}/{FOREIGN}/"},
    "another tenant's id": {"tid": FOREIGN},
    "v2 issuer": {"iss": f"{STS}/{TENANT}/v2.0"},
    "another service": {"iss": f"https://evil.example/{TENANT}/"},
    "expired": {"exp": 1_799_999_999},
    "no end": {"exp": None},
    "not yet": {"nbf": 1_800_000_301},
    "an access token": {"appid": PAGE, "scp": "user_impersonation"},
    "an access token of v2": {"azp": PAGE},
    "nobody's": {"oid": None},
    "whose is no id": {"oid": "ada"},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG.keys())
def test_other_tokens_are_refused_as_an_answer_and_as_a_session(visitor, estate, ada, changes):
    asked = visitor.begin()
    token = id_token(estate, ada, asked["nonce"], **changes)
    refused(visitor, visitor.answer(asked, token), NOT_SIGNED_IN)
    visitor.sign_in(ada)
    visitor.jar[page_cookie(visitor)] = token
    assert visitor.who() == ""


def test_a_token_of_another_key_or_none_is_refused(visitor, estate, ada):
    asked = visitor.begin()
    stolen = id_token(estate, ada, asked["nonce"], key=signing_key("stranger"))
    refused(visitor, visitor.answer(asked, stolen), NOT_SIGNED_IN)
    token = visitor.sign_in(ada)
    head, body, signature = token.split(".")
    name = page_cookie(visitor)
    for forged in (f"{head}.{body}.", f"{head}.{body}.{signature[::-1]}", "é", "..", "a.b.c"):
        visitor.jar[name] = forged
        assert visitor.who() == ""


def test_an_access_token_is_no_session_and_the_session_no_access_token(visitor, estate, ada):
    given = access_token(estate, ada)
    token = visitor.sign_in(ada)
    path, name = "/api/data/v9.2/WhoAmI", page_cookie(visitor)

    def asks(*lines):
        return estate.send(Request("GET", path, "", lines)).status

    # The good one, to know that it is good.
    assert asks(("authorization", f"Bearer {given}")) == 200
    assert asks(("authorization", f"Bearer {token}")) == 401
    assert asks(("cookie", f"{name}={token}")) == 401
    for audience in (URL, URL.rstrip("/"), PAGE):
        visitor.jar[name] = access_token(estate, ada, aud=audience, nonce="n")
        assert visitor.who() == ""
        visitor.jar[name] = token


def test_a_session_that_was_planted_does_not_outlive_a_sign_in(visitor, estate, ada):
    planted = Visitor(estate).sign_in(person(estate, "Mallory Planted"))
    visitor.sign_in(ada)
    name = page_cookie(visitor)
    visitor.jar[name] = planted
    token = visitor.sign_in(ada)
    assert visitor.jar[name] == token != planted


@pytest.mark.parametrize("planted", ["", "x", "A" * 42, "A" * 44, "A" * 42 + "=", "é" * 43])
def test_a_planted_binding_of_another_form_binds_nothing(visitor, estate, ada, planted):
    visitor.begin()
    (name,) = visitor.jar
    visitor.jar[name] = planted
    known = {key: derived(planted, key) for key in ("state", "nonce")}
    refused(visitor, visitor.answer(known, id_token(estate, ada, known["nonce"])), NOT_BEGUN)


def test_cookies_of_another_organization_on_the_same_host_are_not_taken(visitor, ada):
    token = visitor.sign_in(ada)
    visitor.jar = {"__Host-xrm-00000000-page": token, "page": token, "session": token}
    assert visitor.who() == ""


def test_a_token_that_a_browser_would_not_keep_is_told(visitor, estate):
    asked = visitor.begin()
    token = id_token(estate, person(estate), asked["nonce"], roles=["R" * 3000])
    answered = visitor.answer(asked, token)
    refused(visitor, answered, NOT_SIGNED_IN)
    assert "longer than what a browser keeps" in answered.body.decode()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"id_token=x&state=y"),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"state=a&state=b"),
        ("application/x-www-form-urlencoded", b"%ff=%ff"),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 200)),
    ],
)
def test_a_body_that_is_no_form_is_no_answer(visitor, kind, body):
    visitor.begin()
    answered = visitor.send("POST", "/", body=body, headers=(("content-type", kind),))
    refused(visitor, answered, NOT_BEGUN)


# Signing out


def sign_out_form(visitor):
    """Return what the page's own form would post."""
    return {"form": re.findall(r'name="form" value="([^"]+)"', visitor.page())[0]}


def test_signing_out_ends_the_session_here_and_at_the_token_service(visitor, ada):
    token = visitor.sign_in(ada)
    gone = visitor.post("/signout", sign_out_form(visitor), headers=(("origin", URL[:-1]),))
    assert gone.status == 303
    assert gone.header("Location") == (
        f"{STS}/{TENANT}/oauth2/logout"
        f"?post_logout_redirect_uri=https%3A%2F%2Flocalhost%3A8444%2F&id_token_hint={token}"
    )
    assert visitor.jar == {}
    assert visitor.who() == ""


@pytest.mark.parametrize("form", [{}, {"form": ""}, {"form": "x"}, {"form": "A" * 43}])
def test_signing_out_takes_the_pages_own_form(visitor, ada, form):
    visitor.sign_in(ada)
    assert visitor.post("/signout", form).status == 403
    assert visitor.who()


def test_signing_out_takes_no_form_of_another_session_or_origin(visitor, estate, ada):
    other = Visitor(estate)
    other.sign_in(person(estate, "Mallory Other"))
    visitor.sign_in(ada)
    assert visitor.post("/signout", sign_out_form(other)).status == 403
    for origin in ("https://localhost:9444", "null", "https://evil.example"):
        answered = visitor.post("/signout", sign_out_form(visitor), headers=(("origin", origin),))
        assert answered.status == 403
    assert visitor.who()


def test_signing_out_without_a_session_leads_to_the_page(visitor):
    gone = visitor.post("/signout", {})
    assert (gone.status, gone.header("Location")) == (303, "/")
