"""A person by name and password at AD FS: claims-based sign-in for SOAP (WS-Trust, SAML).

For the Web API of such a deployment sign in by OAuth: its authority is the AD FS itself.
"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict, Unpack

from xrm.client.cache import Token, TokenKey
from xrm.client.claims.credentials import AuthenticationCredentials
from xrm.client.claims.description import (
    AuthenticationProviderType,
    IssuerEndpoint,
    ServiceDescription,
    TokenServiceCredentialType,
    describe,
    issuers,
)
from xrm.client.claims.tokens import SecurityTokenResponse, fixed
from xrm.client.claims.trust import Person, Protect, by_password, by_token, issue
from xrm.client.discovery import Place, read_trust
from xrm.client.errors import (
    ConfigurationError,
    ExpiredSecurityTokenError,
    SecurityNegotiationError,
    TokenRefusedError,
)
from xrm.client.flow import AskCredential, Flow
from xrm.client.origin import Service, split
from xrm.client.retry import Sender
from xrm.model.secret import Secret

Prompt = Callable[[str], tuple[str, str | Secret] | None]
"""Asked with the token service's address after a refusal: a name and a password, or None."""

_ATTEMPTS = 3
_NO_CERTIFICATES = (
    "client certificates are not supported: a site that requires them fails every application "
    "built on the SDK, as the vendor's page on claims-based authentication says"
)


class Options(TypedDict, total=False):
    """How a person signs in, beside the name and the password: parameters of Federation."""

    home_realm: str | None
    metadata: str | None
    renew: bool
    prompt: Prompt | None
    device: object | None
    certificate: object | None


class Federation:
    """A person of a claims-based deployment (AuthenticationProviderType.Federation).

    `username` is a user principal name, or `DOMAIN\\\\account`. `home_realm` is the address of the
    description (mex) of another token service, the person's own, which the organization's one
    trusts. `metadata` takes the place of the description the organization names. With `renew`
    a token is had anew before its end; without, ExpiredSecurityTokenError tells that it came.
    `prompt` is asked for another name and password when these are refused (SupportInteractive).
    `device` credentials are accepted with a warning: only Microsoft accounts ever needed them.
    Raises ConfigurationError; does no I/O.
    """

    claims = True

    def __init__(
        self,
        username: str,
        password: str | Secret,
        *,
        home_realm: str | None = None,
        metadata: str | None = None,
        renew: bool = True,
        prompt: Prompt | None = None,
        device: object | None = None,
        certificate: object | None = None,
    ) -> None:
        if certificate is not None:
            raise ConfigurationError(_NO_CERTIFICATES, next_step="Sign in by name and password.")
        secret = password if isinstance(password, Secret) else Secret(password)
        if not username or not secret:
            raise ConfigurationError("a user name and a password are needed")
        if device is not None:
            warnings.warn(
                "device credentials mean nothing to this deployment and are not sent: they "
                "belonged to Microsoft accounts",
                stacklevel=2,
            )
        self._person = Person(username, secret)
        self._home_realm = home_realm
        self._metadata = metadata
        self._renew = renew
        self._prompt = prompt
        self.tenant: str | None = None

    @property
    def username(self) -> str:
        """The name that signs in."""
        return self._person.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._person.name!r})"

    def place(self, service: Service) -> Place | None:
        """Return the service itself: its description says where to sign in."""
        return Place(None, service.url, service=service)

    def key(self, place: Place) -> TokenKey:
        """Return the account a token is kept under."""
        return TokenKey("claims", self._home_realm or "", self._person.name, place.resource)

    def sign_in(self, place: Place, sender: Sender) -> Flow[Token]:
        """Get a token of the organization's token service.

        Raises SecurityNegotiationError, UntrustedAuthorityError, TokenRefusedError,
        SecurityTokenValidationError, TransportError.
        """
        assert place.service is not None
        description = yield from described(place.service, place.trust, sender, self._metadata)
        _check_kind(description)
        response = yield from self.answered(description, place.trust, sender)
        return response.token if self._renew else fixed(response.token)

    def answered(
        self,
        description: ServiceDescription,
        trust: frozenset[str],
        sender: Sender,
        applies_to: str | None = None,
    ) -> Flow[SecurityTokenResponse]:
        """Sign in by a description that is known already; return what the token service said."""
        whom = applies_to or description.address
        if self._home_realm is None:
            endpoint = pick(description.issuer_endpoints, TokenServiceCredentialType.USERNAME)
            return (yield from self._by_password(endpoint, whom, sender))
        near, _ = split(description.address)
        trusted = trusting(trust, self._home_realm)
        own = yield from issuers(self._home_realm, near, trusted, sender)
        first = yield from self._by_password(
            pick(own, TokenServiceCredentialType.USERNAME), description.identifier, sender
        )
        endpoint = pick(description.issuer_endpoints, TokenServiceCredentialType.SYMMETRIC_TOKEN)
        protect = by_token(first.token)
        return (yield from issue(endpoint, protect, whom, sender))

    def _by_password(
        self, endpoint: IssuerEndpoint, applies_to: str, sender: Sender
    ) -> Flow[SecurityTokenResponse]:
        protect: Protect = by_password(self._person)
        for _ in range(_ATTEMPTS):
            try:
                return (yield from issue(endpoint, protect, applies_to, sender))
            except TokenRefusedError:
                if self._prompt is None:
                    raise
                given = yield AskCredential(self._prompt, endpoint.issuer_address)
                if given is None:
                    raise
                name, password = given
                secret = password if isinstance(password, Secret) else Secret(password)
                protect = by_password(Person(name, secret))
        return (yield from issue(endpoint, protect, applies_to, sender))


