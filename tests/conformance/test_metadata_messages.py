"""Messages that tell what the tables are, asked as functions of the Web API and over SOAP."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree

from support.estate import Answer, Client, Estate
from support.soap_elements import ZERO, Given, Typed, simple, string
from support.soaping import Reply, Soap, results, type_of
from xrm.db import StepBudgetExceeded, budget

CRM = "Microsoft.Dynamics.CRM."
SDK = "Microsoft.Xrm.Sdk.Metadata."
METADATA = "http://schemas.microsoft.com/xrm/2011/Metadata"
NOT_FOUND = (404, "0x80040217")
QUERY = (400, "0x80044183")
EXPIRED = (400, "0x80044352")
DAY = 86_400


@pytest.fixture
def soap(client: Client) -> Soap:
    return Soap(client)


def described(client: Client, table: str, filters: str = "Entity") -> Answer:
    arguments = f"EntityFilters={CRM}EntityFilters'{filters}',LogicalName='{table}'"
    return client.send("GET", f"RetrieveEntity({arguments},RetrieveAsIfPublished=true)")


def changes(client: Client, query: Any, stamp: str | None = None) -> Answer:
    arguments, options = "Query=@p1", f"@p1={quote(json.dumps(query))}"
    if stamp is not None:
        arguments, options = f"{arguments},ClientVersionStamp=@p2", f"{options}&@p2='{stamp}'"
    return client.send("GET", f"RetrieveMetadataChanges({arguments})", options)


def condition(name: str, operator: str, value: Any, kind: str = "System.String") -> dict[str, Any]:
    given = {"Type": kind, "Value": value}
    return {"PropertyName": name, "ConditionOperator": operator, "Value": given}


def criteria(*conditions: Any, word: str = "And", filters: Sequence[Any] = ()) -> dict[str, Any]:
    return {"FilterOperator": word, "Conditions": list(conditions), "Filters": list(filters)}


def wanted(*names: str) -> dict[str, Any]:
    return {"AllProperties": False, "PropertyNames": list(names)}


def found(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.document
    return [each["LogicalName"] for each in answer.document["EntityMetadata"]]


def told(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not null of a definition."""
    return {name: value for name, value in document.items() if value is not None}


ACCOUNT = criteria(condition("LogicalName", "Equals", "account"))


@pytest.mark.covers("message: RetrieveEntity", "definition: Privileges")
@pytest.mark.parametrize(
    ("filters", "below"),
    [
        ("Entity", set()),
        ("Default", set()),
        ("Attributes", {"Attributes"}),
        ("Privileges", {"Privileges"}),
        ("Entity,Relationships",
         {"OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships"}),
        ("Attributes, Privileges", {"Attributes", "Privileges"}),
        ("All", {"Attributes", "Privileges", "OneToManyRelationships", "ManyToOneRelationships",
                 "ManyToManyRelationships"}),
    ],
)  # fmt: skip
def test_filters_let_parts_of_a_table_through(
    client: Client, filters: str, below: set[str]
) -> None:
    document = described(client, "account", filters).document
    assert document["@odata.context"].endswith(f"$metadata#{CRM}RetrieveEntityResponse")
    table = document["EntityMetadata"]
    assert (table["LogicalName"], table["SchemaName"], table["ObjectTypeCode"]) == (
        *("account", "Account", 1),
    )
    parts = {"Attributes", "Privileges", "OneToManyRelationships", "ManyToOneRelationships"}
    parts.add("ManyToManyRelationships")
    assert {name for name in parts if table[name] is not None} == below


@pytest.mark.covers("message: RetrieveEntity")
def test_a_function_tells_derived_types_and_every_property(client: Client) -> None:
    table = described(client, "account", "Attributes").document["EntityMetadata"]
    columns = {column["LogicalName"]: column for column in table["Attributes"]}
    name = columns["name"]
    assert name["@odata.type"] == f"#{CRM}ComplexStringAttributeMetadata"
    assert (name["MaxLength"], name["YomiOf"]) == (160, None)
    numbers = sorted(column["ColumnNumber"] for column in columns.values())
    assert numbers == list(range(1, len(columns) + 1))
    assert columns["accountid"]["ColumnNumber"] == 1
    assert "@odata.type" not in columns["accountid"]
    states = columns["statecode"]["OptionSet"]
    assert "@odata.type" not in states
    assert states["Options"][0]["@odata.type"] == f"#{CRM}StateOptionMetadata"
    assert [option["Value"] for option in states["Options"]] == [0, 1]
    assert name["RequiredLevel"] == {
        "Value": "ApplicationRequired",
        "CanBeChanged": True,
        "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
    }


