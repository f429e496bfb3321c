"""Credentials: the ways a program proves who it is. See `xrm.client.credentials`."""

from xrm.client.credentials import Credential, TokenCredential
from xrm.client.credentials.certificate import Certificate
from xrm.client.credentials.client_secret import ClientSecret

__all__ = ["Certificate", "ClientSecret", "Credential", "TokenCredential"]
