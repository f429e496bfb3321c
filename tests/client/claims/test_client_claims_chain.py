"""A person of another token service: their own one signs them in, the organization's believes it.

Both are farms of one server, of two tenants. The trusts are made as an administrator makes them:
from support.claims_client import SVC,USERNAMEMIXED,ifd,who_am_i
from the documents in which each farm describes itself.
"""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

import xrm
from support.contoso import Driver
from support.overheard import Heard
from xrm import cli, errors, soap
from xrm.testing import Server
from xrm.wire.wsfed import metadata_reading
from xrm.wire.wsfed.description import Description

FABRIKAM, TAILSPIN = "fabrikam.example", "tailspin.example"
GRACE, ALAN, HENRY = f"grace@{FABRIKAM}", f"alan@{FABRIKAM}", f"henry@{TAILSPIN}"
"""One with a user in the organization, one without, and one of a farm that is not trusted."""
PASSWORD = "Correct-horse-battery-9"
METADATA = "FederationMetadata/2007-06/FederationMetadata.xml"
ISSUED = "/services/trust/13/issuedtokenmixedsymmetricbasic256"
USERNAMEMIXED, SVC = "/services/trust/13/usernamemixed", "/Organization.svc"


@dataclass(frozen=True)
class Chain:
    """The server, and the user that the organization's administrator made for GRACE."""

    server: Server
    user: UUID

    @property
    def authority(self) -> str:
        return self.server.facts.authority.rstrip("/")

    def home(self, domain: str) -> str:
        """Return the description of a tenant's own token service."""
        return f"{self.authority}/{domain}/adfs/services/trust/mex"

    def credential(self, name: str, password: str = PASSWORD) -> xrm.auth.IFD:
        return xrm.auth.IFD(name, password, home_realm=self.home(name.partition("@")[2]))


def run(server: Server, *arguments: str) -> None:
    """Run a verb of the command beside the server, on its data."""
    assert cli.main([*arguments, "--data", str(server.facts.data_dir), "--json"]) == 0


def described(server: Server, path: str) -> Description:
    """Return what a farm says of itself."""
    facts = server.facts
    context = ssl.create_default_context(cafile=str(facts.ca_bundle))
    with httpx2.Client(verify=context, timeout=60) as http:
        document = http.get(f"{facts.authority.rstrip('/')}/{path}{METADATA}").content
    return metadata_reading.read(document)


def kept(folder: Path, name: str, content: bytes) -> str:
    file = folder / name
    file.write_bytes(content)
    return str(file)


def add_farm(server: Server, folder: Path, domain: str, *people: str) -> None:
    """Make a tenant with people, whose farm gives tokens for the first tenant's."""
    run(server, "tenant", "create", domain.partition(".")[0].title(), "--domain", domain)
    password = kept(folder, "password", PASSWORD.encode())
    for name in people:
        how = ("--password-file", password, "--keep-password", "--tenant", domain)
        run(server, "user", "create", name, *how)
    own = described(server, "")
    assert own.application is not None
    certificate = kept(folder, "own.cer", own.application.encryption[0])
    trusted = ("--identifier", own.entity, "--certificate", certificate, "--rule", "upn")
    run(server, "adfs", "party", "add", "Contoso AD FS", *trusted, "--tenant", domain)


def add_user(server: Server, name: str) -> UUID:
    """Have the organization's administrator let a person of another domain in."""
    facts = server.facts
    administrator = xrm.auth.IFD(facts.admin_username, facts.admin_password)
    with xrm.Client(facts.organization_url, administrator, verify=facts.ca_bundle) as client:
        unit = client.soap.execute(soap.WhoAmI()).business_unit_id
        user = soap.Entity(
            "systemuser",
            {
                "domainname": name,
                "firstname": "Grace",
                "lastname": "Hopper",
                "internalemailaddress": name,
                "businessunitid": soap.EntityReference("businessunit", unit),
            },
        )
        made = client.soap.create(user)
        named = soap.QueryByAttribute(
            "role", attributes=["name", "businessunitid"], values=["Salesperson", unit]
        )
        roles = client.soap.retrieve_multiple(named).entities
        given = [soap.EntityReference("role", role.id) for role in roles]
        client.soap.associate("systemuser", made, "systemuserroles_association", given)
    return made


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    folder = tmp_path_factory.mktemp("chain")
    with Server(deployment="ifd") as server:
        add_farm(server, folder, FABRIKAM, GRACE, ALAN)
        add_farm(server, folder, TAILSPIN, HENRY)
        theirs = described(server, f"{FABRIKAM}/")
        assert theirs.token_service is not None
        signing = kept(folder, "fabrikam.cer", theirs.token_service.signing[0])
        trusted = ("--identifier", theirs.entity, "--certificate", signing)
        run(server, "adfs", "provider", "add", "Fabrikam", *trusted)
        yield Chain(server, add_user(server, GRACE))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def opened(kind: str, chain: Chain, heard: Heard) -> Iterator[Callable[[Any], Driver]]:
    drivers: list[Driver] = []

    def open_one(credential: Any) -> Driver:
        facts = chain.server.facts
        transport = heard.transport(kind, facts.ca_bundle)
        drivers.append(Driver(kind, facts.organization_url, credential, transport=transport))
        return drivers[-1]

    yield open_one
    for driver in drivers:
        driver.end()


