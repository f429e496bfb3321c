"""The global discovery service: which organizations a bearer has, on each engine."""

import pytest

from support.hosting import SECOND, Hosted

INSTANCES = "api/discovery/v2.0/Instances"
NAMES = [
    "IsUserSysAdmin", "Region", "Purpose", "StatusMessage", "TrialExpirationDate",
    "OrganizationType", "TenantId", "EnvironmentId", "DatacenterId", "DatacenterName", "Id",
    "UniqueName", "UrlName", "FriendlyName", "State", "Version", "Url", "ApiUrl", "LastUpdated",
    "SchemaType",
]  # fmt: skip


def told(hosted: Hosted, organization: str, rest: str = "") -> dict:
    answer = hosted.ask(organization, hosted.origin, INSTANCES + rest)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.covers("discovery: Instances")
def test_it_tells_a_user_of_its_organizations(hosted: Hosted) -> None:
    found = told(hosted, SECOND)
    listed = {row["name"]: row for row in hosted.run("org", "list")}[SECOND]
    assert found["@odata.context"] == f"{hosted.origin}api/discovery/v2.0/$metadata#Instances"
    (row,) = found["value"]
    assert list(row) == NAMES
    assert row["Id"] == listed["organization_id"]
    assert row["ApiUrl"] == row["Url"] == hosted.url().rstrip("/")
    assert (row["UniqueName"], row["FriendlyName"]) == (SECOND, "Fabrikam, Inc.")
    assert row["TenantId"] == hosted.served["second_tenant_id"]
    assert (row["State"], row["IsUserSysAdmin"]) == (0, False)


@pytest.mark.covers("discovery: Instances flow")
def test_what_it_tells_leads_to_the_organization(hosted: Hosted) -> None:
    (row,) = told(hosted, "contoso")["value"]
    answer = hosted.ask("contoso", f"{row['ApiUrl']}/", "api/data/v9.2/WhoAmI")
    assert answer.json()["OrganizationId"] == row["Id"]


@pytest.mark.covers("discovery: Instances by key", "discovery: Instances $select")
@pytest.mark.parametrize("form", ["UniqueName='{name}'", "{id}", "Id={id}"])
def test_one_is_named_by_its_key(hosted: Hosted, form: str) -> None:
    (row,) = told(hosted, SECOND)["value"]
    key = form.format(name=SECOND, id=row["Id"])
    one = told(hosted, SECOND, f"({key})?$select=UniqueName,State")
    assert one == {
        "@odata.context": f"{hosted.origin}api/discovery/v2.0/$metadata"
        "#Instances(UniqueName,State)/$entity",
        "UniqueName": SECOND,
        "State": 0,
    }


@pytest.mark.covers("discovery: Instances $filter")
@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ("UniqueName eq 'fabrikam'", 1),
        ("UniqueName eq 'contoso'", 0),
        ("State eq 0 and contains(FriendlyName,'Inc')", 1),
        ("State ne 0", 0),
    ],
)
def test_a_filter_narrows_them(hosted: Hosted, wanted: str, count: int) -> None:
    assert len(told(hosted, SECOND, f"?$filter={wanted}")["value"]) == count


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        ("?$filter=Type eq 0", 400, "0x80060888"),
        ("?$select=Nothing", 400, "0x80060888"),
        ("?$orderby=State", 400, "0x80060888"),
        ("(UniqueName='contoso')", 404, "0x80040217"),
        ("(nothing)", 400, "0x80060888"),
        ("/x", 404, "0x80060888"),
    ],
)
def test_what_it_refuses(hosted: Hosted, rest: str, status: int, code: str) -> None:
    answer = hosted.ask(SECOND, hosted.origin, INSTANCES + rest)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.covers("discovery: challenge with the common authority")
@pytest.mark.parametrize("token", [None, "Bearer", "Bearer x.y.z"])
def test_without_a_token_it_names_the_common_authority(hosted: Hosted, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": token}
    answer = hosted.http.get(hosted.origin + INSTANCES, headers=headers)
    challenge = answer.headers["www-authenticate"]
    assert answer.status_code == 401
    assert challenge.endswith(
        f"authorization_uri={hosted.served['authority']}/common/oauth2/authorize, "
        f"resource_id={hosted.origin}"
    )
    assert ("error=invalid_token" in challenge) == (token == "Bearer x.y.z")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_token_for_an_organization_below_is_none_for_discovery(hosted: Hosted) -> None:
    token = hosted.token(SECOND, hosted.url())
    headers = {"Authorization": f"Bearer {token}"}
    assert hosted.http.get(hosted.origin + INSTANCES, headers=headers).status_code == 401


@pytest.mark.covers("discovery: CORS")
def test_scripts_of_other_origins_may_ask(hosted: Hosted) -> None:
    headers = {"Origin": "https://a.example", "Access-Control-Request-Headers": "authorization"}
    answer = hosted.http.options(hosted.origin + INSTANCES, headers=headers)
    assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (
        200,
        "authorization",
    )


@pytest.mark.covers("discovery: Instances $metadata")
def test_its_metadata_describes_what_it_tells(hosted: Hosted) -> None:
    from lxml import etree

    answer = hosted.ask(SECOND, hosted.origin, "api/discovery/v2.0/$metadata")
    assert answer.headers["content-type"] == "application/xml"
    root = etree.fromstring(answer.content)
    assert [one.get("Name") for one in root.iterfind(".//{*}Property")] == NAMES


def test_a_disabled_one_is_told_as_such(hosted: Hosted) -> None:
    hosted.run("org", "disable", SECOND)
    try:
        (row,) = told(hosted, SECOND)["value"]
    finally:
        hosted.run("org", "enable", SECOND)
    assert row["State"] == 1
