"""What the token service knows: tenants, applications, principals, keys; flavours as data.

Identifiers are UUIDs, times whole seconds since the epoch. Records are what `store` keeps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from xrm.model.secret import Secret

CRM_APPLICATION = UUID("00000007-0000-0000-c000-000000000000")
"""The application id of Dynamics, the resource whose names are the organizations' URLs."""

CONSUMERS_TENANT = UUID("9188040d-6c67-4c5b-b112-36a304b66dad")
"""The tenant that stands for personal accounts."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A directory. `domains` are verified; the first is shown."""

    tenant_id: UUID
    name: str
    domains: tuple[str, ...]
    region: str = "EU"

    @property
    def domain(self) -> str:
        """Return the first verified domain."""
        return self.domains[0]


@dataclass(frozen=True, slots=True)
class Domain:
    """A verified domain, in lower case; it belongs to one tenant only."""

    name: str
    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class Application:
    """An application's registration in its home tenant. `object_id` names the registration."""

    application_id: UUID
    tenant_id: UUID
    object_id: UUID
    name: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An application as it is present in one tenant; `object_id` is the subject of its tokens."""

    object_id: UUID
    tenant_id: UUID
    application_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ResourceName:
    """One name by which a tenant's clients ask for a resource; `key` is its compared form."""

    key: str
    tenant_id: UUID
    application_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PasswordCredential:
    """A client secret: never its text, only a salted digest. `hint` is its first letters."""

    key_id: UUID
    application_id: UUID
    hint: str
    description: str
    start: int
    end: int
    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key at rest: `sealed` is its private half under the sealing key."""

    kid: str
    status: str
    created: int
    changed: int
    certificate: bytes
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Flavour:
    """One dialect of the token endpoint. A difference between dialects is a member, not code.

    `asks_by` is the parameter that names the resource; `refuses` the ones it turns away.
    """

    name: Literal["v1", "v2"]
    asks_by: Literal["resource", "scope"]
    refuses: tuple[str, ...]
    issuer: str

    def issuer_of(self, base: str, tenant: UUID | str) -> str:
        """Return the issuer of a tenant, under the base URL of the service."""
        return self.issuer.format(base=base, tenant=tenant)


V1 = Flavour("v1", asks_by="resource", refuses=(), issuer="{base}/{tenant}/")
V2 = Flavour("v2", asks_by="scope", refuses=("resource",), issuer="{base}/{tenant}/v2.0")


@dataclass(frozen=True, slots=True)
class Trace:
    """The names of one request: ours, the caller's, and the address it came from."""

    trace_id: str
    correlation_id: str
    peer: str = ""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A token request as the face read it, before anything of it is believed.

    `segment` is the tenant of the path; `basic` the pair of an Authorization header; `trace`
    names the request in the audit.
    """

    flavour: Flavour
    segment: str
    form: Mapping[str, str]
    basic: tuple[str, Secret] | None = None
    trace: Trace = field(default_factory=lambda: Trace("", ""))


@dataclass(frozen=True, slots=True)
class Client:
    """A client that has proved itself. `acr` is the `appidacr` claim: 1 secret, 2 certificate."""

    application_id: UUID
    principal: ServicePrincipal
    acr: Literal["0", "1", "2"]


@dataclass(frozen=True, slots=True)
class Granted:
    """What a grant came to: who the token speaks for, and the audience exactly as asked."""

    subject: ServicePrincipal
    audience: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and its times, in seconds since the epoch; `lifetime` from now, in seconds."""

    access_token: Secret
    audience: str
    not_before: int
    expires_on: int
    lifetime: int
