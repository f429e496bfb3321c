"""zeep, unmodified, loads the descriptions, sends what is read here, and reads what is written."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from zeep import Client, Settings, xsd
from zeep.exceptions import Fault as ZeepFault
from zeep.helpers import serialize_object

from support import soap_documents
from support.soap_answers import ANSWERS
from support.soap_documents import DISCOVERY, ORGANIZATION, Answer, Loaded
from support.zeeping import (
    ARRAYS,
    CRM,
    METADATA,
    QUERY,
    XRM,
    XRM_9_0,
    XRM_2012,
    EntityFilters,
    Typed,
)
from xrm.wire.soap import operations
from xrm.wire.soap.envelope import content_type, read_envelope, write_response
from xrm.wire.soap.faults import Fault, service_fault, write_fault
from xrm.wire.soap.operations import Operation, read_parameters, write_result
from xrm.wire.soap.values import Items, Long, Pairs, Struct, Word
from xrm.wire.soap.versions import Version, scope_of

DISCOVERY_TYPES = f"{XRM}/Discovery"
ID = UUID("dbe9d7c9-2c98-e311-9752-6c3be5a87df0")
MOMENT = datetime(2024, 2, 29, 12, 30, 45, tzinfo=UTC)
BINDINGS: list[tuple[str, Version]] = [("CustomBinding", "1.2"), ("BasicHttpBinding", "1.1")]


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(f"{ORGANIZATION}?wsdl", transport=Loaded(soap_documents.documents()))


@pytest.fixture(scope="module")
def typed(client: Client) -> Typed:
    return Typed(client)


def read_back(
    client: Client, operation: str, *, binding: str = "CustomBinding", **given: Any
) -> dict[str, Any]:
    """Return what our reader finds in the envelope that zeep makes."""
    row = operations.ORGANIZATION[operation]
    service = client.bind("OrganizationService", f"{binding}_IOrganizationService")
    message = etree.tostring(client.create_message(service, operation, **given))
    version: Version = dict(BINDINGS)[binding]
    kind = content_type(version, row.action)
    envelope = read_envelope(message, content_type=kind, soap_action=f'"{row.action}"')
    assert envelope.action == row.action
    assert envelope.version == version
    assert envelope.body is not None
    return read_parameters(envelope.body, row, soap_documents.contracts())


@pytest.mark.parametrize("address", [ORGANIZATION, DISCOVERY])
@pytest.mark.parametrize("query", ["wsdl", "singleWsdl", "wsdl&sdkversion=9"])
@pytest.mark.parametrize("deployment", ["online", "federation", "activedirectory"])
def test_zeep_loads_the_description(address: str, query: str, deployment: str):
    held = soap_documents.documents(address, deployment=deployment)
    client = Client(f"{address}?{query}", transport=Loaded(held), settings=Settings(strict=True))
    (service,) = client.wsdl.services.values()
    plain = [] if deployment == "activedirectory" else ["BasicHttpBinding"]
    assert [port.split("_")[0] for port in service.ports] == ["CustomBinding", *plain]


@pytest.mark.parametrize("binding", [name for name, _ in BINDINGS])
def test_a_record_of_every_type_of_value(client: Client, typed: Typed, binding: str):
    colours = typed.make(
        "OptionSetValueCollection", [typed.make("OptionSetValue", 3)], namespace=XRM_9_0
    )
    values = {
        "name": typed.text("A. Datum <&>"),
        "numberofemployees": typed.simple("int", 4300),
        "versionnumber": typed.simple("long", 2**40),
        "exchangerate": typed.simple("decimal", Decimal("1.0000000000")),
        "address1_latitude": typed.simple("double", 47.5),
        "donotemail": typed.simple("boolean", False),
        "createdon": typed.simple("dateTime", MOMENT),
        "processid": typed.guid(ID),
        "industrycode": typed.make("OptionSetValue", 7),
        "revenue": typed.make("Money", Decimal("1.5000")),
        "contoso_colours": colours,
        "primarycontactid": typed.make("EntityReference", Id=str(ID), LogicalName="contact"),
        "websiteurl": xsd.Nil,
    }
    entity = typed.make(
        "Entity",
        LogicalName="account",
        Id=str(ID),
        Attributes=typed.pairs("AttributeCollection", **values),
    )
    read = read_back(client, "Create", binding=binding, entity=entity)
    expected = {
        "name": "A. Datum <&>",
        "numberofemployees": 4300,
        "versionnumber": Long(2**40),
        "exchangerate": Decimal("1.0000000000"),
        "address1_latitude": 47.5,
        "donotemail": False,
        "createdon": MOMENT,
        "processid": ID,
        "industrycode": Struct("OptionSetValue", {"Value": 7}),
        "revenue": Struct("Money", {"Value": Decimal("1.5000")}),
        "contoso_colours": Items(
            "OptionSetValueCollection", [Struct("OptionSetValue", {"Value": 3})]
        ),
        "primarycontactid": Struct("EntityReference", {"Id": ID, "LogicalName": "contact"}),
        "websiteurl": None,
    }
    assert read == {
        "entity": Struct(
            "Entity",
            {
                "Attributes": Pairs("AttributeCollection", expected),
                "Id": ID,
                "LogicalName": "account",
            },
        )
    }
    kinds = {key: type(value) for key, value in expected.items()}
    held = read["entity"].members["Attributes"].values
    assert {key: type(value) for key, value in held.items()} == kinds


@pytest.mark.parametrize("binding", [name for name, _ in BINDINGS])
def test_a_query_expression(client: Client, typed: Typed, binding: str):
    condition = typed.make(
        "ConditionExpression",
        AttributeName="name",
        Operator="BeginsWith",
        CompareColumns=False,
        Values=typed.make("ArrayOfanyType", [typed.text("A")], namespace=ARRAYS),
    )
    conditions = typed.make("ArrayOfConditionExpression", [condition])
    query = typed.make(
        "QueryExpression",
        EntityName="account",
        ColumnSet=typed.make("ColumnSet", AllColumns=False, Columns=typed.texts("name")),
        Criteria=typed.make("FilterExpression", FilterOperator="Or", Conditions=conditions),
        Distinct=False,
        TopCount=5,
    )
    read = read_back(client, "RetrieveMultiple", binding=binding, query=query)["query"]
    assert read.type == "QueryExpression"
    assert read.members["EntityName"] == "account"
    assert read.members["TopCount"] == 5
    columns = {"AllColumns": False, "Columns": Items("ArrayOfstring", ["name"])}
    assert read.members["ColumnSet"] == Struct("ColumnSet", columns)
    criteria = read.members["Criteria"].members
    assert criteria["FilterOperator"] == Word("LogicalOperator", "Or")
    assert criteria["Conditions"].values[0].members == {
        "AttributeName": "name",
        "CompareColumns": False,
        "Operator": Word("ConditionOperator", "BeginsWith"),
        "Values": Items("ArrayOfanyType", ["A"]),
    }


def test_a_query_by_fetch(client: Client, typed: Typed):
    fetch = '<fetch><entity name="account"/></fetch>'
    query = typed.make("FetchExpression", Query=fetch)
    read = read_back(client, "RetrieveMultiple", query=query)
    assert read == {"query": Struct("FetchExpression", {"Query": fetch})}


def test_a_request_with_flags_among_its_parameters(client: Client, typed: Typed):
    filters = xsd.AnyObject(EntityFilters(), "Entity Attributes")
    request = typed.request(
        "RetrieveEntity",
        EntityFilters=filters,
        LogicalName=typed.text("account"),
        MetadataId=typed.guid(UUID(int=0)),
        RetrieveAsIfPublished=typed.simple("boolean", True),
    )
    read = read_back(client, "Execute", request=request)["request"]
    assert read.type == "RetrieveEntityRequest"
    assert read.members["Parameters"].values == {
        "EntityFilters": Word("EntityFilters", "Entity Attributes"),
        "LogicalName": "account",
        "MetadataId": UUID(int=0),
        "RetrieveAsIfPublished": True,
    }


def test_a_request_with_flags_in_a_member(client: Client, typed: Typed):
    access = typed.make(
        "PrincipalAccess",
        AccessMask=["ReadAccess", "WriteAccess"],
        Principal=typed.make("EntityReference", Id=str(ID), LogicalName="team"),
        namespace=CRM,
    )
    target = typed.make("EntityReference", Id=str(ID), LogicalName="account")
    request = typed.request("GrantAccess", CRM, PrincipalAccess=access, Target=target)
    read = read_back(client, "Execute", request=request)["request"]
    assert read.type == "GrantAccessRequest"
    held = read.members["Parameters"].values["PrincipalAccess"]
    assert held.members["AccessMask"] == Word("AccessRights", "ReadAccess WriteAccess")


def test_a_request_of_several(client: Client, typed: Typed):
    create = typed.request(
        "Create", Target=typed.make("Entity", LogicalName="account", Id=str(UUID(int=0)))
    )
    held = typed.make(
        "OrganizationRequestCollection",
        [create, typed.request("WhoAmI", CRM)],
        namespace=XRM_2012,
    )
    settings = typed.make(
        "ExecuteMultipleSettings", ContinueOnError=True, ReturnResponses=True, namespace=XRM_2012
    )
    request = typed.request("ExecuteMultiple", Requests=held, Settings=settings)
    parameters = read_back(client, "Execute", request=request)["request"].members["Parameters"]
    requests = parameters.values["Requests"].values
    assert [each.type for each in requests] == ["CreateRequest", "WhoAmIRequest"]
    assert requests[0].members["Parameters"].values["Target"].type == "Entity"
    expected = {"ContinueOnError": True, "ReturnResponses": True}
    assert parameters.values["Settings"] == Struct("ExecuteMultipleSettings", expected)


def test_a_query_of_definitions(client: Client, typed: Typed):
    names = typed.texts("LogicalName")
    kinds = typed.make("ArrayOfAttributeTypeCode", ["Lookup", "Owner"], namespace=METADATA)
    condition = typed.make(
        "MetadataConditionExpression",
        PropertyName="AttributeType",
        ConditionOperator="In",
        Value=kinds,
        namespace=QUERY,
    )
    conditions = typed.make("ArrayOfMetadataConditionExpression", [condition], namespace=QUERY)
    criteria = typed.make(
        "MetadataFilterExpression", FilterOperator="And", Conditions=conditions, namespace=QUERY
    )
    properties = typed.make(
        "MetadataPropertiesExpression", AllProperties=False, PropertyNames=names, namespace=QUERY
    )
    columns = typed.make("AttributeQueryExpression", Criteria=criteria, namespace=QUERY)
    query = typed.make(
        "EntityQueryExpression", Properties=properties, AttributeQuery=columns, namespace=QUERY
    )
    request = typed.request("RetrieveMetadataChanges", Query=query)
    read = read_back(client, "Execute", request=request)["request"]
    found = read.members["Parameters"].values["Query"]
    assert found.type == "EntityQueryExpression"
    inner = found.members["AttributeQuery"].members["Criteria"].members["Conditions"].values[0]
    kind = "AttributeTypeCode"
    assert inner.members["Value"] == Items(
        "ArrayOfAttributeTypeCode", [Word(kind, "Lookup"), Word(kind, "Owner")]
    )


def answered(binding: str, operation: str, body: str, action: str, **given: Any) -> Any:
    """Return what zeep makes of an answer to a request."""
    version: Version = dict(BINDINGS)[binding]
    content = write_response(body, version=version, action=action)
    answer = Answer(content, {"Content-Type": content_type(version, action)})
    transport = Loaded(soap_documents.documents(), answer)
    client = Client(f"{ORGANIZATION}?wsdl", transport=transport)
    service = client.bind("OrganizationService", f"{binding}_IOrganizationService")
    result = service[operation](**given)
    web = "/web" if binding == "BasicHttpBinding" else ""
    assert [each.address for each in transport.sent] == [ORGANIZATION + web]
    return result


def plain(value: Any) -> Any:
    """Return a value of zeep's as one of dictionaries and lists, what is not there left out."""
    return serialize_object(value, dict)


