"""A table of the catalogue as the service describes it: EntityMetadata, with all below it."""

from collections.abc import Mapping, Sequence
from typing import Any

from xrm.model.metadata import Catalogue, ManyToMany, ManyToOne, Table
from xrm.model.privileges import Depth, Privilege
from xrm.org.faces.webapi.definitions.columns import columns_of
from xrm.org.faces.webapi.definitions.types import ENTITY, TYPES
from xrm.org.faces.webapi.definitions.values import Definition, identifier, label
from xrm.org.store.keys import AlternateKey

_FIRST_CUSTOM_CODE = 10_000
"""Custom tables have type codes from here on."""

Keys = Mapping[str, Sequence[AlternateKey]]


def tables_of(catalogue: Catalogue, keys: Keys) -> list[Definition]:
    """Return the definition of every table, by logical name; `keys` are those of each table."""
    tables = catalogue.tables
    return [_definition(catalogue, tables[name], keys.get(name, ())) for name in sorted(tables)]


def _definition(catalogue: Catalogue, table: Table, keys: Sequence[AlternateKey]) -> Definition:
    return Definition(
        ENTITY,
        _values(table),
        {
            "Attributes": lambda: columns_of(table),
            "Keys": lambda: [_key(each) for each in keys],
            "ManyToOneRelationships": lambda: [
                _one_to_many(catalogue, table, each) for each in table.many_to_one
            ],
            "OneToManyRelationships": lambda: [
                _one_to_many(catalogue, other, each)
                for other in catalogue.tables.values()
                for each in other.many_to_one
                if each.target == table.logical_name
            ],
            "ManyToManyRelationships": lambda: [_many_to_many(each) for each in table.many_to_many],
        },
    )


def _values(table: Table) -> Mapping[str, Any]:
    name = table.logical_name
    is_custom = table.object_type_code >= _FIRST_CUSTOM_CODE
    return {
        "MetadataId": identifier(name),
        "HasChanged": None,
        "LogicalName": name,
        "SchemaName": table.schema_name,
        "EntitySetName": table.entity_set_name,
        "DisplayName": label(table.display_name, name),
        "DisplayCollectionName": label(table.display_collection_name, name, "collection"),
        "ObjectTypeCode": table.object_type_code,
        "OwnershipType": table.ownership,
        "PrimaryIdAttribute": table.primary_id,
        "PrimaryNameAttribute": table.primary_name,
        "IsActivity": table.is_activity,
        "IsCustomEntity": is_custom,
        "IsIntersect": False,
        "IsManaged": not is_custom,
        "IsOptimisticConcurrencyEnabled": table.optimistic_concurrency,
        # Clients list what is not private; whatever the Web API serves is not.
        "IsPrivate": False,
        "Privileges": [_privilege(each) for each in table.privileges.values()],
    }


def _privilege(privilege: Privilege) -> Mapping[str, Any]:
    return {
        **{f"CanBe{depth.label}": depth in privilege.depths for depth in Depth},
        "Name": privilege.name,
        "PrivilegeId": privilege.id,
        "PrivilegeType": privilege.right.value,
    }


def _key(key: AlternateKey) -> Definition:
    return Definition(
        TYPES["EntityKeyMetadata"],
        {
            "MetadataId": key.id,
            "HasChanged": None,
            "LogicalName": key.name,
            "SchemaName": key.schema_name,
            "DisplayName": label(key.display_name, "key", key.id, managed=False),
            "EntityLogicalName": key.table,
            "KeyAttributes": list(key.columns),
            "EntityKeyIndexStatus": "Active",
            "IsManaged": False,
        },
    )


def _relationship(schema_name: str, kind: str) -> dict[str, Any]:
    return {
        "MetadataId": identifier("relationship", schema_name),
        "HasChanged": None,
        "SchemaName": schema_name,
        "RelationshipType": kind,
        "IsCustomRelationship": False,
        "IsManaged": True,
    }


def _one_to_many(catalogue: Catalogue, table: Table, found: ManyToOne) -> Definition:
    target = catalogue.tables.get(found.target)
    return Definition(
        TYPES["OneToManyRelationshipMetadata"],
        {
            **_relationship(found.schema_name, "OneToManyRelationship"),
            "ReferencedEntity": found.target,
            "ReferencedAttribute": None if target is None else target.primary_id,
            "ReferencedEntityNavigationPropertyName": found.referenced_navigation,
            "ReferencingEntity": table.logical_name,
            "ReferencingAttribute": found.column,
            "ReferencingEntityNavigationPropertyName": found.referencing_navigation,
            "CascadeConfiguration": {
                "Assign": found.cascade_assign,
                "Delete": found.cascade_delete,
            },
        },
    )


def _many_to_many(found: ManyToMany) -> Definition:
    return Definition(
        TYPES["ManyToManyRelationshipMetadata"],
        {
            **_relationship(found.schema_name, "ManyToManyRelationship"),
            "Entity1LogicalName": found.entity1,
            "Entity1IntersectAttribute": found.entity1_column,
            "Entity1NavigationPropertyName": found.schema_name,
            "Entity2LogicalName": found.entity2,
            "Entity2IntersectAttribute": found.entity2_column,
            "Entity2NavigationPropertyName": found.schema_name,
            "IntersectEntityName": found.intersect,
        },
    )
