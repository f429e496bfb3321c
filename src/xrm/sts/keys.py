"""Signing keys: made, sealed, published, rotated.

There is always a current key, which signs, and a next one, published ahead so that whoever
caches keys knows it before it is used. A retired key stays published for as long as anything it
signed may be believed. Private halves are stored only sealed with AES-256-GCM.
"""

import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID

from xrm.db import Database, Transaction
from xrm.model.ports import Clock
from xrm.sts.model import StoredKey
from xrm.sts.store import SIGNING_KEYS, Store
from xrm.wire.jose import SigningKey, VerificationKey

CURRENT, NEXT, RETIRED = "current", "next", "retired"

_NONCE = 12
_RETIRED_SECONDS = 2 * 24 * 3600
_VALIDITY = timedelta(days=5 * 365)
_EARLIER = timedelta(days=1)


class WrongSealingKey(Exception):
    """The sealing key is not the one this database's signing keys were sealed with."""


class Keys:
    """The signing keys of one token service, for every process that shares its database."""

    def __init__(
        self, database: Database, store: Store, *, clock: Clock, sealing_key: bytes
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._cipher = AESGCM(sealing_key)
        self._opened: dict[str, SigningKey] = {}
        self._published: tuple[int, tuple[VerificationKey, ...]] = (-1, ())
        self._lock = threading.Lock()
        self._begin()

    def published(self) -> tuple[VerificationKey, ...]:
        """Return the keys tokens may be verified with: current, next, then retired ones."""
        with self._database.read() as tx:
            return self.published_in(tx)

    def published_in(self, tx: Transaction) -> tuple[VerificationKey, ...]:
        """Return the published keys as a transaction sees them."""
        generation, keys = self._published
        if generation != tx.generation:
            records = sorted(self._store.find(tx, SIGNING_KEYS), key=_order)
            keys = tuple(VerificationKey.from_certificate(r.certificate) for r in records)
            self._published = (tx.generation, keys)
        return keys

    def signing(self, tx: Transaction) -> SigningKey:
        """Return the current key. Raises WrongSealingKey."""
        records = self._store.find(tx, SIGNING_KEYS)
        return self._open(next(record for record in records if record.status == CURRENT))

    def rotate(self) -> None:
        """Make the next key current and publish a new next one.

        Keys retired for more than two days are removed.
        """
        fresh = self._create(NEXT)
        now = int(self._clock())
        with self._database.write() as tx:
            for record in self._store.find(tx, SIGNING_KEYS):
                self._advance(tx, record, now)
            self._store.put(tx, SIGNING_KEYS, fresh, new=True)
            tx.changed()

    def _advance(self, tx: Transaction, record: StoredKey, now: int) -> None:
        if record.status != RETIRED:
            status = CURRENT if record.status == NEXT else RETIRED
            self._store.put(tx, SIGNING_KEYS, replace(record, status=status, changed=now))
        elif record.changed < now - _RETIRED_SECONDS:
            self._store.delete(tx, SIGNING_KEYS, record.kid)

    def _begin(self) -> None:
        with self._database.read() as tx:
            records = self._store.find(tx, SIGNING_KEYS)
        if not records:
            # Made before the write so that no writer waits for two key generations.
            self._first([self._create(CURRENT), self._create(NEXT)])
        else:
            self._open(next(record for record in records if record.status == CURRENT))

    def _first(self, records: list[StoredKey]) -> None:
        with self._database.write() as tx:
            if self._store.find(tx, SIGNING_KEYS):
                return
            for record in records:
                self._store.put(tx, SIGNING_KEYS, record, new=True)
            tx.changed()

    def _create(self, status: str) -> StoredKey:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now = int(self._clock())
        key = SigningKey.of(private, _self_signed(private, datetime.fromtimestamp(now, UTC)))
        der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, der, key.kid.encode())
        return StoredKey(key.kid, status, now, now, key.certificate_der, sealed)

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
        private = load_der_private_key(der, password=None)
        assert isinstance(private, rsa.RSAPrivateKey)
        return SigningKey(record.kid, record.certificate, private)


def _order(record: StoredKey) -> tuple[int, int, str]:
    return (CURRENT, NEXT, RETIRED).index(record.status), -record.changed, record.kid


def _self_signed(private: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "xrm token signing")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + _VALIDITY)
    )
    return builder.sign(private, hashes.SHA256())
