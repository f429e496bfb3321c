"""`$metadata`: what the Web API says that it is, held against what it is."""

from collections import Counter
from collections.abc import Iterator

import pytest
from lxml import etree

from support.estate import Answer, Client, Estate
from xrm.db import StepBudgetExceeded, budget
from xrm.org import keys
from xrm.org.messages import REGISTRY

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
DESCRIPTION = "Org.OData.Core.V1"
ALL = (("prefer", 'odata.include-annotations="*"'),)


@pytest.fixture(scope="module")
def client(estate: Estate) -> Client:
    return estate.user("System Administrator")


def schema_of(answer: Answer) -> etree._Element:
    assert (answer.status, answer.header("Content-Type")) == (200, "application/xml")
    found = etree.fromstring(answer.body).find(f".//{EDM}Schema")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def schema(client: Client) -> etree._Element:
    return schema_of(client.get("$metadata"))


def named(schema: etree._Element, tag: str, name: str) -> etree._Element:
    (only,) = [each for each in schema.iter(EDM + tag) if each.get("Name") == name]
    return only


def plain(kind: str) -> str:
    return kind.removeprefix("Collection(").removesuffix(")").removeprefix("mscrm.")


def lineage(schema: etree._Element, name: str) -> Iterator[etree._Element]:
    """Return an entity type and those it derives from."""
    while name:
        found = named(schema, "EntityType", name)
        yield found
        name = plain(found.get("BaseType") or "")


def members(schema: etree._Element, name: str, *tags: str) -> list[str]:
    return [
        str(each.get("Name"))
        for kind in lineage(schema, name)
        for tag in tags
        for each in kind.findall(EDM + tag)
    ]


def attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


@pytest.mark.covers("metadata: schema and alias", "metadata: abstract types")
def test_the_schema_and_its_types_have_the_names_of_the_service(schema: etree._Element) -> None:
    assert attributes(schema) == {"Namespace": "Microsoft.Dynamics.CRM", "Alias": "mscrm"}
    heads = {
        name: attributes(named(schema, "EntityType", name))
        for name in ("crmbaseentity", "expando", "principal", "activitypointer", "systemuser",
                     "task", "account", "MetadataBase", "StringAttributeMetadata")
    }  # fmt: skip
    assert heads == {
        "crmbaseentity": {"Name": "crmbaseentity", "Abstract": "true"},
        "expando": {"Name": "expando", "BaseType": "mscrm.crmbaseentity", "OpenType": "true"},
        "principal": {"Name": "principal", "BaseType": "mscrm.crmbaseentity", "Abstract": "true"},
        "activitypointer": {"Name": "activitypointer", "BaseType": "mscrm.crmbaseentity",
                            "Abstract": "true"},
        "systemuser": {"Name": "systemuser", "BaseType": "mscrm.principal"},
        "task": {"Name": "task", "BaseType": "mscrm.activitypointer"},
        "account": {"Name": "account", "BaseType": "mscrm.crmbaseentity"},
        "MetadataBase": {"Name": "MetadataBase", "BaseType": "mscrm.crmmodelbaseentity",
                         "Abstract": "true"},
        "StringAttributeMetadata": {"Name": "StringAttributeMetadata",
                                    "BaseType": "mscrm.AttributeMetadata"},
    }  # fmt: skip
    keys_of = {
        name: [each.get("Name") for kind in lineage(schema, name)
               for each in kind.iter(EDM + "PropertyRef")]
        for name in ("account", "systemuser", "team", "task", "EntityMetadata")
    }  # fmt: skip
    assert keys_of == {
        "account": ["accountid"],
        "systemuser": ["ownerid"],
        "team": ["ownerid"],
        "task": ["activityid"],
        "EntityMetadata": ["MetadataId"],
    }


@pytest.mark.covers("metadata: property types")
@pytest.mark.parametrize(
    ("table", "name", "facts"),
    [
        ("account", "name", {"Type": "Edm.String", "Unicode": "false"}),
        ("account", "accountid", {"Type": "Edm.Guid"}),
        ("account", "revenue", {"Type": "Edm.Decimal", "Scale": "Variable"}),
        ("account", "industrycode", {"Type": "Edm.Int32"}),
        ("account", "address1_latitude", {"Type": "Edm.Double"}),
        ("account", "creditonhold", {"Type": "Edm.Boolean"}),
        ("account", "createdon", {"Type": "Edm.DateTimeOffset"}),
        ("account", "versionnumber", {"Type": "Edm.Int64"}),
        ("account", "entityimage", {"Type": "Edm.Binary"}),
        ("account", "_primarycontactid_value", {"Type": "Edm.Guid"}),
        ("contact", "birthdate", {"Type": "Edm.Date"}),
        ("role", "iscustomizable", {"Type": "mscrm.BooleanManagedProperty"}),
        ("activitypointer", "subject", {"Type": "Edm.String", "Unicode": "false"}),
    ],
)
def test_properties_are_of_the_types_of_their_columns(
    schema: etree._Element, table: str, name: str, facts: dict[str, str]
) -> None:
    (found,) = [
        each
        for each in named(schema, "EntityType", table).findall(f"{EDM}Property")
        if each.get("Name") == name
    ]
    assert attributes(found) == {"Name": name, **facts}


