"""zeep, a SOAP client written by others, executes messages over both bindings."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from zeep import Client, xsd
from zeep.exceptions import Fault

from support.served import Served
from support.zeeping import (
    BINDINGS,
    CRM,
    METADATA,
    QUERY,
    XRM,
    XRM_2012,
    ZERO,
    Caller,
    EntityFilters,
    Typed,
    app_token,
    caller,
    code_of,
    loaded,
    results_of,
    values_of,
)


@pytest.mark.covers("message: WhoAmI")
@pytest.mark.parametrize("query", ["wsdl", "singleWsdl"])
@pytest.mark.parametrize("binding", BINDINGS)
def test_who_am_i_typed_and_untyped(served: Served, query: str, binding: str) -> None:
    """A typed request is answered by its own type, an untyped one by the base type."""
    token = app_token(served)
    mine = loaded(served, query, token)
    with mine.transport.session:
        asking = caller(mine, binding)
        typed = asking.execute("WhoAmI", CRM)
        untyped = asking.service.Execute(request=asking.typed.untyped("WhoAmI"))
    assert type(typed).__name__ == "WhoAmIResponse"
    assert type(untyped).__name__ == "OrganizationResponse"
    assert typed.ResponseName == untyped.ResponseName == "WhoAmI"
    found = results_of(typed)
    assert list(found) == ["UserId", "BusinessUnitId", "OrganizationId"]
    assert results_of(untyped) == found
    with served.http() as http:
        http.headers["Authorization"] = f"Bearer {token}"
        told = http.get(f"{served['web_api_url']}WhoAmI").json()
    assert {name: told[name] for name in found} == found


@pytest.mark.covers("message: RetrieveEntity")
def test_a_tables_definition(by_zeep: Caller, typed: Typed) -> None:
    response = by_zeep.execute(
        "RetrieveEntity",
        EntityFilters=xsd.AnyObject(EntityFilters(), "Entity Attributes Relationships"),
        LogicalName=typed.text("account"),
        MetadataId=typed.guid(ZERO),
        RetrieveAsIfPublished=typed.simple("boolean", True),
    )
    assert type(response).__name__ == "RetrieveEntityResponse"
    table = results_of(response)["EntityMetadata"]
    assert (table.LogicalName, table.SchemaName, table.ObjectTypeCode) == ("account", "Account", 1)
    assert (table.PrimaryIdAttribute, table.PrimaryNameAttribute) == ("accountid", "name")
    assert table.DisplayName.UserLocalizedLabel.Label == "Account"
    columns = {each.LogicalName: each for each in table.Attributes.AttributeMetadata}
    kinds = {name: type(columns[name]).__name__ for name in ("name", "revenue", "industrycode")}
    assert kinds == {
        "name": "StringAttributeMetadata",
        "revenue": "MoneyAttributeMetadata",
        "industrycode": "PicklistAttributeMetadata",
    }
    assert columns["name"].MaxLength == 160
    assert columns["primarycontactid"].Targets.string == ["contact"]
    options = columns["industrycode"].OptionSet.Options.OptionMetadata
    assert {each.Value for each in options} >= {1, 12}
    lookups = table.ManyToOneRelationships.OneToManyRelationshipMetadata
    assert "account_primary_contact" in [each.SchemaName for each in lookups]


@pytest.mark.covers("message: RetrieveMetadataChanges")
def test_changes_of_definitions(by_zeep: Caller, typed: Typed) -> None:
    def asked(kind: str, *names: str, tests: tuple[Any, ...] = (), **more: Any) -> Any:
        held = typed.make("ArrayOfMetadataConditionExpression", list(tests), namespace=QUERY)
        criteria = typed.make(
            "MetadataFilterExpression", FilterOperator="And", Conditions=held, namespace=QUERY
        )
        properties = typed.make(
            "MetadataPropertiesExpression",
            AllProperties=False,
            PropertyNames=typed.texts(*names),
            namespace=QUERY,
        )
        return typed.make(
            f"{kind}QueryExpression",
            Criteria=criteria,
            Properties=properties,
            namespace=QUERY,
            **more,
        )

    def test(name: str, operator: str, value: Any) -> Any:
        return typed.make(
            "MetadataConditionExpression",
            PropertyName=name,
            ConditionOperator=operator,
            Value=value,
            namespace=QUERY,
        )

    kinds = typed.make("ArrayOfAttributeTypeCode", ["Customer", "Owner"], namespace=METADATA)
    columns = asked(
        "Attribute", "LogicalName", "AttributeType", tests=(test("AttributeType", "In", kinds),)
    )
    query = asked(
        "Entity",
        "LogicalName",
        "Attributes",
        tests=(test("LogicalName", "In", typed.texts("contact", "account")),),
        AttributeQuery=columns,
    )
    found = results_of(by_zeep.execute("RetrieveMetadataChanges", Query=query))
    assert list(found) == ["ServerVersionStamp", "DeletedMetadata", "EntityMetadata"]
    tables = {
        table.LogicalName: sorted(
            (each.LogicalName, each.AttributeType) for each in table.Attributes.AttributeMetadata
        )
        for table in found["EntityMetadata"].EntityMetadata
    }
    assert tables == {
        "account": [("ownerid", "Owner")],
        "contact": [("ownerid", "Owner"), ("parentcustomerid", "Customer")],
    }
    stamp = typed.text(found["ServerVersionStamp"])
    later = results_of(
        by_zeep.execute("RetrieveMetadataChanges", Query=query, ClientVersionStamp=stamp)
    )
    assert later["EntityMetadata"].EntityMetadata == []


@pytest.mark.covers("message: GrantAccess", "message: RetrievePrincipalAccess")
def test_a_record_is_shared(served: Served, zeep_client: Client, by_zeep: Caller) -> None:
    """What an administrator shares, the salesperson's service reads from then on."""
    typed = by_zeep.typed
    mine = loaded(served, "singleWsdl", app_token(served))
    with mine.transport.session:
        sales = caller(mine, "BasicHttpBinding")
        user = results_of(sales.execute("WhoAmI", CRM))["UserId"]
        key = by_zeep.create("lead", subject=typed.text("Shared"), lastname=typed.text("X"))
        target, principal = typed.reference("lead", key), typed.reference("systemuser", user)

        def rights() -> set[str]:
            asked = {"Target": target, "Principal": principal}
            found = by_zeep.execute("RetrievePrincipalAccess", CRM, **asked)
            return set(results_of(found)["AccessRights"])

        assert "ReadAccess" not in rights()
        access = typed.make(
            "PrincipalAccess",
            AccessMask=["ReadAccess", "AppendToAccess"],
            Principal=principal,
            namespace=CRM,
        )
        response = by_zeep.execute("GrantAccess", CRM, Target=target, PrincipalAccess=access)
        assert (type(response).__name__, results_of(response)) == ("GrantAccessResponse", {})
        assert rights() >= {"ReadAccess", "AppendToAccess"}
        assert values_of(sales.retrieve("lead", key, "subject"))["subject"] == "Shared"
    by_zeep.delete("lead", key)


