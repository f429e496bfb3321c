"""Messages that tell what the tables are, asked as functions of the Web API and over SOAP."""

from collections.abc import Mapping
from typing import Any

import pytest
from lxml import etree

from support.definitions_told import METADATA, described, found, local, text
from support.estate import Client, Estate
from support.soap_elements import ZERO, Given, Typed, simple, string
from support.soaping import Reply, Soap, results, type_of

CRM = "Microsoft.Dynamics.CRM."
NOT_FOUND = (404, "0x80040217")


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


def test_any_user_may_ask_and_nobody_else(estate: Estate) -> None:
    assert described(estate.user(name="Without a role"), "account").status == 200
    stranger = Client(estate, estate.token(estate.register("Stranger to tables")))
    assert described(stranger, "account").error == (403, "0x80072560")
