"""No credential: a client that only asks where to sign in."""

from xrm.client.cache import Token, TokenKey
from xrm.client.discovery import Place
from xrm.client.errors import ConfigurationError
from xrm.client.flow import Flow
from xrm.client.origin import Service
from xrm.client.retry import Sender


class Nobody:
    """Someone who has nothing to prove who they are by."""

    __slots__ = ()
    tenant: str | None = None

    def place(self, _service: Service) -> Place | None:
        """Return None: the organization must say."""
        return None

    def key(self, place: Place) -> TokenKey:
        """Return the account of nobody."""
        return TokenKey("", "", "", place.resource)

    def sign_in(self, _place: Place, _sender: Sender) -> Flow[Token]:
        """Raise ConfigurationError: there is nothing to sign in with."""
        raise ConfigurationError("there is no credential", next_step="Pass one of xrm.auth.")
