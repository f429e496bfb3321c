"""Records that belong together: pairs of many to many, lookups of one to many."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, ManyToMany, OneToMany
from xrm.model.privileges import Right
from xrm.model.values import Entity, EntityReference, Guid
from xrm.org.context import Context, not_found
from xrm.org.messages.handler import Need
from xrm.org.messages.update import update
from xrm.org.rules.rights.reach import check_reach, row_within
from xrm.org.rules.system import pairs
from xrm.org.store.tables import ROLE_PRIVILEGES

Relation = ManyToMany | OneToMany


@dataclass(frozen=True, slots=True)
class _Link:
    """The keys of two records, in the order of an association's tables."""

    association: ManyToMany
    first: Guid
    second: Guid

    @property
    def pair(self) -> tuple[Guid, Guid]:
        return self.first, self.second


def relation(context: Context, table: str, name: str) -> Relation:
    """Return the relationship of that schema name in which a table's record has a collection.

    Raises ServiceError 0x80040203 if there is none, or nobody may change it.
    """
    found = context.organization.associations.named(name)
    # What a role grants has a depth, and messages of its own.
    if found is not None and found.intersect != ROLE_PRIVILEGES:
        return found
    lookup = _collections(context.organization.catalogue).get((table, name))
    if lookup is None or not lookup.table.columns[lookup.relationship.column].valid_for_update:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"'{name[:200]}' is no relationship that can be changed."
        )
    return lookup


@cache
def _collections(catalogue: Catalogue) -> Mapping[tuple[str, str], OneToMany]:
    return {
        (relationship.target, relationship.schema_name): OneToMany(table, relationship)
        for table in catalogue.tables.values()
        for relationship in table.many_to_one
    }


def needs(context: Context, found: Relation) -> tuple[Need, ...]:
    """Return the right needed on each side.

    A lookup is set as an Update sets it, which takes Write on the record that holds it
    (inferred).
    """
    if isinstance(found, OneToMany):
        one = context.table(found.relationship.target)
        appended = Right.APPEND_TO if Right.APPEND_TO in one.privileges else Right.READ
        return (found.table, Right.WRITE), (one, appended)
    return pairs.needs(context, found)


def pair(
    context: Context, found: Relation, target: EntityReference, related: EntityReference
) -> None:
    """Put a record into another's collection.

    Raises ServiceError 0x80040203 for records the relationship does not join, 0x80040217,
    0x80040220 or 0x80048306 for one that is missing or out of reach, 0x80040237 for a pair
    there is already.
    """
    if isinstance(found, OneToMany):
        _check_table(found, related)
        update(context, Entity(*related, {found.relationship.column: target}))
        return
    link = _reached(context, found, target, related)
    associations = context.organization.associations
    pairs.check_pairing(context, found, link.first, link.second)
    if associations.has(context.transaction, found, link.pair):
        raise service.ServiceError(
            service.DUPLICATE_RECORD, "A record with matching key values already exists."
        )
    associations.add(context.transaction, found, link.pair)


def part(
    context: Context, found: Relation, target: EntityReference, related: EntityReference
) -> None:
    """Take a record out of another's collection, if it is in it.

    Raises ServiceError as `pair` does; of one to many, a related record that does not exist is
    no error.
    """
    if isinstance(found, OneToMany):
        _unlink(context, found, target, related)
        return
    link = _reached(context, found, target, related)
    associations = context.organization.associations
    if associations.has(context.transaction, found, link.pair):
        pairs.check_parting(context, found, link.first, link.second)
        associations.remove(context.transaction, found, link.pair)


def _unlink(
    context: Context, found: OneToMany, target: EntityReference, related: EntityReference
) -> None:
    _check_table(found, related)
    one = context.table(target.logical_name)
    if context.standing(one, target.id) is None:
        raise not_found(one, target.id)
    if context.standing(found.table, related.id) is None:
        return
    before = row_within(context, found.table, related.id, Right.WRITE)
    column = found.relationship.column
    if before[column] == target:
        update(context, Entity(*related, {column: None}))


def _check_table(found: OneToMany, related: EntityReference) -> None:
    if related.logical_name != found.table.logical_name:
        raise _not_joined(
            found.relationship.schema_name, found.relationship.target, related.logical_name
        )


def _reached(
    context: Context, found: ManyToMany, target: EntityReference, related: EntityReference
) -> _Link:
    link = _link(found, target, related)
    ends = {found.entity1: link.first, found.entity2: link.second}
    for table, right in needs(context, found):
        check_reach(context, table, ends[table.logical_name], right)
    context.written |= ends.keys()
    # Who is in which team and has which role may be about to change.
    context.kept.clear()
    return link


def _link(association: ManyToMany, target: EntityReference, related: EntityReference) -> _Link:
    ends = (association.entity1, association.entity2)
    if (target.logical_name, related.logical_name) == ends:
        return _Link(association, target.id, related.id)
    if (related.logical_name, target.logical_name) == ends:
        return _Link(association, related.id, target.id)
    raise _not_joined(association.schema_name, target.logical_name, related.logical_name)


def _not_joined(name: str, one: str, other: str) -> service.ServiceError:
    return service.ServiceError(
        service.INVALID_ARGUMENT, f"'{name}' does not join '{one}' and '{other}'."
    )
