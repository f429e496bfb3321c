"""Unmodified msal and adal sign a person in, with Chromium at the pages.

Each way ends at the records: the organization takes the token for that person, shows the leads
that person's role reaches, and refuses what the role does not allow.
"""

import base64
import hashlib
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from support.people_walking import (
    NATIVE,
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
# What a System Administrator may read: every lead there is.
ALL_LEADS = 80

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
VERIFIER = "a-verifier-of-a-code-challenge-has-43-letters-or-more"


def test_msal_by_a_browser_and_then_silently(served: Served, walker: Walker) -> None:
    app = public(served)
    result = in_browser(
        walker, lambda: app.acquire_token_interactive(scopes(served), timeout=PATIENCE_SECONDS)
    )
    assert walker.headings == ["Sign in", "Enter your password"]
    assert result.get("id_token_claims", result)["preferred_username"] == served["username"]
    assert result["scope"].split() == scopes(served)
    check_salesperson(served, result["access_token"])

    (account,) = app.get_accounts(served["username"])
    kept = app.acquire_token_silent(scopes(served), account)
    assert kept["access_token"] == result["access_token"]
    fresh = app.acquire_token_silent(scopes(served), account, force_refresh=True)
    assert fresh["access_token"] != result["access_token"]
    check_salesperson(served, fresh["access_token"])
    # The refresh token is good for other resources, too.
    graph = app.acquire_token_silent(["User.Read"], account)
    assert "User.Read" in graph["scope"]


def test_msal_by_a_browser_that_knows_the_person(served: Served, walker: Walker) -> None:
    def again(prompt: str | None = None) -> list[str]:
        app = public(served)
        result = in_browser(
            walker,
            lambda: app.acquire_token_interactive(
                scopes(served), prompt=prompt, timeout=PATIENCE_SECONDS
            ),
        )
        assert "access_token" in result, result
        return walker.headings

    assert again() == ["Sign in", "Enter your password"]
    assert again() == []
    assert again("select_account") == ["Choose an account"]
    assert again("login") == ["Sign in", "Enter your password"]


@pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended")
def test_msal_by_a_flow_that_ends_at_the_native_page(served: Served, walker: Walker) -> None:
    app = public(served)
    flow = app.initiate_auth_code_flow(
        [default(served)], redirect_uri=f"{served['authority']}{NATIVE}"
    )
    assert "code_verifier" in flow
    result = app.acquire_token_by_auth_code_flow(flow, answer_of(walker.go(flow["auth_uri"])))
    assert "access_token" in result, result
    assert "Back to your program" in walker.text
    check_salesperson(served, result["access_token"])


def test_msal_by_device_code(served: Served, walker: Walker) -> None:
    app = public(served)
    flow = app.initiate_device_flow(scopes(served))
    assert flow["user_code"] in flow["message"]
    walker.go(flow["verification_uri"], code=flow["user_code"])
    assert walker.headings == [
        "Enter the code",
        "Sign in",
        "Enter your password",
        "Are you trying to sign in to Contoso Desktop App?",
    ]
    result = app.acquire_token_by_device_flow(flow)
    assert "access_token" in result, result
    check_salesperson(served, result["access_token"])


@by_a_deprecated_way
def test_msal_by_password(served: Served) -> None:
    app = public(served)
    proof = served["username"], served["password"]
    result = app.acquire_token_by_username_password(*proof, scopes(served))
    assert "access_token" in result, result
    check_salesperson(served, result["access_token"])
    (account,) = app.get_accounts()
    fresh = app.acquire_token_silent(scopes(served), account, force_refresh=True)
    check_salesperson(served, fresh["access_token"])


@by_a_deprecated_way
def test_msal_says_that_a_password_is_wrong(served: Served) -> None:
    result = public(served).acquire_token_by_username_password(
        served["username"], "Not-it-at-all-7", scopes(served)
    )
    assert (result["error"], result["error_codes"]) == ("invalid_grant", [50126])


@by_a_deprecated_way
def test_an_administrator_has_another_role(served: Served) -> None:
    result = public(served).acquire_token_by_username_password(
        served["admin_username"], served["admin_password"], [default(served)]
    )
    with served.http() as http:
        answer = http.get(
            f"{served['web_api_url']}leads?$select=subject",
            headers={"Authorization": f"Bearer {result['access_token']}"},
        )
    assert len(answer.json()["value"]) == ALL_LEADS


def new_person(served: Served, *options: str) -> tuple[str, str]:
    username = f"{uuid4().hex[:12]}@{served['tenant_domain']}"
    place = ("--usage-location", "GB", "--keep-password")
    made = served.run("user", "create", username, "--name", "New Person", *place, *options)
    return username, made["password"]


@by_a_deprecated_way
def test_a_person_is_served_with_a_licence_and_a_role(served: Served) -> None:
    username, password = new_person(served)
    app = public(served)
    result = app.acquire_token_by_username_password(username, password, scopes(served))

    def leads() -> tuple[int, str]:
        with served.http() as http:
            answer = http.get(
                f"{served['web_api_url']}leads",
                headers={"Authorization": f"Bearer {result['access_token']}"},
            )
        return answer.status_code, "" if answer.is_success else answer.json()["error"]["code"]

    assert leads() == (403, "0x80072560")
    served.run("user", "license", "add", username, "DYN365_ENTERPRISE_SALES")
    assert leads() == (403, "0x80040220")
    served.run("role", "assign", username, "Salesperson")
    assert leads() == (200, "")
    served.run("user", "license", "remove", username, "DYN365_ENTERPRISE_SALES")
    assert leads() == (403, "0x80040225")
    served.run("user", "disable", username)
    (account,) = app.get_accounts()
    again = app.acquire_token_silent_with_error(scopes(served), account, force_refresh=True)
    assert again["error_codes"] == [50057]


def adal_context(served: Served) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import adal

        return adal.AuthenticationContext(served.tenant_authority, validate_authority=False)


def by_code(served: Served, walker: Walker, context: Any) -> dict[str, Any]:
    """Let ADAL redeem a code. It leaves the address of the pages to its caller."""
    end = f"{served['authority']}{NATIVE}"
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    asks = {
        "response_type": "code",
        "client_id": served["public_client_id"],
        "redirect_uri": end,
        "resource": served["organization_url"],
        "state": "as it was",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    answer = answer_of(walker.go(f"{served.tenant_authority}/oauth2/authorize?{urlencode(asks)}"))
    assert answer["state"] == "as it was"
    return dict(
        context.acquire_token_with_authorization_code(
            answer["code"],
            end,
            served["organization_url"],
            served["public_client_id"],
            code_verifier=VERIFIER,
        )
    )


def by_device(served: Served, walker: Walker, context: Any) -> dict[str, Any]:
    asks = served["organization_url"], served["public_client_id"]
    shown = context.acquire_user_code(*asks)
    walker.go(shown["verification_url"], code=shown["user_code"])
    return dict(context.acquire_token_with_device_code(asks[0], shown, asks[1]))


def by_password(served: Served, _walker: Walker, context: Any) -> dict[str, Any]:
    return dict(
        context.acquire_token_with_username_password(
            served["organization_url"],
            served["username"],
            served["password"],
            served["public_client_id"],
        )
    )


@by_a_deprecated_way
@pytest.mark.parametrize("way", [by_code, by_device, by_password])
def test_adal_and_a_refresh(served: Served, walker: Walker, way: Callable[..., Any]) -> None:
    context = adal_context(served)
    first = way(served, walker, context)
    assert (first["userId"], first["givenName"]) == (served["username"], "Sofia")
    assert (first["resource"], first["isMRRT"]) == (served["organization_url"], True)
    check_salesperson(served, first["accessToken"])
    again = context.acquire_token_with_refresh_token(
        first["refreshToken"], served["public_client_id"], served["organization_url"]
    )
    assert again["accessToken"] != first["accessToken"]
    check_salesperson(served, again["accessToken"])
