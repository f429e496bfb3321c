"""What has been granted in a tenant: delegated scopes to clients, roles to clients and people.

Each grant stands alone: its id follows from what it is about, so that of two equal ones only
one can be kept, whichever process writes first.
"""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID, uuid5

from xrm.db import Transaction
from xrm.sts.model import (
    Application,
    RoleAssignment,
    ScopeGrant,
    ServicePrincipal,
    Tenant,
    User,
)
from xrm.sts.registration import principals
from xrm.sts.registration.change import RegistrationError, audit, change
from xrm.sts.service import TokenService
from xrm.sts.store import PRINCIPALS, ROLE_ASSIGNMENTS, SCOPE_GRANTS, USERS
from xrm.wire import jose

DEFAULT_ROLE = UUID(int=0)
"""The role of a resource that has declared none: to be assigned without a name."""

_LONGEST_SCOPE = 3850


def grant_scope(
    service: TokenService,
    tenant: Tenant,
    *,
    client: UUID,
    resource: UUID,
    scope: str,
    person: UUID | None = None,
) -> ScopeGrant:
    """Consent to scopes of a resource, for one person or, without one, for all.

    `client` and `resource` are object ids of service principals of the tenant, `scope` values
    between blanks. Raises RegistrationError when one is not there, for a text that is no list of
    values, and when the client has a grant on the resource for the same people already.
    """
    with change(service, "this permission grant") as tx:
        for member, one in (("clientId", client), ("resourceId", resource)):
            principal_of(service, tx, tenant, one, member=member)
        if person is not None:
            _person_of(service, tx, tenant, person)
        grant = ScopeGrant(
            grant_id=scope_grant_id(client, resource, person),
            tenant_id=tenant.tenant_id,
            client=client,
            resource=resource,
            scope=_scopes(scope),
            person=person,
        )
        service.store.put(tx, SCOPE_GRANTS, grant, new=True)
    audit(service, tenant.tenant_id, "scope.grant", client)
    return grant


def change_scope(service: TokenService, grant: ScopeGrant, scope: str) -> ScopeGrant:
    """Replace the scopes of a grant. Raises RegistrationError when it is not there."""
    with change(service) as tx:
        standing = service.store.get(tx, SCOPE_GRANTS, grant.grant_id)
        if standing is None:
            raise RegistrationError("the permission grant is not there", kind="absent")
        changed = replace(standing, scope=_scopes(scope))
        service.store.put(tx, SCOPE_GRANTS, changed)
    audit(service, grant.tenant_id, "scope.change", grant.client)
    return changed


def revoke_scope(service: TokenService, grant: ScopeGrant) -> None:
    """Remove a grant of scopes. Raises RegistrationError when it is not there."""
    with change(service) as tx:
        if not service.store.delete(tx, SCOPE_GRANTS, grant.grant_id):
            raise RegistrationError("the permission grant is not there", kind="absent")
    audit(service, grant.tenant_id, "scope.revoke", grant.client)


def find_scope_grant(service: TokenService, tenant: Tenant, grant_id: str) -> ScopeGrant | None:
    """Return a grant of scopes of a tenant by its id, or None."""
    with service.database.read() as tx:
        found = service.store.get(tx, SCOPE_GRANTS, grant_id)
    return found if found and found.tenant_id == tenant.tenant_id else None


def list_scope_grants(
    service: TokenService, tenant: Tenant, *, client: UUID | None = None
) -> list[ScopeGrant]:
    """Return the grants of scopes in a tenant, or those of one client there, by id."""
    by = {"tenant": str(tenant.tenant_id)} if client is None else {"client": str(client)}
    with service.database.read() as tx:
        found = service.store.find(tx, SCOPE_GRANTS, **by)
    return [one for one in found if one.tenant_id == tenant.tenant_id]


