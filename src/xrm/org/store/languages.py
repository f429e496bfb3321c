"""The languages that an organization has enabled beside its base language."""

from sqlalchemy import bindparam, delete, insert, select

from xrm.db import Database, Transaction
from xrm.model.metadata import Catalogue
from xrm.org.store.tables import LANGUAGES, schema


class LanguageStore:
    """The enabled languages of one organization's database, by LCID, below all rights."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        kept = schema(catalogue).metadata.tables[LANGUAGES]
        self._all = database.compile(select(kept.c.lcid).order_by(kept.c.lcid))
        self._insert = database.compile(insert(kept).values(lcid=bindparam("lcid")))
        self._remove = database.compile(delete(kept).where(kept.c.lcid == bindparam("lcid")))

    def enabled(self, transaction: Transaction) -> tuple[int, ...]:
        """Return the languages, by LCID."""
        return tuple(lcid for (lcid,) in transaction.rows(self._all))

    def add(self, transaction: Transaction, lcid: int) -> None:
        """Add a language. Raises db.Violation for one that is there."""
        transaction.run(self._insert, {"lcid": lcid})

    def remove(self, transaction: Transaction, lcid: int) -> None:
        """Remove a language, if it is there."""
        transaction.run(self._remove, {"lcid": lcid})
