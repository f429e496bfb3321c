"""What every page of the token service says of itself: its headers, and its assets'."""

import re

import pytest

from support.sample_pages import FORM, SAMPLES
from xrm.sts.faces.pages import answer, asset
from xrm.sts.faces.pages.shown import Form, FormPost, Page, SignedOut, SignOutConfirm

EVERY_PAGE = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store, no-cache"),
    ("Pragma", "no-cache"),
    ("Expires", "-1"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin"),
    ("X-Frame-Options", "DENY"),
]
START = "default-src 'none'; style-src 'self'; img-src 'self' data:; "
END = "; base-uri 'none'; frame-ancestors 'none'"
OWN_FORM = "form-action 'self'"
NO_FORM = "form-action 'none'"
SCRIPT = "script-src 'self'; "
POLICIES = {
    "sign-in-name": OWN_FORM,
    "sign-in-password": OWN_FORM,
    "farm-sign-in": OWN_FORM,
    "home-realm": OWN_FORM,
    "farm-failure": SCRIPT + NO_FORM,
    "accounts": OWN_FORM,
    "consent": OWN_FORM,
    "approval-needed": OWN_FORM,
    "new-password": OWN_FORM,
    "device-code": OWN_FORM,
    "device-confirm": OWN_FORM,
    "device-done": NO_FORM,
    "going-home": SCRIPT + NO_FORM,
    "signed-out": SCRIPT + NO_FORM,
    "sign-out-confirm": OWN_FORM,
    "failure": SCRIPT + NO_FORM,
    "form-post": SCRIPT + "form-action 'self' http: https:",
    "native-client": NO_FORM,
    "message": NO_FORM,
}


def policy(page: Page, *leads_to: str) -> str:
    found = answer(page, leads_to=leads_to).header("Content-Security-Policy")
    assert found
    return found


def test_the_table_has_every_page():
    assert {type(SAMPLES[name]) for name in POLICIES} == set(map(type, SAMPLES.values()))


@pytest.mark.parametrize("name", POLICIES)
def test_the_headers_of_every_page(name: str):
    response = answer(SAMPLES[name])
    expected = [*EVERY_PAGE, ("Content-Security-Policy", START + POLICIES[name] + END)]
    assert (response.status, list(response.headers)) == (200, expected)


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_is_inline(name: str):
    text = answer(SAMPLES[name]).body.decode()
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", text)


def test_status_and_more_headers_are_the_callers():
    cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    response = answer(SAMPLES["failure"], status=400, extra=cookies, opener_policy="same-origin")
    expected = (("Cross-Origin-Opener-Policy", "same-origin"), *cookies)
    assert (response.status, response.headers[-3:]) == (400, expected)


def test_a_header_of_the_page_is_not_set_twice_or_weakened():
    extra = (("x-content-type-options", "nosniff"), ("content-security-policy", "default-src *"))
    assert answer(SAMPLES["message"], extra=extra) == answer(SAMPLES["message"])


@pytest.mark.parametrize(
    ("leads_to", "sources"),
    [
        ((), ""),
        (("https://app.example/callback",), " http: https:"),
        (("HTTP://localhost:5000/callback",), " http: https:"),
        (("app://58145B91-0C36-4500-8554-080854F2AC97",), " app:"),
        (("msauth.app.example://auth", "https://app.example"), " http: https: msauth.app.example:"),
        (("urn:ietf:wg:oauth:2.0:oob",), " urn:"),
        (("javascript:alert(1)", "data:text/html,x", "JavaScript:x", "java\tscript:x"), ""),
        (("x y://z", "x;script-src *://z", "//host/path", "/path", "", ":x", "é://x"), ""),
    ],
)  # fmt: skip
def test_a_form_may_end_at_the_schemes_of_the_application(leads_to: tuple[str, ...], sources: str):
    expected = START + OWN_FORM + sources + END
    assert policy(SignOutConfirm(FORM, "ann"), *leads_to) == expected


@pytest.mark.parametrize(
    ("frames", "sources"),
    [
        (("https://a.example/out?sid=1", "https://a.example/other"), "https://a.example"),
        (("http://localhost:5000/out", "https://127.0.0.1/x"), "http://localhost:5000 https://127.0.0.1"),
        (("https://user:pw@b.example/x",), "https://b.example"),
        (("javascript:alert(1)", "app://x", "https:///x", "/x", ""), ""),
        (("https://a.example:x/", "https://a;b/", "https://a\\@b/", "https://[::1"), ""),
    ],
)  # fmt: skip
def test_only_the_origins_of_frames_are_framed(frames: tuple[str, ...], sources: str):
    page = SignedOut("ann@contoso.example", frames)
    framing = f"frame-src {sources}; " if sources else ""
    assert policy(page) == START + SCRIPT + framing + NO_FORM + END
    assert answer(page).body.count(b"<iframe") == len(frames if sources else ())


@pytest.mark.parametrize("action", ["", "https://evil.example/", "//evil.example/", "/\\evil", "x"])
def test_a_form_posts_to_its_own_origin_only(action: str):
    with pytest.raises(ValueError, match="its own origin"):
        Form(action, "state")


@pytest.mark.parametrize(
    "action", ["", "/path", "javascript:alert(1)", "data:text/html,x", "app://x"]
)
def test_an_answer_is_posted_to_a_web_address_only(action: str):
    with pytest.raises(ValueError, match="http or https"):
        answer(FormPost(action, ()))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_names_only_assets_there_are(name: str):
    text = answer(SAMPLES[name]).body.decode()
    named = re.findall(r'(?:href|src)="(/[^"?]+)\?v=([0-9a-f]{16})"', text)
    assert len(named) == len(re.findall(r'(?:href|src)="/', text)) >= 3
    assert all(asset(path) for path, _ in named)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("copy.js", "text/javascript; charset=utf-8"),
        ("leave.js", "text/javascript; charset=utf-8"),
        ("submit.js", "text/javascript; charset=utf-8"),
    ],
)
def test_assets_are_kept_for_a_year(name: str, kind: str):
    found = asset(f"/assets/{name}")
    assert found is not None
    assert found.body
    assert found.headers == (
        ("Content-Type", kind),
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    )


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/../assets.py", "/style.css", "style.css", "/assets/x.css", ""]
)  # fmt: skip
def test_other_paths_have_no_asset(path: str):
    assert asset(path) is None
