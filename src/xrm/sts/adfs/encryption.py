"""The farms' own key pairs: what tokens for a farm are encrypted to, and how it reads them.

They sign nothing. The newest of a farm is the one in its metadata; those before it still open
what was encrypted to them. Private halves are kept sealed, and made when first asked for.
"""

import threading
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from xrm.db import Transaction
from xrm.model.ports import Clock
from xrm.sts.adfs.farm import Farm
from xrm.sts.handles.sealing import Sealer
from xrm.sts.model import FarmKey, SealedKey
from xrm.sts.store import FARM_KEYS, Store
from xrm.wire.certificates import new_key, self_signed

_DAYS = 5 * 365
_EARLIER = timedelta(days=1)
_MOST_KEPT = 3
_COUNTER = "farm keys"


class FarmKeys:
    """The key pairs of the farms of one token service; all its processes share them."""

    def __init__(self, store: Store, *, clock: Clock, sealer: Sealer) -> None:
        self._store = store
        self._clock = clock
        self._sealer = sealer
        self._opened: dict[UUID, tuple[int, tuple[FarmKey, ...], tuple[RSAPrivateKey, ...]]] = {}
        self._making = threading.Lock()

    def certificate(self, farm: Farm) -> bytes:
        """Return the certificate to encrypt to, in DER. Its first use takes some 0.1 s."""
        return self._of(farm)[0][0].certificate

    def private(self, farm: Farm) -> tuple[RSAPrivateKey, ...]:
        """Return the keys that open what is encrypted to a farm, the current first."""
        return self._of(farm)[1]

    def rotate(self, farm: Farm) -> bytes:
        """Make a new pair for a farm and return its certificate; the pair before still opens."""
        fresh = self._create(farm)
        with self._store.database.write() as tx:
            self._put(tx, fresh)
            for old in self._kept(tx, farm)[_MOST_KEPT:]:
                self._store.delete(tx, FARM_KEYS, old.key_id)
        return fresh.certificate

    def _of(self, farm: Farm) -> tuple[tuple[FarmKey, ...], tuple[RSAPrivateKey, ...]]:
        with self._store.database.read() as tx:
            generation = tx.generation
            known = self._opened.get(farm.tenant.tenant_id)
            if known is not None and known[0] == generation:
                return known[1], known[2]
            kept = tuple(self._kept(tx, farm))
        if not kept:
            self._begin(farm)
            return self._of(farm)
        opened = kept, tuple(map(self._open, kept))
        self._opened[farm.tenant.tenant_id] = generation, *opened
        return opened

    def _begin(self, farm: Farm) -> None:
        """Make the first pair of a farm, unless another process is faster."""
        with self._making:
            fresh = self._create(farm)
            with self._store.database.write() as tx:
                if not self._kept(tx, farm):
                    self._put(tx, fresh)

    def _put(self, tx: Transaction, fresh: FarmKey) -> None:
        tx.changed()
        numbered = replace(fresh, number=tx.next_number(_COUNTER))
        self._store.put(tx, FARM_KEYS, numbered, new=True)

    def _kept(self, tx: Transaction, farm: Farm) -> list[FarmKey]:
        found = self._store.find(tx, FARM_KEYS, tenant=str(farm.tenant.tenant_id))
        return sorted(found, key=lambda key: (-key.number, key.key_id))

    def _create(self, farm: Farm) -> FarmKey:
        private = new_key()
        now = int(self._clock())
        name = f"xrm token decryption - {farm.tenant.domain}"
        made = self_signed(private, name=name, now=now, days=_DAYS, early=_EARLIER)
        certificate = made.public_bytes(Encoding.DER)
        der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return FarmKey(
            key_id=sha256(certificate).hexdigest(),
            tenant_id=farm.tenant.tenant_id,
            number=0,
            created=now,
            certificate=certificate,
            sealed=self._sealer.seal("farm key", SealedKey(der)),
        )

    def _open(self, record: FarmKey) -> RSAPrivateKey:
        der = self._sealer.open("farm key", SealedKey, record.sealed).der
        # Whoever sealed it made it: a check of its numbers would cost 30 ms.
        private = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(private, RSAPrivateKey)
        return private
