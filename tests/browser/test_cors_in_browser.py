"""What a script of another origin may ask and read, as Chromium decides it by the answers.

Allowed are the Web API and the endpoints a script needs to get tokens, refused what people sign
in at, and SOAP and OData v2. The script's site is 127.0.0.1, the services' localhost.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest

from support.browser import Browser
from support.foreign_script import Script, heard
from support.served import Served, serving
from support.static_site import ELSEWHERE, static_site

PAGES = {
    "/": "<!doctype html><title>Script</title><link rel=icon href='data:,'>",
    "/sandbox": "<!doctype html><title>Sandbox</title><link rel=icon href='data:,'>"
    "<iframe sandbox=allow-scripts srcdoc='<p>nobody'></iframe>",
}
# Readable without being exposed (Fetch standard, CORS-safelisted response-header name).
ALWAYS_READABLE = {"cache-control", "content-length", "content-type", "expires", "pragma"}
NO_ORIGIN = "No 'Access-Control-Allow-Origin' header is present"
NO_WILDCARD = "must not be the wildcard '*' when the request's credentials mode is 'include'"
NO_LEAD = "leads(7b476f32-c5db-4a48-b799-d1cb8536aaf0)"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# What dynamics-web-api, the .NET client and people's own pages send.
ODATA = {
    "Accept": "application/json",
    "Content-Type": "application/json; charset=utf-8",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
    "If-None-Match": "null",
    "MSCRM.SuppressDuplicateDetection": "false",
    "x-ms-client-request-id": "0a1b2c3d-0000-4000-8000-000000000000",
}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0") as server:
        yield server


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with static_site(PAGES) as site:
        yield site.origin(ELSEWHERE)


@pytest.fixture
def page(browser: Browser, served: Served) -> Any:
    return browser.page(ca=served["ca_bundle"])


@pytest.fixture
def script(page: Any, origin: str) -> Script:
    page.goto(f"{origin}/")
    return heard(page, page.main_frame)


@pytest.fixture(scope="module")
def token(served: Served) -> Callable[..., str]:
    """Return what gets a service's token for the organization."""

    def of(client: str = "client") -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": served[f"{client}_id"],
            "client_secret": served[f"{client}_secret"],
            "resource": served["organization_url"],
        }
        with served.http() as http:
            answer = http.post(f"{served.tenant_authority}/oauth2/token", data=form)
        return str(answer.json()["access_token"])

    return of


@pytest.fixture(scope="module")
def bearer(token: Callable[..., str]) -> dict[str, str]:
    return {**ODATA, "Authorization": f"Bearer {token()}"}


def entra(served: Served, path: str) -> str:
    """Return an address of the token service; `{tenant}` stands for the tenant."""
    parts = urlsplit(served["authority"])
    return f"{parts.scheme}://{parts.netloc}/" + path.format(tenant=served["tenant_id"])


def password_form(served: Served, scope: str) -> dict[str, str]:
    return {
        "grant_type": "password",
        "client_id": served["public_client_id"],
        "username": served["username"],
        "password": served["password"],
        "scope": scope,
    }


def test_a_script_creates_reads_changes_and_deletes(script: Script, served: Served, bearer: Any):
    leads = f"{served['web_api_url']}leads"
    created = script.ask(leads, "POST", headers=bearer, body='{"subject": "By a script"}')
    assert created.status == 204
    lead = created.headers["odata-entityid"]
    assert lead == created.headers["location"]
    assert lead.startswith(f"{leads}(")

    annotated = {**bearer, "Prefer": 'odata.include-annotations="*"'}
    read = script.ask(f"{lead}?$select=subject,statuscode", headers=annotated)
    assert read.json["statuscode@OData.Community.Display.V1.FormattedValue"] == "New"
    assert read.headers["preference-applied"] == 'odata.include-annotations="*"'
    assert read.headers["etag"] == read.json["@odata.etag"]

    known = {**bearer, "If-Match": read.headers["etag"], "Prefer": "return=representation"}
    changed = script.ask(f"{lead}?$select=subject", "PATCH", headers=known, body='{"subject":"b"}')
    assert (changed.status, changed.json["subject"]) == (200, "b")
    assert changed.headers["preference-applied"] == "return=representation"

    put = script.ask(f"{lead}/subject", "PUT", headers=bearer, body='{"value": "c"}')
    assert put.status == 204
    assert script.ask(f"{lead}/subject", headers=bearer).json["value"] == "c"

    assert script.ask(lead, "DELETE", headers=bearer).status == 204
    assert script.ask(lead, headers=bearer).error == (404, "0x80040217")


