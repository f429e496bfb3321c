"""Who asks: a bearer token of this service for Microsoft Graph, and what it permits.

Signature by a published key, issuer and tenant of the token, one of Graph's names as audience,
times with five minutes' skew. An id token, an organization's token or another service's fails
by these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xrm.db import Transaction
from xrm.sts.directory import guid
from xrm.sts.faces.graph import errors
from xrm.sts.model import GRAPH_APPLICATION, V1, Tenant, User
from xrm.sts.service import TokenService
from xrm.sts.store import PRINCIPALS, TENANTS, USERS, in_tenant
from xrm.wire import jose
from xrm.wire.http import Request
from xrm.wire.jose import VerificationKey

SKEW_SECONDS = 300

_AUDIENCES = frozenset(
    {"https://graph.microsoft.com", "https://graph.microsoft.com/", str(GRAPH_APPLICATION)}
)


@dataclass(frozen=True, slots=True)
class Access:
    """What a call needs: one of these roles of an application, or of these scopes of a person.

    With `directory_roles` a person must hold one of them too. `own` are scopes enough for a
    person who asks about nobody else.
    """

    application: frozenset[str]
    delegated: frozenset[str]
    directory_roles: frozenset[UUID] = frozenset()
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from which tenant. Without a person the application speaks for itself."""

    tenant: Tenant
    application_id: UUID
    permissions: frozenset[str]
    person: User | None = None

    def is_person(self, name: str | None) -> bool:
        """Tell whether the caller is the person of this id or user principal name."""
        if self.person is None or not name:
            return False
        own = (str(self.person.object_id), self.person.user_principal_name.lower())
        return name.lower() in own

    def may(self, access: Access, *, about: str | None = None) -> bool:
        """Tell whether the caller may do what needs this access; `about` is who the path names."""
        if self.person is None:
            return bool(self.permissions & access.application)
        if self.permissions & access.own and self.is_person(about):
            return True
        if not self.permissions & access.delegated:
            return False
        return not access.directory_roles or bool(access.directory_roles & set(self.person.roles))


def authenticate(service: TokenService, request: Request) -> Caller:
    """Return who sends a request. Raises GraphError (401) for anything but a good token."""
    lines = request.header_values("authorization")
    scheme, _, token = (lines[0] if len(lines) == 1 else "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise errors.BAD_TOKEN("Access token is empty.")
    with service.database.read() as tx:
        claims = _claims(service, tx, token.strip())
        _check_times(claims, service.clock())
        return _caller(service, tx, claims)


def _claims(service: TokenService, tx: Transaction, token: str) -> dict[str, Any]:
    keys: dict[str, VerificationKey] = {key.kid: key for key in service.keys.published_in(tx)}
    try:
        claims = jose.verify(token, keys.get)
    except jose.InvalidToken as error:
        text = "Access token validation failure. Its form or signature is not valid."
        raise errors.BAD_TOKEN(text) from error
    tenant = guid(_text(claims, "tid"))
    if tenant is None or _text(claims, "iss") != V1.issuer_of(service.base_url, tenant):
        raise errors.BAD_TOKEN("Access token validation failure. Invalid issuer.")
    if _text(claims, "aud") not in _AUDIENCES:
        raise errors.BAD_TOKEN("Access token validation failure. Invalid audience.")
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    times = [claims.get(name) for name in ("nbf", "exp")]
    start, end = (
        one if isinstance(one, int | float) and not isinstance(one, bool) else None for one in times
    )
    if start is None or end is None:
        raise errors.BAD_TOKEN("Access token validation failure. It has no times.")
    if now > end + SKEW_SECONDS or now < start - SKEW_SECONDS:
        raise errors.BAD_TOKEN("Lifetime validation failed, the token is expired or too early.")


def _caller(service: TokenService, tx: Transaction, claims: Mapping[str, Any]) -> Caller:
    tenant = service.store.get(tx, TENANTS, _text(claims, "tid").lower())
    application_id, object_id = (guid(_text(claims, name)) for name in ("appid", "oid"))
    if tenant is None or application_id is None or object_id is None:
        raise errors.BAD_TOKEN("Access token validation failure. It does not say whose it is.")
    principal = service.store.get(tx, PRINCIPALS, in_tenant(tenant.tenant_id, application_id))
    if principal is None:
        raise _nobody()
    if not principal.enabled:
        raise errors.IDENTITY_DISABLED("The calling application principal is disabled.")
    if "scp" in claims:
        person = service.store.get(tx, USERS, str(object_id))
        standing = person is not None and person.tenant_id == tenant.tenant_id
        if person is None or not standing or person.deleted or not person.enabled:
            raise errors.BAD_TOKEN("The person the access token speaks for is not there.")
        scopes = frozenset(_text(claims, "scp").split())
        return Caller(tenant, application_id, scopes, person)
    if principal.object_id != object_id:
        raise _nobody()
    roles = claims.get("roles", [])
    named = roles if isinstance(roles, list) else []
    return Caller(tenant, application_id, frozenset(r for r in named if isinstance(r, str)))


def _nobody() -> errors.GraphError:
    text = "The identity of the calling application could not be established."
    return errors.IDENTITY_NOT_FOUND(text)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
