"""Refresh tokens: sealed, each of a family that descends from one sign-in (RFC 6749 6).

A token says itself what it is good for and until when; its family, kept in the database, says
whether it still is. Where tokens are rotated (RFC 9700 4.14.2) the family knows the last one
given, and an earlier one ends it.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from xrm.db import Transaction
from xrm.model.errors import signin
from xrm.model.errors.signin import SignInError
from xrm.model.secret import Secret
from xrm.sts import first_party
from xrm.sts.accounts import standing
from xrm.sts.handles.sealing import Sealer, Unreadable
from xrm.sts.model import Client, Family, Granted, Issued, Standing, User
from xrm.sts.store import FAMILIES, Store

IDLE = 90 * 86_400
"""Seconds after which a token that was not used is worth nothing."""
SPA_LIFETIME = 86_400
"""Seconds from the sign-in on for which a single-page application may refresh."""

_MARGIN = 7 * 86_400  # a family outlives its tokens, and is not written at each refresh
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token stands for. `issued` is in microseconds, `expires` in seconds."""

    standing: Standing
    sequence: int
    issued: int
    expires: int
    nonce: str = ""


def seal(
    sealer: Sealer, held: Standing, *, sequence: int = 0, nonce: str = "", now: float
) -> Secret:
    """Return a token as it is handed out at a time in seconds."""
    expires = held.spa_until or int(now) + IDLE
    token = RefreshToken(held, sequence, int(now * _MICROSECONDS), expires, nonce)
    return Secret(sealer.seal("refresh token", token))


def read(sealer: Sealer, text: str) -> RefreshToken | None:
    """Return what a text stands for, None when it is no refresh token of this service."""
    try:
        return sealer.open("refresh token", RefreshToken, text)
    except Unreadable:
        return None


def founded(held: Standing, *, now: float) -> Family:
    """Return the family of a sign-in that has just been redeemed."""
    return Family(
        family_id=held.family_id,
        tenant_id=held.tenant_id,
        person=held.authentication.person,
        application_id=held.application_id,
        created=int(now),
        ends=_end(held, now),
    )


def check(token: RefreshToken, family: Family | None, person: User | None, *, now: float) -> User:
    """Return the person of a token.

    Raises AADSTS700084 or 700082 when its time is over, and what `accounts.standing.check` does.
    """
    if now >= token.expires:
        raise _over(token)
    ended = family is None or family.revoked
    return standing.check(person, token.standing.authentication, ended=ended)


def revoke(store: Store, tx: Transaction, family_id: UUID) -> None:
    """End a family: none of its tokens is worth anything any more."""
    family = store.hold(tx, FAMILIES, str(family_id))
    if family is not None:
        store.put(tx, FAMILIES, replace(family, revoked=True))


@dataclass(frozen=True, slots=True)
class Founding:
    """A family begins: its sign-in needed no code."""

    family: Family

    def spend(self, store: Store, tx: Transaction, now: float) -> SignInError | None:  # noqa: ARG002
        """Keep the family."""
        store.put(tx, FAMILIES, self.family, new=True)
        return None


@dataclass(frozen=True, slots=True)
class Lengthening:
    """A family is used for longer than it was kept for."""

    held: Standing

    def spend(self, store: Store, tx: Transaction, now: float) -> SignInError | None:
        """Keep the family for longer."""
        family = store.hold(tx, FAMILIES, str(self.held.family_id))
        if family is not None:
            store.put(tx, FAMILIES, replace(family, ends=_end(self.held, now)))
        return None


@dataclass(frozen=True, slots=True)
class Rotation:
    """The one redemption of a refresh token, where tokens are rotated."""

    token: RefreshToken

    def spend(self, store: Store, tx: Transaction, now: float) -> SignInError | None:
        """Count the family on; where the token is not its last one, end the family."""
        held = self.token.standing
        # Whoever holds the family first has it: others wait, and find it counted on.
        family = store.hold(tx, FAMILIES, str(held.family_id))
        if family is not None and not family.revoked and family.sequence == self.token.sequence:
            following = replace(family, sequence=family.sequence + 1, ends=_end(held, now))
            store.put(tx, FAMILIES, following)
            return None
        if family is not None:
            store.put(tx, FAMILIES, replace(family, revoked=True))
        return signin.REVOKED(
            "The refresh token was redeemed before. All tokens of this sign-in are revoked: the "
            "person has to sign in again."
        )


def is_to_be_lengthened(family: Family, held: Standing, *, now: float) -> bool:
    """Tell whether a family would end before a token given now."""
    return not held.spa_until and family.ends < now + IDLE


def handed_on(
    issued: Issued,
    granted: Granted,
    client: Client,
    *,
    sealer: Sealer,
    shares: bool,
    now: float,
) -> Issued:
    """Return a person's tokens with the refresh token that was earned with them, if one was.

    `shares` says whether applications of a family may redeem each other's.
    """
    delegated = granted.delegated
    if delegated is None or delegated.standing is None:
        return issued
    held = replace(delegated.standing, application_id=client.application_id)
    before = granted.spends.token.sequence + 1 if isinstance(granted.spends, Rotation) else 0
    token = seal(sealer, held, sequence=before, nonce=delegated.nonce, now=now)
    return replace(
        issued,
        refresh_token=token,
        refresh_lifetime=held.spa_until - int(now) - 1 if held.spa_until else None,
        family="1" if shares and client.application_id in first_party.FAMILY else "",
    )


def _end(held: Standing, now: float) -> int:
    return held.spa_until or int(now) + IDLE + _MARGIN


def _over(token: RefreshToken) -> SignInError:
    issued = standing.shown(token.issued)
    if token.standing.spa_until:
        return signin.SPA_TOKEN_OVER(
            "The refresh token was issued to a single-page application and has a fixed lifetime "
            f"of '1.00:00:00', which cannot be extended. It is over: it was issued on '{issued}'. "
            "The person has to sign in again."
        )
    return signin.IDLE_TOKEN(
        "The refresh token has expired because nobody used it. It was issued on "
        f"'{issued}' and was inactive for '90.00:00:00'."
    )