@pytest.mark.covers(
    "metadata: lookups and navigation properties",
    "metadata: polymorphic lookups",
    "metadata: many to many",
)
def test_relationships_lead_to_and_fro(schema: etree._Element) -> None:
    account = named(schema, "EntityType", "account")
    (lookup,) = [each for each in account if each.get("Name") == "primarycontactid"]
    assert attributes(lookup) == {
        "Name": "primarycontactid",
        "Type": "mscrm.contact",
        "Nullable": "false",
        "Partner": "account_primary_contact",
    }
    assert [attributes(each) for each in lookup] == [
        {"Property": "_primarycontactid_value", "ReferencedProperty": "contactid"}
    ]
    (owner,) = [each for each in account if each.get("Name") == "ownerid"]
    assert owner.get("Type") == "mscrm.principal"
    (members_of,) = [
        each
        for each in named(schema, "EntityType", "team")
        if each.get("Name") == "teammembership_association"
    ]
    assert attributes(members_of) == {
        "Name": "teammembership_association",
        "Type": "Collection(mscrm.systemuser)",
        "Partner": "teammembership_association",
    }
    assert members(schema, "teammembership", "Property") == [
        *("teamid", "systemuserid", "teammembershipid", "versionnumber"),
    ]
    regarding = [
        each.get("Name")
        for each in named(schema, "EntityType", "task").findall(f"{EDM}NavigationProperty")
        if each[0].get("Property") == "_regardingobjectid_value"
    ]
    assert {"regardingobjectid_account_task", "regardingobjectid_lead_task"} <= set(regarding)


def test_whatever_is_named_is_there(schema: etree._Element) -> None:
    tags = [f"{EDM}{tag}" for tag in ("EntityType", "ComplexType", "EnumType")]
    declared = [str(each.get("Name")) for each in schema if each.tag in tags]
    assert max(Counter(declared).values()) == 1
    used = {
        plain(str(each.get(name)))
        for each in schema.iter()
        for name in ("Type", "BaseType", "EntityType")
        if each.get(name)
    }
    assert {name for name in used if not name.startswith("Edm.")} <= set(declared)
    sets = {each.get("Name") for each in schema.iter(f"{EDM}EntitySet")}
    assert {each.get("Target") for each in schema.iter(f"{EDM}NavigationPropertyBinding")} <= sets


def test_every_end_of_a_relationship_is_a_property(schema: etree._Element) -> None:
    for kind in schema.findall(f"{EDM}EntityType"):
        name = str(kind.get("Name"))
        every = members(schema, name, "Property", "NavigationProperty")
        assert max(Counter(every).values(), default=1) == 1, name
        for each in kind.findall(f"{EDM}NavigationProperty"):
            there = plain(str(each.get("Type")))
            partner = each.get("Partner")
            assert partner is None or partner in members(schema, there, "NavigationProperty")
            for constraint in each:
                assert constraint.get("Property") in every
                assert constraint.get("ReferencedProperty") in members(schema, there, "Property")


@pytest.mark.parametrize("path", ["accounts", "systemusers", "teams", "tasks", "roles"])
def test_a_record_has_the_properties_of_its_type(
    schema: etree._Element, client: Client, path: str
) -> None:
    if path in ("accounts", "tasks"):
        client.post(path, {"name": "A"} if path == "accounts" else {"subject": "A"})
    (entity_set,) = [each for each in schema.iter(f"{EDM}EntitySet") if each.get("Name") == path]
    declared = members(schema, plain(str(entity_set.get("EntityType"))), "Property")
    record = client.rows(path, top=1)[0]
    assert sorted(name for name in record if "@" not in name) == sorted(declared)


def test_the_container_holds_the_sets_of_the_service_document(
    schema: etree._Element, client: Client
) -> None:
    sets = {str(each.get("Name")) for each in schema.iter(f"{EDM}EntitySet")}
    served = {row["name"] for row in client.rows("")}
    definitions = {"EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions"}
    assert sets == served | definitions
    for name in definitions:
        assert client.get(name).status == 200


def test_operations_follow_from_declarations(schema: etree._Element) -> None:
    kinds = {"action": "Action", "function": "Function"}
    declared = {
        (kinds[each.declaration.kind], each.declaration.name)
        for each in REGISTRY
        if each.declaration.kind in kinds
    }
    written = {
        (etree.QName(each).localname, each.get("Name"))
        for tag in kinds.values()
        for each in schema.findall(EDM + tag)
    }
    assert written == declared
    imports = [
        attributes(each)
        for tag in ("FunctionImport", "ActionImport")
        for each in schema.iter(EDM + tag)
        if each.get("Name") in ("WhoAmI", "BulkDelete")
    ]
    assert imports == [
        {"Name": "WhoAmI", "Function": "Microsoft.Dynamics.CRM.WhoAmI"},
        {"Name": "BulkDelete", "Action": "Microsoft.Dynamics.CRM.BulkDelete"},
    ]
    who = named(schema, "ComplexType", "WhoAmIResponse")
    assert [attributes(each) for each in who] == [
        {"Name": name, "Type": "Edm.Guid", "Nullable": "false"}
        for name in ("BusinessUnitId", "UserId", "OrganizationId")
    ]