def assign_role(
    service: TokenService, tenant: Tenant, *, holder: UUID, resource: UUID, role_id: UUID
) -> RoleAssignment:
    """Give a service principal or a person a role of a resource, all of one tenant.

    `holder` and `resource` are object ids. Raises RegistrationError when one is not there, the
    resource offers no such role to such a holder, or it is held already.
    """
    with change(service, "this role assignment") as tx:
        offering = principal_of(service, tx, tenant, resource, member="resourceId")
        held = service.store.get(tx, USERS, str(holder))
        is_person = held is not None and held.tenant_id == tenant.tenant_id and not held.deleted
        if not is_person:
            principal_of(service, tx, tenant, holder, member="principalId")
        application = principals.known(service, tx, offering.application_id)
        if not _offers(application, role_id, "User" if is_person else "Application"):
            text = f"{offering.name} offers no role {role_id} that can be assigned to it"
            raise RegistrationError(text, member="appRoleId")
        assignment = RoleAssignment(
            assignment_id=assignment_id(holder, resource, role_id),
            tenant_id=tenant.tenant_id,
            holder=holder,
            resource=resource,
            role_id=role_id,
            created=int(service.clock()),
            holder_kind="User" if is_person else "ServicePrincipal",
        )
        service.store.put(tx, ROLE_ASSIGNMENTS, assignment, new=True)
    audit(service, tenant.tenant_id, "role.assign", holder)
    return assignment


def unassign_role(service: TokenService, assignment: RoleAssignment) -> None:
    """Take a role away again. Raises RegistrationError when it is not held."""
    with change(service) as tx:
        if not service.store.delete(tx, ROLE_ASSIGNMENTS, str(assignment.assignment_id)):
            raise RegistrationError("the role assignment is not there", kind="absent")
    audit(service, assignment.tenant_id, "role.unassign", assignment.holder)


def list_role_assignments(
    service: TokenService, *, holder: UUID | None = None, resource: UUID | None = None
) -> list[RoleAssignment]:
    """Return the roles a principal or person holds, or those held on a resource, or both."""
    by = {"holder": str(holder)} if holder is not None else {"resource": str(resource)}
    with service.database.read() as tx:
        found = service.store.find(tx, ROLE_ASSIGNMENTS, **by)
    return [one for one in found if resource is None or one.resource == resource]


def scope_grant_id(client: UUID, resource: UUID, person: UUID | None = None) -> str:
    """Return the id of a grant: the ids it joins, in base64url, as Microsoft Graph's are."""
    parts = (client, resource) if person is None else (client, resource, person)
    return jose.encode(b"".join(part.bytes_le for part in parts))


def assignment_id(holder: UUID, resource: UUID, role_id: UUID) -> UUID:
    """Return the id of a role's assignment: it follows from who holds what."""
    return uuid5(holder, f"{resource} {role_id}")


def principal_of(
    service: TokenService, tx: Transaction, tenant: Tenant, object_id: UUID, *, member: str
) -> ServicePrincipal:
    """Return a tenant's service principal by its object id. Raises RegistrationError."""
    found = service.store.find(tx, PRINCIPALS, object=str(object_id))
    if not found or found[0].tenant_id != tenant.tenant_id:
        text = f"no service principal {object_id} is in the tenant"
        raise RegistrationError(text, kind="absent", member=member)
    return found[0]


def _person_of(service: TokenService, tx: Transaction, tenant: Tenant, object_id: UUID) -> User:
    found = service.store.get(tx, USERS, str(object_id))
    if found is None or found.deleted or found.tenant_id != tenant.tenant_id:
        text = f"no person {object_id} is in the tenant"
        raise RegistrationError(text, kind="absent", member="principalId")
    return found


def _offers(application: Application | None, role_id: UUID, kind: str) -> bool:
    """Tell whether an application offers a role to people (`User`) or to applications."""
    roles = [] if application is None else [role for role in application.roles if role.enabled]
    if role_id == DEFAULT_ROLE:
        return not any(kind in role.members for role in roles)
    return any(role.role_id == role_id and kind in role.members for role in roles)


def _scopes(text: str) -> str:
    """Return scope values once each. Raises RegistrationError for an unusable text.

    That a value is offered by the resource is not asked: the service keeps what it is told.
    """
    values: Iterable[str] = dict.fromkeys(text.split())
    if len(text) > _LONGEST_SCOPE or not all(one.isascii() and one.isprintable() for one in values):
        raise RegistrationError("the scope is no list of permission values", member="scope")
    return " ".join(values)
