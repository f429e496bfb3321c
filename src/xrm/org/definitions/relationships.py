"""Relationships as the service describes them: one to many, and many to many."""

from typing import Any

from xrm.model.metadata import Catalogue, ManyToMany, ManyToOne, Table
from xrm.org.definitions.settings import customizable
from xrm.org.definitions.types import TYPES
from xrm.org.definitions.values import Definition, identifier

_NO = "NoCascade"


def _relationship(schema_name: str, kind: str) -> dict[str, Any]:
    return {
        "MetadataId": identifier("relationship", schema_name),
        "HasChanged": None,
        "SchemaName": schema_name,
        "RelationshipType": kind,
        "IsCustomRelationship": False,
        "IsManaged": True,
        "IsValidForAdvancedFind": True,
    }


def one_to_many(catalogue: Catalogue, table: Table, found: ManyToOne) -> Definition:
    """Return a lookup of a table as a relationship."""
    target = catalogue.tables.get(found.target)
    column = table.columns[found.column]
    writable = column.valid_for_create or column.valid_for_update
    return Definition(
        TYPES["OneToManyRelationshipMetadata"],
        {
            **_relationship(found.schema_name, "OneToManyRelationship"),
            "IsCustomizable": customizable(True),
            "SecurityTypes": "Append" if writable else "None",
            "IsHierarchical": False,
            "ReferencedEntity": found.target,
            "ReferencedAttribute": None if target is None else target.primary_id,
            "ReferencedEntityNavigationPropertyName": found.referenced_navigation,
            "ReferencingEntity": table.logical_name,
            "ReferencingAttribute": found.column,
            "ReferencingEntityNavigationPropertyName": found.referencing_navigation,
            "CascadeConfiguration": {
                "Assign": found.cascade_assign,
                "Delete": found.cascade_delete,
                "Merge": _NO,
                "Reparent": _NO,
                "Share": found.cascade_share,
                "Unshare": found.cascade_share,
                "RollupView": _NO,
            },
        },
    )


def many_to_many(found: ManyToMany) -> Definition:
    """Return an association of two tables as a relationship."""
    return Definition(
        TYPES["ManyToManyRelationshipMetadata"],
        {
            **_relationship(found.schema_name, "ManyToManyRelationship"),
            "IsCustomizable": customizable(False),
            "SecurityTypes": "None",
            "Entity1LogicalName": found.entity1,
            "Entity1IntersectAttribute": found.entity1_column,
            "Entity1NavigationPropertyName": found.schema_name,
            "Entity2LogicalName": found.entity2,
            "Entity2IntersectAttribute": found.entity2_column,
            "Entity2NavigationPropertyName": found.schema_name,
            "IntersectEntityName": found.intersect,
        },
    )