def test_a_script_reads_the_headers_that_are_exposed_and_no_others(
    script: Script, served: Served, bearer: Any
):
    headers = {"Authorization": bearer["Authorization"], "Prefer": "odata.maxpagesize=1"}
    address = f"{served['web_api_url']}leads?$select=subject"
    read = script.ask(address, headers=headers)
    assert set(read.headers) - ALWAYS_READABLE == {
        "odata-version",
        "preference-applied",
        "req_id",
    }
    with served.http() as http:
        sent = set(http.get(address, headers=headers).headers)
    hidden = {
        "x-ms-ratelimit-burst-remaining-xrm-requests",
        "x-ms-ratelimit-time-remaining-xrm-requests",
        "x-ms-service-request-id",
        "x-ms-dop-hint",
    }
    assert hidden <= sent


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "expected"),
    [
        ("GET", "leads?$select=nosuch", {}, None, (400, "0x80060888")),
        ("POST", "leads", {}, '{"nosuch": 1}', (400, "0x80048d19")),
        ("GET", "nosuch", {}, None, (404, "0x80060888")),
        ("GET", NO_LEAD, {}, None, (404, "0x80040217")),
        ("PATCH", NO_LEAD, {"If-Match": "*"}, "{}", (404, "0x80040217")),
        ("PATCH", "{lead}", {"If-Match": 'W/"1"'}, '{"subject":"x"}', (412, "0x80060882")),
        ("PATCH", "{lead}", {"If-None-Match": "*"}, "{}", (412, "0x80040237")),
        ("DELETE", "leads", {}, None, (405, "0x80060888")),
    ],
)
def test_a_script_reads_errors(
    script: Script,
    served: Served,
    bearer: Any,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str | None,
    expected: tuple[int, str],
):
    api = served["web_api_url"]
    if path == "{lead}":
        made = script.ask(f"{api}leads", "POST", headers=bearer, body='{"subject": "There"}')
        path = made.headers["odata-entityid"].removeprefix(api)
    found = script.ask(f"{api}{path}", method, headers={**bearer, **headers}, body=body)
    assert found.error == expected
    assert found.headers["req_id"]


def test_a_script_reads_that_somebody_may_not(
    script: Script, served: Served, token: Callable[..., str]
):
    headers = {**ODATA, "Authorization": f"Bearer {token('no_user_client')}"}
    answer = script.ask(f"{served['web_api_url']}WhoAmI", headers=headers)
    assert answer.error == (403, "0x80072560")


@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer nonsense"}], ids=["none", "bad"])
def test_a_script_reads_401_but_not_its_challenge(
    script: Script, served: Served, sent: dict[str, str]
):
    # The challenge is not among the headers that the service exposes.
    answer = script.ask(f"{served['web_api_url']}WhoAmI", headers={**ODATA, **sent})
    assert (answer.status, answer.body) == (401, "HTTP Error 401 - Unauthorized: Access is denied")
    assert answer.headers["req_id"]
    assert "www-authenticate" not in answer.headers


