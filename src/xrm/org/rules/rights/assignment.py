"""Assignment: a record, and those that follow it, get a new owner, who must be able to read it."""

from collections.abc import Iterator

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Values
from xrm.org.context import Context
from xrm.org.rules.rights import sharing
from xrm.org.rules.rights.following import followers
from xrm.org.rules.rights.owners import Owner, columns, owner_of
from xrm.org.rules.rights.reach import check_row, row_within
from xrm.org.rules.values import stamps
from xrm.org.security.access import covers
from xrm.org.security.caller import Caller
from xrm.org.store.records import Row
from xrm.org.store.shares import Share

_KEEPS_FORMER = "sharetopreviousowneronassign"


def assign(context: Context, before: Row, to: EntityReference) -> Values:
    """Return the ownership of a record assigned anew; what follows it is assigned here.

    Raises ServiceError if the caller may not assign one of them, or the new owner may not read
    one of their tables.
    """
    check_row(context, before, Right.ASSIGN)
    owner = owner_of(context, to)
    if before["ownerid"] == to:
        return columns(owner)
    check_owner(context, before.table, owner)
    _keep_former(context, before)
    done, waiting = {before.reference}, [before.reference]
    while waiting:
        for row in _following(context, waiting.pop()):
            if row.reference not in done:
                done.add(row.reference)
                waiting.append(row.reference)
                _pass_on(context, row, owner)
    context.forget(before.table, before.key)
    return columns(owner)


def _following(context: Context, target: EntityReference) -> Iterator[Row]:
    """Yield the records whose relationship to one says that they follow it to its new owner."""
    store, transaction = context.organization.store, context.transaction
    catalogue = context.organization.catalogue
    for table, column in followers(catalogue, target.logical_name, "cascade_assign"):
        for key in store.referrers(transaction, table, column, target):
            # Inferred: nothing follows that its caller could not assign alone.
            yield row_within(context, table, key, Right.ASSIGN)


def _pass_on(context: Context, row: Row, owner: Owner) -> None:
    if row["ownerid"] == owner.reference:
        return
    check_owner(context, row.table, owner)
    _keep_former(context, row)
    values = columns(owner) | stamps.of_change(context, row, {})
    context.organization.store.change(context.transaction, row.table, row.key, values)
    context.written.add(row.table.logical_name)
    context.forget(row.table, row.key)


def _keep_former(context: Context, row: Row) -> None:
    """Share a record with the owner it leaves, where the organization says so."""
    organization, former = context.organization, row["ownerid"]
    if _KEEPS_FORMER not in context.kept:
        context.kept[_KEEPS_FORMER] = _keeps_former(context)
    if context.kept[_KEEPS_FORMER] and isinstance(former, EntityReference):
        found = organization.shares.find(context.transaction, row.reference, former)
        inherited = found.inherited if found else 0
        sharing.put(context, Share(row.reference, former, sharing.FULL, inherited))


def _keeps_former(context: Context) -> bool:
    table, key = context.table("organization"), context.caller.organization_id
    found = context.organization.store.fetch(context.transaction, table, key, (_KEEPS_FORMER,))
    return found is not None and found[_KEEPS_FORMER] is True


def check_owner(context: Context, table: Table, owner: Owner) -> None:
    """Check that an owner may read the records of a table it is to own.

    Raises ServiceError 0x80040225 for a disabled user, 0x80040299 for one without the right,
    0x80040220 for such a team.
    """
    if context.caller.is_system:
        return
    key, is_team = owner.reference.id, owner.reference.logical_name == "team"
    principal: Caller | None = context.kept.get(owner)
    if principal is None:
        principal = context.kept[owner] = _principal(context, owner)
    privilege = table.privileges[Right.READ]
    reach = principal.reach(privilege.name)
    if reach and covers(principal, table, reach, owner=key, unit=owner.unit):
        return
    if is_team:
        raise _team_lacks(principal, table)
    raise service.ServiceError(
        service.ASSIGNEE_DENIED, "Assignee does not hold the required read privilege or access."
    )


def _principal(context: Context, owner: Owner) -> Caller:
    users, transaction = context.organization.users, context.transaction
    if owner.reference.logical_name == "team":
        return users.team(transaction, owner.reference.id, owner.unit)
    return users.user(transaction, owner.reference.id)


def _team_lacks(team: Caller, table: Table) -> service.ServiceError:
    privilege = table.privileges[Right.READ]
    return service.ServiceError(
        service.PRIVILEGE_DENIED,
        f"Principal team (Id={team.user_id}, type=9, roleCount={team.role_count}, "
        f"privilegeCount={len(team.reaches)}) is missing {privilege.name} privilege "
        f"(Id={privilege.id}) on OTC={table.object_type_code} for entity "
        f"'{table.logical_name}'.",
    )
