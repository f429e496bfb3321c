"""How an organization is made known where its people sign in: at Entra ID, or at their farm."""

from xrm.server.organizations.deployments import Sites
from xrm.server.organizations.registry import Entry
from xrm.sts import TokenService
from xrm.sts.adfs import Farm, parties
from xrm.sts.model import CRM_APPLICATION, Tenant
from xrm.sts.registration import add_reply_url, add_resource


def at_entra(service: TokenService, tenant: Tenant, sites: Sites, entry: Entry) -> None:
    """Make its URL a name by which tokens for it are asked, and a reply URL.

    So becomes the address of discovery, at which every tenant's people ask for theirs.
    """
    url = entry.url(sites)
    for each in dict.fromkeys((url, sites.discovery(entry.deployment))):
        add_resource(service, tenant, each)
    add_reply_url(service, tenant, CRM_APPLICATION, url)


def audiences(sites: Sites, entry: Entry, *, leading: bool) -> tuple[str, ...]:
    """Return the names of an organization's relying party that are addresses.

    `leading` tells that it is the first of its tenant's that are deployed so: to it belongs the
    address that they share for browsers to come back to.
    """
    passive = sites.passive(entry.deployment) if leading else ""
    return (entry.url(sites), *([passive] if passive else ()))


def at_farm(
    service: TokenService,
    farm: Farm,
    sites: Sites,
    entry: Entry,
    *,
    certificate: bytes,
    leading: bool,
) -> None:
    """Make it a relying party of its people's farm; one that leads makes discovery another.

    `certificate` is what tokens for either are encrypted to.
    """
    names = audiences(sites, entry, leading=leading)
    parties.ensure(
        service,
        farm,
        name=f"{entry.unique_name} ({entry.deployment})",
        identifiers=(*names, _lasting(entry)),
        endpoints=names,
        certificate=certificate,
    )
    discovery = sites.discovery(entry.deployment)
    if leading and discovery not in names:
        parties.ensure(
            service,
            farm,
            name=f"Discovery ({entry.deployment})",
            identifiers=(discovery, f"urn:xrm:discovery:{entry.deployment}"),
            certificate=certificate,
        )


def leave_farm(service: TokenService, farm: Farm, entry: Entry) -> None:
    """Remove an organization's relying party from the farm, if it is there."""
    with service.database.read() as tx:
        party = parties.identified(service.directory.view(tx), farm, _lasting(entry))
    if party is not None:
        parties.remove(service, farm, party.party_id)


def _lasting(entry: Entry) -> str:
    """Return a name that stays when the server's addresses change."""
    return f"urn:uuid:{entry.organization_id}"
