"""Attacks on the pages: forged posts, planted cookies, frames, caches, methods, swapped tabs."""

import hashlib
from collections.abc import Iterator

import pytest

from support.attacking import LOGIN, administrator, browser_of, device_of, silent, typed
from support.profiled import Profiled, profiled
from support.signing_in import (
    FORM,
    PASSWORD,
    Reply,
    Visitor,
    asking,
    authorize_path,
    make_application,
    make_person,
    sign_in,
)
from xrm import db
from xrm.sts import TokenService
from xrm.sts.registration.people import delete_user, revoke_sessions

ADA = "ada@contoso.example"
EVIL_ORIGIN = (("origin", "https://evil.example"),)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    with profiled(tmp_path_factory.mktemp("pages"), "faithful") as found:
        yield found


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiled]:
    with profiled(tmp_path_factory.mktemp("pages-strict"), "strict") as found:
        yield found


def pages_of(at: Profiled) -> dict[str, Reply]:
    """Return every kind of answer that people see, by its name."""
    visitor, tenant = at.visitor(), f"/{at.tenant.tenant_id}"
    new = make_application(at.service, at.tenant, "Asks for consent")
    found = {"name": at.asked(visitor, application=new)}
    found["password"] = visitor.submit(found["name"], "name", username=ADA)
    found["wrong"] = visitor.submit(found["password"], "password", password="wrong")
    found["consent"] = visitor.submit(found["wrong"], "password", password=PASSWORD)
    found["told"] = visitor.submit(found["consent"], "accept")
    found["posted"] = silent(at, visitor, response_mode="form_post")
    found["not posted"] = silent(at, at.visitor(), response_mode="form_post")
    found["accounts"] = at.asked(visitor, prompt="select_account")
    found["failure"] = at.asked(visitor, redirect_uri="https://evil.example")
    found["forged"] = visitor.post(LOGIN, {"state": "x"})
    found["device"] = visitor.get("/common/oauth2/deviceauth")
    found["confirm"] = typed(visitor, device_of(at)["user_code"])
    found["done"] = visitor.submit(found["confirm"], "decline")
    found["native"] = visitor.get("/common/oauth2/nativeclient", "code=x")
    found["explained"] = visitor.get("/error", "code=50011")
    found["unknown"] = visitor.get("/error", "code=1")
    admin = {"client_id": str(at.desk.application_id), "scope": "openid"}
    found["approval"] = visitor.get(f"{tenant}/v2.0/adminconsent", admin)
    found["too large"] = visitor.send("POST", LOGIN, headers=(FORM,), body=b"x" * 70_000)
    found["method"] = visitor.send("PUT", f"{tenant}/oauth2/authorize")
    found["leave"] = visitor.get("/common/oauth2/logout", headers=(("sec-fetch-dest", "iframe"),))
    found["left"] = visitor.get("/common/oauth2/logout")
    return found


@pytest.fixture(scope="module")
def pages(at):
    return pages_of(at)


def test_no_answer_is_kept_sniffed_or_read_by_scripts_of_others(pages):
    for name, page in pages.items():
        lines = {key.lower(): value for key, value in page.response.headers}
        assert "no-store" in lines["cache-control"], name
        assert lines["x-content-type-options"] == "nosniff", name
        assert not [key for key in lines if key.startswith("access-control-")], name


def test_no_page_is_framed_or_runs_what_is_not_its_own(pages):
    shown = {name: page for name, page in pages.items() if page.text}
    assert len(shown) == len(pages) - 2  # a redirect and a refused method have none
    for name, page in shown.items():
        lines = {key.lower(): value for key, value in page.response.headers}
        policy = lines["content-security-policy"].split("; ")
        assert lines["x-frame-options"] == "DENY", name
        assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
        assert "unsafe" not in lines["content-security-policy"], name
        assert "style=" not in page.text, name
        assert " on" not in "".join(page.text.split("<")[1:]).partition(">")[0], name
        assert lines["referrer-policy"] == "strict-origin", name


def test_no_page_or_redirect_repeats_a_password(pages):
    assert not [name for name, page in pages.items() if PASSWORD in page.text + page.location]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "ET", "", "T, P"])
@pytest.mark.parametrize("path", ["authorize", "logout", "login", "deviceauth"])
def test_pages_take_no_other_methods_and_no_script_of_another_origin(at, method, path):
    place = LOGIN if path == "login" else f"/common/oauth2/{path}"
    lines = (*EVIL_ORIGIN, ("access-control-request-method", "POST"))
    query = "client_id=x"
    reply = at.visitor().send(method, place, query=query, headers=lines)
    assert (reply.status, reply.text) == (405, "")
    assert not [name for name, _ in reply.response.headers if name.lower().startswith("access-")]


