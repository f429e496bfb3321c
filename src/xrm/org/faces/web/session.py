"""The session of the page: a person's id token, kept by the browser and believed for its time.

Nothing is kept here. A token counts if it is signed by a published key, comes from the trusted
tenant, and was made for this page's own application (OpenID Connect Core 3.2.2.11). An access
token is refused even where its audience is that application: whoever is called holds some.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from xrm.model.ports import Clock
from xrm.model.values import Guid, read_guid
from xrm.org.callers.bearer import RESOURCE_ID, SKEW_SECONDS, text_of
from xrm.org.ports import Trust
from xrm.wire import jose
from xrm.wire.html import cookies
from xrm.wire.http import Headers, Request

APPLICATION_ID = RESOURCE_ID
"""The application people sign in to: Dynamics itself."""
_LONGEST_COOKIE = 4096  # of name and value (RFC 6265bis 5.6)
_SIGN_IN_SECONDS = 15 * 60
_OF_ACCESS_TOKENS = frozenset({"appid", "azp", "scp"})


class NotSignedIn(Exception):
    """An id token does not count; `reason` says why, without repeating it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose id token it is. `expires` is in seconds since the epoch."""

    object_id: Guid
    name: str
    username: str
    nonce: str
    expires: float


class IdTokens:
    """Verify the id tokens of one organization's page."""

    def __init__(self, trust: Trust, clock: Clock) -> None:
        self._trust = trust
        self._clock = clock

    def verify(self, token: str) -> SignedIn:
        """Return whose token this is. Raises NotSignedIn.

        It ends at its very second: the session is the token, and the person can renew it.
        """
        try:
            claims = jose.verify(token, self._trust.key)
        except jose.InvalidToken as error:
            raise NotSignedIn("the token's signature or form is not valid") from error
        if text_of(claims, "iss") not in self._trust.issuers:
            raise NotSignedIn("the token comes from an issuer that is not trusted")
        if text_of(claims, "tid") != str(self._trust.tenant_id):
            raise NotSignedIn("the token belongs to another tenant")
        if text_of(claims, "aud") != APPLICATION_ID or claims.keys() & _OF_ACCESS_TOKENS:
            raise NotSignedIn("the token is no id token for this page")
        begins, expires = _time(claims, "nbf"), _time(claims, "exp")
        if not begins - SKEW_SECONDS <= self._clock() < expires:
            raise NotSignedIn("the token is expired or not valid yet")
        if not self._trust.stands(APPLICATION_ID):
            raise NotSignedIn("the application may sign people in no more")
        return _whose(claims, expires)


def _whose(claims: Mapping[str, Any], expires: float) -> SignedIn:
    nonce = text_of(claims, "nonce")
    try:
        object_id = read_guid(text_of(claims, "oid"))
    except ValueError:
        object_id = ""
    if not object_id or not nonce:
        raise NotSignedIn("the token does not say whose it is, or what asked for it")
    return SignedIn(object_id, text_of(claims, "name"), text_of(claims, "upn"), nonce, expires)


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotSignedIn(f"the token has no usable '{name}'")
    return value


class Cookies:
    """The two cookies of one organization's page; another on the same host has others.

    `session` holds the id token. `signin` binds a sign-in to the browser it began in; the token
    service's answer is a post from another site, so that one has to come along from there.
    """

    def __init__(self, url: str) -> None:
        mark = sha256(url.encode()).hexdigest()[:8]
        self._session = cookies.name(mark, "page")
        self._signin = cookies.name(mark, "signin")

    def session(self, request: Request) -> str:
        """Return the id token a browser holds, "" if it holds none."""
        return cookies.read(request).get(self._session, "")

    def signin(self, request: Request) -> str:
        """Return what binds the browser to the sign-in it began, "" if it began none."""
        return cookies.read(request).get(self._signin, "")

    def is_too_long(self, token: str) -> bool:
        """Tell whether browsers would not keep an id token."""
        return len(self._session) + len(token) > _LONGEST_COOKIE

    def begin(self, secret: str) -> Headers:
        """Return the header that binds a browser to a sign-in."""
        return (cookies.line(self._signin, secret, same_site="None", seconds=_SIGN_IN_SECONDS),)

    def keep(self, token: str, seconds: int) -> Headers:
        """Return the headers that begin a session and end its sign-in."""
        session = cookies.line(self._session, token, same_site="Lax", seconds=seconds)
        return (session, *self.ended())

    def ended(self) -> Headers:
        """Return the header that ends a sign-in: its answer counts once."""
        return (cookies.line(self._signin, "", same_site="None", seconds=0),)

    def forget(self) -> Headers:
        """Return the header that ends a session."""
        return (cookies.line(self._session, "", same_site="Lax", seconds=0),)
