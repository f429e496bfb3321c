"""One file per way to sign in: a Flow that asks for a token and ends in one.

client_secret   an application by its id and a secret of its own (RFC 6749 4.4)
certificate     an application by its id and a certificate (RFC 7523); key_file reads it
external        a credential that is not ours: anything with azure-core's `get_token`
nobody          no credential: for asking where to sign in
application     what an application's credentials share
bearer          not a way to sign in: requests with the token it ended in

To add one: its file here, its name in `xrm.auth`, its AuthType in `connection_string`.
"""

from typing import Any, Protocol

from xrm.client.cache import Token, TokenKey
from xrm.client.discovery import Place
from xrm.client.flow import Flow
from xrm.client.origin import Service
from xrm.client.retry import Sender


class Credential(Protocol):
    """A way to sign in that this client knows whole."""

    @property
    def tenant(self) -> str | None:
        """The tenant the caller named, if any."""

    def place(self, service: Service) -> Place | None:
        """Return where to sign in if the caller said so; None if the organization must."""

    def key(self, place: Place) -> TokenKey:
        """Return the account a token is kept under."""

    def sign_in(self, place: Place, sender: Sender) -> Flow[Token]:
        """Get a token. Raises SignInError or TransportError."""


class TokenCredential(Protocol):
    """Anything that gives bearer tokens as azure-core's credentials do, sync or async.

    `get_token("https://org.example/.default")` returns, or awaits to, an object with `token`
    and `expires_on` (seconds since the epoch).
    """

    def get_token(self, *scopes: str) -> Any:
        """Return a token for the scopes."""