@pytest.mark.covers("message: RetrieveEntity")
def test_a_table_is_found_by_its_identifier_too(client: Client, soap: Soap) -> None:
    by_name = described(client, "lead").document["EntityMetadata"]
    metadata_id = by_name["MetadataId"]
    arguments = f"EntityFilters={CRM}EntityFilters'Entity',MetadataId={metadata_id}"
    answer = client.send("GET", f"RetrieveEntity({arguments},RetrieveAsIfPublished=false)")
    assert answer.document["EntityMetadata"] == by_name
    asked = {"EntityFilters": filters("Entity"), **named(MetadataId=metadata_id)}
    reply = soap.execute("RetrieveEntity", asked)
    assert results(reply)["EntityMetadata"]["LogicalName"] == "lead"


@pytest.mark.covers("message: RetrieveEntity")
def test_a_table_that_is_not_there(client: Client, soap: Soap) -> None:
    answer = described(client, "nosuch")
    assert answer.error == NOT_FOUND
    sentence = f"Could not find an entity with name nosuch and id {ZERO}."
    assert answer.document["error"]["message"] == sentence
    asked = {"EntityFilters": filters("Entity"), **named(LogicalName="nosuch")}
    assert soap.execute("RetrieveEntity", asked).fault == ("0x80040217", sentence)


@pytest.mark.parametrize(
    "arguments",
    [
        "LogicalName='account',RetrieveAsIfPublished=true",
        f"EntityFilters={CRM}EntityFilters'Entity',LogicalName='account'",
        f"EntityFilters={CRM}EntityFilters'Entity',Name='account',RetrieveAsIfPublished=true",
    ],
)
def test_a_function_of_other_parameters_is_not_there(client: Client, arguments: str) -> None:
    assert client.send("GET", f"RetrieveEntity({arguments})").error == (404, "0x80060888")


@pytest.mark.parametrize(
    "value", ["'Nothing'", f"{CRM}EntityFilters'Nothing'", f"{CRM}OwnershipTypes'None'", "1"]
)
def test_filters_that_are_none(client: Client, value: str) -> None:
    path = f"RetrieveAllEntities(EntityFilters={value},RetrieveAsIfPublished=true)"
    assert client.send("GET", path).error == (400, "0x80060888")


@pytest.mark.covers("message: RetrieveAllEntities")
def test_all_tables_at_once(client: Client, soap: Soap) -> None:
    path = "RetrieveAllEntities(EntityFilters=@a,RetrieveAsIfPublished=@b)"
    answer = client.send("GET", path, f"@a={CRM}EntityFilters'Entity'&@b=false")
    names = client.column("EntityDefinitions", "LogicalName")
    assert found(answer) == names
    reply = soap.execute("RetrieveAllEntities", {"EntityFilters": filters("Entity"), **PUBLISHED})
    assert results(reply)["Timestamp"] == answer.document["Timestamp"]
    (tables,) = [each for each in reply.result.iter() if each.text is None and local(each) ==
                 "value" and len(each)]  # fmt: skip
    assert type_of(tables) == f"{{{METADATA}}}ArrayOfEntityMetadata"
    assert [text(table, "LogicalName") for table in tables] == names


def filters(words: str) -> Typed:
    return Typed("m:EntityFilters", words)


PUBLISHED: Mapping[str, Given] = {"RetrieveAsIfPublished": simple("boolean", "false")}


def named(**names: str) -> dict[str, Given]:
    """Return parameters that name a definition; its identifier is nothing unless it is given."""
    given: dict[str, Given] = {"MetadataId": simple("guid", names.pop("MetadataId", ZERO))}
    return given | {name: string(value) for name, value in names.items()} | dict(PUBLISHED)


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def text(element: etree._Element, name: str) -> str | None:
    return element.findtext(f"{{{METADATA}}}{name}")


def value_of(reply: Reply) -> etree._Element:
    """Return the element of the one result."""
    (only,) = [each for each in reply.result.iter() if local(each) == "value"]
    return only


