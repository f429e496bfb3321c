"""Put Microsoft's own applications into tenants."""

from xrm.db import Transaction
from xrm.sts import first_party
from xrm.sts.directory import name_key
from xrm.sts.model import Application, ResourceName, Tenant
from xrm.sts.registration import principals
from xrm.sts.service import TokenService
from xrm.sts.store import PRINCIPALS, RESOURCE_NAMES, TENANTS, in_tenant


def install(service: TokenService, tx: Transaction, tenant: Tenant) -> None:
    """Put into a tenant what is missing there."""
    for application in _missing(service, tx, tenant):
        principals.put(service, tx, tenant, application)
        for uri in application.identifier_uris:
            name = ResourceName(name_key(uri), tenant.tenant_id, application.application_id, uri)
            service.store.put(tx, RESOURCE_NAMES, name)


def complete(service: TokenService) -> None:
    """Put into every tenant what an earlier version of this service did not know."""
    with service.database.read() as tx:
        tenants = service.store.find(tx, TENANTS)
        wanting = [tenant for tenant in tenants if _missing(service, tx, tenant)]
    if wanting:
        with service.database.write() as tx:
            for tenant in wanting:
                install(service, tx, tenant)
            tx.changed()


def _missing(service: TokenService, tx: Transaction, tenant: Tenant) -> list[Application]:
    return [
        application
        for application_id, application in first_party.APPLICATIONS.items()
        if not service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, application_id))
    ]
