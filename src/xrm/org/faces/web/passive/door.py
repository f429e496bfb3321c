"""The way to sign in: who is sent to the farm, who comes back, who leaves."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from xrm.org.callers import Identity
from xrm.org.faces.web import shown, signin
from xrm.org.faces.web.face import Methods
from xrm.org.faces.web.pages import Pages, form_of, sent
from xrm.org.faces.web.passive import contexts, description
from xrm.org.faces.web.passive.sessions import Session, Sessions
from xrm.org.faces.web.passive.tokens import Refused, Tokens, Used
from xrm.org.ports import PassiveTrust
from xrm.wire.http import NO_STORE, Headers, Request, Response
from xrm.wire.wsfed import messages
from xrm.wire.wsfed.messages import Result, SignIn, SignOut

_SIGNED_OUT = "signedout"
_AGAIN = "Begin again here, in this browser. Cookies must be allowed for this address."
_NOT_BEGUN = "This sign-in was not begun here"
_NOT_SIGNED_IN = "You are not signed in"
_UNREADABLE = "The request cannot be read"
_OF_THE_FARM = ("wa", "wtrealm", "wctx", "wct", "wreply", "wresult", "whr")
_IMAGE = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One transparent pixel: what the farm's page has in its frame, or as an image."""
_CLEANED: Headers = (
    ("Content-Type", "image/gif"),
    ("X-Content-Type-Options", "nosniff"),
    *NO_STORE,
)


