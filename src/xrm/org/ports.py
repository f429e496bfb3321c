"""What an organization asks of the world around it; the server fills these in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from xrm.model.values import Guid
from xrm.wire.http import Request
from xrm.wire.jose import VerificationKey
from xrm.wire.soap.envelope import Envelope
from xrm.wire.soap.wsdl.deployments import Deployment

T = TypeVar("T")


class Trust(Protocol):
    """Whose tokens count: the published keys of a token service for one tenant."""

    @property
    def form(self) -> Literal["entra", "adfs"]:
        """Whose access tokens are taken, those of Entra ID or of AD FS: they name people apart."""

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

    def stands(self, application_id: str) -> bool:
        """Tell whether the tokens an application was given still count.

        Asked for every request, so it must be cheap. Where tokens count until they expire, as
        they do at the service, it is always true.
        """


class ClaimsTrust(Protocol):
    """Whose assertions count at an organization that signs in by claims, and how it reads them.

    The organization is a relying party of a farm of AD FS (WS-Trust 1.3, WS-Federation 1.2), or
    of the old online chain.
    """

    @property
    def online(self) -> bool:
        """Whether it is the old online chain: its tokens are encrypted with Triple DES, and over
        TLS they are proof enough without a signature (a signed, not an endorsing, token).
        """

    @property
    def issuers(self) -> frozenset[str]:
        """The issuers of assertions that are taken, exactly."""

    @property
    def audiences(self) -> frozenset[str]:
        """The identifiers by which the farm knows the organization, exactly."""

    @property
    def skew(self) -> float:
        """By how many seconds clocks may differ."""

    def certificates(self) -> Sequence[bytes]:
        """Return the published certificates assertions are signed with, as X.509 in DER."""

    def private_keys(self) -> Sequence[RSAPrivateKey]:
        """Return the keys that open what is encrypted to the organization, the current first."""


class PassiveTrust(Protocol):
    """How browsers sign in at an organization by claims (WS-Federation 1.2, 13)."""

    @property
    def address(self) -> str:
        """Where the farm takes the messages that browsers carry."""

    def pair(self) -> tuple[RSAPrivateKey, bytes]:
        """Return the current key of `ClaimsTrust.private_keys` and its certificate, in DER."""

    def is_new(self, token: str, *, until: float) -> bool:
        """Mark the id of a token as used, in every process, and tell whether it was not before.

        The mark is of no use after `until`, in seconds since 1970.
        """

    def seal(self, record: object) -> str:
        """Return a record, a dataclass, as a text that only this organization can open."""

    def unseal(self, kind: type[T], text: str) -> T | None:
        """Return the record of a text, None where it was not sealed here or was changed."""


@dataclass(frozen=True, slots=True)
class DirectoryApplication:
    """What the directory knows of a registered application."""

    application_id: UUID
    object_id: UUID
    name: str
    uri: str
    tenant_domain: str


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """What the directory knows of a person.

    `licensed` for a licence that includes the organization; `administrator` for a global, a
    Dynamics 365 or a Power Platform administrator of the tenant.
    """

    object_id: UUID
    user_principal_name: str
    display_name: str
    given_name: str
    surname: str
    mail: str
    enabled: bool
    licensed: bool
    administrator: bool
    deleted: bool = False


class Directory(Protocol):
    """The tenant's directory, as far as the organization's users need it."""

    def application(self, application_id: UUID) -> DirectoryApplication | None:
        """Return a registered application, None if the tenant has none of that id."""

    def person(self, object_id: UUID) -> DirectoryPerson | None:
        """Return a person, None if the tenant has none of that id."""

    def forms(self, user_name: str) -> Sequence[str]:
        """Return the other ways to write a person's name, which may not be anybody's.

        Those of `user@domain` are `DOMAIN\\account`, and the reverse, for the tenant's domains.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An organization as discovery tells of it to a user it has.

    `url` ends with a slash; `geo` is a region's short name; `changed` is when it was last set up.
    """

    organization_id: UUID
    unique_name: str
    friendly_name: str
    url_name: str
    url: str
    tenant_id: UUID
    environment_id: str
    geo: str
    datacenter_id: Guid
    changed: datetime
    enabled: bool
    user_id: Guid
    is_administrator: bool


class Instances(Protocol):
    """The organizations of one server that are deployed alike."""

    @property
    def deployment(self) -> Deployment:
        """How they are deployed, for the description of discovery."""

    @property
    def resource(self) -> str:
        """The address at which discovery is, for which its tokens are made; with a slash."""

    @property
    def authority(self) -> str:
        """The base URL at the token service where their people sign in."""

    @property
    def quoted_challenge(self) -> bool:
        """Whether the values of a challenge stand in quotes."""

    def now(self) -> float:
        """Return the server's time in seconds since 1970."""

    def of_bearer(self, request: Request) -> Sequence[Instance]:
        """Return the organizations in which a request's bearer has an enabled user.

        Raises NotAuthenticated for a request without a token that counts here.
        """

    @property
    def takes_claims(self) -> bool:
        """Whether SOAP messages prove themselves who sent them."""

    def of_message(self, envelope: Envelope) -> Sequence[Instance]:
        """Return the organizations in which the sender of a message has an enabled user.

        Raises `callers.claims.NotProved` for a message that proves nobody here.
        """

    def user_of(self, instance: Instance, external_id: str) -> Guid | None:
        """Return the enabled user a person has in an organization, None if there is none.

        `external_id` is the account's id in the directory, or its user principal name.
        """
