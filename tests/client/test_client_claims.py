"""Claims-based sign-in by the client: a whole round against an internet-facing deployment."""

import subprocess
import warnings
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import xrm
from support.contoso import Contoso, Driver
from support.overheard import Heard, MovedClock
from xrm import errors, soap
from xrm.auth import AuthenticationCredentials
from xrm.client.claims.description import AuthenticationProviderType, TokenServiceCredentialType
from xrm.testing import Person, Server
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.wsdl.deployments import DEPLOYMENTS, Site
from xrm.wire.soap.wsdl.documents import ORGANIZATION_SERVICE, Documents

HOUR = 3600.0
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
TRUST = "{http://docs.oasis-open.org/ws-sx/ws-trust/200512}"
UTILITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
USERNAMEMIXED, SVC = "/services/trust/13/usernamemixed", "/Organization.svc"


@pytest.fixture(scope="module")
def ifd_server() -> Iterator[Server]:
    with Server(deployment="ifd") as server:
        yield server


@pytest.fixture(scope="module")
def person(ifd_server: Server) -> Person:
    return ifd_server.person()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def opened(
    kind: str, ifd_server: Server, heard: Heard, clock: MovedClock
) -> Iterator[Callable[..., Driver]]:
    """Return `opened(credential)`: a client of the organization whose requests are heard."""
    drivers: list[Driver] = []

    def open_one(credential: Any, **options: Any) -> Driver:
        facts = ifd_server.facts
        transport = heard.transport(kind, facts.ca_bundle)
        driver = Driver(
            kind, facts.organization_url, credential, transport=transport, clock=clock, **options
        )
        drivers.append(driver)
        return driver

    yield open_one
    for driver in drivers:
        driver.end()


def ifd(person: Person, **more: Any) -> xrm.auth.IFD:
    return xrm.auth.IFD(person.username, person.password, **more)


def who_am_i(driver: Driver) -> Any:
    return driver.ran(driver.client.soap.execute(soap.WhoAmI()))


def test_a_round(
    opened: Callable[..., Driver], person: Person, heard: Heard, ifd_server: Server
) -> None:
    driver = opened(ifd(person))
    first, second = who_am_i(driver), who_am_i(driver)
    assert first == second
    assert first.organization_id.int
    # One description, one sign-in, and two messages with the same token.
    assert len(heard.to(USERNAMEMIXED)) == 1
    calls = [each for each in heard.to(SVC) if each.request.method == "POST"]
    assert len(calls) == 2
    security = [each.sent.find(".//{*}Security") for each in calls]
    tokens = [each.find(f"{XENC}EncryptedData") for each in security]
    values = [each.findtext(f".//{XENC}CipherValue") for each in tokens]
    assert values[0] == values[1]
    # What is not in the header: the token in clear, a password, a bearer token.
    assert b"Assertion>" not in calls[0].request.body
    assert person.password.reveal().encode() not in calls[0].request.body
    assert not any(name == "Authorization" for name, _ in calls[0].request.headers)
    # No two messages bear the same signature, or they would look like a replay.
    signatures = {each.findtext(f".//{DS}SignatureValue") for each in security}
    assert len(signatures) == 2


def test_the_token_is_encrypted_and_its_key_is_of_both_sides(
    opened: Callable[..., Driver], person: Person, heard: Heard
) -> None:
    who_am_i(opened(ifd(person)))
    (issued,) = heard.to(USERNAMEMIXED)
    from lxml import etree

    response = etree.fromstring(issued.answer.body).find(f".//{TRUST}RequestSecurityTokenResponse")
    assert response is not None
    assert response.find(f"{TRUST}RequestedSecurityToken/{XENC}EncryptedData") is not None
    proof = response.find(f"{TRUST}RequestedProofToken/{TRUST}ComputedKey")
    assert proof is not None
    assert proof.text == "http://docs.oasis-open.org/ws-sx/ws-trust/200512/CK/PSHA1"
    halves = [
        each.findtext(f".//{TRUST}Entropy/{TRUST}BinarySecret") for each in (issued.sent, response)
    ]
    assert [len(b64decode(half or "")) for half in halves] == [32, 32]


