"""Service principals: applications as they are present in a tenant.

One comes with a registration at home. In another tenant an administrator's consent brings it in.
"""

from dataclasses import replace
from uuid import UUID

from xrm.db import Transaction
from xrm.sts import first_party
from xrm.sts.directory import name_key
from xrm.sts.model import Application, ResourceName, ServicePrincipal, Tenant
from xrm.sts.registration.change import RegistrationError, audit, change
from xrm.sts.service import TokenService
from xrm.sts.store import (
    APPLICATIONS,
    PRINCIPALS,
    RESOURCE_NAMES,
    ROLE_ASSIGNMENTS,
    SCOPE_GRANTS,
    in_tenant,
)

MOST_REPLY_URLS = 8


def create_principal(
    service: TokenService,
    tenant: Tenant,
    application_id: UUID,
    *,
    enabled: bool = True,
    assignment_required: bool = False,
) -> ServicePrincipal:
    """Take an application into a tenant, by its id.

    Raises RegistrationError when there is no such application, it is present already, or it is
    another tenant's and for that tenant alone.
    """
    with change(service, f"the service principal of {application_id}") as tx:
        made = take_in(service, tx, tenant, application_id)
        if not enabled or assignment_required:
            made = replace(made, enabled=enabled, assignment_required=assignment_required)
            service.store.put(tx, PRINCIPALS, made)
    audit(service, tenant.tenant_id, "principal.create", application_id)
    return made


def take_in(
    service: TokenService, tx: Transaction, tenant: Tenant, application_id: UUID
) -> ServicePrincipal:
    """Do what `create_principal` does, in the transaction of a change."""
    application = known(service, tx, application_id)
    if application is None:
        text = f"no application {application_id} is registered"
        raise RegistrationError(text, kind="absent", member="appId")
    if application.tenant_id != tenant.tenant_id and not application.multi_tenant:
        raise RegistrationError(
            f"the application {application_id} is for its own tenant alone; its audience "
            "must be AzureADMultipleOrgs before others can take it in",
            kind="forbidden",
            member="appId",
        )
    return put(service, tx, tenant, application)


def find_principal(
    service: TokenService, tenant: Tenant, application_id: UUID
) -> ServicePrincipal | None:
    """Return an application as it is present in a tenant, or None."""
    with service.database.read() as tx:
        return service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, application_id))


def list_principals(service: TokenService, tenant: Tenant) -> list[ServicePrincipal]:
    """Return the applications present in a tenant, by name."""
    with service.database.read() as tx:
        found = service.store.find(tx, PRINCIPALS, tenant=str(tenant.tenant_id))
    return sorted(found, key=lambda one: (one.name.lower(), one.application_id))


def amend_principal(
    service: TokenService,
    principal: ServicePrincipal,
    *,
    enabled: bool | None = None,
    assignment_required: bool | None = None,
) -> ServicePrincipal:
    """Change an application's standing in one tenant; what is None stays as it is.

    Where an assignment is required, those who want tokens for it must hold a role of it. Raises
    RegistrationError when it is not there.
    """
    key = in_tenant(principal.tenant_id, principal.application_id)
    with change(service) as tx:
        standing = service.store.get(tx, PRINCIPALS, key)
        if standing is None:
            raise RegistrationError("the service principal is not there", kind="absent")
        changed = replace(
            standing,
            enabled=standing.enabled if enabled is None else enabled,
            assignment_required=(
                standing.assignment_required if assignment_required is None else assignment_required
            ),
        )
        service.store.put(tx, PRINCIPALS, changed)
    operations = ["principal.enable" if enabled else "principal.disable"] * (enabled is not None)
    operations += ["principal.assignment"] * (assignment_required is not None)
    for operation in operations:
        audit(service, principal.tenant_id, operation, principal.application_id)
    return changed


