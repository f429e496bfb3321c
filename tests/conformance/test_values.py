"""Every column type, written through the Web API and read back, on both engines."""

import uuid

import pytest

from support.estate import JSON

LEAD = {"subject": "Value", "lastname": "Tester"}
PAYLOAD = (400, "0x80048d19")
RANGE = (400, "0x80044330")
WHOLE_RANGE = (400, "0x8004432f")
TOO_EARLY = (400, "0x80040239")
UPPER = "8944A0C4-B36D-4973-A3C6-E0FEFE61D236"


def written(client, name, value, table="leads", **more):
    """Create a record with one value and return the value as it reads back."""
    key = client.post(table, LEAD | more | {name: value}).created
    return client.get(f"{table}({key})", select=name).document[name]


def refused(client, name, value, table="leads", **more):
    before = len(client.rows(table, top=5000, select="createdon"))
    error = client.post(table, {"lastname": "Tester"} | more | {name: value}).error
    assert len(client.rows(table, top=5000, select="createdon")) == before
    return error


def raw(client, name, text, *, table="leads"):
    """Create a record from JSON as it stands; return the error, or the text read back."""
    body = f'{{"lastname":"Tester","{name}":{text}}}'.encode()
    answer = client.send("POST", table, headers=(JSON,), body=body)
    if answer.status != 204:
        return answer.error
    found = client.get(f"{table}({answer.created})", select=name)
    after = found.body.decode().partition(f'"{name}":')[2]
    return after.partition(",")[0].partition("}")[0]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "Ünïcödé ß ﬁ Ǆ",
        "日本語 テスト ﾊﾝｶｸ",
        "مرحبا بالعالم \u200f\u202e",
        "😀👩‍👩‍👧 𝒳",
        "\u0001\u001f\u007f\u0085\u2028\t\r\n",
        "e\u0301 \u00e9",
        "'; DROP TABLE lead; -- \\ \" %_[]^ {0} $1 :p0 %(p0)s ?",
        "</script>&amp;&lt;",
        " leading and trailing ",
        "\ufeff\ufffd\ufffe",
        "x" * 300,
    ],
)
def test_text_reads_back_as_written(client, text):
    assert written(client, "subject", text) == text


@pytest.mark.parametrize("name", ["subject", "description"])
def test_an_empty_text_is_kept_as_null(client, name):
    mark = str(uuid.uuid4())
    key = client.post("leads", LEAD | {"companyname": mark, name: ""}).created
    where = f"companyname eq '{mark}' and {name} eq"
    assert client.column("leads", "leadid", filter=f"{where} null") == [key]
    assert client.column("leads", "leadid", filter=f"{where} ''") == []
    assert client.patch(f"leads({key})", {name: "Text"}).status == 204
    assert client.column("leads", "leadid", filter=f"{where} null") == []
    assert client.patch(f"leads({key})", {name: ""}).status == 204
    assert client.get(f"leads({key})").document[name] is None


def test_a_time_is_found_as_it_is_shown(client):
    key = client.post("leads", LEAD | {"lastonholdtime": "2031-05-04T03:02:01.75Z"}).created
    shown = client.get(f"leads({key})").document["lastonholdtime"]
    assert client.column("leads", "leadid", filter=f"lastonholdtime eq {shown}") == [key]
    assert client.patch(f"leads({key})", {"lastonholdtime": "2031-05-04T03:02:02.9Z"}).status == 204
    later = "lastonholdtime eq 2031-05-04T03:02:02Z"
    assert client.column("leads", "leadid", filter=later) == [key]


def test_a_day_is_no_time(client):
    answer = client.post("leads", LEAD | {"lastonholdtime": "2026-01-01"})
    assert answer.error == PAYLOAD
    expected = "Cannot convert the literal '2026-01-01' to the expected type 'Edm.DateTimeOffset'."
    assert expected in answer.document["error"]["message"]


def test_text_is_counted_in_units_of_utf16(client):
    assert written(client, "subject", "😀" * 150) == "😀" * 150
    assert refused(client, "subject", "😀" * 151) == (400, "0x80044331")
    assert refused(client, "subject", "x" * 301) == (400, "0x80044331")


