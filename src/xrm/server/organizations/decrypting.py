"""The key pairs of claims-based organizations: what their tokens are encrypted to.

An organization has a current pair, whose certificate stands in its relying-party trust, and after
a roll-over the one before it, which still opens what was encrypted earlier. Private halves are
kept only sealed, beside the registry, where every process finds them.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import Column, MetaData, Table, Text, bindparam, delete, select

from xrm.db import Database, Transaction
from xrm.db.types import Bytes, Integer
from xrm.model.ports import Clock
from xrm.server.folder import seal, unseal
from xrm.wire.certificates import new_key, self_signed

_KEPT = 2
_DAYS = 5 * 365
_EARLIER = timedelta(days=1)
_COUNTER = "decrypting keys"
_METADATA = MetaData()
_TABLE = Table(
    "decrypting_key",
    _METADATA,
    Column("number", Integer, primary_key=True),
    Column("organization_id", Text, nullable=False),
    Column("certificate", Bytes, nullable=False),
    Column("sealed", Bytes, nullable=False),
)


@dataclass(frozen=True, slots=True)
class _Pair:
    number: int
    certificate: bytes
    key: RSAPrivateKey


class DecryptingKeys:
    """The pairs of all organizations, made when they are first asked for; opened once a process.

    Raises EstateError where a pair was sealed with another key.
    """

    def __init__(self, database: Database, *, clock: Clock, sealing_key: bytes) -> None:
        database.create(_METADATA)
        self._database = database
        self._clock = clock
        self._sealing_key = sealing_key
        self._columns = [column.name for column in _TABLE.columns]
        mine = _TABLE.c.organization_id == bindparam("organization")
        found = select(_TABLE.c.number, _TABLE.c.certificate, _TABLE.c.sealed).where(mine)
        self._select = database.compile(found.order_by(_TABLE.c.number.desc()))
        self._insertion = database.insertion(_TABLE, self._columns)
        self._delete = database.compile(
            delete(_TABLE).where(_TABLE.c.number == bindparam("number"))
        )
        self._forget = database.compile(delete(_TABLE).where(mine))
        self._known: dict[UUID, tuple[int, tuple[_Pair, ...]]] = {}
        self._lock = threading.Lock()

    def certificate(self, organization_id: UUID) -> bytes:
        """Return the certificate tokens are to be encrypted to, in DER."""
        return self._of(organization_id)[0].certificate

    def pair(self, organization_id: UUID) -> tuple[RSAPrivateKey, bytes]:
        """Return the current key and its certificate, in DER."""
        found = self._of(organization_id)[0]
        return found.key, found.certificate

    def private(self, organization_id: UUID) -> Sequence[RSAPrivateKey]:
        """Return the keys that open what is encrypted to an organization, the current first."""
        return tuple(pair.key for pair in self._of(organization_id))

    def roll_over(self, organization_id: UUID) -> bytes:
        """Make another pair the current one and return its certificate.

        The pair before it opens tokens until the next time. The caller tells the farm.
        """
        self._of(organization_id)
        made = self._made(organization_id)
        with self._database.write() as transaction:
            self._add(transaction, organization_id, made)
            for number, *_ in self._rows(transaction, organization_id)[_KEPT:]:
                transaction.run(self._delete, {"number": number})
        return made[0]

    def forget(self, organization_id: UUID) -> None:
        """Remove the pairs of an organization that is no more."""
        with self._database.write() as transaction:
            transaction.run(self._forget, {"organization": str(organization_id)})
            transaction.changed()

    def _of(self, organization_id: UUID) -> tuple[_Pair, ...]:
        with self._database.read() as transaction:
            generation = transaction.generation
            known = self._known.get(organization_id)
            if known is not None and known[0] == generation:
                return known[1]
            rows = self._rows(transaction, organization_id)
        if not rows:
            self._begin(organization_id)
            return self._of(organization_id)
        pairs = tuple(self._opened(organization_id, known, row) for row in rows)
        self._known[organization_id] = generation, pairs
        return pairs

    def _rows(
        self, transaction: Transaction, organization_id: UUID
    ) -> list[tuple[int, bytes, bytes]]:
        found = transaction.rows(self._select, {"organization": str(organization_id)})
        return [
            (number, bytes(certificate), bytes(sealed)) for number, certificate, sealed in found
        ]

    def _begin(self, organization_id: UUID) -> None:
        """Make the first pair, unless another thread or process is faster."""
        with self._lock:
            made = self._made(organization_id)
            with self._database.write() as transaction:
                # Who takes a number waits for the others, and then sees what they have written.
                if not self._standing(transaction, organization_id):
                    self._add(transaction, organization_id, made)

    def _standing(self, transaction: Transaction, organization_id: UUID) -> bool:
        transaction.next_number(_COUNTER, 0)
        return bool(self._rows(transaction, organization_id))

    def _made(self, organization_id: UUID) -> tuple[bytes, bytes]:
        """Return a new certificate in DER and its key, sealed."""
        key = new_key()
        name = f"xrm organization {organization_id}"
        made = self_signed(key, name=name, now=self._clock(), days=_DAYS, early=_EARLIER)
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        sealed = seal(self._sealing_key, _purpose(organization_id), der)
        return made.public_bytes(Encoding.DER), sealed

    def _add(
        self, transaction: Transaction, organization_id: UUID, made: tuple[bytes, bytes]
    ) -> None:
        row = dict(zip(self._columns, (0, str(organization_id), *made), strict=True))
        row["number"] = transaction.next_number(_COUNTER)
        transaction.insert(self._insertion, [[row[name] for name in self._insertion.names]])
        transaction.changed()

    def _opened(
        self,
        organization_id: UUID,
        known: tuple[int, tuple[_Pair, ...]] | None,
        row: tuple[int, bytes, bytes],
    ) -> _Pair:
        number, certificate, sealed = row
        before = next((pair for pair in known[1] if pair.number == number), None) if known else None
        if before is not None:
            return before
        der = unseal(self._sealing_key, _purpose(organization_id), sealed)
        # Whoever sealed it made it: a check of its numbers would cost 30 ms.
        key = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, RSAPrivateKey)
        return _Pair(number, certificate, key)


def _purpose(organization_id: UUID) -> str:
    return f"decrypting key {organization_id}"
