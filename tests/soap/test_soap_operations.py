"""Organization.svc: each operation, in both versions of SOAP and in the forms clients use."""

import pytest

from support.estate import Client
from support.soap_elements import (
    DATA,
    SERVICES,
    Typed,
    columns,
    entity,
    fetch,
    option,
    reference,
    related,
    simple,
    string,
)
from support.soaping import SVC, WEB, Soap, action_of, attributes, named, results, type_of

CRM = "http://schemas.microsoft.com/crm/2011/Contracts"
GUID = "{http://schemas.microsoft.com/2003/10/Serialization/}guid"


@pytest.fixture(params=["1.1", "1.2"])
def either(request: pytest.FixtureRequest, client: Client) -> Soap:
    """The caller by either version of SOAP, at the endpoint that goes with it."""
    return Soap(client, request.param, WEB if request.param == "1.1" else SVC)


@pytest.mark.covers(
    "soap operation: Create",
    "soap operation: Retrieve",
    "soap operation: Update",
    "soap operation: Delete",
    "soap form: SOAP 1.1",
    "soap form: SOAP 1.2",
)
def test_a_record_is_made_read_changed_and_removed(either: Soap) -> None:
    made = either.create(
        "account", {"name": string("A & <B>"), "donotphone": simple("boolean", "true")}
    )
    assert made.body.tag == f"{{{SERVICES}}}CreateResponse"
    key = made.result.text or ""
    reply = either.retrieve("account", key, "name", "donotphone", "telephone1")
    found = attributes(reply.result)
    assert found == {"accountid": key, "name": "A & <B>", "donotphone": "true"}
    assert reply.said("LogicalName") == "account"
    assert reply.said("Id") == key
    changed = either.update("account", {"name": None, "telephone1": string("5")}, key=key)
    assert (changed.status, len(changed.body)) == (200, 0)
    found = attributes(either.retrieve("account", key, "name", "telephone1").result)
    assert found == {"accountid": key, "telephone1": "5"}
    assert (either.delete("account", key).status, either.delete("account", key).code) == (
        200,
        "0x80040217",
    )


@pytest.mark.covers("soap header: Action", "soap header: RelatesTo")
def test_an_answer_bears_the_action_of_its_request_where_it_is_addressed(client: Client) -> None:
    reply = Soap(client, "1.2", SVC).execute("WhoAmI")
    assert reply.action == action_of("ExecuteResponse")
    assert b"urn:uuid:1</a:RelatesTo>" in reply.response.body
    assert reply.response.header("content-type") == "application/soap+xml; charset=utf-8"
    plain = Soap(client).execute("WhoAmI")
    assert (plain.action, plain.response.header("content-type")) == ("", "text/xml; charset=utf-8")


@pytest.mark.covers("soap value: ColumnSet", "query: AllColumns")
def test_all_columns_are_read_by_one_word(soap: Soap) -> None:
    key = soap.created("account", {"name": string("All"), "industrycode": option(1)})
    found = attributes(soap.retrieve("account", key, every=True).result)
    assert {"accountid", "createdon", "ownerid", "statecode", "versionnumber"} <= found.keys()
    assert found["industrycode"] == {"Value": "1"}
    assert None not in found.values()


@pytest.mark.covers("soap value: RowVersion")
def test_the_row_version_stands_beside_the_attributes_unless_it_is_asked_for(soap: Soap) -> None:
    key = soap.created("account", {"name": string("Versioned")})
    hidden = soap.retrieve("account", key, "name")
    shown = soap.retrieve("account", key, "versionnumber", "name")
    assert "versionnumber" not in attributes(hidden.result)
    version = attributes(shown.result)["versionnumber"]
    texts = [
        each.text for each in (*hidden.result, *shown.result) if each.tag.endswith("RowVersion")
    ]
    assert texts == [version, version]


@pytest.mark.covers(
    "soap operation: Associate",
    "soap operation: Disassociate",
    "soap value: EntityReferenceCollection",
)
def test_records_are_paired_and_parted(either: Soap) -> None:
    account = either.created("account", {"name": string("Holder")})
    contacts = [either.created("contact", {"lastname": string(name)}) for name in ("One", "Two")]
    pair = (
        reference("account", account),
        "contact_customer_accounts",
        *(reference("contact", key) for key in contacts),
    )
    assert either.pair("Associate", *pair).status == 200
    read = [
        attributes(either.retrieve("contact", key, "parentcustomerid").result) for key in contacts
    ]
    assert [row["parentcustomerid"]["Id"] for row in read] == [account, account]
    assert read[0]["parentcustomerid"]["LogicalName"] == "account"
    assert read[0]["parentcustomerid"]["Name"] == "Holder"
    assert either.pair("Disassociate", *pair).status == 200
    assert "parentcustomerid" not in attributes(
        either.retrieve("contact", contacts[0], "parentcustomerid").result
    )


