"""Tokens by account: a dictionary and, for each account, a lock under which one sign-in runs."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from xrm.model.secret import Secret

L = TypeVar("L")
RENEW_EARLY = 300.0


@dataclass(frozen=True, slots=True)
class Token:
    """A token. Times in seconds since the epoch; it is renewed from `renew_at` on.

    One that was given, and which nothing could renew, is kept beyond its end.
    """

    secret: Secret
    expires_at: float
    renew_at: float


class TokenKey(NamedTuple):
    """Whose token, and for what."""

    authority: str
    tenant: str
    client_id: str
    resource: str


def new_token(text: str, *, now: float, lifetime: float) -> Token:
    """Return a token that lives `lifetime` seconds from now.

    It is renewed five minutes early, or at half its life where that is later.
    """
    early = min(RENEW_EARLY, lifetime / 2)
    return Token(Secret(text), expires_at=now + lifetime, renew_at=now + lifetime - early)


class TokenCache(Generic[L]):
    """Tokens of one client. `new_lock` makes the locks of the world it runs in."""

    def __init__(self, new_lock: Callable[[], L]) -> None:
        self._new_lock = new_lock
        self._tokens: dict[TokenKey, Token] = {}
        self._locks: dict[TokenKey, L] = {}
        self._guard = threading.Lock()

    def fresh(self, key: TokenKey, *, now: float, stale: Token | None = None) -> Token | None:
        """Return the token kept, unless it is due for renewal or is the `stale` one."""
        token = self._tokens.get(key)
        if token is None or token is stale or now >= token.renew_at:
            return None
        return token

    def keep(self, key: TokenKey, token: Token) -> None:
        """Keep a token in place of the account's former one."""
        self._tokens[key] = token

    def lock(self, key: TokenKey) -> L:
        """Return the account's lock: hold it while signing in."""
        lock = self._locks.get(key)
        if lock is None:
            with self._guard:
                lock = self._locks.setdefault(key, self._new_lock())
        return lock
