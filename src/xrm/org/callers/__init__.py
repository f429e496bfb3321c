"""Ways to be a caller: each proves an Identity from a request, without the database.

bearer   an access token, of Entra ID or of AD FS
claims   a SAML token and a signature in a SOAP message; replays: messages seen before
assertions  what a farm says of a person, opened and believed

Then `users.admit` finds the user of the organization behind the identity, inside the
message's own transaction; `impersonation` reads in whose name a request asks to run. To add a
way by the request's head: one module here and its line in WAYS.
"""

from xrm.org.callers import bearer
from xrm.org.callers.identity import Identity, NotAuthenticated, OnBehalf
from xrm.org.callers.impersonation import acting, on_behalf
from xrm.wire.http import Request

WAYS = (bearer.identify,)


def identify(request: Request, tokens: bearer.BearerTokens) -> Identity:
    """Return who a request proves to be. Raises NotAuthenticated."""
    for way in WAYS:
        identity = way(request, tokens)
        if identity is not None:
            return identity
    raise NotAuthenticated


__all__ = [
    "WAYS",
    "Identity",
    "NotAuthenticated",
    "OnBehalf",
    "acting",
    "identify",
    "on_behalf",
]
