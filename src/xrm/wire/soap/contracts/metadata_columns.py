"""What columns are: AttributeMetadata and what is derived from it."""

from xrm.wire.soap.contract import METADATA, XRM, Contract
from xrm.wire.soap.contracts.notation import (
    METADATA_7_1,
    METADATA_9_0,
    METADATA_2013,
    array,
    enumeration,
    struct,
)

COLUMNS: tuple[Contract, ...] = (
    struct(
        "AttributeMetadata",
        METADATA,
        "AttributeOf string, AttributeType AttributeTypeCode, CanBeSecuredForCreate boolean, "
        "CanBeSecuredForRead boolean, CanBeSecuredForUpdate boolean, "
        "CanModifyAdditionalSettings BooleanManagedProperty, ColumnNumber int, "
        "CreatedOn dateTime, DeprecatedVersion string, Description Label, DisplayName Label, "
        "EntityLogicalName string, ExternalName string, InheritsFrom string, "
        "IsAuditEnabled BooleanManagedProperty, IsCustomAttribute boolean, "
        "IsCustomizable BooleanManagedProperty, IsDataSourceSecret boolean, "
        "IsFilterable boolean, IsGlobalFilterEnabled BooleanManagedProperty, "
        "IsManaged boolean, IsPrimaryId boolean, IsPrimaryName boolean, "
        "IsRenameable BooleanManagedProperty, IsRequiredForForm boolean, "
        "IsRetrievable boolean, IsSearchable boolean, IsSecured boolean, "
        "IsSortableEnabled BooleanManagedProperty, "
        "IsValidForAdvancedFind BooleanManagedProperty, IsValidForCreate boolean, "
        "IsValidForForm boolean, IsValidForGrid boolean, IsValidForRead boolean, "
        "IsValidForUpdate boolean, IsValidODataAttribute boolean!, LinkedAttributeId guid, "
        "LogicalName string, ModifiedOn dateTime, "
        "RequiredLevel AttributeRequiredLevelManagedProperty, SchemaName string, "
        "Settings ArrayOfEntitySetting, AttributeTypeName AttributeTypeDisplayName, "
        "IntroducedVersion string, IsLogical boolean, SourceType int, AutoNumberFormat string",
        base="MetadataBase",
    ),
    struct(
        "AttributeRequiredLevelManagedProperty",
        METADATA,
        "",
        base="ManagedPropertyAttributeRequiredLevel",
    ),
    struct(
        "ManagedPropertyAttributeRequiredLevel",
        XRM,
        "CanBeChanged boolean!, ManagedPropertyLogicalName string, Value AttributeRequiredLevel!",
    ),
    struct("AttributeTypeDisplayName", METADATA_2013, "", base="ConstantsBase"),
    struct("StringFormatName", METADATA_2013, "", base="ConstantsBase"),
    struct("MemoFormatName", METADATA_9_0, "", base="ConstantsBase"),
    struct("DateTimeBehavior", METADATA_7_1, "", base="ConstantsBase"),
    struct(
        "BigIntAttributeMetadata",
        METADATA,
        "MaxValue long, MinValue long",
        base="AttributeMetadata",
    ),
    struct(
        "BooleanAttributeMetadata",
        METADATA,
        "DefaultValue boolean, OptionSet BooleanOptionSetMetadata, FormulaDefinition string, "
        "SourceTypeMask int",
        base="AttributeMetadata",
    ),
    struct(
        "DateTimeAttributeMetadata",
        METADATA,
        "Format DateTimeFormat, ImeMode ImeMode, FormulaDefinition string, "
        "SourceTypeMask int, CanChangeDateTimeBehavior BooleanManagedProperty, "
        "DateTimeBehavior DateTimeBehavior",
        base="AttributeMetadata",
    ),
    struct(
        "DecimalAttributeMetadata",
        METADATA,
        "ImeMode ImeMode, MaxValue decimal, MinValue decimal, Precision int, "
        "FormulaDefinition string, SourceTypeMask int",
        base="AttributeMetadata",
    ),
    struct(
        "DoubleAttributeMetadata",
        METADATA,
        "ImeMode ImeMode, MaxValue double, MinValue double, Precision int, "
        "FormulaDefinition string, SourceTypeMask int",
        base="AttributeMetadata",
    ),
    struct(
        "IntegerAttributeMetadata",
        METADATA,
        "Format IntegerFormat, MaxValue int, MinValue int, FormulaDefinition string, "
        "SourceTypeMask int",
        base="AttributeMetadata",
    ),
    struct(
        "LookupAttributeMetadata",
        METADATA,
        "Format LookupFormat, Targets ArrayOfstring",
        base="AttributeMetadata",
    ),
    struct(
        "ManagedPropertyAttributeMetadata",
        METADATA,
        "ManagedPropertyLogicalName string, ParentAttributeName string, "
        "ParentComponentType int, ValueAttributeTypeCode AttributeTypeCode!",
        base="AttributeMetadata",
    ),
    struct(
        "MemoAttributeMetadata",
        METADATA,
        "Format StringFormat, ImeMode ImeMode, MaxLength int, FormatName MemoFormatName, "
        "IsLocalizable boolean",
        base="AttributeMetadata",
    ),
    struct(
        "MoneyAttributeMetadata",
        METADATA,
        "CalculationOf string, ImeMode ImeMode, MaxValue double, MinValue double, "
        "Precision int, PrecisionSource int, FormulaDefinition string, "
        "IsBaseCurrency boolean, SourceTypeMask int",
        base="AttributeMetadata",
    ),
    struct(
        "StringAttributeMetadata",
        METADATA,
        "Format StringFormat, ImeMode ImeMode, MaxLength int, YomiOf string, "
        "FormatName StringFormatName, FormulaDefinition string, IsLocalizable boolean, "
        "SourceTypeMask int, DatabaseLength int",
        base="AttributeMetadata",
    ),
    struct("FileAttributeMetadata", METADATA_9_0, "MaxSizeInKB int", base="AttributeMetadata"),
    struct(
        "ImageAttributeMetadata",
        METADATA_2013,
        "CanStoreFullImage boolean, IsPrimaryImage boolean, MaxHeight short, MaxSizeInKB int, "
        "MaxWidth short",
        base="AttributeMetadata",
    ),
    struct("UniqueIdentifierAttributeMetadata", METADATA_7_1, "", base="AttributeMetadata"),
    struct(
        "EnumAttributeMetadata",
        METADATA,
        "DefaultFormValue int, OptionSet OptionSetMetadata, ParentEnumAttributeLogicalName string",
        base="AttributeMetadata",
    ),
    struct(
        "EntityNameAttributeMetadata",
        METADATA,
        "IsEntityReferenceStored boolean!",
        base="EnumAttributeMetadata",
    ),
    struct(
        "MultiSelectPicklistAttributeMetadata",
        METADATA_9_0,
        "FormulaDefinition string, SourceTypeMask int, "
        "ChildPicklistLogicalNames ArrayOfstring, ParentPicklistLogicalName string",
        base="EnumAttributeMetadata",
    ),
    struct(
        "PicklistAttributeMetadata",
        METADATA,
        "FormulaDefinition string, SourceTypeMask int, "
        "ChildPicklistLogicalNames ArrayOfstring, ParentPicklistLogicalName string",
        base="EnumAttributeMetadata",
    ),
    struct("StateAttributeMetadata", METADATA, "", base="EnumAttributeMetadata"),
    struct("StatusAttributeMetadata", METADATA, "", base="EnumAttributeMetadata"),
    array("ArrayOfAttributeMetadata", METADATA, "AttributeMetadata AttributeMetadata"),
    enumeration(
        "AttributeRequiredLevel", METADATA, "None SystemRequired ApplicationRequired Recommended"
    ),
    enumeration(
        "AttributeTypeCode",
        METADATA,
        "Boolean Customer DateTime Decimal Double Integer Lookup Memo Money Owner "
        "PartyList Picklist State Status String Uniqueidentifier CalendarRules Virtual "
        "BigInt ManagedProperty EntityName",
    ),
    enumeration("DateTimeFormat", METADATA, "DateOnly DateAndTime"),
    enumeration("ImeMode", METADATA, "Auto Inactive Active Disabled"),
    enumeration("IntegerFormat", METADATA, "None Duration TimeZone Language Locale"),
    enumeration("LookupFormat", METADATA, "None Connection Regarding Text"),
    enumeration(
        "StringFormat",
        METADATA,
        "Email Text TextArea Url TickerSymbol PhoneticGuide VersionNumber Phone Json RichText",
    ),
)
