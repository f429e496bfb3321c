"""msal signs in at the authority that Organization.svc names to who has no token."""

import re
from dataclasses import dataclass
from typing import Any

import jwt
import msal
import pytest
from lxml import etree

from support.node import Node
from support.served import Served

ADDRESS = "XRMServices/2011/Organization.svc/web"
VERSION = "9.2.49.6961"
WHO = b"""
    <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
      <Execute xmlns="http://schemas.microsoft.com/xrm/2011/Contracts/Services">
        <request xmlns:b="http://schemas.microsoft.com/xrm/2011/Contracts">
          <b:RequestName>WhoAmI</b:RequestName>
        </request>
      </Execute></s:Body></s:Envelope>""".strip()
ACTION = "http://schemas.microsoft.com/xrm/2011/Contracts/Services/IOrganizationService/Execute"


@dataclass(frozen=True)
class Told:
    """What a modern client makes of a challenge."""

    authority: str
    resource: str


def read_as_the_service_client_does(challenge: str) -> Told:
    """Return where to sign in: both parts must be there, parted by a comma, in any letter case."""
    scheme, _, rest = challenge.partition(" ")
    assert scheme.lower() == "bearer"
    parts = [part.split("=", 1) for part in rest.split(",")]
    found = {name.strip().lower(): value.strip().strip('"') for name, value in parts}
    assert {"authorization_uri", "resource_id"} <= found.keys()
    authority = re.sub("/oauth2/authorize/?$", "", found["authorization_uri"], flags=re.IGNORECASE)
    return Told(authority.replace("/common", "/organizations"), found["resource_id"])


@pytest.mark.covers("authority discovery: SdkClientVersion in the query")
@pytest.mark.parametrize(
    ("method", "name", "headers"),
    [
        ("GET", "SDKClientVersion", {}),
        ("GET", "SdkClientVersion", {"Authorization": "Bearer"}),
        ("POST", "sdkclientversion", {}),
        ("POST", "SdkClientVersion", {"Authorization": "Bearer"}),
    ],
)
def test_msal_signs_in_where_the_challenge_says(
    served: Served, method: str, name: str, headers: dict[str, str]
) -> None:
    address = f"{served['organization_url']}{ADDRESS}?{name}={VERSION}"
    with served.http() as http:
        asked = http.request(method, address, headers=headers)
        assert asked.status_code == 401
        (challenge,) = asked.headers.get_list("www-authenticate")
        told = read_as_the_service_client_does(challenge)
        assert told == Told(served.tenant_authority, served["organization_url"])
        token = token_of(served, told)
        who = http.post(
            address,
            content=WHO,
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": ACTION,
            },
        )
    check_who(served, who.status_code, who.content, token)


def token_of(served: Served, told: Told) -> str:
    app = msal.ConfidentialClientApplication(
        served["client_id"],
        authority=told.authority,
        client_credential=served["client_secret"],
        instance_discovery=False,
    )
    result = app.acquire_token_for_client([f"{told.resource.rstrip('/')}/.default"])
    assert "access_token" in result, result
    return str(result["access_token"])


def check_who(served: Served, status: int, body: bytes, token: str) -> None:
    assert status == 200, body
    ids = [each.text for each in etree.fromstring(body).iter("{*}value")]
    with served.http() as http:
        http.headers["Authorization"] = f"Bearer {token}"
        me = http.get(f"{served['web_api_url']}WhoAmI").json()
    assert ids == [me[name] for name in ("UserId", "BusinessUnitId", "OrganizationId")]


def test_msal_node_signs_in_where_the_challenge_says(served: Served, node: Node) -> None:
    found: Any = node.run("msal-node-challenge", served.facts)
    assert (found["asked"], found["status"]) == (401, 200)
    assert found["authority"] == served.tenant_authority
    assert ">WhoAmI</" in found["body"]


def test_the_token_names_the_service_that_was_asked(served: Served) -> None:
    told = Told(served.tenant_authority, served["organization_url"])
    claims = jwt.decode(token_of(served, told), options={"verify_signature": False})
    assert claims["aud"] == told.resource.rstrip("/")
