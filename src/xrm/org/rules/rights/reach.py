"""Whether one record is within the reach of a right."""

from xrm.model.metadata import Table
from xrm.model.privileges import ACCESS_RIGHTS, Right
from xrm.model.values import EntityReference, Guid
from xrm.org.context import Context, not_found
from xrm.org.security.access import denied, holds
from xrm.org.security.caller import Caller, require, sides
from xrm.org.store.records import Row, Standing, standing_of


def check_reach(context: Context, table: Table, key: Guid, right: Right) -> None:
    """Check that a record exists and the caller's right reaches it, or it is shared so far.

    Raises ServiceError 0x80040217, 0x80040220 or 0x80048306.
    """
    require(context.caller, table, right)
    standing = context.standing(table, key)
    if standing is None:
        raise not_found(table, key)
    _check(context, table, key, right, standing)


def row_within(context: Context, table: Table, key: Guid, right: Right) -> Row:
    """Return a record the caller's right reaches.

    Raises ServiceError 0x80040217, 0x80040220 or 0x80048306.
    """
    require(context.caller, table, right)
    row = context.organization.store.read(context.transaction, table, key)
    if row is None:
        raise not_found(table, key)
    check_row(context, row, right)
    return row


def check_row(context: Context, row: Row, right: Right) -> None:
    """Check that the caller's right reaches a record.

    Raises ServiceError 0x80040220 or 0x80048306.
    """
    _check(context, row.table, row.key, right, standing_of(row))


def _check(context: Context, table: Table, key: Guid, right: Right, standing: Standing) -> None:
    reach, (owner, unit) = require(context.caller, table, right), standing
    for who, part in sides(context.caller, reach):
        if holds(who, table, part, owner=owner, unit=unit):
            continue
        record = EntityReference(table.logical_name, key)
        if not _is_shared(context, who, record, right):
            raise denied(context.caller, right, record)


def _is_shared(context: Context, who: Caller, target: EntityReference, right: Right) -> bool:
    """Tell whether a right on a record is shared with a user or one of its teams."""
    if target.logical_name not in who.shared:
        return False
    masks = context.organization.shares.masks(context.transaction, target, who.principals)
    return any(mask & ACCESS_RIGHTS[right] for mask in masks)
