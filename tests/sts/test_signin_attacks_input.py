"""Attacks by what is sent: too much of it, malformed, of other alphabets, markup in names."""

import html
import random
import re
from collections.abc import Iterator
from urllib.parse import quote

import orjson
import pytest

from support.attacking import LOGIN, consent_page, device_of, silent, typed
from support.profiled import Profiled, profiled
from support.signing_in import (
    FORM,
    IMPERSONATION,
    PASSWORD,
    asking,
    authorize_path,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.model.errors import signin
from xrm.sts.registration import RegistrationError

ADA = "ada@contoso.example"
KNOWN = {row.number for row in signin.ROWS} - {signin.INTERNAL.number}
MARKUP = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</title><h1>Contoso</h1>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;script&gt;",
)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    with profiled(tmp_path_factory.mktemp("input"), "faithful") as found:
        yield found


TAGS = {
    *("html", "head", "meta", "title", "link", "body", "header", "main", "footer", "h1", "h2"),
    *("p", "b", "img", "form", "input", "button", "div", "span", "dl", "dt", "dd", "bdi", "wbr"),
    *("ul", "li", "section", "strong", "label", "small"),
}
"""What the templates of these pages are made of."""
LONG = "x" * 13_000


@pytest.mark.parametrize(
    "changes",
    [
        {"state": LONG},
        {"nonce": LONG},
        {"login_hint": LONG},
        {"claims": LONG},
        {"redirect_uri": "https://" + LONG},
        {"scope": " ".join(f"scope{n}" for n in range(2000))},
        {"\u00e9" * 6500: "x"},
        {f"more{n}": "x" * 200 for n in range(60)},
    ],
    ids=lambda one: next(iter(one))[:12],
)
def test_a_request_that_holds_too_much_is_refused_at_once(at, changes):
    fields = asking(at.desk, **changes)
    for reply in (
        at.visitor().get(authorize_path(at.tenant), fields),
        at.visitor().post(authorize_path(at.tenant), fields),
        at.visitor().get("/common/oauth2/logout", fields),
        at.visitor().get("/common/oauth2/deviceauth", fields),
        at.visitor().get(f"/{at.tenant.tenant_id}/adminconsent", fields),
    ):
        assert (reply.status, reply.number, reply.location) == (400, 90015, "")


def test_what_is_long_but_not_too_long_goes_all_the_way(at):
    state = "".join(random.Random(1).choices("abcdefghij0123456789-_%&=+ \u00e9", k=6000))
    nonce = "n" * 3000
    visitor = at.visitor()
    page = at.asked(visitor, state=state, nonce=nonce, response_mode="form_post")
    reply = sign_in(visitor, page, ADA)
    assert reply.told["state"] == state
    assert redeem(at.service, at.tenant, at.desk, code=reply.told["code"]).status == 200


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1_000_000])
def test_a_body_over_the_limit_is_refused_in_words(at, size):
    body = b"state=" + b"x" * size
    for path in (LOGIN, authorize_path(at.tenant)):
        reply = at.visitor().send("POST", path, headers=(FORM,), body=body)
        assert reply.status in (400, 413)
        assert reply.number in (9002313, 90015, 50089)


@pytest.mark.parametrize(
    "field", ["username", "password", "code", "account", "step", "new_password"]
)
@pytest.mark.parametrize("text", [LONG * 4, "\x00", "\ud7ff\uffff", "e\u0301" * 500, "%00%ff"])
def test_no_field_of_a_form_breaks_a_page(at, field, text):
    visitor = at.visitor()
    for page in (
        at.asked(visitor),
        at.asked(visitor, login_hint=ADA),
        visitor.get("/common/oauth2/deviceauth"),
    ):
        for step in ("name", "password", "change", "code", "other", "accept", "cancel"):
            posted = {"state": page.fields["state"], "step": step, **{field: text}}
            reply = visitor.post(LOGIN, posted)
            assert reply.status in (200, 302, 400), (step, reply.heading)
            assert reply.number in KNOWN | {0}
            if "state" in reply.fields and reply.status == 200:
                again = visitor.submit(reply, "other")
                assert again.status in (200, 400)
                assert again.number != 50089


