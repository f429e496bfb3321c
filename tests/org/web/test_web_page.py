"""The organization's page: what it shows, signing in and out."""

import html
import re
from dataclasses import replace

import pytest

from support.estate import STS, TENANT, URL
from support.page_tokens import PAGE, Visitor, page_cookie, person
from xrm.org.faces.web import Link, Note, Service, mount
from xrm.org.people import follow
from xrm.wire.http import Request


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


# Signing out


def test_signing_out_ends_the_session_here_and_at_the_token_service(visitor, ada):
    token = visitor.sign_in(ada)
    gone = visitor.post("/signout", visitor.sign_out_form(), headers=(("origin", URL[:-1]),))
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
    assert visitor.post("/signout", other.sign_out_form()).status == 403
    for origin in ("https://localhost:9444", "null", "https://evil.example"):
        answered = visitor.post("/signout", visitor.sign_out_form(), headers=(("origin", origin),))
        assert answered.status == 403
    assert visitor.who()


def test_signing_out_without_a_session_leads_to_the_page(visitor):
    gone = visitor.post("/signout", {})
    assert (gone.status, gone.header("Location")) == (303, "/")
