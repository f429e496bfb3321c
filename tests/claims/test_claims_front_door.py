"""Claims-based organizations of a real server: sign in at its farm by hand, then call.

A client of old is played by text alone: it asks the farm for a token with a name and password,
and sends what it got.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson
import pytest
from lxml import etree

from support.claiming import (
    WHO,
    WSSE,
    address,
    key_identifier,
    moment,
    signature,
    text,
    timestamp,
)
from support.names import environment
from support.served import Served, serving
from support.soap_elements import ADDRESSING, DECLARED, SERVICES, SOAP12

TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
DISCOVERY = f"{SERVICES.removesuffix('Services')}Discovery"
PASSWORD_TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    "#PasswordText"
)
KIND = {"content-type": "application/soap+xml; charset=utf-8"}
_COUNT = iter(range(1_000_000))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server whose first organization is internet-facing, with one on premises and one online."""
    arguments = ("--memory", "--port", "0", "--test-controls", "--deployment", "ifd")
    with serving(*arguments, environment=environment()) as server:
        for name in ("inside", "online"):
            kind = "on-premises" if name == "inside" else "online"
            server.run("org", "create", name, "--deployment", kind)
        yield server


@dataclass(frozen=True)
class Issued:
    """A token as a client takes it out of the farm's answer."""

    token: str
    key: bytes
    assertion_id: str


def clock(served: Served, **moved: float) -> float:
    """Return the server's time, after it was moved."""
    secret = (Path(served["data_dir"]) / "control.token").read_text()
    with served.http() as http:
        answer = http.request(
            "POST" if moved else "GET",
            f"{served['authority']}/control/clock",
            headers={"authorization": f"Bearer {secret}"},
            content=orjson.dumps(moved) if moved else b"",
        )
    return float(answer.json()["now"])


def envelope(header: str, body: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP12}" xmlns:a="{ADDRESSING}"><s:Header>{header}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def sign_in(served: Served, applies_to: str, *, who: str = "username") -> Issued:
    """Ask the farm for a token by the demonstration's name and password."""
    prefix = who.removesuffix("username")
    name, password = served[who], served[f"{prefix}password"]
    url = f"{served['adfs_url']}/services/trust/13/usernamemixed"
    at = clock(served)
    header = (
        f'<a:Action s:mustUnderstand="1">{TRUST}/RST/Issue</a:Action>{address(url)}'
        f'<o:Security xmlns:o="{WSSE}">{timestamp(moment(at), moment(at + 300))}'
        f"<o:UsernameToken><o:Username>{name}</o:Username>"
        f'<o:Password Type="{PASSWORD_TEXT}">{password}</o:Password></o:UsernameToken></o:Security>'
    )
    body = (
        f'<t:RequestSecurityToken xmlns:t="{TRUST}"><t:RequestType>{TRUST}/Issue</t:RequestType>'
        '<p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy">'
        f"<a:EndpointReference><a:Address>{applies_to}</a:Address></a:EndpointReference>"
        "</p:AppliesTo></t:RequestSecurityToken>"
    )
    with served.http() as http:
        answer = http.post(url, content=envelope(header, body), headers=KIND)
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    token = root.find(f".//{{{TRUST}}}RequestedSecurityToken")
    secret = root.findtext(f".//{{{TRUST}}}BinarySecret")
    named = root.findtext(f".//{{{WSSE}}}KeyIdentifier")
    assert token is not None
    assert secret is not None
    assert named is not None
    return Issued(text(token[0]), base64.b64decode(secret), named)


def call(
    served: Served,
    issued: Issued,
    url: str,
    content: str = WHO,
    *,
    service: str = f"{SERVICES}/IOrganizationService",
    space: str = SERVICES,
    after: float = 0,
) -> httpx2.Response:
    """Send a message with a token, signed as its holder."""
    at = clock(served) + after
    stamp = timestamp(moment(at), moment(at + 300))
    signed = signature(issued.key, "sha1", [("_0", stamp)], key_identifier(issued.assertion_id))
    header = (
        f'<a:Action s:mustUnderstand="1">{service}/Execute</a:Action>'
        f"<a:MessageID>urn:uuid:{next(_COUNT)}</a:MessageID>{address(url)}"
        f'<o:Security xmlns:o="{WSSE}">{stamp}{issued.token}{signed}</o:Security>'
    )
    body = f'<Execute xmlns="{space}"{DECLARED}>{content}</Execute>'
    with served.http() as http:
        return http.post(url, content=envelope(header, body), headers=KIND)


def said(answer: httpx2.Response) -> dict[str, str]:
    """Return the results of an answer by their names."""
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    pairs = root.iter("{*}KeyValuePairOfstringanyType")
    return {pair[0].text or "": pair[1].text or "" for pair in pairs}


def subcode(answer: httpx2.Response) -> str:
    assert answer.status_code == 500, answer.text
    values = [
        each.text or "" for each in etree.fromstring(answer.content).iter(f"{{{SOAP12}}}Value")
    ]
    return values[-1].partition(":")[2]


def organization_service(served: Served, name: str) -> str:
    if name == "ifd":
        return str(served["organization_service_url"])
    return f"{served['organizations_url']}{name}/XRMServices/2011/Organization.svc"


