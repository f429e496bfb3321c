"""Federated people at Entra ID's sign-in page: sent to their token service, and back."""

import html
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.federated_pages import BASE, FRED, LOGIN, begun, bring, sent_to, signed_in, token
from support.federating import AUDIENCE, DOMAIN, SIGN_OUT, Federated, federate, federated
from support.signing_in import PASSWORD, Visitor, claims_of, redeem, sign_in
from xrm.sts.audit import read_events


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory, build_world: Any) -> Iterator[Federated]:
    """A federated tenant; each test has browsers of its own, and tokens with ids of their own."""
    with federated(build_world, tmp_path_factory.mktemp("federated")) as found:
        yield found


def test_a_federated_name_leads_to_its_own_token_service(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    page = visitor.submit(begun(realm, visitor), "name", username=FRED)
    assert (page.status, page.heading) == (200, "Taking you to the sign-in page of Corp")
    message = sent_to(page)
    context = message.pop("wctx")
    assert context.startswith("estsredirect=2&estsrequest=1.")
    correlation = message.pop("client-request-id")
    assert len(correlation) == 36
    assert message == {"wa": "wsignin1.0", "wtrealm": AUDIENCE, "username": FRED}
    told = bring(realm, visitor, context, token(realm))
    assert told.told["state"] == "a state"
    answer = redeem(realm.service, realm.tenant, realm.application, code=told.told["code"])
    claims = claims_of(answer.document["access_token"])
    assert (claims["upn"], claims["amr"]) == (FRED, ["pwd"])


def test_the_way_back_is_bound_to_a_cookie_that_comes_from_another_site(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    begun(realm, visitor, login_hint=FRED)
    ((name, line),) = [one for one in visitor.lines.items() if one[0].endswith("-away")]
    assert name.startswith("__Host-")
    assert line.endswith("; Path=/; Secure; HttpOnly; SameSite=None")
    # The other cookies of the pages do not come from there.
    context = sent_to(begun(realm, visitor, login_hint=FRED))["wctx"]
    visitor.jar = {name: value for name, value in visitor.jar.items() if name.endswith("-away")}
    assert "code" in bring(realm, visitor, context, token(realm)).told


@pytest.mark.parametrize(
    ("changes", "username"),
    [
        ({"login_hint": FRED}, FRED),
        ({"login_hint": FRED.upper()}, FRED.upper()),
        ({"domain_hint": DOMAIN}, None),
        ({"whr": DOMAIN.upper()}, None),
        ({"login_hint": FRED, "domain_hint": "contoso.example"}, FRED),
        ({"domain_hint": DOMAIN, "prompt": "select_account"}, None),
    ],
)
def test_a_hint_leads_there_at_once(
    realm: Federated, changes: dict[str, str], username: str | None
) -> None:
    visitor = Visitor(realm.service)
    reply = begun(realm, visitor, **changes)
    assert reply.status == 302
    message = sent_to(reply)
    assert message.get("username") == username
    assert "wfresh" not in message
    assert "code" in bring(realm, visitor, message["wctx"], token(realm)).told


@pytest.mark.parametrize(
    "changes",
    [
        {"domain_hint": "contoso.example"},
        {"domain_hint": "nowhere.example"},
        {"domain_hint": "organizations"},
        {"domain_hint": f"x@{DOMAIN}."},
        {"login_hint": "maria@contoso.example", "domain_hint": DOMAIN},
        {"login_hint": DOMAIN},
    ],
)
def test_other_hints_lead_nowhere(realm: Federated, changes: dict[str, str]) -> None:
    reply = begun(realm, **changes)
    assert reply.status == 200
    assert {"name", "password"} & set(reply.steps)


def test_nobody_is_sent_anywhere_silently(realm: Federated) -> None:
    for hint in ({"login_hint": FRED}, {"domain_hint": DOMAIN}):
        reply = begun(realm, prompt="none", **hint)
        assert reply.error == ("login_required", 50058)


@pytest.mark.parametrize(
    ("changes", "minutes"),
    [
        ({"prompt": "login"}, "0"),
        ({"max_age": "0"}, "0"),
        ({"max_age": "600"}, "10"),
        ({"max_age": "659"}, "10"),
    ],
)
def test_how_fresh_the_sign_in_must_be(fresh: Any, changes: dict[str, str], minutes: str) -> None:
    realm = Federated.open(fresh)
    fresh.clock.now += 86_400
    visitor = Visitor(realm.service)
    message = sent_to(begun(realm, visitor, login_hint=FRED, **changes))
    assert message["wfresh"] == minutes
    old = realm.clock() - 60 * int(minutes) - 301
    stale = bring(realm, visitor, message["wctx"], token(realm, authenticated=old))
    assert stale.number == 50008
    good = bring(realm, visitor, message["wctx"], token(realm, authenticated=old + 2))
    assert "code" in good.told


def test_a_session_here_needs_no_other(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    assert "code" in signed_in(realm, visitor).told
    assert "code" in begun(realm, visitor).told
    assert "code" in begun(realm, visitor, prompt="none").told
    assert "code" in begun(realm, visitor, login_hint=FRED).told
    again = begun(realm, visitor, login_hint=FRED, prompt="login")
    assert sent_to(again)["wfresh"] == "0"


def test_who_signed_out_and_is_chosen_again_goes_there(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    signed_in(realm, visitor)
    page = begun(realm, visitor, login_hint="maria@contoso.example")
    sign_in(visitor, page, "maria@contoso.example")
    visitor.get("/common/oauth2/v2.0/logout", {"logout_hint": FRED})
    page = begun(realm, visitor, prompt="select_account")
    (fred,) = [key for key in page.accounts if "code" not in visitor.choose(page, key).told]
    assert sent_to(visitor.choose(page, fred))["username"] == FRED


def test_a_password_is_nothing_at_this_page(realm: Federated) -> None:
    """A form that was made for a password leads elsewhere, whether or not it is right."""
    visitor = Visitor(realm.service)
    page = begun(realm, visitor, login_hint="maria@contoso.example")
    page = visitor.submit(page, "other")
    state = page.fields["state"]
    visitor.post("/common/login", {"state": state, "step": "name", "username": FRED})
    for step in ("password", "change", "sign-in"):
        fields = {"username": FRED, "password": PASSWORD, "new_password": "N", "again": "N"}
        reply = visitor.post("/common/login", {"state": state, "step": step, **fields})
        assert "code" not in reply.told
        if step == "sign-in":
            assert sent_to(reply)["username"] == FRED


def test_a_request_too_long_to_go_along(realm: Federated) -> None:
    state = "".join(sha256(str(n).encode()).hexdigest() for n in range(170))
    reply = begun(realm, login_hint=FRED, state=state)
    assert reply.number == 90015


def test_methods(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    assert visitor.send("PUT", LOGIN).status == 405
    assert visitor.get(LOGIN).number == 50089


def test_a_device_is_signed_in_by_it(realm: Federated) -> None:
    form = {"client_id": str(realm.application.application_id), "scope": "openid profile"}
    begins = f"/{realm.tenant.tenant_id}/oauth2/v2.0/devicecode"
    shown = Visitor(realm.service).post(begins, form).document
    visitor = Visitor(realm.service)
    page = visitor.get("/common/oauth2/deviceauth")
    page = visitor.submit(page, "code", code=shown["user_code"])
    page = visitor.submit(page, "name", username=FRED)
    page = bring(realm, visitor, sent_to(page)["wctx"], token(realm))
    assert "accept" in page.steps, page.heading
    visitor.submit(page, "accept")
    answer = redeem(
        realm.service, realm.tenant, realm.application, device_code=shown["device_code"],
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
    )  # fmt: skip
    assert claims_of(answer.document["id_token"])["preferred_username"] == FRED


def test_a_sign_out_goes_on_to_where_they_signed_in(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    signed_in(realm, visitor)
    page = visitor.get(
        "/common/oauth2/v2.0/logout", {"post_logout_redirect_uri": "http://localhost"}
    )
    found = re.search(r'id="onward" href="([^"]*)"', page.text)
    assert found, page.heading
    address = urlsplit(html.unescape(found[1]))
    assert f"{address.scheme}://{address.netloc}{address.path}?leave=1" == SIGN_OUT
    message = dict(parse_qsl(address.query))
    assert (message["wa"], message["wtrealm"]) == ("wsignout1.0", AUDIENCE)
    back = urlsplit(message["wreply"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{BASE}/login.srf"
    assert begun(realm, visitor, prompt="none").error == ("login_required", 50058)
    end = visitor.get(back.path, back.query)
    assert end.heading == "You are signed out"
    assert 'href="http://localhost"' in end.text
    assert Visitor(realm.service).get(back.path, back.query).number == 165000


def test_who_is_managed_is_sent_nowhere_at_sign_out(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    sign_in(visitor, begun(realm, visitor), "maria@contoso.example")
    page = visitor.get("/common/oauth2/v2.0/logout")
    assert page.heading == "You are signed out"
    assert "sts.corp.example" not in page.text


def test_a_clean_up_ends_what_began_there(realm: Federated) -> None:
    visitor = Visitor(realm.service)
    signed_in(realm, visitor)
    page = begun(realm, visitor, login_hint="maria@contoso.example")
    sign_in(visitor, page, "maria@contoso.example")
    page = visitor.get(LOGIN, {"wa": "wsignoutcleanup1.0"}, headers=(("sec-fetch-dest", "iframe"),))
    assert page.status == 200
    policy = page.response.header("content-security-policy") or ""
    assert "frame-ancestors https://sts.corp.example" in policy
    silent = begun(realm, visitor, prompt="none", login_hint=FRED)
    assert silent.error == ("login_required", 50058)
    # Who has signed in here stays.
    assert "code" in begun(realm, visitor, prompt="none").told


def test_a_farm_without_a_brand_is_called_by_its_domain(fresh: Any) -> None:
    realm = Federated.open(fresh)
    federate(realm.service, realm.tenant, brand="")
    visitor = Visitor(realm.service)
    page = visitor.submit(begun(realm, visitor), "name", username=FRED)
    assert page.heading == f"Taking you to the sign-in page of {DOMAIN}"


def test_the_audit_tells_of_it(fresh: Any) -> None:
    realm = Federated.open(fresh)
    visitor = Visitor(realm.service)
    signed_in(realm, visitor)
    context = sent_to(begun(realm, visitor, login_hint=FRED, prompt="login"))["wctx"]
    bring(realm, visitor, context, token(realm, key="somebody else"))
    found = [
        (one.outcome, one.error, one.resource)
        for one in read_events(realm.service, limit=20)
        if one.operation == "sign-in"
    ]
    assert sorted(found) == [("done", 0, FRED), ("refused", 50013, FRED)]
