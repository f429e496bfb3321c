"""Sharing: rights on one record given to a user or team, beside what roles grant.

Whether the caller may share is for the message that asks.
"""

from xrm.model.privileges import ACCESS_RIGHTS, Right
from xrm.model.values import EntityReference
from xrm.org.context import Context
from xrm.org.store.shares import Share
from xrm.org.store.tables import SHARES

FULL = sum(bit for right, bit in ACCESS_RIGHTS.items() if right is not Right.CREATE)
"""Every right there is on a record that exists."""


def put(context: Context, share: Share) -> None:
    """Share a record so, whatever was shared of it with that principal; no right ends it."""
    if not share.own | share.inherited:
        remove(context, share.target, share.principal)
        return
    context.organization.shares.put(
        context.transaction, share, ids=context.organization.record_ids, now=context.now()
    )
    context.written.add(SHARES)


def remove(context: Context, target: EntityReference, principal: EntityReference) -> bool:
    """End what is shared of a record with a principal and tell whether anything was."""
    there = context.organization.shares.remove(context.transaction, target, principal)
    if there:
        context.written.add(SHARES)
    return there


def forget(context: Context, gone: EntityReference) -> None:
    """End every share of a record that is removed, and every share with it."""
    if context.organization.shares.forget(context.transaction, gone):
        context.written.add(SHARES)
