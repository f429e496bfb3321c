"""Unmodified msal, adal and azure-identity sign a person in where the profile is strict."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from support.people_walking import (
    PATIENCE_SECONDS,
    Walker,
    default,
    in_browser,
    public,
    scopes,
)
from support.salesperson import check_salesperson
from support.served import Served, serving

pytestmark = pytest.mark.usefixtures("realms_are_asked_where_they_are")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0", "--profile", "strict") as server:
        yield server


def test_msal_goes_on_silently_with_what_it_signed_in_for(served: Served, walker: Walker) -> None:
    app = public(served)
    result = in_browser(
        walker, lambda: app.acquire_token_interactive(scopes(served), timeout=PATIENCE_SECONDS)
    )
    check_salesperson(served, result["access_token"])
    (account,) = app.get_accounts(served["username"])
    for _ in range(2):
        fresh = app.acquire_token_silent(scopes(served), account, force_refresh=True)
        assert fresh["access_token"] != result["access_token"]
        check_salesperson(served, fresh["access_token"])
        assert fresh["id_token_claims"]["preferred_username"] == served["username"]
    everything = app.acquire_token_silent([default(served)], account, force_refresh=True)
    check_salesperson(served, everything["access_token"])
    # Another resource is another sign-in, in which the browser knows the person.
    answer = app.acquire_token_silent_with_error(["User.Read"], account)
    assert (answer["error"], answer["error_codes"]) == ("invalid_scope", [70011])
    graph = in_browser(
        walker, lambda: app.acquire_token_interactive(["User.Read"], timeout=PATIENCE_SECONDS)
    )
    assert "User.Read" in graph["scope"].split()


def test_msal_by_device_code_and_silently(served: Served, walker: Walker) -> None:
    app = public(served)
    flow = app.initiate_device_flow(scopes(served))
    walker.go(flow["verification_uri"], code=flow["user_code"])
    result = app.acquire_token_by_device_flow(flow)
    (account,) = app.get_accounts()
    fresh = app.acquire_token_silent(scopes(served), account, force_refresh=True)
    assert fresh["access_token"] != result["access_token"]
    check_salesperson(served, fresh["access_token"])


def test_msal_needs_a_tenant_for_its_authority(served: Served) -> None:
    """No document of a shared segment names its issuer, so there is none."""
    import msal

    common = f"{served['authority']}/common"
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        msal.PublicClientApplication(
            served["public_client_id"], authority=common, instance_discovery=False
        )


def adal_context(served: Served) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import adal

        return adal.AuthenticationContext(served.tenant_authority, validate_authority=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_adal_reads_numbers_and_the_address_of_the_page(served: Served, walker: Walker) -> None:
    context, client = adal_context(served), served["public_client_id"]
    shown = context.acquire_user_code(served["organization_url"], client)
    walker.go(shown["verification_url"], code=shown["user_code"])
    first = context.acquire_token_with_device_code(served["organization_url"], shown, client)
    check_salesperson(served, first["accessToken"])
    again = context.acquire_token_with_refresh_token(
        first["refreshToken"], client, served["organization_url"]
    )
    assert again["accessToken"] != first["accessToken"]
    check_salesperson(served, again["accessToken"])


def test_azure_identity_goes_on_with_one_resource(served: Served, walker: Walker) -> None:
    from azure.identity import DeviceCodeCredential

    def told(address: str, code: str, _expires: object) -> None:
        walker.go(address, code=code)

    with DeviceCodeCredential(
        served["public_client_id"],
        prompt_callback=told,
        authority=served["authority"],
        tenant_id=served["tenant_id"],
        disable_instance_discovery=True,
    ) as credential:
        token = credential.get_token(default(served))
        assert credential.get_token(default(served)).token == token.token
    check_salesperson(served, token.token)