@pytest.mark.covers("message: RetrieveAttribute")
@pytest.mark.parametrize(
    ("column", "kind", "own"),
    [
        ("name", "String", {"MaxLength": "160", "AttributeType": "String"}),
        ("industrycode", "Picklist", {"DefaultFormValue": "-1", "AttributeType": "Picklist"}),
        ("revenue", "Money", {"PrecisionSource": "2", "CalculationOf": None}),
        ("createdon", "DateTime", {"Format": "DateAndTime", "IsValidForCreate": "false"}),
        ("primarycontactid", "Lookup", {"Targets": {"string": "contact"}}),
        ("creditonhold", "Boolean", {"DefaultValue": "false"}),
        ("address1_latitude", "Double", {"MaxValue": "90", "MinValue": "-90", "Precision": "5"}),
        ("versionnumber", "BigInt", {"AttributeType": "BigInt", "MaxValue": None}),
    ],
)
def test_a_column_over_soap(soap: Soap, column: str, kind: str, own: dict[str, Any]) -> None:
    asked = named(EntityLogicalName="account", LogicalName=column)
    reply = soap.execute("RetrieveAttribute", asked)
    assert type_of(value_of(reply)) == f"{{{METADATA}}}{kind}AttributeMetadata"
    definition = results(reply)["AttributeMetadata"]
    assert (definition["LogicalName"], definition["EntityLogicalName"]) == (column, "account")
    assert {name: definition[name] for name in own} == own
    by_id = named(MetadataId=definition["MetadataId"])
    assert results(soap.execute("RetrieveAttribute", by_id))["AttributeMetadata"] == definition
    by_number = {"ColumnNumber": simple("int", definition["ColumnNumber"])}
    by_number = named(EntityLogicalName="account") | by_number
    assert results(soap.execute("RetrieveAttribute", by_number))["AttributeMetadata"] == definition


@pytest.mark.covers("message: RetrieveAttribute")
def test_choices_over_soap_tell_what_they_are(soap: Soap) -> None:
    reply = soap.execute(
        "RetrieveAttribute", named(EntityLogicalName="account", LogicalName="statuscode")
    )
    options = [each for each in reply.result.iter() if local(each) == "OptionMetadata"]
    assert {type_of(each) for each in options} == {f"{{{METADATA}}}StatusOptionMetadata"}
    assert [(text(each, "Value"), text(each, "State")) for each in options] == [
        ("1", "0"),
        ("2", "1"),
    ]
    boolean = soap.execute(
        "RetrieveAttribute", named(EntityLogicalName="account", LogicalName="creditonhold")
    )
    options = results(boolean)["AttributeMetadata"]["OptionSet"]
    assert (options["TrueOption"]["Value"], options["FalseOption"]["Value"]) == ("1", "0")
    label = options["TrueOption"]["Label"]["UserLocalizedLabel"]
    assert (label["Label"], label["LanguageCode"]) == ("Yes", "1033")


@pytest.mark.covers("message: RetrieveRelationship", "message: RetrieveOptionSet")
def test_relationships_and_global_choices_over_soap(soap: Soap) -> None:
    one = soap.execute("RetrieveRelationship", named(Name="account_primary_contact"))
    assert type_of(value_of(one)) == f"{{{METADATA}}}OneToManyRelationshipMetadata"
    relationship = results(one)["RelationshipMetadata"]
    assert relationship["ReferencingAttribute"] == "primarycontactid"
    assert relationship["CascadeConfiguration"]["Delete"] == "RemoveLink"
    shared = soap.execute("RetrieveRelationship", named(Name="Account_Tasks"))
    cascades = results(shared)["RelationshipMetadata"]["CascadeConfiguration"]
    assert {what for what, how in cascades.items() if how == "Cascade"} == {
        "Assign", "Delete", "Share", "Unshare"
    }  # fmt: skip
    many = soap.execute("RetrieveRelationship", named(Name="accountleads_association"))
    assert type_of(value_of(many)) == f"{{{METADATA}}}ManyToManyRelationshipMetadata"
    assert results(many)["RelationshipMetadata"]["IntersectEntityName"] == "accountleads"
    choice = soap.execute("RetrieveOptionSet", named(Name="need"))
    assert type_of(value_of(choice)) == f"{{{METADATA}}}OptionSetMetadata"
    definition = results(choice)["OptionSetMetadata"]
    assert (definition["IsGlobal"], definition["OptionSetType"]) == ("true", "Picklist")
    by_id = soap.execute("RetrieveOptionSet", named(MetadataId=definition["MetadataId"]))
    assert results(by_id)["OptionSetMetadata"] == definition


