"""Which rows a depth reaches: as SQL for queries, as a decision for one row at hand."""

from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, or_
from sqlalchemy.sql.elements import ColumnElement

from xrm.db import Database
from xrm.db.arrays import one_of
from xrm.db.hints import unindexed
from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.privileges import Depth
from xrm.model.values import Guid
from xrm.org.security.caller import Caller
from xrm.org.store.columns import pack_guid

OWNER = "caller_user"
UNIT = "caller_unit"
UNITS = "caller_units"


def owner_column(table: Table) -> str | None:
    """Return the column whose value makes a row a user's own, None if rows have no owner."""
    if table.is_user_owned:
        return "ownerid"
    return "systemuserid" if table.logical_name == "systemuser" else None


def unit_column(table: Table) -> str | None:
    """Return the column with a row's business unit, None if it belongs to the organization."""
    if table.is_user_owned:
        return "owningbusinessunit"
    return "businessunitid" if table.ownership == "BusinessOwned" else None


def criterion(table: Table, sql: SqlTable, depth: Depth) -> ColumnElement[bool] | None:
    """Return the test for rows a depth reaches, None if it reaches all."""
    owner, unit = owner_column(table), unit_column(table)
    if depth is Depth.GLOBAL or (owner is None and unit is None):
        return None
    if owner is not None and (unit is None or depth is Depth.BASIC):
        return sql.c[owner] == bindparam(OWNER)
    # A business unit sees a good part of the rows: the query's own order and tests are the
    # better guide to an index than these.
    tests: list[ColumnElement[bool]] = []
    if owner is not None:
        tests.append(unindexed(sql.c[owner]) == bindparam(OWNER))
    if unit is not None and depth is Depth.LOCAL:
        tests.append(unindexed(sql.c[unit]) == bindparam(UNIT))
    if unit is not None and depth is Depth.DEEP:
        tests.append(one_of(unindexed(sql.c[unit]), UNITS, "bytes"))
    if not tests:
        # Basic on a table without owners: only the caller's own business unit is its own.
        tests.append(sql.c[unit or ""] == bindparam(UNIT))
    return or_(*tests)


def parameters(database: Database, caller: Caller, depth: Depth) -> dict[str, Any]:
    """Return what `criterion` binds."""
    if depth is Depth.GLOBAL:
        return {}
    bound: dict[str, Any] = {
        OWNER: pack_guid(caller.user_id),
        UNIT: pack_guid(caller.business_unit_id),
    }
    if depth is Depth.DEEP:
        bound[UNITS] = database.array([pack_guid(unit) for unit in caller.units])
    return bound


def covers(
    caller: Caller, table: Table, depth: Depth, *, owner: Guid | None, unit: Guid | None
) -> bool:
    """Tell whether a depth reaches a row of this owner and business unit."""
    if depth is Depth.GLOBAL or (owner_column(table) is None and unit_column(table) is None):
        return True
    if owner is not None and owner == caller.user_id:
        return True
    if depth is Depth.DEEP:
        return unit in caller.units
    local = depth is Depth.LOCAL or owner_column(table) is None
    return local and unit == caller.business_unit_id


def denied() -> service.ServiceError:
    """Return the refusal of a row that exists but is out of the caller's reach."""
    return service.ServiceError(
        service.ACCESS_DENIED,
        "Not enough privilege to access the Microsoft Dynamics 365 object or perform the "
        "requested operation.",
    )
