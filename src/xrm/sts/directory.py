"""What the database says about tenants, clients and resources, remembered per generation.

A view joins one read transaction to what earlier transactions of the same generation found, so
a token costs one statement, the generation. Only what exists is remembered: requests for what
does not exist cannot fill memory.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar
from uuid import UUID

from sqlalchemy import select

from xrm.db import Transaction
from xrm.db.glance import Glance, Singly, Stale, generation
from xrm.model.errors import signin
from xrm.sts import first_party
from xrm.sts.keys import Keys
from xrm.sts.model import (
    Application,
    Authentication,
    CertificateCredential,
    ClaimsProvider,
    DomainFederation,
    PasswordCredential,
    RedirectKind,
    RelyingParty,
    ScopeGrant,
    ServicePrincipal,
    Tenant,
    User,
    is_domain,
)
from xrm.sts.snapshot import Snapshot
from xrm.sts.store import (
    APPLICATIONS,
    CERTIFICATES,
    CLAIMS_PROVIDERS,
    CREDENTIALS,
    DOMAINS,
    FEDERATIONS,
    PRINCIPALS,
    RELYING_PARTIES,
    RESOURCE_NAMES,
    ROLE_ASSIGNMENTS,
    SCOPE_GRANTS,
    TENANTS,
    USER_NAMES,
    USERS,
    Kind,
    Store,
    in_tenant,
)
from xrm.wire.jose import SigningKey

T = TypeVar("T")

SHARED_SEGMENTS = frozenset({"common", "organizations", "consumers"})
"""The segments that stand for many tenants; no client proves itself there without a user."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"[\x21-\x7e]{1,2048}")
_LONGEST_USER_NAME = 128


def guid(text: str) -> UUID | None:
    """Return a GUID written with hyphens, in any letter case, or None."""
    return UUID(text) if _GUID.fullmatch(text.lower()) else None


def name_key(name: str) -> str:
    """Return the compared form of a resource's name: lower case, without one closing slash."""
    return name.lower().removesuffix("/")


@dataclass(frozen=True, slots=True)
class Registered:
    """A client as one tenant knows it: its principal, its registration and its credentials."""

    principal: ServicePrincipal
    application: Application
    secrets: tuple[PasswordCredential, ...]
    certificates: tuple[CertificateCredential, ...]

    def is_public(self, kind: RedirectKind | None) -> bool:
        """Tell whether it has no credential: by the kind of address it was answered at, if any.

        Without one the registration's flag decides (isFallbackPublicClient).
        """
        return bool(self.application.public_client) if kind is None else kind != "Web"

    @property
    def enabled(self) -> bool:
        """Tell whether it may sign in: neither its registration nor its principal is disabled."""
        return self.application.enabled and self.principal.enabled


@dataclass(frozen=True, slots=True)
class Resource:
    """What a tenant's clients may ask tokens for; `application` says what it offers.

    `party` is the relying party that it is at a farm of AD FS.
    """

    principal: ServicePrincipal
    application: Application
    party: RelyingParty | None = None

    @property
    def version(self) -> Literal[1, 2]:
        """The version of access tokens it takes: whoever asks, the resource decides."""
        return self.application.token_version or 1


class Directory:
    """The views of one token service."""

    def __init__(self, store: Store, keys: Keys) -> None:
        self.store = store
        self.keys = keys
        self._generation = store.database.compile(select(generation().label("value")))
        self._snapshot = Snapshot(-1)

    def glance(self) -> "View":
        """Return what earlier transactions of this generation found, without a new one.

        What they did not find makes the view raise `Stale`: then take a transaction's view.
        """
        database, snapshot = self.store.database, self._snapshot
        ((generation,),) = database.once(self._generation, {})
        if snapshot.generation != generation:
            raise Stale("the directory has changed")
        return self._seen(Glance(database.once, generation), snapshot)

    def singly(self) -> "View":
        """Return what stands now and while the view is used, for whoever writes in between.

        Every record is read by itself, without a transaction.
        """
        database = self.store.database
        ((generation,),) = database.once(self._generation, {})
        reader = Singly(database.once, generation)
        return self.view(reader)

    def view(self, tx: Transaction) -> "View":
        """Return what a transaction sees."""
        snapshot = self._snapshot
        if snapshot.generation != tx.generation:
            snapshot = self._snapshot = Snapshot(tx.generation)
        return self._seen(tx, snapshot)

    def _seen(self, reader: Transaction, snapshot: Snapshot) -> "View":
        return View(self, reader, snapshot)