@pytest.mark.parametrize(
    "text",
    [
        r'"\u0000"',
        r'"a\u0000b"',
        r'"\ud800"',
        r'"\udc00\ud800"',
        '"\x00"',
        '"\x01"',
        "1",
        "true",
        "[]",
        "{}",
        '["a"]',
    ],
)
def test_what_is_not_text_is_refused(client, text):
    assert raw(client, "subject", text) == PAYLOAD


def test_a_surrogate_in_bytes_is_refused(client):
    body = b'{"lastname":"Tester","subject":"\xed\xa0\x80"}'
    assert client.send("POST", "leads", headers=(JSON,), body=body).error == PAYLOAD


@pytest.mark.parametrize("number", [0, 1, -1, 2**31 - 1, -(2**31)])
def test_whole_numbers(client, number):
    assert written(client, "importsequencenumber", number) == number


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("importsequencenumber", "2147483648", PAYLOAD),
        ("importsequencenumber", "-2147483649", PAYLOAD),
        ("importsequencenumber", "9223372036854775808", PAYLOAD),
        ("importsequencenumber", "1" + "0" * 400, PAYLOAD),
        ("importsequencenumber", "1" + "0" * 5000, PAYLOAD),
        ("importsequencenumber", "1.5", PAYLOAD),
        ("importsequencenumber", "1e3", PAYLOAD),
        ("importsequencenumber", "true", PAYLOAD),
        ("importsequencenumber", "NaN", PAYLOAD),
        ("importsequencenumber", "01", PAYLOAD),
        ("numberofemployees", "-1", WHOLE_RANGE),
        ("numberofemployees", "1000001", WHOLE_RANGE),
        ("industrycode", "999", (400, "0x8004431a")),
        ("industrycode", "2147483648", PAYLOAD),
        ("statuscode", "999", (400, "0x8004431a")),
        ("revenue", "-0.0001", RANGE),
        ("revenue", "100000000000000.0001", RANGE),
        ("revenue", "922337203685477.5807", RANGE),
        ("revenue", "922337203685477.5808", RANGE),
        ("revenue", "1" + "0" * 99, PAYLOAD),
        ("revenue", "79228162514264337593543950335", RANGE),
        ("revenue", "79228162514264337593543950336", PAYLOAD),
        ("revenue", "1e308", PAYLOAD),
        ("revenue", "1e400", PAYLOAD),
        ("revenue", "1e999999999", PAYLOAD),
        ("revenue", '"1e999999999"', PAYLOAD),
        ("revenue", '"12.50"', PAYLOAD),
        ("revenue", '"NaN"', PAYLOAD),
        ("revenue", '"Infinity"', PAYLOAD),
        ("revenue", '"x"', PAYLOAD),
        ("revenue", "true", PAYLOAD),
        ("revenue", "[1]", PAYLOAD),
        ("address1_latitude", "90.5", RANGE),
        ("address1_latitude", "-1e308", RANGE),
        ("address1_latitude", "1e400", PAYLOAD),
        ("address1_latitude", "false", PAYLOAD),
        ("donotemail", "1", PAYLOAD),
        ("donotemail", '"1"', PAYLOAD),
        ("donotemail", "[true]", PAYLOAD),
        ("numberofemployees", '"5.0"', PAYLOAD),
        ("numberofemployees", '{"value": 5}', PAYLOAD),
        ("address1_latitude", '"INF"', PAYLOAD),
        ("address1_latitude", '"NaN"', PAYLOAD),
        ("lastonholdtime", "0", PAYLOAD),
        ("lastonholdtime", '"yesterday"', PAYLOAD),
        ("lastonholdtime", '"2026-02-29T00:00:00Z"', PAYLOAD),
        ("lastonholdtime", '"2026-01-01T25:00:00Z"', PAYLOAD),
        ("lastonholdtime", '"2026-01-01T00:00:60Z"', PAYLOAD),
        ("lastonholdtime", '"2016-12-31T23:59:60Z"', PAYLOAD),
        ("lastonholdtime", '"2026-01-01T24:00:00Z"', PAYLOAD),
        ("lastonholdtime", '"2026-01-01T00:00:00+14:01"', PAYLOAD),
        ("lastonholdtime", '"2026-01-01T00:00:00"', PAYLOAD),
        ("lastonholdtime", '"2026-01-01T00:00:00+99:00"', PAYLOAD),
        ("lastonholdtime", '"0001-01-01T00:00:00+14:00"', PAYLOAD),
        ("lastonholdtime", '"9999-12-31T23:59:59-14:00"', PAYLOAD),
        ("lastonholdtime", '"10000-01-01T00:00:00Z"', PAYLOAD),
        ("lastonholdtime", '"1752-12-31T23:59:59Z"', TOO_EARLY),
        ("lastonholdtime", '"1753-01-01T00:00:00+00:01"', TOO_EARLY),
        ("lastonholdtime", '"2026-01-01"', PAYLOAD),
        ("estimatedclosedate", '"2026-02-30"', PAYLOAD),
        ("estimatedclosedate", '"2026-01-01T00:00:00Z"', PAYLOAD),
        ("estimatedclosedate", '"1752-12-31"', TOO_EARLY),
        ("estimatedclosedate", "20260101", PAYLOAD),
        ("processid", "5", PAYLOAD),
        ("processid", "[]", PAYLOAD),
        ("processid", '"8944a0c4-b36d-4973-a3c6-e0fefe61d23g"', PAYLOAD),
        ("processid", '""', PAYLOAD),
    ],
)
def test_values_out_of_range_or_of_another_type_are_refused(client, name, text, error):
    assert raw(client, name, text) == error


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("0", "0.0000"),
        ("-0.0", "0.0000"),
        ("1", "1.0000"),
        ("0.01", "0.0100"),
        ("0.004999999999999999", "0.0000"),
        ("0.005", "0.0000"),
        ("0.015", "0.0200"),
        ("0.025", "0.0200"),
        ("0.0251", "0.0300"),
        ("1234.5678", "1234.5700"),
        ("0.1", "0.1000"),
        ("0." + "3" * 100, "0.3300"),
        ("1e2", "100.0000"),
        ("1E-2", "0.0100"),
        ("1e-400", "0.0000"),
        ("100000000000000", "100000000000000.0000"),
        ("99999999999999.99", "99999999999999.9900"),
        ("12345678901234.56", "12345678901234.5600"),
        ("null", "null"),
    ],
)
def test_money_is_exact_to_the_places_of_its_currency(client, sent, read):
    assert raw(client, "revenue", sent) == read


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("importsequencenumber", '"1"', "1"),
        ("importsequencenumber", '" -7 "', "-7"),
        ("industrycode", '"1"', "1"),
        ("address1_latitude", '"1.5"', "1.5"),
        ("address1_latitude", "-0.0", "0.0"),
        ("donotemail", '"true"', "true"),
        ("donotemail", '"False"', "false"),
        ("processid", '"8944a0c4b36d4973a3c6e0fefe61d236"', f'"{UPPER.lower()}"'),
        ("processid", f'"({UPPER})"', f'"{UPPER.lower()}"'),
    ],
)
def test_text_is_converted_where_the_library_converts_it(client, name, text, read):
    assert raw(client, name, text) == read


