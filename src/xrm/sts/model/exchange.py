"""One exchange at the token service: the dialect, what was asked, and what it came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from xrm.db import Transaction
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.model.people import Authentication, User
from xrm.sts.model.registered import (
    Application,
    RedirectKind,
    ServicePrincipal,
    UsedAssertion,
)


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

    `segment` is the tenant of the path; `basic` the pair of an Authorization header; `origin`
    the page a browser sends it for; `trace` names the request in the audit.
    """

    flavour: Flavour
    segment: str
    form: Mapping[str, str] = field(repr=False)
    basic: tuple[str, Secret] | None = None
    trace: Trace = field(default_factory=lambda: Trace("", ""))
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A client that has said who it is, and proved it unless it is a public one.

    `acr` is the `appidacr` claim: 0 public, 1 secret, 2 certificate. `assertion` is the single
    use its proof spends when the token is issued.
    """

    application: Application
    principal: ServicePrincipal
    acr: Literal["0", "1", "2"]
    assertion: UsedAssertion | None = None

    @property
    def application_id(self) -> UUID:
        """Return its id."""
        return self.application.application_id


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person's sign-in lets an application have, as codes and refresh tokens carry it.

    `resource` is the audience where none is named later, `scope` all that was asked; from
    `spa_until` on, in seconds, a single-page application has nothing any more (0: no such end).
    """

    family_id: UUID
    tenant_id: UUID
    application_id: UUID
    authentication: Authentication
    kind: RedirectKind | None = None
    session_id: UUID | None = None
    resource: str = ""
    scope: str = ""
    spa_until: int = 0


@dataclass(frozen=True, slots=True)
class Delegated:
    """What a person lets an application do in their name, once it is settled.

    `scopes` are values of the resource, `answered` the text of the answer's `scope`; `roles` those
    the person holds at the application itself; `standing` is what a refresh token would carry,
    None where none is to be given.
    """

    person: User
    authentication: Authentication
    scopes: tuple[str, ...]
    answered: str
    session_id: UUID | None = None
    id_token: bool = False
    reserved: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()
    nonce: str = ""
    standing: Standing | None = None
    client_info: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """What a grant came to: who the token speaks for, and the audience exactly as asked.

    `version` is the resource's choice of token; `roles` what it has given the subject. A
    person's token is `delegated`; `spends` is what may be redeemed once only.
    """

    subject: ServicePrincipal | User
    audience: str
    resource: UUID
    version: Literal[1, 2] = 1
    roles: tuple[str, ...] = ()
    delegated: Delegated | None = None
    spends: "Spend | None" = None


class Spend(Protocol):
    """Something that may be redeemed once only, and is now."""

    def spend(self, store: Any, tx: Transaction, now: float) -> SignInError | None:
        """Redeem it in a transaction; return why not, after what that leads to is kept."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and its times, in seconds since the epoch; `lifetime` from now, in seconds.

    A person's comes with what else was earned; `refresh_lifetime` only where it is fixed.
    """

    access_token: Secret
    audience: str
    not_before: int
    expires_on: int
    lifetime: int
    scope: str = ""
    id_token: Secret | None = None
    refresh_token: Secret | None = None
    refresh_lifetime: int | None = None
    client_info: str = ""
    family: str = ""
