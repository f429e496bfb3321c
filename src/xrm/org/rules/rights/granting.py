"""Granting: who may share a record, which rights, with whom; and what is shared with it.

Rights are bits of `model.privileges.ACCESS_RIGHTS`.
"""

from collections.abc import Iterable, Iterator, Sequence

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.privileges import ACCESS_RIGHTS, Right
from xrm.model.values import EntityReference
from xrm.org.context import Context
from xrm.org.rules.rights import sharing
from xrm.org.rules.rights.following import followers, follows
from xrm.org.rules.rights.owners import ACCESS
from xrm.org.rules.rights.reach import check_reach, check_row
from xrm.org.security.access import holds
from xrm.org.security.caller import Caller
from xrm.org.store.records import Row, standing_of
from xrm.org.store.shares import Share

_BITS = {f"{right.value}Access": bit for right, bit in ACCESS_RIGHTS.items()}
_NONE = "None"
_PRINCIPALS = ("systemuser", "team")


def mask_of(names: str | Sequence[str]) -> int:
    """Return the rights of a value of AccessRights.

    Raises ServiceError 0x80040203 for a word that is none of them.
    """
    asked = [names] if isinstance(names, str) else names
    unknown = [name for name in asked if name not in _BITS and name != _NONE]
    if unknown:
        raise ServiceError(
            service.INVALID_ARGUMENT, f"'{unknown[0][:100]}' is not one of AccessRights."
        )
    return sum(_BITS[name] for name in set(asked) - {_NONE})


def names_of(mask: int) -> list[str]:
    """Return rights as a value of AccessRights."""
    return [name for name, bit in _BITS.items() if mask & bit] or [_NONE]


def check_given(context: Context, row: Row, mask: int) -> None:
    """Check that the caller has on a record each right it gives away.

    Raises ServiceError 0x80040220 or 0x80048306.
    """
    for right, bit in ACCESS_RIGHTS.items():
        if mask & bit:
            check_row(context, row, right)


def check_sharee(context: Context, row: Row, principal: EntityReference) -> None:
    """Check that a record may be shared with a user or team.

    Raises ServiceError 0x8004020c for a record of another table, 0x80040217 or 0x80048306 for
    one the caller does not see, 0x80040214 for the owner, 0x80048339 for a team the platform
    keeps, 0x80040231 for who may not read the table's records at all.
    """
    check_principal(context, principal)
    if row["ownerid"] == principal:
        raise ServiceError(
            service.SHARED_WITH_OWNER, "An item cannot be shared with the owning user."
        )
    if _is_access_team(context, principal):
        # Its members' roles decide, one by one.
        return
    privilege = row.table.privileges[Right.READ]
    if rights_holder(context, principal).reach(privilege.name) is None:
        raise ServiceError(
            service.SHAREE_DENIED, "Target user or team does not hold required privileges."
        )


def check_principal(context: Context, principal: EntityReference) -> None:
    """Check that a reference names a user or team the caller may see; it sees itself.

    Raises ServiceError 0x8004020c, 0x80040217, 0x80040220 or 0x80048306.
    """
    if principal.logical_name not in _PRINCIPALS:
        raise ServiceError(service.INVALID_SHAREE, "Invalid share id.")
    if principal != EntityReference("systemuser", context.caller.user_id):
        check_reach(context, context.table(principal.logical_name), principal.id, Right.READ)


def rights_holder(context: Context, principal: EntityReference) -> Caller:
    """Return a user or team with what its roles grant. Raises ServiceError 0x80040225."""
    users, transaction = context.organization.users, context.transaction
    if principal.logical_name == "systemuser":
        return users.user(transaction, principal.id)
    store, table = context.organization.store, context.table("team")
    found = store.fetch(transaction, table, principal.id, ("businessunitid",)) or {}
    unit = found.get("businessunitid")
    assert isinstance(unit, EntityReference)
    return users.team(transaction, principal.id, unit.id)


def access(context: Context, row: Row, principal: EntityReference) -> int:
    """Return all rights a user or team has on a record: by roles, as owner, by sharing.

    That what is shared with an access team are its rights, whatever its members' roles grant,
    is inferred.
    """
    who, table = rights_holder(context, principal), row.table
    shared = _shared(context, row.reference, who)
    if principal.logical_name == "team" and _is_access_team(context, principal):
        return shared
    held, (owner, unit) = 0, standing_of(row)
    for right, bit in ACCESS_RIGHTS.items():
        privilege = table.privileges.get(right)
        reach = None if privilege is None else who.reach(privilege.name)
        if reach is not None and (shared & bit or holds(who, table, reach, owner=owner, unit=unit)):
            held |= bit
    return held


def set_share(context: Context, row: Row, principal: EntityReference, own: int) -> None:
    """Share so much of a record itself, and of those that are shared with it what follows."""
    found = context.organization.shares.find(context.transaction, row.reference, principal)
    inherited = found.inherited if found else 0
    sharing.put(context, Share(row.reference, principal, own, inherited))
    done, waiting = {row.reference}, [row.reference]
    while waiting:
        below = _following(context, waiting.pop())
        children = [child for child in below if child.reference not in done]
        done.update(child.reference for child in children)
        waiting += [child.reference for child in children if _inherit(context, child, principal)]


def _shared(context: Context, target: EntityReference, who: Caller) -> int:
    mask = 0
    for each in context.organization.shares.masks(context.transaction, target, who.principals):
        mask |= each
    return mask


def _is_access_team(context: Context, principal: EntityReference) -> bool:
    """Tell whether it is an access team. Raises ServiceError 0x80048339 for the platform's own."""
    if principal.logical_name != "team":
        return False
    store, table = context.organization.store, context.table("team")
    names = ("teamtype", "systemmanaged")
    found = store.fetch(context.transaction, table, principal.id, names) or {}
    if found.get("systemmanaged") is True:
        raise ServiceError(
            service.MANAGED_TEAM_SHARED,
            "You can't share or unshare a record with a system-generated access team.",
        )
    return found.get("teamtype") == ACCESS


def _following(context: Context, target: EntityReference) -> Iterator[Row]:
    """Yield the records that are shared with one, those alone that the caller may share."""
    store, transaction = context.organization.store, context.transaction
    catalogue = context.organization.catalogue
    for table, column in followers(catalogue, target.logical_name, "cascade_share"):
        for key in store.referrers(transaction, table, column, target):
            row = store.read(transaction, table, key)
            if row is not None and _may_share(context, row):
                yield row


def _may_share(context: Context, row: Row) -> bool:
    try:
        check_row(context, row, Right.SHARE)
    except ServiceError:
        return False
    return True


def _inherit(context: Context, row: Row, principal: EntityReference) -> bool:
    """Give a record what the records above it share, and tell whether that is anything new."""
    shares, transaction = context.organization.shares, context.transaction
    inherited = 0
    if row["ownerid"] != principal:
        for above in _above(row):
            share = shares.find(transaction, above, principal)
            inherited |= share.own | share.inherited if share else 0
    found = shares.find(transaction, row.reference, principal)
    if inherited == (found.inherited if found else 0):
        return False
    sharing.put(context, Share(row.reference, principal, found.own if found else 0, inherited))
    return True


def _above(row: Row) -> Iterable[EntityReference]:
    columns = {
        (relationship.column, relationship.target)
        for relationship in row.table.many_to_one
        if follows(relationship, "cascade_share")
    }
    for column, table in columns:
        value = row[column]
        if isinstance(value, EntityReference) and value.logical_name == table:
            yield value
