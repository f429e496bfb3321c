"""Claims-based sign-in by the client: a whole round against an internet-facing deployment."""

import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

import xrm
from support.claims_client import SVC, USERNAMEMIXED, ifd, who_am_i
from support.contoso import Driver
from support.overheard import Heard, MovedClock
from xrm import errors, soap
from xrm.auth import AuthenticationCredentials
from xrm.client.claims.description import AuthenticationProviderType, TokenServiceCredentialType
from xrm.testing import Person, Server

HOUR = 3600.0
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
TRUST = "{http://docs.oasis-open.org/ws-sx/ws-trust/200512}"
UTILITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"


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