@pytest.mark.parametrize("number", [0.0, -90, 90, 1.5, 51.4778, -0.00001, 5e-324])
def test_doubles(client, number):
    assert written(client, "address1_latitude", number) == number


@pytest.mark.parametrize("value", [True, False, None])
def test_booleans(client, value):
    assert written(client, "donotemail", value) is value


@pytest.mark.covers("record: dates of second precision")
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-05-04T03:02:01Z", "2026-05-04T03:02:01Z"),
        ("2026-05-04T03:02Z", "2026-05-04T03:02:00Z"),
        ("2026-05-04T03:02:01+02:00", "2026-05-04T01:02:01Z"),
        ("2026-01-01T00:30:00+05:45", "2025-12-31T18:45:00Z"),
        ("2026-12-31T20:00:00-08:00", "2027-01-01T04:00:00Z"),
        ("2026-05-04T03:02:01.999999999Z", "2026-05-04T03:02:01Z"),
        ("1753-01-01T00:00:00Z", "1753-01-01T00:00:00Z"),
        ("1752-12-31T23:00:00-01:00", "1753-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ],
)
def test_times_are_utc_to_the_second(client, sent, read):
    assert written(client, "lastonholdtime", sent) == read


@pytest.mark.parametrize("day", ["1753-01-01", "1969-12-31", "2024-02-29", "9999-12-31", None])
def test_dates(client, day):
    assert written(client, "estimatedclosedate", day) == day


