"""The page of an organization whose people sign in at Entra ID, by OpenID Connect."""

import logging
from typing import Literal

from xrm.org.callers import Identity
from xrm.org.faces.web import shown, signin
from xrm.org.faces.web.face import Methods
from xrm.org.faces.web.pages import Pages, form_of, sent
from xrm.org.faces.web.session import Cookies, IdTokens, NotSignedIn, SignedIn
from xrm.wire.http import Headers, Request, Response

log = logging.getLogger("xrm.page")

_LONGEST_DETAIL = 600
_AGAIN = "Begin again here, in this browser. Cookies must be allowed for this address."


class OpenId:
    """Nobody is asked to sign in who does not want to; the id token is the session."""

    largest_answer = 64 * 1024
    """Bytes of the longest body taken."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._organization = pages.organization
        self._tokens = IdTokens(self._organization.trust, self._organization.clock)
        self._cookies = Cookies(self._organization.url)
        self._paths: dict[str, Methods] = {
            "/": {"GET": self._home, "POST": self._answered},
            "/signin": {"GET": self._sign_in},
            "/signout": {"POST": self._sign_out},
        }

    def methods(self, path: str) -> Methods | None:
        """Return what answers at a path, None where there is no page."""
        return self._paths.get(path)

    def takes_long(self, _head: Request) -> Literal[False]:
        """Tell that no request waits for anything but the organization's own database."""
        return False

    def _home(self, request: Request) -> Response:
        token = self._cookies.session(request)
        person: shown.Person | None = None
        extra: Headers = ()
        if token:
            try:
                person = self._person(self._tokens.verify(token), token)
            except NotSignedIn:
                extra = self._cookies.forget()
        return self._pages.home(person, extra)

    def _person(self, found: SignedIn, token: str) -> shown.Person:
        _, trouble = self._pages.admitted(Identity(found.object_id, None))
        form = signin.derived(token, "sign out")
        return shown.Person(found.name, found.username, form, trouble)

    def _sign_in(self, _request: Request) -> Response:
        secret, organization = signin.new_secret(), self._organization
        to = signin.address(organization.trust.authority, organization.url, secret)
        return sent(to, self._cookies.begin(secret))

    def _answered(self, request: Request) -> Response:
        """Take the token service's answer. What was not asked for changes nothing."""
        fields = form_of(request)
        secret = self._cookies.signin(request)
        try:
            signin.check_asked(fields or {}, secret)
        except signin.Unasked:
            return self._pages.said(400, "This sign-in was not begun here", _AGAIN, signs_in=True)
        assert fields is not None
        ended = self._cookies.ended()
        if "error" in fields:
            return self._refused(fields, ended)
        try:
            found = signin.read(fields, secret, self._tokens)
        except NotSignedIn as error:
            log.info("a sign-in was refused: %s", error.reason)
            text = f"The answer of the token service does not count: {error.reason}."
            return self._pages.said(400, "You are not signed in", text, ended, signs_in=True)
        token = fields["id_token"]
        if self._cookies.is_too_long(token):
            text = "Your id token is longer than what a browser keeps in a cookie."
            return self._pages.said(400, "You are not signed in", text, ended, signs_in=True)
        seconds = int(found.expires - self._organization.clock())
        return sent(self._pages.base, self._cookies.keep(token, seconds))

    def _refused(self, fields: dict[str, str], ended: Headers) -> Response:
        if fields.get("error_subcode") == "cancel":
            return sent(self._pages.base, ended)
        detail = fields.get("error_description", fields["error"])[:_LONGEST_DETAIL]
        text = "The token service did not sign you in."
        return self._pages.said(
            403, "You are not signed in", text, ended, detail=detail, signs_in=True
        )

    def _sign_out(self, request: Request) -> Response:
        """Sign out here and at the token service, where a form of this page asks it."""
        token = self._cookies.session(request)
        if not self._pages.is_own(request, token):
            text = "The request to sign out did not come from this page. You are still signed in."
            return self._pages.said(403, "You were not signed out", text)
        try:
            self._tokens.verify(token)
        except NotSignedIn:
            return sent(self._pages.base, self._cookies.forget())
        organization = self._organization
        to = signin.leaving(organization.trust.authority, organization.url, token)
        return sent(to, self._cookies.forget())
