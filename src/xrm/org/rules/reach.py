"""Whether one record is within the depth of a right."""

from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import Guid
from xrm.org.context import Context, not_found
from xrm.org.security.access import covers, denied
from xrm.org.security.caller import require


def check_reach(context: Context, table: Table, key: Guid, right: Right) -> None:
    """Check that a record exists and the caller's right reaches it.

    Raises ServiceError 0x80040217, 0x80040220 or 0x80048306.
    """
    depth = require(context.caller, table, right)
    standing = context.organization.store.standing(context.transaction, table, key)
    if standing is None:
        raise not_found(table, key)
    owner, unit = standing
    if not covers(context.caller, table, depth, owner=owner, unit=unit):
        raise denied()
