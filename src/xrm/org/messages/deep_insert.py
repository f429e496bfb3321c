"""Records created within another, at any depth: what a lookup points to first, collections after.

Each is created by the rules and rights of a Create of its own.
"""

from collections.abc import Callable
from dataclasses import replace

from xrm.model.errors import service
from xrm.model.metadata import ManyToMany, ManyToOne, Table
from xrm.model.values import Entity, EntityReference, Guid, KeyReference, Related, Values
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages import pairing

MOST_DEEP = 32
MOST_RECORDS = 1000
"""Bounds of one message: the platform states none that is as high."""

Create = Callable[[Context, Entity], Guid]


def insert(context: Context, target: Entity, create: Create) -> Guid:
    """Create a record with all that is given with it, and return its key.

    Raises ServiceError 0x80040203 for records beyond the bounds, and whatever `create` does.
    """
    if not target.related:
        return create(context, target)
    _check_bounds(target)
    return _Insertion(context, create).insert(target)


def _check_bounds(target: Entity) -> None:
    level, depth, count = [target], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > MOST_DEEP or count > MOST_RECORDS:
            raise service.ServiceError(
                service.INVALID_ARGUMENT,
                f"A record cannot be created with more than {MOST_RECORDS} records or "
                f"{MOST_DEEP} levels of them.",
            )
        level = [
            record
            for entity in level
            for related in entity.related
            for record in related.records
            if isinstance(record, Entity)
        ]


class _Insertion:
    def __init__(self, context: Context, create: Create) -> None:
        self._context = context
        self._create = create

    def insert(self, target: Entity) -> Guid:
        table = self._context.table(target.logical_name)
        values: Values = dict(target.values)
        for each in target.related:
            if not each.many:
                values[_lookup(table, each.relationship).column] = self._single(each)
        key = self._create(self._context, replace(target, values=values, related=()))
        here = EntityReference(table.logical_name, key)
        for each in target.related:
            if each.many:
                self._collection(here, each)
        return key

    def _single(self, related: Related) -> EntityReference:
        (record,) = related.records
        return self._reference(record)

    def _reference(self, record: Entity | EntityReference | KeyReference) -> EntityReference:
        """Return the record itself, created where it is given whole."""
        if isinstance(record, Entity):
            return EntityReference(record.logical_name, self.insert(record))
        return keys.resolve_within(self._context, record)

    def _collection(self, here: EntityReference, related: Related) -> None:
        found = pairing.relation(self._context, here.logical_name, related.relationship)
        for record in related.records:
            if isinstance(record, Entity) and not isinstance(found, ManyToMany):
                # The child points to its parent from the first: it may be required to.
                column = found.relationship.column
                self.insert(replace(record, values={**record.values, column: here}))
            else:
                pairing.pair(self._context, found, here, self._reference(record))


def _lookup(table: Table, name: str) -> ManyToOne:
    for relationship in table.many_to_one:
        if relationship.schema_name == name:
            return relationship
    raise service.ServiceError(
        service.INVALID_ARGUMENT,
        f"'{name[:200]}' is no relationship of the entity '{table.logical_name}'.",
    )
