"""What properties of definitions hold beside simple values: enumerations and complex types.

Names and members are the service's. A member without a number has the one after its neighbour's.
"""

from collections.abc import Mapping

MANAGED = "BooleanManagedProperty"
LEVEL = "AttributeRequiredLevelManagedProperty"

_ENUMS = {
    "OwnershipTypes": "None UserOwned TeamOwned BusinessOwned=4 OrganizationOwned=8 "
    "BusinessParented=16",
    "AttributeTypeCode": "Boolean Customer DateTime Decimal Double Integer Lookup Memo Money Owner "
    "PartyList Picklist State Status String Uniqueidentifier CalendarRules Virtual BigInt "
    "ManagedProperty EntityName",
    "AttributeRequiredLevel": "None SystemRequired ApplicationRequired Recommended",
    "StringFormat": "Email Text TextArea Url TickerSymbol PhoneticGuide VersionNumber Phone Json "
    "RichText",
    "IntegerFormat": "None Duration TimeZone Language Locale",
    "DateTimeFormat": "DateOnly DateAndTime",
    "LookupFormat": "None Connection Regarding Text",
    "ImeMode": "Auto Inactive Active Disabled",
    "OptionSetType": "Picklist State Status Boolean",
    "RelationshipType": "OneToManyRelationship ManyToManyRelationship",
    "SecurityTypes": "None Append ParentChild Pointer=4 Inheritance=8",
    "EntityKeyIndexStatus": "Pending InProgress Active Failed",
    "EntityClusterMode": "Partitioned Replicated Local",
    "PrivilegeType": "None Create Read Write Delete Assign Share Append AppendTo",
    "CascadeType": "NoCascade Cascade Active UserOwned RemoveLink Restrict",
    "AssociatedMenuBehavior": "UseCollectionName UseLabel DoNotDisplay",
    "AssociatedMenuGroup": "Details Sales Service Marketing",
    "EntityFilters": "Entity=1 Default=1 Attributes=2 Privileges=4 Relationships=8 All=15",
    "DeletedMetadataFilters": "Entity=1 Default=1 Attribute=2 Relationship=4 Label=8 OptionSet=16 "
    "All=31",
    "MetadataConditionOperator": "Equals NotEquals In NotIn GreaterThan LessThan",
    "LogicalOperator": "And Or",
}
FLAGS = frozenset({"OwnershipTypes", "SecurityTypes", "EntityFilters", "DeletedMetadataFilters"})
"""Enumerations of which a value may have several members."""


def _members(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    number = -1
    for word in text.split():
        name, _, given = word.partition("=")
        number = int(given) if given else number + 1
        found[name] = number
    return found


ENUMS: Mapping[str, Mapping[str, int]] = {name: _members(text) for name, text in _ENUMS.items()}
"""The members of each enumeration with their numbers."""


def words(text: str) -> dict[str, str]:
    """Read `Name:Type` words; a name without a type is a String."""
    pairs = (word.partition(":") for word in text.split())
    return {name: kind or "String" for name, _, kind in pairs}


_OPTION = (
    "Value:Int32 Label:Label Description:Label Color ExternalValue Tag IsManaged:Boolean "
    "IsHidden:Boolean ParentValues:Collection(Int32) MetadataId:Guid HasChanged:Boolean"
)
_MANAGED = "CanBeChanged:Boolean ManagedPropertyLogicalName"
_QUERY = "Properties:MetadataPropertiesExpression Criteria:MetadataFilterExpression"
_COMPLEX = {
    "Label": "LocalizedLabels:Collection(LocalizedLabel) UserLocalizedLabel:LocalizedLabel",
    "LocalizedLabel": "Label LanguageCode:Int32 IsManaged:Boolean MetadataId:Guid "
    "HasChanged:Boolean",
    MANAGED: f"Value:Boolean {_MANAGED}",
    LEVEL: f"Value:AttributeRequiredLevel {_MANAGED}",
    "AttributeTypeDisplayName": "Value",
    "StringFormatName": "Value",
    "MemoFormatName": "Value",
    "DateTimeBehavior": "Value",
    "OptionMetadata": _OPTION,
    "StateOptionMetadata": f"{_OPTION} DefaultStatus:Int32 InvariantName",
    "StatusOptionMetadata": f"{_OPTION} State:Int32 TransitionData",
    "AssociatedMenuConfiguration": "Behavior:AssociatedMenuBehavior Group:AssociatedMenuGroup "
    "Label:Label Order:Int32 IsCustomizable:Boolean Icon ViewId:Guid AvailableOffline:Boolean "
    "MenuId QueryApi",
    "CascadeConfiguration": "Assign:CascadeType Delete:CascadeType Archive:CascadeType "
    "Merge:CascadeType Reparent:CascadeType Share:CascadeType Unshare:CascadeType "
    "RollupView:CascadeType",
    "SecurityPrivilegeMetadata": "CanBeBasic:Boolean CanBeDeep:Boolean CanBeGlobal:Boolean "
    "CanBeLocal:Boolean CanBeEntityReference:Boolean CanBeParentEntityReference:Boolean "
    "CanBeRecordFilter:Boolean Name PrivilegeId:Guid PrivilegeType:PrivilegeType",
    "RelationshipAttribute": "ReferencedAttributeName ReferencingAttributeName",
    "EntitySetting": "Name Value:Object",
    "Object": "Type Value",
    "EntityQueryExpression": f"{_QUERY} AttributeQuery:AttributeQueryExpression "
    "KeyQuery:EntityKeyQueryExpression LabelQuery:LabelQueryExpression "
    "RelationshipQuery:RelationshipQueryExpression",
    "AttributeQueryExpression": _QUERY,
    "EntityKeyQueryExpression": _QUERY,
    "RelationshipQueryExpression": _QUERY,
    "LabelQueryExpression": "FilterLanguages:Collection(Int32) MissingLabelBehavior:Int32",
    "MetadataPropertiesExpression": "AllProperties:Boolean PropertyNames:Collection(String)",
    "MetadataFilterExpression": "FilterOperator:LogicalOperator "
    "Conditions:Collection(MetadataConditionExpression) "
    "Filters:Collection(MetadataFilterExpression)",
    "MetadataConditionExpression": "PropertyName ConditionOperator:MetadataConditionOperator "
    "Value:Object",
    "DeletedMetadataCollection": "Count:Int32 IsReadOnly:Boolean "
    "Keys:Collection(DeletedMetadataFilters) Values:Collection(GuidCollection)",
    "GuidCollection": "Guids:Collection(Guid)",
}
COMPLEX: Mapping[str, Mapping[str, str]] = {name: words(text) for name, text in _COMPLEX.items()}
"""The members of each complex type with their types."""

NAMED: Mapping[str, str] = {
    MANAGED: "Boolean",
    LEVEL: "AttributeRequiredLevel",
    **dict.fromkeys(
        ("AttributeTypeDisplayName", "StringFormatName", "MemoFormatName", "DateTimeBehavior"),
        "String",
    ),
}
"""Complex types a filter may ask by their one simple property, `Value`, and what that is."""
