"""Proof by secret: generated here, at least 256 bits each, so a salted SHA-256 keeps them.

A slow hash would protect nothing more and would let anyone keep the server busy.
"""

import hashlib
import hmac
import math
import secrets
import string
from uuid import UUID

from xrm.model.errors import signin
from xrm.model.secret import Secret
from xrm.sts.directory import Registered
from xrm.sts.model import PasswordCredential

_LETTERS = string.ascii_letters + string.digits
_SECRET_LENGTH = math.ceil(256 / math.log2(len(_LETTERS)))
_SALT = 16
_NIL = UUID(int=0)


def new_secret() -> Secret:
    """Return a fresh secret of letters and digits, safe in URLs, shells and settings."""
    return Secret("".join(secrets.choice(_LETTERS) for _ in range(_SECRET_LENGTH)))


def new_salt() -> bytes:
    """Return a fresh salt."""
    return secrets.token_bytes(_SALT)


def digest(secret: Secret, salt: bytes) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(salt + secret.reveal().encode()).digest()


def prove(registered: Registered, secret: Secret, now: float) -> None:
    """Check a secret against every one the client has.

    Raises AADSTS7000215 for a wrong one, 7000222 for one that has expired.
    """
    # Every credential is compared, whichever fits.
    fitting = [c for c in registered.secrets if _matches(secret, c)]
    if any(c.start <= now < c.end for c in fitting):
        return
    if any(c.end <= now for c in fitting):
        raise signin.EXPIRED_SECRET(
            f"The client secret of {shown(registered)} has expired. Add a new one."
        )
    raise signin.BAD_SECRET(
        f"Invalid client secret for {shown(registered)}. Send the secret's value, not its id."
    )


def waste(secret: Secret) -> None:
    """Take the time a known client's secret would, so that time does not tell clients apart."""
    _matches(secret, _NOBODY)


def _matches(secret: Secret, credential: PasswordCredential) -> bool:
    return hmac.compare_digest(digest(secret, credential.salt), credential.digest)


def shown(registered: Registered) -> str:
    """Return how sentences name a client."""
    return f"the application '{registered.principal.application_id}'"


_NOBODY = PasswordCredential(_NIL, _NIL, "", "", 0, 0, b"\0" * _SALT, b"\0" * 32)
