"""Which rows a reach holds: as SQL for queries, as a decision for one row at hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, false, literal_column, or_, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Alias, FromClause

from xrm.db import Database
from xrm.db.arrays import one_of
from xrm.db.hints import unindexed
from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.privileges import ACCESS_RIGHTS, Right
from xrm.model.values import EntityReference, Guid
from xrm.org.security.caller import Caller, require, sides
from xrm.org.security.reach import ALL_ROWS, FEW, MANY, Reach, Scope
from xrm.org.store.columns import pack_guid
from xrm.org.store.tables import SHARES

_ACTING = "acting_"
"""Sets apart what is bound of the user who acts in the caller's name."""
_READ = literal_column(str(ACCESS_RIGHTS[Right.READ]), Integer)


def owner_column(table: Table) -> str | None:
    """Return the column whose value makes a row a user's own, None if rows have no owner."""
    if table.is_user_owned:
        return "ownerid"
    return "systemuserid" if table.logical_name in ("systemuser", "usersettings") else None


def unit_column(table: Table) -> str | None:
    """Return the column with a row's business unit, None if it belongs to the organization."""
    if table.is_user_owned:
        return "owningbusinessunit"
    return "businessunitid" if table.ownership == "BusinessOwned" else None


def scope(caller: Caller, table: Table, reach: Reach) -> Scope:
    """Return what the rows of a reach depend on in a table."""
    own, *others = (_scope(who, table, part) for who, part in sides(caller, reach))
    limit = next((other for other in others if not other.every), None)
    return own if limit is None else replace(own, within=limit)


def _scope(caller: Caller, table: Table, reach: Reach) -> Scope:
    owner, unit = owner_column(table), unit_column(table)
    if reach.every or (owner is None and unit is None):
        return ALL_ROWS
    return Scope(
        every=False,
        owners=0 if owner is None else min(len(reach.owners), MANY),
        units=0 if unit is None else min(len(_units(caller, table, reach)), MANY),
        shared=table.logical_name in caller.shared,
    )


def _units(caller: Caller, table: Table, reach: Reach) -> tuple[Guid, ...]:
    """Return the units of a reach: where rows have no owner, one's own unit is one's own."""
    if reach.units or owner_column(table) is not None:
        return reach.units
    return (caller.business_unit_id,)


def criterion(
    table: Table, sql: FromClause, wanted: Scope, *, prefix: str = ""
) -> ColumnElement[bool] | None:
    """Return the test for rows within a scope, None if it holds all of them.

    `prefix` sets apart what several tests of one statement bind.
    """
    own = None if wanted.every else _criterion(table, sql, wanted, prefix)
    if wanted.within is None:
        return own
    limit = _criterion(table, sql, wanted.within, prefix + _ACTING)
    return limit if own is None else and_(own, limit)


def _criterion(table: Table, sql: FromClause, wanted: Scope, prefix: str) -> ColumnElement[bool]:
    owner, unit = owner_column(table), unit_column(table)
    tests: list[ColumnElement[bool]] = []
    alone = not wanted.units
    if owner is not None and wanted.owners:
        # A business unit sees a good part of the rows: the query's own order and tests are the
        # better guide to an index than these.
        column = sql.c[owner] if alone else unindexed(sql.c[owner])
        tests.append(_among(column, f"{prefix}owners", wanted.owners))
    if unit is not None and wanted.units:
        column = sql.c[unit] if owner is None and not wanted.shared else unindexed(sql.c[unit])
        tests.append(_among(column, f"{prefix}units", wanted.units))
    if wanted.shared:
        tests.append(_shared(table, sql, prefix))
    return or_(*tests) if tests else false()


def _among(column: ColumnElement[Any], name: str, count: int) -> ColumnElement[bool]:
    if not 1 < count <= FEW:
        # One alone would seem to SQLite a better guide than what the query asks for.
        return one_of(column, name, "bytes")
    return or_(*(column == bindparam(f"{name}{place}") for place in range(count)))


