"""Every operator of FetchXML, through the Web API: which contacts it finds.

The clock stands at Friday 15 January 2027, 08:00 UTC; the caller's weeks begin on Sunday.
"""

import pytest

from support.fetching import document, fetch, filtered, holds, selected
from support.marked import given
from support.proving import cases

KEY = "12345678-0000-4000-8000-000000000001"
TIMES = {
    "ol": "2020-05-05T12:00:00Z",
    "ly": "2026-06-15T12:00:00Z",
    "lm": "2026-12-10T12:00:00Z",
    "lw": "2027-01-06T12:00:00Z",
    "yd": "2027-01-14T12:00:00Z",
    "td": "2027-01-15T07:30:00Z",
    "tm": "2027-01-16T12:00:00Z",
    "nw": "2027-01-20T12:00:00Z",
    "nm": "2027-02-10T12:00:00Z",
    "ny": "2028-06-15T12:00:00Z",
    "no": None,
}
TEXTS = {
    "a1": ("Apple", 1, 10.5, True, "1999-12-31", 1, KEY),
    "a2": ("apricot", 2, 20.25, False, "2000-02-29", 2, None),
    "b1": ("Banana", 3, None, True, None, None, None),
    "b2": ("100%", 4, 20.25, False, "2010-05-05", 1, None),
    "no": (None, None, None, False, None, None, None),
}


def found(client, mark, column, operator, *values):
    ours = holds("employeeid", "eq", mark)
    inside = selected("jobtitle") + filtered(ours, holds(column, operator, *values))
    answer = fetch(client, "contacts", document("contact", inside))
    return " ".join(sorted(row["jobtitle"] for row in answer.rows))


@pytest.fixture(scope="module")
def times(client):
    records = [{"jobtitle": name, "lastonholdtime": time} for name, time in TIMES.items()]
    return given(client, records)


@pytest.fixture(scope="module")
def values(client):
    names = ("department", "numberofchildren", "annualincome", "donotemail", "birthdate",
             "gendercode", "processid")  # fmt: skip
    records = [
        {"jobtitle": name} | dict(zip(names, row, strict=True)) for name, row in TEXTS.items()
    ]
    return given(client, records)


@pytest.mark.parametrize(
    ("operator", "arguments", "expected"),
    cases(
        "operator: fetch {}",
        [
            ("yesterday", (), "yd"),
            ("today", (), "td"),
            ("tomorrow", (), "tm"),
            ("last-seven-days", (), "td yd"),
            ("next-seven-days", (), "nw tm"),
            ("last-week", (), "lw"),
            ("this-week", (), "td tm yd"),
            ("next-week", (), "nw"),
            ("last-month", (), "lm"),
            ("this-month", (), "lw nw td tm yd"),
            ("next-month", (), "nm"),
            ("last-year", (), "lm ly"),
            ("this-year", (), "lw nm nw td tm yd"),
            ("next-year", (), "ny"),
            ("on", ("2027-01-14",), "yd"),
            ("on-or-before", ("2027-01-06",), "lm lw ly ol"),
            ("on-or-after", ("2027-01-20",), "nm nw ny"),
            ("last-x-hours", (2,), "td"),
            ("next-x-hours", (30,), "tm"),
            ("last-x-days", (3,), "td yd"),
            ("next-x-days", (3,), "tm"),
            ("last-x-weeks", (2,), "lw td yd"),
            ("next-x-weeks", (2,), "nw tm"),
            ("last-x-months", (2,), "lm lw td yd"),
            ("next-x-months", (2,), "nm nw tm"),
            ("last-x-years", (1,), "lm lw ly td yd"),
            ("next-x-years", (2,), "nm nw ny tm"),
            ("olderthan-x-minutes", (10,), "lm lw ly ol td yd"),
            ("olderthan-x-hours", (2,), "lm lw ly ol yd"),
            ("olderthan-x-days", (3,), "lm lw ly ol"),
            ("olderthan-x-weeks", (2,), "lm ly ol"),
            ("olderthan-x-months", (1,), "lm ly ol"),
            ("olderthan-x-years", (1,), "ol"),
            ("null", (), "no"),
            ("not-null", (), "lm lw ly nm nw ny ol td tm yd"),
            ("gt", ("2027-01-20T12:00:00Z",), "nm ny"),
            ("le", ("2026-06-15T14:00:00+02:00",), "ly ol"),
            ("between", ("2027-01-14", "2027-01-16T12:00:00Z"), "td tm yd"),
        ],
    ),
)
def test_operators_of_time(client, times, operator, arguments, expected):
    assert found(client, times, "lastonholdtime", operator, *arguments) == expected