@pytest.mark.covers("message: Upsert")
def test_an_upsert_creates_then_updates(by_zeep: Caller, typed: Typed) -> None:
    key = uuid4()
    made = []
    for name in ("First", "Second"):
        target = typed.entity("account", key, name=typed.text(name))
        found = results_of(by_zeep.execute("Upsert", Target=target))
        made.append((found["RecordCreated"], UUID(found["Target"].Id)))
    assert made == [(True, key), (False, key)]
    assert values_of(by_zeep.retrieve("account", str(key), "name"))["name"] == "Second"


def detail_of(by_zeep: Caller, fault: Fault) -> Any:
    """Return a fault's detail as a value of zeep's."""
    (detail,) = fault.detail
    element = by_zeep.client.get_element(f"{{{XRM}}}OrganizationServiceFault")
    return element.parse(detail, by_zeep.client.wsdl.types)


def several(typed: Typed, *requests: Any) -> Any:
    return typed.make("OrganizationRequestCollection", list(requests), namespace=XRM_2012)


@pytest.mark.covers("message: ExecuteMultiple")
def test_several_with_a_fault_among_them(by_zeep: Caller, typed: Typed) -> None:
    good = typed.request(
        "Create", Target=typed.entity("account", name=typed.text("One of several"))
    )
    missing = typed.request("Delete", Target=typed.reference("account", uuid4()))
    settings = typed.make(
        "ExecuteMultipleSettings", ContinueOnError=True, ReturnResponses=True, namespace=XRM_2012
    )
    held = several(typed, good, missing, typed.request("WhoAmI", CRM))
    response = by_zeep.execute("ExecuteMultiple", Requests=held, Settings=settings)
    found = results_of(response)
    assert found["IsFaulted"] is True
    first, second, third = found["Responses"].ExecuteMultipleResponseItem
    assert (first.RequestIndex, type(first.Response).__name__) == (0, "CreateResponse")
    assert UUID(results_of(first.Response)["id"])
    assert (second.RequestIndex, second.Response.ResponseName) == (1, None)
    assert second.Fault.ErrorCode & 0xFFFFFFFF == 0x80040217
    assert (third.RequestIndex, third.Response.ResponseName) == (2, "WhoAmI")


