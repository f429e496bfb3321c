"""Which addresses answers and people are sent to: those of a relying party, and below them.

A `wreply` counts when it is an endpoint of the party or lies below one, as in AD FS; any other
is left alone, and the answer goes to the party's own endpoint. What is compared is what a browser
would make of it: nothing that it reads otherwise than we do counts.
"""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from xrm.sts.model import RelyingParty

_LONGEST = 2048
_SOUND = re.compile(r"https://[\x21-\x7e]+")
# Slashes in disguise: some servers open them before they look at the path.
_DISGUISED = re.compile(r"%(?:5c|2f|00)", re.IGNORECASE)
# A segment of dots, in any spelling: a browser takes it out, and the one before it.
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:[/?#]|\Z)", re.IGNORECASE)


def reply_of(party: RelyingParty, sent: str) -> str:
    """Return where a party's answer goes: to the address it sent, or its usual endpoint.

    "" where the party has no endpoint at all.
    """
    if sent and belongs(party, sent):
        return sent
    return party.endpoints[0] if party.endpoints else ""


def belongs(party: RelyingParty, address: str) -> bool:
    """Tell whether an address is an endpoint of a party or lies below one."""
    parts = _parts(address)
    if parts is None:
        return False
    return any(_is_below(endpoint, parts) for url in party.endpoints if (endpoint := _parts(url)))


def return_address(parties: Iterable[RelyingParty], sent: str) -> str:
    """Return where a person goes after the sign-out: an address of any of these, or ""."""
    return sent if sent and any(belongs(party, sent) for party in parties) else ""


def _parts(url: str) -> SplitResult | None:
    """Return the parts of an address, None for one that is not compared at all."""
    if len(url) > _LONGEST or not _SOUND.fullmatch(url) or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for what is no number
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    if _DOTS.search(parts.path) or _DISGUISED.search(parts.path):
        return None
    return parts


def _is_below(endpoint: SplitResult, sent: SplitResult) -> bool:
    if (sent.hostname, sent.port or 443) != (endpoint.hostname, endpoint.port or 443):
        return False
    above, below = endpoint.path or "/", sent.path or "/"
    if endpoint.query:
        return (above, endpoint.query) == (below, sent.query)
    if above == below:
        return True
    return below.startswith(above if above.endswith("/") else f"{above}/")