@pytest.mark.parametrize("sent", [UPPER, UPPER.lower(), f"{{{UPPER}}}"])
def test_identifiers_are_lower_case(client, sent):
    assert written(client, "processid", sent) == UPPER.lower()


def test_a_record_takes_the_key_it_is_given(client):
    key = str(uuid.uuid4())
    assert client.post("leads", LEAD | {"leadid": key.upper()}).created == key
    assert client.get(f"leads({key.upper()})").document["leadid"] == key
    assert client.get(f"leads({{{key}}})").error == (400, "0x80060888")
    assert client.get(f"leads(leadid={key})").status == 200
    assert client.post("leads", LEAD | {"leadid": key}).error == (412, "0x80040237")


def test_lookups_are_set_by_reference_and_read_as_values(client):
    account = client.post("accounts", {"name": "Target"}).created
    contact = client.post("contacts", {"lastname": "Target"}).created
    key = client.post(
        "leads",
        LEAD
        | {
            "parentaccountid@odata.bind": f"/accounts({account.upper()})",
            "customerid_contact@odata.bind": f"contacts({contact})",
        },
    ).created
    names = "_parentaccountid_value,_customerid_value"
    found = client.get(f"leads({key})", select=names).document
    assert (found["_parentaccountid_value"], found["_customerid_value"]) == (account, contact)
    where = f"https://localhost:8444/api/data/v9.1/accounts({account})"
    change = {"customerid_account@odata.bind": where, "parentaccountid": None}
    assert client.patch(f"leads({key})", change).status == 204
    found = client.get(f"leads({key})", select=names).document
    assert (found["_parentaccountid_value"], found["_customerid_value"]) == (None, account)
    assert client.column("leads", "leadid", filter=f"_customerid_value eq {account}") == [key]
    assert client.patch(f"leads({key})", {"customerid_account@odata.bind": None}).status == 204
    assert client.get(f"leads({key})").document["_customerid_value"] is None


@pytest.mark.parametrize(
    "reference",
    [
        "/contacts(8944a0c4-b36d-4973-a3c6-e0fefe61d236)",
        "/accounts",
        "/accounts(1)",
        "https://elsewhere.example/api/data/v9.2/accounts(8944a0c4-b36d-4973-a3c6-e0fefe61d236)",
        "//elsewhere.example/api/data/v9.2/accounts(8944a0c4-b36d-4973-a3c6-e0fefe61d236)",
        "http://[",
        "",
        5,
        [],
        {},
    ],
)
def test_references_elsewhere_or_to_nothing_are_refused(client, reference):
    record = LEAD | {"parentaccountid@odata.bind": reference}
    assert client.post("leads", record).error == PAYLOAD


def test_a_reference_into_a_set_that_is_none(client):
    record = LEAD | {"parentaccountid@odata.bind": f"/nowhere({UPPER})"}
    assert client.post("leads", record).error == (400, "0x80060888")


def test_a_reference_to_a_record_that_is_not_there(client):
    record = LEAD | {"parentaccountid@odata.bind": f"/accounts({uuid.uuid4()})"}
    assert client.post("leads", record).error == (404, "0x80040217")


def test_a_change_leaves_the_other_columns_alone(client):
    full = {"revenue": 12.5, "donotemail": True, "numberofemployees": 3, "description": "Long\n"}
    key = client.post("leads", LEAD | full).created
    assert client.patch(f"leads({key})", {"numberofemployees": None}).status == 204
    after = client.get(f"leads({key})").document
    assert {name: after[name] for name in full} == full | {"numberofemployees": None}