def test_too_long_a_name_is_nobody_s_and_the_page_goes_on(at):
    visitor = at.visitor()
    # Random letters: what goes along in a page is packed.
    long = "".join(random.Random(3).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=50_000))
    page = visitor.submit(at.asked(visitor), "name", username=ADA + long)
    assert "could not find" in page.text
    page = visitor.submit(page, "name", username=ADA)
    assert "password" in page.steps


LOOKALIKES = (
    "\u0430da@contoso.example",
    "ad\u00e0@contoso.example",
    "ada\u200b@contoso.example",
    "ada\uff20contoso.example",
    "\uff41da@contoso.example",
    "ada@conto\u017fo.example",
    "ada@\u212aontoso.example",
    "ada@contoso.example\x00",
    "ada@contoso.example\x00@evil.example",
    "ada@contoso.example.",
    "ada @contoso.example",
    "ada%40contoso.example",
    "' OR '1'='1",
    "%@contoso.example",
    "_da@contoso.example",
)


@pytest.mark.parametrize("name", LOOKALIKES)
def test_a_name_that_looks_like_another_is_not_that_one(at, name):
    visitor = at.visitor()
    page = visitor.submit(at.asked(visitor), "name", username=name)
    assert "could not find" in page.text
    page = at.asked(visitor, login_hint=name)
    reply = visitor.submit(page, "password", username=ADA, password=PASSWORD)
    assert "code" not in reply.told
    assert silent(at, visitor).told["error"] == "login_required"


def test_a_name_is_not_taken_from_the_form_of_the_password(at):
    mallory = make_person(at.service, at.tenant, "mallory", password=None)
    visitor = at.visitor()
    page = visitor.submit(at.asked(visitor), "name", username=mallory.user_principal_name)
    reply = visitor.submit(page, "password", username=ADA, password=PASSWORD)
    assert "code" not in reply.told
    assert "incorrect" in reply.text


@pytest.mark.parametrize("name", MARKUP)
def test_no_name_becomes_markup(at, name):
    app = make_application(at.service, at.tenant, name)
    display = make_person(
        at.service, at.tenant, f"p{MARKUP.index(name)}", display_name=name, given_name=name[:30]
    )
    visitor, upn = at.visitor(), display.user_principal_name
    pages = [at.asked(visitor, application=app)]
    pages.append(consent_page(at, visitor, app, upn))
    pages.append(at.asked(visitor, application=app, prompt="select_account"))
    pages.append(typed(visitor, device_of(at, app)["user_code"]))
    pages.append(visitor.get("/common/oauth2/deviceauth", {"user_code": name}))
    pages.append(at.asked(at.visitor(), login_hint=name))
    for page in pages:
        assert set(re.findall("<([a-z0-9]+)", page.text)) <= TAGS
        assert page.text.count("<h1") == 1
        assert "<img src=x" not in page.text
        assert "49" not in page.heading
    shown = html.escape(name).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    assert shown in pages[1].text


@pytest.mark.parametrize("name", ["\u202egnp.txt\u202c", "Contoso\u2066\u200b", "a\nb", "a\x00b"])
def test_no_application_has_a_name_that_hides_or_turns_what_is_read(at, name):
    with pytest.raises(RegistrationError):
        make_application(at.service, at.tenant, name)


def test_a_scope_asked_many_times_is_one_line(at):
    app = make_application(at.service, at.tenant, "Stutters")
    asked = " ".join(
        [IMPERSONATION] * 40 + [IMPERSONATION.replace("localhost", "LOCALHOST")] * 3 + ["openid"]
    )
    page = consent_page(at, at.signed_in, app, ADA, scope=asked)
    assert page.text.count("<li>") <= 4
    assert at.signed_in.submit(page, "decline").error == ("access_denied", 65004)