class View:
    """The directory as one transaction sees it. Do not keep it longer than the transaction."""

    __slots__ = ("_keys", "_snapshot", "_store", "_tx")

    def __init__(self, directory: Directory, tx: Transaction, snapshot: Snapshot) -> None:
        self._store = directory.store
        self._keys = directory.keys
        self._tx = tx
        self._snapshot = snapshot

    def tenant(self, segment: str) -> Tenant:
        """Return the tenant of a GUID or a verified domain.

        Raises AADSTS90002 when there is none, AADSTS900023 when the text is neither.
        """
        name = segment.lower() if segment.isascii() else segment
        tenant = self._snapshot.tenants.get(name) or self._load_tenant(name)
        if tenant is None:
            raise signin.UNKNOWN_TENANT(
                f"No tenant is known by {signin.quote(segment)}. Check its id or domain, and that "
                "this is the token service it lives on."
            )
        return tenant

    def knows_domain(self, name: str) -> bool:
        """Tell whether a tenant has verified a domain, given in lower case."""
        return self._store.get(self._tx, DOMAINS, name) is not None

    def client(self, tenant: Tenant, client_id: str) -> Registered | None:
        """Return a client present in a tenant by its id, a GUID in any letter case, or None."""
        client_id = client_id.lower()
        found = self._snapshot.clients.get((tenant.tenant_id, client_id))
        return found or self._load_client(tenant, client_id)

    def application(self, application_id: str) -> Application | None:
        """Return a registration wherever its home is, Microsoft's own among them, or None."""
        known = guid(application_id)
        if known is None:
            return None
        own = first_party.APPLICATIONS.get(known) or self._snapshot.applications.get(known)
        return own or self._load_application(known)

    def registration(self, application_id: UUID) -> Application | None:
        """Return a registration by the id that it has within this service, or None."""
        return self.application(str(application_id))

    def resource(self, tenant: Tenant, name: str) -> Resource | None:
        """Return the resource a tenant knows by a name or an application id, or None.

        Letter case and one closing slash do not matter.
        """
        if not name.isascii():
            return None
        key = name_key(name)
        found = self._snapshot.resources.get((tenant.tenant_id, key))
        return found or self._load_resource(tenant, key)

    def roles(self, holder: UUID, resource: Resource) -> tuple[str, ...]:
        """Return the values of the resource's roles a principal or person holds, sorted."""
        key = (holder, resource.principal.object_id)
        found = self._snapshot.roles.get(key)
        if found is None:
            found = self._snapshot.roles[key] = self._load_roles(holder, resource)
        return found

    def scopes(self, client: UUID, resource: UUID, person: UUID) -> frozenset[str]:
        """Return the values of a resource's scopes that a client was granted in a person's name.

        `client` and `resource` are object ids of service principals.
        """
        return frozenset(
            value
            for grant in self._grants(client)
            if grant.resource == resource and grant.person in (None, person)
            for value in grant.scope.split()
        )

    def permitted(self, application: Application, resource: Resource) -> frozenset[str]:  # noqa: ARG002
        """Return the scopes that a client of a farm is permitted at a relying party of it."""
        return frozenset()

    def is_consented(self, client: UUID, person: UUID) -> bool:
        """Tell whether a client was granted any scope at all in a person's name."""
        return any(grant.person in (None, person) for grant in self._grants(client))

    def is_assigned(self, person: UUID, principal: ServicePrincipal) -> bool:
        """Tell whether a person is assigned to an application in any role."""
        held = self._store.find(self._tx, ROLE_ASSIGNMENTS, holder=str(person))
        return any(one.resource == principal.object_id for one in held)

    def user(self, object_id: UUID) -> User | None:
        """Return an account by its id, or None; one that is deleted is none."""
        found = self._snapshot.people.get(object_id)
        if found is None:
            found = self._store.get(self._tx, USERS, str(object_id))
            if found is None or found.deleted:
                return None
            self._snapshot.people[object_id] = found
        return found

    def person_of(self, authentication: Authentication) -> User | None:
        """Return who signed in, None where there is nobody any more."""
        return None if authentication.home else self.user(authentication.person)

    def user_named(self, name: str) -> User | None:
        """Return an account by its user principal name, in any letter case, or None."""
        if not name.isascii() or len(name) > _LONGEST_USER_NAME:
            return None
        key = name.lower()
        if (object_id := self._snapshot.names.get(key)) is None:
            known = self._store.get(self._tx, USER_NAMES, key)
            if known is None:
                return None
            object_id = self._snapshot.names[key] = known.object_id
        return self.user(object_id)

    def canonical(self, name: str) -> str:
        """Return the one name by which the sign-ins of an account are counted."""
        return name

    def people(self, tenant_id: UUID) -> list[User]:
        """Return all accounts of a tenant but deleted ones, by id; nothing remembers them."""
        found = self._store.find(self._tx, USERS, tenant=str(tenant_id))
        return [one for one in found if not one.deleted]

    def tenant_of_domain(self, name: str) -> Tenant | None:
        """Return the tenant that has verified a domain, or None."""
        domain = self._store.get(self._tx, DOMAINS, name.lower()) if name.isascii() else None
        return self.tenant(str(domain.tenant_id)) if domain else None

    def federation(self, name: str) -> DomainFederation | None:
        """Return how the domain of a user principal name is federated, None where it is not."""
        domain = name.rpartition("@")[2].lower()
        if not domain.isascii():
            return None
        if domain not in self._snapshot.federations:
            known = self._store.get(self._tx, FEDERATIONS, domain)
            if known is None:
                return None
            self._snapshot.federations[domain] = known
        return self._snapshot.federations[domain]

    def federated_with(self, issuer: str) -> list[DomainFederation]:
        """Return the domains whose people an issuer speaks for, by name: all of one tenant."""
        return self._store.find(self._tx, FEDERATIONS, issuer=issuer)

    def federations(self, tenant: Tenant) -> list[DomainFederation]:
        """Return the federated domains of a tenant, by name."""
        return self._store.find(self._tx, FEDERATIONS, tenant=str(tenant.tenant_id))

    def parties(self, tenant_id: UUID) -> Mapping[str, RelyingParty]:
        """Return the relying-party trusts of a tenant's farm by each of their identifiers."""
        found = self._snapshot.parties.get(tenant_id)
        if found is None:
            kept = self._store.find(self._tx, RELYING_PARTIES, tenant=str(tenant_id))
            found = {name: party for party in kept for name in party.identifiers}
            self._snapshot.parties[tenant_id] = found
        return found

    def providers(self, tenant_id: UUID) -> Mapping[str, ClaimsProvider]:
        """Return the claims-provider trusts of a tenant's farm by their identifiers."""
        found = self._snapshot.providers.get(tenant_id)
        if found is None:
            kept = self._store.find(self._tx, CLAIMS_PROVIDERS, tenant=str(tenant_id))
            found = self._snapshot.providers[tenant_id] = {one.identifier: one for one in kept}
        return found

    def record(self, kind: Kind[T], key: str) -> T | None:
        """Return a record by its key as it stands; nothing remembers it."""
        return self._store.get(self._tx, kind, key)

    def _grants(self, client: UUID) -> tuple[ScopeGrant, ...]:
        found = self._snapshot.grants.get(client)
        if found is None:
            found = tuple(self._store.find(self._tx, SCOPE_GRANTS, client=str(client)))
            self._snapshot.grants[client] = found
        return found

    def signing_key(self) -> SigningKey:
        """Return the key that signs now."""
        key = self._snapshot.signing_key
        if key is None:
            key = self._snapshot.signing_key = self._keys.signing(self._tx)
        return key

    def _load_tenant(self, name: str) -> Tenant | None:
        key: str | None = name
        if not _GUID.fullmatch(name):
            if not is_domain(name):
                raise signin.BAD_TENANT(
                    f"The tenant {signin.quote(name)} is neither a GUID nor a valid DNS name."
                )
            domain = self._store.get(self._tx, DOMAINS, name)
            key = str(domain.tenant_id) if domain else None
        tenant = self._store.get(self._tx, TENANTS, key) if key else None
        if tenant is not None:
            self._snapshot.tenants[name] = tenant
        return tenant

    def _load_application(self, application_id: UUID) -> Application | None:
        found = self._store.get(self._tx, APPLICATIONS, str(application_id))
        if found is not None:
            self._snapshot.applications[application_id] = found
        return found

    def _load_client(self, tenant: Tenant, client_id: str) -> Registered | None:
        if not _GUID.fullmatch(client_id):
            return None
        principal = self._store.get(self._tx, PRINCIPALS, in_tenant(tenant.tenant_id, client_id))
        application = self.application(client_id)
        if principal is None or application is None:
            return None
        if application.tenant_id != tenant.tenant_id and not application.multi_tenant:
            return None
        registered = Registered(
            principal,
            application,
            tuple(self._store.find(self._tx, CREDENTIALS, application=client_id)),
            tuple(self._store.find(self._tx, CERTIFICATES, application=client_id)),
        )
        self._snapshot.clients[tenant.tenant_id, client_id] = registered
        return registered

    def _load_resource(self, tenant: Tenant, key: str) -> Resource | None:
        if not _NAME.fullmatch(key):
            return None
        name = self._store.get(self._tx, RESOURCE_NAMES, in_tenant(tenant.tenant_id, key))
        if name is None:
            return None
        principal_key = in_tenant(tenant.tenant_id, name.application_id)
        principal = self._store.get(self._tx, PRINCIPALS, principal_key)
        application = self.application(str(name.application_id))
        if principal is None or application is None:
            return None
        found = self._snapshot.resources[tenant.tenant_id, key] = Resource(principal, application)
        return found

    def _load_roles(self, holder: UUID, resource: Resource) -> tuple[str, ...]:
        values = {role.role_id: role.value for role in resource.application.roles if role.enabled}
        held = self._store.find(self._tx, ROLE_ASSIGNMENTS, holder=str(holder))
        of_resource = {one.role_id for one in held if one.resource == resource.principal.object_id}
        return tuple(sorted(values[role] for role in of_resource & values.keys() if values[role]))
