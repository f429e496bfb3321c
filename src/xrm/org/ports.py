"""What an organization asks of the world around it; the server fills these in."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from xrm.wire.jose import VerificationKey


class Trust(Protocol):
    """Whose tokens count: the published keys of a token service for one tenant."""

    @property
    def authority(self) -> str:
        """The tenant's base URL at the token service, for the challenge; no slash at the end."""

    @property
    def tenant_id(self) -> UUID:
        """The only tenant whose tokens are taken."""

    @property
    def issuers(self) -> frozenset[str]:
        """The `iss` values taken, exactly."""

    def key(self, kid: str) -> VerificationKey | None:
        """Return the published key of that id, None if there is none."""


@dataclass(frozen=True, slots=True)
class DirectoryApplication:
    """What the directory knows of a registered application."""

    application_id: UUID
    object_id: UUID
    name: str
    uri: str
    tenant_domain: str


class Directory(Protocol):
    """The tenant's directory, as far as application users need it."""

    def application(self, application_id: UUID) -> DirectoryApplication | None:
        """Return a registered application, None if the tenant has none of that id."""