def test_cookies_are_hidden_bound_to_the_host_and_named_by_the_server(at):
    visitor = browser_of(at, ADA)
    assert sorted(visitor.jar) == sorted(visitor.lines)
    mark = at.service.parts.mark
    found = {}
    for name, line in visitor.lines.items():
        first, *attributes = line.split("; ")
        found[name] = attributes
        assert len(first.partition("=")[2]) == 43
    assert found == {
        f"__Host-xrm-{mark}-browser": ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"],
        f"__Host-xrm-{mark}-session": ["Path=/", "Secure", "HttpOnly", "SameSite=None"],
    }


def test_another_server_on_this_host_neither_takes_nor_overwrites_the_cookies(at, strict, tmp_path):
    # Cookies do not mind ports: the browser sends each server those of both.
    database = db.open(f"sqlite://{tmp_path}", "sts", durable=False)
    other = TokenService(
        database,
        base_url="https://localhost:9443",
        clock=at.clock,
        ids=at.service.ids,
        sealing_key=bytes(32),
    )
    visitor = browser_of(at, ADA)
    before = dict(visitor.jar)
    there = Visitor(other, jar=visitor.jar)
    page = there.get("/common/oauth2/deviceauth")
    assert page.steps == ["code"]
    assert {name: visitor.jar[name] for name in before} == before
    assert len(visitor.jar) == 3
    assert "code" in silent(at, visitor).told
    other.close()
    database.close()


@pytest.mark.parametrize(
    "planted",
    [
        "%0d%0aSet-Cookie:%20a=b",
        "x",
        "x" * 42,
        "x" * 44,
        "a" * 5000,
        '"' + "x" * 41 + '"',
        "x" * 42 + "\u00e9",
        "",
    ],
)
def test_a_planted_cookie_is_replaced_and_writes_no_header(at, planted):
    visitor = at.visitor()
    names = [f"__Host-xrm-{at.service.parts.mark}-{what}" for what in ("browser", "session")]
    visitor.jar |= dict.fromkeys(names, planted)
    page = at.asked(visitor)
    assert page.steps[0] == "name"
    assert len(visitor.jar[names[0]]) == 43
    assert visitor.jar[names[0]] != planted
    assert all(value.isprintable() for _, value in page.response.headers)


def test_a_session_prepared_by_somebody_else_is_not_the_one_signed_in(at):
    attacker = browser_of(at, make_person(at.service, at.tenant, "mallory").user_principal_name)
    victim = at.visitor(jar=dict(attacker.jar))
    name = f"__Host-xrm-{at.service.parts.mark}-session"
    reply = sign_in(victim, at.asked(victim, prompt="login"), ADA)
    assert "code" in reply.told
    assert victim.jar[name] != attacker.jar[name]
    # The attacker's cookie is worth nothing any more, least of all Ada's session.
    assert silent(at, attacker).told["error"] == "login_required"


def test_a_session_of_before_a_sign_in_is_worth_nothing_after_it(at):
    visitor = browser_of(at, ADA)
    old = at.visitor(jar=dict(visitor.jar))
    assert "code" in sign_in(visitor, at.asked(visitor, prompt="login"), ADA).told
    assert silent(at, old).told["error"] == "login_required"
    assert "code" in silent(at, visitor).told


def test_an_old_cookie_is_worth_nothing_once_its_sessions_ended(at):
    for name, end in (("dora", revoke_sessions), ("emil", delete_user), ("fred", None)):
        person = make_person(at.service, at.tenant, name)
        visitor = browser_of(at, person.user_principal_name)
        kept = at.visitor(jar=dict(visitor.jar))
        if end is None:
            visitor.get("/common/oauth2/logout")
        else:
            end(at.service, person)
        assert silent(at, kept).told["error"] == "login_required"
        assert "password" not in at.asked(kept, login_hint=ADA).told


