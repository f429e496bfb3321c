"""Random texts that are handed out, and the digests by which they are known again."""

import hashlib
import re
import secrets

from xrm.model.secret import Secret

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> Secret:
    """Return a text of 256 random bits for URLs, forms and cookies."""
    return Secret(secrets.token_urlsafe(32))


def sent_secret(text: str) -> Secret | None:
    """Return what a cookie holds; a text this service has never set counts as none.

    Some are sent back: whoever plants a cookie must not write header lines with it.
    """
    return Secret(text) if _SECRET.fullmatch(text) else None


def digest(text: str) -> str:
    """Return what is kept of such a text. It has 256 bits: a fast hash keeps it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
