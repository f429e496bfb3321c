"""What becomes of the records that point to one that is deleted, as its relationships say."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Table
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Guid
from xrm.org.context import Context
from xrm.org.rules.rights import sharing
from xrm.org.rules.rights.reach import check_reach

CASCADE = "Cascade"
RESTRICT = "Restrict"
REMOVE_LINK = "RemoveLink"
UNIT = "businessunit"


@dataclass(frozen=True, slots=True)
class Link:
    """A lookup of `table` that may point to a record to be deleted, and what happens then."""

    table: Table
    column: str
    action: str


def remove(context: Context, table: Table, key: Guid) -> None:
    """Remove a record with all that goes with it; lookups to what is removed become null.

    Raises ServiceError 0x80040227 if a record that stays keeps it, 0x80040220 or 0x80048306
    if the caller may not delete one that would go with it.
    """
    doomed = _doomed(context, EntityReference(table.logical_name, key))
    for target in doomed:
        for link in _links(context.organization.catalogue, target.logical_name):
            _release(context, link, target, doomed)
    for target in doomed:
        gone = context.table(target.logical_name)
        context.organization.store.remove(context.transaction, gone, target.id)
        context.forget(gone, target.id)
        sharing.forget(context, target)
        context.written.add(target.logical_name)


def _doomed(context: Context, first: EntityReference) -> list[EntityReference]:
    """Return the records to delete: the first, and those that cascade from it."""
    found, waiting = {first: None}, [first]
    while waiting:
        for child in _cascading(context, waiting.pop()):
            if child not in found:
                # Inferred: a cascade takes no record its caller could not delete alone.
                check_reach(context, context.table(child.logical_name), child.id, Right.DELETE)
                found[child] = None
                waiting.append(child)
    return list(found)


def _cascading(context: Context, target: EntityReference) -> Iterator[EntityReference]:
    for link in _links(context.organization.catalogue, target.logical_name):
        if link.action == CASCADE:
            yield from _referrers(context, link, target)


def _release(
    context: Context, link: Link, target: EntityReference, doomed: list[EntityReference]
) -> None:
    """Undo one lookup to a record that goes, or refuse that it goes."""
    if link.action not in (REMOVE_LINK, RESTRICT):
        return
    for row in _referrers(context, link, target):
        if row in doomed:
            continue
        if link.action == RESTRICT:
            raise service.ServiceError(
                service.CANNOT_DELETE,
                f"The object you tried to delete is associated with another object of type "
                f"'{link.table.logical_name}' and cannot be deleted.",
            )
        store = context.organization.store
        store.change(context.transaction, link.table, row.id, {link.column: None})
        context.written.add(row.logical_name)


def _referrers(context: Context, link: Link, target: EntityReference) -> list[EntityReference]:
    store = context.organization.store
    keys = store.referrers(context.transaction, link.table, link.column, target)
    return [EntityReference(link.table.logical_name, key) for key in keys]


@cache
def _links(catalogue: Catalogue, target: str) -> tuple[Link, ...]:
    """Return the lookups that may point to a table's records, those nothing sets left out."""
    return tuple(
        Link(table, column.logical_name, _action(table, column.logical_name, target))
        for table in catalogue.tables.values()
        for column in table.columns.values()
        if target in column.targets
        and (column.valid_for_create or column.valid_for_update or target == UNIT)
    )


def _action(table: Table, column: str, target: str) -> str:
    if target == UNIT:
        # A unit is a required part of whatever lies in it.
        return RESTRICT
    for relationship in table.many_to_one:
        if relationship.column == column and relationship.target == target:
            return relationship.cascade_delete
    return REMOVE_LINK
