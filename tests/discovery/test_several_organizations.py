"""Two organizations in one server: each with its own records, tenant, address and state."""

from uuid import UUID

import pytest

from support.hosting import SECOND, Hosted

API = "api/data/v9.2/"


def test_each_has_records_of_its_own(hosted: Hosted) -> None:
    first, second = (
        hosted.ask(name, url, f"{API}leads?$select=subject").json()["value"]
        for name, url in (("contoso", hosted.origin), (SECOND, hosted.url()))
    )
    assert (len(first) > 0, second) == (True, [])
    made = hosted.ask(SECOND, hosted.url(), f"{API}accounts", "POST", json={"name": "Ours"})
    assert made.status_code == 204
    assert made.headers["odata-entityid"].startswith(f"{hosted.url()}{API}accounts(")
    found = hosted.ask(SECOND, hosted.url(), f"{API}accounts?$select=name").json()
    assert [row["name"] for row in found["value"]] == ["Ours"]
    assert found["@odata.context"] == f"{hosted.url()}{API}$metadata#accounts(name)"
    elsewhere = hosted.ask("contoso", hosted.origin, f"{API}accounts?$filter=name eq 'Ours'").json()
    assert elsewhere["value"] == []


@pytest.mark.covers("service: organization in the path")
def test_the_segment_counts_in_any_letter_case(hosted: Hosted) -> None:
    token = hosted.token(SECOND, hosted.url())
    answer = hosted.http.get(
        f"{hosted.origin}FabriKam/{API}WhoAmI", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200
    listed = {row["name"]: row["organization_id"] for row in hosted.run("org", "list")}
    assert answer.json()["OrganizationId"] == listed[SECOND]


@pytest.mark.parametrize(
    ("organization", "for_first", "at_first"),
    [
        (SECOND, False, True),
        ("contoso", True, False),
        # For the origin its token is one for discovery; it is no key to the first organization.
        (SECOND, True, True),
    ],
)
def test_no_token_of_one_counts_at_another(
    hosted: Hosted, organization: str, *, for_first: bool, at_first: bool
) -> None:
    token = hosted.token(organization, hosted.origin if for_first else hosted.url())
    url = hosted.origin if at_first else hosted.url()
    answer = hosted.http.get(f"{url}{API}WhoAmI", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert f"resource_id={url}" in answer.headers["www-authenticate"]


def test_the_challenge_names_the_tenant_and_the_address(hosted: Hosted) -> None:
    answer = hosted.http.get(f"{hosted.url()}{API}accounts")
    second = hosted.served["second_tenant_id"]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        f"Bearer authorization_uri={hosted.served['authority']}/{second}/oauth2/authorize, "
        f"resource_id={hosted.url()}"
    )


def test_its_page_stays_below_its_address(hosted: Hosted) -> None:
    page = hosted.http.get(hosted.url())
    assert "Fabrikam, Inc." in page.text
    assert f'href="/{SECOND}/signin"' in page.text
    sent = hosted.http.get(f"{hosted.url()}signin", follow_redirects=False)
    assert sent.headers["location"].startswith(
        f"{hosted.served['authority']}/{hosted.served['second_tenant_id']}/oauth2/authorize?"
    )
    root = hosted.http.get(hosted.url().rstrip("/"), follow_redirects=False)
    assert (root.status_code, root.headers["location"]) == (308, hosted.url())


def test_a_name_nobody_has_is_a_page_nobody_has(hosted: Hosted) -> None:
    assert hosted.http.get(f"{hosted.origin}northwind/{API}WhoAmI").status_code == 404


def test_disabled_it_refuses_everybody_at_once_and_keeps_what_it_holds(hosted: Hosted) -> None:
    url = hosted.url()
    before = hosted.ask(SECOND, url, f"{API}WhoAmI").json()
    token = hosted.token(SECOND, url)
    hosted.run("org", "disable", SECOND)
    try:
        refused = hosted.http.get(f"{url}{API}WhoAmI", headers={"Authorization": f"Bearer {token}"})
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "0x8004a104"
        assert hosted.ask("contoso", hosted.origin, f"{API}WhoAmI").status_code == 200
    finally:
        hosted.run("org", "enable", SECOND)
    assert hosted.ask(SECOND, url, f"{API}WhoAmI").json() == before


def test_one_is_created_and_deleted_beside_the_running_server(hosted: Hosted) -> None:
    made = hosted.run("org", "create", "adatum", "--tenant", f"{SECOND}.localhost")
    assert UUID(made["organization_id"])
    assert made["url"] == hosted.url("adatum")
    hosted.register("adatum", f"{SECOND}.localhost", role="System Administrator")
    token = {"Authorization": f"Bearer {hosted.token('adatum', hosted.url('adatum'))}"}
    address = f"{hosted.url('adatum')}{API}accounts"
    assert hosted.http.post(address, headers=token, json={"name": "Gone"}).status_code == 204
    said = hosted.run("org", "delete", "adatum", "--yes", check=False)
    assert "disabled" in said
    hosted.run("org", "disable", "adatum")
    hosted.run("org", "delete", "adatum", "--yes")
    assert hosted.http.get(address, headers=token).status_code == 404
    # Another of that name holds nothing of the first one, and does not know its users.
    hosted.run("org", "create", "adatum", "--tenant", f"{SECOND}.localhost")
    again = hosted.http.get(address, headers=token)
    assert (again.status_code, again.json()["error"]["code"]) == (403, "0x80072560")
    hosted.run("org", "disable", "adatum")
    hosted.run("org", "delete", "adatum", "--yes")


def test_its_users_follow_the_accounts_of_its_tenant(hosted: Hosted) -> None:
    name = f"pia@{SECOND}.localhost"
    licence = ("--license", "DYN365_ENTERPRISE_SALES", "--usage-location", "GB")
    hosted.run("user", "create", name, "--tenant", f"{SECOND}.localhost", *licence)
    listed = f"{API}systemusers?$select=isdisabled&$filter=domainname eq '{name}'"
    hosted.run("app-user", "list", "--organization", SECOND)
    (user,) = hosted.ask(SECOND, hosted.url(), listed).json()["value"]
    assert user["isdisabled"] is False
    hosted.run("user", "disable", name, "--tenant", f"{SECOND}.localhost")
    (user,) = hosted.ask(SECOND, hosted.url(), listed).json()["value"]
    assert user["isdisabled"] is True
    assert hosted.ask("contoso", hosted.origin, listed).json()["value"] == []