def _shared(table: Table, sql: FromClause, prefix: str) -> ColumnElement[bool]:
    shares = _plain(sql).metadata.tables[SHARES]
    masks = (shares.c.accessrightsmask, shares.c.inheritedaccessrightsmask)
    found = select(shares.c.objectid).where(
        one_of(shares.c.principalid, f"{prefix}principals", "bytes"),
        shares.c.objecttypecode == bindparam(f"{prefix}kind"),
        or_(*(mask.op("&")(_READ) != literal_column("0") for mask in masks)),
    )
    return sql.c[table.primary_id].in_(found)


def _plain(sql: FromClause) -> SqlTable:
    found = sql.element if isinstance(sql, Alias) else sql
    assert isinstance(found, SqlTable)
    return found


class Readable(NamedTuple):
    """The rows of a table a caller may read: what decides the statement, and what is bound."""

    scope: Scope
    parameters: Mapping[str, Any]


def readable(database: Database, caller: Caller, table: Table) -> Readable:
    """Return what a caller may read of a table, worked out once for each caller.

    Raises ServiceError 0x80040220 if it is nothing.
    """
    found: Readable | None = caller.filters.get(table.logical_name)
    if found is None:
        reach = require(caller, table, Right.READ)
        bound = parameters(database, caller, table, reach)
        found = Readable(scope(caller, table, reach), bound)
        caller.filters[table.logical_name] = found
    return found


def parameters(
    database: Database,
    caller: Caller,
    table: Table,
    reach: Reach,
    *,
    prefix: str = "",
) -> dict[str, Any]:
    """Return what `criterion` binds for a reach."""
    bound: dict[str, Any] = {}
    for (who, part), name in zip(sides(caller, reach), (prefix, prefix + _ACTING), strict=False):
        bound |= _parameters(database, who, table, part, name)
    return bound


def _parameters(
    database: Database, caller: Caller, table: Table, reach: Reach, prefix: str
) -> dict[str, Any]:
    wanted = _scope(caller, table, reach)
    bound: dict[str, Any] = {}
    if wanted.owners:
        bound |= _listed(database, f"{prefix}owners", reach.owners)
    if wanted.units:
        bound |= _listed(database, f"{prefix}units", _units(caller, table, reach))
    if wanted.shared:
        bound[f"{prefix}principals"] = _array(database, caller.principals)
        bound[f"{prefix}kind"] = table.logical_name
    return bound


def _listed(database: Database, name: str, keys: tuple[Guid, ...]) -> dict[str, Any]:
    if not 1 < len(keys) <= FEW:
        return {name: _array(database, keys)}
    return {f"{name}{place}": pack_guid(key) for place, key in enumerate(keys)}


def _array(database: Database, keys: tuple[Guid, ...]) -> Any:
    return database.array([pack_guid(key) for key in keys])


def covers(
    caller: Caller, table: Table, reach: Reach, *, owner: Guid | None, unit: Guid | None
) -> bool:
    """Tell whether a reach holds a row of this owner and business unit, shares left out.

    Where another acts in the caller's name, both must reach it.
    """
    return all(
        holds(who, table, part, owner=owner, unit=unit) for who, part in sides(caller, reach)
    )


def holds(
    caller: Caller, table: Table, reach: Reach, *, owner: Guid | None, unit: Guid | None
) -> bool:
    """Tell the same of the caller alone, whoever acts in its name."""
    by_owner, by_unit = owner_column(table) is not None, unit_column(table) is not None
    if reach.every or not (by_owner or by_unit):
        return True
    if by_owner and owner is not None and owner in reach.owners:
        return True
    return by_unit and unit in _units(caller, table, reach)


def denied(caller: Caller, right: Right, record: EntityReference) -> service.ServiceError:
    """Return the refusal of a record that is out of the caller's reach."""
    return service.ServiceError(
        service.ACCESS_DENIED,
        f"Principal with id {caller.user_id} does not have {right.value}Access right(s) for record "
        f"with id {record.id} of entity {record.logical_name}.",
    )
