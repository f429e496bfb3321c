"""What the token service knows: tenants, applications, principals, keys; flavours as data.

Identifiers are UUIDs, times whole seconds since the epoch. Records are what `store` keeps.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from xrm.model.secret import Secret

CRM_APPLICATION = UUID("00000007-0000-0000-c000-000000000000")
"""The application id of Dynamics, the resource whose names are the organizations' URLs."""

GRAPH_APPLICATION = UUID("00000003-0000-0000-c000-000000000000")
"""The application id of Microsoft Graph."""

MICROSOFT_TENANT = UUID("f8cdef31-a31e-4b4a-93e4-5f571e91255a")
"""The home tenant of Microsoft's own applications; no tenant of that id exists here."""

CONSUMERS_TENANT = UUID("9188040d-6c67-4c5b-b112-36a304b66dad")
"""The tenant that stands for personal accounts."""


SignInAudience = Literal[
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
]
"""Whose people may use an application."""

PERSONAL_AUDIENCES: tuple[SignInAudience, ...] = (
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
)
"""Those that let personal accounts in."""


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
class RedirectUri:
    """An address answers may be sent to; `kind` says what stands there."""

    url: str
    kind: Literal["Web", "Spa", "InstalledClient"]


@dataclass(frozen=True, slots=True)
class Scope:
    """A delegated permission a resource offers; `kind` says who may consent to it."""

    scope_id: UUID
    value: str
    kind: Literal["User", "Admin"] = "User"
    enabled: bool = True
    admin_name: str = ""
    admin_description: str = ""
    user_name: str = ""
    user_description: str = ""


@dataclass(frozen=True, slots=True)
class AppRole:
    """A role a resource offers to applications (`Application`) or people (`User`)."""

    role_id: UUID
    value: str
    name: str = ""
    description: str = ""
    members: tuple[str, ...] = ("Application",)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class RequiredAccess:
    """A permission an application says it needs: a scope or a role of a resource, by ids."""

    resource: UUID
    access: UUID
    kind: Literal["Scope", "Role"]


@dataclass(frozen=True, slots=True)
class Application:
    """An application's registration in its home tenant. `object_id` names the registration.

    `extras` holds members of the manifest that are kept for their owner and mean nothing here.
    `created` is in seconds since the epoch.
    """

    application_id: UUID
    tenant_id: UUID
    object_id: UUID
    name: str
    enabled: bool = True
    created: int = 0
    audience: SignInAudience = "AzureADMyOrg"
    public_client: bool | None = None
    redirect_uris: tuple[RedirectUri, ...] = ()
    identifier_uris: tuple[str, ...] = ()
    implicit_access_tokens: bool = False
    implicit_id_tokens: bool = False
    logout_url: str = ""
    token_version: Literal[1, 2] | None = None
    required: tuple[RequiredAccess, ...] = ()
    scopes: tuple[Scope, ...] = ()
    roles: tuple[AppRole, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)

    @property
    def multi_tenant(self) -> bool:
        """Tell whether other tenants may take it in."""
        return self.audience not in ("AzureADMyOrg", "PersonalMicrosoftAccount")


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An application as it is present in one tenant; `object_id` is the subject of its tokens.

    `assignment_required` asks of a client that it holds a role of this resource.
    """

    object_id: UUID
    tenant_id: UUID
    application_id: UUID
    name: str
    enabled: bool = True
    created: int = 0
    assignment_required: bool = False


@dataclass(frozen=True, slots=True)
class ScopeGrant:
    """Consent to delegated permissions (oauth2PermissionGrant), for all people or for one.

    `client` and `resource` are object ids of service principals; `scope` is separated by blanks.
    """

    grant_id: str
    tenant_id: UUID
    client: UUID
    resource: UUID
    scope: str
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role of a resource, held by a service principal or a person (appRoleAssignment)."""

    assignment_id: UUID
    tenant_id: UUID
    holder: UUID
    resource: UUID
    role_id: UUID
    created: int
    holder_kind: Literal["ServicePrincipal", "User"] = "ServicePrincipal"


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
class CertificateCredential:
    """A certificate a client signs assertions with: X.509 in DER, its public half only.

    `start` and `end` are in seconds since the epoch and lie within the certificate's own times.
    """

    key_id: UUID
    application_id: UUID
    description: str
    start: int
    end: int
    certificate: bytes = field(repr=False)

    @property
    def thumbprint(self) -> str:
        """Return the SHA-1 of the certificate as upper-case hex, the name people give it."""
        return hashlib.sha1(self.certificate, usedforsecurity=False).hexdigest().upper()


@dataclass(frozen=True, slots=True)
class UsedAssertion:
    """The mark that an assertion was redeemed; it is of no use after `expires`."""

    digest: str
    expires: int


@dataclass(frozen=True, slots=True)
class User:
    """A person's account. `password` is an argon2id hash in the PHC string format, "" for none.

    `roles` are directory role templates, `licences` product ids; `number` grows with every
    change of any account, so that a follower knows what it has not seen.
    """

    object_id: UUID
    tenant_id: UUID
    user_principal_name: str
    display_name: str
    given_name: str = ""
    surname: str = ""
    mail_nickname: str = ""
    mail: str = ""
    usage_location: str = ""
    enabled: bool = True
    deleted: bool = False
    created: int = 0
    number: int = 0
    roles: tuple[UUID, ...] = ()
    licences: tuple[UUID, ...] = ()
    password: str = field(default="", repr=False)
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class UserName:
    """A user principal name in lower case; it belongs to one person only."""

    name: str
    object_id: UUID


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key at rest: `sealed` is its private half under the sealing key.

    `longest` is the longest lifetime, in seconds, of tokens it may have signed.
    """

    kid: str
    status: str
    created: int
    changed: int
    certificate: bytes
    sealed: bytes = field(repr=False)
    longest: int = 0


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
    form: Mapping[str, str] = field(repr=False)
    basic: tuple[str, Secret] | None = None
    trace: Trace = field(default_factory=lambda: Trace("", ""))


@dataclass(frozen=True, slots=True)
class Client:
    """A client that has proved itself. `acr` is the `appidacr` claim: 1 secret, 2 certificate.

    `assertion` is the single use its proof spends when the token is issued.
    """

    application_id: UUID
    principal: ServicePrincipal
    acr: Literal["0", "1", "2"]
    assertion: UsedAssertion | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """What a grant came to: who the token speaks for, and the audience exactly as asked.

    `version` is the resource's choice of token; `roles` what it has given the subject.
    """

    subject: ServicePrincipal
    audience: str
    resource: UUID
    version: Literal[1, 2] = 1
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and its times, in seconds since the epoch; `lifetime` from now, in seconds."""

    access_token: Secret
    audience: str
    not_before: int
    expires_on: int
    lifetime: int
