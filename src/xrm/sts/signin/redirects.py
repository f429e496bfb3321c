"""Which address an answer goes to: one that is registered, letter by letter (RFC 9700 2.1).

Of an address on this machine the port does not count, since programs take a free one (RFC 8252
7.3): for `localhost` and for 127.0.0.1, each as it is registered.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from xrm.model.errors import signin
from xrm.sts.model import Application, RedirectUri

_LOOPBACK = re.compile(r"(https?://(?:localhost|127\.0\.0\.1))(?::[0-9]{1,5})?((?:[/?].*)?)")
_PRINTABLE = re.compile(r"[\x21-\x7e]{1,2048}")
_BARE = re.compile(r"(https?://[^/?#]+)([?#].*)?")


def choose(
    application: Application, sent: str, replies: Sequence[str] = (), *, exact: bool = False
) -> RedirectUri:
    """Return where the answer goes: the address sent, with the kind it is registered as.

    Without one it is the first that is registered. `replies` are those of the tenant's service
    principal, of which the port counts everywhere, as it does of all where it is `exact`. Raises
    AADSTS500113 when none is, 50011 when the one sent is not among them.
    """
    if sent in replies:
        return RedirectUri(sent, "Web")
    registered = (*application.redirect_uris, *(RedirectUri(url, "Web") for url in replies))
    if not registered:
        raise signin.NONE_REGISTERED("No reply address is registered for the application.")
    if not sent:
        return registered[0]
    found = _matching(application.redirect_uris, sent, exact=exact)
    if found is None:
        raise signin.REDIRECT_MISMATCH(
            f"The redirect URI {signin.quote(sent)} specified in the request does not match the "
            f"redirect URIs configured for the application '{application.application_id}'. Send "
            "one that is registered, letter by letter, or register this one."
        )
    return RedirectUri(sent, found.kind)


def is_registered(
    application: Application, sent: str, replies: Sequence[str] = (), *, exact: bool = False
) -> bool:
    """Tell whether an address is one of an application's, or of a principal's `replies`."""
    found = _matching(application.redirect_uris, sent, exact=exact)
    return sent in replies or found is not None


def _matching(registered: Sequence[RedirectUri], sent: str, *, exact: bool) -> RedirectUri | None:
    if not _PRINTABLE.fullmatch(sent) or "#" in sent or "\\" in sent:
        return None
    for one in registered:
        if one.url == sent:
            return one
    wanted = None if exact else _without_port(sent)
    if wanted is None:
        return None
    return next((one for one in registered if _without_port(one.url) == wanted), None)


def _without_port(url: str) -> tuple[str, str] | None:
    found = _LOOPBACK.fullmatch(url)
    return (found.group(1), found.group(2)) if found else None


def with_query(url: str, fields: Mapping[str, str]) -> str:
    """Return an address with parameters in its query (RFC 6749 4.1.2)."""
    url = _with_path(url)
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode(fields)}"


def with_fragment(url: str, fields: Mapping[str, str]) -> str:
    """Return an address with parameters in its fragment (RFC 6749 4.2.2)."""
    return f"{_with_path(url)}#{urlencode(fields)}"


def _with_path(url: str) -> str:
    """Return a web address with at least a slash for its path, as the service answers it."""
    found = _BARE.fullmatch(url)
    return f"{found.group(1)}/{found.group(2) or ''}" if found else url
