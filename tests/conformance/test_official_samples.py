"""What the platform's published samples do, step by step: basic and conditional operations.

The order of requests, statuses and texts are those of the samples; what they expand in one
request is read here by its navigation property.
"""

import re

import pytest

from support.estate import ROOT, URL, Client

EVERY = ("prefer", 'odata.include-annotations="*"')
ANY_VERSION = ("if-match", "*")
FORMATTED = "@OData.Community.Display.V1.FormattedValue"
HERE = f"{URL}{ROOT[1:]}"
MISMATCH = "The version of the existing record doesn't match the RowVersion property provided."


@pytest.fixture
def administrator(estate) -> Client:
    return estate.user("System Administrator")


def uri(answer) -> str:
    """Return the path of the record an answer names, as a client uses it further."""
    url = answer.header("OData-EntityId")
    assert url == answer.header("Location")
    assert url.startswith(HERE)
    return url.removeprefix(HERE)


@pytest.mark.covers(
    "record: retrieve",
    "record: retrieve with null columns",
    "record: update",
    "record: column value set",
    "annotation: FormattedValue",
)
def test_create_read_update_a_contact(administrator):
    rafel = uri(administrator.post("contacts", {"firstname": "Rafel", "lastname": "Shillo"}))
    change = {"annualincome": 80000, "jobtitle": "Junior Developer"}
    assert administrator.patch(rafel, change, headers=(ANY_VERSION,)).status == 204
    columns = "fullname,annualincome,jobtitle,description"
    read = administrator.get(rafel, select=columns, headers=(EVERY,))
    assert read.header("Preference-Applied") == 'odata.include-annotations="*"'
    assert read.document["@odata.context"] == f"{HERE}$metadata#contacts({columns})/$entity"
    assert read.document["fullname"] == "Rafel Shillo"
    assert read.document["annualincome"] == 80000
    assert read.document[f"annualincome{FORMATTED}"] == "$80,000.00"
    assert read.document["description"] is None
    change = {"jobtitle": "Senior Developer", "annualincome": 95000, "description": "To be given"}
    assert administrator.patch(rafel, change, headers=(ANY_VERSION,)).status == 204
    none = ("if-none-match", "null")
    put = administrator.put(f"{rafel}/telephone1", {"value": "555-0105"}, headers=(none,))
    assert (put.status, put.body) == (204, b"")
    phone = administrator.get(f"{rafel}/telephone1")
    assert phone.document == {
        "@odata.context": f"{HERE}$metadata#{rafel}/telephone1",
        "value": "555-0105",
    }


@pytest.mark.covers("record: deep insert")
def test_create_records_that_belong_together(administrator):
    rafel = uri(administrator.post("contacts", {"firstname": "Rafel", "lastname": "Shillo"}))
    contoso = uri(
        administrator.post(
            "accounts",
            {"name": "Contoso Ltd", "telephone1": "555-5555", "primarycontactid@odata.bind": rafel},
        )
    )
    primary = administrator.get(f"{contoso}/primarycontactid", select="fullname,jobtitle")
    assert primary.document["fullname"] == "Rafel Shillo"
    context = primary.document["@odata.context"]
    assert context.endswith("$metadata#contacts(fullname,jobtitle)/$entity")
    tasks = [
        {
            "subject": f"Task {number}",
            "description": "Sign the contract",
            "scheduledstart": "2023-04-19T03:00:00+07:00",
            "scheduledend": "2023-04-20T03:00:00+07:00",
            "scheduleddurationminutes": 1440,
        }
        for number in (1, 2, 3)
    ]
    fourth = uri(
        administrator.post(
            "accounts",
            {
                "name": "Fourth Coffee",
                "primarycontactid": {
                    "firstname": "Susie",
                    "lastname": "Curtis",
                    "jobtitle": "Coffee Master",
                    "annualincome": 48000,
                    "Contact_Tasks": tasks,
                },
            },
        )
    )
    susie = administrator.get(f"{fourth}/primarycontactid", select="fullname").document
    assert susie["fullname"] == "Susie Curtis"
    found = administrator.get(
        f"contacts({susie['contactid']})/Contact_Tasks",
        select="subject,description,scheduledstart,scheduledend",
        orderby="subject",
        headers=(EVERY,),
    ).rows
    assert [row["subject"] for row in found] == ["Task 1", "Task 2", "Task 3"]
    assert {row["scheduledstart"] for row in found} == {"2023-04-18T20:00:00Z"}
    assert found[0][f"scheduledend{FORMATTED}"] == "4/19/2023 8:00 PM"


