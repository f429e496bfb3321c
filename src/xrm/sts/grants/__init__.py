"""Grants: one file per `grant_type`, one line in `GRANTS`.

The endpoint proves the client before it calls `redeem` and mints the token after it, so that no
grant can leave either out. A grant answers only: on whose behalf, and for which audience?

To add one: a module with a class of this shape, its line below, a test in tests/sts.
"""

from typing import Protocol

from xrm.sts.directory import View
from xrm.sts.grants.client_credentials import ClientCredentials
from xrm.sts.model import Client, Granted, Tenant, TokenRequest


class Grant(Protocol):
    """One way to earn a token. `name` is the `grant_type`."""

    name: str

    def redeem(
        self, request: TokenRequest, client: Client, *, tenant: Tenant, view: View
    ) -> Granted:
        """Return what the request earns. Raises SignInError."""


GRANTS: tuple[Grant, ...] = (ClientCredentials(),)
