"""Register tenants, applications, their secrets, and the resources they may ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from xrm.db import Transaction, Violation
from xrm.model.secret import Secret
from xrm.sts import clients
from xrm.sts.audit import Event
from xrm.sts.directory import guid, is_domain, name_key
from xrm.sts.model import (
    CONSUMERS_TENANT,
    CRM_APPLICATION,
    Application,
    Domain,
    PasswordCredential,
    ResourceName,
    ServicePrincipal,
    Tenant,
)
from xrm.sts.service import TokenService
from xrm.sts.store import (
    APPLICATIONS,
    CREDENTIALS,
    DOMAINS,
    PRINCIPALS,
    RESOURCE_NAMES,
    TENANTS,
    in_tenant,
)

_DAY = 24 * 3600
_HINT = 3
_LONGEST_NAME = 256


class RegistrationError(ValueError):
    """A registration was refused; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret just made: the only time its text is known."""

    secret: Secret
    credential: PasswordCredential


def create_tenant(
    service: TokenService, *, name: str, domain: str, tenant_id: UUID | None = None
) -> Tenant:
    """Create a tenant with its verified domain, Dynamics already present in it.

    Raises RegistrationError for an unusable name or domain, or when either is taken.
    """
    domain = domain.lower()
    if not is_domain(domain):
        raise RegistrationError(f"{domain!r} is not a DNS name such as contoso.example")
    if tenant_id == CONSUMERS_TENANT:
        raise RegistrationError("this tenant id stands for personal accounts")
    tenant = Tenant(tenant_id or service.ids(), _named(name), (domain,))
    with _change(service, f"the tenant {tenant.tenant_id} or the domain {domain}") as tx:
        service.store.put(tx, TENANTS, tenant, new=True)
        service.store.put(tx, DOMAINS, Domain(domain, tenant.tenant_id), new=True)
        _put_principal(service, tx, tenant, application_id=CRM_APPLICATION, name="Dataverse")
        _put_name(service, tx, tenant, url=str(CRM_APPLICATION))
    _audit(service, tenant.tenant_id, "tenant.create")
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


def create_application(
    service: TokenService, tenant: Tenant, *, name: str, application_id: UUID | None = None
) -> Application:
    """Register an application in a tenant, with its service principal.

    Raises RegistrationError for an unusable name, or when the id is taken.
    """
    application = Application(
        application_id=application_id or service.ids(),
        tenant_id=tenant.tenant_id,
        object_id=service.ids(),
        name=_named(name),
    )
    if application.application_id in (CRM_APPLICATION, UUID(int=0)):
        raise RegistrationError("this application id is reserved")
    with _change(service, f"the application id {application.application_id}") as tx:
        service.store.put(tx, APPLICATIONS, application, new=True)
        _put_principal(
            service, tx, tenant, application_id=application.application_id, name=application.name
        )
    _audit(service, tenant.tenant_id, "application.create", application.application_id)
    return application


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
    named = [one for one in list_applications(service, tenant) if one.name.lower() == text.lower()]
    if len(named) > 1:
        ids = ", ".join(str(one.application_id) for one in named)
        raise RegistrationError(f"several applications are named {text!r}; use an id: {ids}")
    return named[0] if named else None


def find_principal(
    service: TokenService, tenant: Tenant, application_id: UUID
) -> ServicePrincipal | None:
    """Return an application as it is present in a tenant, or None."""
    with service.database.read() as tx:
        return service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, application_id))


def set_enabled(service: TokenService, application: Application, *, enabled: bool) -> Application:
    """Disable an application, or enable it again: it counts from the next request."""
    changed = replace(application, enabled=enabled)
    with _change(service) as tx:
        service.store.put(tx, APPLICATIONS, changed)
    operation = "application.enable" if enabled else "application.disable"
    _audit(service, application.tenant_id, operation, application.application_id)
    return changed


def add_secret(
    service: TokenService,
    application: Application,
    *,
    description: str,
    days: int = 180,
    expires_at: float | None = None,
) -> NewSecret:
    """Make a client secret that ends after some days, or at a time in seconds since the epoch.

    A time already past is taken, so that an expired secret can be shown. Raises
    RegistrationError for days that are not positive.
    """
    if expires_at is None and days <= 0:
        raise RegistrationError("a secret must live for at least one day")
    now = int(service.clock())
    end = now + days * _DAY if expires_at is None else int(expires_at)
    secret, salt = clients.new_secret(), clients.new_salt()
    credential = PasswordCredential(
        key_id=service.ids(),
        application_id=application.application_id,
        hint=secret.reveal()[:_HINT],
        description=description[:_LONGEST_NAME],
        start=min(now, end - 1),
        end=end,
        salt=salt,
        digest=clients.digest(secret, salt),
    )
    with _change(service) as tx:
        if service.store.get(tx, APPLICATIONS, str(application.application_id)) is None:
            raise RegistrationError(f"no application {application.application_id} is registered")
        service.store.put(tx, CREDENTIALS, credential, new=True)
    _audit(service, application.tenant_id, "secret.add", application.application_id)
    return NewSecret(secret, credential)


def list_secrets(service: TokenService, application: Application) -> list[PasswordCredential]:
    """Return what is known of an application's secrets, the first to end first."""
    key = str(application.application_id)
    with service.database.read() as tx:
        found = service.store.find(tx, CREDENTIALS, application=key)
    return sorted(found, key=lambda one: (one.end, one.key_id))


def add_resource(service: TokenService, tenant: Tenant, url: str) -> ResourceName:
    """Make an organization's URL a name of Dynamics in a tenant; doing so again changes nothing.

    Raises RegistrationError unless it is an https URL of printable ASCII without query.
    """
    plain = url.isascii() and url.isprintable() and not set(url) & set(' ?#"\\')
    if not plain or not url.lower().startswith("https://") or not url[8:].strip("/"):
        raise RegistrationError(f"{url!r} is not the https URL of an organization")
    with _change(service) as tx:
        return _put_name(service, tx, tenant, url=url)


@contextmanager
def _change(service: TokenService, what: str = "it") -> Iterator[Transaction]:
    try:
        with service.database.write() as tx:
            yield tx
            tx.changed()
    except Violation as error:
        raise RegistrationError(f"{what} is already registered") from error


def _put_principal(
    service: TokenService, tx: Transaction, tenant: Tenant, *, application_id: UUID, name: str
) -> None:
    principal = ServicePrincipal(service.ids(), tenant.tenant_id, application_id, name)
    service.store.put(tx, PRINCIPALS, principal, new=True)


def _put_name(service: TokenService, tx: Transaction, tenant: Tenant, *, url: str) -> ResourceName:
    name = ResourceName(name_key(url), tenant.tenant_id, CRM_APPLICATION, url)
    service.store.put(tx, RESOURCE_NAMES, name)
    return name


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise RegistrationError("a name has 1 to 256 printable characters")
    return name


def _audit(
    service: TokenService, tenant_id: UUID, operation: str, application_id: UUID | None = None
) -> None:
    client = str(application_id or "")
    service.audit.record(
        Event(time=service.clock(), operation=operation, tenant_id=tenant_id, client=client)
    )
