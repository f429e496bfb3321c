"""A farm: where it is, what it is called, and how Active Directory names a tenant's people."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from xrm.sts.model import Tenant, User

_AUTHORITIES = 3
_LONGEST_NETBIOS = 15
_LONGEST_ACCOUNT = 20
_SHORTENED = 13
MADE_UNIQUE = "$"
"""Stands in accounts only where their user principal names do not tell them apart."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person as Active Directory knows them.

    `name` is `DOMAIN\\account`, `sid` the security identifier. The account is the front of the
    user principal name, made unique where that is too long or of another domain than the
    tenant's first.
    """

    person: User
    name: str
    sid: str

    @property
    def user_principal_name(self) -> str:
        """Return the user principal name."""
        return self.person.user_principal_name

    @property
    def immutable_id(self) -> str:
        """Return the object's GUID as Entra ID is told it."""
        return base64.b64encode(self.person.object_id.bytes_le).decode()


@dataclass(frozen=True, slots=True)
class Farm:
    """The farm that signs in the people of a tenant.

    `origin` is the token service's public origin, without a slash at its end. The farm of the
    `first` tenant is at its root, those of others below the tenant's domain.
    """

    origin: str
    tenant: Tenant
    first: bool = True

    @property
    def prefix(self) -> str:
        """Return the path of its addresses, in lower case, without a slash at its end."""
        return "/adfs" if self.first else f"/{self.tenant.domain.lower()}/adfs"

    @property
    def url(self) -> str:
        """Return its address, which is the issuer of id tokens."""
        return f"{self.origin}{self.prefix}"

    @property
    def identifier(self) -> str:
        """Return the issuer of its tokens: a name, and by custom one in http."""
        return f"http://{self.origin.partition('://')[2]}{self.prefix}/services/trust"

    @property
    def trust(self) -> str:
        """Return the address that those of WS-Trust begin with, with a slash at its end."""
        return f"{self.url}/services/trust/"

    @property
    def passive(self) -> str:
        """Return the address of WS-Federation."""
        return f"{self.url}/ls/"

    @property
    def metadata(self) -> str:
        """Return the address of the federation metadata."""
        prefix = self.prefix.removesuffix("/adfs")
        return f"{self.origin}{prefix}/FederationMetadata/2007-06/FederationMetadata.xml"

    @property
    def domain(self) -> str:
        """Return the NetBIOS name of the domain."""
        return self.tenant.domain.partition(".")[0].upper()[:_LONGEST_NETBIOS]

    def account(self, person: User) -> Account:
        """Return a person as Active Directory names them.

        The relative identifier is drawn from the object id: it stays, and two people of a tenant
        have the same one about as often as two GUIDs share 30 bits.
        """
        account, _, domain = person.user_principal_name.partition("@")
        if domain.lower() != self.tenant.domain.lower() or len(account) > _LONGEST_ACCOUNT:
            # A name belongs to one person only: it may decide what they may do.
            account = f"{account[:_SHORTENED]}{MADE_UNIQUE}{person.object_id.hex[:6]}"
        sid = f"{_authority(self.tenant.tenant_id)}-{_relative(person.object_id)}"
        return Account(person, f"{self.domain}\\{account}", sid)


@lru_cache(maxsize=64)
def _authority(tenant_id: UUID) -> str:
    numbers = [_number(tenant_id.bytes, place) for place in range(_AUTHORITIES)]
    return "-".join(("S-1-5-21", *map(str, numbers)))


@lru_cache(maxsize=1024)
def _relative(object_id: UUID) -> int:
    return 1000 + _number(object_id.bytes, 0) % 2**30


def _number(name: bytes, place: int) -> int:
    digest = hashlib.sha256(name).digest()
    return int.from_bytes(digest[4 * place : 4 * place + 4], "big")
