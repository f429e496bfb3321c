"""An application that proves itself by a secret of its own (RFC 6749 2.3.1)."""

from xrm.client.credentials.application import Application
from xrm.client.discovery import Authority
from xrm.client.errors import ConfigurationError
from xrm.client.services.oauth import Proof
from xrm.model.secret import Secret


class ClientSecret(Application):
    """An application's id and secret.

    `authority` says where to sign in; without it the organization's challenge does. `tenant`
    (a GUID or a verified domain) takes the place of the one found there. An authority that ends
    in `/oauth2/authorize` is taken as meant. Raises ConfigurationError; does no I/O.
    """

    __slots__ = ("_client_secret",)

    def __init__(
        self,
        client_id: str,
        client_secret: str | Secret,
        *,
        tenant: str | None = None,
        authority: str | None = None,
    ) -> None:
        secret = client_secret if isinstance(client_secret, Secret) else Secret(client_secret)
        if not client_id or not secret:
            raise ConfigurationError("a client id and a client secret are needed")
        super().__init__(client_id, tenant=tenant, authority=authority)
        self._client_secret = secret

    def _proof(self, authority: Authority, now: float) -> Proof:  # noqa: ARG002 - always the same
        return Proof("client_secret", self._client_secret)
