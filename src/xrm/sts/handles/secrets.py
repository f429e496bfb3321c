"""Random texts that are handed out, and the digests by which they are known again."""

import hashlib
import secrets

from xrm.model.secret import Secret


def new_secret() -> Secret:
    """Return a text of 256 random bits for URLs, forms and cookies."""
    return Secret(secrets.token_urlsafe(32))


def digest(text: str) -> str:
    """Return what is kept of such a text. It has 256 bits: a fast hash keeps it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
