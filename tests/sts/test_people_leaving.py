"""Signing out, userinfo, and the pages that belong to no sign-in."""

import re
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from support.signing_in import (
    IMPERSONATION,
    NAMES_SESSION,
    REDIRECT,
    Visitor,
    asking,
    authorize_path,
    cheap_passwords,
    claims_of,
    make_application,
    make_person,
    redeem,
    sign_in,
)
from xrm.sts import registration
from xrm.sts.registration.people import amend_user

AFTER = "https://shop.example/bye?from=entra"
NOT_REGISTERED = "https://evil.example/"


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture
def scene(fresh):
    """Two people, and two applications that are told when they sign out."""
    service, tenant = fresh.service, fresh.tenant
    shop = make_application(
        service, tenant, "Shop", implicit_id_tokens=True,
        redirects={REDIRECT: "InstalledClient", AFTER: "Web"},
        logout_url="https://shop.example/signout?x=1", extras=NAMES_SESSION,
    )  # fmt: skip
    desk = make_application(
        service, tenant, "Other", implicit_id_tokens=True,
        logout_url="https://desk.example/out", extras=NAMES_SESSION,
    )  # fmt: skip
    for one in (shop, desk):
        registration.consent(service, tenant, one.application_id)
    return SimpleNamespace(
        world=fresh, service=service, tenant=tenant, shop=shop, desk=desk,
        ada=make_person(service, tenant, "ada"), bob=make_person(service, tenant, "bob"),
    )  # fmt: skip


def browser_of(scene, *pairs):
    """Return a browser in which people signed in to applications, and the last id token."""
    visitor, told = Visitor(scene.service), {}
    for person, application in pairs:
        fields = asking(
            application, response_type="id_token", nonce="n", login_hint=person.user_principal_name
        )
        page = visitor.get(authorize_path(scene.tenant), fields)
        told = sign_in(visitor, page, person.user_principal_name).told
    return visitor, told["id_token"]


def leave(scene, visitor, version="v2", *, post=False, **fields):
    middle = "oauth2/v2.0" if version == "v2" else "oauth2"
    path = f"/{scene.tenant.tenant_id}/{middle}/logout"
    return visitor.post(path, {"x": "1", **fields}) if post else visitor.get(path, fields)


def frames(page):
    return re.findall(r'<iframe[^>]* src="([^"]*)"', page.text)


def is_signed_in(scene, visitor, person):
    fields = asking(scene.shop, prompt="none", login_hint=person.user_principal_name)
    return visitor.get(authorize_path(scene.tenant), fields).error == ("", 0)


def onward(page):
    """Return where a page of goodbye goes on to."""
    found = re.search(r'<a [^>]*href="([^"]*)"[^>]*>', page.text)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("post", [False, True])
def test_somebody_signs_out(scene, version, post):
    visitor, token = browser_of(scene, (scene.ada, scene.shop), (scene.ada, scene.desk))
    page = leave(scene, visitor, version, post=post)
    assert (page.status, page.mode, onward(page)) == (200, "", "")
    assert not [name for name in visitor.jar if name.endswith("-session")]
    assert not is_signed_in(scene, visitor, scene.ada)
    sid = claims_of(token)["sid"]
    assert [one.replace("&amp;", "&") for one in frames(page)] == [
        f"https://shop.example/signout?x=1&sid={sid}", f"https://desk.example/out?sid={sid}",
    ]  # fmt: skip
    policy = dict(page.response.headers)["Content-Security-Policy"]
    assert "frame-src https://desk.example https://shop.example;" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("address", "state", "wanted"),
    [
        (AFTER, None, AFTER),
        (AFTER, "s t", f"{AFTER}&state=s+t"),
        ("http://localhost:7777", "x", "http://localhost:7777/?state=x"),
        (NOT_REGISTERED, "x", ""),
        (f"{AFTER}&more=1", None, ""),
        ("https://desk.example/out", None, ""),
        ("javascript:alert(1)", None, ""),
        ("//evil.example/", None, ""),
    ],
)
def test_where_the_browser_goes_on_to(scene, address, state, wanted):
    visitor, _ = browser_of(scene, (scene.ada, scene.shop))
    fields = {"state": state} if state else {}
    page = leave(scene, visitor, post_logout_redirect_uri=address, **fields)
    assert (page.status, page.number, page.location) == (200, 0, "")
    assert onward(page) == wanted
    assert not is_signed_in(scene, visitor, scene.ada)
    assert "evil.example" not in page.text


