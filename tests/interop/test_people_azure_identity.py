"""Unmodified azure-identity signs a person in, with Chromium at the pages, and acts for them."""

from typing import Any
from urllib.parse import urlencode

import pytest

from support.middle_tier import MiddleTier, middle_tier
from support.people_walking import (
    PATIENCE_SECONDS,
    Walker,
    answer_of,
    by_a_deprecated_way,
    default,
    in_browser,
    public,
    scopes,
)
from support.salesperson import check_salesperson
from support.served import Served

pytestmark = pytest.mark.usefixtures("realms_are_asked_where_they_are")
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


def settings(served: Served) -> dict[str, Any]:
    return {
        "authority": served["authority"],
        "tenant_id": served["tenant_id"],
        "disable_instance_discovery": True,
    }


@pytest.mark.parametrize("client", ["registered", "the library's own"])
def test_azure_identity_by_a_browser(served: Served, walker: Walker, client: str) -> None:
    from azure.identity import InteractiveBrowserCredential

    client_id = served["public_client_id"] if client == "registered" else AZURE_CLI
    own = {"client_id": client_id} if client == "registered" else {}
    with InteractiveBrowserCredential(
        **settings(served), **own, timeout=PATIENCE_SECONDS
    ) as credential:
        token = in_browser(walker, lambda: credential.get_token(default(served)))
        # From its cache, and by its refresh token for another resource: no browser is opened.
        assert credential.get_token(default(served)).token == token.token
        assert credential.get_token("https://graph.microsoft.com/.default").token
    check_salesperson(served, token.token, client_id=client_id)


def test_azure_identity_without_a_tenant(served: Served, walker: Walker) -> None:
    from azure.identity import InteractiveBrowserCredential

    where = settings(served) | {"tenant_id": "organizations"}
    with InteractiveBrowserCredential(**where, timeout=PATIENCE_SECONDS) as credential:
        token = in_browser(walker, lambda: credential.get_token(default(served)))
    check_salesperson(served, token.token, client_id=AZURE_CLI)


@pytest.mark.parametrize("client_id", ["", AZURE_CLI])
def test_azure_identity_by_device_code(served: Served, walker: Walker, client_id: str) -> None:
    from azure.identity import DeviceCodeCredential

    def told(address: str, code: str, _expires: object) -> None:
        walker.go(address, code=code)

    with DeviceCodeCredential(
        client_id or served["public_client_id"], prompt_callback=told, **settings(served)
    ) as credential:
        token = credential.get_token(default(served))
    check_salesperson(served, token.token, client_id=client_id)


@by_a_deprecated_way
def test_azure_identity_by_password(served: Served) -> None:
    from azure.identity import UsernamePasswordCredential

    proof = served["username"], served["password"]
    with UsernamePasswordCredential(
        served["public_client_id"], *proof, **settings(served)
    ) as credential:
        token = credential.get_token(default(served))
    check_salesperson(served, token.token)


@pytest.fixture(scope="module", params=[1, 2], ids=["v1 tokens", "v2 tokens"])
def middle(served: Served, request: pytest.FixtureRequest) -> MiddleTier:
    """Return an API whose own tokens are of one version or the other."""
    return middle_tier(served, token_version=request.param)


@pytest.fixture
def called(served: Served, walker: Walker, middle: MiddleTier) -> str:
    """Return the token with which the person's program calls the middle tier."""
    app = public(served)
    result = in_browser(
        walker,
        lambda: app.acquire_token_interactive(
            [middle.scope], prompt="consent", timeout=PATIENCE_SECONDS
        ),
    )
    assert walker.headings[-1] == "Contoso Desktop App asks for permissions"
    assert result.get("scope") == middle.scope, result
    with served.http() as http:
        answer = http.get(
            f"{served['web_api_url']}WhoAmI",
            headers={"Authorization": f"Bearer {result['access_token']}"},
        )
    assert answer.status_code == 401
    return str(result["access_token"])


def test_msal_on_behalf_of_who_called(served: Served, middle: MiddleTier, called: str) -> None:
    import msal

    app = msal.ConfidentialClientApplication(
        middle.client_id,
        authority=served.tenant_authority,
        client_credential=middle.secret,
        instance_discovery=False,
    )
    result = app.acquire_token_on_behalf_of(called, [default(served)])
    assert "access_token" in result, result
    check_salesperson(served, result["access_token"], client_id=middle.client_id)


def test_azure_identity_on_behalf_of_who_called(
    served: Served, middle: MiddleTier, called: str
) -> None:
    from azure.identity import OnBehalfOfCredential

    where = settings(served)
    tenant = where.pop("tenant_id")
    with OnBehalfOfCredential(
        tenant, middle.client_id, client_secret=middle.secret, user_assertion=called, **where
    ) as credential:
        token = credential.get_token(default(served))
    check_salesperson(served, token.token, client_id=middle.client_id)


def test_azure_identity_redeems_a_code_of_a_web_application(
    served: Served, walker: Walker, middle: MiddleTier
) -> None:
    from azure.identity import AuthorizationCodeCredential

    asks = {
        "response_type": "code",
        "client_id": middle.client_id,
        "redirect_uri": middle.redirect_uri,
        "scope": f"{scopes(served)[0]} offline_access",
    }
    end = walker.go(f"{served.tenant_authority}/oauth2/v2.0/authorize?{urlencode(asks)}")
    where = settings(served)
    with AuthorizationCodeCredential(
        where["tenant_id"],
        middle.client_id,
        answer_of(end)["code"],
        middle.redirect_uri,
        authority=where["authority"],
        client_secret=middle.secret,
    ) as credential:
        token = credential.get_token(*scopes(served))
    check_salesperson(served, token.token, client_id=middle.client_id)
