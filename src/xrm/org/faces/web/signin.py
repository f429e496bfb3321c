"""A sign-in at the token service: the request for it, and the answer a browser posts back.

State and nonce follow from one secret in a cookie (OpenID Connect Core 3.2.2.1, 15.5.2): the
answer counts only in the browser that asked, and only once. Neither tells the secret.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from xrm.org.faces.web.session import APPLICATION_ID, IdTokens, NotSignedIn, SignedIn
from xrm.wire import jose

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Unasked(Exception):
    """An answer that this browser did not ask for, or has had already."""


def new_secret() -> str:
    """Return what binds a browser to a sign-in."""
    return secrets.token_urlsafe(32)


def address(authority: str, url: str, secret: str) -> str:
    """Return where a browser goes to sign in to the page at a URL."""
    fields = {
        "client_id": APPLICATION_ID,
        "response_type": "id_token",
        "response_mode": "form_post",
        "scope": "openid profile",
        "state": derived(secret, "state"),
        "nonce": derived(secret, "nonce"),
        "redirect_uri": url,
    }
    return f"{authority}/oauth2/authorize?{urlencode(fields)}"


def leaving(authority: str, url: str, token: str) -> str:
    """Return where a browser goes to sign out everywhere and to come back to a URL."""
    fields = {"post_logout_redirect_uri": url, "id_token_hint": token}
    return f"{authority}/oauth2/logout?{urlencode(fields)}"


def check_asked(fields: Mapping[str, str], secret: str) -> None:
    """Raise Unasked unless the browser that holds the secret asked for an answer."""
    expected = derived(secret, "state").encode()
    given = fields.get("state", "").encode()
    if not _SECRET.fullmatch(secret) or not hmac.compare_digest(given, expected):
        raise Unasked


def read(fields: Mapping[str, str], secret: str, tokens: IdTokens) -> SignedIn:
    """Return who signed in, by an answer that was asked for. Raises NotSignedIn."""
    found = tokens.verify(fields.get("id_token", ""))
    expected = derived(secret, "nonce").encode()
    if not hmac.compare_digest(found.nonce.encode(), expected):
        raise NotSignedIn("the token was made for another sign-in")
    return found


def derived(secret: str, purpose: str) -> str:
    """Return what follows from a secret for one purpose, and leads back to it for nobody."""
    return jose.encode(hmac.digest(secret.encode(), f"xrm page {purpose}".encode(), "sha256"))
