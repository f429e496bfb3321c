"""Associate: pair records by a many-to-many relationship."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xrm.model.errors import service
from xrm.model.message import Declaration, Message
from xrm.model.metadata import ManyToMany
from xrm.model.privileges import Right
from xrm.model.values import EntityReference, Guid
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.rules.rights.reach import check_reach
from xrm.org.rules.system import roles
from xrm.org.store.tables import ROLE_PRIVILEGES

PARAMETERS = {
    "Target": "EntityReference",
    "Relationship": "Edm.String",
    "RelatedEntities": "Collection(EntityReference)",
}


@dataclass(frozen=True, slots=True)
class Link:
    """An association and the keys of the two records, in the order of its tables."""

    association: ManyToMany
    first: Guid
    second: Guid

    @property
    def pair(self) -> tuple[Guid, Guid]:
        """Both keys."""
        return self.first, self.second


def needs(context: Context, message: Message) -> tuple[Need, Need]:
    """Return the right needed on each side: Append on both.

    Roles are given and taken with prvAssignRole; that the user need only be seen is inferred.
    """
    association = _association(context, message)
    first, second = context.table(association.entity1), context.table(association.entity2)
    if association.schema_name == roles.ASSIGNMENT:
        return (second, Right.ASSIGN), (first, Right.READ)
    return (first, Right.APPEND), (second, Right.APPEND)


def links(context: Context, message: Message) -> Iterator[Link]:
    """Yield the pairs asked for, each within the reach of the rights needed.

    Raises ServiceError 0x80040203 for records the relationship does not join, 0x80040217,
    0x80040220 or 0x80048306 for one that is missing or out of reach.
    """
    association = _association(context, message)
    target: EntityReference = message.parameters["Target"]
    for related in message.parameters["RelatedEntities"]:
        link = _link(association, target, related)
        ends = {association.entity1: link.first, association.entity2: link.second}
        for table, right in needs(context, message):
            check_reach(context, table, ends[table.logical_name], right)
        context.written |= ends.keys()
        yield link


def _association(context: Context, message: Message) -> ManyToMany:
    name = message.parameters["Relationship"]
    found = context.organization.associations.named(name)
    # What a role grants has a depth, and messages of its own.
    if found is None or found.intersect == ROLE_PRIVILEGES:
        raise service.ServiceError(
            service.INVALID_ARGUMENT, f"'{name}' is no relationship whose records can be paired."
        )
    return found


def _link(association: ManyToMany, target: EntityReference, related: EntityReference) -> Link:
    ends = (association.entity1, association.entity2)
    if (target.logical_name, related.logical_name) == ends:
        return Link(association, target.id, related.id)
    if (related.logical_name, target.logical_name) == ends:
        return Link(association, related.id, target.id)
    raise service.ServiceError(
        service.INVALID_ARGUMENT,
        f"'{association.schema_name}' does not join '{target.logical_name}' and "
        f"'{related.logical_name}'.",
    )


class Associate:
    """Pair a record with others. Raises ServiceError 0x80040237 for a pair there is already."""

    declaration = Declaration("Associate", "record", parameters=PARAMETERS)
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need a right on both sides."""
        return needs(context, message)

    def run(self, context: Context, message: Message) -> None:
        """Add the pairs."""
        associations = context.organization.associations
        for link in links(context, message):
            if link.association.schema_name == roles.ASSIGNMENT:
                roles.check_assignment(context, link.first, link.second)
            if associations.has(context.transaction, link.association, link.pair):
                raise service.ServiceError(
                    service.DUPLICATE_RECORD, "The records are associated already."
                )
            associations.add(context.transaction, link.association, link.pair)
