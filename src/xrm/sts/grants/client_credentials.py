"""The client credentials grant: an application speaks for itself (RFC 6749 4.4)."""

from xrm.sts import resources
from xrm.sts.directory import View
from xrm.sts.model import Client, Granted, Tenant, TokenRequest


class ClientCredentials:
    """`grant_type=client_credentials`. The subject is the client's own principal."""

    name = "client_credentials"

    def redeem(
        self, request: TokenRequest, client: Client, *, tenant: Tenant, view: View
    ) -> Granted:
        """Return the client itself as subject, for the one resource it asks.

        A token is granted whether or not the resource gave the client any role: Dynamics
        decides by its own application users (RFC 6749 4.4.2). Raises what
        `resources.asked_for_all` raises.
        """
        audience = resources.asked_for_all(request, tenant, view)
        return Granted(subject=client.principal, audience=audience)