@pytest.mark.parametrize("name", ["ifd", "inside"])
def test_a_person_of_the_farm_calls_an_organization(served: Served, name: str) -> None:
    url = organization_service(served, name)
    issued = sign_in(served, url, who="admin_username" if name == "inside" else "username")
    assert "EncryptedData" in issued.token
    first, second = (said(call(served, issued, url)) for _ in range(2))
    assert first["UserId"] == second["UserId"] != ""


def test_a_token_for_one_organization_is_none_for_another(served: Served) -> None:
    url, other = (organization_service(served, name) for name in ("ifd", "inside"))
    issued = sign_in(served, url)
    assert subcode(call(served, issued, other)) == "FailedAuthentication"
    online = organization_service(served, "online")
    assert subcode(call(served, issued, online)) == "FailedAuthentication"
    assert said(call(served, issued, url))


def test_discovery_knows_the_sender_of_a_message(served: Served) -> None:
    url = served["discovery_service_url"]
    issued = sign_in(served, url)
    asked = (
        '<request i:type="RetrieveOrganizationsRequest"><AccessType>Default</AccessType>'
        "<Release>Current</Release></request>"
    )
    service = f"{DISCOVERY}/IDiscoveryService"
    found = call(served, issued, url, asked, service=service, space=DISCOVERY)
    assert found.status_code == 200, found.text
    names = etree.fromstring(found.content).iter("{*}UniqueName")
    assert [each.text for each in names] == ["contoso"]
    other = organization_service(served, "ifd")
    assert subcode(call(served, issued, other)) == "FailedAuthentication"
    wrong = call(served, sign_in(served, other), url, asked, service=service, space=DISCOVERY)
    assert subcode(wrong) == "FailedAuthentication"


def test_a_token_outlives_a_roll_over_of_the_farms_keys(served: Served) -> None:
    url = organization_service(served, "ifd")
    before = sign_in(served, url)
    served.run("keys", "rotate")
    after = sign_in(served, url)
    assert said(call(served, before, url)) == said(call(served, after, url))


def test_a_token_outlives_one_renewal_of_the_organizations_key(served: Served) -> None:
    url = organization_service(served, "inside")
    before = sign_in(served, url, who="admin_username")
    assert served.run("org", "renew-key", "inside")["name"] == "inside"
    after = sign_in(served, url, who="admin_username")
    assert said(call(served, before, url)) == said(call(served, after, url))
    served.run("org", "renew-key", "inside")
    kept = said(call(served, after, url))
    assert kept == said(call(served, before, url))
    latest = sign_in(served, url, who="admin_username")
    assert said(call(served, latest, url)) == kept


def test_a_token_for_a_key_that_is_gone_is_not_opened(served: Served) -> None:
    url = organization_service(served, "inside")
    before = sign_in(served, url, who="admin_username")
    served.run("org", "renew-key", "inside")
    served.run("org", "renew-key", "inside")
    assert subcode(call(served, before, url)) == "FailedAuthentication"


def test_an_online_organization_has_no_key_to_renew(served: Served) -> None:
    assert served.run("org", "renew-key", "online", check=False) is None


def test_an_access_token_of_entra_is_none_here(served: Served) -> None:
    url = organization_service(served, "ifd")
    parts = urlsplit(served["organization_url"])
    asked: dict[str, Any] = {
        "grant_type": "client_credentials",
        "client_id": served["client_id"],
        "client_secret": served["client_secret"],
        "scope": f"{served['organizations_url']}online/.default",
    }
    with served.http() as http:
        given = http.post(f"{served.tenant_authority}/oauth2/v2.0/token", data=asked).json()
        headers = {"authorization": f"Bearer {given['access_token']}"}
        answer = http.get(f"{parts.scheme}://{parts.netloc}/api/data/v9.2/WhoAmI", headers=headers)
        assert answer.status_code == 401
        assert served["adfs_url"] in answer.headers["www-authenticate"]
        assert http.post(f"{url}/web", content=b"", headers=headers | KIND).status_code == 401


def test_an_access_token_of_the_farm_is_for_one_organization(served: Served) -> None:
    served.run("adfs", "client", "add", "Desk", "--id", "desk")
    urls = [served["organization_url"], f"{served['organizations_url']}inside/"]
    asked = {
        "grant_type": "password",
        "client_id": "desk",
        "username": served["admin_username"],
        "password": served["admin_password"],
    }
    with served.http() as http:

        def status(url: str, resource: str) -> int:
            given = http.post(
                f"{served['adfs_url']}/oauth2/token", data=asked | {"resource": resource}
            )
            headers = {"authorization": f"Bearer {given.json()['access_token']}"}
            return int(http.get(f"{url}api/data/v9.2/WhoAmI", headers=headers).status_code)

        assert [[status(url, resource) for url in urls] for resource in urls] == [
            [200, 401],
            [401, 200],
        ]


def test_a_token_ends_an_hour_later(served: Served) -> None:
    url = organization_service(served, "ifd")
    issued = sign_in(served, url)
    clock(served, advance_seconds=3600 + 290)
    assert said(call(served, issued, url))
    clock(served, advance_seconds=15)
    assert subcode(call(served, issued, url)) == "FailedAuthentication"
    assert subcode(call(served, sign_in(served, url), url, after=-601)) == "InvalidSecurity"
