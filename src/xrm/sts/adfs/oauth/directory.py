"""The directory as a farm sees it: its tenant's people, its own clients and relying parties.

Clients of Entra ID are unknown here and a farm's are unknown there, whatever their ids: the same
id may be registered at both, as the one that Dynamics' own tools have is.
"""

from uuid import UUID, uuid5

from xrm.db import Transaction
from xrm.sts.adfs import parties, people
from xrm.sts.adfs.farm import Farm
from xrm.sts.adfs.oauth import guests
from xrm.sts.directory import Directory, Registered, Resource, View
from xrm.sts.keys import Keys
from xrm.sts.model import (
    Application,
    Authentication,
    FarmClient,
    IssuanceRule,
    RedirectKind,
    RedirectUri,
    RelyingParty,
    Scope,
    ServicePrincipal,
    Tenant,
    User,
)
from xrm.sts.resources.relying import USER_INFO
from xrm.sts.snapshot import Snapshot
from xrm.sts.store import CERTIFICATES, CREDENTIALS, FARM_CLIENTS, Store
from xrm.wire.html import policy
from xrm.wire.saml import claim_types

SCOPES = (
    "openid",
    "profile",
    "email",
    "allatclaims",
    "aza",
    "user_impersonation",
    "logon_cert",
    "vpn_cert",
    "winhello_cert",
)
"""The scopes a farm knows; every relying party has them."""

LONGEST_ID = 255
"""Characters of a client's id."""


def client_key(tenant_id: UUID, client_id: str) -> UUID:
    """Return the key a farm's client is kept by; letter case of its id does not matter."""
    return uuid5(tenant_id, f"adfs client {client_id.lower()}")


class FarmDirectory(Directory):
    """The views of one farm. They remember nothing together with those of Entra ID."""

    def __init__(self, store: Store, keys: Keys, farm: Farm) -> None:
        super().__init__(store, keys)
        self.farm = farm

    def _seen(self, reader: Transaction, snapshot: Snapshot) -> View:
        return FarmView(self, reader, snapshot)


