"""Definitions of tables: what clients ask before they write, told as the service tells it."""

from uuid import UUID

import pytest

from support.estate import ROOT, URL, Client, Estate
from xrm.db import StepBudgetExceeded, budget

ACCOUNT = "EntityDefinitions(LogicalName='account')"
CRM = "Microsoft.Dynamics.CRM."
PICKLIST = f"{CRM}PicklistAttributeMetadata"
CONTEXT = f"{URL}{ROOT[1:]}$metadata#"
URI = (400, "0x80060888")


def names(client: Client, path: str, wanted: str, **options: str) -> list[str]:
    return [row["LogicalName"] for row in client.rows(path, filter=wanted, **options)]


@pytest.mark.covers("definition: EntityDefinitions")
def test_a_table_is_found_by_its_name(client: Client) -> None:
    answer = client.get(
        "EntityDefinitions",
        select="LogicalName,EntitySetName,PrimaryIdAttribute",
        filter="LogicalName eq 'account'",
    )
    (row,) = answer.rows
    UUID(row.pop("MetadataId"))
    assert row == {
        "LogicalName": "account",
        "EntitySetName": "accounts",
        "PrimaryIdAttribute": "accountid",
    }
    context = f"{CONTEXT}EntityDefinitions(LogicalName,EntitySetName,PrimaryIdAttribute)"
    assert answer.document == {"@odata.context": context, "value": answer.rows}


@pytest.mark.covers("definition: $filter", "definition: managed properties in $filter")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("LogicalName eq 'nosuch'", []),
        ("LogicalName eq 'Account'", []),
        ("SchemaName eq 'Account'", ["account"]),
        ("LogicalName eq 'lead' or LogicalName eq 'contact'", ["contact", "lead"]),
        ("ObjectTypeCode lt 3", ["account", "contact"]),
        ("IsActivity eq true", ["task"]),
        ("IsCustomEntity eq true", []),
        ("PrimaryNameAttribute eq null", ["principalobjectaccess", "usersettings"]),
        ("OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'OrganizationOwned'",
         ["transactioncurrency"]),
        ("OwnershipType eq 'OrganizationOwned'", ["transactioncurrency"]),
        ("not (ObjectTypeCode gt 1)", ["account"]),
        ("IsPrivate eq false and ObjectTypeCode eq 4", ["lead"]),
        # What the catalogue does not know is null: equal to nothing else.
        ("CanBeInCustomEntityAssociation/Value eq true", []),
    ],
)  # fmt: skip
def test_tables_are_filtered(client: Client, wanted: str, found: list[str]) -> None:
    assert names(client, "EntityDefinitions", wanted, select="LogicalName") == found


def test_what_python_asks_before_it_writes_labels(client: Client) -> None:
    answer = client.send(
        "GET",
        f"{ACCOUNT}/Attributes/{PICKLIST}",
        "$select=LogicalName&$expand=OptionSet($select=Options)",
    )
    rows = {row["LogicalName"]: row for row in answer.rows}
    assert "statuscode" not in rows
    assert all("@odata.type" not in row for row in rows.values())
    assert set(rows["accountcategorycode"]) == {
        *("LogicalName", "MetadataId", "OptionSet@odata.context", "OptionSet")
    }
    option_set = rows["accountcategorycode"]["OptionSet"]
    assert set(option_set) == {"Options", "MetadataId"}
    labels = {one["Value"]: one["Label"]["LocalizedLabels"] for one in option_set["Options"]}
    (first,), (second,) = labels[1], labels[2]
    assert (first["Label"], first["LanguageCode"]) == ("Preferred Customer", 1033)
    assert second["Label"] == "Standard"
    assert set(first) == {"Label", "LanguageCode", "IsManaged", "MetadataId", "HasChanged"}
    assert option_set["Options"][0]["Label"]["UserLocalizedLabel"] == first
    where = f"{CONTEXT}EntityDefinitions('account')/Attributes"
    select = "(LogicalName,OptionSet,OptionSet(Options))"
    assert answer.document["@odata.context"] == f"{where}/{PICKLIST}{select}"
    row = rows["accountcategorycode"]
    inner = f"{where}({row['MetadataId']})/{PICKLIST}/OptionSet(Options)/$entity"
    assert row["OptionSet@odata.context"] == inner


