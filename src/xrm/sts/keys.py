"""Signing keys: made, sealed, published, rotated.

There is always a current key, which signs, and a next one, published ahead so that whoever
caches keys knows it before it is used. A retired key stays published for as long as anything it
signed may be believed: until the longest token it may have signed has ended, and the clocks that
trust it have too. Private halves are stored only sealed with AES-256-GCM.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha1

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from xrm.db import Database, Transaction
from xrm.model.ports import Clock
from xrm.sts.model import StoredKey
from xrm.sts.store import SIGNING_KEYS, Store
from xrm.wire.certificates import new_key, self_signed
from xrm.wire.jose import SigningKey, VerificationKey

CURRENT, NEXT, RETIRED = "current", "next", "retired"

SKEW = 5 * 60
"""Seconds by which the clock of whoever trusts a token may lag behind."""

_COUNTER = "signing keys"
_NONCE = 12
_NAME = "xrm token signing"
_DAYS = 5 * 365
_EARLIER = timedelta(days=1)


class WrongSealingKey(Exception):
    """The sealing key is not the one this database's signing keys were sealed with."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """What is known of a published key. Times are in seconds since the epoch.

    `since` is when it came to its status, `until` when a retired key ceases to be published;
    the thumbprint is the SHA-1 of its certificate, in hexadecimal digits.
    """

    kid: str
    status: str
    created: int
    since: int
    until: int | None
    thumbprint: str


class Keys:
    """The signing keys of one token service, for every process that shares its database.

    `longest` is the longest lifetime, in seconds, of the tokens this process signs. Raises
    WrongSealingKey when the keys there are were sealed with another key.
    """

    def __init__(
        self, database: Database, store: Store, *, clock: Clock, sealing_key: bytes, longest: int
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._longest = longest
        self._cipher = AESGCM(sealing_key)
        self._opened: dict[str, SigningKey] = {}
        self._published: tuple[int, tuple[_Published, ...]] = (-1, ())
        self._lock = threading.Lock()
        self._begin()

    def published(self) -> tuple[VerificationKey, ...]:
        """Return the keys tokens may be verified with: current, next, then retired ones."""
        with self._database.read() as tx:
            return self.published_in(tx)

    def published_in(self, tx: Transaction) -> tuple[VerificationKey, ...]:
        """Return the published keys as a transaction sees them, at this time."""
        generation, entries = self._published
        if generation != tx.generation:
            records = sorted(self._store.find(tx, SIGNING_KEYS), key=_order)
            entries = tuple(
                _Published(VerificationKey.from_certificate(record.certificate), _until(record))
                for record in records
            )
            self._published = (tx.generation, entries)
        now = self._clock()
        return tuple(one.key for one in entries if one.until is None or now <= one.until)

    def certificates(self) -> tuple[bytes, ...]:
        """Return the certificates of the published keys, in DER: what SAML is verified with."""
        found = (key.certificate_der for key in self.published())
        return tuple(each for each in found if each)

    def listing(self) -> list[KeyState]:
        """Return what is known of the published keys, in the order they are published."""
        with self._database.read() as tx:
            return self._states(tx)

    def signing(self, tx: Transaction) -> SigningKey:
        """Return the current key. Raises WrongSealingKey."""
        records = self._store.find(tx, SIGNING_KEYS)
        return self._open(next(record for record in records if record.status == CURRENT))

    def rotate(self) -> list[KeyState]:
        """Make the next key current and publish a new next one; return what is published then.

        The key that was current stays published until nothing it signed is believed any more.
        """
        # Made before the write so that no writer waits for a key's generation.
        fresh = self._create(NEXT)
        now = int(self._clock())
        with self._alone() as tx:
            records = self._store.find(tx, SIGNING_KEYS)
            for record in records:
                self._advance(tx, record, now)
            # Another process may sign longer tokens with it than this one.
            longest = max(record.longest for record in records if record.status != RETIRED)
            longest = max(longest, self._longest)
            self._store.put(tx, SIGNING_KEYS, replace(fresh, longest=longest), new=True)
            tx.changed()
            return self._states(tx)

    @contextmanager
    def _alone(self) -> Iterator[Transaction]:
        """Open a transaction in which nobody else changes the keys, in whatever process."""
        with self._database.write() as tx:
            tx.next_number(_COUNTER)
            yield tx

    def _advance(self, tx: Transaction, record: StoredKey, now: int) -> None:
        if record.status == NEXT:
            self._store.put(tx, SIGNING_KEYS, replace(record, status=CURRENT, changed=now))
        elif record.status == CURRENT:
            # It signs no more: its private half is of no use to anybody.
            retired = replace(record, status=RETIRED, changed=now, sealed=b"")
            self._store.put(tx, SIGNING_KEYS, retired)
        elif _is_over(record, now):
            self._store.delete(tx, SIGNING_KEYS, record.kid)

    def _states(self, tx: Transaction) -> list[KeyState]:
        now = self._clock()
        records = sorted(self._store.find(tx, SIGNING_KEYS), key=_order)
        return [_state(record) for record in records if not _is_over(record, now)]

    def _begin(self) -> None:
        records = self._stored()
        if not records:
            self._first([self._create(CURRENT), self._create(NEXT)])
            records = self._stored()
        for record in records:
            if record.status != RETIRED:
                self._open(record)
        if any(self._is_wanting(record) for record in records):
            self._mend()

    def _stored(self) -> list[StoredKey]:
        with self._database.read() as tx:
            return self._store.find(tx, SIGNING_KEYS)

    def _first(self, records: list[StoredKey]) -> None:
        with self._alone() as tx:
            if self._store.find(tx, SIGNING_KEYS):
                return
            for record in records:
                self._store.put(tx, SIGNING_KEYS, record, new=True)
            tx.changed()

    def _is_wanting(self, record: StoredKey) -> bool:
        """Tell whether a key's record must change before this process may sign with it."""
        if record.status == RETIRED and record.longest:
            return _is_over(record, self._clock())
        return record.longest < self._longest

    def _mend(self) -> None:
        """Keep how long this process's tokens live, and remove the keys that are over.

        What others remember of the keys stays right: they look at the time themselves, and read
        the record anew when the key retires.
        """
        with self._alone() as tx:
            for record in filter(self._is_wanting, self._store.find(tx, SIGNING_KEYS)):
                if record.status == RETIRED and record.longest:
                    self._store.delete(tx, SIGNING_KEYS, record.kid)
                else:
                    self._store.put(tx, SIGNING_KEYS, replace(record, longest=self._longest))

    def _create(self, status: str) -> StoredKey:
        private = new_key()
        now = int(self._clock())
        key = SigningKey.of(
            private, self_signed(private, name=_NAME, now=now, days=_DAYS, early=_EARLIER)
        )
        der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, der, key.kid.encode())
        return StoredKey(
            key.kid, status, now, now, key.certificate_der, sealed, longest=self._longest
        )

    def _open(self, record: StoredKey) -> SigningKey:
        with self._lock:
            key = self._opened.get(record.kid)
            if key is None:
                key = self._opened[record.kid] = self._unseal(record)
        return key

    def _unseal(self, record: StoredKey) -> SigningKey:
        nonce, sealed = record.sealed[:_NONCE], record.sealed[_NONCE:]
        try:
            der = self._cipher.decrypt(nonce, sealed, record.kid.encode())
        except InvalidTag as error:
            raise WrongSealingKey("the signing keys were sealed with another key") from error
        # Whoever sealed it made it: a check of its numbers would cost 30 ms at every start.
        private = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(private, rsa.RSAPrivateKey)
        return SigningKey(record.kid, record.certificate, private)


@dataclass(frozen=True, slots=True)
class _Published:
    key: VerificationKey
    until: int | None


def _until(record: StoredKey) -> int | None:
    return record.changed + record.longest + SKEW if record.status == RETIRED else None


def _is_over(record: StoredKey, now: float) -> bool:
    until = _until(record)
    return until is not None and now > until


def _state(record: StoredKey) -> KeyState:
    return KeyState(
        kid=record.kid,
        status=record.status,
        created=record.created,
        since=record.changed,
        until=_until(record),
        thumbprint=sha1(record.certificate, usedforsecurity=False).hexdigest().upper(),
    )


def _order(record: StoredKey) -> tuple[int, int, str]:
    return (CURRENT, NEXT, RETIRED).index(record.status), -record.changed, record.kid
