"""Consent as a person gives it on a page: to the permissions shown, for themselves or for all."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from xrm.db import Transaction
from xrm.sts.model import GRAPH_APPLICATION, ScopeGrant, ServicePrincipal, Tenant
from xrm.sts.registration import principals
from xrm.sts.registration.change import audit, change
from xrm.sts.registration.granted import scope_grant_id
from xrm.sts.resources import Asked
from xrm.sts.service import TokenService
from xrm.sts.store import PRINCIPALS, SCOPE_GRANTS, in_tenant


def consent_to(
    service: TokenService,
    tenant: Tenant,
    application_id: UUID,
    permissions: Iterable[Asked],
    *,
    reserved: Iterable[str] = (),
    person: UUID | None = None,
) -> ServicePrincipal:
    """Grant delegated permissions to an application, for one person or, without one, for all.

    The application is taken into the tenant if it is not there. `reserved` are the scopes of
    OpenID Connect that go with them. Raises RegistrationError when the application is not known
    or not for this tenant.
    """
    with change(service) as tx:
        principal = service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, application_id))
        if principal is None:
            principal = principals.take_in(service, tx, tenant, application_id)
        by_resource: dict[UUID, list[str]] = defaultdict(list)
        for one in permissions:
            by_resource[one.resource.principal.object_id].append(one.scope.value)
        graph = service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, GRAPH_APPLICATION))
        if graph is not None and reserved:
            by_resource[graph.object_id] += sorted(reserved)
        for resource, values in by_resource.items():
            add_scopes(service, tx, principal, resource, values, person=person)
    audit(service, tenant.tenant_id, "consent.grant", application_id)
    return principal


def add_scopes(
    service: TokenService,
    tx: Transaction,
    principal: ServicePrincipal,
    resource: UUID,
    values: Iterable[str],
    *,
    person: UUID | None = None,
) -> None:
    """Add values to what an application was granted on a resource, given by object id."""
    grant_id = scope_grant_id(principal.object_id, resource, person)
    standing = service.store.get(tx, SCOPE_GRANTS, grant_id)
    before = standing.scope.split() if standing else []
    scope = " ".join(dict.fromkeys([*before, *values]))
    grant = ScopeGrant(grant_id, principal.tenant_id, principal.object_id, resource, scope, person)
    service.store.put(tx, SCOPE_GRANTS, grant)
