"""Operators of QueryExpression about times and the caller: which contacts each finds.

The clock stands at Friday 15 January 2027, 08:00 UTC; the caller's weeks begin on Sunday.
"""

import pytest

from support.estate import Client
from support.marked import given
from support.proving import cases
from support.soap_elements import Typed, columns, condition, criteria, expression, simple, string
from support.soaping import Soap

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
}
EVERY = "lm lw ly nm nw ny ol td tm yd"


@pytest.fixture(scope="module")
def mark(client: Client) -> str:
    records = [{"jobtitle": name, "lastonholdtime": time} for name, time in TIMES.items()]
    return given(client, records)


def found(soap: Soap, mark: str, column: str, operator: str, *values: Typed) -> str:
    tests = criteria(
        condition("employeeid", "Equal", string(mark)), condition(column, operator, *values)
    )
    reply = soap.query(expression("contact", columns("jobtitle"), tests))
    return " ".join(sorted(row["jobtitle"] for row in reply.entities))


@pytest.mark.parametrize(
    ("operator", "expected"),
    cases(
        "operator: query {}",
        [
            ("Yesterday", "yd"),
            ("Today", "td"),
            ("Tomorrow", "tm"),
            ("Last7Days", "td yd"),
            ("Next7Days", "nw tm"),
            ("LastWeek", "lw"),
            ("ThisWeek", "td tm yd"),
            ("NextWeek", "nw"),
            ("LastMonth", "lm"),
            ("ThisMonth", "lw nw td tm yd"),
            ("NextMonth", "nm"),
            ("LastYear", "lm ly"),
            ("ThisYear", "lw nm nw td tm yd"),
            ("NextYear", "ny"),
        ],
    ),
)
def test_spans_of_time(soap: Soap, mark: str, operator: str, expected: str) -> None:
    assert found(soap, mark, "lastonholdtime", operator) == expected


@pytest.mark.parametrize(
    ("operator", "count", "expected"),
    cases(
        "operator: query {}",
        [
            ("LastXHours", 2, "td"),
            ("NextXHours", 30, "tm"),
            ("LastXDays", 3, "td yd"),
            ("NextXDays", 3, "tm"),
            ("LastXWeeks", 2, "lw td yd"),
            ("NextXWeeks", 2, "nw tm"),
            ("LastXMonths", 2, "lm lw td yd"),
            ("NextXMonths", 2, "nm nw tm"),
            ("LastXYears", 1, "lm lw ly td yd"),
            ("NextXYears", 2, "nm nw ny tm"),
            ("OlderThanXMinutes", 10, "lm lw ly ol td yd"),
            ("OlderThanXHours", 2, "lm lw ly ol yd"),
            ("OlderThanXDays", 3, "lm lw ly ol"),
            ("OlderThanXWeeks", 2, "lm ly ol"),
            ("OlderThanXMonths", 1, "lm ly ol"),
            ("OlderThanXYears", 1, "ol"),
        ],
    ),
)
def test_counted_spans(soap: Soap, mark: str, operator: str, count: int, expected: str) -> None:
    assert found(soap, mark, "lastonholdtime", operator, simple("int", count)) == expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    cases("operator: query {}", [("EqualBusinessId", EVERY), ("NotEqualBusinessId", "")]),
)
def test_the_unit_of_the_caller(soap: Soap, mark: str, operator: str, expected: str) -> None:
    assert found(soap, mark, "owningbusinessunit", operator) == expected


@pytest.mark.covers("operator: query EqualUserLanguage")
@pytest.mark.parametrize(("column", "count"), [("uilanguageid", 1), ("localeid", 0)])
def test_the_language_of_the_caller(client: Client, soap: Soap, column: str, count: int) -> None:
    key = str(client.user_id)
    said = {"uilanguageid": 1033, "localeid": 1031}
    assert client.patch(f"usersettingscollection({key})", said).status == 204
    tests = criteria(
        condition("systemuserid", "Equal", simple("guid", key)),
        condition(column, "EqualUserLanguage"),
    )
    reply = soap.query(expression("usersettings", columns("systemuserid"), tests))
    assert len(reply.entities) == count