class Passive:
    """Whoever comes is sent to the farm, and comes back with a token (WS-Federation 1.2, 13)."""

    largest_answer = 384 * 1024
    """Bytes of the longest body taken."""

    def __init__(self, pages: Pages, trust: PassiveTrust) -> None:
        organization = self._organization = pages.organization
        assert organization.claims is not None
        self._pages = pages
        self._trust = trust
        self._tokens = Tokens(organization.claims.assertions, trust, organization.clock)
        self._sessions = Sessions(organization.url, trust, organization.clock)
        self._paths: dict[str, Methods] = {
            "/": {"GET": self._home, "POST": self._answered},
            "/signin": {"GET": self._asked},
            "/signout": {"POST": self._sign_out},
            f"/{_SIGNED_OUT}": {"GET": self._signed_out},
        }
        self._described: Methods = {"GET": self._describe}
        self._elsewhere: Methods = {"GET": self._come_back}

    def methods(self, path: str) -> Methods | None:
        """Return what answers at a path: people are asked who they are at every page of old."""
        if path in self._paths:
            return self._paths[path]
        if path.lower() == description.PATH.lower():
            return self._described
        return self._elsewhere if path.lower().endswith(".aspx") else None

    def takes_long(self, head: Request) -> bool:
        """Tell whether a token is brought, which is marked as used, or a key is looked up."""
        return head.method == "POST" or head.path.lower() == description.PATH.lower()

    def _home(self, request: Request) -> Response:
        fields = _query(request)
        if fields is None:
            return self._pages.said(400, _UNREADABLE, "Its query is malformed.")
        if fields.get("wa") == messages.CLEAN_UP:
            # Whoever asks, and wherever they want to go on to: the session ends, and that is all.
            return Response(200, (*_CLEANED, *self._sessions.end()), _IMAGE)
        session = self._sessions.session(request)
        if session is None:
            return self._sent_to_farm(request, fields)
        return self._page(session, self._sessions.held(request))

    def _page(self, session: Session, held: str) -> Response:
        user, trouble = self._pages.admitted(Identity.named(session.username))
        name = self._pages.full_name(user) if user is not None else ""
        form = signin.derived(held, "sign out")
        person = shown.Person(name, session.username, form, trouble)
        metadata = self._organization.url + description.PATH[1:]
        return self._pages.home(person, metadata=metadata)

    def _asked(self, request: Request) -> Response:
        """Go to the farm, even where somebody is signed in, and then to the page."""
        fields = _query(request)
        if fields is None:
            return self._pages.said(400, _UNREADABLE, "Its query is malformed.")
        return self._sent_to_farm(request.with_path("/"), fields)

    def _come_back(self, request: Request) -> Response:
        fields = _query(request)
        if fields is None or self._sessions.session(request) is not None:
            text = "This organization has one page only."
            return self._pages.said(404, "There is no such page", text)
        return self._sent_to_farm(request, fields)

    def _sent_to_farm(self, request: Request, fields: Mapping[str, str]) -> Response:
        home = fields.get("whr", "")
        if len(home) > messages.LONGEST:
            return self._pages.said(400, _UNREADABLE, "The name of the token service is too long.")
        secret = contexts.secret_of(self._sessions.secret(request))
        url = self._organization.url
        message = SignIn(
            realm=url,
            reply=url,
            context=contexts.context(secret, _address(request.path, fields.items())),
            time=_moment(self._organization.clock()),
            home=home,
        )
        to = messages.address(self._trust.address, message)
        return sent(to, self._sessions.bind(secret), status=302)

    def _answered(self, request: Request) -> Response:
        """Take what the farm sent the browser with. What was not asked for changes nothing."""
        try:
            message = messages.read((form_of(request) or {}).items())
        except messages.MessageError as error:
            return self._pages.said(400, _UNREADABLE, str(error), signs_in=True)
        if not isinstance(message, Result):
            return self._pages.said(400, _UNREADABLE, "It brings no token.", signs_in=True)
        try:
            back = contexts.address_of(self._sessions.secret(request), message.context)
        except contexts.Unasked:
            return self._pages.said(400, _NOT_BEGUN, _AGAIN, signs_in=True)
        # With the organization's own address before it, it leads nowhere else.
        return self._taken(request, message.result, self._organization.url + back)

    def _taken(self, request: Request, result: str, to: str) -> Response:
        try:
            session = self._tokens.session(result)
        except Used as error:
            if self._sessions.session(request) is not None:
                # Somebody went back in the browser: they are signed in already.
                return sent(to, status=302)
            return self._pages.said(400, _NOT_SIGNED_IN, str(error), signs_in=True)
        except Refused as error:
            return self._pages.said(400, _NOT_SIGNED_IN, str(error), signs_in=True)
        user, trouble = self._pages.admitted(Identity.named(session.username))
        if user is None:
            return self._pages.said(
                403,
                "You cannot use this organization",
                trouble,
                self._sessions.end(),
                detail=session.username,
                leaves=self._leaving(),
            )
        return sent(to, self._sessions.begin(session), status=302)

    def _leaving(self) -> str:
        """Return the address that signs out everywhere and comes back."""
        reply = f"{self._organization.url}{_SIGNED_OUT}"
        return messages.address(self._trust.address, SignOut(reply=reply))

    def _sign_out(self, request: Request) -> Response:
        """Sign out here and at the farm, where a form of this page asks it."""
        held = self._sessions.held(request)
        if not self._pages.is_own(request, held):
            text = "The request to sign out did not come from this page. You are still signed in."
            return self._pages.said(403, "You were not signed out", text)
        to = self._leaving() if held else f"{self._pages.base}{_SIGNED_OUT}"
        return sent(to, self._sessions.end(), status=302)

    def _signed_out(self, request: Request) -> Response:
        if self._sessions.session(request) is not None:
            return sent(self._pages.base, status=302)
        text = "To use the organization again, sign in."
        return self._pages.said(200, "You are signed out", text, signs_in=True)

    def _describe(self, _request: Request) -> Response:
        number = self._organization.ids()
        pair = self._trust.pair()
        return description.document([self._organization.url], pair=pair, number=number)


def _query(request: Request) -> dict[str, str] | None:
    """Return the parameters of an address, None where they cannot be read or come twice."""
    try:
        pairs = request.parameters()
    except ValueError:
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) else None


def _address(path: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return where a visit was going to, below the organization's address."""
    query = urlencode([(name, text) for name, text in fields if name not in _OF_THE_FARM])
    return f"{path[1:]}?{query}" if query else path[1:]


def _moment(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
