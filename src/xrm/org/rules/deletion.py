"""What becomes of the records that point to one that is deleted, as its relationships say."""

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
_ACTIONS = frozenset({CASCADE, RESTRICT, REMOVE_LINK})


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
    for pointers in doomed.values():
        for link, row in pointers:
            if row not in doomed:
                _release(context, link, row)
    for target in doomed:
        gone = context.table(target.logical_name)
        context.organization.store.remove(context.transaction, gone, target.id)
        context.forget(gone, target.id)
        sharing.forget(context, target)
        context.written.add(target.logical_name)


def _doomed(
    context: Context, first: EntityReference
) -> dict[EntityReference, list[tuple[Link, EntityReference]]]:
    """Return the records to delete, the first and those that cascade from it, with what points
    to each of them.
    """
    found: dict[EntityReference, list[tuple[Link, EntityReference]]] = {first: []}
    waiting = [first]
    while waiting:
        target = waiting.pop()
        found[target] = _pointers(context, target)
        for link, row in found[target]:
            if link.action == CASCADE and row not in found:
                # Inferred: a cascade takes no record its caller could not delete alone.
                check_reach(context, link.table, row.id, Right.DELETE)
                found[row] = []
                waiting.append(row)
    return found


def _pointers(context: Context, target: EntityReference) -> list[tuple[Link, EntityReference]]:
    """Return the lookups that point to a record, each with the record it is in."""
    links = _links(context.organization.catalogue, target.logical_name)
    columns = tuple((link.table.logical_name, link.column) for link in links)
    references = context.organization.store.references
    return [
        (links[number], EntityReference(links[number].table.logical_name, key))
        for number, key in references.pointing(context.transaction, target, columns)
    ]


def _release(context: Context, link: Link, row: EntityReference) -> None:
    """Undo one lookup to a record that goes, or refuse that it goes."""
    if link.action == CASCADE:
        return
    if link.action == RESTRICT:
        raise service.ServiceError(
            service.CANNOT_DELETE,
            f"The object you tried to delete is associated with another object of type "
            f"'{link.table.logical_name}' and cannot be deleted.",
        )
    store = context.organization.store
    store.change(context.transaction, link.table, row.id, {link.column: None})
    context.written.add(row.logical_name)


@cache
def _links(catalogue: Catalogue, target: str) -> tuple[Link, ...]:
    """Return the lookups to a table's records that a deletion minds.

    Those that nothing sets are left out, and those that stay as they are.
    """
    return tuple(
        Link(table, column.logical_name, _action(table, column.logical_name, target))
        for table in catalogue.tables.values()
        for column in table.columns.values()
        if target in column.targets
        and (column.valid_for_create or column.valid_for_update or target == UNIT)
        and _action(table, column.logical_name, target) in _ACTIONS
    )


def _action(table: Table, column: str, target: str) -> str:
    if target == UNIT:
        # A unit is a required part of whatever lies in it.
        return RESTRICT
    for relationship in table.many_to_one:
        if relationship.column == column and relationship.target == target:
            return relationship.cascade_delete
    return REMOVE_LINK
