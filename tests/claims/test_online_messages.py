"""The old online chain from end to end: the realm, the farm, RST2.srf, then Organization.svc.

The client is played by text alone, as the programs of that time were written.
"""

import base64
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest
from lxml import etree

from support.claiming import WHO, WSSE, key_identifier, moment, signature, timestamp
from support.served import Served, serving
from support.soap_elements import ADDRESSING, DECLARED, SERVICES, SOAP12

WST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
REGION, AUDIENCE = "urn:crmna:dynamics.com", "urn:federation:MicrosoftOnline"
KIND = {"content-type": "application/soap+xml; charset=utf-8"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server with an online organization, another one of its tenant, and one on premises."""
    with serving("--memory", "--port", "0") as server:
        server.run("org", "create", "beside")
        server.run("org", "create", "inside", "--deployment", "on-premises")
        yield server


@dataclass(frozen=True)
class Held:
    """A token as a client takes it out of the answer of RST2.srf."""

    token: str
    key: bytes
    assertion_id: str


def ask(served: Served, address: str, proof: str, applies_to: str, more: str = "") -> str:
    """Return the text of what a token service answers a request of February 2005."""
    now = time.time()
    body = (
        f'<t:RequestSecurityToken xmlns:t="{WST}"><t:RequestType>{WST}/Issue</t:RequestType>'
        '<p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy"><a:EndpointReference>'
        f"<a:Address>{applies_to}</a:Address></a:EndpointReference></p:AppliesTo>{more}"
        "</t:RequestSecurityToken>"
    )
    stamp = timestamp(moment(now), moment(now + 300))
    document = (
        f'<s:Envelope xmlns:s="{SOAP12}" xmlns:a="{ADDRESSING}"><s:Header>'
        f'<a:Action s:mustUnderstand="1">{WST}/RST/Issue</a:Action>'
        f'<a:To s:mustUnderstand="1">{address}</a:To>'
        f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{stamp}{proof}</o:Security>'
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
    with served.http() as http:
        answer = http.post(address, content=document.encode(), headers=KIND)
    assert answer.status_code == 200, answer.text
    return answer.text


def by_password(served: Served) -> str:
    return (
        f"<o:UsernameToken><o:Username>{served['username']}</o:Username>"
        f"<o:Password>{served['password']}</o:Password></o:UsernameToken>"
    )


def held(served: Served, proof: str, applies_to: str = REGION) -> Held:
    """Return a token of RST2.srf, taken out by prefixes and positions."""
    text = ask(served, f"{served['authority'].rstrip('/')}/RST2.srf", proof, applies_to)
    token = re.search(r"<wst:RequestedSecurityToken>(.*)</wst:RequestedSecurityToken>", text)
    key = re.search(r"<wst:BinarySecret>([^<]*)<", text)
    (_, name, _) = re.findall(r"<wsse:KeyIdentifier[^>]*>([^<]*)<", text)
    assert token
    assert key
    return Held(token[1], base64.b64decode(key[1]), name)


@pytest.fixture(scope="module")
def token(served: Served) -> Held:
    """Return a token of a managed person."""
    return held(served, by_password(served))


def call(
    served: Served, found: Held, *, url: str = "", signed: bool = False, skewed: float = 0
) -> str:
    """Return whom WhoAmI names, or the code of the fault."""
    now = time.time() + skewed
    address = f"{url or served['organization_url']}XRMServices/2011/Organization.svc"
    stamp = timestamp(moment(now), moment(now + 300))
    more = ""
    if signed:
        more = signature(found.key, "sha1", [("_0", stamp)], key_identifier(found.assertion_id))
    document = (
        f'<s:Envelope xmlns:s="{SOAP12}" xmlns:a="{ADDRESSING}"><s:Header>'
        f'<a:Action s:mustUnderstand="1">{SERVICES}/IOrganizationService/Execute</a:Action>'
        f'<a:To s:mustUnderstand="1">{address}</a:To>'
        f'<o:Security s:mustUnderstand="1" xmlns:o="{WSSE}">{stamp}{found.token}{more}'
        f'</o:Security></s:Header><s:Body><Execute xmlns="{SERVICES}"{DECLARED}>{WHO}</Execute>'
        "</s:Body></s:Envelope>"
    )
    with served.http() as http:
        answer = http.post(address, content=document.encode(), headers=KIND)
    root = etree.fromstring(answer.content)
    if answer.status_code != 200:
        return (root.findtext(".//{*}Subcode/{*}Value") or "").rpartition(":")[2]
    pairs = {item[0].text: item[1].text for item in root.iter("{*}KeyValuePairOfstringanyType")}
    return pairs["UserId"] or ""


def test_a_managed_person_gets_in_by_a_token_and_a_timestamp(served: Served, token: Held) -> None:
    who = call(served, token)
    assert len(who) == 36
    assert call(served, token) == who, "one header may carry several messages"
    assert call(served, token, signed=True) == who


def test_the_token_is_for_every_online_organization_of_the_tenant(
    served: Served, token: Held
) -> None:
    beside = f"{served['organization_url']}beside/"
    assert len(call(served, token, url=beside)) == 36
    here = held(served, by_password(served), served["organization_url"])
    assert len(call(served, here)) == 36
    assert call(served, here, url=beside) == "FailedAuthentication"


def test_it_is_for_no_organization_on_premises(served: Served, token: Held) -> None:
    for signed in (False, True):
        inside = f"{served['organization_url']}inside/"
        assert call(served, token, url=inside, signed=signed) == "FailedAuthentication"


def test_what_is_signed_is_signed_well(served: Served, token: Held) -> None:
    wrong = replace(token, key=bytes(24))
    assert call(served, wrong, signed=True) == "InvalidSecurity"
    assert call(served, replace(token, assertion_id="uuid-1"), signed=True) == "InvalidSecurity"
    for skewed in (-3600, 3600):
        assert call(served, token, skewed=skewed) == "InvalidSecurity"
    changed = token.token.replace("CipherValue>", "CipherValue>AAAA", 1)
    assert call(served, replace(token, token=changed)) == "FailedAuthentication"


def test_a_federated_person_by_the_farm(served: Served, token: Held) -> None:
    """The realm names the farm, whose assertion is exchanged at RST2.srf."""
    who = call(served, token)
    domain = served["username"].partition("@")[2]
    served.run("tenant", "domain", "federate", domain, domain, "--farm")
    authority = served["authority"].rstrip("/")
    with served.http() as http:
        form = {"login": served["username"], "xml": "1"}
        realm = http.post(f"{authority}/GetUserRealm.srf", data=form).text
    assert "<IsFederatedNS>true</IsFederatedNS>" in realm
    found = re.search("<STSAuthURL>(.*?)</STSAuthURL>", realm)
    assert found
    assert urlsplit(found[1]).path == "/adfs/services/trust/2005/usernamemixed"
    bearer = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey"
    answer = ask(
        served, found[1], by_password(served), AUDIENCE, f"<t:KeyType>{bearer}</t:KeyType>"
    )
    start = re.search(r"<(\w+:)?Assertion\b.*</(\w+:)?Assertion>", answer, re.DOTALL)
    assert start
    assert call(served, held(served, start[0])) == who