def test_one_choice_by_the_way_of_its_column(client: Client) -> None:
    column = f"{ACCOUNT}/Attributes(LogicalName='accountcategorycode')/{PICKLIST}"
    one = client.send("GET", column, "$select=LogicalName&$expand=OptionSet,GlobalOptionSet")
    assert one.status == 200
    assert one.document["GlobalOptionSet"] is None
    assert one.document["OptionSet"]["Name"] == "account_accountcategorycode"
    assert one.document["OptionSet"]["IsGlobal"] is False
    itself = client.get(f"{column}/OptionSet", select="Options").document
    assert [option["Value"] for option in itself["Options"]] == [1, 2]
    assert client.send("GET", f"{column}/GlobalOptionSet").status == 204


@pytest.mark.covers(
    "definition: OptionSet and GlobalOptionSet",
    "definition: GlobalOptionSetDefinitions",
)
def test_a_global_choice_is_one_and_the_same(client: Client) -> None:
    query = "$select=LogicalName&$expand=GlobalOptionSet($select=Name)"
    cast = f"Attributes(LogicalName='need')/{PICKLIST}"
    found = [
        client.send("GET", f"EntityDefinitions(LogicalName='{table}')/{cast}", query).document
        for table in ("lead", "opportunity")
    ]
    lead, opportunity = (each["GlobalOptionSet"] for each in found)
    assert lead == opportunity
    assert lead["Name"] == "need"
    by_name = client.get("GlobalOptionSetDefinitions(Name='need')").document
    assert by_name["MetadataId"] == lead["MetadataId"]
    assert by_name["@odata.type"] == f"#{CRM}OptionSetMetadata"
    assert client.get("GlobalOptionSetDefinitions", filter="Name eq 'need'").error == URI


def test_state_and_status_know_each_other(client: Client) -> None:
    def options(column: str, kind: str) -> list[dict[str, object]]:
        path = f"{ACCOUNT}/Attributes(LogicalName='{column}')/{CRM}{kind}AttributeMetadata"
        found = client.get(f"{path}/OptionSet", select="Options,OptionSetType").document
        assert found["OptionSetType"] == kind
        return list(found["Options"])

    states = options("statecode", "State")
    assert [(one["Value"], one["InvariantName"], one["DefaultStatus"]) for one in states] == [
        (0, "Active", 1),
        (1, "Inactive", 2),
    ]
    statuses = options("statuscode", "Status")
    assert [(one["Value"], one["State"]) for one in statuses] == [(1, 0), (2, 1)]
    assert {one["@odata.type"] for one in statuses} == {f"#{CRM}StatusOptionMetadata"}


def test_a_yes_no_column_has_two_options(client: Client) -> None:
    path = f"{ACCOUNT}/Attributes(LogicalName='creditonhold')/{CRM}BooleanAttributeMetadata"
    found = client.get(f"{path}/OptionSet").document
    told = [found[name]["Label"]["UserLocalizedLabel"]["Label"] for name in
            ("TrueOption", "FalseOption")]  # fmt: skip
    assert told == ["Yes", "No"]
    assert (found["TrueOption"]["Value"], found["FalseOption"]["Value"]) == (1, 0)