QUERIES = (
    "%", "%zz", "client_id=%ff", "client_id=\u00e9", "&&&&", "=", "=x", "client_id", "a=1&a=2",
    "client_id=x&client_id=y", "state=a&state=b", "client_id=x;state=y", "client_id[]=x",
    "client_id=%00", "client_id=%0a", "\x00", "x" * 3000, "&".join(f"p{n}=1" for n in range(101)),
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_a_malformed_query_gets_a_page_that_says_so(at, query):
    for path in (
        authorize_path(at.tenant),
        authorize_path("common", "v1"),
        f"/{at.tenant.tenant_id}/adminconsent",
    ):
        reply = at.visitor().get(path, query)
        assert (reply.status, reply.location) == (400, "")
        assert reply.number in KNOWN
    for path in ("/common/oauth2/logout", "/common/oauth2/deviceauth"):
        reply = at.visitor().get(path, query)
        assert (reply.status, reply.number in KNOWN | {0}) in ((200, True), (400, True))


def test_claims_nested_too_deep_or_of_another_form_are_refused(at):
    for text in ("[" * 3000, "{" * 3000, '{"a":' * 1500, "[]", "1", "null", "\ufeff{}", "{}x"):
        assert silent(at, at.signed_in, claims=text).told["error"] == "invalid_request"
    fine = ('{"id_token":null}', '{"id_token":{"auth_time":null}}', '{"access_token":[1]}')
    assert all("code" in silent(at, at.signed_in, claims=text).told for text in fine)


def test_requests_drawn_at_random_never_break_the_service(at, caplog):
    draw = random.Random(7)
    names = [
        *asking(at.desk),
        *("prompt", "nonce", "response_mode", "login_hint", "max_age", "claims", "sid"),
        *("domain_hint", "resource", "id_token_hint", "post_logout_redirect_uri"),
    ]
    odd = [
        "",
        " ",
        "\x00",
        "\u20ac",
        "%",
        "none",
        "a" * 500,
        "-1",
        "{}",
        "[",
        "1.x",
        "\\",
        "//x",
        "#",
    ]
    page = at.asked(at.visitor()).fields["state"]
    for _ in range(400):
        fields = asking(at.desk)
        for name in draw.sample(names, 3):
            fields[name] = draw.choice([*odd, *fields.values(), page])
        path = draw.choice(
            [authorize_path(at.tenant), authorize_path(at.tenant, "v1"), "/common/oauth2/logout"]
        )
        visitor = draw.choice([at.signed_in, at.visitor()])
        if "logout" in path:
            visitor = at.visitor()
        reply = draw.choice([visitor.get, visitor.post])(path, fields)
        assert reply.status in (200, 302, 400), (fields, reply.text)
        assert reply.number in KNOWN | {0}
    assert not [one for one in caplog.records if one.exc_info]


def test_cookies_drawn_at_random_never_break_the_service(at, caplog):
    draw = random.Random(11)
    name = f"__Host-xrm-{at.service.parts.mark}-session"
    for _ in range(200):
        value = "".join(draw.choices('abc;=, "%\\\x7f\u00e9', k=draw.randrange(60)))
        lines = (("cookie", f"{draw.choice([name, 'x', ''])}={value}"), ("cookie", ";" * 50))
        reply = at.visitor().get(authorize_path(at.tenant), asking(at.desk), headers=lines)
        assert (reply.status, reply.steps[0]) == (200, "name")
    lines = (("cookie", "x=" + "y" * 60_000),)
    assert at.visitor().get(authorize_path(at.tenant), asking(at.desk), headers=lines).status == 200
    assert not [one for one in caplog.records if one.exc_info]


def test_a_tenant_in_the_path_is_never_more_than_a_name(at):
    for segment in ("..", "%2e%2e", "%2f", "%5c", "a%00b", "\u00e9", quote("<b>"), "a" * 3000, "."):
        for tail in ("oauth2/v2.0/authorize", "oauth2/logout", "adminconsent"):
            reply = at.visitor().get(f"/{segment}/{tail}", asking(at.desk))
            assert reply.status in (200, 400)
            assert "<b>" not in reply.text.replace("<b>xrm</b>", "")


@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe", b"grant_type", b"a=1&a=2", b"\x00=1"])
def test_the_token_and_device_endpoints_answer_anything_in_json(at, body):
    for end in ("token", "devicecode"):
        path = f"/{at.tenant.tenant_id}/oauth2/v2.0/{end}"
        reply = at.visitor().send("POST", path, headers=(FORM,), body=body)
        assert reply.status == 400
        assert orjson.loads(reply.response.body)["error"] == "invalid_request"


def test_a_device_s_scope_is_as_bounded_as_any_other(at):
    fields = {"client_id": str(at.desk.application_id), "scope": "x" * 60_000}
    path = f"/{at.tenant.tenant_id}/oauth2/v2.0/devicecode"
    reply = at.visitor().post(path, fields)
    page = typed(at.signed_in, reply.document["user_code"])
    assert page.number == 650053
