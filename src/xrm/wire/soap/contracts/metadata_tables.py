"""What tables are: EntityMetadata, alternate keys and privileges."""

from xrm.wire.soap.contract import METADATA, XRM, Contract
from xrm.wire.soap.contracts.notation import (
    METADATA_7_1,
    METADATA_9_0,
    XRM_7_1,
    array,
    enumeration,
    flags,
    struct,
)

TABLES: tuple[Contract, ...] = (
    struct(
        "EntityMetadata",
        METADATA,
        "ActivityTypeMask int, Attributes ArrayOfAttributeMetadata, "
        "AutoCreateAccessTeams boolean, AutoReplicateClusterRecords boolean, "
        "AutoRouteToOwnerQueue boolean, "
        "CanBeInCustomEntityAssociation BooleanManagedProperty, "
        "CanBeInManyToMany BooleanManagedProperty, "
        "CanBePrimaryEntityInRelationship BooleanManagedProperty, "
        "CanBeRelatedEntityInRelationship BooleanManagedProperty, "
        "CanChangeClusterMode boolean, CanChangeTrackingBeEnabled BooleanManagedProperty, "
        "CanCreateAttributes BooleanManagedProperty, CanCreateCharts BooleanManagedProperty, "
        "CanCreateForms BooleanManagedProperty, CanCreateViews BooleanManagedProperty, "
        "CanEnableSyncToExternalSearchIndex BooleanManagedProperty, "
        "CanModifyAdditionalSettings BooleanManagedProperty, CanTriggerWorkflow boolean, "
        "ChangeTrackingEnabled boolean, ClusterMode EntityClusterMode, CreatedOn dateTime, "
        "DataProviderId guid, DataSourceId guid, DefaultToLocalPartition boolean, "
        "Description Label, DisplayCollectionName Label, DisplayName Label, "
        "EnforceStateTransitions boolean, ExternalName string, HasActivities boolean, "
        "HasEmailAddresses boolean, HasFeedback boolean, HasNotes boolean, "
        "IconLargeName string, IconMediumName string, IconSmallName string, "
        "IconVectorName string, IsAIRUpdated boolean, IsActivity boolean, "
        "IsActivityParty boolean, IsArchivalEnabled boolean, "
        "IsAuditEnabled BooleanManagedProperty, IsAvailableOffline boolean, "
        "IsBusinessProcessEnabled boolean, IsChildEntity boolean, "
        "IsConnectionsEnabled BooleanManagedProperty, IsCustomEntity boolean, "
        "IsCustomizable BooleanManagedProperty, IsDocumentManagementEnabled boolean, "
        "IsDocumentRecommendationsEnabled boolean, "
        "IsDuplicateDetectionEnabled BooleanManagedProperty, IsEnabledForCharts boolean, "
        "IsEnabledForTrace boolean, IsImportable boolean, "
        "IsInteractionCentricEnabled boolean, IsIntersect boolean, "
        "IsKnowledgeManagementEnabled boolean, IsMSTeamsIntegrationEnabled boolean, "
        "IsMailMergeEnabled BooleanManagedProperty, IsManaged boolean, "
        "IsMappable BooleanManagedProperty, IsOneNoteIntegrationEnabled boolean, "
        "IsQuickCreateEnabled boolean, IsReadOnlyInMobileClient BooleanManagedProperty, "
        "IsReadingPaneEnabled boolean, IsRenameable BooleanManagedProperty, "
        "IsRetentionEnabled boolean, IsRetrieveAuditEnabled boolean, "
        "IsRetrieveMultipleAuditEnabled boolean, IsSolutionAware boolean, "
        "IsStateModelAware boolean, IsValidForAdvancedFind boolean, "
        "IsValidForQueue BooleanManagedProperty, IsVisibleInMobile BooleanManagedProperty, "
        "IsVisibleInMobileClient BooleanManagedProperty, LogicalName string, "
        "ManyToManyRelationships ArrayOfManyToManyRelationshipMetadata, "
        "ManyToOneRelationships ArrayOfOneToManyRelationshipMetadata, ModifiedOn dateTime, "
        "ObjectTypeCode int, OneToManyRelationships ArrayOfOneToManyRelationshipMetadata, "
        "OwnerId guid, OwnerIdType int, OwnershipType OwnershipTypes, "
        "OwningBusinessUnit guid, PrimaryIdAttribute string, PrimaryKey ArrayOfstring, "
        "PrimaryNameAttribute string, Privileges ArrayOfSecurityPrivilegeMetadata, "
        "RecurrenceBaseEntityLogicalName string, ReportViewName string, SchemaName string, "
        "SettingOf string, Settings ArrayOfEntitySetting, SyncToExternalSearchIndex boolean, "
        "TableType string, UsesBusinessDataLabelTable boolean, IntroducedVersion string, "
        "PrimaryImageAttribute string, "
        "CanChangeHierarchicalRelationship BooleanManagedProperty, EntityHelpUrl string, "
        "EntityHelpUrlEnabled boolean, CollectionSchemaName string, EntityColor string, "
        "ExternalCollectionName string, IsOptimisticConcurrencyEnabled boolean, "
        "Keys ArrayOfEntityKeyMetadata, LogicalCollectionName string, "
        "DaysSinceRecordLastModified int, EntitySetName string, "
        "IsEnabledForExternalChannels boolean, "
        "IsOfflineInMobileClient BooleanManagedProperty, IsPrivate boolean, "
        "IsSLAEnabled boolean, MobileOfflineFilters string, IsBPFEntity boolean, "
        "IsLogicalEntity boolean",
        base="MetadataBase",
    ),
    array("ArrayOfEntityMetadata", METADATA, "EntityMetadata EntityMetadata"),
    array("EntityMetadataCollection", XRM, "EntityMetadata EntityMetadata"),
    struct("EntitySetting", XRM, "ChildSettings ArrayOfEntitySetting, Name string, Value Entity"),
    array("ArrayOfEntitySetting", XRM, "EntitySetting EntitySetting"),
    struct(
        "EntityKeyMetadata",
        METADATA_7_1,
        "AsyncJob EntityReference, DisplayName Label, "
        "EntityKeyIndexStatus EntityKeyIndexStatus!, EntityLogicalName string, "
        "IntroducedVersion string, IsCustomizable BooleanManagedProperty, "
        "IsExportKey boolean, IsManaged boolean, IsSecondaryKey boolean, "
        "IsSynchronous boolean, KeyAttributes ArrayOfstring, LogicalName string, "
        "SchemaName string",
        base="MetadataBase",
    ),
    array("ArrayOfEntityKeyMetadata", METADATA_7_1, "EntityKeyMetadata EntityKeyMetadata"),
    enumeration("EntityKeyIndexStatus", XRM_7_1, "Pending InProgress Active Failed"),
    struct(
        "SecurityPrivilegeMetadata",
        METADATA,
        "CanBeBasic boolean!, CanBeDeep boolean!, CanBeEntityReference boolean!, "
        "CanBeGlobal boolean!, CanBeLocal boolean!, CanBeParentEntityReference boolean!, "
        "CanBeRecordFilter boolean!, Name string, PrivilegeId guid!, "
        "PrivilegeType PrivilegeType!",
    ),
    array(
        "ArrayOfSecurityPrivilegeMetadata",
        METADATA,
        "SecurityPrivilegeMetadata SecurityPrivilegeMetadata",
    ),
    enumeration(
        "PrivilegeType", METADATA, "None Create Read Write Delete Assign Share Append AppendTo"
    ),
    flags(
        "OwnershipTypes",
        METADATA,
        "None UserOwned TeamOwned BusinessOwned OrganizationOwned BusinessParented Filtered",
    ),
    enumeration("EntityClusterMode", METADATA_9_0, "Partitioned Replicated Local Inherited"),
    flags("EntityFilters", METADATA, "Entity Attributes Privileges Relationships"),
)
