"""Values, rows and paging cookies: read as written, refused where they do not fit."""

from datetime import UTC, date, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.model.metadata import Column
from xrm.model.values import EntityReference
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.records import RecordWriter
from xrm.wire.odata4.skiptoken import MAX_LENGTH, Cookie, read_cookie, write_cookie
from xrm.wire.odata4.values import (
    EDM,
    MANAGED,
    edm_type,
    property_name,
    read_value,
    write_value,
    writer,
)

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"


def column(kind, name="x", **facts):
    return Column(name, name.capitalize(), kind, **facts)


DATE = column("DateTime", date_behavior="DateOnly")


@pytest.mark.parametrize("kind", EDM)
def test_null_fits_every_type(kind):
    assert read_value(column(kind), None) is None


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("String", "", ""),
        ("Memo", "a\r\nb", "a\r\nb"),
        ("Integer", -(2**31), -(2**31)),
        ("Picklist", 2**31 - 1, 2**31 - 1),
        ("BigInt", 2**63 - 1, 2**63 - 1),
        ("Integer", " -5 ", -5),
        ("Picklist", "1", 1),
        ("Boolean", False, False),
        ("Boolean", "True", True),
        ("Boolean", " false ", False),
        ("Double", 1, 1.0),
        ("Double", Decimal("0.5"), 0.5),
        ("Double", "-1.5e3", -1500.0),
        ("Decimal", 0.1, Decimal("0.1")),
        ("Money", 12, Decimal(12)),
        ("Money", Decimal("12345678901234.5678"), Decimal("12345678901234.5678")),
        ("Money", Decimal("0." + "3" * 100), Decimal("0." + "3" * 29)),
        ("Money", Decimal(2**96 - 1), Decimal(2**96 - 1)),
        ("Money", 1e2, Decimal(100)),
        ("Money", Decimal("1e-999999"), Decimal(0)),
        ("DateTime", "2026-05-04T03:02:01+01:00", datetime(2026, 5, 4, 2, 2, 1, tzinfo=UTC)),
        ("Uniqueidentifier", KEY.upper(), KEY),
        ("Uniqueidentifier", f"{{{KEY}}}", KEY),
        ("Uniqueidentifier", f"({KEY})", KEY),
        ("Uniqueidentifier", KEY.replace("-", ""), KEY),
        ("DateTime", "2026-05-04T03:02Z", datetime(2026, 5, 4, 3, 2, tzinfo=UTC)),
        ("DateTime", "2026-05-04T14:00:00+14:00", datetime(2026, 5, 4, tzinfo=UTC)),
        ("Image", "R0lGODlhAQAB", "R0lGODlhAQAB"),
        ("ManagedProperty", {"Value": True, "CanBeChanged": False}, True),
    ],
)
def test_values_are_read(kind, raw, value):
    found = read_value(column(kind), raw)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("BigInt", "-9223372036854775808", -(2**63)),
        ("Money", "12.50", Decimal("12.50")),
        ("Decimal", "-.5", Decimal("-0.5")),
        ("Integer", 5, 5),
        ("Double", 1.5, 1.5),
    ],
)
def test_long_numbers_are_quoted_where_ieee754_is_asked_for(kind, raw, value):
    found = read_value(column(kind), raw, ieee754=True)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "raw", "ieee754"),
    [
        ("Money", "12.50", False),
        ("Decimal", "1", False),
        ("BigInt", "1", False),
        ("Money", 12.5, True),
        ("Decimal", 1, True),
        ("BigInt", 1, True),
    ],
)
def test_a_long_number_in_the_other_form_is_refused(kind, raw, ieee754):
    with pytest.raises(ODataError) as caught:
        read_value(column(kind), raw, ieee754=ieee754)
    assert str(caught.value) == (
        f"Cannot convert a value to target type '{EDM[kind]}' because of conflict between input "
        "format string/number and parameter 'IEEE754Compatible' false/true."
    )