def set_principal_enabled(
    service: TokenService, principal: ServicePrincipal, *, enabled: bool
) -> ServicePrincipal:
    """Disable an application in one tenant, or enable it again."""
    return amend_principal(service, principal, enabled=enabled)


def require_assignment(
    service: TokenService, principal: ServicePrincipal, *, required: bool
) -> ServicePrincipal:
    """Ask of those who want tokens for an application that they hold a role of it, or no longer."""
    return amend_principal(service, principal, assignment_required=required)


def add_reply_url(
    service: TokenService, tenant: Tenant, application_id: UUID, url: str
) -> ServicePrincipal:
    """Let an application be answered at a further address in one tenant, letter by letter.

    The last eight addresses stay: one may be served no more, or by another server of several.
    Raises RegistrationError when the application is not there.
    """
    with change(service) as tx:
        key = in_tenant(tenant.tenant_id, application_id)
        standing = service.store.get(tx, PRINCIPALS, key)
        if standing is None:
            raise RegistrationError("the service principal is not there", kind="absent")
        others = [one for one in standing.reply_urls if one != url]
        kept = (*others, url)[-MOST_REPLY_URLS:]
        if kept == standing.reply_urls:
            return standing
        changed = replace(standing, reply_urls=kept)
        service.store.put(tx, PRINCIPALS, changed)
    audit(service, tenant.tenant_id, "principal.reply", application_id)
    return changed


def delete_principal(service: TokenService, principal: ServicePrincipal) -> None:
    """Put an application out of a tenant, with all it was granted there.

    Raises RegistrationError when it is not there, or is one of Microsoft's own resources.
    """
    if principal.application_id in first_party.RESOURCES:
        raise RegistrationError(f"{principal.name} cannot be removed", kind="forbidden")
    with change(service) as tx:
        if not remove(service, tx, principal):
            raise RegistrationError("the service principal is not there", kind="absent")
    audit(service, principal.tenant_id, "principal.delete", principal.application_id)


def known(service: TokenService, tx: Transaction, application_id: UUID) -> Application | None:
    """Return an application registered anywhere, Microsoft's own among them, or None."""
    own = first_party.APPLICATIONS.get(application_id)
    return own or service.store.get(tx, APPLICATIONS, str(application_id))


def put(
    service: TokenService, tx: Transaction, tenant: Tenant, application: Application
) -> ServicePrincipal:
    """Keep a new principal of an application, which goes by its id as a resource too.

    Raises `xrm.db.Violation` when there is one.
    """
    application_id = application.application_id
    principal = ServicePrincipal(
        object_id=service.ids(),
        tenant_id=tenant.tenant_id,
        application_id=application_id,
        name=application.name,
        created=int(service.clock()),
    )
    service.store.put(tx, PRINCIPALS, principal, new=True)
    text = str(application_id)
    name = ResourceName(name_key(text), tenant.tenant_id, application_id, text)
    service.store.put(tx, RESOURCE_NAMES, name)
    return principal


def remove(service: TokenService, tx: Transaction, principal: ServicePrincipal) -> bool:
    """Remove a principal with its names, its grants and roles and those on it.

    Tells whether it was there.
    """
    store, key = service.store, in_tenant(principal.tenant_id, principal.application_id)
    subject = str(principal.object_id)
    for name in store.find(tx, RESOURCE_NAMES, application=key):
        store.delete(tx, RESOURCE_NAMES, in_tenant(name.tenant_id, name.key))
    granted = store.find(tx, SCOPE_GRANTS, client=subject)
    for grant in granted + store.find(tx, SCOPE_GRANTS, resource=subject):
        store.delete(tx, SCOPE_GRANTS, grant.grant_id)
    held = store.find(tx, ROLE_ASSIGNMENTS, holder=subject)
    for one in held + store.find(tx, ROLE_ASSIGNMENTS, resource=subject):
        store.delete(tx, ROLE_ASSIGNMENTS, str(one.assignment_id))
    return store.delete(tx, PRINCIPALS, key)
