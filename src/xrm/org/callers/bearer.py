"""A bearer token of the trusted tenant (RFC 6750 2.1), checked strictly.

Signature by a published key, issuer and tenant, audience in both slash forms or as the
well-known resource id, times with five minutes' skew. An id token fails by its audience, a
token for another resource likewise. An organization takes the access tokens of Entra ID or
those of AD FS, never both: what a token has to say, and of whom, is a row of _FORMS.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any, Literal

from xrm.model.ports import Clock
from xrm.model.values import read_guid
from xrm.org.callers.identity import Identity, NotAuthenticated
from xrm.org.ports import Trust
from xrm.wire import jose
from xrm.wire.http import Request

SKEW_SECONDS = 300
RESOURCE_ID = "00000007-0000-0000-c000-000000000000"
SCOPE = "user_impersonation"
"""The permission by which an application acts for a person. Refusing a token without is inferred:
the real token service gives none."""
CACHED_TOKENS = 10_000
REVERIFY_SECONDS = 300
"""How long a verified token is believed without asking again for its key."""


@dataclass(frozen=True, slots=True)
class _Verified:
    identity: Identity
    client: str
    not_before: float
    expires: float
    verified: float


class BearerTokens:
    """Verify bearer tokens for one organization; verified ones are remembered by their digest."""

    def __init__(self, trust: Trust, clock: Clock, *, url: str) -> None:
        self._trust = trust
        self._clock = clock
        self._audiences = {url, url.rstrip("/"), *_FORMS[trust.form].audiences}
        self._cache: OrderedDict[bytes, _Verified] = OrderedDict()
        self._lock = Lock()

    def verify(self, token: str) -> Identity:
        """Return whose token this is. Raises NotAuthenticated with the reason."""
        digest = sha256(token.encode("utf-8", "replace")).digest()
        now = self._clock()
        known = self._cache.get(digest)
        if known is None or now - known.verified > REVERIFY_SECONDS:
            known = self._check(token, now)
            self._remember(digest, known)
        if now > known.expires + SKEW_SECONDS:
            raise NotAuthenticated("The token is expired.")
        if now < known.not_before - SKEW_SECONDS:
            raise NotAuthenticated("The token is not valid yet.")
        if not self._trust.stands(known.client):
            raise NotAuthenticated("The token's application may sign in no more.")
        return known.identity

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        with self._lock:
            self._cache[digest] = verified
            if len(self._cache) > CACHED_TOKENS:
                self._cache.popitem(last=False)

    def _check(self, token: str, now: float) -> _Verified:
        try:
            claims = jose.verify(token, self._trust.key)
        except jose.InvalidToken as error:
            raise NotAuthenticated("The token's signature or form is not valid.") from error
        if text_of(claims, "iss") not in self._trust.issuers:
            raise NotAuthenticated("The token comes from an issuer that is not trusted.")
        form = _FORMS[self._trust.form]
        # A farm signs in one tenant's people, and its tokens name no tenant.
        if form.names_tenant and text_of(claims, "tid") != str(self._trust.tenant_id):
            raise NotAuthenticated("The token belongs to another tenant.")
        if text_of(claims, "aud") not in self._audiences:
            raise NotAuthenticated("The token is meant for another audience.")
        not_before, expires = (_time(claims, name) for name in ("nbf", "exp"))
        identity, client = form.whose(claims)
        return _Verified(identity, client, not_before, expires, now)


def text_of(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that is a text, "" where it is none."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotAuthenticated(f"The token has no usable '{name}'.")
    return value


def _of_entra(claims: Mapping[str, Any]) -> tuple[Identity, str]:
    """Return whose a token is, and the application it was given to.

    Raises NotAuthenticated for a token that does not say, or a person's without the scope.
    """
    try:
        object_id = read_guid(claims["oid"])
        application_id = read_guid(claims["appid"])
    except (KeyError, TypeError, ValueError):
        raise NotAuthenticated("The token does not say whose it is.") from None
    # A token without scopes whose subject is its own principal was given to a service.
    if "scp" not in claims and claims.get("sub") == claims["oid"]:
        return Identity(object_id, application_id), application_id
    if SCOPE not in text_of(claims, "scp").split():
        raise NotAuthenticated("The token does not let its application act for a person here.")
    return Identity(object_id, None), application_id


def _of_farm(claims: Mapping[str, Any]) -> tuple[Identity, str]:
    """Return whose a token of AD FS is, and the client it was given to.

    The user principal name goes before the account's. Raises NotAuthenticated for a token that
    names nobody: an application's own is for no user here (inferred).
    """
    name = text_of(claims, "upn" if "upn" in claims else "unique_name")
    client = text_of(claims, "appid")
    if not name or not client:
        raise NotAuthenticated("The token does not say whose it is.")
    return Identity.named(name), client


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of token service writes access tokens."""

    whose: Callable[[Mapping[str, Any]], tuple[Identity, str]]
    audiences: frozenset[str]
    names_tenant: bool


_FORMS: Mapping[Literal["entra", "adfs"], _Form] = {
    "entra": _Form(_of_entra, frozenset({RESOURCE_ID}), names_tenant=True),
    "adfs": _Form(_of_farm, frozenset(), names_tenant=False),
}


def identify(request: Request, tokens: BearerTokens) -> Identity | None:
    """Return the identity a bearer token proves, None if the request brings none.

    Raises NotAuthenticated for a token that is not valid.
    """
    lines = request.header_values("authorization")
    if not lines:
        return None
    scheme, _, token = lines[0].partition(" ")
    if len(lines) > 1 or scheme.lower() != "bearer":
        return None
    token = token.strip()
    if not token:
        return None
    return tokens.verify(token)
