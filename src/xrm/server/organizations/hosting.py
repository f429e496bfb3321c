"""Organizations: those of the registry, opened when they are asked for, each once a process."""

import logging
import threading
from dataclasses import dataclass
from uuid import UUID

from xrm import db
from xrm.db import Database
from xrm.model.ports import Clock, random_ids
from xrm.org import administration
from xrm.org.metadata.particulars import Particulars
from xrm.org.organization import Organization
from xrm.org.provisioning import platform_caller, provision
from xrm.server.folder import EstateError, Folder
from xrm.server.organizations.following import catch_up
from xrm.server.organizations.registry import (
    NAMESPACE,
    Entry,
    OrganizationError,
    Registry,
    check_names,
)
from xrm.server.settings import Settings
from xrm.server.trust import TenantDirectory, TenantTrust
from xrm.sts import TokenService
from xrm.sts.model import CRM_APPLICATION, Tenant
from xrm.sts.registration import add_reply_url, add_resource, find_tenant

log = logging.getLogger(__name__)

_PREFIX = "org_"


@dataclass(frozen=True, slots=True)
class Storage:
    """Where a server keeps things: settings and folder decide; every opening passes here."""

    settings: Settings
    folder: Folder

    def open(self, namespace: str) -> Database:
        """Open a namespace. Raises EstateError for an unusable URL, StorageError otherwise."""
        durable = self.settings.synchronous == "full"
        try:
            return db.open(self._url, namespace, durable=durable)
        except ValueError as error:
            raise EstateError(f"database: {error}") from error

    def drop(self, namespace: str) -> None:
        """Remove a namespace with all it holds."""
        db.drop(self._url, namespace)

    @property
    def _url(self) -> str:
        return self.settings.database or f"sqlite://{self.folder.database.as_posix()}"