def steps_of_every_page(at: Profiled, visitor: Visitor) -> list[tuple[Reply, dict[str, str]]]:
    """Return pages as a victim has them open, with the post that would go on from each."""
    new = make_application(at.service, at.tenant, "Wants to be let in")
    sign = at.asked(at.visitor())
    consent = at.asked(visitor, application=new)
    device = typed(visitor, device_of(at)["user_code"])
    leave = visitor.get("/common/oauth2/logout", headers=(("sec-fetch-dest", "iframe"),))
    approval = visitor.get(
        f"/{at.tenant.tenant_id}/adminconsent", {"client_id": str(new.application_id)}
    )
    return [
        (sign, {"step": "name", "username": ADA}),
        (consent, {"step": "accept"}),
        (device, {"step": "accept"}),
        (leave, {"step": "sign-out"}),
        (approval, {"step": "accept"}),
    ]


@pytest.mark.parametrize("number", range(5), ids=["sign-in", "consent", "device", "leave", "admin"])
def test_no_form_is_forged_from_elsewhere(at, number):
    admin = administrator(at, f"grace{number}")
    visitor = browser_of(at, admin.user_principal_name)
    page, post = steps_of_every_page(at, visitor)[number]
    state, attacker = page.fields["state"], at.visitor()
    at.asked(attacker)
    jars = {
        # The victim's browser, as it posts for a page of another site: SameSite keeps the
        # binding back, though not the session.
        "another site": {k: v for k, v in visitor.jar.items() if k.endswith("-session")},
        "no cookies": {},
        "the attacker's": dict(attacker.jar),
    }
    for name, jar in jars.items():
        reply = at.visitor(jar=jar).post(LOGIN, {"state": state, **post})
        assert (reply.status, reply.number, reply.location) == (400, 165000, ""), name
    for origin in ("https://evil.example", "null", "http://localhost:8443", "https://localhost"):
        reply = visitor.post(LOGIN, {"state": state, **post}, headers=(("origin", origin),))
        assert (reply.number, reply.location) == (165000, ""), origin
    # An attacker's own state in the victim's browser: nobody is signed in as the attacker.
    theirs = at.asked(attacker).fields["state"]
    assert visitor.post(LOGIN, {"state": theirs, **post}).number == 165000
    for forged in ("", "x", "1.x", state[:-2]):
        assert visitor.post(LOGIN, {"state": forged, **post}).number == 50089
    assert "code" in silent(at, visitor).told


def test_a_form_of_another_kind_or_by_get_is_not_taken(at):
    visitor = at.visitor()
    state = at.asked(visitor).fields["state"]
    body = f"state={state}&step=name&username={ADA}".encode()
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
        reply = visitor.send("POST", LOGIN, headers=(("content-type", kind),), body=body)
        assert (reply.status, reply.number) == (400, 9002313)
    assert visitor.send("GET", LOGIN, query=body.decode()).status == 405
    # Fields in the address are nothing.
    reply = visitor.post(LOGIN, {"state": state}, query="step=name&username=" + ADA)
    assert "password" not in reply.steps


def test_a_page_that_was_open_too_long_is_not_gone_on_with(at):
    visitor = at.visitor()
    page = at.asked(visitor)
    at.clock.ahead += 1801
    try:
        assert visitor.submit(page, "name", username=ADA).number == 50089
    finally:
        at.clock.ahead -= 1801


def test_signing_out_by_a_picture_a_frame_or_a_script_signs_nobody_out(at):
    visitor = browser_of(at, ADA)
    for destination in ("image", "iframe", "empty", "script", "embed", "object"):
        lines = (("sec-fetch-dest", destination),)
        for query in ("", f"logout_hint={ADA}"):
            page = visitor.get("/common/oauth2/v2.0/logout", query, headers=lines)
            assert page.steps == ["sign-out", "stay"]
        assert "code" in silent(at, visitor).told


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_in_the_strict_profile_no_link_signs_anybody_out(strict, method):
    visitor = browser_of(strict, ADA)
    mine = make_person(strict.service, strict.tenant, f"own{method.lower()}").user_principal_name
    attacker = browser_of(strict, mine)
    code = silent(strict, attacker, scope="openid profile").told
    assert "code" in code
    hints = (f"logout_hint={ADA}", "", f"id_token_hint={'a.b.c'}", f"logout_hint={mine}")
    for hint in hints:
        if method == "GET":
            page = visitor.get("/common/oauth2/v2.0/logout", hint)
        else:
            form = dict([hint.split("=")]) if hint else {}
            page = visitor.post("/common/oauth2/v2.0/logout", form)
        assert page.steps == ["sign-out", "stay"]
        assert "code" in silent(strict, visitor).told


