"""Queries for metadata: EntityQueryExpression and what stands in it."""

from xrm.wire.soap.contract import METADATA_QUERY, Contract
from xrm.wire.soap.contracts.notation import XRM_8_0, array, enumeration, flags, pairs, struct

QUERIES: tuple[Contract, ...] = (
    struct("MetadataQueryBase", METADATA_QUERY, ""),
    struct(
        "MetadataQueryExpression",
        METADATA_QUERY,
        "Criteria MetadataFilterExpression, Properties MetadataPropertiesExpression",
        base="MetadataQueryBase",
    ),
    struct(
        "EntityQueryExpression",
        METADATA_QUERY,
        "AttributeQuery AttributeQueryExpression, KeyQuery EntityKeyQueryExpression, "
        "LabelQuery LabelQueryExpression, RelationshipQuery RelationshipQueryExpression",
        base="MetadataQueryExpression",
    ),
    struct("AttributeQueryExpression", METADATA_QUERY, "", base="MetadataQueryExpression"),
    struct("RelationshipQueryExpression", METADATA_QUERY, "", base="MetadataQueryExpression"),
    struct("EntityKeyQueryExpression", XRM_8_0, "", base="MetadataQueryExpression"),
    struct(
        "LabelQueryExpression",
        METADATA_QUERY,
        "FilterLanguages ArrayOfint, MissingLabelBehavior int",
        base="MetadataQueryBase",
    ),
    struct(
        "MetadataPropertiesExpression",
        METADATA_QUERY,
        "AllProperties boolean!, PropertyNames ArrayOfstring",
    ),
    struct(
        "MetadataFilterExpression",
        METADATA_QUERY,
        "Conditions ArrayOfMetadataConditionExpression, FilterOperator LogicalOperator!, "
        "Filters ArrayOfMetadataFilterExpression",
    ),
    array(
        "ArrayOfMetadataFilterExpression",
        METADATA_QUERY,
        "MetadataFilterExpression MetadataFilterExpression",
    ),
    struct(
        "MetadataConditionExpression",
        METADATA_QUERY,
        "ConditionOperator MetadataConditionOperator!, PropertyName string, Value anyType",
    ),
    array(
        "ArrayOfMetadataConditionExpression",
        METADATA_QUERY,
        "MetadataConditionExpression MetadataConditionExpression",
    ),
    enumeration(
        "MetadataConditionOperator",
        METADATA_QUERY,
        "Equals NotEquals In NotIn GreaterThan LessThan",
    ),
    flags(
        "DeletedMetadataFilters", METADATA_QUERY, "Entity Attribute Relationship Label OptionSet"
    ),
    pairs(
        "DeletedMetadataCollection",
        METADATA_QUERY,
        "KeyValuePairOfDeletedMetadataFiltersArrayOfguidPlUv_PKtF",
        "key DeletedMetadataFilters!, value ArrayOfguid",
    ),
)