def test_a_sandboxed_script_has_an_origin_too(page: Any, origin: str, served: Served, bearer: Any):
    page.goto(f"{origin}/sandbox")
    script = heard(page, page.frames[1])
    assert script.frame.evaluate("self.origin") == "null"
    assert script.ask(f"{served['web_api_url']}WhoAmI", headers=bearer).status == 200
    document = entra(served, "{tenant}/v2.0/.well-known/openid-configuration")
    assert script.ask(document).json["token_endpoint"].endswith("/token")
    form = urlencode({"grant_type": "client_credentials"})
    told = script.ask(entra(served, "{tenant}/oauth2/token"), "POST", headers=FORM, body=form)
    assert (told.status, told.json["error_codes"]) == (400, [900144])


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("{tenant}/.well-known/openid-configuration", "jwks_uri"),
        ("{tenant}/v2.0/.well-known/openid-configuration", "jwks_uri"),
        ("common/v2.0/.well-known/openid-configuration", "jwks_uri"),
        ("{tenant}/discovery/keys", "keys"),
        ("{tenant}/discovery/v2.0/keys", "keys"),
        ("common/userrealm/sales@contoso.localhost?api-version=1.0", "account_type"),
    ],
)
def test_a_script_reads_public_documents(script: Script, served: Served, path: str, member: str):
    # A header of the script's own makes the browser ask first.
    answer = script.ask(entra(served, path), headers={"x-client-SKU": "msal.js.browser"})
    assert (answer.status, member in answer.json) == (200, True)


def test_a_script_reads_instance_discovery(script: Script, served: Served):
    asked = {
        "api-version": "1.1",
        "authorization_endpoint": entra(served, "{tenant}/oauth2/v2.0/authorize"),
    }
    answer = script.ask(entra(served, f"common/discovery/instance?{urlencode(asked)}"))
    assert answer.json["tenant_discovery_endpoint"].startswith(entra(served, ""))


def test_a_script_reads_that_a_tenant_is_unknown(script: Script, served: Served):
    path = "nosuch.example/v2.0/.well-known/openid-configuration"
    answer = script.ask(entra(served, path))
    assert (answer.status, answer.json["error"]) == (400, "invalid_tenant")
    assert answer.json["error_codes"] == [90002]


@pytest.mark.parametrize("version", ["oauth2/token", "oauth2/v2.0/token"])
def test_a_script_gets_tokens_and_reads_errors(script: Script, served: Served, version: str):
    form = password_form(served, "openid")
    headers = {**FORM, "client-request-id": str(uuid4()), "x-client-SKU": "MSAL.JS"}
    address = entra(served, f"{{tenant}}/{version}")
    given = script.ask(address, "POST", headers=headers, body=urlencode(form))
    assert (given.status, given.json["token_type"]) == (200, "Bearer")
    assert given.headers["x-ms-request-id"]

    form["password"] = "wrong"
    told = script.ask(address, "POST", headers=headers, body=urlencode(form))
    assert (told.status, told.json["error"], told.json["error_codes"]) == (
        400,
        "invalid_grant",
        [50126],
    )
    assert told.headers["x-ms-request-id"] == told.json["trace_id"]


@pytest.mark.parametrize("path", ["{tenant}/openid/userinfo", "oidc/userinfo"])
def test_a_script_asks_who_is_signed_in(script: Script, served: Served, path: str):
    form = password_form(served, "openid profile")
    endpoint = entra(served, "{tenant}/oauth2/v2.0/token")
    given = script.ask(endpoint, "POST", headers=FORM, body=urlencode(form)).json["access_token"]
    found = script.ask(entra(served, path), headers={"Authorization": f"Bearer {given}"})
    assert found.status == 200
    assert found.json["sub"]
    refused = script.ask(entra(served, path), headers={"Authorization": "Bearer nonsense"})
    assert refused.error == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize("version", ["oauth2/devicecode", "oauth2/v2.0/devicecode"])
def test_a_script_begins_with_a_device_code(script: Script, served: Served, version: str):
    address = entra(served, f"{{tenant}}/{version}")
    form = {"client_id": served["public_client_id"], "scope": "openid"}
    if "v2.0" not in version:
        form["resource"] = served["organization_url"]
    given = script.ask(address, "POST", headers=FORM, body=urlencode(form))
    assert (given.status, "user_code" in given.json) == (200, True)
    told = script.ask(address, "POST", headers=FORM, body="scope=openid")
    assert (told.status, told.json["error_codes"]) == (400, [900144])


