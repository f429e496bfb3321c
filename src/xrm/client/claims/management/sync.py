"""`ServiceManagement`, synchronous: the description of a service, and sign-in by it.

Generated from aio.py by tools/sync_client.py: edit that file.
"""

from typing import Self, Unpack

from xrm.client.claims.credentials import AuthenticationCredentials
from xrm.client.claims.description import (
    AuthenticationProviderType,
    IssuerEndpoint,
    ServiceDescription,
    issuers,
)
from xrm.client.claims.realms import IdentityProvider, find_identity_provider
from xrm.client.credentials.federation import IssuedToken, described, federation_of, trusting
from xrm.client.credentials.nobody import Nobody
from xrm.client.discovery import read_trust
from xrm.client.origin import split
from xrm.client.sync import Client, Closing, Connection


class ServiceManagement(Closing):
    """What a service says of itself: reusable, and safe to share (IServiceManagement).

    `fetch` makes one. The members are those of .NET.
    """

    def __init__(
        self, client: Client, description: ServiceDescription, trust: frozenset[str]
    ) -> None:
        self._held = client
        self._run, organization = client.flows()
        self._sender = organization.door.sender
        self._trust = trust
        self.description = description

    @classmethod
    def fetch(cls, url: str, **connection: Unpack[Connection]) -> Self:
        """Read the description of Organization.svc or Discovery.svc, and of its token service.

        No secret is sent. `trust` lists the hosts that a service may name as its token service,
        beside Microsoft's and this machine; the other parameters are the client's own. Raises
        UntrustedAuthorityError, SecurityNegotiationError, UnexpectedAnswerError, TransportError.
        """
        client = Client(url, Nobody(), **connection)
        run, organization = client.flows()
        trusted = read_trust(connection.get("trust", ()))
        try:
            description = run(described(organization.service, trusted, organization.door.sender))
        except BaseException:
            client.close()
            raise
        return cls(client, description, trusted)

    def __repr__(self) -> str:
        return f"ServiceManagement({self.description.address!r})"

    @property
    def authentication_type(self) -> AuthenticationProviderType:
        """How the service signs people in (AuthenticationType)."""
        return self.description.authentication_type

    @property
    def issuer_endpoints(self) -> tuple[IssuerEndpoint, ...]:
        """The endpoints of its token service (IssuerEndpoints)."""
        return self.description.issuer_endpoints

    @property
    def current_service_endpoint(self) -> str:
        """The address of the service (CurrentServiceEndpoint)."""
        return self.description.address

    @property
    def policy_configuration(self) -> dict[str, str]:
        """What the policy of sign-in says, by the names it has there (PolicyConfiguration)."""
        told = {"SecureTokenService": self.description.identifier}
        for policy in self.description.policies:
            told |= dict(policy.trust)
        return told

    def cross_realm_issuer_endpoints(self, home_realm: str) -> tuple[IssuerEndpoint, ...]:
        """Return the endpoints of another token service (CrossRealmIssuerEndpoints).

        `home_realm` is the address of its description, which the caller answers for.
        """
        near, _ = split(self.description.address)
        trust = trusting(self._trust, home_realm)
        return self._run(issuers(home_realm, near, trust, self._sender))

    def get_identity_provider(self, user_principal_name: str) -> IdentityProvider:
        """Return who signs a person in: the home realm of their domain (GetIdentityProvider)."""
        return self._run(
            find_identity_provider(self.description, user_principal_name, self._trust, self._sender)
        )

    def authenticate(self, credentials: AuthenticationCredentials) -> AuthenticationCredentials:
        """Sign in; return the credentials with what the token service answered (Authenticate).

        Raises TokenRefusedError, SecurityNegotiationError, SecurityTokenValidationError.
        """
        person = federation_of(credentials)
        response = self._run(
            person.answered(self.description, self._trust, self._sender, credentials.applies_to)
        )
        return credentials.answered(response)

    def credential(self, credentials: AuthenticationCredentials) -> IssuedToken:
        """Return what was signed in with as a credential of a client or a proxy."""
        return IssuedToken(credentials.response())
