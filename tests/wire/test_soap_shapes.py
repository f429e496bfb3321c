"""The shape of answers: elements, order, namespaces and prefixes as recorded answers have them."""

from decimal import Decimal
from uuid import UUID

import pytest

from xrm.model.message import Declaration
from xrm.wire.soap.contract import CRM, GENERIC, METADATA, SERIALIZATION, XRM, XSD
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.messages import contracts_of
from xrm.wire.soap.operations import (
    DISCOVERY,
    ORGANIZATION,
    read_parameters,
    read_result,
    write_parameters,
    write_result,
)
from xrm.wire.soap.values import Items, Pairs, Struct, Word
from xrm.wire.soap.versions import ADDRESSING, SOAP_11, SOAP_12, scope_of
from xrm.wire.xml import parse

KEY = UUID("8944a0c4-b36d-4973-a3c6-e0fefe61d236")
XSI = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
SERVICES = "http://schemas.microsoft.com/xrm/2011/Contracts/Services"
XRM_7_1 = "http://schemas.microsoft.com/xrm/7.1/Contracts"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
MANY = "http://schemas.microsoft.com/xrm/2012/Contracts"
ALL = CONTRACTS.extended(
    contract
    for declaration in (
        Declaration("WhoAmI", "function"),
        Declaration("RetrieveAttribute", "function", namespace="xrm"),
        Declaration("Create", "record", namespace="xrm"),
        Declaration("ExecuteMultiple", "record", namespace="xrm"),
    )
    for contract in contracts_of(declaration)
)


def results(kind: str, values: dict) -> Struct:
    collection = Pairs("ParameterCollection", values)
    name = kind.removesuffix("Response")
    return Struct(kind, {"ResponseName": name, "Results": collection})


WHO = results("WhoAmIResponse", {"UserId": KEY})
WHO_TEXT = (
    f'<ExecuteResponse xmlns="{SERVICES}"><ExecuteResult i:type="c:WhoAmIResponse" '
    f'xmlns:b="{XRM}" {XSI} xmlns:c="{CRM}"><b:ResponseName>WhoAmI</b:ResponseName>'
    f'<b:Results xmlns:d="{GENERIC}"><b:KeyValuePairOfstringanyType><d:key>UserId</d:key>'
    f'<d:value i:type="e:guid" xmlns:e="{SERIALIZATION}">{KEY}</d:value>'
    "</b:KeyValuePairOfstringanyType></b:Results></ExecuteResult></ExecuteResponse>"
)

ENTITY = Struct(
    "Entity",
    {
        "Attributes": Pairs(
            "AttributeCollection",
            {
                "name": "A & B",
                "revenue": Struct("Money", {"Value": Decimal("1.5000")}),
                "parentaccountid": Struct(
                    "EntityReference", {"Id": KEY, "LogicalName": "account", "Name": None}
                ),
                "donotemail": False,
            },
        ),
        "EntityState": None,
        "FormattedValues": Pairs("FormattedValueCollection", {"revenue": "$1.50"}),
        "Id": KEY,
        "KeyAttributes": Pairs("KeyAttributeCollection"),
        "LogicalName": "account",
        "RelatedEntities": Pairs("RelatedEntityCollection"),
        "RowVersion": "12",
    },
)
ENTITY_TEXT = (
    f'<RetrieveResponse xmlns="{SERVICES}"><RetrieveResult xmlns:b="{XRM}" {XSI}>'
    f'<b:Attributes xmlns:c="{GENERIC}">'
    "<b:KeyValuePairOfstringanyType><c:key>name</c:key>"
    f'<c:value i:type="d:string" xmlns:d="{XSD}">A &amp; B</c:value>'
    "</b:KeyValuePairOfstringanyType>"
    "<b:KeyValuePairOfstringanyType><c:key>revenue</c:key>"
    '<c:value i:type="b:Money"><b:Value>1.5000</b:Value></c:value>'
    "</b:KeyValuePairOfstringanyType>"
    "<b:KeyValuePairOfstringanyType><c:key>parentaccountid</c:key>"
    f'<c:value i:type="b:EntityReference"><b:Id>{KEY}</b:Id><b:LogicalName>account'
    '</b:LogicalName><b:Name i:nil="true"/></c:value>'
    "</b:KeyValuePairOfstringanyType>"
    "<b:KeyValuePairOfstringanyType><c:key>donotemail</c:key>"
    f'<c:value i:type="d:boolean" xmlns:d="{XSD}">false</c:value>'
    "</b:KeyValuePairOfstringanyType></b:Attributes>"
    '<b:EntityState i:nil="true"/>'
    f'<b:FormattedValues xmlns:c="{GENERIC}"><b:KeyValuePairOfstringstring>'
    "<c:key>revenue</c:key><c:value>$1.50</c:value></b:KeyValuePairOfstringstring>"
    f"</b:FormattedValues><b:Id>{KEY}</b:Id>"
    f'<b:KeyAttributes xmlns:c="{XRM_7_1}" xmlns:d="{GENERIC}"/>'
    f'<b:LogicalName>account</b:LogicalName><b:RelatedEntities xmlns:c="{GENERIC}"/>'
    "<b:RowVersion>12</b:RowVersion></RetrieveResult></RetrieveResponse>"
)

