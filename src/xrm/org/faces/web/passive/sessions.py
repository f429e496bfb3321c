"""The session of the page: who is signed in and until when, sealed, kept by the browser.

Nothing is kept here. The cookie has the name the platform gives it, and goes along into the
frame in which the farm says that the person has signed out.
"""

from dataclasses import dataclass
from hashlib import sha256

from xrm.model.ports import Clock
from xrm.org.ports import PassiveTrust
from xrm.wire.html import cookies
from xrm.wire.http import Headers, Request

CONTEXT_SECONDS = 3600
"""How long somebody may take at the farm's pages."""
_EARLY = 300
"""By how many seconds the clocks of two processes may differ."""


@dataclass(frozen=True, slots=True)
class Session:
    """Whose it is, by the user principal name, and its times in seconds since the epoch."""

    username: str
    begins: float
    expires: float


class Sessions:
    """The two cookies of one organization's page; another on the same host has others.

    `MSISAuth` holds the session. `MSISContext` binds sign-ins to the browser they begin in.
    """

    def __init__(self, url: str, trust: PassiveTrust, clock: Clock) -> None:
        mark = sha256(url.encode()).hexdigest()[:8]
        # The prefix keeps them from every other host, the farm's too, which has such names.
        self._session = f"__Host-MSISAuth-{mark}"
        self._context = f"__Host-MSISContext-{mark}"
        self._trust = trust
        self._clock = clock

    def held(self, request: Request) -> str:
        """Return the session a browser holds as it is, "" if it holds none."""
        return cookies.read(request).get(self._session, "")

    def session(self, request: Request) -> Session | None:
        """Return the session of a browser, None if it holds none that stands."""
        held = self.held(request)
        found = self._trust.unseal(Session, held) if held else None
        if found is None or not found.begins - _EARLY <= self._clock() < found.expires:
            return None
        return found

    def secret(self, request: Request) -> str:
        """Return what binds the browser to the sign-ins it began, "" if it began none."""
        return cookies.read(request).get(self._context, "")

    def bind(self, secret: str) -> Headers:
        """Return the header that binds a browser to its sign-ins."""
        return (cookies.line(self._context, secret, same_site="None", seconds=CONTEXT_SECONDS),)

    def begin(self, session: Session) -> Headers:
        """Return the header that begins a session."""
        sealed = self._trust.seal(session)
        return (cookies.line(self._session, sealed, same_site="None", seconds=None),)

    def end(self) -> Headers:
        """Return the header that ends a session."""
        return (cookies.line(self._session, "", same_site="None", seconds=0),)