@pytest.mark.covers("soap value: RelatedEntities", "soap value: Relationship")
def test_records_related_to_a_new_one_are_made_with_it(soap: Soap) -> None:
    people = [entity("contact", {"lastname": string(name)}) for name in ("Ada", "Bo")]
    key = soap.created(
        "account",
        {"name": string("With people")},
        beside=related({"contact_customer_accounts": people}),
    )
    query = (
        "<fetch><entity name='contact'><attribute name='lastname'/><order attribute='lastname'/>"
        f"<filter><condition attribute='parentcustomerid' operator='eq' value='{key}'/></filter>"
        "</entity></fetch>"
    )
    assert [row["lastname"] for row in soap.query(fetch(query)).entities] == ["Ada", "Bo"]


def test_the_record_a_lookup_points_to_is_made_with_its_holder(soap: Soap) -> None:
    parent = [entity("account", {"name": string("Parent")})]
    key = soap.created(
        "account",
        {"name": string("Child")},
        beside=related({"account_parent_account": parent}, role="Referencing"),
    )
    found = attributes(soap.retrieve("account", key, "parentaccountid").result)
    assert found["parentaccountid"]["Name"] == "Parent"


@pytest.mark.covers(
    "message: WhoAmI",
    "soap operation: Execute",
    "soap form: typed request",
    "soap form: untyped request",
)
def test_a_typed_request_is_answered_by_a_type_of_its_own(either: Soap) -> None:
    typed = either.execute("WhoAmI", kind="c:WhoAmIRequest").result
    assert type_of(typed) == f"{{{CRM}}}WhoAmIResponse"
    plain = either.execute("WhoAmI").result
    assert "type" not in "".join(plain.attrib)
    held = typed.find(f"{{{DATA}}}Results")
    assert held is not None
    assert {type_of(pair[1]) for pair in held} == {GUID}
    assert named(held).keys() == {"UserId", "BusinessUnitId", "OrganizationId"}
    assert typed.findtext(f"{{{DATA}}}ResponseName") == "WhoAmI"


@pytest.mark.covers("soap form: name told by the type alone")
def test_a_request_s_name_may_be_told_by_its_type_alone(soap: Soap) -> None:
    found = soap.call("Execute", '<request i:type="c:WhoAmIRequest"><a:Parameters/></request>')
    assert results(found).keys() == {"UserId", "BusinessUnitId", "OrganizationId"}


@pytest.mark.covers("message: Create", "message: Retrieve", "message: Delete")
def test_every_operation_can_be_sent_as_a_request(soap: Soap) -> None:
    made = soap.execute("Create", {"Target": entity("account", {"name": string("Sent")})})
    key = results(made)["id"]
    target = reference("account", key)
    asked = columns("name").removeprefix("<a:ColumnSet>").removesuffix("</a:ColumnSet>")
    found = soap.execute(
        "Retrieve",
        {"Target": target, "ColumnSet": Typed("a:ColumnSet", asked)},
        kind="a:RetrieveRequest",
    )
    assert type_of(found.result) == f"{{{DATA}}}RetrieveResponse"
    assert results(found)["Entity"]["Id"] == key
    assert soap.execute("Delete", {"Target": target}).status == 200
    assert soap.execute("Delete", {"Target": target}).code == "0x80040217"


@pytest.mark.covers("message: Update", "soap value: RowVersion", "feature: row versions")
def test_a_change_asks_for_the_version_it_knows(soap: Soap) -> None:
    key = soap.created("account", {"name": string("One")})
    version = soap.retrieve("account", key, "name").said("RowVersion") or ""
    matching = Typed("k:ConcurrencyBehavior", "IfRowVersionMatches")

    def change(version: str) -> str | None:
        target = entity("account", {"name": string("Two")}, key=key, version=version)
        reply = soap.execute("Update", {"Target": target, "ConcurrencyBehavior": matching})
        return None if reply.status == 200 else reply.code

    assert change("") == "0x80060883"
    assert change(str(int(version) + 1)) == "0x80060882"
    assert change(version) is None
    assert change(version) == "0x80060882"
    always = Typed("k:ConcurrencyBehavior", "AlwaysOverwrite")
    target = entity("account", {"name": string("Three")}, key=key)
    reply = soap.execute("Update", {"Target": target, "ConcurrencyBehavior": always})
    assert reply.status == 200


@pytest.mark.covers("message: Upsert")
def test_an_upsert_tells_whether_the_record_is_new(soap: Soap) -> None:
    key = "0f0e0d0c-0b0a-4908-8706-050403020100"
    target = {"Target": entity("account", {"name": string("Up")}, key=key)}
    first, second = (results(soap.execute("Upsert", target)) for _ in range(2))
    assert [each["RecordCreated"] for each in (first, second)] == ["true", "false"]
    assert first["Target"]["Id"] == key
