"""Discovery.svc by an unmodified client: zeep, over TLS, with a bearer token."""

from typing import Any
from uuid import UUID

import pytest
import requests
import zeep
from lxml import etree

from support.hosting import SECOND, Hosted

ADDRESS = "XRMServices/2011/Discovery.svc"
SPACE = "http://schemas.microsoft.com/xrm/2011/Contracts/Discovery"
WEB = f"{{{SPACE}}}BasicHttpBinding_IDiscoveryService"
SOAP = {
    "Content-Type": "text/xml; charset=utf-8",
    "SOAPAction": f"{SPACE}/IDiscoveryService/Execute",
}
ENDPOINTS = {
    "WebApplication": "",
    "OrganizationService": "XRMServices/2011/Organization.svc",
    "OrganizationDataService": "XRMServices/2011/OrganizationData.svc",
}


class Discovery:
    """A zeep client of one bearer."""

    def __init__(self, hosted: Hosted, organization: str) -> None:
        session = requests.Session()
        session.trust_env = False
        session.verify = hosted.served["ca_bundle"]
        token = hosted.token(organization, hosted.origin)
        session.headers["Authorization"] = f"Bearer {token}"
        transport = zeep.Transport(session=session)
        self.client = zeep.Client(f"{hosted.origin}{ADDRESS}?singleWsdl", transport=transport)
        self.proxy = self.client.create_service(WEB, f"{hosted.origin}{ADDRESS}/web")

    def execute(self, name: str, **members: object) -> Any:
        """Return the only member of a response: zeep gives what stands alone without it."""
        kind = self.client.get_type(f"{{{SPACE}}}{name}Request")
        return self.proxy.Execute(request=kind(**members))


@pytest.fixture
def second(hosted: Hosted) -> Discovery:
    return Discovery(hosted, SECOND)


@pytest.mark.covers("discovery: RetrieveOrganizations", "wsdl: Discovery.svc")
def test_it_tells_a_bearer_of_its_organizations(hosted: Hosted, second: Discovery) -> None:
    found = second.execute("RetrieveOrganizations", AccessType="Default", Release="Current")
    (detail,) = found.OrganizationDetail
    listed = {row["name"]: row for row in hosted.run("org", "list")}[SECOND]
    assert detail.OrganizationId == listed["organization_id"]
    assert (detail.UniqueName, detail.FriendlyName) == (SECOND, "Fabrikam, Inc.")
    assert (detail.State, detail.UrlName) == ("Enabled", SECOND)
    assert detail.OrganizationVersion.startswith("9.2.")
    pairs = detail.Endpoints.KeyValuePairOfEndpointTypestringztYlk6OT
    assert {pair.key: pair.value for pair in pairs} == {
        kind: hosted.url() + path for kind, path in ENDPOINTS.items()
    }


@pytest.mark.covers("discovery: RetrieveOrganization", "soap fault: DiscoveryServiceFault")
def test_one_is_asked_by_its_unique_name(second: Discovery) -> None:
    asked = {"AccessType": "Default", "Release": "Current"}
    found = second.execute("RetrieveOrganization", UniqueName=SECOND.upper(), **asked)
    assert found.UniqueName == SECOND
    with pytest.raises(zeep.exceptions.Fault) as caught:
        second.execute("RetrieveOrganization", UniqueName="contoso", **asked)
    (detail,) = caught.value.detail
    assert etree.QName(detail) == etree.QName(
        "http://schemas.microsoft.com/xrm/2011/Contracts", "DiscoveryServiceFault"
    )
    code = detail.find("{*}ErrorCode")
    assert int(code.text) == 0x8004B067 - 2**32


@pytest.mark.covers("discovery: RetrieveUserIdByExternalId")
@pytest.mark.parametrize("prefix", ["", "C:"])
def test_a_person_is_asked_by_its_account(hosted: Hosted, prefix: str) -> None:
    name = hosted.served["username"]
    contoso = Discovery(hosted, "contoso")
    found = contoso.execute(
        "RetrieveUserIdByExternalId", ExternalId=prefix + name, OrganizationName="contoso"
    )
    listed = f"api/data/v9.2/systemusers?$filter=domainname eq '{name}'"
    (user,) = hosted.ask("contoso", hosted.origin, listed).json()["value"]
    assert UUID(found) == UUID(user["systemuserid"])
    with pytest.raises(zeep.exceptions.Fault, match="does not exist"):
        contoso.execute(
            "RetrieveUserIdByExternalId",
            ExternalId=f"nobody@{SECOND}.localhost",
            OrganizationName="contoso",
        )


@pytest.mark.parametrize(
    ("query", "status"),
    [("?SdkClientVersion=9.2.0.0", 401), ("?sdkclientversion=6.0.0002.0001", 401), ("", 200)],
)
def test_without_a_token_the_challenge_names_no_tenant(
    hosted: Hosted, query: str, status: int
) -> None:
    answer = hosted.http.get(f"{hosted.origin}{ADDRESS}{query}")
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"] == (
            f"Bearer authorization_uri={hosted.served['authority']}/common/oauth2/authorize, "
            f"resource_id={hosted.origin}"
        )


def test_scripts_of_other_origins_are_not_let_in(hosted: Hosted) -> None:
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    answer = hosted.http.options(f"{hosted.origin}{ADDRESS}", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_request_of_another_service_is_refused(hosted: Hosted) -> None:
    token = hosted.token(SECOND, hosted.origin)
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<Execute xmlns="{SPACE}"><request i:nil="true" '
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/></Execute></s:Body></s:Envelope>'
    )
    answer = hosted.http.post(
        f"{hosted.origin}{ADDRESS}/web",
        content=body,
        headers={**SOAP, "Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, b"DiscoveryServiceFault" in answer.content) == (500, True)
