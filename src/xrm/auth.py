"""Credentials: the ways a program proves who it is. See `xrm.client.credentials`.

Those of claims-based sign-in (IFD, Federation, IssuedToken) load on first use: they need lxml,
and the extra `claims`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xrm.client.credentials import Credential, TokenCredential
from xrm.client.credentials.certificate import Certificate
from xrm.client.credentials.client_secret import ClientSecret

if TYPE_CHECKING:
    from xrm.client.claims.credentials import AuthenticationCredentials
    from xrm.client.credentials.federation import IFD, Federation, IssuedToken

__all__ = [
    "IFD",
    "AuthenticationCredentials",
    "Certificate",
    "ClientSecret",
    "Credential",
    "Federation",
    "IssuedToken",
    "TokenCredential",
]

_HOMES = {
    "AuthenticationCredentials": "claims.credentials",
    "Federation": "credentials.federation",
    "IFD": "credentials.federation",
    "IssuedToken": "credentials.federation",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'xrm.auth' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"xrm.client.{home}"), name)
    return value