def test_associate_and_part_contacts_and_accounts(administrator):
    rafel = uri(administrator.post("contacts", {"firstname": "Rafel", "lastname": "Shillo"}))
    fourth = uri(administrator.post("accounts", {"name": "Fourth Coffee"}))
    collection = f"{fourth}/contact_customer_accounts"
    paired = administrator.post(f"{collection}/$ref", {"@odata.id": f"{HERE}{rafel}"})
    assert (paired.status, paired.body) == (204, b"")
    rows = administrator.rows(collection, select="fullname,jobtitle")
    assert [row["fullname"] for row in rows] == ["Rafel Shillo"]
    key = rows[0]["contactid"]
    assert administrator.delete(f"{collection}({key})/$ref").status == 204
    assert administrator.rows(collection) == []


def test_associate_a_user_and_a_role(administrator):
    me = administrator.get("WhoAmI").document
    role = uri(
        administrator.post(
            "roles",
            {
                "businessunitid@odata.bind": f"businessunits({me['BusinessUnitId']})",
                "name": "Test Role",
            },
        )
    )
    key = role.partition("(")[2].rstrip(")")
    collection = f"systemusers({me['UserId']})/systemuserroles_association"
    assert administrator.post(f"{collection}/$ref", {"@odata.id": HERE + role}).status == 204
    rows = administrator.rows(collection, select="name", filter=f"roleid eq {key}")
    assert [row["name"] for row in rows] == ["Test Role"]
    assert administrator.delete(f"{collection}({key})/$ref").status == 204
    assert administrator.rows(collection, filter=f"roleid eq {key}") == []
    assert administrator.delete(role).status == 204


def test_delete_what_was_made(administrator):
    contact = uri(
        administrator.post(
            "contacts",
            {"lastname": "Curtis", "Contact_Tasks": [{"subject": "One"}, {"subject": "Two"}]},
        )
    )
    bind = {"name": "Fourth Coffee", "primarycontactid@odata.bind": contact}
    account = uri(administrator.post("accounts", bind))
    assert len(administrator.rows(f"{contact}/Contact_Tasks")) == 2
    assert administrator.delete(contact).status == 204
    assert administrator.get(contact).error == (404, "0x80040217")
    assert administrator.get(account).document["_primarycontactid_value"] is None
    assert administrator.rows("tasks", filter="subject eq 'One' or subject eq 'Two'") == []


def test_conditional_operations(administrator):
    columns = "name,revenue,telephone1,description"
    made = administrator.post(
        "accounts",
        {"name": "Contoso Ltd", "telephone1": "555-0000", "revenue": 5000000, "description": "Top"},
        f"$select={columns}",
        headers=(("prefer", "return=representation"),),
    )
    assert made.status == 201
    assert made.header("Preference-Applied") == "return=representation"
    assert made.document["@odata.context"] == f"{HERE}$metadata#accounts({columns})/$entity"
    first = made.document["@odata.etag"]
    assert re.fullmatch(r'W/"[0-9]+"', first)
    account = f"accounts({made.document['accountid']})"

    def read(etag: str):
        return administrator.get(account, select=columns, headers=(("if-none-match", etag),))

    known = read(first)
    assert (known.status, known.body) == (304, b"")
    assert administrator.put(f"{account}/telephone1", {"value": "555-0001"}).status == 204
    second = read(first)
    assert second.status == 200
    assert second.document["telephone1"] == "555-0001"
    assert second.document["@odata.etag"] == second.header("ETag") != first

    stale = (("if-match", first),)
    for refused in (
        administrator.delete(account, headers=stale),
        administrator.patch(account, {"telephone1": "555-0005"}, headers=stale),
    ):
        assert refused.error == (412, "0x80060882")
        assert refused.document["error"]["message"] == MISMATCH
    current = (("if-match", second.document["@odata.etag"]),)
    assert administrator.patch(account, {"telephone1": "555-0005"}, headers=current).status == 204
    final = administrator.get(account, select=columns).document
    assert (final["telephone1"], final["revenue"]) == ("555-0005", 5000000)
    assert administrator.delete(account).status == 204