class FarmView(View):
    """What one transaction sees at a farm."""

    __slots__ = ("_farm",)

    def __init__(self, directory: FarmDirectory, tx: Transaction, snapshot: Snapshot) -> None:
        super().__init__(directory, tx, snapshot)
        self._farm = directory.farm

    def client(self, tenant: Tenant, client_id: str) -> Registered | None:
        """Return a client of the farm by its id, in any letter case, or None."""
        key = (tenant.tenant_id, client_id.lower())
        known = self._snapshot.clients.get(key)
        if known is not None:
            return known
        found = self.farm_client(client_id)
        if found is None or found.tenant_id != tenant.tenant_id:
            return None
        application, held = application_of(found), str(found.client_key)
        registered = Registered(
            _principal(application),
            application,
            tuple(self._store.find(self._tx, CREDENTIALS, application=held)),
            tuple(self._store.find(self._tx, CERTIFICATES, application=held)),
        )
        self._snapshot.clients[key] = registered
        return registered

    def application(self, application_id: str) -> Application | None:
        """Return a client of the farm by its id, or None."""
        found = self.farm_client(application_id)
        return application_of(found) if found is not None else None

    def registration(self, application_id: UUID) -> Application | None:
        """Return a client by its key, or None."""
        found = self.record(FARM_CLIENTS, str(application_id))
        own = found is not None and found.tenant_id == self._farm.tenant.tenant_id
        return application_of(found) if found is not None and own else None

    def farm_client(self, client_id: str) -> FarmClient | None:
        """Return the record of a client by its id, or None."""
        if not client_id or len(client_id) > LONGEST_ID:
            return None
        key = client_key(self._farm.tenant.tenant_id, client_id)
        return self.record(FARM_CLIENTS, str(key))

    def permitted(self, application: Application, resource: Resource) -> frozenset[str]:
        """Return the scopes a client is permitted at a relying party, none where it may not ask."""
        client = self.farm_client(application.client_id)
        if client is None or resource.party is None:
            return frozenset()
        names = {*resource.party.identifiers, *(one + "/" for one in resource.party.identifiers)}
        own = USER_INFO in names or not client.parties
        return frozenset(client.scopes) if own or names & set(client.parties) else frozenset()

    def resource(self, tenant: Tenant, name: str) -> Resource | None:
        """Return the relying party of an identifier, or None; one closing slash does not matter."""
        if tenant.tenant_id != self._farm.tenant.tenant_id:
            return None
        if name == USER_INFO:
            return _resource(_own_party(self._farm))
        other = name.removesuffix("/") if name.endswith("/") else f"{name}/"
        party = parties.identified(self, self._farm, name)
        party = party or parties.identified(self, self._farm, other)
        return _resource(party) if party is not None else None

    def origins(self) -> frozenset[str]:
        """Return the origins of the farm's single-page applications, which may read its answers."""
        tenant_id = self._farm.tenant.tenant_id
        found = self._snapshot.origins.get(tenant_id)
        if found is None:
            kept = self._store.find(self._tx, FARM_CLIENTS, tenant=str(tenant_id))
            pages = [one for one in kept if one.kind == "spa" and one.enabled]
            found = frozenset(policy.origin_of(url) for one in pages for url in one.redirect_uris)
            self._snapshot.origins[tenant_id] = found
        return found

    def user(self, object_id: UUID) -> User | None:
        """Return a person of the farm by their id, or None."""
        found = super().user(object_id)
        own = found is not None and found.tenant_id == self._farm.tenant.tenant_id
        return found if own else None

    def person_of(self, authentication: Authentication) -> User | None:
        """Return who signed in: one of the farm's, or somebody a provider has brought.

        These count as long as their provider does.
        """
        if not authentication.home:
            return self.user(authentication.person)
        provider = self.providers(self._farm.tenant.tenant_id).get(authentication.home)
        known = provider is not None and provider.enabled
        own = authentication.tenant_id == self._farm.tenant.tenant_id
        return guests.person(authentication) if known and own else None

    def user_named(self, name: str) -> User | None:
        """Return a person of the farm by their user principal name or `DOMAIN\\account`."""
        if "\\" in name:
            return people.named(self, self._farm, name).person
        return super().user_named(name)

    def canonical(self, name: str) -> str:
        """Return the one name by which the sign-ins of an account are counted."""
        return people.named(self, self._farm, name).username


def application_of(client: FarmClient) -> Application:
    """Return a client as the engine knows applications. Its people need consent to nothing."""
    confidential = client.kind == "confidential"
    kind: RedirectKind = "Web" if confidential else "InstalledClient"
    return Application(
        application_id=client.client_key,
        tenant_id=client.tenant_id,
        object_id=client.client_key,
        name=client.name,
        enabled=client.enabled,
        created=client.created,
        public_client=not confidential,
        redirect_uris=tuple(RedirectUri(url, kind) for url in client.redirect_uris),
        implicit_access_tokens=True,
        implicit_id_tokens=True,
        logout_url=client.logout_url,
        alias=client.client_id,
    )


def _principal(application: Application) -> ServicePrincipal:
    return ServicePrincipal(
        object_id=application.object_id,
        tenant_id=application.tenant_id,
        application_id=application.application_id,
        name=application.name,
    )


def _resource(party: RelyingParty) -> Resource:
    application = Application(
        application_id=party.party_id,
        tenant_id=party.tenant_id,
        object_id=party.party_id,
        name=party.name,
        identifier_uris=party.identifiers,
        scopes=tuple(Scope(uuid5(party.party_id, value), value) for value in SCOPES),
    )
    return Resource(_principal(application), application, party)


def _own_party(farm: Farm) -> RelyingParty:
    tenant_id = farm.tenant.tenant_id
    return RelyingParty(
        party_id=uuid5(tenant_id, USER_INFO),
        tenant_id=tenant_id,
        name="UserInfo",
        identifiers=(USER_INFO,),
        rules=(IssuanceRule(claim=claim_types.UPN, source=claim_types.UPN),),
    )
