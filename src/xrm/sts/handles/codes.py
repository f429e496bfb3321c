"""Authorization codes: what was asked and granted, sealed; redeemed once (RFC 6749 4.1.2)."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from xrm.db import Transaction, Violation
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts.handles import refresh
from xrm.sts.handles.sealing import Sealer, Unreadable
from xrm.sts.handles.secrets import digest
from xrm.sts.model import Family, SpentCode, Standing
from xrm.sts.store import FAMILIES, SPENT_CODES, Store

LIFETIME = 600
"""Seconds for which a code may be redeemed."""

_REMEMBERED = 86_400


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for. `segment` is the tenant of the path it was asked at.

    `redirect_uri` is the one the answer went to, `explicit` whether the request named it.
    `issued` is in microseconds, `expires` in seconds since the epoch.
    """

    code_id: UUID
    flavour: str
    segment: str
    standing: Standing
    redirect_uri: str
    explicit: bool
    issued: int
    expires: int
    challenge: str = ""
    method: str = ""
    nonce: str = ""


def seal(sealer: Sealer, code: Code) -> Secret:
    """Return a code as it is handed out."""
    return Secret(sealer.seal("code", code))


def read(sealer: Sealer, text: str) -> Code | None:
    """Return what a text stands for, None when it is no code of this service."""
    try:
        return sealer.open("code", Code, text)
    except Unreadable:
        return None


def check_challenge(code: Code, verifier: str) -> None:
    """Compare a verifier with the code's challenge (RFC 7636 4.6).

    Raises AADSTS501481 for a wrong or missing one, 501471 for one nobody expected: whoever
    redeems would believe in a protection that is not there.
    """
    if not code.challenge:
        if verifier:
            raise signin.NEVER_CHALLENGED(
                "The request holds a 'code_verifier', but the code was asked without a "
                "'code_challenge'."
            )
        return
    if not verifier or not hmac.compare_digest(_challenge(verifier, code.method), code.challenge):
        raise signin.BAD_VERIFIER(
            "The 'code_verifier' does not match the 'code_challenge' of the authorization request."
        )


def _challenge(verifier: str, method: str) -> str:
    octets = verifier.encode("utf-8", "surrogatepass")
    if method == "S256":
        octets = base64.urlsafe_b64encode(hashlib.sha256(octets).digest()).rstrip(b"=")
    # compare_digest takes text of ASCII only.
    return octets.decode("latin-1") if octets.isascii() else binascii.hexlify(octets).decode()


@dataclass(frozen=True, slots=True)
class CodeUse:
    """The one redemption of a code. The family of refresh tokens it founds is kept with it."""

    code: Code
    family: Family

    def spend(self, store: Store, tx: Transaction, now: float) -> SignInError | None:
        """Mark the code as redeemed; a second time, end what the first has founded."""
        key = digest(str(self.code.code_id))
        mark = SpentCode(key, self.family.family_id, int(now) + _REMEMBERED)
        try:
            with tx.part():
                store.put(tx, SPENT_CODES, mark, new=True)
        except Violation:
            refresh.revoke(store, tx, self.family.family_id)
            return signin.SPENT_CODE(
                "The authorization code was redeemed already. Ask for a new one, or use the "
                "refresh token that came of it."
            )
        store.put(tx, FAMILIES, self.family, new=True)
        return None