LABEL = Struct("LocalizedLabel", {"MetadataId": None, "Label": "Name", "LanguageCode": 1033})
ATTRIBUTE = results(
    "RetrieveAttributeResponse",
    {
        "AttributeMetadata": Struct(
            "LookupAttributeMetadata",
            {
                "HasChanged": None,
                "AttributeType": Word("AttributeTypeCode", "Lookup"),
                "DisplayName": Struct(
                    "Label",
                    {
                        "LocalizedLabels": Items("LocalizedLabelCollection", [LABEL]),
                        "UserLocalizedLabel": None,
                    },
                ),
                "AttributeTypeName": Struct("AttributeTypeDisplayName", {"Value": "LookupType"}),
                "Targets": Items("ArrayOfstring", ["account"]),
            },
        )
    },
)
ATTRIBUTE_TEXT = (
    f'<ExecuteResponse xmlns="{SERVICES}"><ExecuteResult i:type="b:RetrieveAttributeResponse" '
    f'xmlns:b="{XRM}" {XSI}><b:ResponseName>RetrieveAttribute</b:ResponseName>'
    f'<b:Results xmlns:c="{GENERIC}"><b:KeyValuePairOfstringanyType>'
    "<c:key>AttributeMetadata</c:key>"
    f'<c:value i:type="d:LookupAttributeMetadata" xmlns:d="{METADATA}">'
    '<d:HasChanged i:nil="true"/><d:AttributeType>Lookup</d:AttributeType><d:DisplayName>'
    '<b:LocalizedLabels><b:LocalizedLabel><d:MetadataId i:nil="true"/><b:Label>Name</b:Label>'
    "<b:LanguageCode>1033</b:LanguageCode></b:LocalizedLabel></b:LocalizedLabels>"
    '<b:UserLocalizedLabel i:nil="true"/></d:DisplayName>'
    '<d:AttributeTypeName xmlns:e="http://schemas.microsoft.com/xrm/2013/Metadata">'
    "<e:Value>LookupType</e:Value></d:AttributeTypeName>"
    f'<d:Targets xmlns:e="{ARRAYS}"><e:string>account</e:string></d:Targets></c:value>'
    "</b:KeyValuePairOfstringanyType></b:Results></ExecuteResult></ExecuteResponse>"
)

EMPTY = Struct(
    "EntityCollection",
    {
        "Entities": Items("ArrayOfEntity"),
        "EntityName": "account",
        "MinActiveRowVersion": "-1",
        "MoreRecords": False,
        "PagingCookie": '<cookie page="1"/>',
        "TotalRecordCount": -1,
        "TotalRecordCountLimitExceeded": False,
    },
)
EMPTY_TEXT = (
    f'<RetrieveMultipleResponse xmlns="{SERVICES}"><RetrieveMultipleResult xmlns:b="{XRM}" {XSI}>'
    "<b:Entities/><b:EntityName>account</b:EntityName>"
    "<b:MinActiveRowVersion>-1</b:MinActiveRowVersion><b:MoreRecords>false</b:MoreRecords>"
    '<b:PagingCookie>&lt;cookie page="1"/&gt;</b:PagingCookie>'
    "<b:TotalRecordCount>-1</b:TotalRecordCount>"
    "<b:TotalRecordCountLimitExceeded>false</b:TotalRecordCountLimitExceeded>"
    "</RetrieveMultipleResult></RetrieveMultipleResponse>"
)

