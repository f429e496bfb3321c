"""What is registered: tenants, applications, principals, what they hold, signing keys."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

CRM_APPLICATION = UUID("00000007-0000-0000-c000-000000000000")
"""The application id of Dynamics, the resource whose names are the organizations' URLs."""

GRAPH_APPLICATION = UUID("00000003-0000-0000-c000-000000000000")
"""The application id of Microsoft Graph."""

MICROSOFT_TENANT = UUID("f8cdef31-a31e-4b4a-93e4-5f571e91255a")
"""The home tenant of Microsoft's own applications; no tenant of that id exists here."""

CONSUMERS_TENANT = UUID("9188040d-6c67-4c5b-b112-36a304b66dad")
"""The tenant that stands for personal accounts."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})+")

RedirectKind = Literal["Web", "Spa", "InstalledClient"]
"""What stands at a redirect URI; the last two keep no secret."""

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


def is_domain(text: str) -> bool:
    """Tell whether a text is a DNS name of two labels or more (RFC 1123 2.1)."""
    # Beyond ASCII, other letters fold to those of a name: the Kelvin sign to a "k".
    return text.isascii() and _DNS_NAME.fullmatch(text.lower()) is not None


@dataclass(frozen=True, slots=True)
class Domain:
    """A verified domain, in lower case; it belongs to one tenant only."""

    name: str
    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class RedirectUri:
    """An address answers may be sent to; `kind` says what stands there."""

    url: str
    kind: RedirectKind


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

    `extras` holds further members of the manifest, kept for their owner; of these only
    `optionalClaims` means something here. `created` is in seconds since the epoch. `alias` is what
    a farm of AD FS knows its client by.
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
    alias: str = ""

    @property
    def client_id(self) -> str:
        """Return what it calls itself in requests."""
        return self.alias or str(self.application_id)

    @property
    def optional_id_claims(self) -> frozenset[str]:
        """The claims it asks for in its id tokens beyond the usual ones (`optionalClaims`)."""
        return self._optional_claims("idToken")

    @property
    def optional_access_claims(self) -> frozenset[str]:
        """The claims it asks for, as a resource, in the tokens that others bring."""
        return self._optional_claims("accessToken")

    def _optional_claims(self, kind: str) -> frozenset[str]:
        asked = (self.extras.get("optionalClaims") or {}).get(kind)
        named = asked if isinstance(asked, list) else []
        return frozenset(
            one["name"]
            for one in named
            if isinstance(one, dict) and isinstance(one.get("name"), str)
        )

    @property
    def multi_tenant(self) -> bool:
        """Tell whether other tenants may take it in."""
        return self.audience not in ("AzureADMyOrg", "PersonalMicrosoftAccount")


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An application as it is present in one tenant; `object_id` is the subject of its tokens.

    `assignment_required` asks of a client that it holds a role of this resource. `reply_urls` are
    addresses in this tenant that answers may be sent to beside those of the registration.
    """

    object_id: UUID
    tenant_id: UUID
    application_id: UUID
    name: str
    enabled: bool = True
    created: int = 0
    assignment_required: bool = False
    reply_urls: tuple[str, ...] = ()


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
