"""What every way to sign in does alike: the page itself, messages, forms of its own."""

import hmac
from urllib.parse import urlsplit

from xrm.model.errors import service
from xrm.model.message import Message
from xrm.model.values import EntityReference
from xrm.org import pipeline
from xrm.org.administration import platform_of
from xrm.org.callers import Identity
from xrm.org.faces.web import render, services, shown, signin
from xrm.org.organization import Organization
from xrm.org.security.caller import Caller
from xrm.wire import oauth
from xrm.wire.http import NO_STORE, Headers, Request, Response, content_type

_TROUBLE = {
    service.NOT_A_MEMBER: "This account is not a user of the organization. An administrator can "
    "make it one: give it a licence for Dynamics 365.",
    service.USER_DISABLED: "This account's user is disabled in the organization. An administrator "
    "can enable it.",
}


class Pages:
    """The pages of one organization; `is_open` says that its own is there for everybody."""

    def __init__(
        self,
        organization: Organization,
        *,
        shared: tuple[shown.Service, ...],
        links: tuple[shown.Link, ...],
        notes: tuple[shown.Note, ...],
        is_open: bool,
    ) -> None:
        self.organization = organization
        self._is_open = is_open
        self._services = (*services.of(organization), *shared)
        self._links, self._notes = links, notes
        parts = urlsplit(organization.url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.base = parts.path
        self._name = ""

    def home(
        self, person: shown.Person | None, extra: Headers = (), *, metadata: str = ""
    ) -> Response:
        """Return the page, for a person or for nobody; `metadata` is where it describes itself."""
        organization = self.organization
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
            metadata=metadata,
        )
        return render.answer(page, base=self.base, extra=extra)

    def said(
        self,
        status: int,
        title: str,
        text: str,
        extra: Headers = (),
        *,
        detail: str = "",
        signs_in: bool = False,
        leaves: str = "",
    ) -> Response:
        """Return a page that says one thing; see `shown.Message`."""
        leads_home = not leaves and (self._is_open or not signs_in)
        page = shown.Message(title, text, detail, signs_in, leaves, leads_home)
        return render.answer(page, base=self.base, status=status, extra=extra)

    def admitted(self, identity: Identity) -> tuple[Caller | None, str]:
        """Return the user of an identity, or why it has none that may use the organization."""
        try:
            return pipeline.admit(self.organization, identity), ""
        except service.ServiceError as error:
            return None, _TROUBLE.get(error.fault, error.message)

    def full_name(self, user: Caller) -> str:
        """Return the name of a user for people."""
        return self._read(EntityReference("systemuser", user.user_id), "fullname")

    def is_own(self, request: Request, session: str) -> bool:
        """Tell whether a form is one of this page's, made for the session a browser holds."""
        expected = signin.derived(session, "sign out").encode()
        given = (form_of(request) or {}).get("form", "").encode()
        origin = request.header("origin")
        is_ours = not session or hmac.compare_digest(given, expected)
        return is_ours and origin in (None, self._origin)

    def _known_as(self) -> str:
        """Return the organization's name, which never changes."""
        if not self._name:
            platform = platform_of(self.organization)
            target = EntityReference("organization", platform.organization_id)
            self._name = self._read(target, "name")
        return self._name

    def _read(self, target: EntityReference, column: str) -> str:
        asked = Message("Retrieve", {"Target": target, "ColumnSet": (column,)})
        platform = platform_of(self.organization)
        ((value,),) = pipeline.execute(self.organization, asked, platform).rows
        return str(value or "")


def form_of(request: Request) -> dict[str, str] | None:
    """Return the fields of a form, None where the body is none."""
    if content_type(request) != oauth.FORM:
        return None
    try:
        return oauth.read_form(request.body)
    except oauth.MalformedForm:
        return None


def sent(location: str, cookies: Headers = (), *, status: int = 303) -> Response:
    """Return the answer that sends a browser elsewhere."""
    return Response(status, (("Location", location), *NO_STORE, *cookies))
