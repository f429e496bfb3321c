"""Grants: one file per `grant_type`, one line in `GRANTS`.

The endpoint proves the client before it calls `redeem`, and after it marks as redeemed what may
be so once only and mints the tokens: no grant can leave any of it out. A grant answers only: on
whose behalf, for which audience, and what is spent for it?

redemption   what a grant sees, and the shape of one
delegation   what follows once a person is known: consent, scopes, what comes beside the token
To add one: a module with a class of this shape, its line below, a test in tests/sts.
"""

from xrm.sts.grants.authorization_code import AuthorizationCode
from xrm.sts.grants.client_credentials import ClientCredentials
from xrm.sts.grants.device_code import DeviceCode
from xrm.sts.grants.on_behalf_of import OnBehalfOf
from xrm.sts.grants.password import Password
from xrm.sts.grants.redemption import Brought, Grant, Redemption
from xrm.sts.grants.refresh_token import RefreshTokenGrant
from xrm.sts.grants.saml_bearer import SamlBearer

__all__ = ["GRANTS", "Brought", "Grant", "Redemption"]

GRANTS: tuple[Grant, ...] = (
    ClientCredentials(),
    AuthorizationCode(),
    RefreshTokenGrant(),
    Password(),
    DeviceCode(),
    OnBehalfOf(),
    SamlBearer(),
)