@pytest.mark.covers("metadata: actions and functions")
@pytest.mark.parametrize(
    ("tag", "name", "parameters", "result"),
    [
        ("Function", "RetrieveAllEntities",
         [("EntityFilters", "mscrm.EntityFilters", "false"),
          ("RetrieveAsIfPublished", "Edm.Boolean", "false")],
         "mscrm.RetrieveAllEntitiesResponse"),
        ("Action", "AddMembersTeam",
         [("entity", "mscrm.team", "false"), ("Members", "Collection(mscrm.systemuser)", "false")],
         None),
        ("Action", "CreateMultiple",
         [("entityset", "Collection(mscrm.crmbaseentity)", "false"),
          ("Targets", "Collection(mscrm.crmbaseentity)", "false")],
         "mscrm.CreateMultipleResponse"),
    ],
)  # fmt: skip
def test_an_operation_says_what_it_takes(
    schema: etree._Element,
    tag: str,
    name: str,
    parameters: list[tuple[str, str, str]],
    result: str | None,
) -> None:
    found = named(schema, tag, name)
    said = [
        tuple(each.get(part) for part in ("Name", "Type", "Nullable"))
        for each in found.findall(f"{EDM}Parameter")
    ]
    assert said == parameters
    bound = "true" if parameters[0][0] in ("entity", "entityset") else None
    assert found.get("IsBound") == bound
    returned = found.find(f"{EDM}ReturnType")
    assert (None if returned is None else returned.get("Type")) == result


@pytest.mark.covers("metadata: enumerations")
def test_enumerations_have_numbers(schema: etree._Element) -> None:
    rights = named(schema, "EnumType", "AccessRights")
    assert rights.get("IsFlags") == "true"
    values = {each.get("Name"): each.get("Value") for each in rights}
    assert (values["ReadAccess"], values["ShareAccess"]) == ("1", "262144")
    ownership = named(schema, "EnumType", "OwnershipTypes")
    assert [each.get("Value") for each in ownership] == ["0", "1", "2", "4", "8", "16"]


def terms(element: etree._Element) -> list[str]:
    return [str(each.get("Term")) for each in element.findall(f"{EDM}Annotation")]


@pytest.mark.covers("option: annotations of $metadata", "metadata: annotations")
def test_annotations_come_where_they_are_asked_for(client: Client, schema: etree._Element) -> None:
    assert list(schema.iter(f"{EDM}Annotation")) == []
    by_option = client.send("GET", "$metadata", "annotations=true")
    assert client.get("$metadata", headers=ALL).body == by_option.body
    account = named(schema_of(by_option), "EntityType", "account")
    properties = {each.get("Name"): each for each in account.findall(f"{EDM}Property")}
    assert terms(properties["opendeals"]) == [
        f"{DESCRIPTION}.Computed",
        f"{DESCRIPTION}.Permissions",
    ]
    assert terms(properties["name"]) == []
    accounts = named(schema_of(by_option), "EntitySet", "accounts")
    assert terms(accounts) == ["Org.OData.Capabilities.V1.ChangeTracking"]


@pytest.mark.covers("metadata: alternate keys")
def test_alternate_keys_are_told_as_soon_as_they_are_there(fresh: Estate) -> None:
    client, organization = fresh.user("System Administrator"), fresh.organization
    before = client.send("GET", "$metadata", "annotations=true").body
    assert b"AlternateKeys" not in before
    keys.define(organization, "account", "contoso_number", ["accountnumber"])
    after = client.send("GET", "$metadata", "annotations=true")
    account = named(schema_of(after), "EntityType", "account")
    assert terms(account) == ["OData.Community.Keys.V1.AlternateKeys"]
    paths = [each.get("PropertyPath") for each in account.iter(f"{EDM}PropertyValue")]
    assert "accountnumber" in paths


@pytest.mark.covers("service: $metadata")
def test_who_may_read_it_and_how(estate: Estate, client: Client) -> None:
    assert estate.user(name="Without a role").get("$metadata").status == 200
    assert Client(estate).get("$metadata").status == 401
    stranger = Client(estate, estate.token(estate.register("Stranger to the schema")))
    assert stranger.get("$metadata").error == (403, "0x80072560")
    assert client.send("POST", "$metadata").error == (405, "0x80060888")
    assert client.get("$metadata/accounts").error == (404, "0x80060888")
    accepting = client.get("$metadata", headers=(("accept", "application/xml"),))
    assert accepting.status == 200
    with budget.limited(10**9), pytest.raises(StepBudgetExceeded):
        client.get("$metadata")