@pytest.mark.covers("message: ExecuteTransaction")
def test_a_transaction_keeps_all_or_nothing(by_zeep: Caller, typed: Typed) -> None:
    number = uuid4().hex[:12]
    good = typed.request(
        "Create",
        Target=typed.entity("account", name=typed.text("T"), telephone1=typed.text(number)),
    )
    missing = typed.request("Delete", Target=typed.reference("account", uuid4()))
    given = {"ReturnResponses": typed.simple("boolean", True)}
    criteria = typed.criteria(typed.test("telephone1", "Equal", typed.text(number)))
    query = typed.expression("account", typed.columns("name"), criteria)
    with pytest.raises(Fault) as caught:
        by_zeep.execute("ExecuteTransaction", Requests=several(typed, good, missing), **given)
    assert code_of(caught.value) == "0x80040217"
    fault = detail_of(by_zeep, caught.value)
    assert (type(fault).__name__, fault.FaultedRequestIndex) == ("ExecuteTransactionFault", 1)
    assert by_zeep.rows(query) == []
    response = by_zeep.execute("ExecuteTransaction", Requests=several(typed, good, good), **given)
    made = results_of(response)["Responses"].OrganizationResponse
    assert [each.ResponseName for each in made] == ["Create", "Create"]
    assert len(by_zeep.rows(query)) == 2


@pytest.mark.covers("soap fault: OrganizationServiceFault", "error: 0x80040217 soap")
def test_a_fault_has_its_detail(by_zeep: Caller, typed: Typed) -> None:
    key = uuid4()
    with pytest.raises(Fault, match=f"With Id = {key} Does Not Exist") as caught:
        by_zeep.retrieve("account", str(key), "name")
    fault = detail_of(by_zeep, caught.value)
    assert type(fault).__name__ == "OrganizationServiceFault"
    assert (fault.ErrorCode, fault.Message) == (-2147220969, caught.value.message)
    assert fault.Timestamp.utcoffset().total_seconds() == 0
    with pytest.raises(Fault) as unknown:
        by_zeep.retrieve("account", str(key), "nosuchcolumn")
    assert code_of(unknown.value) == "0x80041103"
    with pytest.raises(Fault) as nothing:
        by_zeep.service.Execute(request=typed.untyped("NoSuchMessage"))
    assert code_of(nothing.value) == "0x80040800"
