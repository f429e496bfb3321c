"""One request of the organization's page, and the one place for errors."""

import hmac
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from xrm.db import StepBudgetExceeded
from xrm.model.errors import service
from xrm.model.message import Message
from xrm.model.values import EntityReference
from xrm.org import pipeline
from xrm.org.administration import platform_of
from xrm.org.callers import Identity
from xrm.org.faces.web import render, services, shown, signin
from xrm.org.faces.web.session import Cookies, IdTokens, NotSignedIn, SignedIn
from xrm.org.organization import Organization
from xrm.wire import oauth
from xrm.wire.html.assets import PREFIX
from xrm.wire.http import NO_STORE, Headers, Lane, Request, Response, Route, content_type

log = logging.getLogger("xrm.page")

_LARGEST_ANSWER = 64 * 1024
_LONGEST_DETAIL = 600
_TROUBLE = {
    service.NOT_A_MEMBER: "This account is not a user of the organization. An administrator can "
    "make it one: give it a licence for Dynamics 365.",
    service.USER_DISABLED: "This account's user is disabled in the organization. An administrator "
    "can enable it.",
}
_AGAIN = "Begin again here, in this browser. Cookies must be allowed for this address."


class Web:
    """The page of one organization, for people; programs have the Web API."""

    def __init__(
        self,
        organization: Organization,
        *,
        shared: tuple[shown.Service, ...],
        links: tuple[shown.Link, ...],
        notes: tuple[shown.Note, ...],
    ) -> None:
        self._organization = organization
        self._services = (*services.of(organization), *shared)
        self._links, self._notes = links, notes
        self._tokens = IdTokens(organization.trust, organization.clock)
        self._cookies = Cookies(organization.url)
        parts = urlsplit(organization.url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._base = parts.path
        self._name = ""
        lane: Lane = "inline" if organization.database.inline else "pool"
        self._route = Route(self.handle, lane, _LARGEST_ANSWER, self.too_large)
        self._paths: dict[str, dict[str, Callable[[Request], Response]]] = {
            "/": {"GET": self._home, "POST": self._answered},
            "/signin": {"GET": self._sign_in},
            "/signout": {"POST": self._sign_out},
        }

    def route(self, _head: Request) -> Route:
        """Return where a request runs."""
        return self._route

    def too_large(self, _request: Request) -> Response:
        """Answer a body over the limit."""
        return self._said(413, "That is too much", "What was sent is larger than any answer is.")

    def handle(self, request: Request) -> Response:
        """Answer one request; nothing escapes but the step budget, which moves it to the pool."""
        try:
            return self._found(request)
        except StepBudgetExceeded:
            raise
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return self._said(500, "Something went wrong here", "The server's log names the cause.")

    def _found(self, request: Request) -> Response:
        if request.path.startswith(PREFIX) and request.method == "GET":
            found = render.ASSETS.answer(request.path)
            if found is not None:
                return found
        methods = self._paths.get(request.path)
        if methods is None:
            return self._said(404, "There is no such page", "This organization has one page only.")
        verb = methods.get(request.method)
        if verb is None:
            allowed: Headers = (("Allow", ", ".join(methods)),)
            return self._said(
                405, "That cannot be done", "The page takes no such request.", allowed
            )
        return verb(request)

    def _home(self, request: Request) -> Response:
        token = self._cookies.session(request)
        person: shown.Person | None = None
        extra: Headers = ()
        if token:
            try:
                person = self._person(self._tokens.verify(token), token)
            except NotSignedIn:
                extra = self._cookies.forget()
        organization = self._organization
        trust = organization.trust
        page = shown.Home(
            organization=self._known_as(),
            url=organization.url,
            services=self._services,
            authority=trust.authority,
            tenant_id=str(trust.tenant_id),
            person=person,
            links=self._links,
            notes=self._notes,
        )
        return render.answer(page, base=self._base, extra=extra)

    def _person(self, found: SignedIn, token: str) -> shown.Person:
        trouble = ""
        try:
            pipeline.admit(self._organization, Identity(found.object_id, None))
        except service.ServiceError as error:
            trouble = _TROUBLE.get(error.fault, error.message)
        form = signin.derived(token, "sign out")
        return shown.Person(found.name, found.username, form, trouble)

    def _known_as(self) -> str:
        """Return the organization's name, which never changes."""
        if not self._name:
            platform = platform_of(self._organization)
            target = EntityReference("organization", platform.organization_id)
            asked = Message("Retrieve", {"Target": target, "ColumnSet": ("name",)})
            ((self._name,),) = pipeline.execute(self._organization, asked, platform).rows
        return self._name

    def _sign_in(self, _request: Request) -> Response:
        secret, organization = signin.new_secret(), self._organization
        to = signin.address(organization.trust.authority, organization.url, secret)
        return _sent(to, self._cookies.begin(secret))

    def _answered(self, request: Request) -> Response:
        """Take the token service's answer. What was not asked for changes nothing."""
        fields = _form(request)
        secret = self._cookies.signin(request)
        try:
            signin.check_asked(fields or {}, secret)
        except signin.Unasked:
            return self._said(400, "This sign-in was not begun here", _AGAIN, signs_in=True)
        assert fields is not None
        ended = self._cookies.ended()
        if "error" in fields:
            return self._refused(fields, ended)
        try:
            found = signin.read(fields, secret, self._tokens)
        except NotSignedIn as error:
            log.info("a sign-in was refused: %s", error.reason)
            text = f"The answer of the token service does not count: {error.reason}."
            return self._said(400, "You are not signed in", text, ended, signs_in=True)
        token = fields["id_token"]
        if self._cookies.is_too_long(token):
            text = "Your id token is longer than what a browser keeps in a cookie."
            return self._said(400, "You are not signed in", text, ended, signs_in=True)
        seconds = int(found.expires - self._organization.clock())
        return _sent(self._base, self._cookies.keep(token, seconds))

    def _refused(self, fields: dict[str, str], ended: Headers) -> Response:
        if fields.get("error_subcode") == "cancel":
            return _sent(self._base, ended)
        said = fields.get("error_description", fields["error"])[:_LONGEST_DETAIL]
        text = "The token service did not sign you in."
        return self._said(403, "You are not signed in", text, ended, detail=said, signs_in=True)

    def _sign_out(self, request: Request) -> Response:
        """Sign out here and at the token service, where a form of this page asks it."""
        token = self._cookies.session(request)
        fields = _form(request) or {}
        expected = signin.derived(token, "sign out").encode()
        origin = request.header("origin")
        is_ours = hmac.compare_digest(fields.get("form", "").encode(), expected)
        if origin not in (None, self._origin) or (token and not is_ours):
            text = "The request to sign out did not come from this page. You are still signed in."
            return self._said(403, "You were not signed out", text)
        try:
            self._tokens.verify(token)
        except NotSignedIn:
            return _sent(self._base, self._cookies.forget())
        organization = self._organization
        to = signin.leaving(organization.trust.authority, organization.url, token)
        return _sent(to, self._cookies.forget())

    def _said(
        self,
        status: int,
        title: str,
        text: str,
        extra: Headers = (),
        *,
        detail: str = "",
        signs_in: bool = False,
    ) -> Response:
        page = shown.Message(title, text, detail, signs_in)
        return render.answer(page, base=self._base, status=status, extra=extra)


def _form(request: Request) -> dict[str, str] | None:
    """Return the fields of a form, None where the body is none."""
    if content_type(request) != oauth.FORM:
        return None
    try:
        return oauth.read_form(request.body)
    except oauth.MalformedForm:
        return None


def _sent(location: str, cookies: Headers) -> Response:
    return Response(303, (("Location", location), *NO_STORE, *cookies))
