"""One exchange at the token service: the dialect, what was asked, and what it came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from xrm.db import Transaction
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.model.federation import RelyingParty
from xrm.sts.model.people import Authentication, User
from xrm.sts.model.registered import (
    Application,
    RedirectKind,
    ServicePrincipal,
    UsedAssertion,
)

FlavourName = Literal["v1", "v2", "adfs"]


@dataclass(frozen=True, slots=True)
class Flavour:
    """One dialect of the token endpoint. A difference between dialects is a member, not code.

    `asks_by` is the parameter that names the resource, `refuses` the ones it turns away; `scoped`
    says that scopes mean something, `needs_scope` that there must be one. `prompts` and
    `response_types` are those of the authorize endpoint, `gives` what comes with a person's token
    unasked. `loopback_ports` says that the port of an address on this machine does not count,
    `apart` that single-page applications alone may redeem from a browser, and need a challenge.
    `thumbprint` puts `x5t` into id tokens; `short_by` is what answers say less than a token's
    lifetime, `lasts` how long a sign-in may be refreshed, 0 for as long as it is; in seconds.
    `lacks` names the grants it has not.
    """

    name: FlavourName
    asks_by: Literal["resource", "scope"]
    refuses: tuple[str, ...]
    issuer: str
    prompts: frozenset[str]
    response_types: frozenset[frozenset[str]]
    scoped: bool = False
    needs_scope: bool = False
    gives: frozenset[str] = frozenset()
    loopback_ports: bool = True
    apart: bool = True
    thumbprint: bool = True
    short_by: int = 1
    lasts: int = 0
    lacks: frozenset[str] = frozenset()

    def issuer_of(self, base: str, tenant: UUID | str) -> str:
        """Return the issuer of a tenant, under the base URL of the service."""
        return self.issuer.format(base=base, tenant=tenant)


def _types(*texts: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(text.split()) for text in texts)


_PROMPTS = frozenset({"login", "none", "consent", "select_account"})
_TYPES = ("code", "id_token", "token", "id_token token", "code id_token")

V1 = Flavour(
    "v1",
    asks_by="resource",
    refuses=(),
    issuer="{base}/{tenant}/",
    prompts=_PROMPTS | {"admin_consent"},
    response_types=_types(*_TYPES),
    gives=frozenset({"id_token", "refresh_token"}),
)
V2 = Flavour(
    "v2",
    asks_by="scope",
    refuses=("resource",),
    issuer="{base}/{tenant}/v2.0",
    prompts=_PROMPTS,
    response_types=_types(*_TYPES),
    scoped=True,
    needs_scope=True,
    thumbprint=False,
)
ADFS = Flavour(
    "adfs",
    asks_by="resource",
    refuses=(),
    issuer="{base}",  # its farm's address takes this place
    prompts=frozenset({"login", "none"}),
    response_types=_types(*_TYPES, "code token", "code id_token token"),
    scoped=True,
    gives=frozenset({"refresh_token"}),
    loopback_ports=False,
    apart=False,
    short_by=0,
    lasts=8 * 3600,
    lacks=frozenset(
        f"urn:ietf:params:oauth:grant-type:{name}" for name in ("saml1_1-bearer", "saml2-bearer")
    ),
)
"""A farm of AD FS. Clients register one address for each port they may take."""


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
    `spa_until` on, in seconds, a single-page application or a farm's client has nothing any more
    (0: no such end).
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
    person's token is `delegated`; `spends` is what may be redeemed once only; `party` is the
    relying party of a farm that it is for. `optional` are claims the resource asks for.
    """

    subject: ServicePrincipal | User
    audience: str
    resource: UUID
    version: Literal[1, 2] = 1
    roles: tuple[str, ...] = ()
    delegated: Delegated | None = None
    spends: "Spend | None" = None
    party: RelyingParty | None = None
    optional: frozenset[str] = frozenset()


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