@pytest.mark.parametrize("binding", [name for name, _ in BINDINGS])
@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_is_read_with_its_types(binding: str, answer: str):
    operation, result = ANSWERS[answer]
    row: Operation = operations.ORGANIZATION[operation]
    known = soap_documents.contracts()
    body = write_result(row, result, scope_of(dict(BINDINGS)[binding]), known)
    found = answered(binding, operation, body, row.reply_action)
    if isinstance(result, Struct):
        assert type(found).__name__ == result.type
        simple = {k: v for k, v in result.members.items() if isinstance(v, str | int)}
        assert {key: getattr(found, key) for key in simple} == simple
    else:
        assert found == (None if result is None else str(result))


def test_a_tables_definition_in_zeeps_own_types():
    operation, result = ANSWERS["a table's definition"]
    row = operations.ORGANIZATION[operation]
    body = write_result(row, result, scope_of("1.2"), soap_documents.contracts())
    found = answered("CustomBinding", operation, body, row.reply_action)
    (pair,) = found.Results.KeyValuePairOfstringanyType
    columns = pair.value.Attributes.AttributeMetadata
    assert [type(column).__name__ for column in columns] == [
        column.type
        for column in result.members["Results"]
        .values["EntityMetadata"]
        .members["Attributes"]
        .values
    ]
    text = next(column for column in columns if hasattr(column, "YomiOf"))
    assert plain(text.FormatName) == {"Value": "Text"}
    assert text.RequiredLevel.Value == "ApplicationRequired"
    assert text.DisplayName.UserLocalizedLabel.Label == "Name"
    (relationship,) = pair.value.ManyToOneRelationships.OneToManyRelationshipMetadata
    assert relationship.SecurityTypes == ["Append", "Pointer"]


