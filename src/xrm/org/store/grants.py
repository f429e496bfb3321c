"""What roles grant: the rows that associate a role and a privilege, each with its depth."""

from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from xrm.db import Database, Transaction
from xrm.model.metadata import Catalogue
from xrm.model.privileges import Depth, RolePrivilege
from xrm.model.values import Guid
from xrm.org.store.columns import fold_name, pack_guid, unpack_guid
from xrm.org.store.tables import DEPTH_MASK, ROLE_PRIVILEGES, schema


class Grants:
    """The grants of one organization's database, below all rights and rules."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        sql = schema(catalogue)
        granted, privilege = sql.intersects[ROLE_PRIVILEGES], sql.tables["privilege"]
        one = (
            granted.c.roleid == bindparam("role"),
            granted.c.privilegeid == bindparam("privilege"),
        )
        name = fold_name(catalogue["privilege"].columns["name"])
        found = (
            select(privilege.c.privilegeid, privilege.c.name, granted.c[DEPTH_MASK])
            .join(granted, granted.c.privilegeid == privilege.c.privilegeid)
            .where(granted.c.roleid == bindparam("role"))
            .order_by(privilege.c[name])
        )
        row: dict[str, Any] = {
            "roleid": bindparam("role"),
            "privilegeid": bindparam("privilege"),
            DEPTH_MASK: bindparam("mask"),
        }
        self._find = database.compile(found)
        self._insert = database.compile(insert(granted).values(row))
        self._remove = database.compile(delete(granted).where(*one))
        self._clear = database.compile(delete(granted).where(one[0]))

    def of_role(self, transaction: Transaction, role: Guid) -> list[RolePrivilege]:
        """Return what a role grants, by the privileges' names."""
        rows = transaction.rows(self._find, {"role": pack_guid(role)})
        return [RolePrivilege(unpack_guid(key), Depth(mask), name) for key, name, mask in rows]

    def put(self, transaction: Transaction, role: Guid, privilege: Guid, depth: Depth) -> None:
        """Grant a privilege at a depth, whether the role held it or not."""
        keys = _keys(role, privilege)
        transaction.run(self._remove, keys)
        transaction.run(self._insert, {**keys, "mask": depth.value})

    def remove(self, transaction: Transaction, role: Guid, privilege: Guid) -> bool:
        """Take a privilege from a role and tell whether the role had it."""
        return transaction.run(self._remove, _keys(role, privilege)) > 0

    def clear(self, transaction: Transaction, role: Guid) -> None:
        """Take every privilege from a role."""
        transaction.run(self._clear, {"role": pack_guid(role)})


def _keys(role: Guid, privilege: Guid) -> dict[str, bytes]:
    return {"role": pack_guid(role), "privilege": pack_guid(privilege)}