CREATED = f'<CreateResponse xmlns="{SERVICES}"><CreateResult>{KEY}</CreateResult></CreateResponse>'

ANSWERS = {
    "WhoAmI": ("Execute", WHO, WHO_TEXT),
    "Retrieve": ("Retrieve", ENTITY, ENTITY_TEXT),
    "RetrieveAttribute": ("Execute", ATTRIBUTE, ATTRIBUTE_TEXT),
    "RetrieveMultiple": ("RetrieveMultiple", EMPTY, EMPTY_TEXT),
    "Create": ("Create", KEY, CREATED),
    "Update": ("Update", None, f'<UpdateResponse xmlns="{SERVICES}"/>'),
    "Delete": ("Delete", None, f'<DeleteResponse xmlns="{SERVICES}"/>'),
    "Associate": ("Associate", None, f'<AssociateResponse xmlns="{SERVICES}"/>'),
    "Disassociate": ("Disassociate", None, f'<DisassociateResponse xmlns="{SERVICES}"/>'),
}


def body(text: str, *, addressed: bool = True):
    spaces = f'xmlns:s="{SOAP_12 if addressed else SOAP_11}"'
    spaces += f' xmlns:a="{ADDRESSING}"' if addressed else ""
    return parse(f"<s:Body {spaces}>{text}</s:Body>".encode())[0]


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_have_the_recorded_shape(name):
    operation, value, text = ANSWERS[name]
    assert write_result(ORGANIZATION[operation], value, scope_of("1.2"), ALL) == text


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_read(name):
    operation, value, text = ANSWERS[name]
    assert read_result(body(text), ORGANIZATION[operation], ALL) == value


def test_soap_1_1_without_addressing_begins_with_a():
    """Scripts in pages look for `a:Entity`, `b:key` and the like in these answers."""
    scope = scope_of("1.1", addressed=False)
    text = write_result(ORGANIZATION["Execute"], WHO, scope, ALL)
    assert text == (
        f'<ExecuteResponse xmlns="{SERVICES}"><ExecuteResult i:type="b:WhoAmIResponse" '
        f'xmlns:a="{XRM}" {XSI} xmlns:b="{CRM}"><a:ResponseName>WhoAmI</a:ResponseName>'
        f'<a:Results xmlns:c="{GENERIC}"><a:KeyValuePairOfstringanyType><c:key>UserId</c:key>'
        f'<c:value i:type="d:guid" xmlns:d="{SERIALIZATION}">{KEY}</c:value>'
        "</a:KeyValuePairOfstringanyType></a:Results></ExecuteResult></ExecuteResponse>"
    )
    assert read_result(body(text, addressed=False), ORGANIZATION["Execute"], ALL) == WHO


def test_a_result_that_is_null():
    text = write_result(ORGANIZATION["Retrieve"], None, scope_of("1.2"))
    assert text == (
        f'<RetrieveResponse xmlns="{SERVICES}"><RetrieveResult i:nil="true" xmlns:b="{XRM}" {XSI}/>'
        "</RetrieveResponse>"
    )
    assert read_result(body(text), ORGANIZATION["Retrieve"]) is None


def test_an_untyped_answer_tells_no_type():
    answer = Struct("OrganizationResponse", WHO.members)
    text = write_result(ORGANIZATION["Execute"], answer, scope_of("1.2"))
    assert f'<ExecuteResult xmlns:b="{XRM}" {XSI}><b:ResponseName>' in text


