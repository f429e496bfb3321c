"""The types of definitions: their properties, what each holds, and what can be expanded.

The names are the service's, all of them, so that a client may select any; what the catalogue
knows of them is in the other modules, and the rest reads as null.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xrm.org.definitions.parts import LEVEL, MANAGED, words


@dataclass(frozen=True, slots=True)
class Type:
    """One entity type. `properties` holds the type of each, `navigation` where each leads."""

    name: str
    properties: Mapping[str, str]
    navigation: Mapping[str, str]
    base: "Type | None" = None

    def is_a(self, other: "Type") -> bool:
        """Tell whether this is that type or derived from it."""
        return self is other or (self.base is not None and self.base.is_a(other))


def _many(kind: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), kind)


def _type(
    name: str,
    base: Type | None,
    properties: Mapping[str, str],
    navigation: Mapping[str, str] | None = None,
) -> Type:
    inherited = base or Type("", {}, {})
    return Type(
        name,
        {**inherited.properties, **properties},
        {**inherited.navigation, **(navigation or {})},
        base,
    )


_BASE = words("MetadataId:Guid HasChanged:Boolean")

ENTITY = _type(
    "EntityMetadata",
    None,
    _BASE
    | words(
        "LogicalName SchemaName EntitySetName LogicalCollectionName CollectionSchemaName "
        "ExternalName ExternalCollectionName PrimaryIdAttribute PrimaryNameAttribute "
        "PrimaryImageAttribute RecurrenceBaseEntityLogicalName ReportViewName IntroducedVersion "
        "EntityColor EntityHelpUrl IconLargeName IconMediumName IconSmallName IconVectorName "
        "TableType MobileOfflineFilters ActivityTypeMask:Int32 ObjectTypeCode:Int32 "
        "DaysSinceRecordLastModified:Int32 OwnershipType:OwnershipTypes CreatedOn:DateTimeOffset "
        "ModifiedOn:DateTimeOffset DataProviderId:Guid DataSourceId:Guid OwnerId:Guid "
        "OwnerIdType:Int32 OwningBusinessUnit:Guid ClusterMode:EntityClusterMode "
        "Settings:Collection(EntitySetting) Description:Label DisplayName:Label "
        "DisplayCollectionName:Label Privileges:Collection(SecurityPrivilegeMetadata)"
    )
    | _many(
        "Boolean",
        "AutoCreateAccessTeams AutoRouteToOwnerQueue CanTriggerWorkflow ChangeTrackingEnabled "
        "EnforceStateTransitions EntityHelpUrlEnabled HasActivities HasEmailAddresses HasFeedback "
        "HasNotes IsAIRUpdated IsActivity IsActivityParty IsArchivalEnabled IsAvailableOffline "
        "IsBPFEntity IsBusinessProcessEnabled IsChildEntity IsCustomEntity "
        "IsDocumentManagementEnabled IsEnabledForCharts IsEnabledForExternalChannels "
        "IsEnabledForTrace IsImportable IsInteractionCentricEnabled IsIntersect "
        "IsKnowledgeManagementEnabled IsLogicalEntity IsManaged IsMSTeamsIntegrationEnabled "
        "IsOneNoteIntegrationEnabled IsOptimisticConcurrencyEnabled IsPrivate "
        "IsQuickCreateEnabled IsReadingPaneEnabled IsRetentionEnabled IsRetrieveAuditEnabled "
        "IsRetrieveMultipleAuditEnabled IsSLAEnabled IsSolutionAware IsStateModelAware "
        "IsValidForAdvancedFind SyncToExternalSearchIndex UsesBusinessDataLabelTable",
    )
    | _many(
        MANAGED,
        "CanBeInCustomEntityAssociation CanBeInManyToMany CanBePrimaryEntityInRelationship "
        "CanBeRelatedEntityInRelationship CanChangeHierarchicalRelationship "
        "CanChangeTrackingBeEnabled CanCreateAttributes CanCreateCharts CanCreateForms "
        "CanCreateViews CanEnableSyncToExternalSearchIndex CanModifyAdditionalSettings "
        "IsAuditEnabled IsConnectionsEnabled IsCustomizable IsDuplicateDetectionEnabled "
        "IsMailMergeEnabled IsMappable IsOfflineInMobileClient IsReadOnlyInMobileClient "
        "IsRenameable IsValidForQueue IsVisibleInMobile IsVisibleInMobileClient",
    ),
    {
        "Attributes": "AttributeMetadata",
        "Keys": "EntityKeyMetadata",
        "ManyToManyRelationships": "ManyToManyRelationshipMetadata",
        "ManyToOneRelationships": "OneToManyRelationshipMetadata",
        "OneToManyRelationships": "OneToManyRelationshipMetadata",
    },
)

ATTRIBUTE = _type(
    "AttributeMetadata",
    None,
    _BASE
    | words(
        "LogicalName SchemaName EntityLogicalName AttributeOf AutoNumberFormat DeprecatedVersion "
        "ExternalName InheritsFrom IntroducedVersion AttributeType:AttributeTypeCode "
        "AttributeTypeName:AttributeTypeDisplayName ColumnNumber:Int32 SourceType:Int32 "
        "LinkedAttributeId:Guid CreatedOn:DateTimeOffset ModifiedOn:DateTimeOffset "
        f"Description:Label DisplayName:Label RequiredLevel:{LEVEL}"
    )
    | _many(
        "Boolean",
        "CanBeSecuredForCreate CanBeSecuredForRead CanBeSecuredForUpdate IsCustomAttribute "
        "IsDataSourceSecret IsFilterable IsLogical IsManaged IsPrimaryId IsPrimaryName "
        "IsRequiredForForm IsRetrievable IsSearchable IsSecured IsValidForCreate IsValidForForm "
        "IsValidForGrid IsValidForRead IsValidForUpdate IsValidODataAttribute",
    )
    | _many(
        MANAGED,
        "CanModifyAdditionalSettings IsAuditEnabled IsCustomizable IsGlobalFilterEnabled "
        "IsRenameable IsSortableEnabled IsValidForAdvancedFind",
    ),
)

_CALCULATED = "FormulaDefinition SourceTypeMask:Int32"
_OPTIONS = {"OptionSet": "OptionSetMetadata", "GlobalOptionSet": "OptionSetMetadata"}
_ENUM = _type("EnumAttributeMetadata", ATTRIBUTE, words("DefaultFormValue:Int32"), _OPTIONS)


def _column(name: str, properties: str, base: Type = ATTRIBUTE) -> Type:
    return _type(f"{name}AttributeMetadata", base, words(properties))


_COLUMNS = (
    _column(
        "String",
        "MaxLength:Int32 DatabaseLength:Int32 Format:StringFormat FormatName:StringFormatName "
        f"ImeMode:ImeMode YomiOf IsLocalizable:Boolean {_CALCULATED}",
    ),
    _column(
        "Memo",
        "MaxLength:Int32 Format:StringFormat FormatName:MemoFormatName ImeMode:ImeMode "
        "IsLocalizable:Boolean",
    ),
    _column("Integer", f"MinValue:Int32 MaxValue:Int32 Format:IntegerFormat {_CALCULATED}"),
    _column("BigInt", "MinValue:Int64 MaxValue:Int64"),
    _column(
        "Decimal",
        f"MinValue:Decimal MaxValue:Decimal Precision:Int32 ImeMode:ImeMode {_CALCULATED}",
    ),
    _column("Double", "MinValue:Double MaxValue:Double Precision:Int32 ImeMode:ImeMode"),
    _column(
        "Money",
        "MinValue:Double MaxValue:Double Precision:Int32 PrecisionSource:Int32 CalculationOf "
        f"IsBaseCurrency:Boolean ImeMode:ImeMode {_CALCULATED}",
    ),
    _column(
        "DateTime",
        "Format:DateTimeFormat DateTimeBehavior:DateTimeBehavior ImeMode:ImeMode "
        "MinSupportedValue:DateTimeOffset MaxSupportedValue:DateTimeOffset "
        f"CanChangeDateTimeBehavior:{MANAGED} {_CALCULATED}",
    ),
    _type(
        "BooleanAttributeMetadata",
        ATTRIBUTE,
        words(f"DefaultValue:Boolean {_CALCULATED}"),
        dict.fromkeys(_OPTIONS, "BooleanOptionSetMetadata"),
    ),
    _column("Lookup", "Targets:Collection(String) Format:LookupFormat"),
    _column("Picklist", "ParentPicklistLogicalName ChildPicklistLogicalNames:Collection(String) "
            f"{_CALCULATED}", _ENUM),
    _column("State", "", _ENUM),
    _column("Status", "", _ENUM),
    _column("EntityName", "IsEntityReferenceStored:Boolean", _ENUM),
    _column("MultiSelectPicklist", _CALCULATED, _ENUM),
    _column("UniqueIdentifier", ""),
    _column("ManagedProperty", "ManagedPropertyLogicalName ParentAttributeName "
            "ParentComponentType:Int32 ValueAttributeTypeCode:AttributeTypeCode"),
    _column("Image", "CanStoreFullImage:Boolean IsPrimaryImage:Boolean MaxHeight:Int32 "
            "MaxWidth:Int32 MaxSizeInKB:Int32"),
    _column("File", "MaxSizeInKB:Int32"),
)  # fmt: skip

_OPTION_SET_BASE = _type(
    "OptionSetMetadataBase",
    None,
    _BASE
    | words(
        "Name ExternalTypeName IntroducedVersion OptionSetType:OptionSetType IsGlobal:Boolean "
        "IsCustomOptionSet:Boolean IsManaged:Boolean Description:Label DisplayName:Label "
        f"IsCustomizable:{MANAGED}"
    ),
)
_OPTION_SETS = (
    _type(
        "OptionSetMetadata",
        _OPTION_SET_BASE,
        words("Options:Collection(OptionMetadata) ParentOptionSetName"),
    ),
    _type(
        "BooleanOptionSetMetadata",
        _OPTION_SET_BASE,
        words("TrueOption:OptionMetadata FalseOption:OptionMetadata"),
    ),
)

_RELATIONSHIP = _type(
    "RelationshipMetadataBase",
    None,
    _BASE
    | words(
        "SchemaName IntroducedVersion RelationshipType:RelationshipType "
        "SecurityTypes:SecurityTypes IsCustomRelationship:Boolean IsManaged:Boolean "
        f"IsValidForAdvancedFind:Boolean IsCustomizable:{MANAGED}"
    ),
)
_RELATIONSHIPS = (
    _type(
        "OneToManyRelationshipMetadata",
        _RELATIONSHIP,
        words(
            "ReferencedEntity ReferencedAttribute ReferencedEntityNavigationPropertyName "
            "ReferencingEntity ReferencingAttribute ReferencingEntityNavigationPropertyName "
            "EntityKey IsHierarchical:Boolean RelationshipBehavior:Int32 "
            "AssociatedMenuConfiguration:AssociatedMenuConfiguration "
            "CascadeConfiguration:CascadeConfiguration "
            "RelationshipAttributes:Collection(RelationshipAttribute)"
        ),
    ),
    _type(
        "ManyToManyRelationshipMetadata",
        _RELATIONSHIP,
        words(
            "Entity1LogicalName Entity1IntersectAttribute Entity1NavigationPropertyName "
            "Entity2LogicalName Entity2IntersectAttribute Entity2NavigationPropertyName "
            "IntersectEntityName "
            "Entity1AssociatedMenuConfiguration:AssociatedMenuConfiguration "
            "Entity2AssociatedMenuConfiguration:AssociatedMenuConfiguration"
        ),
    ),
)

_KEY = _type(
    "EntityKeyMetadata",
    None,
    _BASE
    | words(
        "LogicalName SchemaName EntityLogicalName IntroducedVersion "
        "KeyAttributes:Collection(String) EntityKeyIndexStatus:EntityKeyIndexStatus "
        "IsManaged:Boolean IsExportKey:Boolean "
        f"IsSecondaryKey:Boolean IsSynchronous:Boolean DisplayName:Label IsCustomizable:{MANAGED}"
    ),
)

TYPES: Mapping[str, Type] = {
    each.name: each
    for each in (
        *(ENTITY, ATTRIBUTE, _ENUM, _KEY, _OPTION_SET_BASE, _RELATIONSHIP),
        *(*_COLUMNS, *_OPTION_SETS, *_RELATIONSHIPS),
    )
}
"""Every type by its name."""