@pytest.mark.parametrize(
    ("message", "names", "sentence"),
    [
        ("RetrieveAttribute", {"EntityLogicalName": "nosuch", "LogicalName": "name"},
         f"Could not find an entity with name nosuch and id {ZERO}."),
        ("RetrieveAttribute", {"EntityLogicalName": "account", "LogicalName": "nosuch"},
         f"Could not find an attribute with name nosuch and id {ZERO}."),
        ("RetrieveRelationship", {"Name": "nosuch"},
         f"Could not find a relationship with name nosuch and id {ZERO}."),
        ("RetrieveOptionSet", {"Name": "nosuch"},
         f"Could not find an option set with name nosuch and id {ZERO}."),
    ],
)  # fmt: skip
def test_definitions_that_are_not_there(
    soap: Soap, message: str, names: dict[str, str], sentence: str
) -> None:
    assert soap.execute(message, named(**names)).fault == ("0x80040217", sentence)


@pytest.mark.parametrize(
    "message",
    ["RetrieveEntity", "RetrieveAllEntities", "RetrieveAttribute", "RetrieveRelationship",
     "RetrieveOptionSet"],
)  # fmt: skip
def test_what_must_be_said(soap: Soap, message: str) -> None:
    assert soap.execute(message, {"MetadataId": None}).code in ("0x80040203", "0x80040315")


@pytest.mark.parametrize("message", ["RetrieveAttribute", "RetrieveRelationship"])
def test_what_only_soap_asks_by_name(client: Client, message: str) -> None:
    assert client.get(message).error == (404, "0x80060888")


@pytest.mark.covers("message: RetrieveMetadataChanges")
def test_only_what_is_wanted_comes(client: Client) -> None:
    query = {
        "Properties": wanted("SchemaName", "Attributes"),
        "Criteria": ACCOUNT,
        "AttributeQuery": {
            "Properties": wanted("SchemaName", "OptionSet"),
            "Criteria": criteria(condition("AttributeType", "Equals", "State",
                                           f"{SDK}AttributeTypeCode")),
        },
    }  # fmt: skip
    answer = changes(client, query)
    assert answer.document["DeletedMetadata"] == {
        **{"Count": 0, "IsReadOnly": False},
        **{"Keys": [], "Values": []},
    }
    (table,) = answer.document["EntityMetadata"]
    assert set(told(table)) == {"MetadataId", "LogicalName", "SchemaName", "Attributes"}
    assert (table["HasChanged"], table["ObjectTypeCode"]) == (None, None)
    (column,) = table["Attributes"]
    assert set(told(column)) == {
        *("@odata.type", "MetadataId", "LogicalName", "SchemaName", "OptionSet"),
    }
    assert [option["Value"] for option in column["OptionSet"]["Options"]] == [0, 1]


@pytest.mark.covers("message: RetrieveMetadataChanges")
@pytest.mark.parametrize(
    ("tests", "names"),
    [
        (ACCOUNT, ["account"]),
        (criteria(condition("ObjectTypeCode", "LessThan", "3", "System.Int32")),
         ["account", "contact"]),
        (criteria(condition("ObjectTypeCode", "GreaterThan", "4200", "System.Int32"),
                  condition("IsActivity", "Equals", "True", "System.Boolean")), ["task"]),
        (criteria(condition("LogicalName", "In", "['lead', 'contact']", "System.String[]")),
         ["contact", "lead"]),
        (criteria(condition("LogicalName", "In", '["lead"]', "System.String[]")), ["lead"]),
        (criteria(condition("OwnershipType", "Equals", "OrganizationOwned",
                            f"{SDK}OwnershipTypes")), ["transactioncurrency"]),
        (criteria(condition("LogicalName", "Equals", "lead"),
                  condition("LogicalName", "Equals", "task"), word="Or"), ["lead", "task"]),
        (criteria(condition("ObjectTypeCode", "LessThan", "5", "System.Int32"), filters=[
            criteria(condition("LogicalName", "NotEquals", "account"),
                     condition("SchemaName", "NotIn", "['Contact','Lead']", "System.String[]"))]),
         ["opportunity"]),
        (criteria(condition("CanCreateAttributes", "Equals", "false", "System.Boolean")), []),
        (criteria(condition("PrimaryNameAttribute", "Equals", None)),
         ["principalobjectaccess", "usersettings"]),
    ],
)  # fmt: skip
def test_tables_are_found_by_criteria(
    client: Client, tests: dict[str, Any], names: list[str]
) -> None:
    assert found(changes(client, {"Properties": wanted(), "Criteria": tests})) == names


