"""Metadata as data contracts: labels, managed properties, choices; and all of it together."""

from xrm.wire.soap.contract import METADATA, XRM, Contract
from xrm.wire.soap.contracts.metadata_columns import COLUMNS
from xrm.wire.soap.contracts.metadata_queries import QUERIES
from xrm.wire.soap.contracts.metadata_relationships import RELATIONSHIPS
from xrm.wire.soap.contracts.metadata_tables import TABLES
from xrm.wire.soap.contracts.notation import (
    METADATA_9_0,
    METADATA_2013,
    array,
    enumeration,
    struct,
)

_SHARED: tuple[Contract, ...] = (
    struct("MetadataBase", METADATA, "MetadataId guid, HasChanged boolean"),
    struct(
        "Label", XRM, "LocalizedLabels LocalizedLabelCollection, UserLocalizedLabel LocalizedLabel"
    ),
    struct(
        "LocalizedLabel",
        XRM,
        "IsManaged boolean, Label string, LanguageCode int!",
        base="MetadataBase",
    ),
    array("LocalizedLabelCollection", XRM, "LocalizedLabel LocalizedLabel"),
    array("ArrayOfLocalizedLabel", XRM, "LocalizedLabel LocalizedLabel"),
    struct(
        "ManagedPropertyboolean",
        XRM,
        "CanBeChanged boolean!, ManagedPropertyLogicalName string, Value boolean!",
    ),
    struct("BooleanManagedProperty", XRM, "", base="ManagedPropertyboolean"),
    struct("ConstantsBase", METADATA_2013, "Value string"),
    struct(
        "OptionSetMetadataBase",
        METADATA,
        "Description Label, DisplayName Label, ExternalTypeName string, "
        "IsCustomOptionSet boolean, IsCustomizable BooleanManagedProperty, IsGlobal boolean, "
        "IsManaged boolean, Name string, OptionSetType OptionSetType, "
        "IntroducedVersion string",
        base="MetadataBase",
    ),
    struct(
        "OptionSetMetadata",
        METADATA,
        "Options ArrayOfOptionMetadata, ParentOptionSetName string",
        base="OptionSetMetadataBase",
    ),
    struct(
        "BooleanOptionSetMetadata",
        METADATA,
        "FalseOption OptionMetadata, TrueOption OptionMetadata",
        base="OptionSetMetadataBase",
    ),
    enumeration("OptionSetType", METADATA, "Picklist State Status Boolean"),
    array("ArrayOfOptionSetMetadataBase", METADATA, "OptionSetMetadataBase OptionSetMetadataBase"),
    struct(
        "OptionMetadata",
        METADATA,
        "Color string, Description Label, ExternalValue string, IsHidden boolean!, "
        "IsManaged boolean, Label Label, Tag string, Value int, ParentValues ArrayOfint",
        base="MetadataBase",
    ),
    struct(
        "StateOptionMetadata",
        METADATA,
        "DefaultStatus int, InvariantName string",
        base="OptionMetadata",
    ),
    struct(
        "StatusOptionMetadata", METADATA, "State int, TransitionData string", base="OptionMetadata"
    ),
    array("ArrayOfOptionMetadata", METADATA, "OptionMetadata OptionMetadata"),
    struct(
        "ManagedPropertyMetadata",
        METADATA,
        "Description Label, DisplayName Label, EnablesAttributeName string, "
        "EnablesEntityName string, ErrorCode int, "
        "EvaluationPriority ManagedPropertyEvaluationPriority, IsGlobalForOperation boolean, "
        "IsPrivate boolean, LogicalName string, ManagedPropertyType ManagedPropertyType, "
        "Operation ManagedPropertyOperation, IntroducedVersion string",
        base="MetadataBase",
    ),
    array(
        "ArrayOfManagedPropertyMetadata",
        METADATA,
        "ManagedPropertyMetadata ManagedPropertyMetadata",
    ),
    enumeration("ManagedPropertyEvaluationPriority", METADATA, "None Low Normal High Essential"),
    enumeration(
        "ManagedPropertyOperation",
        METADATA,
        "None Create Update Delete CreateUpdate UpdateDelete All",
    ),
    enumeration("ManagedPropertyType", METADATA, "Operation Attribute CustomEvaluator Custom"),
)

_LISTED = (
    "AttributeRequiredLevel",
    "AttributeTypeCode",
    "CascadeType",
    "DateTimeFormat",
    "ImeMode",
    "IntegerFormat",
    "LookupFormat",
    "ManagedPropertyEvaluationPriority",
    "ManagedPropertyOperation",
    "ManagedPropertyType",
    "OwnershipTypes",
    "RelationshipType",
    "SecurityTypes",
    "StringFormat",
)

_ARRAYS: tuple[Contract, ...] = (
    array(
        "ArrayOfAttributeTypeDisplayName",
        METADATA_2013,
        "AttributeTypeDisplayName AttributeTypeDisplayName",
    ),
    array("ArrayOfEntityClusterMode", METADATA_9_0, "EntityClusterMode EntityClusterMode!"),
    *(array(f"ArrayOf{word}", METADATA, f"{word} {word}!") for word in _LISTED),
)
"""What a condition on metadata compares with when it names several values."""

METADATA_CONTRACTS = (*_SHARED, *_ARRAYS, *COLUMNS, *TABLES, *RELATIONSHIPS, *QUERIES)
