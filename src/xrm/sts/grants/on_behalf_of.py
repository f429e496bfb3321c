"""The on-behalf-of grant: an API goes on to another in the name of who called it (RFC 7523 2.1)."""

import re
from collections.abc import Mapping
from typing import Any

from xrm.model.errors import signin
from xrm.sts.accounts import standing
from xrm.sts.adfs.oauth import tokens as farms
from xrm.sts.directory import View, guid, name_key
from xrm.sts.grants.delegation import begun, delegate
from xrm.sts.grants.redemption import Brought, Redemption
from xrm.sts.handles import refresh
from xrm.sts.model import V1, V2, Authentication, Granted, TokenRequest, User
from xrm.sts.parts import Parts
from xrm.wire import jose

_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
_SKEW = 300
_MICROSECONDS = 1_000_000


class OnBehalfOf:
    """`grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer` with `on_behalf_of`."""

    names = ("urn:ietf:params:oauth:grant-type:jwt-bearer",)
    public = False
    writes = True
    shared: frozenset[str] = frozenset()

    def bring(self, request: TokenRequest, *, view: View, parts: Parts) -> Brought:  # noqa: ARG002
        """Return nothing: the assertion is looked at when the client is known."""
        return Brought()

    def redeem(self, at: Redemption) -> Granted:
        """Return what the caller's person allows the API.

        Raises AADSTS900144, 90023 for another use of the assertion, 50027 for one that cannot be
        read, 50013 when it is not one of this tenant's, 500131 when it is not the client's, 500133
        when it has expired, 7000114 for an application's own token, 240002 for an id token, and
        what `accounts.standing.check` and `delegate` raise.
        """
        if at.field("requested_token_use") != "on_behalf_of":
            raise signin.BAD_VALUE("The value of 'requested_token_use' must be 'on_behalf_of'.")
        claims = _verified(at, at.field("assertion"))
        person = _person(at, claims) if at.parts.farm is None else _at_farm(at, claims)
        # Tokens tell whole seconds: what was issued within one counts as its last moment.
        said = int(claims["iat"]) + at.parts.profile.tokens_early
        issued = (said + 1) * _MICROSECONDS - 1
        authentication = Authentication(person.object_id, person.tenant_id, issued)
        standing.check(person, authentication)
        held = begun(at, authentication)
        founding = refresh.Founding(refresh.founded(held, now=at.now))
        return delegate(at, person, held, spends=founding)


def _verified(at: Redemption, assertion: str) -> Mapping[str, Any]:
    if not _JWT.fullmatch(assertion):
        raise signin.MALFORMED_USER_ASSERTION("The assertion is not a well-formed JWT.")
    keys = {key.kid: key for key in at.parts.keys.published()}
    try:
        claims = jose.verify(assertion, keys.get)
    except jose.InvalidToken as error:
        raise signin.BAD_USER_ASSERTION(
            f"Assertion failed signature validation: {error.reason}."
        ) from error
    if claims.get("iss") != _issuer(at, claims):
        raise signin.BAD_USER_ASSERTION("The assertion was issued by another tenant.")
    audience = claims.get("aud")
    if not isinstance(audience, str) or not _is_clients(at, audience):
        raise signin.OTHER_AUDIENCE(
            "Assertion audience does not match the client application presenting the assertion. "
            f"The audience in the assertion was {signin.quote(str(audience))} and the expected "
            f"one is '{at.client.application_id}' or an identifier URI of that application."
        )
    expires = claims.get("exp")
    if not isinstance(expires, int) or at.now >= expires + _SKEW:
        raise signin.EXPIRED_USER_ASSERTION(
            "The assertion is not within its valid time range: it has expired."
        )
    return claims


def _issuer(at: Redemption, claims: Mapping[str, Any]) -> str:
    """Return whose assertion it may be: of this farm, or of this tenant in either version."""
    if at.parts.farm is not None:
        return at.parts.farm.identifier
    version = V1 if claims.get("ver") == "1.0" else V2
    return version.issuer_of(at.parts.base_url, at.tenant.tenant_id)


def _is_clients(at: Redemption, audience: str) -> bool:
    """Tell whether an audience is the client; an id token names it too, but has no scopes.

    At a farm an API goes by the identifier of its relying party as a client, too.
    """
    application = at.client.application
    names = {application.client_id.lower(), *map(name_key, application.identifier_uris)}
    if at.parts.farm is not None:
        return farms.identifier_of(audience).lower() in names
    return name_key(audience) in names


def _person(at: Redemption, claims: Mapping[str, Any]) -> User:
    """Return whose access token an assertion is. Raises AADSTS240002 or 7000114."""
    if claims.keys().isdisjoint({"appid", "azp"}):
        raise signin.ID_TOKEN_ON_BEHALF("An id token cannot be used as an assertion here.")
    known = guid(str(claims.get("oid")))
    if "scp" not in claims or known is None:
        raise signin.NOT_ON_BEHALF(
            f"The application '{at.client.application_id}' is not allowed to call on behalf of an "
            "application: the assertion is no person's."
        )
    person = at.view.user(known)
    if person is None or person.tenant_id != at.tenant.tenant_id:
        raise signin.NO_SUCH_PERSON("The account of the assertion does not exist any more.")
    return person


def _at_farm(at: Redemption, claims: Mapping[str, Any]) -> User:
    """Return whose access token a farm's assertion is: the person its subject confirms.

    Raises AADSTS240002 or 7000114 as for any other, and 7000114 without `user_impersonation`.
    """
    if "apptype" not in claims or claims.get("iss") == at.request.flavour.issuer:
        raise signin.ID_TOKEN_ON_BEHALF("An id token cannot be used as an assertion here.")
    if "user_impersonation" not in str(claims.get("scp", "")).split():
        raise signin.NOT_ON_BEHALF("The access token holds no scope 'user_impersonation'.")
    person = at.view.user_named(str(claims.get("upn", "")))
    audience = farms.identifier_of(str(claims.get("aud")))
    if person is None or claims.get("sub") != farms.subject_of(person.object_id, audience):
        raise signin.NO_SUCH_PERSON("The account of the assertion does not exist any more.")
    return person