@pytest.mark.parametrize(
    ("column", "kind", "own"),
    [
        ("name", "String", {"MaxLength": 160, "Format": "Text", "FormatName": {"Value": "Text"}}),
        ("description", "Memo", {"MaxLength": 2000}),
        ("numberofemployees", "Integer", {"MinValue": 0, "MaxValue": 1_000_000_000}),
        ("revenue", "Money", {"IsBaseCurrency": False, "CalculationOf": None}),
        ("revenue_base", "Money", {"IsBaseCurrency": True, "CalculationOf": "revenue"}),
        ("createdon", "DateTime", {"Format": "DateAndTime",
                                   "DateTimeBehavior": {"Value": "UserLocal"}}),
        ("primarycontactid", "Lookup", {"Targets": ["contact"]}),
        ("ownerid", "Lookup", {"Targets": ["systemuser", "team"], "AttributeType": "Owner"}),
        ("accountid", "UniqueIdentifier", {"IsPrimaryId": True, "IsValidForUpdate": False}),
        ("entityimage", "Image", {"AttributeType": "Virtual",
                                  "AttributeTypeName": {"Value": "ImageType"}}),
    ],
)  # fmt: skip
def test_a_column_tells_what_its_type_has(
    client: Client, column: str, kind: str, own: dict[str, object]
) -> None:
    path = f"{ACCOUNT}/Attributes(LogicalName='{column}')"
    found = client.get(path).document
    assert found["@odata.type"] == f"#{CRM}{kind}AttributeMetadata"
    assert found["EntityLogicalName"] == "account"
    assert {name: found[name] for name in own} == own
    cast = client.get(f"{path}/{CRM}{kind}AttributeMetadata", select=",".join(own)).document
    cast = {name: value for name, value in cast.items() if not name.startswith("@")}
    assert cast == {**own, "MetadataId": found["MetadataId"]}


@pytest.mark.covers(
    "definition: Attributes",
    "definition: casts of Attributes",
    "definition: enumerations in $filter",
)
def test_columns_are_filtered(client: Client) -> None:
    attributes = f"{ACCOUNT}/Attributes"
    member = f"AttributeType eq {CRM}AttributeTypeCode'Customer'"
    assert names(client, attributes, member) == []
    wanted = "AttributeType eq 'State' or AttributeType eq 'Owner'"
    assert names(client, attributes, wanted) == ["ownerid", "statecode"]
    wanted = f"RequiredLevel/Value eq {CRM}AttributeRequiredLevel'ApplicationRequired'"
    assert names(client, attributes, wanted) == ["name"]
    assert names(client, attributes, "IsPrimaryId eq true") == ["accountid"]
    own = client.get(f"{attributes}/{CRM}StringAttributeMetadata", filter="MaxLength gt 1000")
    assert all(row["MaxLength"] > 1000 for row in own.rows)


@pytest.mark.covers(
    "definition: by identifier and LogicalName",
    "definition: $expand",
    "definition: $select",
)
def test_columns_are_expanded_within_a_table(client: Client) -> None:
    expand = "Attributes($select=LogicalName;$filter=AttributeType eq 'State'),Keys"
    answer = client.get(ACCOUNT, select="LogicalName", expand=expand)
    (column,) = answer.document["Attributes"]
    assert (column["LogicalName"], column["@odata.type"]) == (
        "statecode",
        f"#{CRM}StateAttributeMetadata",
    )
    select = "(LogicalName,Attributes,Keys,Attributes(LogicalName))"
    assert answer.document["@odata.context"] == f"{CONTEXT}EntityDefinitions{select}/$entity"
    table = f"EntityDefinitions({answer.document['MetadataId']})"
    inner = f"{CONTEXT}{table}/Attributes(LogicalName)"
    assert answer.document["Attributes@odata.context"] == inner
    assert client.get(f"{table}/Attributes({column['MetadataId']})").status == 200


def test_every_table_and_column_can_be_told(client: Client) -> None:
    tables = client.rows("EntityDefinitions", expand="Attributes")
    assert len({table["MetadataId"] for table in tables}) == len(tables) >= 14
    columns = [column for table in tables for column in table["Attributes"]]
    assert len({column["MetadataId"] for column in columns}) == len(columns)
    for table in tables:
        kinds = {column["AttributeTypeName"]["Value"] for column in table["Attributes"]}
        assert "UniqueidentifierType" in kinds or table["LogicalName"] == "usersettings"


