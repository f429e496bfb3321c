"""What a filter finds, as SQL Server would have it, on both engines."""

from itertools import product

import pytest

from support.marked import find, given

URI = (400, "0x80060888")
PAIRS = list(product((None, 1, 2), (None, 1, 2)))
"""Every pair of number of children and time zone version, nulls included."""


@pytest.fixture(scope="module")
def pairs(client):
    return given(
        client,
        [
            {"numberofchildren": x, "teamsfollowed": y, "jobtitle": f"{x or 0}{y or 0}"}
            for x, y in PAIRS
        ],
    )


@pytest.mark.covers(
    "option: $filter",
    "filter: eq",
    "filter: ne",
    "filter: gt",
    "filter: ge",
    "filter: lt",
    "filter: le",
    "filter: and",
    "filter: or",
    "filter: not",
    "filter: parentheses",
    "filter: null",
    "filter: comparison of two columns",
)
@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("x eq 1", lambda x, y: x == 1),
        ("x ne 1", lambda x, y: x != 1),
        ("x eq null", lambda x, y: x is None),
        ("x ne null", lambda x, y: x is not None),
        ("not (x eq null)", lambda x, y: x is not None),
        ("x gt 1", lambda x, y: x == 2),
        ("x ge 1", lambda x, y: x in (1, 2)),
        ("x lt 2", lambda x, y: x == 1),
        ("not (x lt 2)", lambda x, y: x == 2),
        ("not not (x eq 1)", lambda x, y: x == 1),
        ("1 lt x", lambda x, y: x == 2),
        ("x eq 1 or x eq 2 and y eq 2", lambda x, y: x == 1 or (x == 2 and y == 2)),
        ("(x eq 1 or x eq 2) and y eq 2", lambda x, y: x in (1, 2) and y == 2),
        ("y eq 2 and x eq 2 or x eq 1", lambda x, y: x == 1 or (x == 2 and y == 2)),
        ("not (x eq 1) and y eq 1", lambda x, y: x != 1 and y == 1),
        ("not x eq 1 and y eq 1", lambda x, y: x != 1 and y == 1),
        ("not (x eq 1 and y eq 1)", lambda x, y: x != 1 or y != 1),
        ("not (x eq 1 or y eq null)", lambda x, y: x != 1 and y is not None),
        ("x eq y", lambda x, y: x is not None and x == y),
        ("x gt y", lambda x, y: None not in (x, y) and x > y),
        ("x le y", lambda x, y: None not in (x, y) and x <= y),
        ("x eq x", lambda x, y: x is not None),
        ("x eq 1.0", lambda x, y: x == 1),
        ("x eq 1.5", lambda x, y: False),
        ("x ne 1.5", lambda x, y: True),
        ("x gt 1.5", lambda x, y: x == 2),
        ("x ge 1.5", lambda x, y: x == 2),
        ("x lt 1.5", lambda x, y: x == 1),
        ("x le 1.5", lambda x, y: x == 1),
        ("x lt 99999999999999999999", lambda x, y: x is not None),
        ("x gt -99999999999999999999", lambda x, y: x is not None),
        ("x gt 1e300", lambda x, y: False),
        ("x eq 1e300", lambda x, y: False),
        ("x ne 1e300", lambda x, y: True),
        ("x lt 1e999999999999", lambda x, y: x is not None),
        ("x gt 1e-999999999999", lambda x, y: x is not None),
    ],
)
def test_logic_and_nulls(client, pairs, text, test):
    spelled = text.replace("x", "numberofchildren").replace("y", "teamsfollowed")
    expected = sorted(f"{x or 0}{y or 0}" for x, y in PAIRS if test(x, y))
    assert find(client, pairs, spelled) == expected


@pytest.mark.covers("filter: 500 conditions")
def test_the_most_conditions(client, pairs):
    many = " or ".join(["numberofchildren eq 1"] * 500)
    assert len(client.rows("contacts", filter=many)) == 3
    many = " and ".join(["numberofchildren ne 7"] * 499 + [f"employeeid eq '{pairs}'"])
    assert len(client.rows("contacts", filter=many)) == 9
    many = " or ".join(["numberofchildren eq 1"] * 501)
    assert client.get("contacts", filter=many).error == (400, "0x8004430c")


@pytest.mark.parametrize("deep", ["(" * 60 + "{}" + ")" * 60, "not " * 60 + "{}"])
def test_the_deepest_filter(client, deep):
    text = deep.format("numberofchildren eq 1")
    assert client.get("contacts", filter=text, top=1).status == 200
    over = deep.replace("{}", "({})").format("numberofchildren eq 1")
    assert client.get("contacts", filter=over, top=1).error == URI