@pytest.mark.parametrize("binding", [name for name, _ in BINDINGS])
def test_a_fault_has_its_detail(binding: str):
    version: Version = dict(BINDINGS)[binding]
    row = operations.ORGANIZATION["Delete"]
    detail = service_fault(-2147220969, "account Does Not Exist", MOMENT)
    fault = Fault("Sender", "account Does Not Exist", detail=detail)
    body = write_fault(fault, version, soap_documents.contracts())
    with pytest.raises(ZeepFault, match="account Does Not Exist") as caught:
        answered(binding, "Delete", body, row.fault_action, entityName="account", id=str(ID))
    code = caught.value.detail.find(f".//{{{XRM}}}ErrorCode")
    assert code.text == "-2147220969"


def test_discovery_in_zeeps_own_types():
    client = Client(f"{DISCOVERY}?wsdl", transport=Loaded(soap_documents.documents(DISCOVERY)))
    make = client.type_factory(DISCOVERY_TYPES)
    request = make.RetrieveOrganizationsRequest(
        AccessType="Default", IsInternalCrossGeoServerRequest=False, Release="Current"
    )
    message = client.create_message(client.service, "Execute", request=request)
    row = operations.DISCOVERY["Execute"]
    envelope = read_envelope(etree.tostring(message), content_type=content_type("1.2", row.action))
    assert envelope.body is not None
    read = read_parameters(envelope.body, row)["request"]
    assert read == Struct(
        "RetrieveOrganizationsRequest",
        {
            "AccessType": Word("DiscoveryEndpointAccessType", "Default"),
            "IsInternalCrossGeoServerRequest": False,
            "Release": Word("OrganizationRelease", "Current"),
        },
    )