def test_identifiers_are_the_same_in_another_organization(client: Client, estate: Estate) -> None:
    beside = Client(estate.beside(), client.token)
    path, select = f"{ACCOUNT}/Attributes(LogicalName='name')", "MetadataId"
    assert client.get(path, select=select).document == beside.get(path, select=select).document
    only = client.get(f"{path}/MetadataId").document
    where = f"{CONTEXT}EntityDefinitions('account')/Attributes('name')/MetadataId"
    assert only["@odata.context"] == where
    assert only["value"] == client.get(path).document["MetadataId"]


def test_a_label_is_read_by_itself(client: Client) -> None:
    found = client.get(f"{ACCOUNT}/DisplayName").document
    assert found["@odata.context"] == f"{CONTEXT}EntityDefinitions('account')/DisplayName"
    assert found["UserLocalizedLabel"]["Label"] == "Account"
    plural = client.get(f"{ACCOUNT}/DisplayCollectionName").document
    assert plural["LocalizedLabels"][0]["Label"] == "Accounts"
    assert client.get(f"{ACCOUNT}/Description").status == 204


@pytest.mark.covers(
    "definition: OneToManyRelationships",
    "definition: ManyToOneRelationships",
    "definition: ManyToManyRelationships",
    "definition: RelationshipDefinitions",
)
def test_relationships_of_a_table(client: Client) -> None:
    wanted = "SchemaName eq 'account_primary_contact'"
    select = "ReferencedEntity,ReferencingEntity,ReferencingAttribute,SchemaName"
    (lookup,) = client.rows(f"{ACCOUNT}/ManyToOneRelationships", filter=wanted, select=select)
    del lookup["MetadataId"]
    assert lookup == {
        "ReferencedEntity": "contact",
        "ReferencingEntity": "account",
        "ReferencingAttribute": "primarycontactid",
        "SchemaName": "account_primary_contact",
    }
    contact = "EntityDefinitions(LogicalName='contact')"
    (same,) = client.rows(f"{contact}/OneToManyRelationships", filter=wanted)
    assert same["ReferencingEntityNavigationPropertyName"] == "primarycontactid"
    assert same["ReferencedAttribute"] == "contactid"
    assert same["CascadeConfiguration"]["Delete"] == "RemoveLink"
    wanted = "SchemaName eq 'accountleads_association'"
    (pairs,) = client.rows(f"{ACCOUNT}/ManyToManyRelationships", filter=wanted)
    assert (pairs["IntersectEntityName"], pairs["Entity2LogicalName"]) == ("accountleads", "lead")
    every = client.rows("RelationshipDefinitions", filter=wanted)
    assert [each["@odata.type"] for each in every] == [f"#{CRM}ManyToManyRelationshipMetadata"]
    cast = f"RelationshipDefinitions/{CRM}OneToManyRelationshipMetadata"
    referring = client.column(cast, "SchemaName", filter="ReferencedEntity eq 'account'")
    below = client.column(f"{ACCOUNT}/OneToManyRelationships", "SchemaName")
    assert sorted(referring) == sorted(below)
    assert client.get("RelationshipDefinitions(SchemaName='account_primary_contact')").status == 200


