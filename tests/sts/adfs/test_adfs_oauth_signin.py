"""The authorize and logout endpoints of a farm: pages, prompts, sessions, refusals."""

from collections.abc import Iterator

import pytest

from support.farm_clients import (
    ADA,
    GRACE,
    NATIVE,
    NATIVE_REDIRECT,
    PAGE_REDIRECT,
    SPA,
    WEB,
    WEB_REDIRECT,
    Desk,
)
from support.farms import PASSWORD_FIELD, SITE, USERNAME, action_of, farms_in, give_password
from support.signing_in import Reply, cheap_passwords
from xrm.sts.adfs.oauth import clients

AUTHORITY = "https://localhost:8443/adfs"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with cheap_passwords(), farms_in(tmp_path_factory.mktemp("oauth")) as farms:
        yield Desk(farms)


def heading(reply: Reply) -> str:
    """Return the number that a page of failure shows."""
    start = reply.text.index('<p class="number">') + len('<p class="number">')
    return reply.text[start : reply.text.index("</p>", start)]


def test_the_page_is_the_farms_own(desk: Desk) -> None:
    page = desk.browse(desk.farms.visitor(), resource=SITE)
    assert page.status == 200
    assert "<title>Sign in" in page.text
    assert "Contoso" in page.text
    path, query = action_of(page)
    assert (path, "client_id=" in query) == ("/adfs/oauth2/authorize", True)
    assert {USERNAME, PASSWORD_FIELD} <= set(page.fields) | {PASSWORD_FIELD}


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"client_id": "nobody"}, "MSIS9223"),
        ({"client_id": None}, "MSIS9604"),
        ({"redirect_uri": "http://localhost:8401"}, "MSIS9224"),
        ({"redirect_uri": "http://localhost:8400/"}, "MSIS9224"),
        ({"redirect_uri": "http://localhost:8400?x=1"}, "MSIS9224"),
        ({"redirect_uri": "HTTP://localhost:8400"}, "MSIS9224"),
        ({"redirect_uri": "http://localhost:8400@evil.example"}, "MSIS9224"),
        ({"redirect_uri": "https://web.example/signin-oidc"}, "MSIS9224"),
        ({"client_id": WEB}, "MSIS9224"),
        ({"prompt": "select_account"}, "MSIS9604"),
        ({"response_type": None}, "MSIS9604"),
        ({"state": "x" * 13_000}, "MSIS9604"),
    ],
)
def test_a_person_is_shown_what_the_client_may_not_be_told(
    desk: Desk, changes: dict[str, str | None], number: str
) -> None:
    reply = desk.browse(desk.farms.visitor(), **changes)
    assert (reply.status, reply.location) == (400, "")
    assert heading(reply) == number


def test_a_refusal_shows_what_was_sent_as_text_only(desk: Desk) -> None:
    sent = '"><script>alert(1)</script>'
    reply = desk.browse(desk.farms.visitor(), client_id=sent)
    assert sent not in reply.text
    assert "&lt;script&gt;" in reply.text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"response_type": "magic"}, "unsupported_response_type"),
        ({"response_mode": "magic"}, "invalid_request"),
        ({"response_type": "id_token"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
    ],
)
def test_the_client_is_told_the_rest(desk: Desk, changes: dict[str, str | None], told: str) -> None:
    reply = desk.browse(desk.farms.visitor(), **changes)
    assert reply.told["error"] == told
    assert reply.told["state"] == "a state"
    assert reply.told["error_description"].startswith("MSIS")
    assert "error_uri" not in reply.told


def test_an_unknown_party_and_a_scope_beyond_are_refused_after_the_sign_in(desk: Desk) -> None:
    visitor = desk.farms.visitor()
    page = desk.browse(visitor, resource="https://nowhere.example")
    assert heading(give_password(visitor, page, ADA)) == "MSIS9329"
    told = desk.browse(visitor, scope=f"{SITE}/vpn_cert").told
    assert told["error"] == "invalid_scope"
    assert told["error_description"].startswith("MSIS9321")


def test_a_session_serves_the_next_client_and_none_is_silent(desk: Desk) -> None:
    visitor = desk.farms.visitor()
    silent = desk.browse(visitor, prompt="none")
    assert silent.told["error"] == "interaction_required"
    give_password(visitor, desk.browse(visitor), ADA)
    web = {"client_id": WEB, "redirect_uri": WEB_REDIRECT}
    assert "code" in desk.browse(visitor, **web).told
    assert "code" in desk.browse(visitor, prompt="none").told
    again = desk.browse(visitor, prompt="login")
    assert action_of(again)[0] == "/adfs/oauth2/authorize"
    assert "code" in give_password(visitor, again, ADA).told


def test_a_login_hint_stands_in_the_page(desk: Desk) -> None:
    page = desk.browse(desk.farms.visitor(), login_hint=ADA)
    assert f'value="{ADA}"' in page.text


