"""One application in two tenants: consent lets it in, its withdrawal puts it out again."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from support.served import Served

GRAPH = "https://graph.microsoft.com"


def msal_result(served: Served, tenant: str, scope: str = f"{GRAPH}/.default") -> dict[str, Any]:
    import msal

    app = msal.ConfidentialClientApplication(
        served["multi_tenant_client_id"],
        authority=f"{served['authority']}/{tenant}",
        client_credential=served["multi_tenant_client_secret"],
        instance_discovery=False,
    )
    return dict(app.acquire_token_for_client([scope]))


@pytest.fixture
def consented(served: Served) -> Iterator[Served]:
    verb = ("app", "permission", "grant", served["multi_tenant_client_id"])
    served.run(*verb, "--tenant", served["second_tenant_id"])
    yield served
    verb = ("app", "permission", "revoke", served["multi_tenant_client_id"])
    served.run(*verb, "--tenant", served["second_tenant_id"], check=False)


def claims(result: dict[str, Any]) -> dict[str, Any]:
    assert "access_token" in result, result
    return dict(jwt.decode(result["access_token"], options={"verify_signature": False}))


def test_at_home_it_reads_leads(served: Served) -> None:
    scope = f"{served['organization_url']}.default"
    result = msal_result(served, served["tenant_id"], scope)
    with served.http() as http:
        answer = http.get(
            f"{served['web_api_url']}leads?$select=subject",
            headers={"Authorization": f"Bearer {result['access_token']}"},
        )
    assert len(answer.json()["value"]) == 28


def test_elsewhere_it_is_unknown_until_consent_and_after_its_withdrawal(served: Served) -> None:
    second, client = served["second_tenant_id"], served["multi_tenant_client_id"]
    assert msal_result(served, second)["error_codes"] == [700016]
    served.run("app", "permission", "grant", client, "--tenant", second)
    there, home = (
        claims(msal_result(served, second)),
        claims(msal_result(served, served["tenant_id"])),
    )
    assert there["tid"] == second
    assert there["appid"] == home["appid"] == client
    assert there["oid"] != home["oid"]
    assert there["iss"] == f"{served['authority']}/{second}/"
    served.run("app", "permission", "revoke", client, "--tenant", second)
    assert msal_result(served, second)["error_codes"] == [700016]


def test_a_single_tenant_application_cannot_be_consented_to(served: Served) -> None:
    arguments = ("app", "permission", "grant", served["client_id"])
    with pytest.raises(AssertionError, match="own tenant"):
        served.run(*arguments, "--tenant", served["second_tenant_id"])


def test_an_organization_of_another_tenant_is_not_there(consented: Served) -> None:
    scope = f"{consented['organization_url']}.default"
    result = msal_result(consented, consented["second_tenant_id"], scope)
    assert (result["error"], result["error_codes"]) == ("invalid_resource", [500011])


def test_a_token_of_another_tenant_is_refused_by_the_organization(consented: Served) -> None:
    # Dynamics by its id is there in every tenant; the organization trusts one.
    scope = "00000007-0000-0000-c000-000000000000/.default"
    result = msal_result(consented, consented["second_tenant_id"], scope)
    with consented.http() as http:
        answer = http.get(
            f"{consented['web_api_url']}WhoAmI",
            headers={"Authorization": f"Bearer {result['access_token']}"},
        )
    assert answer.status_code == 401


def test_disabled_in_one_tenant_it_works_in_the_other(consented: Served) -> None:
    second, client = consented["second_tenant_id"], consented["multi_tenant_client_id"]
    consented.run("app", "disable", client, "--tenant", second)
    assert msal_result(consented, second)["error_codes"] == [7000112]
    assert "access_token" in msal_result(consented, consented["tenant_id"])
    consented.run("app", "enable", client, "--tenant", second)
    assert "access_token" in msal_result(consented, second)


@pytest.mark.parametrize(
    ("client", "segment", "number"),
    [
        ("client", "common", 50194),
        ("client", "organizations", 50194),
        ("multi_tenant_client", "common", 50059),
        ("multi_tenant_client", "consumers", 9001023),
    ],
)
def test_shared_segments_are_not_for_services(served, client, segment, number) -> None:
    with served.http() as http:
        answer = http.post(
            f"{served['authority']}/{segment}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": served[f"{client}_id"],
                "client_secret": served[f"{client}_secret"],
                "scope": f"{GRAPH}/.default",
            },
        )
    assert answer.json()["error_codes"] == [number]