@pytest.mark.covers("definition: unknown definition 404")
@pytest.mark.parametrize(
    "path",
    [
        "EntityDefinitions(LogicalName='nosuch')",
        "EntityDefinitions(00000000-0000-0000-0000-000000000001)",
        f"{ACCOUNT}/Attributes(LogicalName='nosuch')",
        f"{ACCOUNT}/Keys(LogicalName='nosuch')",
        "RelationshipDefinitions(SchemaName='nosuch')",
        "GlobalOptionSetDefinitions(Name='nosuch')",
        "EntityDefinitions(LogicalName='nosuch')/Attributes",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).error == (404, "0x80040217")


def test_the_sentence_for_a_table_that_is_not_there(client: Client) -> None:
    error = client.get("EntityDefinitions(LogicalName='nosuch')").document["error"]
    assert error["message"] == (
        "Could not find an entity with name nosuch and id 00000000-0000-0000-0000-000000000000."
    )


@pytest.mark.parametrize(
    "path",
    [
        f"{ACCOUNT}/Nosuch",
        f"{ACCOUNT}/LogicalName/Value",
        f"{ACCOUNT}/Attributes/$count",
        "EntityDefinitions/Attributes",
        f"{ACCOUNT}/Attributes(LogicalName='name')/{PICKLIST}",
        "entitydefinitions",
    ],
)
def test_a_path_that_leads_nowhere(client: Client, path: str) -> None:
    assert client.get(path).error == (404, "0x80060888")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("EntityDefinitions", "$top=3"),
        ("EntityDefinitions", "$orderby=LogicalName"),
        ("EntityDefinitions", "$count=true"),
        ("EntityDefinitions", "$skip=1"),
        ("EntityDefinitions", "$select=nosuch"),
        ("EntityDefinitions", "$select=logicalname"),
        ("EntityDefinitions", "$filter=nosuch eq 1"),
        ("EntityDefinitions", "$filter=IsActivity eq 'true'"),
        ("EntityDefinitions", "$filter=ObjectTypeCode eq 'account'"),
        ("EntityDefinitions", "$filter=LogicalName eq 1"),
        ("EntityDefinitions", "$filter=OwnershipType eq 'Nobody'"),
        ("EntityDefinitions", "$filter=DisplayName eq 'Account'"),
        ("EntityDefinitions", "$filter=IsCustomizable eq true"),
        ("EntityDefinitions", "$filter=LogicalName eq SchemaName"),
        ("EntityDefinitions", "$expand=Privileges"),
        ("EntityDefinitions", "$expand=Attributes($top=1)"),
        ("EntityDefinitions", "$expand=Attributes($expand=OptionSet)"),
        ("EntityDefinitions", "$expand=Attributes("),
        ("EntityDefinitions", "$expand=" + "Attributes(" * 50),
        ("EntityDefinitions", "$select=LogicalName&$select=SchemaName"),
        ("EntityDefinitions(SchemaName='Account')", ""),
        ("EntityDefinitions(LogicalName='account',SchemaName='Account')", ""),
        (ACCOUNT, "$filter=LogicalName eq 'account'"),
        (f"{ACCOUNT}/Attributes", "$select=MaxLength"),
        (f"{ACCOUNT}/Attributes/{CRM}EnumAttributeMetadata", ""),
        (f"{ACCOUNT}/Attributes/{CRM}EntityMetadata", ""),
        (f"{ACCOUNT}/Attributes/{CRM}Nosuch", ""),
    ],
)
def test_what_cannot_be_asked(client: Client, path: str, query: str) -> None:
    assert client.send("GET", path, query).error == URI


def test_definitions_know_no_functions(client: Client) -> None:
    for name in ("startswith", "contains", "endswith", "tolower"):
        answer = client.get("EntityDefinitions", filter=f"{name}(LogicalName,'a')")
        assert answer.error == (501, "0x8006088a")
        assert answer.document["error"]["message"] == (
            f'The "{name}" function isn\'t supported for Metadata Entities.'
        )


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_definitions_cannot_be_written(client: Client, method: str) -> None:
    answer = client.send(method, ACCOUNT, headers=(("content-type", "application/json"),))
    assert answer.error == (405, "0x80060888")


def test_definitions_are_made_off_the_event_loop(client: Client) -> None:
    with budget.limited(10**9), pytest.raises(StepBudgetExceeded):
        client.get(ACCOUNT)


def test_any_user_may_read_them_and_nobody_else(estate: Estate) -> None:
    assert estate.user(name="Without a role").get(ACCOUNT).status == 200
    stranger = estate.register("Stranger")
    answer = Client(estate, estate.token(stranger)).get(ACCOUNT)
    assert answer.error == (403, "0x80072560")
    assert Client(estate).get(ACCOUNT).status == 401
