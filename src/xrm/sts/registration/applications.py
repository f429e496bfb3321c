"""Applications: registered in a home tenant, with the service principal that stands for them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from xrm.db import Transaction
from xrm.sts import first_party
from xrm.sts.directory import guid, name_key
from xrm.sts.model import (
    PERSONAL_AUDIENCES,
    Application,
    ResourceName,
    ServicePrincipal,
    Tenant,
)
from xrm.sts.registration import principals
from xrm.sts.registration.change import RegistrationError, audit, change, named
from xrm.sts.service import TokenService
from xrm.sts.store import (
    APPLICATIONS,
    CERTIFICATES,
    CREDENTIALS,
    PRINCIPALS,
    RESOURCE_NAMES,
    in_tenant,
)

Amendment = Callable[[Application], Application]
Companion = Callable[[Transaction, Application], Sequence[str]]
"""What else belongs to a change of a registration, in its transaction: what it did, by the
names the audit has for it."""

_VERSION = "api.requestedAccessTokenVersion"
_PERSONAL_VERSION = 2


def create_application(
    service: TokenService,
    tenant: Tenant,
    *,
    name: str,
    application_id: UUID | None = None,
    amend: Amendment | None = None,
    principal: bool = True,
    also: Companion | None = None,
) -> Application:
    """Register an application in a tenant, with its service principal unless told otherwise.

    `amend` sets what else there is to it, `also` keeps its first credentials. Raises
    RegistrationError for an unusable name or member, or when the id or an identifier URI is
    taken.
    """
    application = Application(
        application_id=application_id or service.ids(),
        tenant_id=tenant.tenant_id,
        object_id=service.ids(),
        name=named(name),
        created=int(service.clock()),
    )
    if application.application_id in first_party.RESERVED:
        raise RegistrationError("this application id is reserved", kind="taken")
    if amend is not None:
        application = _amended(application, amend)
    with change(service, f"the application id {application.application_id}") as tx:
        service.store.put(tx, APPLICATIONS, application, new=True)
        _put_names(service, tx, application, before=())
        if principal:
            principals.put(service, tx, tenant, application)
        done = also(tx, application) if also is not None else ()
    for operation in ("application.create", *done):
        audit(service, tenant.tenant_id, operation, application.application_id)
    return application


def amend_application(
    service: TokenService,
    application: Application,
    amend: Amendment,
    *,
    also: Companion | None = None,
) -> Application:
    """Change a registration as it stands now, and return it changed.

    `amend` sees the registration inside the transaction; what names it may not change. A name
    of the application follows in its home tenant's principal. `also` changes its credentials
    with it. Raises RegistrationError.
    """
    with change(service) as tx:
        before = _standing(service, tx, application)
        after = _amended(before, amend)
        service.store.put(tx, APPLICATIONS, after)
        _put_names(service, tx, after, before=before.identifier_uris)
        key = in_tenant(after.tenant_id, after.application_id)
        principal = service.store.get(tx, PRINCIPALS, key)
        if principal is not None and principal.name != after.name:
            service.store.put(tx, PRINCIPALS, replace(principal, name=after.name))
        done = also(tx, after) if also is not None else ()
    for operation in ("application.update", *done):
        audit(service, after.tenant_id, operation, after.application_id)
    return after


def set_enabled(service: TokenService, application: Application, *, enabled: bool) -> Application:
    """Disable an application in every tenant, or enable it again."""
    with change(service) as tx:
        changed = replace(_standing(service, tx, application), enabled=enabled)
        service.store.put(tx, APPLICATIONS, changed)
    operation = "application.enable" if enabled else "application.disable"
    audit(service, application.tenant_id, operation, application.application_id)
    return changed


def delete_application(service: TokenService, application: Application) -> None:
    """Remove a registration: its credentials, its names, and its principal at home.

    Principals in other tenants stay, as they do in the service, and are of no use any more.
    Raises RegistrationError when it is not registered.
    """
    with change(service) as tx:
        standing = _standing(service, tx, application)
        key = str(standing.application_id)
        for credential in service.store.find(tx, CREDENTIALS, application=key):
            service.store.delete(tx, CREDENTIALS, str(credential.key_id))
        for certificate in service.store.find(tx, CERTIFICATES, application=key):
            service.store.delete(tx, CERTIFICATES, str(certificate.key_id))
        principal: ServicePrincipal | None = service.store.get(
            tx, PRINCIPALS, in_tenant(standing.tenant_id, standing.application_id)
        )
        if principal is not None:
            principals.remove(service, tx, principal)
        _put_names(
            service, tx, replace(standing, identifier_uris=()), before=standing.identifier_uris
        )
        service.store.delete(tx, APPLICATIONS, key)
    audit(service, application.tenant_id, "application.delete", application.application_id)


def list_applications(service: TokenService, tenant: Tenant) -> list[Application]:
    """Return a tenant's applications, by name."""
    with service.database.read() as tx:
        found = service.store.find(tx, APPLICATIONS, tenant=str(tenant.tenant_id))
    return sorted(found, key=lambda one: (one.name.lower(), one.application_id))


def find_application(
    service: TokenService, tenant: Tenant, application_id_or_name: UUID | str
) -> Application | None:
    """Return a tenant's application by its id or, in any letter case, its name; or None.

    Raises RegistrationError when several bear the name.
    """
    text = str(application_id_or_name)
    application_id = guid(text)
    if application_id is not None:
        with service.database.read() as tx:
            found = service.store.get(tx, APPLICATIONS, str(application_id))
        return found if found and found.tenant_id == tenant.tenant_id else None
    same = [one for one in list_applications(service, tenant) if one.name.lower() == text.lower()]
    if len(same) > 1:
        ids = ", ".join(str(one.application_id) for one in same)
        raise RegistrationError(f"several applications are named {text!r}; use an id: {ids}")
    return same[0] if same else None


def _standing(service: TokenService, tx: Transaction, application: Application) -> Application:
    found = service.store.get(tx, APPLICATIONS, str(application.application_id))
    if found is None:
        text = f"no application {application.application_id} is registered"
        raise RegistrationError(text, kind="absent")
    return found


def _amended(before: Application, amend: Amendment) -> Application:
    after = amend(before)
    if after.audience in PERSONAL_AUDIENCES and after.token_version != _PERSONAL_VERSION:
        raise RegistrationError(
            f"Invalid value specified for property '{_VERSION}' of resource 'Application'. "
            f"It must be {_PERSONAL_VERSION} where personal accounts sign in.",
            member=_VERSION,
        )
    return replace(
        after,
        application_id=before.application_id,
        tenant_id=before.tenant_id,
        object_id=before.object_id,
        created=before.created,
        name=named(after.name),
    )


def _put_names(
    service: TokenService, tx: Transaction, application: Application, *, before: tuple[str, ...]
) -> None:
    """Make the identifier URIs of an application, and its id, names of a resource at home."""
    tenant_id, application_id = application.tenant_id, application.application_id
    wanted = {name_key(uri): uri for uri in application.identifier_uris}
    standing = {name_key(uri) for uri in before}
    for gone in standing - wanted.keys():
        service.store.delete(tx, RESOURCE_NAMES, in_tenant(tenant_id, gone))
    for key in wanted.keys() - standing:
        taken = service.store.get(tx, RESOURCE_NAMES, in_tenant(tenant_id, key))
        if taken is not None:
            raise RegistrationError(
                f"the identifier URI {wanted[key]} is in use", kind="taken", member="identifierUris"
            )
        name = ResourceName(key, tenant_id, application_id, wanted[key])
        service.store.put(tx, RESOURCE_NAMES, name, new=True)
