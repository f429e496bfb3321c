"""Failed sign-ins: counted by account and address, by account, and by address.

Ten wrong passwords for one account from one address lock it there for a minute, and each further
one for twice as long; the same wrong password counts once. Whoever tries many accounts from one
address, or one account from many, is stopped by the other two counters. An unknown name is
counted as a known one is.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from xrm.db import Database, Transaction, Violation
from xrm.db.glance import Singly
from xrm.model.errors import signin
from xrm.model.secret import Secret
from xrm.sts.handles.sealing import Sealer
from xrm.sts.model import Attempts
from xrm.sts.store import ATTEMPTS, Store

_REMEMBERED_PASSWORDS = 3
_LONGEST_LOCK = 3600
_BETWEEN_SWEEPS = 60


@dataclass(frozen=True, slots=True)
class Counter:
    """One way to count: failures allowed within so many seconds, and the first lock's seconds."""

    allowed: int
    within: int
    lock: int


Counters = tuple[tuple[str, Counter], ...]

HERE = Counter(allowed=10, within=86_400, lock=60)
ACCOUNT = Counter(allowed=50, within=3600, lock=60)
ADDRESS = Counter(allowed=100, within=600, lock=600)


class Lockout:
    """The counters of one token service; all of its processes share them."""

    def __init__(self, database: Database, store: Store, sealer: Sealer) -> None:
        self._database = database
        self._store = store
        self._sealer = sealer
        self._next_sweep = 0.0

    def check(self, username: str | None, peer: str, *, now: float) -> bool:
        """Tell whether failures are counted for the account at the address: see `passed`.

        Raises AADSTS50053 while an account or an address is locked. Without a user name it is
        about the codes of devices, which are tried from an address.
        """
        return self.check_counters(self.counters(username, peer), now=now)

    def check_counters(self, counters: Counters, *, now: float) -> bool:
        """Do what `check` does, for who checks the same `counters` twice."""
        (here, _), *others = counters
        alone = Singly(self._database.once, 0)
        found = self._store.few(alone, ATTEMPTS, (here, *(key for key, _ in others)))
        if any(now < standing.locked_until for standing in found):
            raise signin.LOCKED(
                "The account is temporarily locked: it was tried too many times with a "
                "wrong user name or password. Try again later."
            )
        return any(standing.key == here for standing in found)

    def failed(self, username: str | None, peer: str, password: Secret, *, now: float) -> None:
        """Count a wrong password, or without a user name a wrong code."""
        seen = self._sealer.mark(f"{(username or '').lower()} {password.reveal()}")
        with self._database.write() as tx:
            for key, counter in self.counters(username, peer):
                counted = _counted(self._held(tx, key, counter, now), counter, seen, now)
                self._store.put(tx, ATTEMPTS, counted)
            self._sweep(tx, now)

    def passed(self, username: str, peer: str) -> None:
        """Forget the failures of an account at an address: for who found some by `check`."""
        (key, _), *_ = self.counters(username, peer)
        with self._database.write() as tx:
            self._store.take(tx, ATTEMPTS, key)

    def _held(self, tx: Transaction, key: str, counter: Counter, now: float) -> Attempts:
        """Return a counter, which nobody else changes until the commit: no failure is lost."""
        standing = self._store.hold(tx, ATTEMPTS, key)
        if standing is None:
            with suppress(Violation), tx.part():  # somebody else may begin it at this moment
                self._store.put(tx, ATTEMPTS, _current(None, key, counter, now), new=True)
            standing = self._store.hold(tx, ATTEMPTS, key)
        return _current(standing, key, counter, now)

    def counters(self, username: str | None, peer: str) -> Counters:
        """Return what counts the failures of an account at an address, by their keys."""
        if username is None:
            return ((f"codes {peer}", HERE), (f"address {peer}", ADDRESS))
        name = self._sealer.mark(username.lower())
        return (
            (f"{name} {peer}", HERE),
            (f"{name}", ACCOUNT),
            (f"address {peer}", ADDRESS),
        )

    def _sweep(self, tx: Transaction, now: float) -> None:
        if now >= self._next_sweep:
            self._store.expire(tx, ATTEMPTS, now)
            self._next_sweep = now + _BETWEEN_SWEEPS


def _current(standing: Attempts | None, key: str, counter: Counter, now: float) -> Attempts:
    if standing is None or standing.ends <= now:
        return Attempts(key, failures=0, ends=int(now) + counter.within)
    return standing


def _counted(standing: Attempts, counter: Counter, seen: str, now: float) -> Attempts:
    if seen in standing.seen:
        return standing
    failures = standing.failures + 1
    last = (*standing.seen, seen)[-_REMEMBERED_PASSWORDS:]
    counted = replace(standing, failures=failures, seen=last)
    if failures < counter.allowed:
        return counted
    seconds = min(counter.lock * 2 ** min(failures - counter.allowed, 16), _LONGEST_LOCK)
    until = int(now) + max(seconds, counter.lock)
    return replace(counted, locked_until=until, ends=max(standing.ends, until + counter.within))