def who_am_i(driver: Driver) -> Any:
    return driver.ran(driver.client.soap.execute(soap.WhoAmI()))


def posts(heard: Heard, part: str) -> list[str]:
    return [each.request.url for each in heard.to(part) if each.request.method == "POST"]


def test_a_person_of_another_domain_signs_in_at_home(
    chain: Chain, opened: Callable[[Any], Driver], heard: Heard
) -> None:
    driver = opened(chain.credential(GRACE))
    assert who_am_i(driver).user_id == chain.user
    lead = soap.Entity("lead", {"subject": "From afar", "lastname": "Doe"})
    made = driver.ran(driver.client.soap.create(lead))
    read = driver.ran(driver.client.soap.retrieve("lead", made, ["subject", "ownerid"]))
    assert (read["subject"], read["ownerid"].id) == ("From afar", chain.user)
    # The password goes to their own token service alone, its token to the organization's one.
    authority = chain.authority
    assert posts(heard, USERNAMEMIXED) == [f"{authority}/{FABRIKAM}/adfs{USERNAMEMIXED}"]
    assert posts(heard, ISSUED) == [f"{authority}/adfs{ISSUED}"]
    assert len(posts(heard, SVC)) == 3
    holding = [each for each in heard.exchanges if PASSWORD.encode() in each.request.body]
    assert [each.request.url for each in holding] == posts(heard, USERNAMEMIXED)


def test_a_person_the_organization_does_not_know_is_let_in_by_the_farms_alone(
    chain: Chain, opened: Callable[[Any], Driver], heard: Heard
) -> None:
    with pytest.raises(errors.ServiceError) as refused:
        who_am_i(opened(chain.credential(ALAN)))
    assert refused.value.error_code == -2147015328  # 0x80072560, no member of the organization
    assert len(posts(heard, ISSUED)) == 1


def test_a_token_service_that_is_not_trusted_is_not_believed(
    chain: Chain, opened: Callable[[Any], Driver], heard: Heard
) -> None:
    with pytest.raises(errors.TokenRefusedError) as refused:
        who_am_i(opened(chain.credential(HENRY)))
    assert refused.value.code == "FailedAuthentication"
    # They did sign in at home: it is the organization's token service that refuses.
    assert posts(heard, ISSUED)
    assert not posts(heard, SVC)


def test_a_wrong_password_is_refused_at_home(
    chain: Chain, opened: Callable[[Any], Driver], heard: Heard
) -> None:
    with pytest.raises(errors.TokenRefusedError) as refused:
        who_am_i(opened(chain.credential(GRACE, "not it")))
    assert refused.value.code == "FailedAuthentication"
    assert not posts(heard, ISSUED)


def test_a_person_of_another_domain_has_no_account_at_the_organizations_farm(
    chain: Chain, opened: Callable[[Any], Driver]
) -> None:
    with pytest.raises(errors.TokenRefusedError):
        who_am_i(opened(xrm.auth.IFD(GRACE, PASSWORD)))


def test_a_connection_string_names_the_home_realm(kind: str, chain: Chain) -> None:
    facts = chain.server.facts
    text = (
        f"AuthType=IFD;Url={facts.organization_url};UserName={GRACE};Password={PASSWORD};"
        f"HomeRealmUri={chain.home(FABRIKAM)}"
    )
    connect = xrm.connect if kind == "sync" else xrm.connect_async
    driver = Driver.around(kind, connect(text, verify=facts.ca_bundle))
    assert who_am_i(driver).user_id == chain.user
    driver.end()


def test_the_name_that_is_matched_is_of_one_person(chain: Chain) -> None:
    """No second user can be made for the name, in whatever letter case."""
    with pytest.raises(errors.ServiceError) as refused:
        add_user(chain.server, GRACE.upper())
    assert refused.value.error_code == -2147214036  # 0x80041d2c, there is such a user
