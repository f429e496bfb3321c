"""The article on server to server authentication: one tenant, and several, step by step."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.served import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0") as server:
        yield server


def token(served: Served, tenant: str, app: str, secret: str) -> dict[str, Any]:
    with served.http() as http:
        answer = http.post(
            f"{served['authority']}/{tenant}/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": app,
                "client_secret": secret,
                "resource": served["organization_url"].rstrip("/"),
            },
        )
    return dict(answer.json())


def leads(served: Served, answer: dict[str, Any]) -> int:
    with served.http() as http:
        found = http.get(
            f"{served['web_api_url']}leads?$select=subject",
            headers={"Authorization": f"Bearer {answer['access_token']}"},
        )
    assert found.status_code == 200, found.text
    return len(found.json()["value"])


def test_a_single_tenant(served: Served) -> None:
    # Register the application: New application registration; note down the Application ID.
    app = served.run("app", "create", "Single")["application_id"]
    # Required Permission, Add, Dynamics CRM Online, Access Dynamics 365 as organization users.
    served.run("app", "permission", "add", app, "--scope", "user_impersonation")
    # Keys: description, expiration, Save generates the key; note it down.
    secret = served.run("app", "secret", "add", app, "--description", "Key", "--days", "365")
    # Application Users, New: application id; the platform populates URI and object id.
    user = served.run("app-user", "create", app, "--business-unit", "Contoso Europe")
    assert user["application_id"] == app
    # Assign an appropriate security role, and retrieve the subjects of all the leads.
    served.run("role", "assign", app, "Salesperson")
    answer = token(served, served["tenant_id"], app, secret["secret"])
    assert leads(served, answer) == 28


def test_several_tenants(served: Served) -> None:
    """A vendor's application, in the vendor's tenant, reads the customer's organization."""
    vendor = ("--tenant", served["second_tenant_id"])
    made = served.run("app", "create", "Vendor service", "--multi-tenant", "--secret", *vendor)
    app, secret = made["application_id"], made["secret"]
    served.run("app", "permission", "add", app, "--scope", "user_impersonation", *vendor)
    # In the customer's tenant nobody knows it, nor can it be given a user.
    assert token(served, served["tenant_id"], app, secret)["error_codes"] == [700016]
    with pytest.raises(AssertionError, match=app):
        served.run("app-user", "create", app)
    # The customer's administrator consents; then it is given a user and a role.
    served.run("app", "permission", "grant", app, "--tenant", served["tenant_id"])
    served.run("app-user", "create", app, "--business-unit", "Contoso Europe")
    served.run("role", "assign", app, "Salesperson")
    answer = token(served, served["tenant_id"], app, secret)
    assert leads(served, answer) == 28
    # In the vendor's own tenant there is no such organization.
    there = token(served, served["second_tenant_id"], app, secret)
    assert there["error_codes"] == [500011]
    # Consent is withdrawn: new tokens are refused, the one it holds is good until it expires.
    served.run("app", "permission", "revoke", app, "--tenant", served["tenant_id"])
    assert token(served, served["tenant_id"], app, secret)["error_codes"] == [700016]
    assert leads(served, answer) == 28