@pytest.mark.covers("filter: dates", "filter: identifiers", "filter: identifiers in quotes")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("annualincome eq 1000.5", ["b"]),
        ("annualincome eq 1000.50000", ["b"]),
        ("annualincome eq 1000.50001", []),
        ("annualincome gt 1000.49999", ["b", "d"]),
        ("annualincome lt 1000.50001", ["a", "b"]),
        ("annualincome ge 1000.50001", ["d"]),
        ("annualincome le -0.00001", []),
        ("annualincome eq 0", ["a"]),
        ("annualincome gt 922337203685477.5807", []),
        ("annualincome lt 922337203685477.5808", ["a", "b", "d"]),
        ("annualincome eq creditlimit", ["a"]),
        ("annualincome gt creditlimit", ["b"]),
        ("lastonholdtime eq 2026-05-04T03:02:01Z", ["a"]),
        ("lastonholdtime eq 2026-05-04T05:02:01+02:00", ["a"]),
        ("lastonholdtime gt 2026-05-04T03:02:01Z", ["b"]),
        ("lastonholdtime ge 2026-05-04", ["a", "b"]),
        ("lastonholdtime lt 0001-01-01T00:00:00Z", []),
        ("lastonholdtime lt 9999-12-31T23:59:59Z", ["a", "b"]),
        ("birthdate eq 1980-02-29", ["a"]),
        ("birthdate gt 1980-02-28", ["a", "b"]),
        ("birthdate le 9999-12-31", ["a", "b"]),
        ("donotemail eq true", ["a"]),
        ("donotemail eq false", ["b", "d"]),
        ("donotemail ne true", ["b", "d"]),
        ("address1_latitude gt 51.5", ["b"]),
        ("address1_latitude eq 51.25", ["a"]),
        ("address1_latitude lt 1e400", ["a", "b"]),
        ("gendercode eq 2", ["b"]),
        ("processid eq 8944a0c4-b36d-4973-a3c6-e0fefe61d236", ["a"]),
        ("processid eq 8944A0C4-B36D-4973-A3C6-E0FEFE61D236", ["a"]),
        ("processid eq '8944a0c4-b36d-4973-a3c6-e0fefe61d236'", ["a"]),
        ("processid ne 8944a0c4-b36d-4973-a3c6-e0fefe61d236", ["b", "d"]),
        ("_parentcustomerid_value eq null", ["a", "b", "d"]),
        ("statecode eq 0 and statuscode eq 1", ["a", "b", "d"]),
    ],
)
def test_every_type_is_compared(client, typed, text, found):
    assert find(client, typed, text) == found


@pytest.fixture(scope="module")
def typed(client):
    first = {
        "annualincome": 0, "creditlimit": 0, "lastonholdtime": "2026-05-04T03:02:01Z",
        "birthdate": "1980-02-29", "donotemail": True, "address1_latitude": 51.25,
        "gendercode": 1, "processid": "8944a0c4-b36d-4973-a3c6-e0fefe61d236",
    }  # fmt: skip
    second = {
        "annualincome": 1000.5, "creditlimit": 10, "lastonholdtime": "2026-06-04T03:02:01Z",
        "birthdate": "1999-12-31", "donotemail": False, "address1_latitude": 60,
        "gendercode": 2, "processid": "8944a0c4-b36d-4973-a3c6-e0fefe61d237",
    }  # fmt: skip
    third = {"annualincome": 5000}
    records = zip("abd", (first, second, third), strict=True)
    return given(client, [{"jobtitle": name} | record for name, record in records])


COLUMNS = [
    *("jobtitle", "numberofchildren", "annualincome", "lastonholdtime", "birthdate"),
    *("donotemail", "address1_latitude", "gendercode", "statecode", "processid", "contactid"),
    *("_ownerid_value", "_parentcustomerid_value", "versionnumber", "createdon", "exchangerate"),
]
LITERALS = [
    *("0", "-1", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808"),
    *("-9223372036854775809", "1.5", "1e300", "1e400", "-1e400", "1e999999999", "1e-999999999"),
    *("0." + "0" * 50 + "1", "9" * 60, "9" * 61, "true", "false", "null", "''", "'a'", "'%'"),
    *("'\u0000'", "'1'", "'8944a0c4-b36d-4973-a3c6-e0fefe61d236'", "2026-01-01", "0001-01-01"),
    *("9999-12-31", "2026-02-30", "0000-01-01", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-14:00"),
    *("8944a0c4-b36d-4973-a3c6-e0fefe61d236", "00000000-0000-0000-0000-000000000000"),
    *("ffffffff-ffff-ffff-ffff-ffffffffffff", "INF", "-INF", "NaN", "1f", "1m", "1L", "+1"),
    *("binary'AA'", "duration'P1D'", "12:00:00", "'\U0001f600'", "contactid", "$it"),
]
OPERATORS = ["eq", "ne", "gt", "ge", "lt", "le"]


@pytest.mark.parametrize("column", COLUMNS)
def test_no_literal_is_too_much_for_a_column(client, column):
    for operator, literal in product(OPERATORS, LITERALS):
        text = f"{column} {operator} {literal}"
        answer = client.get("contacts", filter=text, top=1, select="contactid")
        assert answer.status == 200 or answer.error == URI, text


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("function", ["contains", "startswith", "endswith"])
def test_no_pattern_is_too_much_for_a_column(client, column, function):
    for literal in [*LITERALS, "'['", "'[^'", "'[]'", "'[-]'", "'[]-a]'", "'\\'", "'['']'"]:
        text = f"{function}({column},{literal})"
        answer = client.get("contacts", filter=text, top=1, select="contactid")
        assert answer.status == 200 or answer.error == URI, text


@pytest.mark.parametrize(
    "text",
    [
        *("jobtitle eq numberofchildren", "createdon eq birthdate", "annualincome eq exchangerate"),
        *("contactid eq _ownerid_value", "donotemail eq numberofchildren"),
        *("contains(numberofchildren,'1')", "contains(jobtitle,1)", "contains(jobtitle,lastname)"),
        *("jobtitle gt null", "null lt jobtitle", "jobtitle eq 1", "numberofchildren eq '1'"),
        *("donotemail eq 1", "birthdate eq 2026-01-01T00:00:00Z", "createdon eq 'today'"),
    ],
)
def test_types_that_do_not_fit_are_refused(client, text):
    assert client.get("contacts", filter=text).error == URI