@pytest.mark.covers("message: RetrieveMetadataChanges")
def test_relationships_and_keys_have_queries_of_their_own(client: Client) -> None:
    query = {
        "Properties": wanted("ManyToOneRelationships", "ManyToManyRelationships", "Keys"),
        "Criteria": ACCOUNT,
        "RelationshipQuery": {
            "Properties": wanted("ReferencedEntity", "IntersectEntityName"),
            "Criteria": criteria(condition(
                "SchemaName", "In", "['account_primary_contact','accountleads_association']",
                "System.String[]")),
        },
        "KeyQuery": {"Properties": wanted("KeyAttributes")},
    }  # fmt: skip
    (table,) = changes(client, query).document["EntityMetadata"]
    (lookup,), (pairs,) = table["ManyToOneRelationships"], table["ManyToManyRelationships"]
    assert told(lookup)["ReferencedEntity"] == "contact"
    assert told(pairs)["IntersectEntityName"] == "accountleads"
    assert (table["Keys"], table["OneToManyRelationships"]) == ([], None)
    everything = changes(client, {"Properties": {"AllProperties": True}, "Criteria": ACCOUNT})
    (table,) = everything.document["EntityMetadata"]
    assert "Account_Tasks" in [each["SchemaName"] for each in table["OneToManyRelationships"]]
    assert table["EntitySetName"] == "accounts"


@pytest.mark.covers("message: RetrieveMetadataChanges")
def test_labels_come_in_the_languages_asked(client: Client) -> None:
    query = {"Properties": wanted("DisplayName"), "Criteria": ACCOUNT}
    for languages, labels in (([1033], ["Account"]), ([1031], []), ([], ["Account"])):
        asked = {**query, "LabelQuery": {"FilterLanguages": languages, "MissingLabelBehavior": 0}}
        (table,) = changes(client, asked).document["EntityMetadata"]
        label = table["DisplayName"]
        assert [each["Label"] for each in label["LocalizedLabels"]] == labels


@pytest.mark.covers("message: RetrieveMetadataChanges", "error: 0x80044352 soap")
def test_what_a_client_has_it_need_not_read_again(
    client: Client, soap: Soap, estate: Estate
) -> None:
    query = {"Properties": wanted("SchemaName"), "Criteria": ACCOUNT}
    stamp = changes(client, query).document["ServerVersionStamp"]
    again = changes(client, query, stamp)
    assert (found(again), again.document["ServerVersionStamp"]) == ([], stamp)
    estate.clock.now += 89 * DAY
    later = changes(estate.user(name="Later"), query, stamp)
    assert later.document["ServerVersionStamp"].partition("!")[0] == stamp.partition("!")[0]
    estate.clock.now += 2 * DAY
    assert changes(estate.user(name="Latest"), query, stamp).error == EXPIRED
    estate.clock.now -= 91 * DAY
    other = f"1{stamp}"
    assert changes(client, query, other).error == EXPIRED
    assert soap.execute("RetrieveMetadataChanges", {"ClientVersionStamp": string(other)}).fault == (
        "0x80044352",
        "Version stamp associated with the client has expired. Please perform a full sync.",
    )
    assert changes(client, query, "yesterday").error == QUERY


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"Properties": wanted("Nosuch")}, QUERY),
        ({"Properties": wanted("Attributes"), "AttributeQuery":
          {"Properties": wanted("EntitySetName")}}, QUERY),
        ({"Criteria": criteria(condition("Nosuch", "Equals", "1"))}, QUERY),
        ({"Criteria": criteria(condition("DisplayName", "Equals", "Account"))}, QUERY),
        ({"Criteria": criteria(condition("Attributes", "Equals", "Account"))}, QUERY),
        ({"Criteria": criteria(condition("ObjectTypeCode", "Equals", "1"))}, QUERY),
        ({"Criteria": criteria(condition("LogicalName", "In", "['a']"))}, QUERY),
        ({"Criteria": criteria(condition("MetadataId", "Equals", ZERO))}, QUERY),
        ({"Criteria": criteria(condition("IsActivity", "Equals", "maybe", "System.Boolean"))},
         (400, "0x80040203")),
        ({"Criteria": criteria(condition("LogicalName", "Like", "a"))}, (400, "0x80040203")),
        ({"Criteria": criteria(word="Xor")}, (400, "0x80040203")),
        ({"Criteria": [1]}, (400, "0x80040203")),
        ({"Properties": {"PropertyNames": "SchemaName"}}, (400, "0x80040203")),
        ({"LabelQuery": {"FilterLanguages": ["English"]}}, (400, "0x80040203")),
        ([1], (400, "0x80060888")),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_evaluated(
    client: Client, query: Any, status: tuple[int, str]
) -> None:
    assert changes(client, query).error == status


