"""Discovery of claims-based organizations: whom it shows, and where they are said to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import xrm
from support.served import Served, serving
from xrm.errors import XrmError
from xrm.soap import (
    DiscoveryServiceProxy,
    EndpointAccessType,
    OrganizationServiceProxy,
    RetrieveCurrentOrganization,
)

SERVICES = {
    "WebApplication": "",
    "OrganizationService": "XRMServices/2011/Organization.svc",
    "OrganizationDataService": "XRMServices/2011/OrganizationData.svc",
}


@dataclass(frozen=True)
class Deployed:
    """The server, and the addresses of its organizations by name."""

    served: Served
    urls: dict[str, str]

    @property
    def salesperson(self) -> xrm.auth.IFD:
        return xrm.auth.IFD(self.served["username"], self.served["password"])

    def discovery(self, base: str) -> DiscoveryServiceProxy:
        """Return the SDK's client of a Discovery.svc, for the salesperson."""
        address = f"{base}XRMServices/2011/Discovery.svc"
        return DiscoveryServiceProxy(address, self.salesperson, verify=self.served["ca_bundle"])


@pytest.fixture(scope="module", params=["1", "2"], ids=["one worker", "two workers"])
def deployed(request: pytest.FixtureRequest) -> Iterator[Deployed]:
    """Two organizations of each claims-based kind, one of another tenant, and one online."""
    settings = ("--memory", "--port", "0", "--workers", request.param, "--deployment", "ifd")
    with serving(*settings) as served:
        for name, kind, tenant in (
            ("adventure", "ifd", "contoso.localhost"),
            ("adatum", "ifd", "fabrikam.localhost"),
            ("woodgrove", "on-premises", "contoso.localhost"),
            ("proseware", "on-premises", "contoso.localhost"),
            ("northwind", "online", "contoso.localhost"),
        ):
            served.run("org", "create", name, "--deployment", kind, "--tenant", tenant)
        yield Deployed(served, {each["name"]: each["url"] for each in served.run("org", "list")})


def told(details: list[Any]) -> dict[str, dict[str, str]]:
    """Return the addresses that discovery tells, by name and kind."""
    return {
        one.unique_name: {str(kind): address for kind, address in one.endpoints.items()}
        for one in details
    }


def addresses(url: str) -> dict[str, str]:
    return {kind: url + path for kind, path in SERVICES.items()}


def test_internet_facing_ones_are_shown_at_the_host_of_discovery(deployed: Deployed) -> None:
    with deployed.discovery(f"https://dev.{deployed.served['ifd_host']}/") as discovery:
        found = told(discovery.retrieve_organizations())
        assert found == {name: addresses(deployed.urls[name]) for name in ("contoso", "adventure")}
        assert discovery.retrieve_organization("adventure").url_name == "adventure"
        for name in ("adatum", "woodgrove", "northwind", "nobody"):
            with pytest.raises(XrmError, match="does not exist"):
                discovery.retrieve_organization(name)


@pytest.mark.parametrize("name", ["contoso", "adventure"])
def test_internet_facing_ones_are_shown_at_each_ones_own_host_too(
    deployed: Deployed, name: str
) -> None:
    """The PHP toolkit asks there unless it is told not to."""
    with deployed.discovery(deployed.urls[name]) as discovery:
        found = told(discovery.retrieve_organizations())
    assert found == {name: addresses(deployed.urls[name]) for name in ("contoso", "adventure")}


@pytest.mark.parametrize("name", ["woodgrove", "proseware"])
def test_those_on_premises_are_shown_below_the_address_of_each(
    deployed: Deployed, name: str
) -> None:
    with deployed.discovery(deployed.urls[name]) as discovery:
        found = told(discovery.retrieve_organizations())
    assert found == {name: addresses(deployed.urls[name]) for name in ("woodgrove", "proseware")}


@pytest.mark.parametrize("name", ["contoso", "adventure", "woodgrove", "proseware"])
def test_an_organization_tells_the_same_of_itself(deployed: Deployed, name: str) -> None:
    url, bundle = deployed.urls[name], deployed.served["ca_bundle"]
    with OrganizationServiceProxy(url, deployed.salesperson, verify=bundle) as organization:
        detail = organization.execute(
            RetrieveCurrentOrganization(access_type=EndpointAccessType.DEFAULT)
        ).detail
    assert {str(kind): address for kind, address in detail.endpoints.items()} == addresses(url)
    assert (detail.unique_name, detail.url_name) == (name, name)


def test_who_has_no_user_in_any_of_them_is_shown_none(deployed: Deployed) -> None:
    name = "nobody@contoso.localhost"
    made = deployed.served.run("user", "create", name, "--permanent")
    nobody = xrm.auth.IFD(name, made["password"])
    address = f"https://dev.{deployed.served['ifd_host']}/XRMServices/2011/Discovery.svc"
    bundle = deployed.served["ca_bundle"]
    with DiscoveryServiceProxy(address, nobody, verify=bundle) as discovery:
        assert discovery.retrieve_organizations() == []
