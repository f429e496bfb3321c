"""RetrieveMetadataChanges: what is wanted of the tables, and what a client need not read again."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import pytest

from support.definitions_told import described, found, local, text, told
from support.estate import Answer, Client, Estate
from support.soap_elements import ZERO, Typed, string
from support.soaping import Soap
from xrm.db import StepBudgetExceeded, budget

SDK = "Microsoft.Xrm.Sdk.Metadata."
QUERY = (400, "0x80044183")
EXPIRED = (400, "0x80044352")
DAY = 86_400


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


ACCOUNT = criteria(condition("LogicalName", "Equals", "account"))


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
