"""Assertions that were redeemed: a mark each, kept until they would be refused anyway."""

import hashlib
from dataclasses import replace

from xrm.db import Violation
from xrm.model.errors import signin
from xrm.sts.directory import name_key
from xrm.sts.model import UsedAssertion
from xrm.sts.store import USED_ASSERTIONS, Store

_BETWEEN_SWEEPS = 60


class SingleUse:
    """The marks of one token service; all of its processes share them through the database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next_sweep = 0.0

    def spend(self, use: UsedAssertion, *, resource: str = "", now: float) -> None:
        """Mark an assertion as redeemed, durably. Raises AADSTS50012 when it was before.

        With a resource it is marked for that one alone.

        The marks that ended are removed at most once a minute, so that a token pays for one
        insertion. No cache depends on a mark: the generation stays.
        """
        if resource:
            text = f"{use.digest} {name_key(resource)}"
            use = replace(use, digest=hashlib.sha256(text.encode()).hexdigest())
        try:
            with self._store.database.write() as tx:
                self._store.put(tx, USED_ASSERTIONS, use, new=True)
                if now >= self._next_sweep:
                    self._store.expire(tx, USED_ASSERTIONS, now)
        except Violation as error:
            raise signin.USED_ASSERTION(
                "The client assertion was redeemed before. Sign a new one for each token."
            ) from error
        if now >= self._next_sweep:
            self._next_sweep = now + _BETWEEN_SWEEPS
