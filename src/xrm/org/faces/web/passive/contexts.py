"""What goes to the farm and back as `wctx`: it ties the answer to the browser that asked.

It has the form WIF gave it, which tools know: `rm=0&id=...&ru=...`. The id follows from a secret
in a cookie and from the address to go back to, so that neither can be exchanged. The secret stays
while it is used: several tabs of a browser may sign in at once. An answer counts once all the
same, because its token does.
"""

import hmac
import re
from urllib.parse import parse_qsl, urlencode

from xrm.org.faces.web.signin import derived, new_secret

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_ADDRESS = re.compile(r"[\x21-\x5b\x5d-\x7e]*")
LONGEST_ADDRESS = 1500


class Unasked(Exception):
    """An answer that this browser did not ask for."""


def secret_of(held: str) -> str:
    """Return the secret a browser holds, or a new one where it holds none."""
    return held if _SECRET.fullmatch(held) else new_secret()


def context(secret: str, address: str) -> str:
    """Return what goes along with a request.

    `address` is where to go back to, below the organization's own; one that is too long, or has
    characters of no address, is left out.
    """
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        address = ""
    return urlencode({"rm": "0", "id": _mark(secret, address), "ru": address})


def address_of(secret: str, text: str | None) -> str:
    """Return where to go back to, from what came with an answer. Raises Unasked."""
    try:
        pairs = parse_qsl(text or "", keep_blank_values=True, max_num_fields=3)
    except ValueError as error:
        raise Unasked from error
    fields = dict(pairs)
    address = fields.get("ru", "")
    expected = _mark(secret, address).encode()
    given = fields.get("id", "").encode("utf-8", "replace")
    if not _SECRET.fullmatch(secret) or not hmac.compare_digest(given, expected):
        raise Unasked
    return address


def _mark(secret: str, address: str) -> str:
    return derived(secret, f"context {address}")
