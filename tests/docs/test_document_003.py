"""The article on client credentials, step by step: each step a person clicks is a command."""

from collections.abc import Iterator
from typing import Any

import pytest

from support.served import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--memory", "--port", "0") as server:
        yield server


def organization(served: Served) -> Any:
    """Ask the Web API as the demonstration's administrator."""
    import xrm

    credential = xrm.auth.ClientSecret(served["admin_client_id"], served["admin_client_secret"])
    return xrm.Client(served["organization_url"], credential, verify=served["ca_bundle"])


PERSON = (
    "systemuserid",
    "fullname",
    "domainname",
    "islicensed",
    "accessmode",
    "isdisabled",
    "azureactivedirectoryobjectid",
)


def systemuser(served: Served, condition: str, *columns: str) -> dict[str, Any]:
    with organization(served) as org:
        (found,) = org.query("systemusers", select=columns or PERSON, filter=condition)
    return dict(found)


def test_client_credentials_step_by_step(served: Served) -> None:
    # 1. Register an app against Azure Active Directory: a), b) New application registration.
    app = served.run("app", "create", "Nightly import")["application_id"]
    # c) Grant permissions to Dynamics CRM Online: Required permissions, Add.
    # d) Select "Access Dynamics 365 as organization users", Done.
    served.run(
        "app", "permission", "add", app, "--resource", "dynamics", "--scope", "user_impersonation"
    )
    (row,) = [
        r for r in served.run("app", "permission", "list", app)["permissions"] if r["required"]
    ]
    assert (row["permission"], row["granted"]) == ("user_impersonation", False)
    # e) Click on Grant Permissions to complete the process.
    served.run("app", "permission", "grant", app)
    (row,) = [
        r for r in served.run("app", "permission", "list", app)["permissions"] if r["required"]
    ]
    assert row["granted"] is True
    # f) Set up the client secret: Keys, a new key; its value is not visible the next time.
    secret = served.run("app", "secret", "add", app, "--description", "nightly")["secret"]
    (listed,) = served.run("app", "secret", "list", app)
    assert listed["hint"] == secret[:3]
    assert secret not in str(listed)

    # 2. Create a new Office 365 user: a), b) Add a user.
    upn = "import@contoso.localhost"
    made = served.run("user", "create", upn, "--name", "Nightly Import", "--usage-location", "GB")
    # c) Assign the Dynamics 365 Service Administrator role.
    served.run("user", "role", "add", upn, "Dynamics 365 Service Administrator")
    # d) Apply the Dynamics 365 product licence and click Add.
    served.run("user", "license", "add", upn, "DYN365_ENTERPRISE_PLAN1")
    person = systemuser(served, f"domainname eq '{upn}'")
    assert person["azureactivedirectoryobjectid"] == made["object_id"]
    assert (person["islicensed"], person["accessmode"], person["isdisabled"]) == (True, 0, False)

    # 3. Create a new Dynamics 365 application user: a) Application Users, New; b) the
    # application's id, c) and on saving these fields are populated by Dynamics 365.
    served.run("app-user", "create", app)
    columns = (
        "systemuserid", "applicationid", "applicationiduri", "azureactivedirectoryobjectid",
        "fullname", "internalemailaddress", "islicensed", "accessmode",
    )  # fmt: skip
    user = systemuser(served, f"applicationid eq {app}", *columns)
    assert user["applicationiduri"]
    assert user["azureactivedirectoryobjectid"]
    assert user["fullname"] == "Nightly import"
    assert (user["islicensed"], user["accessmode"]) == (False, 4)

    # 4. Create a new security role and assign it: a) Copy the System Administrator role,
    # b) name the new security role, c) assign it to the application user.
    served.run("role", "copy", "System Administrator", "--name", "Nightly import role")
    served.run("role", "assign", app, "Nightly import role")
    # d) Remove the Dynamics 365 licence of the user in the Office 365 admin portal.
    served.run("user", "license", "remove", upn, "DYN365_ENTERPRISE_PLAN1")
    person = systemuser(served, f"domainname eq '{upn}'")
    # An administrator without a licence keeps the administrative access mode.
    assert (person["islicensed"], person["accessmode"]) == (False, 1)

    # 5. Get a bearer token by HTTP POST to https://…/<tenant id>/oauth2/token.
    with served.http() as http:
        answer = http.post(
            f"{served.tenant_authority}/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": app,
                "client_secret": secret,
                "resource": served["organization_url"],
            },
        ).json()
        # A refresh token is not included as part of the response.
        assert "refresh_token" not in answer
        # The token is used for all requests to the Web API.
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        leads = http.get(f"{served['web_api_url']}leads?$select=subject", headers=headers)
    # The role reads every lead of the organization, whoever owns it.
    assert len(leads.json()["value"]) == 80