class Organizations:
    """The organizations of one server, behind its token service. Safe to use from every thread.

    `origin` is the address at whose root the first one lies, with a slash at its end.
    """

    def __init__(
        self, storage: Storage, service: TokenService, *, origin: str, clock: Clock
    ) -> None:
        self._storage = storage
        self.service = service
        self._clock = clock
        self.origin = origin
        self.registry = Registry(storage.open(NAMESPACE))
        self._opened: dict[UUID, Organization] = {}
        self._lock = threading.RLock()

    def begin(self, tenant: Tenant, *, namespace: str, database: Database) -> Organization:
        """Return the first organization, a tenant's, made where there is none.

        From now on the users of all of them follow the accounts of their tenants.
        """
        name = tenant.domain.partition(".")[0]
        provision(
            database,
            organization_id=random_ids(),
            name=tenant.name,
            clock=self._clock,
            ids=random_ids,
        )
        entry = next((one for one in self.registry.entries() if not one.path), None)
        if entry is None:
            entry = self._entry(name, tenant.name, tenant, namespace, database, path="")
            self.registry.add(entry)
        found = self._opened[entry.organization_id] = self._organization(entry, tenant, database)
        catch_up(self.service, found)
        self.service.people_changed = self._follow
        return found

    def _entry(
        self,
        name: str,
        friendly_name: str,
        tenant: Tenant,
        namespace: str,
        database: Database,
        *,
        path: str,
    ) -> Entry:
        with database.read() as transaction:
            identifier = UUID(platform_caller(database, transaction).organization_id)
        return Entry(
            unique_name=name,
            organization_id=identifier,
            friendly_name=friendly_name,
            tenant_id=tenant.tenant_id,
            namespace=namespace,
            path=path,
            created_at=int(self._clock()),
        )

    def _organization(self, entry: Entry, tenant: Tenant, database: Database) -> Organization:
        settings = self._storage.settings
        return Organization(
            database,
            url=entry.url(self.origin),
            trust=TenantTrust(self.service, tenant, strict=settings.profile == "strict"),
            directory=TenantDirectory(self.service, tenant),
            clock=self._clock,
            ids=random_ids,
            quoted_challenge=settings.quoted_challenge,
            particulars=Particulars(
                friendly_name=entry.friendly_name, unique_name=entry.unique_name
            ),
        )

    def entries(self) -> tuple[Entry, ...]:
        """Return what there is, the first organization first; those deleted are closed."""
        entries = self.registry.entries()
        known = {entry.organization_id for entry in entries}
        gone = [one for one in self._opened if one not in known]
        for identifier in gone:
            self._close(identifier)
        return entries

    def find(self, name: str) -> Entry:
        """Return an organization by its name or id. Raises OrganizationError if there is none."""
        entry = self.registry.named(name)
        if entry is None:
            raise OrganizationError("absent", f"there is no organization {name!r}")
        return entry

    def opened(self, entry: Entry) -> Organization:
        """Return an organization, opened at its first use in this process.

        Raises StorageError, and EstateError if its tenant is gone.
        """
        with self._lock:
            found = self._opened.get(entry.organization_id)
            if found is None:
                found = self._open(entry)
                self._opened[entry.organization_id] = found
        return found

    def is_open(self, entry: Entry) -> bool:
        """Tell whether this process has opened an organization."""
        return entry.organization_id in self._opened

    def _open(self, entry: Entry) -> Organization:
        database = self._storage.open(entry.namespace)
        try:
            self._provision(entry, database)
            found = self._organization(entry, self.tenant(entry), database)
            catch_up(self.service, found)
        except BaseException:
            database.close()
            raise
        return found

    def _provision(self, entry: Entry, database: Database) -> None:
        provision(
            database,
            organization_id=entry.organization_id,
            name=entry.friendly_name,
            clock=self._clock,
            ids=random_ids,
        )

    def tenant(self, entry: Entry) -> Tenant:
        """Return the tenant an organization belongs to. Raises EstateError if it is gone."""
        tenant = find_tenant(self.service, str(entry.tenant_id))
        if tenant is None:
            raise EstateError(f"the tenant of the organization {entry.unique_name!r} is gone")
        return tenant

    def create(self, name: str, friendly_name: str, tenant: Tenant) -> Entry:
        """Create an organization of a tenant: its database, roles, users; return its entry.

        Raises OrganizationError for a name that cannot be one, or is taken.
        """
        name = name.lower()
        check_names(name, friendly_name)
        if self.registry.named(name) is not None:
            raise OrganizationError("taken", f"there is an organization {name!r} already")
        namespace = f"{_PREFIX}{name}_{random_ids().hex[:8]}"
        database = self._storage.open(namespace)
        try:
            provision(
                database,
                organization_id=random_ids(),
                name=friendly_name.strip(),
                clock=self._clock,
                ids=random_ids,
            )
            entry = self._entry(
                name, friendly_name.strip(), tenant, namespace, database, path=f"{name}/"
            )
            self.registry.add(entry)
        except BaseException:
            database.close()
            self._storage.drop(namespace)
            raise
        database.close()
        self.publish(entry)
        self.opened(entry)
        return entry

    def publish(self, entry: Entry) -> None:
        """Make an organization's URL a name by which tokens for it are asked, and a reply URL.

        So becomes the origin, at which every tenant's people ask which organizations they have.
        """
        tenant = self.tenant(entry)
        url = entry.url(self.origin)
        for each in dict.fromkeys((url, self.origin)):
            add_resource(self.service, tenant, each)
        add_reply_url(self.service, tenant, CRM_APPLICATION, url)

    def is_enabled(self, entry: Entry) -> bool:
        """Tell whether an organization takes requests."""
        return administration.is_enabled(self.opened(entry))

    def set_enabled(self, entry: Entry, *, enabled: bool) -> None:
        """Let an organization take requests, or none; every process follows at once."""
        administration.set_organization_enabled(self.opened(entry), enabled=enabled)

    def delete(self, entry: Entry) -> None:
        """Delete an organization with all its records.

        Raises OrganizationError for the first one, and for one that is not disabled.
        """
        if not entry.path:
            raise OrganizationError("forbidden", "the first organization cannot be deleted")
        if self.is_enabled(entry):
            raise OrganizationError("forbidden", "only a disabled organization can be deleted")
        self.registry.remove(entry)
        self._close(entry.organization_id)
        self._storage.drop(entry.namespace)

    def _follow(self) -> None:
        # The account has changed, whatever becomes of its users here: the next change or opening
        # tries again.
        for entry in self.entries():
            try:
                catch_up(self.service, self.opened(entry))
            except Exception:
                log.exception("%s could not follow a change of an account", entry.unique_name)

    def _close(self, identifier: UUID) -> None:
        with self._lock:
            found = self._opened.pop(identifier, None)
        if found is not None:
            found.database.close()

    def close(self) -> None:
        """Close every database, the registry's too."""
        for identifier in list(self._opened):
            self._close(identifier)
        self.registry.close()
