"""Permissions: what an application says it needs, and an administrator's consent to it.

A registration names the scopes and roles of resources it requires; that alone grants nothing.
Consent grants, in one tenant, all that is required and not granted yet.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from xrm.db import Transaction
from xrm.sts import first_party
from xrm.sts.directory import guid
from xrm.sts.model import (
    CRM_APPLICATION,
    GRAPH_APPLICATION,
    Application,
    AppRole,
    RequiredAccess,
    RoleAssignment,
    Scope,
    ServicePrincipal,
    Tenant,
    User,
)
from xrm.sts.registration import principals
from xrm.sts.registration.applications import amend_application
from xrm.sts.registration.change import RegistrationError, audit, change
from xrm.sts.registration.consenting import add_scopes
from xrm.sts.registration.granted import assignment_id
from xrm.sts.service import TokenService
from xrm.sts.store import PRINCIPALS, ROLE_ASSIGNMENTS, SCOPE_GRANTS, in_tenant

Kind = Literal["Scope", "Role"]

_SHORT_NAMES = {"dynamics": CRM_APPLICATION, "graph": GRAPH_APPLICATION}


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission of an application: whether its registration asks it, whether it has it.

    `granted` means for the application itself (a role) or for all people (a scope).
    """

    resource: str
    value: str
    kind: Kind
    access: UUID
    required: bool
    granted: bool
    text: str


def find_resource(
    service: TokenService, tenant: Tenant, name: str
) -> tuple[ServicePrincipal, Application]:
    """Return a tenant's resource by application id, by a name of it, or by a short name.

    The short names are `dynamics` and `graph`. Raises RegistrationError when there is none.
    """
    asked = str(_SHORT_NAMES.get(name.lower(), name))
    with service.database.read() as tx:
        found = service.directory.view(tx).resource(tenant, asked)
    if found is None:
        raise RegistrationError(
            f"no resource named {name!r} is in the tenant {tenant.name}; name it by application "
            "id, by an identifier URI, or as dynamics or graph",
            kind="absent",
            member="resourceAppId",
        )
    return found.principal, found.application


def require(
    service: TokenService,
    application: Application,
    *,
    resource: Application,
    value_or_id: str | UUID,
    kind: Kind | None = None,
) -> Application:
    """Say in a registration that it needs a permission of a resource; again changes nothing.

    `value_or_id` names a scope or a role. Raises RegistrationError when the resource offers
    none of that name, or a scope and a role and `kind` does not say which.
    """
    wanted = _access(resource, str(value_or_id), kind)

    def amend(standing: Application) -> Application:
        if wanted in standing.required:
            return standing
        return replace(standing, required=(*standing.required, wanted))

    return amend_application(service, application, amend)


def unrequire(
    service: TokenService,
    application: Application,
    *,
    resource: Application,
    value_or_id: str | UUID,
    kind: Kind | None = None,
) -> Application:
    """Take a permission out of a registration. What was granted stays granted.

    Raises RegistrationError when the resource offers none of that name, or it is not required.
    """
    unwanted = _access(resource, str(value_or_id), kind)

    def amend(standing: Application) -> Application:
        if unwanted not in standing.required:
            raise RegistrationError(
                f"the application does not require {value_or_id} of {resource.name}", kind="absent"
            )
        return replace(standing, required=tuple(r for r in standing.required if r != unwanted))

    return amend_application(service, application, amend)


def consent(
    service: TokenService, tenant: Tenant, application_id: UUID, *, person: User | None = None
) -> ServicePrincipal:
    """Give an administrator's consent: take the application in and grant all that it requires.

    For one `person` only scopes are granted: roles are the application's own. What was granted
    before stays. Raises RegistrationError when the application is not known or not for this
    tenant, or when a resource or permission it requires is not there.
    """
    with change(service) as tx:
        principal = service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, application_id))
        taken_in = principal is None
        if principal is None:
            principal = principals.take_in(service, tx, tenant, application_id)
        application = principals.known(service, tx, application_id)
        if application is None:
            text = f"no application {application_id} is registered"
            raise RegistrationError(text, kind="absent", member="appId")
        by_resource: dict[UUID, list[RequiredAccess]] = defaultdict(list)
        for one in application.required:
            if person is None or one.kind == "Scope":
                by_resource[one.resource].append(one)
        for resource_id, required in by_resource.items():
            resource = _present(service, tx, tenant, resource_id)
            _grant(service, tx, principal, resource, required, person=person)
    if taken_in:
        audit(service, tenant.tenant_id, "principal.create", application_id)
    audit(service, tenant.tenant_id, "consent.grant", application_id)
    return principal


def withdraw(service: TokenService, tenant: Tenant, application_id: UUID) -> None:
    """Take back all an application was granted in a tenant; away from home, put it out of it.

    Raises RegistrationError when it is not present there.
    """
    with change(service) as tx:
        principal = _present(service, tx, tenant, application_id)
        application = principals.known(service, tx, application_id)
        for grant in service.store.find(tx, SCOPE_GRANTS, client=str(principal.object_id)):
            service.store.delete(tx, SCOPE_GRANTS, grant.grant_id)
        for held in service.store.find(tx, ROLE_ASSIGNMENTS, holder=str(principal.object_id)):
            service.store.delete(tx, ROLE_ASSIGNMENTS, str(held.assignment_id))
        at_home = application is not None and application.tenant_id == tenant.tenant_id
        if not at_home and application_id not in first_party.RESERVED:
            principals.remove(service, tx, principal)
    audit(service, tenant.tenant_id, "consent.withdraw", application_id)


