"""Unmodified msal, adal and adal-node sign a federated person in by name and password.

They ask where the name belongs, read the mex document of the farm there, prove the password to it
by WS-Trust, and bring its assertion to Entra ID for a token of the organization.
"""

import functools
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from support.node import Node
from support.people_walking import by_a_deprecated_way
from support.salesperson import check_salesperson
from support.served import Served

Told = Callable[[], dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def federated(served: Served) -> dict[str, Any]:
    """The domain of everybody in the demonstration, federated with the tenant's own farm."""
    domain = served["username"].partition("@")[2]
    made: dict[str, Any] = served.run("tenant", "domain", "federate", domain, domain, "--farm")
    return made


def at_443(served: Served) -> bool:
    return urlsplit(served["authority"]).port in (None, 443)


def by_msal(served: Served, password: str) -> dict[str, Any]:
    import msal

    app = msal.PublicClientApplication(
        served["public_client_id"], authority=served.tenant_authority, instance_discovery=False
    )
    scope = f"{served['organization_url'].rstrip('/')}/.default"
    found: dict[str, Any] = app.acquire_token_by_username_password(
        served["username"], password, [scope]
    )
    return found


@by_a_deprecated_way
def test_msal(served: Served, request: pytest.FixtureRequest) -> None:
    if not at_443(served):
        # It asks for the realm at port 443 whatever the authority's is: told not to ask, it
        # brings the password here, where no federated person has one.
        request.getfixturevalue("realms_are_asked_where_they_are")
        refused = by_msal(served, served["password"])
        assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [50126])
        return
    found = by_msal(served, served["password"])
    assert "access_token" in found, found
    check_salesperson(served, found["access_token"])
    claims = jwt.decode(found["access_token"], options={"verify_signature": False})
    assert claims["amr"] == ["pwd"]
    with pytest.raises(RuntimeError, match="FailedAuthentication"):
        by_msal(served, "Not-it-7")


@by_a_deprecated_way
def test_adal(served: Served) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import adal

    context = adal.AuthenticationContext(served.tenant_authority, validate_authority=False)
    asked = served["organization_url"], served["username"]
    client = served["public_client_id"]
    found = context.acquire_token_with_username_password(*asked, served["password"], client)
    check_salesperson(served, found["accessToken"])
    fresh = context.acquire_token_with_refresh_token(found["refreshToken"], client, asked[0])
    check_salesperson(served, fresh["accessToken"])
    with pytest.raises(adal.AdalError):
        adal.AuthenticationContext(
            served.tenant_authority, validate_authority=False
        ).acquire_token_with_username_password(*asked, "Not-it-7", client)


@pytest.fixture(scope="module")
def told(served: Served, node: Node) -> Told:
    """Return what the script of adal-node tells of this server; it runs once."""
    return functools.cache(lambda: node.run("adal-node-federated", served.facts))


@pytest.mark.parametrize("name", ["password", "refresh"])
def test_adal_node(served: Served, told: Told, name: str) -> None:
    found = told()[name]
    assert "token" in found, found
    check_salesperson(served, found["token"])


def test_adal_node_says_that_a_password_is_wrong(told: Told) -> None:
    refused = told()["wrong"]["refused"]
    assert "500" in refused["message"], refused