def test_nobody_signs_out(scene):
    page = leave(scene, Visitor(scene.service), post_logout_redirect_uri=AFTER)
    assert (page.status, page.number, onward(page), frames(page)) == (200, 0, "", [])


def test_of_several_accounts_one_is_chosen(scene):
    visitor, token = browser_of(scene, (scene.ada, scene.shop), (scene.bob, scene.desk))
    page = leave(scene, visitor)
    assert len(page.accounts) == 2
    assert is_signed_in(scene, visitor, scene.ada)
    # The last who signed in stands first.
    left = visitor.choose(page, page.accounts[0])
    assert frames(left) == [f"https://desk.example/out?sid={claims_of(token)['sid']}"]
    assert is_signed_in(scene, visitor, scene.ada)
    assert not is_signed_in(scene, visitor, scene.bob)
    leave(scene, visitor)
    assert not is_signed_in(scene, visitor, scene.ada)


@pytest.mark.parametrize("hint", ["id_token_hint", "logout_hint"])
def test_a_hint_spares_the_choice(scene, hint):
    visitor, token = browser_of(scene, (scene.ada, scene.shop), (scene.bob, scene.desk))
    value = token if hint == "id_token_hint" else scene.bob.user_principal_name
    scene.world.clock.now += 7200  # an expired id token names somebody as well
    page = leave(scene, visitor, **{hint: value})
    assert not page.accounts
    assert is_signed_in(scene, visitor, scene.ada)
    assert not is_signed_in(scene, visitor, scene.bob)


def test_hints_that_mean_nobody(scene):
    visitor, token = browser_of(scene, (scene.ada, scene.shop), (scene.bob, scene.desk))
    head, body, signature = token.split(".")
    for hint in (
        {"logout_hint": "dora@contoso.example"}, {"id_token_hint": "garbage"},
        {"id_token_hint": f"{head}.{body}.{signature[::-1]}"},
    ):  # fmt: skip
        assert len(leave(scene, visitor, **hint).accounts) == 2


def test_an_image_signs_nobody_out(scene):
    visitor, token = browser_of(scene, (scene.ada, scene.shop))
    path = f"/{scene.tenant.tenant_id}/oauth2/v2.0/logout"
    for kind in ("image", "iframe", "script"):
        page = visitor.get(path, {"id_token_hint": token}, headers=(("sec-fetch-dest", kind),))
        assert page.steps == ["sign-out", "stay"]
    assert is_signed_in(scene, visitor, scene.ada)
    assert visitor.submit(page, "stay").heading == "You are still signed in"
    visitor.submit(page, "sign-out")
    assert not is_signed_in(scene, visitor, scene.ada)


def test_strictly_somebody_is_asked_and_the_issuer_told(scene, reopen):
    visitor, token = browser_of(scene, (scene.ada, scene.shop))
    profile = replace(scene.service.profile, signs_out_at_once=False, answers_name_issuer=True)
    strict = Visitor(reopen(scene.world.database, profile=profile), jar=visitor.jar)
    page = leave(scene, strict)
    assert page.steps == ["sign-out", "stay"]
    page = leave(scene, strict, id_token_hint=token)
    (frame,) = frames(page)
    issuer = f"https%3A%2F%2Flocalhost%3A8443%2F{scene.tenant.tenant_id}%2Fv2.0"
    assert frame.replace("&amp;", "&").endswith(f"&iss={issuer}")
    strict.service.close()


