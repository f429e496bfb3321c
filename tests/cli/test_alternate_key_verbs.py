"""xrm key on a data directory on which no server runs."""

import pytest

NUMBER = {
    "table": "account",
    "name": "contoso_AccountNumber",
    "logical_name": "contoso_accountnumber",
    "display_name": "Account Number",
    "columns": ["accountnumber"],
}


@pytest.fixture
def here(xrm, tmp_path):
    """Return `here(*arguments)`: a verb on a data directory of its own."""
    return lambda *arguments: xrm("key", *arguments, "--data", tmp_path / "xrm")


def listed(here, *arguments):
    return [
        {name: value for name, value in each.items() if name != "key_id"}
        for each in here("list", "--json", *arguments).json()
    ]


def test_keys_are_created_listed_and_deleted(here):
    assert listed(here) == [NUMBER]
    columns = ("--column", "emailaddress1", "--column", "birthdate")
    made = here("create", "contact", "contoso_Person", *columns, "--json").json()
    assert made["columns"] == ["emailaddress1", "birthdate"]
    assert (made["logical_name"], made["display_name"]) == ("contoso_person", "contoso_Person")
    assert [each["name"] for each in listed(here)] == ["contoso_AccountNumber", "contoso_Person"]
    assert listed(here, "--table", "account") == [NUMBER]
    said = here("delete", "contact", "CONTOSO_person", "--yes").out
    assert said == "The key contoso_Person of contact is deleted.\n"
    assert listed(here, "--table", "contact") == []


def test_what_is_defined_is_said_to_people(here):
    named = ("--column", "name", "--display-name", "Name")
    lines = [line.split() for line in here("create", "account", "a_Name", *named).out.splitlines()]
    assert lines == [
        ["Table", "account"],
        ["Name", "a_Name"],
        ["Display", "name", "Name"],
        ["Columns", "name"],
        ["Names", "a", "record", "accounts(name=…)"],
    ]
    head, *rows = [line.split() for line in here("list").out.splitlines()]
    assert head == ["TABLE", "NAME", "DISPLAY", "NAME", "COLUMNS"]
    assert rows == [
        ["account", "a_Name", "Name", "name"],
        ["account", "contoso_AccountNumber", "Account", "Number", "accountnumber"],
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "nothing", "a_b", "--column", "name"), "'nothing' was not found"),
        (("create", "account", "a_b", "--column", "nothing"), "Name = 'nothing'"),
        (("create", "account", "a_b", "--column", "revenue"), "of type Money cannot be part"),
        (("create", "account", "a_b", "--column", "accountnumber"), "already exists"),
        (("create", "account", "a_b", "--column", "industrycode"), "are alike in industrycode"),
        (("delete", "account", "a_b", "--yes"), "has no alternate key 'a_b'"),
    ],
)
def test_what_cannot_be_done_is_said(here, arguments, said):
    here("list")
    here(*arguments).failed(said, "xrm key list shows the keys there are.")
    assert listed(here) == [NUMBER]