def test_xmlsec_verifies_the_signature_over_the_timestamp(
    kind: str,
    ifd_server: Server,
    person: Person,
    heard: Heard,
    tmp_path: Path,
    require: Callable[..., Path],
) -> None:
    program = require("xmlsec1", "it judges the signatures of messages")
    facts = ifd_server.facts
    with xrm.ServiceManagement.fetch(facts.organization_url, verify=facts.ca_bundle) as management:
        given = AuthenticationCredentials(user_name=person.username, password=person.password)
        response = management.authenticate(given).response()
        credential = xrm.auth.IssuedToken(response)
        driver = Driver(
            kind,
            facts.organization_url,
            credential,
            transport=heard.transport(kind, facts.ca_bundle),
        )
        who_am_i(driver)
        driver.end()
    (call,) = heard.to(SVC)
    message, key = tmp_path / "message.xml", tmp_path / "key.bin"
    message.write_bytes(call.request.body)
    assert response.token.proof is not None
    key.write_bytes(response.token.proof)
    done = subprocess.run(
        [
            *(program, "--verify", "--hmackey", key, "--enabled-key-data", "key-name,hmac"),
            *("--id-attr:Id", f"{UTILITY[1:-1]}:Timestamp", message),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    message.write_bytes(call.request.body.replace(b"<u:Created>20", b"<u:Created>19"))
    changed = subprocess.run(
        [
            *(program, "--verify", "--hmackey", key, "--enabled-key-data", "key-name,hmac"),
            *("--id-attr:Id", f"{UTILITY[1:-1]}:Timestamp", message),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert changed.returncode != 0


def test_a_token_is_renewed_before_its_end(
    opened: Callable[..., Driver],
    person: Person,
    heard: Heard,
    ifd_server: Server,
    clock: MovedClock,
) -> None:
    driver = opened(ifd(person))
    who_am_i(driver)
    clock.offset = HOUR - 300
    with ifd_server.advance(clock.offset):
        who_am_i(driver)
    assert len(heard.to(USERNAMEMIXED)) == 1
    clock.offset = HOUR - 30
    with ifd_server.advance(clock.offset):
        who_am_i(driver)
    assert len(heard.to(USERNAMEMIXED)) == 2
    clock.offset = 9 * HOUR
    with ifd_server.advance(clock.offset):
        who_am_i(driver)
    assert len(heard.to(USERNAMEMIXED)) == 3


def test_an_expired_token_that_is_not_to_be_renewed(
    opened: Callable[..., Driver],
    person: Person,
    heard: Heard,
    ifd_server: Server,
    clock: MovedClock,
) -> None:
    driver = opened(ifd(person, renew=False))
    who_am_i(driver)
    sent = len(heard.exchanges)
    clock.offset = 3 * HOUR
    with (
        ifd_server.advance(clock.offset),
        pytest.raises(errors.ExpiredSecurityTokenError, match="the security token has expired"),
    ):
        who_am_i(driver)
    assert len(heard.exchanges) == sent


def test_the_organization_refuses_a_token_whose_time_has_come(
    kind: str, ifd_server: Server, person: Person, heard: Heard, clock: MovedClock
) -> None:
    """A client that does not look at the end of its token is told by the service."""
    facts = ifd_server.facts
    with xrm.ServiceManagement.fetch(facts.organization_url, verify=facts.ca_bundle) as management:
        given = AuthenticationCredentials(user_name=person.username, password=person.password)
        response = management.authenticate(given).response()
    object.__setattr__(response.token, "expires_at", 1e12)
    clock.offset = 3 * HOUR
    driver = Driver(
        kind,
        facts.organization_url,
        xrm.auth.IssuedToken(response),
        transport=heard.transport(kind, facts.ca_bundle),
        clock=clock,
    )
    with (
        ifd_server.advance(clock.offset),
        pytest.raises(errors.MessageSecurityError) as refused,
    ):
        who_am_i(driver)
    driver.end()
    assert refused.value.code == "FailedAuthentication"


@pytest.mark.parametrize("form", ["domain and account", "domain apart", "upper case"])
def test_names_in_every_form(form: str, opened: Callable[..., Driver], ifd_server: Server) -> None:
    facts = ifd_server.facts
    account, _, domain = facts.username.partition("@")
    short = domain.partition(".")[0].upper()
    given = {
        "domain and account": xrm.auth.IFD(f"{short}\\{account}", facts.password),
        "domain apart": xrm.auth.IFD(account, facts.password, domain=short),
        "upper case": xrm.auth.IFD(facts.username.upper(), facts.password),
    }[form]
    found = who_am_i(opened(given))
    assert found.user_id == who_am_i(opened(xrm.auth.IFD(facts.username, facts.password))).user_id


def test_a_wrong_password(opened: Callable[..., Driver], person: Person, heard: Heard) -> None:
    with pytest.raises(errors.TokenRefusedError) as refused:
        who_am_i(opened(xrm.auth.Federation(person.username, "not it")))
    assert refused.value.code == "FailedAuthentication"
    assert "not it" not in str(refused.value)
    assert not [each for each in heard.to(SVC) if each.request.method == "POST"]


def test_a_prompt_is_asked_after_a_refusal(opened: Callable[..., Driver], person: Person) -> None:
    asked: list[str] = []

    def prompt(address: str) -> tuple[str, Any] | None:
        asked.append(address)
        return (person.username, person.password) if len(asked) == 2 else ("nobody", "at all")

    driver = opened(xrm.auth.Federation(person.username, "not it", prompt=prompt))
    who_am_i(driver)
    assert len(asked) == 2
    assert asked[0].endswith(USERNAMEMIXED)


def test_a_prompt_that_gives_up(opened: Callable[..., Driver], person: Person) -> None:
    driver = opened(xrm.auth.Federation(person.username, "not it", prompt=lambda _: None))
    with pytest.raises(errors.TokenRefusedError):
        who_am_i(driver)


def test_credentials_of_a_device_are_accepted_with_a_warning(person: Person) -> None:
    with pytest.warns(UserWarning, match="device credentials mean nothing"):
        ifd(person, device=("name", "password"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ifd(person)


def test_client_certificates_are_refused_with_the_reason(person: Person) -> None:
    with pytest.raises(errors.ConfigurationError, match="client certificates are not supported"):
        ifd(person, certificate="client.pfx")
    text = "AuthType=IFD;Url=https://crm.example;UserName=a;Password=b;CertificatePath=c.pfx"
    with pytest.raises(errors.ConfigurationError, match="client certificates are not supported"):
        xrm.connect(text)


def test_a_connection_string(kind: str, ifd_server: Server, person: Person) -> None:
    facts = ifd_server.facts
    text = (
        f"AuthType=IFD;Url={facts.organization_url};UserName={person.username};"
        f"Password='{person.password.reveal()}'"
    )
    connect = xrm.connect if kind == "sync" else xrm.connect_async
    driver = Driver.around(kind, connect(text, verify=facts.ca_bundle))
    assert who_am_i(driver).user_id.int
    driver.end()


def test_the_web_api_takes_no_claims(opened: Callable[..., Driver], person: Person) -> None:
    driver = opened(ifd(person))
    with pytest.raises(errors.ConfigurationError, match="the Web API takes OAuth tokens"):
        driver.ran(driver.client.whoami())
    with pytest.raises(errors.ConfigurationError, match="the Web API takes OAuth tokens"):
        driver.ran(driver.client.access_token())


def test_the_proxies(kind: str, ifd_server: Server, person: Person) -> None:
    facts = ifd_server.facts
    names = ("OrganizationServiceProxy", "DiscoveryServiceProxy")
    organization, discovery = (
        getattr(soap, f"Async{name}" if kind == "async" else name) for name in names
    )
    proxy = Driver.around(
        kind, organization(facts.organization_service_url, ifd(person), verify=facts.ca_bundle)
    )
    lead = soap.Entity("lead", {"subject": "By claims", "lastname": "Doe"})
    made = proxy.ran(proxy.client.create(lead))
    read = proxy.ran(proxy.client.retrieve("lead", made, ["subject"]))
    assert read["subject"] == "By claims"
    with pytest.raises(errors.NotFoundError) as absent:
        proxy.ran(proxy.client.retrieve("lead", "00000000-0000-0000-0000-000000000001"))
    assert absent.value.error_code == -2147220969
    assert absent.value.timestamp is not None
    proxy.end()
    found = Driver.around(
        kind, discovery(facts.discovery_service_url, ifd(person), verify=facts.ca_bundle)
    )
    (detail,) = found.ran(found.client.retrieve_organizations())
    assert detail.unique_name == facts.tenant_domain.partition(".")[0]
    with pytest.raises(errors.ConfigurationError, match="bearer tokens only"):
        found.ran(found.client.instances())
    found.end()


def test_the_description(ifd_server: Server) -> None:
    facts = ifd_server.facts
    with xrm.ServiceManagement.fetch(
        facts.organization_service_url, verify=facts.ca_bundle
    ) as management:
        assert management.authentication_type is AuthenticationProviderType.FEDERATION
        assert management.current_service_endpoint == facts.organization_service_url
        kinds = {each.credential_type for each in management.issuer_endpoints}
        assert TokenServiceCredentialType.USERNAME in kinds
        assert {each.trust_version for each in management.issuer_endpoints} == {"1.3", "2005"}
        provider = management.get_identity_provider(facts.username)
        assert provider.identifier.endswith("/adfs/services/trust")
        assert management.policy_configuration["SecureTokenService"] == provider.identifier
        again = management.cross_realm_issuer_endpoints(f"{facts.adfs_url}/services/trust/mex")
        assert again == management.issuer_endpoints


def test_an_answer_is_a_credential_until_its_end(
    kind: str, ifd_server: Server, person: Person, clock: MovedClock
) -> None:
    facts = ifd_server.facts
    with xrm.ServiceManagement.fetch(facts.organization_url, verify=facts.ca_bundle) as management:
        given = AuthenticationCredentials(user_name=person.username, password=person.password)
        with pytest.raises(errors.ConfigurationError, match="nobody has signed in"):
            given.response()
        answered = management.authenticate(given)
        response = answered.response()
        assert (response.valid_to - response.valid_from).total_seconds() == pytest.approx(
            HOUR, 0.01
        )
        assert "proof" not in repr(response)
        assert "Encrypted" not in repr(response)
        credential = management.credential(answered)
    driver = Driver(kind, facts.organization_url, credential, verify=facts.ca_bundle, clock=clock)
    assert who_am_i(driver).user_id.int
    clock.offset = 2 * HOUR
    with pytest.raises(errors.ExpiredSecurityTokenError):
        who_am_i(driver)
    driver.end()


def test_a_service_without_claims_says_so(kind: str) -> None:
    with Server() as online:
        facts = online.facts
        credential = xrm.auth.Federation(facts.username, facts.password)
        driver = Driver(kind, facts.organization_url, credential, verify=facts.ca_bundle)
        with pytest.raises(errors.SecurityNegotiationError, match="OnlineFederation"):
            who_am_i(driver)
        driver.end()


@pytest.mark.parametrize(
    ("mex", "message"),
    [
        ("https://sts.attacker.example/adfs/services/trust/mex", "which is not trusted"),
        ("http://localhost/adfs/services/trust/mex", "which is not trusted|not reached by https"),
        ("https://user:word@localhost/mex", "cannot be used"),
    ],
)
def test_a_token_service_a_stranger_names_gets_no_password(
    mex: str, message: str, kind: str, contoso: Contoso, ca_bundle: Path
) -> None:
    """An organization that may be anybody's cannot send its callers anywhere."""
    site = Site(address=f"{contoso.org.url}/{SVC}", deployment=DEPLOYMENTS["federation"])
    site = replace(site, deployment=replace(site.deployment, metadata=mex))
    wsdl = Documents(ORGANIZATION_SERVICE, site, CONTRACTS.values()).document("singleWsdl")
    assert wsdl is not None
    contoso.org.answer = lambda _: (200, {"Content-Type": "text/xml"}, wsdl)
    credential = xrm.auth.Federation("ada@contoso.example", "secret")
    driver = Driver(kind, contoso.org.url, credential, verify=ca_bundle)
    with pytest.raises(errors.UntrustedAuthorityError, match=message):
        who_am_i(driver)
    driver.end()
    assert not contoso.sts.seen
    assert all(b"secret" not in each.body for each in contoso.org.seen)


def test_a_token_service_the_caller_names_is_believed(person: Person, ifd_server: Server) -> None:
    facts = ifd_server.facts
    credential = ifd(person, metadata="https://sts.attacker.example/adfs/services/trust/mex")
    # It is asked, and simply not there.
    client = xrm.Client(
        facts.organization_url,
        credential,
        verify=facts.ca_bundle,
        retry=xrm.Retry(attempts=1),
        timeout=5,
    )
    with client, pytest.raises(errors.TransportError):
        client.soap.execute(soap.WhoAmI())
