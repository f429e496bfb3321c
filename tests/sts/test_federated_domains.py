"""Federated domains: how they are registered, and what the public documents say of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from support.federating import AUDIENCE, DOMAIN, ISSUER, PASSIVE, TRUST, federate
from support.saml_tokens import pair
from support.signing_in import cheap_passwords
from xrm.sts import registration
from xrm.sts.adfs import Farm, parties
from xrm.sts.registration import RegistrationError, federation

BASE = "https://localhost:8443"


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    """What passwords cost is another test's matter."""
    with cheap_passwords():
        yield


@pytest.fixture
def world(fresh: Any) -> Any:
    """A service whose tenant has two domains."""
    fresh.tenant = registration.add_domain(fresh.service, fresh.tenant, DOMAIN)
    return fresh


def realm(world: Any, document: Any, user: str) -> dict[str, str]:
    found: dict[str, str] = document(world.get(f"/common/userrealm/{user}", "api-version=1.0"))
    return found


def test_the_realm_of_a_federated_domain(world: Any, document: Any) -> None:
    """Member by member as recorded, and what MSAL wants beside (docs of its test data)."""
    federate(world.service, world.tenant)
    assert realm(world, document, f"fred@{DOMAIN.upper()}") == {
        "ver": "1.0",
        "account_type": "Federated",
        "domain_name": DOMAIN,
        "federation_protocol": "WSTrust",
        "federation_metadata_url": f"{TRUST}/mex",
        "federation_active_auth_url": f"{TRUST}/2005/usernamemixed",
        "cloud_audience_urn": AUDIENCE,
        "cloud_instance_name": "localhost:8443",
    }


@pytest.mark.parametrize(
    ("user", "kind"),
    [
        (f"nobody@{DOMAIN}", "Federated"),
        (f"nobody%40{DOMAIN}", "Federated"),
        (f"a@b@{DOMAIN}", "Federated"),
        ("maria@contoso.example", "Managed"),
        (f"fred@sub.{DOMAIN}", "Unknown"),
        (DOMAIN, "Unknown"),
        (f"fred@{DOMAIN}.", "Unknown"),
        ("fred@\uff43orp.contoso.example", "Unknown"),
    ],
)
def test_the_kind_of_a_realm(world: Any, document: Any, user: str, kind: str) -> None:
    federate(world.service, world.tenant)
    assert realm(world, document, user)["account_type"] == kind


def test_a_realm_at_the_tenants_own_farm(world: Any, document: Any) -> None:
    farm = Farm(BASE, world.tenant)
    record = federation.federate_at(world.service, farm, DOMAIN.upper())
    found = realm(world, document, f"fred@{DOMAIN}")
    trust = f"{BASE}/adfs/services/trust"
    assert found["federation_metadata_url"] == f"{trust}/mex"
    assert found["federation_active_auth_url"] == f"{trust}/2005/usernamemixed"
    assert (record.domain, record.issuer) == (DOMAIN, "http://localhost:8443/adfs/services/trust")
    assert record.passive == record.sign_out == f"{BASE}/adfs/ls/"
    party = parties.find(world.service, farm, AUDIENCE)
    assert party is not None
    assert party.endpoints == (f"{BASE}/login.srf",)
    federation.federate_at(world.service, farm, DOMAIN)  # again: nothing is there twice
    assert [one.domain for one in federation.federated_domains(world.service, world.tenant)] == [
        DOMAIN
    ]


def test_a_domain_is_managed_again(world: Any, document: Any) -> None:
    federate(world.service, world.tenant)
    federation.manage(world.service, world.tenant, DOMAIN.upper())
    assert realm(world, document, f"fred@{DOMAIN}")["account_type"] == "Managed"
    with pytest.raises(RegistrationError, match="no federated domain"):
        federation.manage(world.service, world.tenant, DOMAIN)


def test_another_tenant_manages_nothing_here(world: Any, document: Any) -> None:
    federate(world.service, world.tenant)
    other = registration.create_tenant(world.service, name="Other", domain="other.example")
    with pytest.raises(RegistrationError, match="no federated domain"):
        federation.manage(world.service, other, DOMAIN)
    with pytest.raises(RegistrationError, match="no verified domain"):
        federate(world.service, other, DOMAIN)
    assert realm(world, document, f"fred@{DOMAIN}")["account_type"] == "Federated"


def test_an_issuer_speaks_for_one_tenant(world: Any) -> None:
    federate(world.service, world.tenant)
    other = registration.create_tenant(world.service, name="Other", domain="other.example")
    with pytest.raises(RegistrationError, match="another tenant's"):
        federate(world.service, other, "other.example")


def test_nobody_takes_the_name_of_a_farm_of_this_server(world: Any) -> None:
    """Or its own tenant could not be federated with it any more."""
    other = registration.create_tenant(world.service, name="Other", domain="other.example")
    taken = ("http://localhost:8443/adfs/services/trust", f"{BASE}/adfs/services/trust", BASE)
    for issuer in taken:
        with pytest.raises(RegistrationError, match="this server's own"):
            federate(world.service, other, "other.example", issuer=issuer)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": ""},
        {"issuer": "no uri"},
        {"issuer": "urn:a b"},
        {"issuer": "urn:a\n"},
        {"issuer": f"urn:{'a' * 1100}"},
        {"certificates": []},
        {"certificates": [b"no certificate"]},
        {"certificates": [b""]},
        {"certificates": [pair("corp").der] * 5},
        {"active": "http://sts.corp.example/"},
        {"active": "https://"},
        {"active": ""},
        {"metadata": "https://user@sts.corp.example/"},
        {"metadata": "https://sts.corp.example:port/"},
        {"passive": "javascript:alert(1)"},
        {"passive": "https://[::1/"},
        {"passive": f"{PASSIVE}\n"},
        {"sign_out": "ftp://sts.corp.example/"},
        {"domain": "nowhere.example"},
    ],
)
def test_what_is_no_federation(world: Any, changes: dict[str, Any]) -> None:
    domain = changes.pop("domain", DOMAIN)
    with pytest.raises(RegistrationError):
        federate(world.service, world.tenant, domain, **changes)
    assert federation.federated_domains(world.service, world.tenant) == []


def test_certificates_may_be_pem_and_several(world: Any) -> None:
    given = [pair("corp").certificate_pem, pair("labs").der]
    federate(world.service, world.tenant, certificates=given)
    (found,) = federation.federated_domains(world.service, world.tenant)
    assert found.certificates == (pair("corp").der, pair("labs").der)
    assert found.issuer == ISSUER


def test_discovery_names_the_grants_of_federated_people(world: Any, document: Any) -> None:
    """Where the profile names the grants at all; Entra ID's own document does not."""
    path = f"/{world.tenant.tenant_id}/v2.0/.well-known/openid-configuration"
    assert "grant_types_supported" not in document(world.get(path))
    world.service.profile = replace(world.service.profile, publishes_all=True)
    named = document(world.get(path))["grant_types_supported"]
    assert "urn:ietf:params:oauth:grant-type:saml1_1-bearer" in named
    assert "urn:ietf:params:oauth:grant-type:saml2-bearer" in named
