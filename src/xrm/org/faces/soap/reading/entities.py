"""Entity as it is written: its columns, its key, and what is related to it."""

from typing import Any

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Table
from xrm.model.values import Entity, EntityReference, KeyReference, Related, Value
from xrm.org.faces.soap.reading.members import (
    invalid,
    listed,
    member,
    no_attribute,
    table_named,
    word,
)
from xrm.org.faces.soap.reading.values import (
    NOBODY,
    incorrect_type,
    read_reference,
    readers,
)
from xrm.wire.soap.values import Pairs, Struct

MAX_DEPTH = 32


def read_entity(catalogue: Catalogue, raw: Any, depth: int = 0) -> Entity:
    """Return the record an Entity describes.

    Raises ServiceError 0x80041102 for a table, 0x80041103 for a column there is not, 0x80040203
    for a value of another type than its column's.
    """
    if not isinstance(raw, Struct) or raw.type != "Entity":
        raise incorrect_type(raw)
    table = table_named(catalogue, raw.members.get("LogicalName"), "Target")
    given = raw.members.get("Attributes")
    known, values = readers(table), dict[str, Value]()
    if isinstance(given, Pairs):
        for name, value in given.values.items():
            read = known.get(name)
            if read is None:
                raise no_attribute(table, name)
            values[name] = read(value)
    return Entity(
        table.logical_name,
        _key(table, raw.members.get("Id"), values),
        values,
        keys_of(table, raw.members.get("KeyAttributes")),
        _related(catalogue, table, raw, depth),
    )


def _key(table: Table, given: Any, values: dict[str, Value]) -> str | None:
    """Return the key an Entity names: its Id, or the column that holds it.

    That both must be alike is documented for the SDK; an Id of zeros says nothing.
    """
    named = values.get(table.primary_id)
    if named == str(NOBODY):
        named = None
    if given is None or given == NOBODY:
        return None if named is None else str(named)
    if named is not None and named != str(given):
        raise invalid("Entity Id must be the same as the value set in property bag.")
    return str(given)


def keys_of(table: Table, raw: Any) -> tuple[tuple[str, Value], ...]:
    """Return the values of an alternate key. Raises ServiceError as `read_entity` does."""
    if not isinstance(raw, Pairs):
        return ()
    return tuple((name, _key_value(table, name, value)) for name, value in raw.values.items())


def _key_value(table: Table, name: str, value: Any) -> Value:
    read = readers(table).get(name)
    if read is None:
        raise no_attribute(table, name)
    return read(value)


def reference(
    catalogue: Catalogue, raw: Any, field: str = "Target"
) -> EntityReference | KeyReference:
    """Return the record a reference names, an alternate key's values as their columns have them.

    Raises ServiceError as `read_entity` does.
    """
    found = read_reference(raw, field)
    if isinstance(found, EntityReference):
        return found
    table = table_named(catalogue, found.logical_name, field)
    return KeyReference(found.logical_name, keys_of(table, member(raw, "KeyAttributes")))


def _related(catalogue: Catalogue, table: Table, raw: Struct, depth: int) -> tuple[Related, ...]:
    given = raw.members.get("RelatedEntities")
    if not isinstance(given, Pairs) or not given.values:
        return ()
    if depth >= MAX_DEPTH:
        raise invalid("The records related to a record are nested too deeply.")
    found = []
    for relationship, collection in pairs_of(given):
        name, many = _relationship(catalogue, table, relationship)
        records = tuple(
            read_entity(catalogue, each, depth + 1) for each in listed(collection, "Entities")
        )
        if not many and len(records) > 1:
            raise invalid(f"The relationship '{name}' leads to one record.")
        if records:
            found.append(Related(name, many=many, records=records))
    return tuple(found)


def pairs_of(given: Pairs) -> list[tuple[Any, Any]]:
    """Return keys and values that are data contracts."""
    return list(given.values.items())


def _relationship(catalogue: Catalogue, table: Table, raw: Any) -> tuple[str, bool]:
    """Return the schema name of a relationship, and whether it leads to many records.

    Of one between records of one table the role tells: Referencing leads to the one.
    """
    name = relationship_name(raw)
    role = word(raw, "PrimaryEntityRole", "")
    single = any(each.schema_name == name for each in table.many_to_one)
    many = any(each.schema_name == name for each in table.many_to_many) or any(
        each.schema_name == name and each.target == table.logical_name
        for other in catalogue.tables.values()
        for each in other.many_to_one
    )
    if not single and not many:
        raise service.ServiceError(
            service.INVALID_ARGUMENT,
            f"The relationship '{name}' does not belong to '{table.logical_name}'.",
        )
    return name, many and not (single and role != "Referenced")


def relationship_name(raw: Any) -> str:
    """Return the schema name a Relationship has. Raises ServiceError 0x80040203 without one."""
    name = member(raw, "SchemaName") if isinstance(raw, Struct) else None
    if not isinstance(name, str) or not name:
        raise invalid("Required member 'SchemaName' missing for field 'Relationship'")
    return name
