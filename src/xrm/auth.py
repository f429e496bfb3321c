"""Credentials: the ways a program proves who it is. See `xrm.client.credentials`.

Those of claims-based sign-in (IFD, Federation, IssuedToken) load on first use: they need lxml,
and the extra `claims`.
"""

from typing import TYPE_CHECKING, Any

from xrm.client.credentials import Credential, TokenCredential
from xrm.client.credentials.certificate import Certificate
from xrm.client.credentials.client_secret import ClientSecret

if TYPE_CHECKING:
    from xrm.client.credentials.federation import IFD, Federation, IssuedToken

__all__ = [
    "IFD",
    "Certificate",
    "ClientSecret",
    "Credential",
    "Federation",
    "IssuedToken",
    "TokenCredential",
]

_CLAIMS = ("IFD", "Federation", "IssuedToken")


def __getattr__(name: str) -> Any:
    if name not in _CLAIMS:
        raise AttributeError(f"module 'xrm.auth' has no attribute {name!r}")
    from xrm.client.credentials import federation

    value = globals()[name] = getattr(federation, name)
    return value
