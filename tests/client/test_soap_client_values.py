"""Values there and back: what each is on the wire, and what cannot be sent."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from support.soap_answers import ANSWERS
from support.soap_documents import contracts as known_contracts
from xrm import soap
from xrm.client.soap.decoding import decode
from xrm.client.soap.doors import wrapped
from xrm.client.soap.encoding import encode, encode_message
from xrm.errors import ConfigurationError, UnexpectedAnswerError
from xrm.wire.soap.operations import ORGANIZATION
from xrm.wire.soap.values import Items, Pairs, Struct, Word

KEY = UUID("dbe9d7c9-2c98-e311-9752-6c3be5a87df0")
REFERENCE = soap.EntityReference("contact", KEY)
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


def written(value: Any) -> etree._Element:
    """The value of a column as it is sent."""
    entity = soap.Entity("lead", {"column": value})
    values = {"entity": encode("Entity", entity)}
    text = wrapped(ORGANIZATION["Create"], values, "1.1", addressed=False)
    found = etree.fromstring(text).find(".//{*}value")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("a <b>", "string", "a <b>"),
        (True, "boolean", "true"),
        (7, "int", "7"),
        (2**31, "long", "2147483648"),
        (soap.Long(7), "long", "7"),
        (1.5, "double", "1.5"),
        (Decimal("1.50"), "decimal", "1.50"),
        (KEY, "guid", str(KEY)),
        (b"\x00\xff", "base64Binary", "AP8="),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "dateTime", "2026-01-02T03:04:05Z"),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
            "dateTime",
            "2026-01-02T01:04:05Z",
        ),
        (date(2026, 1, 2), "dateTime", "2026-01-02T00:00:00Z"),
        (soap.OptionSetValue(3), "OptionSetValue", "3"),
        (soap.Money(Decimal("2.5")), "Money", "2.5"),
        (soap.OrderType.DESCENDING, "OrderType", "Descending"),
        (soap.AccessRights.READ_ACCESS | soap.AccessRights.WRITE_ACCESS, "AccessRights",
         "ReadAccess WriteAccess"),
        (soap.AccessRights(0), "AccessRights", "None"),
        (REFERENCE, "EntityReference", f"{KEY}contact"),
        ([soap.OptionSetValue(3), soap.OptionSetValue(4)], "OptionSetValueCollection", "34"),
        ([soap.Entity("activityparty")], "EntityCollection", "activitypartyactivityparty"),
    ],
)  # fmt: skip
def test_each_value_tells_its_type(value: Any, kind: str, text: str) -> None:
    found = written(value)
    assert (found.get(f"{INSTANCE}type") or "").rpartition(":")[2] == kind
    parts = [part for part in found.itertext() if part not in ("false", "-1")]
    assert "".join(parts) == text


def test_no_value_is_nil() -> None:
    assert written(None).get(f"{INSTANCE}nil") == "true"


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - that is the point
        Decimal("NaN"),
        2**63,
        {"a": 1},
        object(),
        [object()],
        soap.EntityReference("lead", "no id"),  # type: ignore[arg-type]
        soap.OptionSetValue("1"),  # type: ignore[arg-type]
        soap.OptionSetValue(2**31),
        soap.Money(1.5),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_sent(value: Any) -> None:
    with pytest.raises(ConfigurationError):
        written(value)


@pytest.mark.parametrize(
    "message",
    [
        lambda: soap.SetState(entity_moniker=KEY, state=soap.OptionSetValue(1), status=None),
        lambda: soap.GrantAccess(target=REFERENCE, principal_access=REFERENCE),
        lambda: soap.RetrieveMultiple(query="<fetch/>"),
        lambda: soap.AddMembersTeam(team_id=KEY, member_ids=str(KEY)),
        lambda: soap.RetrieveEntity(
            entity_filters=soap.AccessRights(1), logical_name="lead", retrieve_as_if_published=True
        ),
        lambda: soap.ExecuteMultiple(requests=[soap.Entity("lead")]),
        lambda: soap.Entity("lead"),
        lambda: soap.Request("X", {"Y": object()}),
    ],
)
def test_parameters_of_another_type_are_not_sent(message: Any) -> None:
    with pytest.raises(ConfigurationError):
        encode_message(message())


def test_a_message_names_its_parameters_as_the_sdk_does() -> None:
    message = soap.GrantAccess(
        target=REFERENCE,
        principal_access=soap.PrincipalAccess(
            access_mask=soap.AccessRights.READ_ACCESS, principal=soap.EntityReference("team", KEY)
        ),
    )
    found = encode_message(message)
    assert (found.type, found.members["RequestName"]) == ("GrantAccessRequest", "GrantAccess")
    given = found.members["Parameters"].values
    assert list(given) == ["Target", "PrincipalAccess"]
    assert given["PrincipalAccess"].members["AccessMask"] == Word("AccessRights", "ReadAccess")


def test_records_in_a_list_make_a_collection() -> None:
    message = soap.CreateMultiple(targets=[soap.Entity("lead"), soap.Entity("lead")])
    targets = encode_message(message).members["Parameters"].values["Targets"]
    assert (targets.type, targets.members["EntityName"]) == ("EntityCollection", "lead")
    assert len(targets.members["Entities"].values) == 2


def test_a_query_is_its_members() -> None:
    query = soap.QueryExpression("lead", soap.ColumnSet("subject"), top_count=5, distinct=True)
    query.criteria.add_condition("revenue", "GreaterThan", soap.Money(Decimal(1)))
    query.criteria.add_filter(soap.LogicalOperator.OR).add_condition(
        "statecode", soap.ConditionOperator.IN, 0, 1
    )
    link = query.add_link("contact", "parentcontactid", "contactid", soap.JoinOperator.LEFT_OUTER)
    link.entity_alias = "c"
    query.add_order("subject", soap.OrderType.DESCENDING)
    found = encode("QueryBase", query)
    assert found.type == "QueryExpression"
    assert found.members["TopCount"] == 5
    criteria = found.members["Criteria"].members
    (condition,) = criteria["Conditions"].values
    assert condition.members["Operator"] == Word("ConditionOperator", "GreaterThan")
    assert condition.members["Values"].values == [Struct("Money", {"Value": Decimal(1)})]
    (inner,) = criteria["Filters"].values
    assert inner.members["FilterOperator"] == Word("LogicalOperator", "Or")
    assert inner.members["Conditions"].values[0].members["Values"].values == [0, 1]
    (joined,) = found.members["LinkEntities"].values
    assert joined.members["JoinOperator"] == Word("JoinOperator", "LeftOuter")
    assert found.members["Orders"].values[0].members["OrderType"] == Word("OrderType", "Descending")


def test_an_operator_there_is_not() -> None:
    with pytest.raises(ValueError, match="Equals"):
        soap.ConditionExpression("name", "Equals", 1)


@pytest.mark.parametrize("answer", sorted(ANSWERS.keys() - {"who somebody is"}))
def test_every_shape_of_an_answer_is_read(answer: str) -> None:
    _, raw = ANSWERS[answer]
    found = decode(raw, {})
    assert not isinstance(found, Struct | Items | Pairs | Word)


def test_a_response_without_all_its_results_is_none() -> None:
    with pytest.raises(UnexpectedAnswerError, match="BusinessUnitId"):
        decode(ANSWERS["who somebody is"][1], {})


def test_a_record_has_its_values() -> None:
    found = decode(ANSWERS["a record"][1], {})
    assert found.id == KEY
    assert found["industrycode"] == soap.OptionSetValue(7)
    assert found["contoso_colours"] == [soap.OptionSetValue(3)]
    assert found["to"].entities[0]["name"] == "Bob"
    assert found["fullname"] == soap.AliasedValue("contact", "name", "Yvonne")
    assert found["primarycontactid"].name == "Yvonne McKay"
    assert found["websiteurl"] is None
    assert isinstance(found["versionnumber"], soap.Long)
    (collection,) = found.related_entities.values()
    assert list(found.related_entities) == [soap.Relationship("account_primary_contact")]
    assert len(collection) == 0


def test_definitions_have_their_types() -> None:
    found = decode(ANSWERS["a table's definition"][1], {}).entity_metadata
    assert isinstance(found, soap.EntityMetadata)
    assert found.logical_name == "account"
    kinds = {type(column).__name__ for column in found.attributes or ()}
    assert {"StringAttributeMetadata", "LookupAttributeMetadata"} <= kinds
    assert found.ownership_type == soap.OwnershipTypes.USER_OWNED
    changes = decode(ANSWERS["changes of definitions"][1], {}).deleted_metadata
    both = soap.DeletedMetadataFilters.ENTITY | soap.DeletedMetadataFilters.LABEL
    assert set(changes) == {both, soap.DeletedMetadataFilters.ATTRIBUTE}


def test_several_messages_answer_each_for_itself() -> None:
    found = decode(ANSWERS["responses of several messages"][1], {})
    assert found.is_faulted
    created, refused = found.responses
    assert isinstance(created.response, soap.CreateResponse)
    assert created.fault is None
    assert (refused.request_index, refused.fault.code) == (1, "0x80040217")


def test_an_entity_is_like_a_dictionary() -> None:
    found = soap.Entity("lead", {"subject": "A"})
    found["lastname"] = "B"
    assert found.pop("subject") == "A"
    assert (dict(found), "lastname" in found, found.get("x")) == ({"lastname": "B"}, True, None)
    assert found == soap.Entity("lead", {"lastname": "B"})
    with pytest.raises(TypeError, match="no column"):
        soap.Entity("lead", subject="x")
    assert soap.Entity.of(found.to_entity_reference(), {"a": 1})["a"] == 1


def test_the_contracts_of_messages_are_those_the_service_publishes() -> None:
    from xrm.client.soap.encoding import contracts

    theirs, ours = known_contracts(), contracts()
    for name in ("WhoAmIRequest", "CreateRequest", "ExecuteMultipleRequest", "GrantAccessResponse"):
        assert ours[name] == theirs[name]