@pytest.mark.parametrize(
    ("operator", "column", "arguments", "expected"),
    cases(
        "operator: fetch {}",
        [
            ("eq", "department", ("APPLE",), "a1"),
            ("eq", "numberofchildren", (2,), "a2"),
            ("eq", "annualincome", ("20.2500",), "a2 b2"),
            ("eq", "donotemail", ("true",), "a1 b1"),
            ("eq", "donotemail", ("0",), "a2 b2 no"),
            ("eq", "birthdate", ("2000-02-29",), "a2"),
            ("eq", "gendercode", (1,), "a1 b2"),
            ("eq", "processid", (f"{{{KEY.upper()}}}",), "a1"),
            ("ne", "department", ("apple",), "a2 b1 b2 no"),
            ("neq", "numberofchildren", (2,), "a1 b1 b2 no"),
            ("gt", "numberofchildren", (2,), "b1 b2"),
            ("ge", "numberofchildren", (2,), "a2 b1 b2"),
            ("lt", "annualincome", (20.25,), "a1"),
            ("le", "annualincome", (20.25,), "a1 a2 b2"),
            ("like", "department", ("ap%",), "a1 a2"),
            ("like", "department", ("%an%",), "b1"),
            ("like", "department", ("appl_",), "a1"),
            ("like", "department", ("[ab]%",), "a1 a2 b1"),
            ("like", "department", ("%[%]",), "b2"),
            ("not-like", "department", ("ap%",), "b1 b2 no"),
            ("begins-with", "department", ("AP",), "a1 a2"),
            ("not-begin-with", "department", ("ap",), "b1 b2 no"),
            ("ends-with", "department", ("na",), "b1"),
            ("not-end-with", "department", ("na",), "a1 a2 b2 no"),
            ("in", "numberofchildren", (1, 4, 9), "a1 b2"),
            ("in", "department", ("apple", "BANANA"), "a1 b1"),
            ("in", "gendercode", (2,), "a2"),
            ("not-in", "numberofchildren", (1, 4), "a2 b1 no"),
            ("between", "numberofchildren", (2, 3), "a2 b1"),
            ("not-between", "numberofchildren", (2, 3), "a1 b2"),
            ("null", "birthdate", (), "b1 no"),
            ("not-null", "birthdate", (), "a1 a2 b2"),
            ("eq-userid", "ownerid", (), "a1 a2 b1 b2 no"),
            ("ne-userid", "ownerid", (), ""),
            ("eq-useroruserteams", "ownerid", (), "a1 a2 b1 b2 no"),
            ("eq-userteams", "ownerid", (), ""),
            ("eq-businessid", "owningbusinessunit", (), "a1 a2 b1 b2 no"),
            ("ne-businessid", "owningbusinessunit", (), ""),
        ],
    ),
)
def test_operators_of_values(client, values, operator, column, arguments, expected):
    assert found(client, values, column, operator, *arguments) == expected


@pytest.mark.covers("operator: fetch eq-userlanguage")
@pytest.mark.parametrize(("column", "count"), [("uilanguageid", 1), ("localeid", 0)])
def test_the_language_of_the_caller(client, column, count):
    key = str(client.user_id)
    changed = client.patch(
        f"usersettingscollection({key})", {"uilanguageid": 1033, "localeid": 1031}
    )
    assert changed.status == 204, changed.document
    inside = filtered(holds("systemuserid", "eq", key), holds(column, "eq-userlanguage"))
    text = document("usersettings", selected("systemuserid") + inside)
    assert len(fetch(client, "usersettingscollection", text).rows) == count