@pytest.fixture
def told(scene):
    """Return a function that gets an access token for Graph with some scopes."""
    amend_user(
        scene.service, scene.ada,
        lambda one: replace(one, mail="ada@mail.example", given_name="Ada", surname="King"),
    )  # fmt: skip
    visitor, _ = browser_of(scene, (scene.ada, scene.shop))

    def told(scope):
        app = make_application(scene.service, scene.tenant, "Asks", requires=False)
        reply = visitor.get(authorize_path(scene.tenant), asking(app, scope=scope))
        if not reply.told.get("code"):
            reply = visitor.submit(reply, "accept")
        answer = redeem(scene.service, scene.tenant, app, code=reply.told["code"])
        return answer.document

    return told


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/oidc/userinfo", "/common/openid/userinfo"])
@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", ["sub"]),
        ("openid profile", ["sub", "name", "family_name", "given_name"]),
        ("openid email", ["sub", "email"]),
        ("openid profile email", ["sub", "name", "family_name", "given_name", "email"]),
    ],
)
def test_userinfo(scene, told, method, path, scope, names):
    answer = told(scope)
    bearer = ("authorization", f"Bearer {answer['access_token']}")
    reply = Visitor(scene.service).send(method, path, headers=(bearer,))
    assert (reply.status, list(reply.document)) == (200, names)
    wanted = {
        "sub": claims_of(answer["id_token"])["sub"], "name": "Ada", "family_name": "King",
        "given_name": "Ada", "email": "ada@mail.example",
    }  # fmt: skip
    assert reply.document == {name: wanted[name] for name in names}
    assert dict(reply.response.headers)["Access-Control-Allow-Origin"] == "*"


def test_userinfo_is_refused(scene, told):
    visitor = Visitor(scene.service)
    answer = told(f"{IMPERSONATION} openid")
    own = redeem(
        scene.service, scene.tenant, scene.world.application, grant_type="client_credentials",
        client_secret=scene.world.secret.reveal(), scope="https://graph.microsoft.com/.default",
    ).document["access_token"]  # fmt: skip
    for header, status in (
        (None, 401), ("Bearer ", 401), ("Bearer garbage", 401),
        (f"Bearer {answer['id_token']}", 401), (f"Bearer {answer['access_token']}", 401),
        (f"Bearer {own}", 403),
    ):  # fmt: skip
        headers = (("authorization", header),) if header else ()
        reply = visitor.get("/oidc/userinfo", headers=headers)
        assert (reply.status, list(reply.document)) == (status, ["error"])
        code = "InvalidAuthenticationToken" if status == 401 else "Authorization_RequestDenied"
        assert reply.document["error"]["code"] == code
        assert dict(reply.response.headers)["WWW-Authenticate"].split()[0] == "Bearer"


def test_the_page_programs_watch_for_their_answer(scene):
    native = "https://localhost:8443/common/oauth2/nativeclient"
    app = make_application(
        scene.service, scene.tenant, "Native", redirects={native: "InstalledClient"}
    )
    registration.consent(scene.service, scene.tenant, app.application_id)
    visitor, _ = browser_of(scene, (scene.ada, scene.shop))
    reply = visitor.get(authorize_path(scene.tenant), asking(app, redirect_uri=native))
    assert reply.target == native
    parts = urlsplit(reply.location)
    page = visitor.get(parts.path, parts.query)
    assert page.status == 200
    # What it is told is for the program alone.
    assert reply.told["code"] not in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("text", "status", "says"),
    [
        ("50011", 200, "AADSTS50011"), ("AADSTS50011", 200, "AADSTS50011"),
        ("aadsts9002325", 200, "AADSTS9002325"), ("240002", 200, "AADSTS240002"),
        ("1", 404, "no such number"), ("", 404, "no such number"),
        ("<script>", 404, "no such number"), ("9" * 5000, 404, "no such number"),
    ],
)  # fmt: skip
def test_error_numbers_are_explained(fresh, text, status, says):
    page = Visitor(fresh.service).get("/error", {"code": text})
    assert (page.status, says in page.text, "<script" in page.text) == (status, True, False)


@pytest.mark.parametrize(
    "path",
    ["/common/oauth2/deviceauth", "/common/oauth2/nativeclient", "/error"],
)
def test_pages_take_no_other_method(fresh, path):
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert Visitor(fresh.service).send(method, path).status == 405
