"""People of federated domains in a real browser: from Entra ID's page to their own, and back."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import pytest

from support import token_elements
from support.browser import Browser
from support.farms import PASSWORD_FIELD, USERNAME
from support.federating import DOMAIN, PASSIVE, Federated, federate, person_of
from support.served import Served, serving
from support.signing_in import VERIFIER, challenge
from xrm.cli.options import estate
from xrm.sts import registration
from xrm.wire.wsfed import results
from xrm.wire.wstrust import Lifetime
from xrm.wire.wstrust.versions import SAML_11_TYPE

REDIRECT = "http://localhost:8400"
FRED = f"fred@{DOMAIN}"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Return a server; the demonstration's domain is federated with its farm, one with another."""
    with serving("--memory", "--port", "0") as server:
        domain = server["username"].partition("@")[2]
        server.run("tenant", "domain", "federate", domain, domain, "--farm")
        with estate(Path(server["data_dir"]), None) as opened:
            tenant = registration.add_domain(opened.sts, opened.tenant, DOMAIN)
            federate(opened.sts, tenant)
            person_of(opened.sts, tenant, "fred")
        yield server


def request_of(served: Served, **more: str) -> str:
    """Return the address of an authorization request."""
    asked = {
        "client_id": served["public_client_id"],
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": f"{served['organization_url']}user_impersonation openid profile",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        "state": "as it was",
        **more,
    }
    return f"{served.tenant_authority}/oauth2/v2.0/authorize?{urlencode(asked)}"


def opened(served: Served, browser: Browser) -> Any:
    """Return a page; what comes to the application's address gets an empty answer."""
    page = browser.page(ca=served["ca_bundle"])
    page.route(f"{REDIRECT}/**", lambda route: route.fulfill(status=200, body="Signed in."))
    return page


def ended(page: Any) -> dict[str, str]:
    """Return what the application is told."""
    page.wait_for_url(f"{REDIRECT}/**")
    return dict(parse_qsl(urlsplit(page.url).query))


def token_for(served: Served, code: str) -> str:
    form = {
        "client_id": served["public_client_id"],
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    with served.http() as http:
        answer = http.post(f"{served.tenant_authority}/oauth2/v2.0/token", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def accept(page: Any) -> None:
    """Press the button of consent, where it is asked."""
    page.wait_for_load_state()
    if page.locator("button[value=accept]").count():
        page.click("button[value=accept]")


def test_from_the_name_to_the_farm_and_back(served: Served, browser: Browser) -> None:
    page = opened(served, browser)
    page.goto(request_of(served))
    page.fill("input[name=username]", served["username"])
    page.click("button[value=name]")
    page.wait_for_url("**/adfs/ls/**")
    assert page.input_value(f"input[name='{USERNAME}']") == served["username"]
    page.fill(f"input[name='{PASSWORD_FIELD}']", served["password"])
    page.press(f"input[name='{PASSWORD_FIELD}']", "Enter")
    accept(page)
    told = ended(page)
    assert told["state"] == "as it was"
    token = token_for(served, told["code"])
    assert jwt.decode(token, options={"verify_signature": False})["upn"] == served["username"]
    with served.http() as http:
        bearer = {"Authorization": f"Bearer {token}"}
        assert http.get(f"{served['web_api_url']}WhoAmI", headers=bearer).status_code == 200
    page.goto(request_of(served, login_hint=served["username"], prompt="login"))
    page.wait_for_url("**/adfs/ls/**")
    assert page.locator(f"input[name='{PASSWORD_FIELD}']").count() == 1


def test_a_sign_out_reaches_the_farm(served: Served, browser: Browser) -> None:
    page = opened(served, browser)
    page.goto(request_of(served, login_hint=served["username"]))
    page.fill(f"input[name='{PASSWORD_FIELD}']", served["password"])
    page.press(f"input[name='{PASSWORD_FIELD}']", "Enter")
    accept(page)
    ended(page)
    leave = {"post_logout_redirect_uri": f"{REDIRECT}"}
    page.goto(f"{served.tenant_authority}/oauth2/v2.0/logout?{urlencode(leave)}")
    page.wait_for_url(f"{REDIRECT}/**")
    page.goto(request_of(served, login_hint=served["username"]))
    page.wait_for_url("**/adfs/ls/**")
    assert page.locator(f"input[name='{PASSWORD_FIELD}']").count() == 1


def test_a_token_service_of_another_site(served: Served, browser: Browser) -> None:
    """Its page posts across sites: the cookie that binds the way back must come along."""
    page = opened(served, browser)

    def sign_in(route: Any) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        assert query["username"] == [FRED]
        route.fulfill(
            content_type="text/html", body=form(served, query["wctx"][0], query["wtrealm"][0])
        )

    page.route(f"{PASSIVE}**", sign_in)
    page.goto(request_of(served))
    page.fill("input[name=username]", FRED)
    page.click("button[value=name]")
    accept(page)
    token = token_for(served, ended(page)["code"])
    assert jwt.decode(token, options={"verify_signature": False})["upn"] == FRED


def form(served: Served, context: str, realm: str) -> str:
    """Return the page of the other token service, which posts its answer by itself."""
    with estate(Path(served["data_dir"]), None) as server:
        service = server.sts
        view = service.directory.singly()
        fred = view.user_named(FRED)
        assert fred is not None
        other = Federated.__new__(Federated)
        other.clock, other.fred = service.clock, fred
        now = service.clock()
        token = token_elements.text(other.token())
    lifetime = Lifetime(now, now + 600)
    text = results.write(token, realm=realm, lifetime=lifetime, kind=SAML_11_TYPE)
    fields = {"wa": "wsignin1.0", "wresult": text, "wctx": context}
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    address = f"{served['authority'].rstrip('/')}/login.srf"
    script = "<script>document.forms[0].submit()</script>"
    return f'<form method="post" action="{address}">{inputs}</form>{script}'
