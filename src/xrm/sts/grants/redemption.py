"""What a grant sees of a token request, and the shape every grant has."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from xrm.model.errors import signin
from xrm.sts.directory import View
from xrm.sts.model import Client, Granted, RedirectKind, Tenant, TokenRequest
from xrm.sts.parts import Parts

ANY_WORK_ACCOUNT = frozenset({"common", "organizations"})
"""The segments at which the person decides the tenant."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a request brings beside its client: opened, but not judged yet.

    `tenant_id` is whose it is, where the path leaves that open; `kind` that of the address a
    code was answered at, which decides how the client proves itself.
    """

    held: Any = None
    tenant_id: UUID | None = None
    kind: RedirectKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """One redemption: the client is proved, the tenant known. `now` is in seconds."""

    request: TokenRequest
    client: Client
    tenant: Tenant
    brought: Brought
    view: View
    parts: Parts
    now: float

    def field(self, name: str) -> str:
        """Return a parameter. Raises AADSTS900144 when it is missing."""
        value = self.request.form.get(name)
        if not value:
            raise signin.MISSING(
                f"The request body must contain the following parameter: '{name}'."
            )
        return value


class Grant(Protocol):
    """One way to earn a token; `names` are its `grant_type`s.

    `public` says whether a client without credentials may come, `writes` whether it ends in a
    write or other long work, `shared` at which segments that stand for many tenants it works.
    """

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def public(self) -> bool: ...

    @property
    def writes(self) -> bool: ...

    @property
    def shared(self) -> frozenset[str]: ...

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:
        """Return what the request brings. Raises nothing: the client is looked at first."""

    def redeem(self, at: Redemption) -> Granted:
        """Return what the request earns. Raises SignInError."""