class IFD(Federation):
    """A person of an internet-facing deployment (AuthType=IFD).

    `domain` is put before the name (`DOMAIN\\\\account`) where the name says none. The other
    parameters are those of Federation.
    """

    def __init__(
        self,
        username: str,
        password: str | Secret,
        *,
        domain: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        named = "\\" in username or "@" in username
        name = username if named or not domain else f"{domain}\\{username}"
        super().__init__(name, password, **options)


class IssuedToken:
    """A token that was issued already (SecurityTokenResponse): it is used until its end.

    Then ExpiredSecurityTokenError is raised: there is nothing to renew it with.
    """

    claims = True

    def __init__(self, response: SecurityTokenResponse) -> None:
        self._token = fixed(response.token)
        self.tenant: str | None = None

    def __repr__(self) -> str:
        return "IssuedToken()"

    def place(self, service: Service) -> Place | None:
        """Return the service itself."""
        return Place(None, service.url, service=service)

    def key(self, place: Place) -> TokenKey:
        """Return the account the token is kept under."""
        return TokenKey("claims", "", f"issued {id(self)}", place.resource)

    def sign_in(self, _place: Place, sender: Sender) -> Flow[Token]:
        """Return the token. Raises ExpiredSecurityTokenError."""
        if sender.clock() >= self._token.expires_at:
            raise expired()
        return self._token
        yield  # a flow without a step is one all the same


def expired() -> ExpiredSecurityTokenError:
    """Return the error for a token that is not to be renewed."""
    return ExpiredSecurityTokenError(
        "the security token has expired", next_step="Sign in anew, or let it be renewed."
    )


def described(
    service: Service, trust: frozenset[str], sender: Sender, metadata: str | None = None
) -> Flow[ServiceDescription]:
    """Read a service's description, and that of the token service it names, if it names one.

    Raises SecurityNegotiationError, UntrustedAuthorityError, UnexpectedAnswerError.
    """
    file = "Discovery.svc" if "discovery" in service.asked.lower() else "Organization.svc"
    found = yield from describe(service, file, sender)
    if found.authentication_type is not AuthenticationProviderType.FEDERATION:
        return found
    address = metadata or found.metadata
    if not address:
        raise SecurityNegotiationError(f"{service.url} does not say where its token service is")
    # What the caller names is the caller's own word.
    near = service.origin
    endpoints = yield from issuers(address, near, trusting(trust, metadata), sender)
    return replace(found, metadata=address, issuer_endpoints=endpoints)


def _check_kind(description: ServiceDescription) -> None:
    kind = description.authentication_type
    if kind is not AuthenticationProviderType.FEDERATION:
        raise SecurityNegotiationError(
            f"{description.address} does not sign in by claims: its description says {kind.value}",
            next_step="Use a credential for such a deployment.",
        )


def federation_of(credentials: AuthenticationCredentials) -> Federation:
    """Return the credential that some credentials amount to. Raises ConfigurationError."""
    return Federation(
        credentials.user_name,
        credentials.password,
        home_realm=credentials.home_realm,
        device=credentials.supporting_credentials,
    )


def trusting(trust: frozenset[str], address: str | None) -> frozenset[str]:
    """Return whom a caller trusts, with the host of an address the caller named."""
    return trust if address is None else trust | read_trust([address])


def pick(endpoints: tuple[IssuerEndpoint, ...], kind: TokenServiceCredentialType) -> IssuerEndpoint:
    """Return the endpoint for a kind of credential, the later version first.

    Raises SecurityNegotiationError.
    """
    fitting = [each for each in endpoints if each.credential_type is kind]
    if not fitting:
        raise SecurityNegotiationError(
            f"the token service has no endpoint for {kind.value}",
            next_step="Ask its administrator to enable usernamemixed.",
        )
    return min(fitting, key=lambda each: each.trust_version != "1.3")
