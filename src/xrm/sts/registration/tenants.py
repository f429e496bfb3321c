"""Tenants: directories with verified domains, and the names their resources go by."""

from dataclasses import replace
from uuid import UUID

from xrm.sts.directory import name_key
from xrm.sts.model import (
    CONSUMERS_TENANT,
    CRM_APPLICATION,
    MICROSOFT_TENANT,
    Domain,
    ResourceName,
    Tenant,
    is_domain,
)
from xrm.sts.registration import presence
from xrm.sts.registration.change import RegistrationError, audit, change, named
from xrm.sts.service import TokenService
from xrm.sts.store import DOMAINS, RESOURCE_NAMES, TENANTS

_RESERVED = {CONSUMERS_TENANT: "personal accounts", MICROSOFT_TENANT: "Microsoft's own services"}


def create_tenant(
    service: TokenService, *, name: str, domain: str, tenant_id: UUID | None = None
) -> Tenant:
    """Create a tenant with its verified domain, Microsoft's own applications present in it.

    Raises RegistrationError for an unusable name or domain, or when either is taken.
    """
    domain = _domain(domain)
    if tenant_id in _RESERVED:
        raise RegistrationError(f"this tenant id stands for {_RESERVED[tenant_id]}")
    tenant = Tenant(tenant_id or service.ids(), named(name), (domain,))
    with change(service, f"the domain {domain}") as tx:
        if service.store.get(tx, TENANTS, str(tenant.tenant_id)) is not None:
            text = f"the tenant {tenant.tenant_id} is already registered"
            raise RegistrationError(text, kind="taken")
        service.store.put(tx, TENANTS, tenant, new=True)
        service.store.put(tx, DOMAINS, Domain(domain, tenant.tenant_id), new=True)
        presence.install(service, tx, tenant)
    audit(service, tenant.tenant_id, "tenant.create", domain)
    return tenant


def find_tenant(service: TokenService, id_or_domain: UUID | str) -> Tenant | None:
    """Return a tenant by its id or by a verified domain, or None."""
    text = str(id_or_domain).lower()
    with service.database.read() as tx:
        domain = service.store.get(tx, DOMAINS, text)
        return service.store.get(tx, TENANTS, str(domain.tenant_id) if domain else text)


def list_tenants(service: TokenService) -> list[Tenant]:
    """Return every tenant, by name."""
    with service.database.read() as tx:
        tenants = service.store.find(tx, TENANTS)
    return sorted(tenants, key=lambda tenant: (tenant.name.lower(), tenant.tenant_id))


def add_domain(service: TokenService, tenant: Tenant, domain: str) -> Tenant:
    """Verify another domain for a tenant. Raises RegistrationError when it is taken."""
    domain = _domain(domain)
    with change(service, f"the domain {domain}") as tx:
        standing = service.store.get(tx, TENANTS, str(tenant.tenant_id))
        if standing is None:
            raise RegistrationError(f"there is no tenant {tenant.tenant_id}", kind="absent")
        service.store.put(tx, DOMAINS, Domain(domain, tenant.tenant_id), new=True)
        changed = replace(standing, domains=(*standing.domains, domain))
        service.store.put(tx, TENANTS, changed)
    audit(service, tenant.tenant_id, "tenant.domain.add", domain)
    return changed


def add_resource(service: TokenService, tenant: Tenant, url: str) -> ResourceName:
    """Make an organization's URL a name of Dynamics in a tenant; doing so again changes nothing.

    Raises RegistrationError unless it is an https URL of printable ASCII without query.
    """
    plain = url.isascii() and url.isprintable() and not set(url) & set(' ?#"\\')
    if not plain or not url.lower().startswith("https://") or not url[8:].strip("/"):
        raise RegistrationError(f"{url!r} is not the https URL of an organization")
    name = ResourceName(name_key(url), tenant.tenant_id, CRM_APPLICATION, url)
    with change(service) as tx:
        service.store.put(tx, RESOURCE_NAMES, name)
    return name


def _domain(domain: str) -> str:
    domain = domain.lower()
    if not is_domain(domain):
        raise RegistrationError(f"{domain!r} is not a DNS name such as contoso.example")
    return domain
