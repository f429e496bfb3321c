"""What an application's credentials share: client credentials, RFC 6749 4.4, whatever the proof."""

from abc import ABC, abstractmethod

from xrm.client.cache import Token, TokenKey
from xrm.client.discovery import Authority, Place, own_resource, read_authority
from xrm.client.errors import ConfigurationError
from xrm.client.flow import Flow, HttpRequest
from xrm.client.origin import Service
from xrm.client.retry import Sender
from xrm.client.services import oauth


class Application(ABC):
    """An application that signs in for itself.

    `authority` says where to sign in; without it the organization's challenge does. `tenant`
    (a GUID or a verified domain) takes the place of the one found there. An authority that ends
    in `/oauth2/authorize` is taken as meant. Raises ConfigurationError.
    """

    __slots__ = ("_authority", "_client_id", "_tenant")

    def __init__(self, client_id: str, *, tenant: str | None, authority: str | None) -> None:
        self._client_id = client_id
        self._tenant = tenant or None
        self._authority: Authority | None = None
        if authority:
            self._authority = read_authority(authority, tenant=self._tenant)

    @property
    def client_id(self) -> str:
        """The application id."""
        return self._client_id

    @property
    def tenant(self) -> str | None:
        """The tenant given, if any."""
        return self._tenant

    @property
    def authority(self) -> str | None:
        """The authority given, if any, in its plain form."""
        return self._authority.url if self._authority else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client_id!r}, tenant={self._tenant!r})"

    def place(self, service: Service) -> Place | None:
        """Return where to sign in if an authority was given."""
        if self._authority is None:
            return None
        return Place(self._authority, own_resource(service))

    def key(self, place: Place) -> TokenKey:
        """Return the account a token is kept under."""
        authority = _authority(place)
        return TokenKey(
            authority.origin.url, authority.tenant.lower(), self._client_id, place.resource
        )

    def sign_in(self, place: Place, sender: Sender) -> Flow[Token]:
        """Ask the v1 token endpoint for a token of the organization.

        v1 rather than v2: it takes the resource exactly as the challenge names it, an AD FS
        answers the same form, and the token is the same, since Dynamics takes v1 tokens from
        either. Raises TokenRefusedError, UnexpectedAnswerError or TransportError.
        """
        authority = _authority(place)
        proofs: list[oauth.Proof] = []

        def request() -> HttpRequest:
            proofs.append(self._proof(authority, sender.clock()))
            return oauth.client_credentials(
                authority.token_endpoint,
                client_id=self._client_id,
                proof=proofs[-1],
                resource=place.resource,
            )

        answer = yield from sender.send(request(), again=request)
        return oauth.read_token(answer, *(each.secret for each in proofs), now=sender.clock())

    @abstractmethod
    def _proof(self, authority: Authority, now: float) -> oauth.Proof:
        """Return a proof for one request; `now` in seconds since the epoch."""


def _authority(place: Place) -> Authority:
    if place.authority is None:
        raise ConfigurationError("an application needs an authority to sign in at")
    return place.authority
