"""Who shares which record with whom: the rows of principalobjectaccess."""

from sqlalchemy import bindparam, select

from xrm.db import Database, Transaction
from xrm.db.arrays import one_of
from xrm.model.metadata import Catalogue
from xrm.model.values import EntityReference, Guid
from xrm.org.store.columns import pack_guid
from xrm.org.store.tables import SHARES, schema


class Shares:
    """The shares of one organization's database, below all rights and rules."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._database = database
        shares = schema(catalogue).tables[SHARES]
        found = select(shares.c.accessrightsmask, shares.c.inheritedaccessrightsmask).where(
            shares.c.objectid == bindparam("object"),
            shares.c.objecttypecode == bindparam("kind"),
            one_of(shares.c.principalid, "principals", "bytes"),
        )
        self._masks = database.compile(found)

    def masks(
        self, transaction: Transaction, target: EntityReference, principals: tuple[Guid, ...]
    ) -> list[int]:
        """Return the rights on a record shared with each of the principals that has some.

        Rights are the bits of `model.privileges.ACCESS_RIGHTS`, inherited ones among them.
        """
        parameters = {
            "object": pack_guid(target.id),
            "kind": target.logical_name,
            "principals": self._database.array([pack_guid(each) for each in principals]),
        }
        rows = transaction.rows(self._masks, parameters)
        return [(own or 0) | (inherited or 0) for own, inherited in rows]
