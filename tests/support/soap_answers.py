"""Answers of the organization's service as values, one for each shape that its schemas have."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.wire.soap.values import Items, Long, Pairs, Struct, Word

ID = UUID("dbe9d7c9-2c98-e311-9752-6c3be5a87df0")
OTHER = UUID("93f0325c-a592-e311-b7f3-6c3be5a8a0c8")
MOMENT = datetime(2014, 2, 10, 23, 38, 29, tzinfo=UTC)


def reference(table: str = "contact") -> Struct:
    """Return a reference with a name."""
    members = {"Id": OTHER, "LogicalName": table, "Name": "Yvonne McKay"}
    return Struct("EntityReference", members)


def entity(**values: Any) -> Struct:
    """Return an account with these columns."""
    return Struct(
        "Entity",
        {
            "Attributes": Pairs("AttributeCollection", values),
            "EntityState": None,
            "FormattedValues": Pairs("FormattedValueCollection", {"revenue": "$1.50"}),
            "Id": ID,
            "KeyAttributes": Pairs("KeyAttributeCollection"),
            "LogicalName": "account",
            "RelatedEntities": Pairs(
                "RelatedEntityCollection",
                {
                    Struct("Relationship", {"SchemaName": "account_primary_contact"}): Struct(
                        "EntityCollection", {"Entities": Items("ArrayOfEntity")}
                    )
                },
            ),
            "RowVersion": "1048577",
        },
    )


ACCOUNT = entity(
    accountid=ID,
    name="A. Datum <&>",
    numberofemployees=4300,
    versionnumber=Long(2**40),
    revenue=Struct("Money", {"Value": Decimal("1.5000")}),
    exchangerate=Decimal("1.0000000000"),
    address1_latitude=47.5,
    donotemail=False,
    createdon=MOMENT,
    industrycode=Struct("OptionSetValue", {"Value": 7}),
    contoso_colours=Items("OptionSetValueCollection", [Struct("OptionSetValue", {"Value": 3})]),
    primarycontactid=reference(),
    to=Struct("EntityCollection", {"Entities": Items("ArrayOfEntity", [entity(name="Bob")])}),
    entityimage=b"\x00\xff",
    fullname=Struct(
        "AliasedValue",
        {"AttributeLogicalName": "name", "EntityLogicalName": "contact", "Value": "Yvonne"},
    ),
    websiteurl=None,
)


def label(text: str) -> Struct:
    """Return a label in one language."""
    localized = Struct(
        "LocalizedLabel",
        {"MetadataId": ID, "HasChanged": None, "IsManaged": True, "Label": text}
        | {"LanguageCode": 1033},
    )
    labels = Items("LocalizedLabelCollection", [localized])
    return Struct("Label", {"LocalizedLabels": labels, "UserLocalizedLabel": localized})


def managed(name: str, *, value: bool = True) -> Struct:
    """Return a managed property."""
    members = {"CanBeChanged": False, "ManagedPropertyLogicalName": name, "Value": value}
    return Struct("BooleanManagedProperty", members)


def column(definition: str, **more: Any) -> Struct:
    """Return the definition of a column of a type of definition."""
    level = {
        "CanBeChanged": True,
        "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
    }
    return Struct(
        definition,
        {
            "MetadataId": ID,
            "HasChanged": None,
            "AttributeOf": None,
            "AttributeType": Word("AttributeTypeCode", "String"),
            "DisplayName": label("Name"),
            "IsAuditEnabled": managed("canmodifyauditsettings"),
            "IsValidODataAttribute": True,
            "RequiredLevel": Struct(
                "AttributeRequiredLevelManagedProperty",
                {**level, "Value": Word("AttributeRequiredLevel", "ApplicationRequired")},
            ),
            "AttributeTypeName": Struct("AttributeTypeDisplayName", {"Value": "StringType"}),
            **more,
        },
    )


def options(kind: str, option: str, **more: Any) -> Struct:
    """Return a choice of one option."""
    described = {"MetadataId": ID, "IsHidden": False, "Label": label("Open"), "Value": 1, **more}
    held = Items("ArrayOfOptionMetadata", [Struct(option, described)])
    return Struct(
        "OptionSetMetadata", {"OptionSetType": Word("OptionSetType", kind), "Options": held}
    )


_BOOLEAN_OPTIONS = Struct(
    "BooleanOptionSetMetadata",
    {
        "OptionSetType": Word("OptionSetType", "Boolean"),
        "TrueOption": Struct("OptionMetadata", {"IsHidden": False, "Value": 1}),
    },
)
COLUMNS = (
    column("AttributeMetadata"),
    column(
        "StringAttributeMetadata",
        Format=Word("StringFormat", "Text"),
        MaxLength=160,
        FormatName=Struct("StringFormatName", {"Value": "Text"}),
    ),
    column("MemoAttributeMetadata", FormatName=Struct("MemoFormatName", {"Value": "TextArea"})),
    column("IntegerAttributeMetadata", Format=Word("IntegerFormat", "None"), MinValue=-(2**31)),
    column("BigIntAttributeMetadata", MaxValue=Long(2**63 - 1), MinValue=Long(-(2**63))),
    column("DecimalAttributeMetadata", MaxValue=Decimal("100000000000"), Precision=2),
    column("DoubleAttributeMetadata", ImeMode=Word("ImeMode", "Disabled"), MaxValue=1e9),
    column("MoneyAttributeMetadata", MinValue=0.0, PrecisionSource=2, IsBaseCurrency=False),
    column("BooleanAttributeMetadata", DefaultValue=False, OptionSet=_BOOLEAN_OPTIONS),
    column(
        "DateTimeAttributeMetadata",
        Format=Word("DateTimeFormat", "DateOnly"),
        DateTimeBehavior=Struct("DateTimeBehavior", {"Value": "UserLocal"}),
        CanChangeDateTimeBehavior=managed("canchangedatetimebehavior"),
    ),
    column(
        "LookupAttributeMetadata",
        Format=Word("LookupFormat", "None"),
        Targets=Items("ArrayOfstring", ["contact"]),
    ),
    column("PicklistAttributeMetadata", OptionSet=options("Picklist", "OptionMetadata")),
    column("MultiSelectPicklistAttributeMetadata", SourceTypeMask=0),
    column(
        "StateAttributeMetadata",
        OptionSet=options("State", "StateOptionMetadata", DefaultStatus=1, InvariantName="Active"),
    ),
    column("StatusAttributeMetadata", OptionSet=options("Status", "StatusOptionMetadata", State=0)),
    column("EntityNameAttributeMetadata", IsEntityReferenceStored=False),
    column("UniqueIdentifierAttributeMetadata"),
    column("ImageAttributeMetadata", MaxHeight=144, IsPrimaryImage=True),
    column("FileAttributeMetadata", MaxSizeInKB=32768),
)
"""A column of each type of definition."""

_ONE_TO_MANY = Struct(
    "OneToManyRelationshipMetadata",
    {
        "MetadataId": ID,
        "SchemaName": "account_primary_contact",
        "SecurityTypes": Word("SecurityTypes", "Append Pointer"),
        "RelationshipType": Word("RelationshipType", "OneToManyRelationship"),
        "AssociatedMenuConfiguration": Struct(
            "AssociatedMenuConfiguration",
            {
                "Behavior": Word("AssociatedMenuBehavior", "UseCollectionName"),
                "Group": Word("AssociatedMenuGroup", "Details"),
                "Label": label("Accounts"),
                "ViewId": ID,
            },
        ),
        "CascadeConfiguration": Struct(
            "CascadeConfiguration", {"Delete": Word("CascadeType", "RemoveLink")}
        ),
        "ReferencedEntity": "contact",
        "RelationshipAttributes": Items("ArrayOfRelationshipAttribute"),
    },
)
_MANY_TO_MANY = Struct(
    "ManyToManyRelationshipMetadata",
    {
        "SchemaName": "accountleads_association",
        "RelationshipType": Word("RelationshipType", "ManyToManyRelationship"),
        "IntersectEntityName": "accountleads",
    },
)
_KEY = Struct(
    "EntityKeyMetadata",
    {
        "MetadataId": ID,
        "AsyncJob": None,
        "DisplayName": label("Number"),
        "EntityKeyIndexStatus": Word("EntityKeyIndexStatus", "Active"),
        "KeyAttributes": Items("ArrayOfstring", ["accountnumber"]),
    },
)
_PRIVILEGE = Struct(
    "SecurityPrivilegeMetadata",
    {"CanBeBasic": True, "CanBeGlobal": True, "Name": "prvReadAccount", "PrivilegeId": ID}
    | {"PrivilegeType": Word("PrivilegeType", "Read")},
)
TABLE = Struct(
    "EntityMetadata",
    {
        "MetadataId": ID,
        "HasChanged": None,
        "ActivityTypeMask": 0,
        "Attributes": Items("ArrayOfAttributeMetadata", list(COLUMNS)),
        "CanBeInManyToMany": managed("canbeinmanytomany"),
        "ClusterMode": Word("EntityClusterMode", "Partitioned"),
        "DisplayName": label("Account"),
        "LogicalName": "account",
        "ManyToManyRelationships": Items("ArrayOfManyToManyRelationshipMetadata", [_MANY_TO_MANY]),
        "ManyToOneRelationships": Items("ArrayOfOneToManyRelationshipMetadata", [_ONE_TO_MANY]),
        "OwnershipType": Word("OwnershipTypes", "UserOwned"),
        "Privileges": Items("ArrayOfSecurityPrivilegeMetadata", [_PRIVILEGE]),
        "Keys": Items("ArrayOfEntityKeyMetadata", [_KEY]),
        "EntitySetName": "accounts",
    },
)
_FAULT = Struct(
    "OrganizationServiceFault",
    {
        "ErrorCode": -2147220969,
        "ErrorDetails": Pairs("ErrorDetailCollection", {"Callstack": "none"}),
        "Message": "account With Id = x Does Not Exist",
        "Timestamp": MOMENT,
        "InnerFault": None,
        "TraceText": None,
    },
)


def response(contract: str, **results: Any) -> Struct:
    """Return a message's response."""
    members = {"ResponseName": contract.removesuffix("Response")}
    return Struct(contract, {**members, "Results": Pairs("ParameterCollection", results)})