PEOPLES = [
    "{tenant}/oauth2/authorize",
    "{tenant}/oauth2/v2.0/authorize",
    "{tenant}/oauth2/logout",
    "{tenant}/oauth2/v2.0/logout",
    "{tenant}/adminconsent",
    "{tenant}/v2.0/adminconsent",
    "common/oauth2/deviceauth",
    "common/oauth2/nativeclient",
    "error?code=50011",
]


@pytest.mark.parametrize("path", PEOPLES)
def test_no_script_reads_where_people_sign_in(script: Script, served: Served, path: str):
    address = entra(served, path)
    assert NO_ORIGIN in script.refusal(address)
    assert NO_ORIGIN in script.refusal(address, headers={"x-client-SKU": "msal.js.browser"})


def test_no_script_posts_a_form_of_the_pages(script: Script, served: Served):
    address = entra(served, "common/login")
    assert NO_ORIGIN in script.refusal(address, "POST", headers=FORM, body="step=name")


def test_no_script_follows_where_authorize_leads(script: Script, served: Served):
    fields = {
        "client_id": served["spa_client_id"],
        "response_type": "code",
        "redirect_uri": served["spa_redirect_uri"],
        "scope": "openid",
        "prompt": "none",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    address = entra(served, f"{{tenant}}/oauth2/v2.0/authorize?{urlencode(fields)}")
    assert NO_ORIGIN in script.refusal(address)


@pytest.mark.parametrize(
    "path",
    [
        "XRMServices/2011/Organization.svc",
        "XRMServices/2011/Organization.svc/web",
        "XRMServices/2011/OrganizationData.svc",
        "XRMServices/2011/OrganizationData.svc/AccountSet",
        "XRMServices/2011/OrganizationData.svc/$batch",
        "XRMServices/2011/Discovery.svc",
        "XRMServices/2011/Discovery.svc/web",
    ],
)
def test_no_script_uses_soap_or_odata_v2(script: Script, served: Served, bearer: Any, path: str):
    address = served["organization_url"] + path
    authorization = {"Authorization": bearer["Authorization"]}
    assert NO_ORIGIN in script.refusal(address)
    assert NO_ORIGIN in script.refusal(address, headers=authorization)
    action = {**authorization, "SOAPAction": "Execute", "Content-Type": "text/xml; charset=utf-8"}
    assert NO_ORIGIN in script.refusal(address, "POST", headers=action, body="<e/>")


def test_a_script_asks_discovery(script: Script, served: Served, bearer: Any):
    address = f"{served['organization_url']}api/discovery/v2.0/Instances"
    (found,) = script.ask(address, headers=bearer).json["value"]
    assert f"{found['ApiUrl']}/" == served["organization_url"]
    challenged = script.ask(address, headers=ODATA)
    assert (challenged.status, challenged.body) == (
        401,
        "HTTP Error 401 - Unauthorized: Access is denied",
    )


def test_no_script_reads_the_page_of_the_organization(script: Script, served: Served):
    assert NO_ORIGIN in script.refusal(served["organization_url"])


@pytest.mark.parametrize("service", ["web_api", "token", "discovery"])
def test_no_script_sends_cookies(script: Script, served: Served, bearer: Any, service: str):
    address, method, sent = {
        "web_api": (f"{served['web_api_url']}WhoAmI", "GET", {"headers": bearer}),
        "token": (entra(served, "{tenant}/oauth2/token"), "POST", {"headers": FORM, "body": "a=b"}),
        "discovery": (entra(served, "{tenant}/.well-known/openid-configuration"), "GET", {}),
    }[service]
    assert script.ask(address, method, **sent).status in (200, 400)
    assert NO_WILDCARD in script.refusal(address, method, credentials="include", **sent)