def test_a_journey_stays_what_it_was_begun_as(at):
    person = make_person(at.service, at.tenant, "tabs").user_principal_name
    visitor = browser_of(at, person)
    new = make_application(at.service, at.tenant, "Never agreed to")
    consent = at.asked(visitor, application=new)
    device = typed(visitor, device_of(at)["user_code"])
    name = at.asked(visitor, prompt="login")
    # Buttons of other pages do nothing but show the page again.
    assert visitor.submit(consent, "sign-out").heading == consent.heading
    assert visitor.submit(consent, "code", code="X" * 9).heading == consent.heading
    assert visitor.submit(device, "sign-out").heading == device.heading
    assert visitor.submit(name, "accept").location == ""
    # Nor do fields of an authorization request that are posted along.
    fields = asking(new, redirect_uri="https://evil.example", scope="openid", prompt="none")
    state = {key: value for key, value in fields.items() if key != "state"}
    again = visitor.submit(consent, "look", **state)
    assert again.heading == consent.heading
    assert "evil.example" not in again.text
    assert silent(at, visitor, new).told["error"] == "interaction_required"


def test_the_page_of_one_account_does_nothing_for_another_one_signed_in_since(at):
    first = make_person(at.service, at.tenant, "first").user_principal_name
    second = make_person(at.service, at.tenant, "second").user_principal_name
    visitor = browser_of(at, first)
    new = make_application(at.service, at.tenant, "Two tabs")
    consent = at.asked(visitor, application=new)
    assert first in consent.text.replace("<wbr>", "")
    visitor.get("/common/oauth2/logout")
    assert "code" in sign_in(visitor, at.asked(visitor), second).told
    page = visitor.submit(consent, "accept")
    # It is the second one's turn to be asked, by a page that names them.
    assert page.location == ""
    assert second in page.text.replace("<wbr>", "")
    assert silent(at, visitor, new).told["error"] == "interaction_required"


def test_no_key_of_an_account_chooses_who_is_not_there(at):
    visitor = browser_of(at, ADA)
    page = at.asked(visitor, prompt="select_account")
    [ada] = page.accounts
    others = make_person(at.service, at.tenant, "notthere")
    guessed = hashlib.sha256(str(others.object_id).encode()).hexdigest()[:16]
    assert hashlib.sha256(str(at.person.object_id).encode()).hexdigest()[:16] == ada
    for key in (guessed, "0" * 16, ada.upper(), ada[:-1], str(others.object_id)):
        reply = visitor.choose(page, key)
        assert reply.location == ""
        assert "name" in reply.steps
    assert "code" in visitor.choose(page, ada).told


def test_prompt_login_is_not_met_by_an_older_password(at):
    visitor = browser_of(at, ADA)
    for changes in ({"prompt": "login"}, {"max_age": "0"}):
        at.clock.ahead += 2
        page = at.asked(visitor, login_hint=ADA, **changes)
        assert "password" in page.steps
        # Neither by leaving the page, nor by choosing oneself again.
        for step in ("accept", "", "cancelled", "decline"):
            assert "code" not in visitor.submit(page, step).told
        chosen = visitor.choose(page, hashlib.sha256(
            str(at.person.object_id).encode()).hexdigest()[:16])  # fmt: skip
        assert "code" not in chosen.told


def test_an_application_learns_nothing_of_who_is_signed_in_but_what_it_may(at):
    unknown = make_application(at.service, at.tenant, "Curious")
    for hint in (None, ADA):
        told = silent(at, at.signed_in, unknown, login_hint=hint).told
        assert told["error"] == "interaction_required"
        assert "ada" not in str(told).lower().replace("data", "")
        assert str(at.person.object_id) not in str(told)
    assert silent(at, at.signed_in, unknown, login_hint="eve@contoso.example").told["error"] == (
        "login_required"
    )


def test_an_id_as_a_hint_tells_nobody_a_name(at):
    hint = str(at.person.object_id)
    page = at.asked(at.visitor(), login_hint=hint)
    assert "ada" not in page.text.replace("<wbr>", "")
    assert "name" in page.steps
    page = at.asked(browser_of(at, ADA), login_hint=hint, prompt="login")
    assert ADA in page.text.replace("<wbr>", "")


def test_an_authorization_request_by_post_is_the_same_request(at):
    fields = asking(at.desk, prompt="none")
    reply = at.signed_in.post(authorize_path(at.tenant), fields, headers=EVIL_ORIGIN)
    assert "code" in reply.told
    reply = at.signed_in.post(
        authorize_path(at.tenant), {"client_id": "x"}, query="client_id=" + fields["client_id"]
    )
    assert reply.number == 700016