def _item(index: int, **held: Any) -> Struct:
    return Struct("ExecuteMultipleResponseItem", {"RequestIndex": index, **held})


ANSWERS: dict[str, tuple[str, Any]] = {
    "a guid": ("Create", ID),
    "nothing": ("Update", None),
    "a record": ("Retrieve", ACCOUNT),
    "records": (
        "RetrieveMultiple",
        Struct(
            "EntityCollection",
            {
                "Entities": Items("ArrayOfEntity", [ACCOUNT, entity()]),
                "EntityName": "account",
                "MinActiveRowVersion": "-1",
                "MoreRecords": False,
                "PagingCookie": '<cookie page="1"/>',
                "TotalRecordCount": -1,
                "TotalRecordCountLimitExceeded": False,
            },
        ),
    ),
    "a response without a type of its own": ("Execute", response("OrganizationResponse", A="b")),
    "who somebody is": ("Execute", response("WhoAmIResponse", UserId=ID, OrganizationId=OTHER)),
    "a table's definition": ("Execute", response("RetrieveEntityResponse", EntityMetadata=TABLE)),
    "changes of definitions": (
        "Execute",
        response(
            "RetrieveMetadataChangesResponse",
            ServerVersionStamp="22934563!02/24/2015 17:34:18",
            EntityMetadata=Items("EntityMetadataCollection", [TABLE]),
            DeletedMetadata=Pairs(
                "DeletedMetadataCollection",
                {
                    Word("DeletedMetadataFilters", "Entity Label"): Items("ArrayOfguid", [ID]),
                    Word("DeletedMetadataFilters", "Attribute"): Items("ArrayOfguid"),
                },
            ),
        ),
    ),
    "responses of several messages": (
        "Execute",
        response(
            "ExecuteMultipleResponse",
            IsFaulted=True,
            Responses=Items(
                "ExecuteMultipleResponseItemCollection",
                [
                    _item(0, Fault=None, Response=response("CreateResponse", id=ID)),
                    _item(1, Fault=_FAULT, Response=None),
                ],
            ),
        ),
    ),
}
"""Operations' answers by what they hold: the operation, and its result."""
