"""What sign-ins must not leave behind, in logs or anywhere: passwords, codes, tokens, cookies."""

import logging
from pathlib import Path

import pytest

from support.attacking import (
    DEVICE_GRANT,
    device_of,
    password_grant,
    silent,
    typed,
)
from support.profiled import PAGE, Profiled, profiled
from support.signing_in import (
    PASSWORD,
    VERIFIER,
    Visitor,
    make_person,
    redeem,
    sign_in,
)
from xrm.model.secret import Secret
from xrm.sts import TokenService
from xrm.sts.accounts import proof
from xrm.sts.audit import read_events
from xrm.sts.handles import codes
from xrm.sts.model import V2, Trace
from xrm.sts.signin import answering
from xrm.sts.signin.journey import Browser, BrowserRequest

ADA = "ada@contoso.example"
WRONG, NEW = "a-Wrong-password-1", "Another-horse-7"
ORIGIN = (("origin", "http://localhost"),)


@pytest.fixture(params=["faithful", "strict"])
def at(request, tmp_path):
    with profiled(tmp_path, request.param) as found:
        yield found


class Watching(Visitor):
    """A browser that remembers every cookie, form state and answer it has seen."""

    def __init__(self, service: TokenService) -> None:
        super().__init__(service)
        self.seen: set[str] = set()
        self.shown: list[str] = []

    def send(self, *arguments, **options):
        reply = super().send(*arguments, **options)
        self.seen |= set(self.jar.values())
        self.seen |= (
            {reply.fields["state"]} if "state" in reply.fields and not reply.mode else set()
        )
        told = reply.told if reply.mode else {}
        self.seen |= {told[name] for name in ("code", "access_token", "id_token") if name in told}
        if not reply.mode and reply.status < 500:
            self.shown.append(reply.text)
        return reply


def every_flow(at: Profiled) -> Watching:
    """Go through everything people do, right and wrong; return the browser it was done with."""
    visitor = Watching(at.service)
    seen = visitor.seen
    page = visitor.submit(at.asked(visitor), "name", username=ADA)
    page = visitor.submit(page, "password", password=WRONG)
    reply = sign_in(visitor, page, ADA, keep=True)
    for changes in ({"code_verifier": "x" * 43}, {}, {}):
        answer = redeem(at.service, at.tenant, at.desk, code=reply.told["code"], **changes)
        document = answer.document
        seen |= {
            document[n] for n in document if n in ("access_token", "refresh_token", "id_token")
        }
        if "refresh_token" in document:
            token = document["refresh_token"]
            redeem(at.service, at.tenant, at.desk, refresh_token=token)
            hint = {"id_token_hint": document["id_token"]}
            visitor.get("/oidc/userinfo", headers=(("authorization", f"Bearer {token}"),))
    redeem(at.service, at.tenant, at.desk, refresh_token=token)
    for mode in ("query", "fragment", "form_post"):
        silent(at, visitor, response_mode=mode, nonce="n", scope="openid", response_type="id_token")
        silent(at, visitor, response_mode=mode)
    page = at.asked(visitor, application=at.page, redirect_uri=PAGE)
    code = sign_in(visitor, page, ADA).told["code"]
    redeem(at.service, at.tenant, at.page, code=code, redirect_uri=PAGE, headers=ORIGIN)
    password_grant(at, ADA)
    password_grant(at, ADA, WRONG)
    device = device_of(at)
    seen |= {device["device_code"]}
    form = {"grant_type": DEVICE_GRANT, "device_code": device["device_code"]}
    redeem(at.service, at.tenant, at.desk, **form)
    sign_in(visitor, typed(visitor, device["user_code"]), ADA)
    redeem(at.service, at.tenant, at.desk, **form)
    late = make_person(at.service, at.tenant, "late", must_change_password=True)
    other = Watching(at.service)
    page = at.asked(other, login_hint=late.user_principal_name)
    page = other.submit(page, "password", password=PASSWORD)
    other.submit(page, "change", password=WRONG, new_password=NEW, again=NEW)
    other.submit(page, "change", password=PASSWORD, new_password=NEW, again=NEW)
    visitor.get("/common/oauth2/v2.0/logout", hint)
    visitor.shown += other.shown
    visitor.seen |= other.seen | {PASSWORD, WRONG, NEW, VERIFIER, at.secret}
    return visitor


def parts(seen: set[str]) -> set[str]:
    """Return what was seen and its parts: half a token is half of what an attacker needs."""
    return {part for text in seen for part in (text, *text.split(".")) if len(part) > 11}


def test_nothing_secret_is_logged(at, caplog):
    caplog.set_level(logging.DEBUG)
    hidden = parts(every_flow(at).seen)
    assert len(hidden) > 40
    assert not [text for text in hidden if text in caplog.text]


def test_nothing_secret_is_in_the_audit(at):
    hidden = parts(every_flow(at).seen)
    seen = repr(read_events(at.service, limit=1000))
    assert "operation='authorize'" in seen
    assert not [text for text in hidden if text in seen]


def test_nothing_secret_is_kept_in_the_database(at, tmp_path: Path):
    hidden = parts(every_flow(at).seen)
    at.service.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert b"ada@contoso.example" in kept
    assert b"$argon2id$v=19$m=65536,t=3" in kept
    assert not [text for text in hidden if text.encode() in kept]


def test_no_page_shows_a_secret_of_the_browser_or_a_password(at):
    visitor = every_flow(at)
    states = {text for text in visitor.seen if text.startswith("1.")}
    hidden = parts(visitor.seen - states)
    assert len(visitor.shown) > 10
    assert not [text for text in hidden for page in visitor.shown if text in page]


@pytest.mark.parametrize(
    ("where", "name"),
    [(proof, "verify_password"), (codes, "check_challenge"), (answering, "fields")],
)
def test_nothing_secret_is_logged_or_shown_when_the_service_fails(
    at, caplog, monkeypatch, where, name
):
    caplog.set_level(logging.DEBUG)
    visitor = Watching(at.service)
    page = at.asked(visitor, login_hint=ADA)
    reply = sign_in(visitor, page, ADA)

    def broken(*_arguments, **_options):
        raise RuntimeError("an inner detail")

    monkeypatch.setattr(where, name, broken)
    answers = [
        redeem(at.service, at.tenant, at.desk, code=reply.told["code"]).text,
        visitor.submit(page, "password", password=PASSWORD).text,
        silent(at, visitor).text,
    ]
    assert "an inner detail" in caplog.text
    assert any("50000" in text for text in answers)
    assert "an inner detail" not in str(answers)
    hidden = parts(visitor.seen | {PASSWORD, VERIFIER})
    assert not [text for text in hidden if text in caplog.text]


def test_no_record_of_a_request_shows_what_it_holds():
    browser = Browser(Secret("the binding"), Secret("the session"))
    request = BrowserRequest(
        "authorize", V2, "common", {"password": "the password"}, browser, Trace("", "")
    )
    assert "the " not in f"{request!r}{browser!r}"


def test_two_sign_ins_have_no_secret_in_common(at):
    first, second = (every_one(at) for _ in range(2))
    assert not first & second


def every_one(at: Profiled) -> set[str]:
    visitor = Watching(at.service)
    reply = sign_in(visitor, at.asked(visitor), ADA)
    answer = redeem(at.service, at.tenant, at.desk, code=reply.told["code"]).document
    return visitor.seen | {answer["refresh_token"], answer["access_token"]}
