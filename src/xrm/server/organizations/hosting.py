"""Organizations: those of the registry, opened when they are asked for, each once a process."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xrm import db
from xrm.db import Database
from xrm.model.ports import Clock, random_ids
from xrm.org import administration
from xrm.org.metadata.particulars import Particulars
from xrm.org.organization import Organization
from xrm.org.ports import ClaimsTrust, Trust
from xrm.org.provisioning import platform_caller, provision
from xrm.server.folder import EstateError, Folder
from xrm.server.organizations import publishing
from xrm.server.organizations.decrypting import DecryptingKeys
from xrm.server.organizations.deployments import DEPLOYMENTS, Kind, Sites
from xrm.server.organizations.following import catch_up
from xrm.server.organizations.registry import (
    NAMESPACE,
    Entry,
    OrganizationError,
    Registry,
    check_names,
)
from xrm.server.settings import Settings
from xrm.server.trust import FarmTrust, OnlineTrust, TenantDirectory, TenantTrust
from xrm.sts import TokenService
from xrm.sts.adfs import Farm
from xrm.sts.model import Tenant
from xrm.sts.registration import find_tenant
from xrm.wire.soap.wsdl.deployments import APPLIES_TO

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

    `sites` says at which addresses they lie.
    """

    def __init__(
        self,
        storage: Storage,
        service: TokenService,
        *,
        sites: Sites,
        clock: Clock,
        sealing_key: bytes,
    ) -> None:
        self._storage = storage
        self.service = service
        self._clock = clock
        self.sites = sites
        kept = storage.open(NAMESPACE)
        self.registry = Registry(kept)
        self.decrypting = DecryptingKeys(kept, clock=clock, sealing_key=sealing_key)
        self._opened: dict[UUID, Organization] = {}
        self._lock = threading.RLock()

    def begin(self, tenant: Tenant, *, namespace: str, database: Database) -> Organization:
        """Return the first organization, a tenant's, made where there is none.

        The settings say how one that is made is deployed. From now on the users of all of them
        follow the accounts of their tenants.
        """
        name = tenant.domain.partition(".")[0]
        provision(
            database,
            organization_id=random_ids(),
            name=tenant.name,
            clock=self._clock,
            ids=random_ids,
        )
        entry = next((one for one in self.registry.entries() if one.first), None)
        if entry is None:
            made = self._entry(name, tenant.name, tenant, namespace, database)
            entry = replace(made, path="", deployment=self._storage.settings.deployment or "online")
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
    ) -> Entry:
        with database.read() as transaction:
            identifier = UUID(platform_caller(database, transaction).organization_id)
        return Entry(
            unique_name=name,
            organization_id=identifier,
            friendly_name=friendly_name,
            tenant_id=tenant.tenant_id,
            namespace=namespace,
            path=f"{name}/",
            created_at=int(self._clock()),
        )

    def _organization(self, entry: Entry, tenant: Tenant, database: Database) -> Organization:
        settings = self._storage.settings
        trust, claims = self._trusts(entry, tenant)
        return Organization(
            database,
            url=self.url(entry),
            trust=trust,
            claims=claims,
            directory=TenantDirectory(self.service, tenant),
            clock=self._clock,
            ids=random_ids,
            quoted_challenge=settings.quoted_challenge,
            deployment=DEPLOYMENTS[entry.deployment].description,
            particulars=Particulars(
                friendly_name=entry.friendly_name, unique_name=entry.unique_name
            ),
        )

    def _trusts(self, entry: Entry, tenant: Tenant) -> tuple[Trust, ClaimsTrust | None]:
        """Return whose access tokens count at an organization, and whose assertions."""
        if not DEPLOYMENTS[entry.deployment].claims:
            strict = self._storage.settings.profile == "strict"
            online = OnlineTrust(self.service, tenant, audiences=(APPLIES_TO, self.url(entry)))
            return TenantTrust(self.service, tenant, strict=strict), online
        audiences = publishing.audiences(self.sites, entry, leading=self._leads(entry))
        both = self._claims_trust(entry, audiences, (entry,))
        return both, both

    def claims_trust(self, entry: Entry, *, audiences: Sequence[str]) -> ClaimsTrust:
        """Return trust in assertions for what an organization shares with those deployed alike.

        Such are encrypted to any of its tenant's.
        """
        return self._claims_trust(entry, audiences, self._alike(entry))

    def _claims_trust(
        self, entry: Entry, audiences: Sequence[str], holders: Sequence[Entry]
    ) -> FarmTrust:
        def keys() -> Sequence[RSAPrivateKey]:
            found = (self.decrypting.private(one.organization_id) for one in holders)
            return tuple(key for each in found for key in each)

        return FarmTrust(
            self.service, self.farm(self.tenant(entry)), audiences=audiences, keys=keys
        )

    @property
    def first(self) -> Entry:
        """The first organization, the demonstration's."""
        return next(one for one in self.registry.entries() if one.first)

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

    def url(self, entry: Entry) -> str:
        """Return an organization's address, which ends with a slash."""
        return entry.url(self.sites)

    def farm(self, tenant: Tenant) -> Farm:
        """Return the farm of AD FS at which a tenant's people sign in."""
        is_first = tenant.tenant_id == self.first.tenant_id
        return Farm(self.service.base_url, tenant, first=is_first)

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

    def create(
        self, name: str, friendly_name: str, tenant: Tenant, *, deployment: Kind = "online"
    ) -> Entry:
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
            made = self._entry(name, friendly_name.strip(), tenant, namespace, database)
            entry = replace(made, deployment=deployment)
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
        """Make an organization known where its people sign in: at Entra ID or at their farm."""
        tenant = self.tenant(entry)
        if not DEPLOYMENTS[entry.deployment].claims:
            publishing.at_entra(self.service, tenant, self.sites, entry)
            return
        publishing.at_farm(
            self.service,
            self.farm(tenant),
            self.sites,
            entry,
            certificate=self.decrypting.certificate(entry.organization_id),
            leading=self._leads(entry),
        )

    def renew_key(self, entry: Entry) -> None:
        """Have tokens for a claims-based organization encrypted to another key from now on.

        What was encrypted to the key before it is still read, until the next time. Raises
        OrganizationError for one that is online: no tokens are encrypted to it.
        """
        if not DEPLOYMENTS[entry.deployment].claims:
            raise OrganizationError(
                "forbidden", f"{entry.unique_name!r} is online: its people sign in at Entra ID"
            )
        self.decrypting.roll_over(entry.organization_id)
        self.publish(entry)

    def _leads(self, entry: Entry) -> bool:
        """Tell whether it is the first of its tenant's organizations that are deployed so."""
        return self._alike(entry)[0].unique_name == entry.unique_name

    def _alike(self, entry: Entry) -> Sequence[Entry]:
        """Return its tenant's organizations that are deployed so, itself among them."""
        alike = self.registry.of_kind(entry.deployment)
        return [one for one in alike if one.tenant_id == entry.tenant_id]

    def deploy(self, entry: Entry, kind: Kind) -> Entry:
        """Deploy an organization in another way, from the next opening on; return its entry.

        Raises OrganizationError where its name cannot be that of a host.
        """
        check_names(entry.unique_name, entry.friendly_name)
        if entry.deployment == kind:
            return entry
        self._withdraw(entry)
        self._close(entry.organization_id)
        now = self.registry.deploy(entry, kind)
        self.publish(now)
        return now

    def _withdraw(self, entry: Entry) -> None:
        if DEPLOYMENTS[entry.deployment].claims:
            publishing.leave_farm(self.service, self.farm(self.tenant(entry)), entry)

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
        if entry.first:
            raise OrganizationError("forbidden", "the first organization cannot be deleted")
        if self.is_enabled(entry):
            raise OrganizationError("forbidden", "only a disabled organization can be deleted")
        self._withdraw(entry)
        self.registry.remove(entry)
        self.decrypting.forget(entry.organization_id)
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