def test_a_query_is_no_deeper_than_the_service_takes(client: Client) -> None:
    def nested(depth: int) -> dict[str, Any]:
        return criteria(filters=[] if depth == 1 else [nested(depth - 1)])

    assert changes(client, {"Properties": wanted(), "Criteria": nested(25)}).status == 200
    assert changes(client, {"Properties": wanted(), "Criteria": nested(26)}).error == QUERY


def metadata_test(name: str, operator: str, value: str) -> str:
    return (
        "<n:MetadataConditionExpression>"
        f"<n:ConditionOperator>{operator}</n:ConditionOperator>"
        f"<n:PropertyName>{name}</n:PropertyName>{value}</n:MetadataConditionExpression>"
    )


def metadata_query(*tests: str, names: Sequence[str] = (), beside: str = "") -> Typed:
    listed = "".join(f"<q:string>{name}</q:string>" for name in names)
    return Typed(
        "n:EntityQueryExpression",
        f"<n:Criteria><n:Conditions>{''.join(tests)}</n:Conditions>"
        "<n:FilterOperator>Or</n:FilterOperator><n:Filters/></n:Criteria>"
        f"<n:Properties><n:AllProperties>false</n:AllProperties><n:PropertyNames>{listed}"
        f"</n:PropertyNames></n:Properties>{beside}",
    )


@pytest.mark.covers("message: RetrieveMetadataChanges")
def test_the_query_of_the_sdk(soap: Soap) -> None:
    types = (
        '<n:Value i:type="m:ArrayOfAttributeTypeCode"><m:AttributeTypeCode>State'
        "</m:AttributeTypeCode><m:AttributeTypeCode>Owner</m:AttributeTypeCode></n:Value>"
    )
    columns = metadata_query(
        metadata_test("AttributeType", "In", types), names=["SchemaName"]
    ).content
    asked = metadata_query(
        metadata_test("LogicalName", "Equals", '<n:Value i:type="x:string">lead</n:Value>'),
        metadata_test("ObjectTypeCode", "LessThan", '<n:Value i:type="x:int">2</n:Value>'),
        names=["Attributes"],
        beside=f"<n:AttributeQuery>{columns}</n:AttributeQuery>",
    )
    reply = soap.execute("RetrieveMetadataChanges", {"Query": asked})
    tables = [each for each in reply.result.iter() if local(each) == "EntityMetadata"]
    assert [text(table, "LogicalName") for table in tables] == ["account", "lead"]
    assert [text(table, "SchemaName") for table in tables] == ["", ""]
    names = [text(each, "LogicalName") for each in tables[0].iter() if
             local(each) == "AttributeMetadata"]  # fmt: skip
    assert names == ["ownerid", "statecode"]


@pytest.mark.covers("error: 0x80044183 soap", "soap fault: InnerFault")
def test_the_reason_is_the_fault_within(soap: Soap) -> None:
    of_text = '<n:Value i:type="x:string">00000000-0000-0000-0000-000000000000</n:Value>'
    asked = metadata_query(metadata_test("MetadataId", "Equals", of_text))
    reply = soap.execute("RetrieveMetadataChanges", {"Query": asked})
    assert reply.fault == ("0x80044183", "Unable to evaluate query")
    (inner,) = [each for each in reply.body.iter() if local(each) == "InnerFault" and len(each)]
    assert [each.text for each in inner if local(each) == "Message"] == [
        "Property MetadataId of type System.Nullable`1[System.Guid] cannot be compared with a "
        "condition value of type System.String"
    ]


def test_any_user_may_ask_and_nobody_else(estate: Estate) -> None:
    assert described(estate.user(name="Without a role"), "account").status == 200
    stranger = Client(estate, estate.token(estate.register("Stranger to tables")))
    assert described(stranger, "account").error == (403, "0x80072560")


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: described(client, "account"),
        lambda client: changes(client, {"Properties": wanted()}),
    ],
)
def test_they_are_told_off_the_event_loop(client: Client, ask: Callable[[Client], Answer]) -> None:
    with budget.limited(10**9), pytest.raises(StepBudgetExceeded):
        ask(client)
