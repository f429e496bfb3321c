"""OrganizationData.svc on both engines: every column's type there and back, rows, pages."""

from typing import Any

import pytest

from support.estate import Client
from support.organization_data import Data, key_of

CONTACT = {"FirstName": "Round", "LastName": "Trip"}


@pytest.fixture(scope="module")
def data(client: Client) -> Data:
    return Data(client)


VALUES: list[tuple[str, str, Any, Any]] = [
    ("AccountSet", "Name", "Ångström ЖЗ 東京 \U0001f600", "Ångström ЖЗ 東京 \U0001f600"),
    ("AccountSet", "Description", "line\nline", "line\nline"),
    ("AccountSet", "NumberOfEmployees", 1_000_000, 1_000_000),
    ("AccountSet", "NumberOfEmployees", "12", 12),
    ("AccountSet", "NumberOfEmployees", 0, 0),
    ("AccountSet", "DoNotPhone", True, True),
    ("AccountSet", "DoNotPhone", False, False),
    ("AccountSet", "Address1_Latitude", -12.5, -12.5),
    ("AccountSet", "Address1_Latitude", "1.5", 1.5),
    ("AccountSet", "LastOnHoldTime", "/Date(1772368200000)/", "/Date(1772368200000)/"),
    ("AccountSet", "LastUsedInCampaign", None, None),
    ("AccountSet", "StageId", "8944A0C4-B36D-4973-A3C6-E0FEFE61D236",
     "8944a0c4-b36d-4973-a3c6-e0fefe61d236"),
    ("ContactSet", "BirthDate", "/Date(946684800000)/", "/Date(946684800000)/"),
    ("ContactSet", "BirthDate", "2000-01-01", "/Date(946684800000)/"),
    ("TransactionCurrencySet", "ExchangeRate", "1.25", "1.250000000000"),
]  # fmt: skip
OTHERS: dict[str, dict[str, Any]] = {
    "AccountSet": {"Name": "Types"},
    "ContactSet": CONTACT,
    "TransactionCurrencySet": {
        "CurrencyName": "Types", "CurrencySymbol": "T", "CurrencyPrecision": 2,
    },
}  # fmt: skip


@pytest.mark.covers("odata2: values")
@pytest.mark.parametrize(("name", "column", "sent", "read"), VALUES)
def test_a_value_comes_back(data: Data, name: str, column: str, sent: Any, read: Any) -> None:
    more = {**OTHERS[name], column: sent}
    if name == "TransactionCurrencySet":
        used = {row["ISOCurrencyCode"] for row in data.get(name).rows}
        more["ISOCurrencyCode"] = next(code for code in ("SEK", "NOK") if code not in used)
    path = data.made(name, **more)
    assert data.get(path, select=column).d[column] == read
    assert data.get(f"{path}/{column}").d[column] == read
    if sent is not None and column != "ExchangeRate":
        data.post(path, {column: None}, ("x-http-method", "MERGE"))
        assert data.post(path, {column: sent}, ("x-http-method", "MERGE")).status == 204
        assert data.get(path, select=column).d[column] == read
    if name == "TransactionCurrencySet":
        assert data.send("DELETE", path).status == 204


@pytest.mark.parametrize(
    ("column", "sent", "read"),
    [
        ("AccountCategoryCode", {"Value": 2}, {"Value": 2}),
        ("AccountCategoryCode", {"Value": "2"}, {"Value": 2}),
        ("AccountCategoryCode", {"Value": None}, {"Value": None}),
        ("Revenue", {"Value": 12.5}, {"Value": "12.5000"}),
        ("Revenue", {"Value": "99999999999.99"}, {"Value": "99999999999.9900"}),
        ("StateCode", {"Value": 0}, {"Value": 0}),
        ("StatusCode", {"Value": 1}, {"Value": 1}),
    ],
)
def test_a_complex_value_comes_back(data: Data, column: str, sent: Any, read: Any) -> None:
    path = data.made("AccountSet", Name="Complex", **{column: sent})
    found = data.get(path, select=column).d[column]
    found.pop("__metadata")
    assert found == read


def test_references_come_back_with_names(data: Data) -> None:
    contact = data.made("ContactSet", **CONTACT)
    reference = {"Id": key_of(contact), "LogicalName": "contact"}
    path = data.made("AccountSet", Name="Lookup", PrimaryContactId=reference)
    found = data.get(path, select="PrimaryContactId,OwnerId").d
    assert found["PrimaryContactId"]["Name"] == "Round Trip"
    assert found["OwnerId"]["LogicalName"] == "systemuser"
    child = {"Id": key_of(path), "LogicalName": "account"}
    own = data.made("ContactSet", **CONTACT, ParentCustomerId=child)
    assert data.get(own, select="ParentCustomerId").d["ParentCustomerId"]["Name"] == "Lookup"
    assert data.get(f"{path}/contact_customer_accounts/$count").body == b"1"


def test_managed_properties_come_back(data: Data) -> None:
    role = data.get("RoleSet", top=1, select="IsCustomizable").rows[0]["IsCustomizable"]
    assert role["__metadata"]["type"].endswith(".BooleanManagedProperty")
    assert role["CanBeChanged"] is True
    assert role["Value"] in (True, False)


@pytest.mark.covers("odata2: $skip", "odata2: $skiptoken", "odata2: $inlinecount")
def test_pages_and_offsets_count_the_same_rows(data: Data) -> None:
    for number in range(111):
        data.made("TaskSet", Subject=f"Row {number:03d}", PriorityCode={"Value": number % 3})
    options = {"filter": "startswith(Subject,'Row ')", "orderby": "PriorityCode/Value desc,Subject"}
    expected = sorted(range(111), key=lambda number: (-(number % 3), number))
    names = [f"Row {number:03d}" for number in expected]
    page = data.get("TaskSet", select="Subject", inlinecount="allpages", **options).d
    found = [row["Subject"] for row in page["results"]]
    while "__next" in page:
        page = data.follow(page["__next"]).d
        assert page["__count"] == "111"
        found += [row["Subject"] for row in page["results"]]
    assert found == names
    for skip in (0, 1, 50, 100, 110, 111, 500):
        said = data.get("TaskSet", select="Subject", skip=skip, inlinecount="allpages", **options).d
        assert [row["Subject"] for row in said["results"]] == names[skip : skip + 50]
        assert said["__count"] == "111"
    page = data.get("TaskSet", select="Subject", skip=20, top=70, **options).d
    page = data.follow(page["__next"]).d
    assert [row["Subject"] for row in page["results"]] == names[70:90]
    assert "__next" not in page


def test_a_change_set_is_one_transaction(data: Data) -> None:
    part = (
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        "POST TaskSet HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
    )
    inner = f'--c\r\n{part}{{"Subject":"One"}}\r\n--c\r\n{part}{{"Nope":"Two"}}\r\n--c--'
    body = f"--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n{inner}\r\n--b--\r\n"
    headers = (("content-type", "multipart/mixed;boundary=b"),)
    assert data.send("POST", "$batch", headers=headers, body=body.encode()).status == 202
    assert data.values("TaskSet", "Subject", filter="Subject eq 'One'") == []