@pytest.mark.parametrize("username", [GRACE, "nobody@contoso.example", "FABRIKAM\\grace", ""])
def test_nobody_else_signs_in(desk: Desk, username: str) -> None:
    visitor = desk.farms.visitor()
    page = give_password(visitor, desk.browse(visitor), username)
    assert page.status == 200
    assert action_of(page)[0] == "/adfs/oauth2/authorize"
    assert "MSISAuth-" not in str(visitor.jar)


def test_the_page_of_another_browser_or_origin_is_not_taken(desk: Desk) -> None:
    mine, theirs = desk.farms.visitor(), desk.farms.visitor()
    page = desk.browse(mine)
    assert give_password(theirs, page, ADA).status == 400
    path, query = action_of(page)
    filled = {**page.fields, USERNAME: ADA, PASSWORD_FIELD: "Correct-horse-9"}
    origin = (("origin", "https://evil.example"),)
    assert mine.post(path, filled, query=query, headers=origin).status == 400


def test_a_request_may_be_posted(desk: Desk) -> None:
    visitor = desk.farms.visitor()
    page = visitor.post(desk.path("authorize/"), desk.asking())
    assert "code" in give_password(visitor, page, ADA).told


def test_other_methods_are_not_taken(desk: Desk) -> None:
    for end in ("authorize", "logout", "deviceauth"):
        assert desk.farms.visitor().send("PUT", desk.path(end)).status == 405
    assert desk.farms.visitor().send("GET", desk.path("token")).status == 405


def test_signing_out_ends_the_session_and_returns_where_it_is_registered(desk: Desk) -> None:
    visitor = desk.farms.visitor()
    give_password(visitor, desk.browse(visitor), ADA)
    back = {"post_logout_redirect_uri": NATIVE_REDIRECT, "state": "s"}
    reply = visitor.get(desk.path("logout"), back)
    assert f'href="{NATIVE_REDIRECT}' in reply.text
    assert desk.browse(visitor, prompt="none").told["error"] == "interaction_required"


@pytest.mark.parametrize("address", ["https://evil.example/", "http://localhost:8401", "evil"])
def test_signing_out_leads_nowhere_else(desk: Desk, address: str) -> None:
    visitor = desk.farms.visitor()
    give_password(visitor, desk.browse(visitor), ADA)
    reply = visitor.get(desk.path("logout"), {"post_logout_redirect_uri": address})
    assert reply.status == 200
    assert address not in reply.text


def test_an_id_token_leads_back_after_the_session_is_over(desk: Desk) -> None:
    document = desk.by_password(scope="openid").document
    asked = {
        "post_logout_redirect_uri": NATIVE_REDIRECT,
        "id_token_hint": document["id_token"],
    }
    reply = desk.farms.visitor().get(desk.path("logout"), asked)
    assert f'href="{NATIVE_REDIRECT}' in reply.text
    bare = asked | {"id_token_hint": document["access_token"]}
    assert NATIVE_REDIRECT not in desk.farms.visitor().get(desk.path("logout"), bare).text


def test_clients_are_told_of_a_sign_out(desk: Desk) -> None:
    clients.add(
        desk.farms.service,
        desk.farm,
        client_id="told",
        name="Told",
        kind="confidential",
        redirect_uris=("https://told.example/in",),
        logout_url="https://told.example/out",
    )
    visitor = desk.farms.visitor()
    asked = {"client_id": "told", "redirect_uri": "https://told.example/in"}
    give_password(visitor, desk.browse(visitor, **asked), ADA)
    reply = visitor.get(desk.path("logout"))
    assert 'src="https://told.example/out?sid=' in reply.text


def test_the_farm_below_a_domain_is_a_farm_of_its_own(desk: Desk) -> None:
    if not hasattr(desk, "second"):
        vars(desk)["second"] = Desk(desk.farms, other=True)
    second: Desk = vars(desk)["second"]
    visitor = desk.farms.visitor()
    give_password(visitor, desk.browse(visitor), ADA)
    page = second.browse(visitor)
    assert action_of(page)[0] == "/fabrikam.example/adfs/oauth2/authorize"
    reply = give_password(visitor, page, GRACE)
    answer = second.redeem(code=reply.told["code"])
    assert answer.status == 200
    assert answer.document["resource"] == "urn:microsoft:userinfo"


def test_a_page_of_a_single_page_application_redeems_with_its_origin(desk: Desk) -> None:
    visitor = desk.farms.visitor()
    asked = {"client_id": SPA, "redirect_uri": PAGE_REDIRECT}
    told = give_password(visitor, desk.browse(visitor, **asked), ADA).told
    changes = {"code": told["code"], "client_id": SPA, "redirect_uri": PAGE_REDIRECT}
    answer = desk.redeem(headers=(("origin", "https://page.example"),), **changes)
    assert answer.status == 200
    lines = dict(answer.response.headers)
    assert lines["Access-Control-Allow-Origin"] == "https://page.example"
    assert "Access-Control-Allow-Credentials" not in lines


def test_the_name_of_the_client_is_on_the_page(desk: Desk) -> None:
    assert NATIVE in desk.browse(desk.farms.visitor()).text
