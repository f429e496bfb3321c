"""What relationships are: RelationshipMetadataBase and what is derived from it."""

from xrm.wire.soap.contract import METADATA, Contract
from xrm.wire.soap.contracts.notation import array, enumeration, flags, struct

RELATIONSHIPS: tuple[Contract, ...] = (
    struct(
        "RelationshipMetadataBase",
        METADATA,
        "IsCustomRelationship boolean, IsCustomizable BooleanManagedProperty, "
        "IsManaged boolean, IsValidForAdvancedFind boolean, SchemaName string, "
        "SecurityTypes SecurityTypes, IntroducedVersion string, "
        "RelationshipType RelationshipType!",
        base="MetadataBase",
    ),
    struct(
        "OneToManyRelationshipMetadata",
        METADATA,
        "AssociatedMenuConfiguration AssociatedMenuConfiguration, "
        "CascadeConfiguration CascadeConfiguration, DenormalizedAttributeName string, "
        "EntityKey string, IsDenormalizedLookup boolean, IsHierarchical boolean, "
        "IsRelationshipAttributeDenormalized boolean, ReferencedAttribute string, "
        "ReferencedEntity string, ReferencedEntityNavigationPropertyName string, "
        "ReferencingAttribute string, ReferencingEntity string, "
        "ReferencingEntityNavigationPropertyName string, "
        "RelationshipAttributes ArrayOfRelationshipAttribute, RelationshipBehavior int",
        base="RelationshipMetadataBase",
    ),
    struct(
        "ManyToManyRelationshipMetadata",
        METADATA,
        "Entity1AssociatedMenuConfiguration AssociatedMenuConfiguration, "
        "Entity1IntersectAttribute string, Entity1LogicalName string, "
        "Entity1NavigationPropertyName string, "
        "Entity2AssociatedMenuConfiguration AssociatedMenuConfiguration, "
        "Entity2IntersectAttribute string, Entity2LogicalName string, "
        "Entity2NavigationPropertyName string, IntersectEntityName string",
        base="RelationshipMetadataBase",
    ),
    array(
        "ArrayOfRelationshipMetadataBase",
        METADATA,
        "RelationshipMetadataBase RelationshipMetadataBase",
    ),
    array(
        "ArrayOfOneToManyRelationshipMetadata",
        METADATA,
        "OneToManyRelationshipMetadata OneToManyRelationshipMetadata",
    ),
    array(
        "ArrayOfManyToManyRelationshipMetadata",
        METADATA,
        "ManyToManyRelationshipMetadata ManyToManyRelationshipMetadata",
    ),
    struct(
        "AssociatedMenuConfiguration",
        METADATA,
        "Behavior AssociatedMenuBehavior, Group AssociatedMenuGroup, Label Label, Order int, "
        "AvailableOffline boolean!, Icon string, IsCustomizable boolean!, MenuId string, "
        "QueryApi string, ViewId guid!",
    ),
    struct(
        "CascadeConfiguration",
        METADATA,
        "Archive CascadeType, Assign CascadeType, Delete CascadeType, Merge CascadeType, "
        "Reparent CascadeType, Share CascadeType, Unshare CascadeType, RollupView CascadeType",
    ),
    struct(
        "RelationshipAttribute",
        METADATA,
        "ReferencedAttributeName string, ReferencingAttributeName string",
    ),
    array("ArrayOfRelationshipAttribute", METADATA, "RelationshipAttribute RelationshipAttribute"),
    enumeration("AssociatedMenuBehavior", METADATA, "UseCollectionName UseLabel DoNotDisplay"),
    enumeration("AssociatedMenuGroup", METADATA, "Details Sales Service Marketing"),
    enumeration("CascadeType", METADATA, "NoCascade Cascade Active UserOwned RemoveLink Restrict"),
    enumeration("RelationshipType", METADATA, "OneToManyRelationship ManyToManyRelationship"),
    flags("SecurityTypes", METADATA, "None Append ParentChild Pointer Inheritance"),
)
