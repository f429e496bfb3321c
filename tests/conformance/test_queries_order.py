"""In which order rows come, as SQL Server would have it, on both engines."""

import pytest

from support.marked import given

URI = (400, "0x80060888")
BYTE_ORDER = [
    "01000000-0000-0000-0000-000000000000",
    "00010000-0000-0000-0000-000000000000",
    "00000100-0000-0000-0000-000000000000",
    "00000001-0000-0000-0000-000000000000",
    "00000000-0100-0000-0000-000000000000",
    "00000000-0001-0000-0000-000000000000",
    "00000000-0000-0100-0000-000000000000",
    "00000000-0000-0001-0000-000000000000",
    "00000000-0000-0000-0001-000000000000",
    "00000000-0000-0000-0100-000000000000",
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0000-000000000100",
    "00000000-0000-0000-0000-000000010000",
    "00000000-0000-0000-0000-000001000000",
    "00000000-0000-0000-0000-000100000000",
    "00000000-0000-0000-0000-010000000000",
    "ffffffff-ffff-ffff-ffff-7fffffffffff",
    "00000000-0000-0000-0000-800000000000",
]
"""Identifiers as SQL Server sorts them: the last group weighs most, the first least."""


def test_identifiers_are_in_sql_servers_order(client):
    records = [{"processid": key, "stageid": BYTE_ORDER[0]} for key in reversed(BYTE_ORDER)]
    mark = given(client, records)
    marked = f"employeeid eq '{mark}'"
    assert client.column("contacts", "processid", filter=marked, orderby="processid") == BYTE_ORDER
    down = client.column("contacts", "processid", filter=marked, orderby="processid desc")
    assert down == BYTE_ORDER[::-1]
    for place, key in enumerate(BYTE_ORDER):
        text = f"{marked} and processid gt {key}"
        found = client.column("contacts", "processid", filter=text, orderby="processid")
        assert found == BYTE_ORDER[place + 1 :]


def test_rows_without_an_order_are_in_that_of_their_keys(client):
    mark = given(client, [{"contactid": key} for key in reversed(BYTE_ORDER)])
    marked = f"employeeid eq '{mark}'"
    try:
        assert client.column("contacts", "contactid", filter=marked) == BYTE_ORDER
        tied = client.column("contacts", "contactid", filter=marked, orderby="employeeid desc")
        assert tied == BYTE_ORDER
    finally:
        for key in BYTE_ORDER:
            assert client.delete(f"contacts({key})").status == 204


@pytest.mark.covers("option: $orderby")
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("jobtitle", [None, " a", "A", "b", "ＺＺ", "日本", "😀"]),
        ("annualincome", [None, 0.0, 0.01, 9.5, 10.0, 90000000000.0]),
        ("numberofchildren", [None, 0, 1, 9, 10, 1000000000]),
        ("birthdate", [None, "1753-01-01", "1969-12-31", "1970-01-01", "9999-12-31"]),
        ("address1_latitude", [None, -90.0, -0.5, 0.0, 1e-9, 90.0]),
        ("donotemail", [None, False, True]),
        ("gendercode", [None, 1, 2]),
        ("lastonholdtime", [None, "1753-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]),
    ],
)
def test_nulls_come_first_and_last_when_descending(client, name, values):
    mark = given(client, [{name: value} for value in [*values[::2], *values[1::2]]])
    marked = f"employeeid eq '{mark}'"
    assert client.column("contacts", name, filter=marked, orderby=name) == values
    assert client.column("contacts", name, filter=marked, orderby=f"{name} asc") == values
    assert client.column("contacts", name, filter=marked, orderby=f"{name} desc") == values[::-1]
