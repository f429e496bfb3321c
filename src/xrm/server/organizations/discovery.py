"""What discovery is told: in which organizations of this server a bearer has a user."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from xrm.model.errors.service import ServiceError
from xrm.model.ports import Clock
from xrm.model.values import Guid
from xrm.org.administration import roles_of
from xrm.org.callers import Identity, NotAuthenticated, bearer
from xrm.org.callers.bearer import BearerTokens
from xrm.org.callers.claims import ClaimsTokens, NotProved
from xrm.org.organization import Organization
from xrm.org.ports import Instance
from xrm.server.organizations.deployments import DEPLOYMENTS, Kind
from xrm.server.organizations.hosting import Organizations
from xrm.server.organizations.registry import Entry
from xrm.sts.registration import people
from xrm.wire.http import Request
from xrm.wire.soap.envelope import Envelope
from xrm.wire.soap.wsdl.deployments import Deployment
from xrm.wire.wssecurity.faults import FAILED_AUTHENTICATION

_COMMON = "common"
_ADMINISTRATOR = "System Administrator"
"""The role's name, which nobody can change."""


class Discovery:
    """The organizations of one deployment, for their own faces of discovery (`ports.Instances`).

    `resource` is the address at which they ask: tokens for it are tokens for discovery.
    """

    def __init__(
        self,
        organizations: Organizations,
        kind: Kind,
        *,
        clock: Clock,
        quoted_challenge: bool,
        resource: str = "",
    ) -> None:
        self._organizations = organizations
        self._kind = kind
        self._clock = clock
        self._tokens: dict[UUID, BearerTokens] = {}
        self._claims: dict[UUID, ClaimsTokens] = {}
        self.resource = resource or organizations.sites.discovery(kind)
        self.authority = self._authority()
        self.quoted_challenge = quoted_challenge

    def _authority(self) -> str:
        """Return where people of every tenant sign in; at farms, which have one, the first's."""
        if not DEPLOYMENTS[self._kind].claims:
            return f"{self._organizations.service.base_url}/{_COMMON}"
        known = self._organizations
        return known.farm(known.tenant(known.first)).url

    @property
    def deployment(self) -> Deployment:
        """How they are deployed, as their description tells."""
        return DEPLOYMENTS[self._kind].description

    def is_anywhere(self) -> bool:
        """Tell whether an organization is deployed so."""
        return any(True for _ in self._organizations.registry.of_kind(self._kind))

    def now(self) -> float:
        """Return the server's time in seconds since 1970."""
        return self._clock()

    def of_bearer(self, request: Request) -> Sequence[Instance]:
        """Return the organizations in which a request's bearer has an enabled user.

        Raises NotAuthenticated for a request without a token that counts here.
        """
        entries = [one for one in self._organizations.entries() if one.deployment == self._kind]
        tenant, identity = self._whose(request, entries)
        return tuple(self._known(entries, tenant, identity))

    @property
    def takes_claims(self) -> bool:
        """Whether SOAP messages prove themselves who sent them."""
        return DEPLOYMENTS[self._kind].claims

    def of_message(self, envelope: Envelope) -> Sequence[Instance]:
        """Return the organizations in which the sender of a message has an enabled user.

        Raises NotProved for a message without a token of one of their farms for discovery.
        """
        entries = [one for one in self._organizations.entries() if one.deployment == self._kind]
        refused = NotProved(FAILED_AUTHENTICATION, "there is no organization here")
        for entry in {entry.tenant_id: entry for entry in reversed(entries)}.values():
            try:
                found = self._claims_of(entry).prove(envelope)
            except NotProved as error:
                refused = error
                continue
            return tuple(self._known(entries, entry.tenant_id, found))
        raise refused

    def _claims_of(self, entry: Entry) -> ClaimsTokens:
        """Return what verifies tokens of a tenant's farm, opened with its leading one's key."""
        found = self._claims.get(entry.organization_id)
        if found is None:
            trust = self._organizations.claims_trust(entry, audiences=(self.resource,))
            found = self._claims[entry.organization_id] = ClaimsTokens(trust, self._clock)
        return found

    def _whose(self, request: Request, entries: Sequence[Entry]) -> tuple[UUID, Identity]:
        """Return the tenant and principal of a token: one of any tenant with an organization."""
        reason: str | None = None
        for entry in {entry.tenant_id: entry for entry in entries}.values():
            try:
                found = bearer.identify(request, self._of_tenant(entry))
            except NotAuthenticated as error:
                reason = error.reason
                continue
            if found is None:
                raise NotAuthenticated
            return entry.tenant_id, found
        raise NotAuthenticated(reason)

    def _of_tenant(self, entry: Entry) -> BearerTokens:
        found = self._tokens.get(entry.tenant_id)
        if found is None:
            trust = self._organizations.opened(entry).trust
            found = BearerTokens(trust, self._clock, url=self.resource)
            self._tokens[entry.tenant_id] = found
        return found

    def _known(
        self, entries: Sequence[Entry], tenant: UUID, identity: Identity
    ) -> Iterator[Instance]:
        for entry in entries:
            if entry.tenant_id != tenant:
                continue
            organization = self._organizations.opened(entry)
            with organization.database.read() as transaction:
                try:
                    caller = organization.users.admit(transaction, identity)
                except ServiceError:
                    continue
                enabled = organization.users.is_open(transaction)
            administers = _ADMINISTRATOR in roles_of(organization, UUID(caller.user_id))
            yield _instance(
                entry, organization, caller.user_id, enabled=enabled, administers=administers
            )

    def user_of(self, instance: Instance, external_id: str) -> Guid | None:
        """Return the enabled user a person has in an organization, None if there is none."""
        entry = self._organizations.registry.named(str(instance.organization_id))
        if entry is None:
            return None
        organization = self._organizations.opened(entry)
        account = people.find_user(
            self._organizations.service, self._organizations.tenant(entry), external_id
        )
        if account is None:
            return None
        with organization.database.read() as transaction:
            try:
                identity = Identity(str(account.object_id), None)
                return organization.users.admit(transaction, identity).user_id
            except ServiceError:
                return None


def _instance(
    entry: Entry, organization: Organization, user_id: Guid, *, enabled: bool, administers: bool
) -> Instance:
    particulars = organization.particulars
    return Instance(
        organization_id=entry.organization_id,
        unique_name=entry.unique_name,
        friendly_name=entry.friendly_name,
        url_name=entry.unique_name,
        url=organization.url,
        tenant_id=entry.tenant_id,
        environment_id=particulars.environment_id or str(entry.organization_id),
        geo=particulars.geo,
        datacenter_id=particulars.datacenter_id,
        changed=datetime.fromtimestamp(entry.created_at, UTC),
        enabled=enabled,
        user_id=user_id,
        is_administrator=administers,
    )