def permissions(
    service: TokenService, tenant: Tenant, application: Application, *, person: User | None = None
) -> list[Permission]:
    """Return what an application requires and what a tenant granted it, by resource and value.

    With a `person` what was granted for that one counts too.
    """
    with service.database.read() as tx:
        key = in_tenant(tenant.tenant_id, application.application_id)
        principal = service.store.get(tx, PRINCIPALS, key)
        granted = set(_granted(service, tx, principal, person)) if principal else set()
        rows = [
            _row(service, tx, one, required=one in application.required, granted=one in granted)
            for one in {*application.required, *granted}
        ]
    return sorted(rows, key=lambda row: (row.resource.lower(), row.kind, row.value, row.access))


def _granted(
    service: TokenService, tx: Transaction, principal: ServicePrincipal, person: User | None
) -> Iterator[RequiredAccess]:
    for held in service.store.find(tx, ROLE_ASSIGNMENTS, holder=str(principal.object_id)):
        resource = _offering(service, tx, held.resource)
        if resource is not None:
            yield RequiredAccess(resource.application_id, held.role_id, "Role")
    for grant in service.store.find(tx, SCOPE_GRANTS, client=str(principal.object_id)):
        resource = _offering(service, tx, grant.resource)
        for_others = grant.person is not None and (
            person is None or grant.person != person.object_id
        )
        if resource is None or for_others:
            continue
        values = set(grant.scope.split())
        for scope in resource.scopes:
            if scope.value in values:
                yield RequiredAccess(resource.application_id, scope.scope_id, "Scope")


def _offering(service: TokenService, tx: Transaction, object_id: UUID) -> Application | None:
    found = service.store.find(tx, PRINCIPALS, object=str(object_id))
    return principals.known(service, tx, found[0].application_id) if found else None


def _row(
    service: TokenService, tx: Transaction, one: RequiredAccess, *, required: bool, granted: bool
) -> Permission:
    resource = principals.known(service, tx, one.resource)
    offered = _offered(resource, one)
    value, text = "", ""
    if isinstance(offered, Scope):
        value, text = offered.value, offered.admin_name
    elif offered is not None:
        value, text = offered.value, offered.name
    name = resource.name if resource else str(one.resource)
    return Permission(name, value, one.kind, one.access, required, granted, text)


def _offered(resource: Application | None, one: RequiredAccess) -> Scope | AppRole | None:
    if resource is None:
        return None
    if one.kind == "Scope":
        return next((s for s in resource.scopes if s.scope_id == one.access), None)
    return next((r for r in resource.roles if r.role_id == one.access), None)


def _access(resource: Application, name: str, kind: Kind | None) -> RequiredAccess:
    access_id = guid(name)
    found: list[RequiredAccess] = []
    if kind != "Role":
        found += [
            RequiredAccess(resource.application_id, scope.scope_id, "Scope")
            for scope in resource.scopes
            if scope.scope_id == access_id or scope.value == name
        ]
    if kind != "Scope":
        found += [
            RequiredAccess(resource.application_id, role.role_id, "Role")
            for role in resource.roles
            if "Application" in role.members and (role.role_id == access_id or role.value == name)
        ]
    if len(found) > 1:
        raise RegistrationError(f"{resource.name} offers {name} as scope and as role; say which")
    if not found:
        raise RegistrationError(
            f"{resource.name} offers no permission {name}", kind="absent", member="resourceAccess"
        )
    return found[0]


def _present(
    service: TokenService, tx: Transaction, tenant: Tenant, application_id: UUID
) -> ServicePrincipal:
    found = service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, application_id))
    if found is None:
        raise RegistrationError(
            f"the application {application_id} is not in the tenant {tenant.name}", kind="absent"
        )
    return found


def _grant(
    service: TokenService,
    tx: Transaction,
    principal: ServicePrincipal,
    resource: ServicePrincipal,
    required: list[RequiredAccess],
    *,
    person: User | None,
) -> None:
    offered = principals.known(service, tx, resource.application_id)
    scopes: list[str] = []
    for one in required:
        permission = _offered(offered, one)
        if permission is None or not permission.enabled:
            text = f"{resource.name} offers no permission {one.access}"
            raise RegistrationError(text, kind="absent", member="requiredResourceAccess")
        if isinstance(permission, Scope):
            scopes.append(permission.value)
        else:
            _assign(service, tx, principal, resource, permission)
    if scopes:
        whom = person.object_id if person else None
        add_scopes(service, tx, principal, resource.object_id, scopes, person=whom)


def _assign(
    service: TokenService,
    tx: Transaction,
    principal: ServicePrincipal,
    resource: ServicePrincipal,
    role: AppRole,
) -> None:
    key = assignment_id(principal.object_id, resource.object_id, role.role_id)
    if service.store.get(tx, ROLE_ASSIGNMENTS, str(key)) is None:
        assignment = RoleAssignment(
            assignment_id=key,
            tenant_id=principal.tenant_id,
            holder=principal.object_id,
            resource=resource.object_id,
            role_id=role.role_id,
            created=int(service.clock()),
        )
        service.store.put(tx, ROLE_ASSIGNMENTS, assignment, new=True)
