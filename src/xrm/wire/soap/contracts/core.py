"""Records, references, messages and faults as data contracts."""

from dataclasses import replace

from xrm.wire.soap.contract import ARRAYS, XRM, Contract
from xrm.wire.soap.contracts.notation import (
    XRM_7_1,
    array,
    enumeration,
    pairs,
    struct,
)

XRM_2012 = "http://schemas.microsoft.com/xrm/2012/Contracts"
XRM_2014 = "http://schemas.microsoft.com/xrm/2014/Contracts"
XRM_9_0 = "http://schemas.microsoft.com/xrm/9.0/Contracts"

_KEY_AND_ANY = "key string, value anyType"

_RECORDS: tuple[Contract, ...] = (
    struct(
        "Entity",
        XRM,
        "Attributes AttributeCollection, EntityState EntityState, "
        "FormattedValues FormattedValueCollection, Id guid!, "
        "KeyAttributes KeyAttributeCollection, LogicalName string, "
        "RelatedEntities RelatedEntityCollection, RowVersion string",
    ),
    struct(
        "EntityCollection",
        XRM,
        "Entities ArrayOfEntity, EntityName string, MinActiveRowVersion string, "
        "MoreRecords boolean!, PagingCookie string, TotalRecordCount int!, "
        "TotalRecordCountLimitExceeded boolean!",
    ),
    struct(
        "EntityReference",
        XRM,
        "Id guid!, KeyAttributes KeyAttributeCollection, LogicalName string, Name string, "
        "RowVersion string",
    ),
    struct("OptionSetValue", XRM, "Value int!"),
    array("OptionSetValueCollection", XRM_9_0, "OptionSetValue OptionSetValue"),
    struct("Money", XRM, "Value decimal!"),
    struct(
        "AliasedValue",
        XRM,
        "AttributeLogicalName string, EntityLogicalName string, NeedFormatting boolean!, "
        "ReturnType int!, Value anyType",
    ),
    struct("Relationship", XRM, "PrimaryEntityRole EntityRole, SchemaName string"),
    enumeration("EntityState", XRM, "Unchanged Created Changed"),
    enumeration("EntityRole", XRM, "Referencing Referenced"),
    enumeration("ConcurrencyBehavior", XRM_7_1, "Default IfRowVersionMatches AlwaysOverwrite"),
)

_COLLECTIONS: tuple[Contract, ...] = (
    pairs("AttributeCollection", XRM, "KeyValuePairOfstringanyType", _KEY_AND_ANY),
    pairs("ParameterCollection", XRM, "KeyValuePairOfstringanyType", _KEY_AND_ANY),
    pairs("ErrorDetailCollection", XRM, "KeyValuePairOfstringanyType", _KEY_AND_ANY),
    pairs("KeyAttributeCollection", XRM_7_1, "KeyValuePairOfstringanyType", _KEY_AND_ANY),
    pairs(
        "FormattedValueCollection", XRM, "KeyValuePairOfstringstring", "key string, value string"
    ),
    pairs(
        "RelatedEntityCollection",
        XRM,
        "KeyValuePairOfRelationshipEntityCollectionX_PsK4FkN",
        "key Relationship, value EntityCollection",
    ),
    pairs(
        "EntityRecordCountCollection",
        XRM_9_0,
        "KeyValuePairOfstringlong",
        "key string, value long!",
    ),
    array("EntityReferenceCollection", XRM, "EntityReference EntityReference"),
    array("ArrayOfEntity", XRM, "Entity Entity"),
    array("ArrayOfEntityCollection", XRM, "EntityCollection EntityCollection"),
    array("ArrayOfEntityReference", XRM, "EntityReference EntityReference"),
    array("ArrayOfOptionSetValue", XRM, "OptionSetValue OptionSetValue"),
    array("ArrayOfMoney", XRM, "Money Money"),
    array("ArrayOfstring", ARRAYS, "string string"),
    array("ArrayOfanyType", ARRAYS, "anyType anyType"),
    *(
        array(f"ArrayOf{kind}", ARRAYS, f"{kind} {kind}!")
        for kind in ("boolean", "int", "long", "double", "decimal", "guid", "dateTime")
    ),
)

_MESSAGES: tuple[Contract, ...] = (
    struct(
        "OrganizationRequest",
        XRM,
        "Parameters ParameterCollection, RequestId guid, RequestName string",
    ),
    struct("OrganizationResponse", XRM, "ResponseName string, Results ParameterCollection"),
    struct("UpsertResponse", XRM, "", base="OrganizationResponse"),
    array("ArrayOfUpsertResponse", XRM, "UpsertResponse UpsertResponse"),
    array("OrganizationRequestCollection", XRM_2012, "OrganizationRequest OrganizationRequest"),
    struct(
        "ExecuteMultipleSettings", XRM_2012, "ContinueOnError boolean!, ReturnResponses boolean!"
    ),
    replace(
        array(
            "ExecuteMultipleResponseItemCollection",
            XRM_2012,
            "ExecuteMultipleResponseItem ExecuteMultipleResponseItem",
        ),
        local="OrganizationResponseCollection",
    ),
    struct(
        "ExecuteMultipleResponseItem",
        XRM_2012,
        "Fault OrganizationServiceFault, RequestIndex int!, Response OrganizationResponse",
    ),
    array("OrganizationResponseCollection", XRM_7_1, "OrganizationResponse OrganizationResponse"),
)

_FAULTS: tuple[Contract, ...] = (
    struct(
        "BaseServiceFault",
        XRM,
        "ActivityId guid!, ErrorCode int!, ErrorDetails ErrorDetailCollection, HelpLink string, "
        "Message string, Timestamp dateTime!",
    ),
    struct(
        "OrganizationServiceFault",
        XRM,
        "ExceptionRetriable boolean!, ExceptionSource string, "
        "InnerFault OrganizationServiceFault, OriginalException string, TraceText string",
        base="BaseServiceFault",
    ),
    struct(
        "DiscoveryServiceFault",
        XRM,
        "InnerFault DiscoveryServiceFault",
        base="BaseServiceFault",
    ),
    struct(
        "ExecuteTransactionFault",
        XRM_7_1,
        "FaultedRequestIndex int!",
        base="OrganizationServiceFault",
    ),
)

_ORGANIZATIONS: tuple[Contract, ...] = (
    struct(
        "OrganizationDetail",
        XRM_2014,
        "DatacenterId guid!, Endpoints EndpointCollection, EnvironmentId string, "
        "FriendlyName string, Geo string, OrganizationId guid!, "
        "OrganizationType OrganizationType!, OrganizationVersion string, SchemaType string, "
        "State OrganizationState!, TenantId string, UniqueName string, UrlName string",
    ),
    pairs(
        "EndpointCollection",
        XRM_2014,
        "KeyValuePairOfEndpointTypestringyDL0RVHi",
        "key EndpointType!, value string",
    ),
    enumeration("EndpointAccessType", XRM_2014, "Default Internet Intranet"),
    enumeration(
        "EndpointType", XRM_2014, "OrganizationService OrganizationDataService WebApplication"
    ),
    enumeration("OrganizationState", XRM_2014, "Enabled Disabled"),
    enumeration(
        "OrganizationType",
        XRM_9_0,
        "Customer Monitoring Support BackEnd Secondary CustomerTest CustomerFreeTest "
        "CustomerPreview Placeholder TestDrive MsftInvestigation EmailTrial Default Developer "
        "Trial Teams Platform",
    ),
)

CORE = (*_RECORDS, *_COLLECTIONS, *_MESSAGES, *_FAULTS, *_ORGANIZATIONS)
