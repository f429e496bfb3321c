"""Gathering: several transactions of one thread that are kept by one commit.

A commit is synced to disk whatever it holds, so that many writers at once are cheaper together.
Each of them is still undone by itself where it fails.
"""

from typing import Any

from xrm.db.engine import StorageError


class Lost(StorageError):
    """What was gathered is gone, undone by the engine: every part of it is to be done again."""


class Gathering:
    """What one thread has gathered; `transaction` is None while nothing is.

    It is closed, and gathers no more, once it is lost or something has ended the caches: what
    they are filled with next must be kept already.
    """

    __slots__ = ("closed", "lost", "transaction")

    def __init__(self) -> None:
        self.transaction: Any = None
        self.closed = False
        self.lost = False