@pytest.mark.covers("soap value: OrganizationRequestCollection", "message: ExecuteMultiple")
def test_requests_within_a_request():
    """As a client of ExecuteMultiple sends them: the collection is of a later namespace."""
    create = Struct(
        "CreateRequest",
        {
            "Parameters": Pairs("ParameterCollection", {"Target": ENTITY}),
            "RequestId": None,
            "RequestName": "Create",
        },
    )
    many = Struct(
        "ExecuteMultipleRequest",
        {
            "Parameters": Pairs(
                "ParameterCollection",
                {
                    "Requests": Items("OrganizationRequestCollection", [create]),
                    "Settings": Struct(
                        "ExecuteMultipleSettings",
                        {"ContinueOnError": False, "ReturnResponses": True},
                    ),
                },
            ),
            "RequestId": KEY,
            "RequestName": "ExecuteMultiple",
        },
    )
    execute = ORGANIZATION["Execute"]
    text = write_parameters(execute, {"request": many}, scope_of("1.1", addressed=False), ALL)
    assert text.startswith(
        f'<Execute xmlns="{SERVICES}"><request i:type="a:ExecuteMultipleRequest" '
        f'xmlns:a="{XRM}" {XSI}><a:Parameters xmlns:b="{GENERIC}"><a:KeyValuePairOfstringanyType>'
        '<b:key>Requests</b:key><b:value i:type="c:OrganizationRequestCollection" '
        f'xmlns:c="{MANY}"><c:OrganizationRequest i:type="a:CreateRequest"><a:Parameters>'
    )
    found = read_parameters(body(text, addressed=False), execute, ALL)
    assert found == {"request": many}


@pytest.mark.covers("discovery: RetrieveOrganizations")
def test_discovery_speaks_its_own_namespace():
    space = "http://schemas.microsoft.com/xrm/2011/Contracts/Discovery"
    request = Struct(
        "RetrieveOrganizationsRequest",
        {
            "AccessType": Word("DiscoveryEndpointAccessType", "Default"),
            "Release": Word("OrganizationRelease", "Current"),
        },
    )
    text = write_parameters(DISCOVERY["Execute"], {"request": request}, scope_of("1.2"))
    assert text == (
        f'<Execute xmlns="{space}"><request i:type="RetrieveOrganizationsRequest" {XSI}>'
        "<AccessType>Default</AccessType><Release>Current</Release></request></Execute>"
    )
    assert read_parameters(body(text), DISCOVERY["Execute"]) == {"request": request}
    endpoint = Word("DiscoveryEndpointType", "OrganizationService")
    endpoints = Pairs("DiscoveryEndpointCollection", {endpoint: "https://contoso.example/x"})
    detail = Struct("DiscoveryOrganizationDetail", {"Endpoints": endpoints, "UrlName": "contoso"})
    details = Items("OrganizationDetailCollection", [detail])
    answer = Struct("RetrieveOrganizationsResponse", {"Details": details})
    answered = write_result(DISCOVERY["Execute"], answer, scope_of("1.2"))
    assert answered == (
        f'<ExecuteResponse xmlns="{space}"><ExecuteResult i:type="RetrieveOrganizationsResponse" '
        f'{XSI}><Details><OrganizationDetail><Endpoints xmlns:b="{GENERIC}">'
        "<KeyValuePairOfEndpointTypestringztYlk6OT><b:key>OrganizationService</b:key>"
        "<b:value>https://contoso.example/x</b:value></KeyValuePairOfEndpointTypestringztYlk6OT>"
        "</Endpoints><UrlName>contoso</UrlName></OrganizationDetail></Details></ExecuteResult>"
        "</ExecuteResponse>"
    )
    assert read_result(body(answered), DISCOVERY["Execute"]) == answer


def test_what_xml_has_not_is_written_as_the_platform_does():
    """A reference that only .NET reads: others refuse it, there as here."""
    answer = Struct("Entity", {"LogicalName": "a\x01\r\n\t]]>\ufffe"})
    text = write_result(ORGANIZATION["Retrieve"], answer, scope_of("1.2"))
    assert "<b:LogicalName>a&#x1;&#xD;\n\t]]&gt;&#xFFFE;</b:LogicalName>" in text


@pytest.mark.parametrize("name", ORGANIZATION)
@pytest.mark.covers("soap form: action of each operation")
def test_actions_of_operations(name):
    operation = ORGANIZATION[name]
    action = f"{SERVICES}/IOrganizationService/{name}"
    assert operation.action == action
    assert operation.reply_action == f"{action}Response"
    assert operation.fault_action == f"{action}OrganizationServiceFaultFault"