@pytest.mark.parametrize(
    ("asked", "raw", "message"),
    [
        (
            column("Integer"),
            "Charity",
            "Cannot convert the literal 'Charity' to the expected type 'Edm.Int32'. ---> "
            "System.FormatException: Input string was not in a correct format.",
        ),
        (
            column("String"),
            42,
            "Cannot convert the literal '42' to the expected type 'Edm.String'.",
        ),
        (
            column("Boolean"),
            0,
            "Cannot convert the literal '0' to the expected type 'Edm.Boolean'.",
        ),
        (
            DATE,
            "2026-09-17T18:30:00.000Z",
            "Cannot convert the literal '2026-09-17T18:30:00.000Z' to the expected type "
            "'Edm.Date'.",
        ),
        (
            column("String"),
            [],
            "An unexpected 'StartArray' node was found when reading from the JSON reader. "
            "A 'PrimitiveValue' node was expected.",
        ),
    ],
)
def test_a_refusal_speaks_as_the_service(asked, raw, message):
    with pytest.raises(ODataError) as caught:
        read_value(asked, raw)
    assert str(caught.value) == message


WRONG = {
    "Edm.String": [1, True, "\x00", "a\x00b"],
    "Edm.Int32": ["", "1.0", "x", "١", 1.0, True, 2**31, -(2**31) - 1, "9" * 5000, Decimal(1)],
    "Edm.Int64": [1.5, True, 2**63, -(2**63) - 1],
    "Edm.Boolean": [0, 1, "1", "yes", "", 0.0],
    "Edm.Double": ["x", "", "INF", True, Decimal("1e400"), float("inf"), float("nan")],
    "Edm.Decimal": [True, 2**96, -(10**100), Decimal("1e9999999"), float("nan"), float("inf")],
    "Edm.DateTimeOffset": [
        0,
        "",
        "x",
        "2026-05-04",
        "2026-05-04T03:02:01",
        "2026-05-04 03:02:01Z",
        "2026-05-04T24:00:00Z",
        "2026-05-04T03:02:60Z",
        "2026-05-04T03:02:01+14:01",
        "2026-05-04T03:02:01z",
    ],
    "Edm.Date": [0, "", "x", "2026-02-30", "20260204", "2026-05-04T00:00:00Z"],
    "Edm.Guid": [0, "", "x", KEY[:-1], f"{{{KEY}", f"{{{KEY})", f"{{{{{KEY}}}}}"],
    "Edm.Binary": [0, "x", "é===", True],
    MANAGED: [0, "x", [], {}, {"Value": 1}],
}


@pytest.mark.parametrize("kind", [*EDM, "Date"])
def test_what_is_of_another_type_is_refused(kind):
    asked = DATE if kind == "Date" else column(kind)
    for raw in WRONG[edm_type(asked)]:
        with pytest.raises(ODataError) as caught:
            read_value(asked, raw)
        assert edm_type(asked) in str(caught.value)
        assert len(str(caught.value)) < 300


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@PROFILE
@given(kind=st.sampled_from(list(EDM)), date_only=st.booleans(), raw=JSON_VALUES)
def test_any_json_value_is_read_or_refused(kind, date_only, raw):
    asked = column(kind, date_behavior="DateOnly" if date_only else "")
    try:
        value = read_value(asked, raw)
    except ODataError:
        return
    assert value is None or raw is not None


@pytest.mark.parametrize(
    ("asked", "value", "text"),
    [
        (column("Money"), Decimal("1.0000"), b"1.0000"),
        (column("Money"), Decimal("1E+3"), b"1000"),
        (column("Decimal"), Decimal("-0.0000000001"), b"-0.0000000001"),
        (DATE, date(1753, 1, 1), b'"1753-01-01"'),
        (column("DateTime"), datetime(99, 1, 2, 3, 4, 5, 6, tzinfo=UTC), b'"0099-01-02T03:04:05Z"'),
        (column("Owner"), EntityReference("team", KEY), f'"{KEY}"'.encode()),
    ],
)
def test_values_are_written(asked, value, text):
    write = writer(asked)
    assert write is not None
    assert orjson.dumps(write(value)) == text


@pytest.mark.parametrize(
    ("asked", "value", "plain", "quoted"),
    [
        (column("Money"), Decimal("1.5000"), b"1.5000", b'"1.5000"'),
        (column("BigInt"), 2**63 - 1, b"9223372036854775807", b'"9223372036854775807"'),
        (column("Integer"), 5, b"5", b"5"),
        (column("Decimal"), None, b"null", b"null"),
    ],
)
def test_long_numbers_are_written_in_quotes_where_asked(asked, value, plain, quoted):
    assert orjson.dumps(write_value(asked, value)) == plain
    assert orjson.dumps(write_value(asked, value, ieee754=True)) == quoted


