"""Microsoft's unmodified Python client of Dataverse works with records and reads definitions."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from support.served import Served

NOBODY = "00000000-0000-0000-0000-000000000001"

Client = Any
Clients = Callable[[str], Client]


@pytest.fixture
def clients(served: Served) -> Iterator[Clients]:
    """Return what signs in a demonstration service by the prefix of its facts."""
    from azure.identity import ClientSecretCredential
    from PowerPlatform.Dataverse.client import DataverseClient

    opened: list[Any] = []

    def sign_in(prefix: str) -> Client:
        credential = ClientSecretCredential(
            served["tenant_id"],
            served[f"{prefix}client_id"],
            served[f"{prefix}client_secret"],
            authority=served["authority"],
            disable_instance_discovery=True,
        )
        client = DataverseClient(served["organization_url"], credential)
        opened.extend((client, credential))
        return client

    yield sign_in
    for each in opened:
        each.close()


@pytest.fixture
def client(clients: Clients) -> Client:
    """Return the client of a service that may do everything."""
    return clients("admin_")


@pytest.fixture
def made(client: Client) -> Iterator[list[str]]:
    """Collect accounts of one test; those that are left are removed after it."""
    keys: list[str] = []
    yield keys
    for key in keys:
        if client.records.retrieve("account", key, select=["name"]) is not None:
            client.records.delete("account", key)


def names(client: Client, filter_text: str, **options: Any) -> list[str]:
    found = client.records.list("account", filter=filter_text, select=["name"], **options)
    return [record["name"] for record in found]


def refusal(call: Callable[[], Any]) -> Any:
    """Return the error with which the service refused a call."""
    from PowerPlatform.Dataverse.core.errors import HttpError

    with pytest.raises(HttpError) as caught:
        call()
    error = caught.value
    assert UUID(error.details["service_request_id"])
    assert not error.is_transient
    return error


def test_one_record_from_creation_to_deletion(client: Client, made: list[str]) -> None:
    records = client.records
    key = records.create("Account", {"Name": "Anvil & Sons", "NumberOfEmployees": 12})
    made.append(key)
    assert UUID(key)
    found = records.retrieve("account", key, select=["name", "numberofemployees", "telephone1"])
    assert found.data == {
        "name": "Anvil & Sons",
        "numberofemployees": 12,
        "telephone1": None,
        "accountid": key,
    }
    before = found.etag
    assert records.update("account", key, {"telephone1": "+49 30 23125 099"}) is None
    found = records.retrieve("account", key, select=["telephone1"])
    assert found["telephone1"] == "+49 30 23125 099"
    assert found.etag.startswith('W/"')
    assert found.etag != before
    assert records.delete("account", key) is None
    assert records.retrieve("account", key) is None


def test_labels_become_the_numbers_of_choices(client: Client, made: list[str]) -> None:
    made.append(
        client.records.create("account", {"name": "L", "IndustryCode": " consulting ",
                                          "accountcategorycode": "Preferred Customer"})
    )  # fmt: skip
    formatted = "OData.Community.Display.V1.FormattedValue"
    found = client.records.retrieve(
        "account",
        made[0],
        select=["industrycode", "accountcategorycode"],
        include_annotations=formatted,
    )
    assert (found["industrycode"], found["accountcategorycode"]) == (7, 1)
    assert found[f"industrycode@{formatted}"] == "Consulting"
    client.records.update("account", made[0], {"accountcategorycode": "STANDARD"})
    found = client.records.retrieve("account", made[0], select=["accountcategorycode"])
    assert found["accountcategorycode"] == 2


def test_a_lookup_is_bound_and_followed(client: Client, made: list[str]) -> None:
    contact = client.records.create("contact", {"lastname": "Keld", "firstname": "Ida"})
    bound = {"name": "Bound", "primarycontactid@odata.bind": f"/contacts({contact})"}
    made.append(client.records.create("account", bound))
    found = client.records.retrieve("account", made[0], select=["_primarycontactid_value"])
    assert found["_primarycontactid_value"] == contact
    assert names(client, "primarycontactid/lastname eq 'Keld'") == ["Bound"]
    client.records.delete("contact", contact)
    found = client.records.retrieve("account", made[0], select=["_primarycontactid_value"])
    assert found["_primarycontactid_value"] is None


def test_many_records_at_once(client: Client, made: list[str]) -> None:
    records = client.records
    many = [{"name": f"Many {n}", "accountcategorycode": "Standard"} for n in range(7)]
    made.extend(records.create("account", many))
    assert len(set(made)) == 7
    wanted = "startswith(name,'Many ')"
    assert names(client, wanted, orderby=["name desc"], top=3) == ["Many 6", "Many 5", "Many 4"]
    pages = [
        [record["name"] for record in page]
        for page in records.list_pages(
            "account",
            filter=wanted,
            select=["name"],
            orderby=["name asc"],
            page_size=3,
            count=True,
        )
    ]
    assert pages == [
        ["Many 0", "Many 1", "Many 2"],
        ["Many 3", "Many 4", "Many 5"],
        ["Many 6"],
    ]
    records.update("account", made, {"address1_city": "Zwolle"})
    assert len(names(client, "address1_city eq 'zwolle'")) == 7
    records.update("account", made[:2], [{"name": "Many a"}, {"name": "Many b"}])
    assert names(client, f"{wanted} and name gt 'Many 9'", orderby=["name"]) == ["Many a", "Many b"]


def test_many_records_are_made_together_or_not_at_all(client: Client) -> None:
    refused = refusal(
        lambda: client.records.create(
            "account", [{"name": "Whole 1"}, {"name": "Whole 2", "numberofemployees": -1}]
        )
    )
    assert refused.status_code == 400
    assert names(client, "startswith(name,'Whole ')") == []


def test_records_are_deleted_in_bulk_and_one_by_one(client: Client) -> None:
    records = client.records
    keys = records.create("account", [{"name": f"Gone {n}"} for n in range(6)])
    assert UUID(records.delete("account", keys[:4]))
    wanted = "startswith(name,'Gone ')"
    assert names(client, wanted, orderby=["name"]) == ["Gone 4", "Gone 5"]
    assert records.delete("account", keys[4:], use_bulk_delete=False) is None
    assert names(client, wanted) == []
    assert records.delete("account", []) is None


def test_records_are_upserted_by_an_alternate_key(client: Client, made: list[str]) -> None:
    from PowerPlatform.Dataverse.models.upsert import UpsertItem

    def item(number: str, name: str) -> Any:
        return UpsertItem({"accountnumber": number}, {"name": name, "industrycode": "Accounting"})

    def told() -> list[tuple[str, str, int]]:
        found = client.records.list(
            "account",
            filter="startswith(accountnumber,'Ü''')",
            select=["accountnumber", "name", "industrycode"],
            orderby=["accountnumber"],
        )
        made[:] = [record["accountid"] for record in found]
        return [
            (record["accountnumber"], record["name"], record["industrycode"]) for record in found
        ]

    client.records.upsert("account", [item("Ü'1", "First")])
    assert told() == [("Ü'1", "First", 1)]
    client.records.upsert("account", [item("Ü'1", "Again"), item("Ü'2", "Second")])
    assert told() == [("Ü'1", "Again", 1), ("Ü'2", "Second", 1)]
    client.records.upsert("account", [item("Ü'2", "Third")])
    assert told() == [("Ü'1", "Again", 1), ("Ü'2", "Third", 1)]
    refused = refusal(
        lambda: client.records.create("account", {"name": "Twin", "accountnumber": "ü'1"})
    )
    assert (refused.status_code, refused.details["service_error_code"]) == (412, "0x80060892")


def test_what_the_service_refuses(client: Client, clients: Clients) -> None:
    from PowerPlatform.Dataverse.core.errors import MetadataError

    records = client.records

    def create(values: dict[str, Any]) -> tuple[int, str]:
        error = refusal(lambda: records.create("account", values))
        return error.status_code, error.details["service_error_code"]

    assert create({"nosuch": 1}) == (400, "0x80048d19")
    assert create({"name": "A", "industrycode": "No such label"}) == (400, "0x80048d19")
    assert create({"name": "A", "industrycode": 99}) == (400, "0x8004431a")
    for gone in (
        lambda: records.update("account", NOBODY, {"name": "A"}),
        lambda: records.delete("account", NOBODY),
    ):
        error = refusal(gone)
        assert (error.status_code, error.subcode) == (404, "http_404")
        assert error.details["service_error_code"] == "0x80040217"
        assert NOBODY in error.message
    error = refusal(lambda: list(records.list("account", filter="nosuch eq 1")))
    assert (error.status_code, error.details["service_error_code"]) == (400, "0x80060888")
    with pytest.raises(MetadataError, match="nosuch"):
        records.create("nosuch", {"name": "A"})
    error = refusal(lambda: clients("no_user_").records.create("account", {"name": "A"}))
    assert (error.status_code, error.details["service_error_code"]) == (403, "0x80072560")


def test_roles_bind_the_client(clients: Clients, client: Client) -> None:
    everything = len(client.records.list("lead", select=["subject"]))
    salesperson = clients("")
    assert 0 < len(salesperson.records.list("lead", select=["subject"])) < everything
    error = refusal(lambda: salesperson.records.delete("businessunit", NOBODY))
    assert (error.status_code, error.details["service_error_code"]) == (403, "0x80040220")
    assert "prvDeleteBusinessUnit" in error.message


def test_definitions_are_read(client: Client) -> None:
    tables = client.tables
    account = tables.get("Account")
    assert (account.logical_name, account.entity_set_name) == ("account", "accounts")
    assert (account.primary_id_attribute, account.primary_name_attribute) == ("accountid", "name")
    assert tables.get("nosuch") is None
    listed = tables.list(filter="ObjectTypeCode lt 5", select=["LogicalName"])
    assert [table["LogicalName"] for table in listed] == [
        *("account", "contact", "lead", "opportunity"),
    ]
    columns = tables.list_columns("account", select=["LogicalName"],
                                  filter="AttributeType eq 'State'")  # fmt: skip
    assert [column["LogicalName"] for column in columns] == ["statecode"]
    assert tables.get_column("account", "industrycode")["AttributeType"] == "Picklist"
    assert tables.get_column("account", "nosuch") is None
    (key,) = tables.get_alternate_keys("account")
    assert (key.key_attributes, key.status) == (["accountnumber"], "Active")
    lookup = tables.get_relationship("account_primary_contact")
    assert (lookup.referenced_entity, lookup.referencing_entity) == ("contact", "account")
    related = tables.list_table_relationships("account", filter="IsCustomRelationship eq false")
    assert lookup.relationship_id in {each["MetadataId"] for each in related}
    (expansion,) = [
        each
        for each in client.query.odata_expands("account")
        if each["nav_property"] == "primarycontactid"
    ]
    assert expansion["target_entity_set"] == "contacts"


def test_definitions_are_not_written(client: Client) -> None:
    error = refusal(lambda: client.tables.create_alternate_key("account", "New", ["name"]))
    assert error.status_code == 405


@pytest.mark.covers("fetch: the official Python client")
def test_fetchxml_is_read_page_by_page(client: Client, made: list[str]) -> None:
    for number in range(5):
        made.append(client.records.create("account", {"name": f"Paged {number}"}))
    fetch = """<fetch count='2'><entity name='account'><attribute name='name'/>
        <filter><condition attribute='name' operator='like' value='Paged _'/></filter>
        <order attribute='name' descending='true'/></entity></fetch>"""
    pages = list(client.query.fetchxml(fetch).execute_pages())
    assert [[record["name"] for record in page] for page in pages] == [
        ["Paged 4", "Paged 3"],
        ["Paged 2", "Paged 1"],
        ["Paged 0"],
    ]


def test_a_question_in_sql_is_refused_and_not_answered_wrong(client: Client) -> None:
    error = refusal(lambda: client.query.sql("SELECT name FROM account"))
    assert error.status_code == 501
