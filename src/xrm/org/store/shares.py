"""Who shares which record with whom: the rows of principalobjectaccess."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select

from xrm.db import Database, Transaction
from xrm.db.arrays import one_of
from xrm.model.metadata import Catalogue
from xrm.model.values import EntityReference, Guid, Values
from xrm.org.store.columns import pack_guid, unpack_guid
from xrm.org.store.identifiers import RecordIds
from xrm.org.store.records import RecordStore
from xrm.org.store.tables import SHARES, schema


@dataclass(frozen=True, slots=True)
class Share:
    """Rights on a record that a user or team has beside its roles.

    Both masks are bits of `model.privileges.ACCESS_RIGHTS`: `own` was given on this record,
    `inherited` came with a record above it.
    """

    target: EntityReference
    principal: EntityReference
    own: int = 0
    inherited: int = 0


class Shares:
    """The shares of one organization's database, below all rights and rules.

    Who writes them ends the caches of callers; `rules.rights.sharing` does.
    """

    def __init__(self, database: Database, catalogue: Catalogue, store: RecordStore) -> None:
        self._database = database
        self._store = store
        self._table = catalogue[SHARES]
        shares = schema(catalogue).tables[SHARES]
        object_is = and_(
            shares.c.objectid == bindparam("object"), shares.c.objecttypecode == bindparam("kind")
        )
        principal_is = and_(
            shares.c.principalid == bindparam("object"),
            shares.c.principaltypecode == bindparam("kind"),
        )
        masks = shares.c.accessrightsmask, shares.c.inheritedaccessrightsmask
        found = select(*masks).where(object_is, one_of(shares.c.principalid, "principals", "bytes"))
        one = select(shares.c.principalobjectaccessid, *masks).where(
            object_is, shares.c.principalid == bindparam("principal")
        )
        every = select(shares.c.principalid, shares.c.principaltypecode, *masks)
        every = every.where(object_is).order_by(shares.c.principaltypecode, shares.c.principalid)
        self._every = database.compile(every)
        self._masks = database.compile(found)
        self._one = database.compile(one)
        self._forget = database.compile(delete(shares).where(or_(object_is, principal_is)))

    def masks(
        self, transaction: Transaction, target: EntityReference, principals: tuple[Guid, ...]
    ) -> list[int]:
        """Return the rights on a record shared with each of the principals that has some.

        Rights are the bits of `model.privileges.ACCESS_RIGHTS`, inherited ones among them.
        """
        principal_keys = self._database.array([pack_guid(each) for each in principals])
        parameters = {**_named(target), "principals": principal_keys}
        rows = transaction.rows(self._masks, parameters)
        return [(own or 0) | (inherited or 0) for own, inherited in rows]

    def of_record(self, transaction: Transaction, target: EntityReference) -> list[Share]:
        """Return what is shared of a record, users first."""
        return [
            Share(target, EntityReference(kind, unpack_guid(key)), own or 0, inherited or 0)
            for key, kind, own, inherited in transaction.rows(self._every, _named(target))
        ]

    def find(
        self, transaction: Transaction, target: EntityReference, principal: EntityReference
    ) -> Share | None:
        """Return what is shared of a record with one principal, None if nothing is."""
        found = self._find(transaction, target, principal)
        return None if found is None else found[1]

    def put(self, transaction: Transaction, share: Share, *, ids: RecordIds, now: datetime) -> None:
        """Share a record so, whatever was shared of it with that principal before."""
        values: Values = {
            "accessrightsmask": share.own,
            "inheritedaccessrightsmask": share.inherited,
            "changedon": now,
        }
        found = self._find(transaction, share.target, share.principal)
        if found is not None:
            self._store.change(transaction, self._table, found[0], values)
            return
        values |= {
            "principalobjectaccessid": ids(),
            "objectid": share.target.id,
            "objecttypecode": share.target.logical_name,
            "principalid": share.principal.id,
            "principaltypecode": share.principal.logical_name,
        }
        self._store.insert(transaction, self._table, values)

    def remove(
        self, transaction: Transaction, target: EntityReference, principal: EntityReference
    ) -> bool:
        """End what is shared of a record with a principal and tell whether anything was."""
        found = self._find(transaction, target, principal)
        if found is None:
            return False
        return self._store.remove(transaction, self._table, found[0]) > 0

    def forget(self, transaction: Transaction, gone: EntityReference) -> bool:
        """End every share of a record, and every one with it, and tell whether there was any."""
        return transaction.run(self._forget, _named(gone)) > 0

    def _find(
        self, transaction: Transaction, target: EntityReference, principal: EntityReference
    ) -> tuple[Guid, Share] | None:
        parameters = {**_named(target), "principal": pack_guid(principal.id)}
        for key, own, inherited in transaction.rows(self._one, parameters):
            return unpack_guid(key), Share(target, principal, own or 0, inherited or 0)
        return None


def _named(record: EntityReference) -> dict[str, object]:
    return {"object": pack_guid(record.id), "kind": record.logical_name}