def test_rows_become_objects():
    columns = [
        column("BigInt", "versionnumber"),
        column("Money", "revenue"),
        column("Lookup", "parentid"),
        column("String", "name"),
    ]
    rows = [
        (7, Decimal("1.5000"), EntityReference("lead", KEY), "a"),
        (8, None, None, None),
    ]
    write = RecordWriter(columns, version=0, shown=(3, 1, 2))
    assert orjson.dumps(write.objects(rows)).decode() == (
        f'[{{"@odata.etag":"W/\\"7\\"","name":"a","revenue":1.5000,"_parentid_value":"{KEY}"}},'
        '{"@odata.etag":"W/\\"8\\"","name":null,"revenue":null,"_parentid_value":null}]'
    )
    assert write.objects([]) == []
    assert write.etag(rows[1]) == 'W/"8"'


def test_a_lookup_has_a_name_of_its_own():
    names = {kind: property_name(column(kind)) for kind in EDM}
    assert {kind for kind, name in names.items() if name == "_x_value"} == {
        "Lookup",
        "Owner",
        "Customer",
    }
    assert set(names.values()) == {"x", "_x_value"}


COOKIES = [
    Cookie(2, 10, (("leadid", KEY),)),
    Cookie(999_999_999, 5000, (("subject", None), ("leadid", KEY))),
    Cookie(3, None, (("subject", ""), ("leadid", KEY))),
    Cookie(
        3, 1, (("subject", "<a last=\"x\" b='y'/>&amp;%25\r\n\t\u00e9\U0001f600"), ("leadid", KEY))
    ),
]


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_cookie_reads_as_written(cookie):
    for first in (tuple(text for _, text in cookie.last), (None,) * len(cookie.last)):
        assert read_cookie(write_cookie(cookie, first)) == cookie


@PROFILE
@given(
    page=st.integers(2, 10**9 - 1),
    size=st.none() | st.integers(1, 5000),
    texts=st.lists(st.none() | st.text(max_size=40), min_size=1, max_size=5),
)
def test_any_cookie_reads_as_written(page, size, texts):
    cookie = Cookie(page, size, tuple((f"c{place}", text) for place, text in enumerate(texts)))
    assert read_cookie(write_cookie(cookie, tuple(reversed(texts)))) == cookie


def test_a_cookie_has_the_services_form():
    token = write_cookie(Cookie(2, 10, (("leadid", KEY),)), (KEY,))
    assert token == (
        '<cookie pagenumber="2" pagingcookie="%253Ccookie%2520page%253D%25221%2522%253E%253Cleadid'
        f"%2520last%253D%2522{KEY}%2522%2520first%253D%2522{KEY}%2522%2520%252F%253E"
        '%253C%252Fcookie%253E" istracking="False" pagesize="10" />'
    )


def test_long_values_are_left_out_and_the_page_number_stays():
    cookie = Cookie(4, 10, (("description", "x" * 10_000), ("leadid", KEY)))
    token = write_cookie(cookie, ("x" * 10_000, KEY))
    assert len(token) < 200
    assert read_cookie(token) == Cookie(4, 10, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "<cookie />",
        '<cookie pagenumber="2" pagingcookie="x" istracking="False" />',
        '<cookie pagenumber="" pagingcookie="" istracking="False" />',
        '<cookie pagenumber="-2" pagingcookie="" istracking="False" />',
        '<cookie pagenumber="\u00b2" pagingcookie="" istracking="False" />',
        '<cookie pagenumber="\u0662" pagingcookie="" istracking="False" />',
        '<cookie pagenumber="2" istracking="False" pagingcookie="" />',
        '<cookie pagenumber="2" pagingcookie="" istracking="False" /><x/>',
        '<cookie pagenumber="2" pagingcookie="%253Ccookie%2520page%253D%25221%2522%253E" '
        'istracking="False" />',
        '<?xml version="1.0"?><cookie pagenumber="2" pagingcookie="" istracking="False" />',
        '<cookie pagenumber="2" pagingcookie="' + "a" * MAX_LENGTH + '" istracking="False" />',
    ],
)
def test_cookies_that_cannot_be_read(text):
    with pytest.raises(ODataError):
        read_cookie(text)


@PROFILE
@given(text=st.text(max_size=60) | st.text('<cookie pagenumb="2/>%5C', max_size=80))
def test_any_text_is_a_cookie_or_refused(text):
    try:
        cookie = read_cookie(text)
    except ODataError:
        return
    assert cookie.page >= 0
