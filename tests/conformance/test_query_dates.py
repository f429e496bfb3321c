"""Days and spans of time: where they begin and end for a caller in its own time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from support.querying import rows
from support.records import create
from support.rights import ADMINISTRATOR
from xrm.model.metadata import Column
from xrm.model.query import Condition, Group, Query
from xrm.org.presentation.calendars import CallerCalendar
from xrm.org.presentation.zones import local, moment_of, zone
from xrm.org.query import spans
from xrm.org.store.columns import unpack_time

COORDINATED, BERLIN, NEW_YORK, KOLKATA, BEIRUT = 92, 110, 35, 190, 131
SECOND = timedelta(seconds=1)
# A Wednesday; in Berlin it is 19:30:15, in Kolkata 23:00:15.
NOW = datetime(2026, 3, 25, 17, 30, 15, tzinfo=UTC)
_ENDS = {
    COORDINATED: {
        "yesterday": ("2026-03-24", "2026-03-25"),
        "today": ("2026-03-25", "2026-03-26"),
        "tomorrow": ("2026-03-26", "2026-03-27"),
        "last-week": ("2026-03-15", "2026-03-22"),
        "this-week": ("2026-03-22", "2026-03-29"),
        "next-week": ("2026-03-29", "2026-04-05"),
        "last-month": ("2026-02-01", "2026-03-01"),
        "this-month": ("2026-03-01", "2026-04-01"),
        "next-month": ("2026-04-01", "2026-05-01"),
        "last-year": ("2025-01-01", "2026-01-01"),
        "this-year": ("2026-01-01", "2027-01-01"),
        "next-year": ("2027-01-01", "2028-01-01"),
        "last-seven-days": ("2026-03-18", "2026-03-25T17:30:16"),
        "next-seven-days": ("2026-03-25T17:30:15", "2026-04-02"),
        "last-x-hours": ("2026-03-25T14:00:00", "2026-03-25T17:30:16"),
        "next-x-hours": ("2026-03-25T17:30:15", "2026-03-25T21:00:00"),
        "last-x-days": ("2026-03-22", "2026-03-25T17:30:16"),
        "next-x-days": ("2026-03-25T17:30:15", "2026-03-29"),
        "last-x-weeks": ("2026-03-04", "2026-03-25T17:30:16"),
        "next-x-weeks": ("2026-03-25T17:30:15", "2026-04-16"),
        "last-x-months": ("2025-12-25", "2026-03-25T17:30:16"),
        "next-x-months": ("2026-03-25T17:30:15", "2026-06-26"),
        "last-x-years": ("2023-03-25", "2026-03-25T17:30:16"),
        "next-x-years": ("2026-03-25T17:30:15", "2029-03-26"),
        "olderthan-x-minutes": (None, "2026-03-25T17:27:00"),
        "olderthan-x-hours": (None, "2026-03-25T14:00:00"),
        "olderthan-x-days": (None, "2026-03-22"),
        "olderthan-x-weeks": (None, "2026-03-04"),
        "olderthan-x-months": (None, "2025-12-25"),
        "olderthan-x-years": (None, "2023-03-25"),
    },
    # Summer begins in Berlin on the 29th: from then on midnight is an hour earlier in UTC.
    BERLIN: {
        "today": ("2026-03-24T23:00:00", "2026-03-25T23:00:00"),
        "next-x-days": ("2026-03-25T17:30:15", "2026-03-28T23:00:00"),
        "this-week": ("2026-03-21T23:00:00", "2026-03-28T23:00:00"),
        "next-week": ("2026-03-28T23:00:00", "2026-04-04T22:00:00"),
        "this-month": ("2026-02-28T23:00:00", "2026-03-31T22:00:00"),
        "next-seven-days": ("2026-03-25T17:30:15", "2026-04-01T22:00:00"),
        "last-x-years": ("2023-03-24T23:00:00", "2026-03-25T17:30:16"),
    },
    # Where clocks differ by half an hour, so do their hours.
    KOLKATA: {
        "today": ("2026-03-24T18:30:00", "2026-03-25T18:30:00"),
        "last-x-hours": ("2026-03-25T14:30:00", "2026-03-25T17:30:16"),
        "next-x-hours": ("2026-03-25T17:30:15", "2026-03-25T21:30:00"),
        "olderthan-x-hours": (None, "2026-03-25T14:30:00"),
        "olderthan-x-minutes": (None, "2026-03-25T17:27:00"),
    },
}
SPANS = [(code, name, *ends) for code, row in _ENDS.items() for name, ends in row.items()]
DAYS = {
    "yesterday": ("2026-03-24", "2026-03-24"),
    "today": ("2026-03-25", "2026-03-25"),
    "this-week": ("2026-03-22", "2026-03-28"),
    # A day counts as its midnight: today is past, and not ahead.
    "last-seven-days": ("2026-03-18", "2026-03-25"),
    "next-seven-days": ("2026-03-26", "2026-04-01"),
    "last-x-days": ("2026-03-22", "2026-03-25"),
    "next-x-days": ("2026-03-26", "2026-03-28"),
    "last-x-hours": (None, None),
    "next-x-hours": (None, None),
    "olderthan-x-days": ("1900-01-01", "2026-03-21"),
    "olderthan-x-hours": ("1900-01-01", "2026-03-25"),
}


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def asker(estate):
    """Return a function that gives a user of a time zone; tokens outlast the clock's moves."""
    users = {}

    def made(code):
        if code not in users:
            user = estate.user(ADMINISTRATOR, name=f"Zone {code}")
            path = f"usersettingscollection({user.user_id})"
            assert user.patch(path, {"timezonecode": code}).status == 204
            users[code] = user
        return users[code]

    return made


@pytest.fixture
def now(estate):
    before = estate.clock.now
    estate.clock.now = NOW.timestamp()
    yield estate.clock
    estate.clock.now = before


def values(operator):
    return (3,) if "-x-" in operator else ()


def holding(client, column, operator, given, *moments):
    """Tell of each of these values whether a condition finds the record that holds it."""
    keys = [create(client, "contact", lastname="When", **{column: each}) for each in moments]
    mine = Condition("contactid", "in", tuple(keys))
    test = Group("and", (mine, Condition(column, operator, given)))
    seen = {key for (key,) in rows(client, Query("contact", ("contactid",), test))}
    return [key in seen for key in keys]


@pytest.mark.covers(*(f"operator: fetch {name}" for name in _ENDS[COORDINATED]))
@pytest.mark.parametrize(("code", "operator", "start", "end"), SPANS)
def test_a_span_holds_its_first_moment_and_not_its_end(asker, now, code, operator, start, end):
    user = asker(code)
    last = moment(end)
    asked = [last - SECOND, last]
    expected = [True, False]
    if start is None:
        asked, expected = [moment("1900-01-01"), *asked], [True, *expected]
    else:
        asked = [moment(start) - SECOND, moment(start), *asked]
        expected = [False, True, *expected]
    assert holding(user, "lastonholdtime", operator, values(operator), *asked) == expected


@pytest.mark.parametrize("operator", DAYS)
def test_spans_of_days(asker, now, operator):
    first, last = DAYS[operator]
    user = asker(COORDINATED)
    if first is None or last is None:
        days = [NOW.date() + timedelta(days=number) for number in (-1, 0, 1)]
        assert not any(holding(user, "birthdate", operator, values(operator), *days))
        return
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    day = timedelta(days=1)
    asked = [start, end, end + day] + ([] if start.year == 1900 else [start - day])
    found = holding(user, "birthdate", operator, values(operator), *asked)
    assert found == [True, True, False, False][: len(asked)]


def test_today_is_a_day_of_the_callers(asker, now):
    """Half an hour after midnight in Berlin it is still yesterday's evening in New York."""
    now.now = moment("2026-03-25T23:30:00").timestamp()
    days = [date(2026, 3, 25), date(2026, 3, 26)]
    assert holding(asker(BERLIN), "birthdate", "today", (), *days) == [False, True]
    assert holding(asker(NEW_YORK), "birthdate", "today", (), *days) == [True, False]
    # Read anew at each question: the statement is kept, its values are not.
    now.now += 86_400
    assert holding(asker(NEW_YORK), "birthdate", "today", (), *days) == [False, True]


@pytest.mark.covers(
    "operator: fetch on", "operator: fetch on-or-before", "operator: fetch on-or-after"
)
@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("on", [False, True, True, False]),
        ("on-or-before", [True, True, True, False]),
        ("on-or-after", [False, True, True, True]),
    ],
)
def test_a_day_of_a_moment(asker, now, operator, expected):
    """The day on which summer begins in Berlin is an hour short; in winter it is one longer."""
    ends = {
        (BERLIN, date(2026, 3, 29)): ("2026-03-28T23:00:00", "2026-03-29T22:00:00"),
        (BERLIN, date(2026, 10, 25)): ("2026-10-24T22:00:00", "2026-10-25T23:00:00"),
        (NEW_YORK, date(2026, 7, 1)): ("2026-07-01T04:00:00", "2026-07-02T04:00:00"),
        (COORDINATED, date(1960, 2, 29)): ("1960-02-29T00:00:00", "1960-03-01T00:00:00"),
    }
    for (code, day), (start, end) in ends.items():
        asked = [moment(start) - SECOND, moment(start), moment(end) - SECOND, moment(end)]
        assert holding(asker(code), "lastonholdtime", operator, (day,), *asked) == expected
        days = [day - timedelta(days=1), day, day, day + timedelta(days=1)]
        assert holding(asker(code), "birthdate", operator, (day,), *days) == expected


def test_the_ends_of_the_calendar(client):
    asked = [moment("1900-01-01"), moment("9999-12-31T12:00:00")]
    last, first = date.max, date.min
    assert holding(client, "lastonholdtime", "on-or-before", (last,), *asked) == [True, True]
    assert holding(client, "lastonholdtime", "on", (last,), *asked) == [False, True]
    assert holding(client, "lastonholdtime", "on-or-after", (first,), *asked) == [True, True]


def test_weeks_begin_as_the_organization_says(client, estate, asker, now):
    ends = {0: ("2026-03-22", "2026-03-29"), 1: ("2026-03-23", "2026-03-30")}
    (organization,) = rows(client, Query("organization", ("organizationid",)))
    path = f"organizations({organization[0]})"
    ends[6] = ("2026-03-21", "2026-03-28")
    user = asker(COORDINATED)
    try:
        for start, (first, last) in ends.items():
            assert user.patch(path, {"weekstartdaycode": start}).status == 204
            asked = [moment(first) - SECOND, moment(first), moment(last) - SECOND, moment(last)]
            found = holding(user, "lastonholdtime", "this-week", (), *asked)
            assert found == [False, True, True, False]
    finally:
        assert user.patch(path, {"weekstartdaycode": 0}).status == 204


def test_a_zone_that_is_changed_counts_at_once(asker, now):
    user = asker(KOLKATA)
    asked = moment("2026-03-24T18:30:00")
    path = f"usersettingscollection({user.user_id})"
    assert holding(user, "lastonholdtime", "today", (), asked) == [True]
    assert user.patch(path, {"timezonecode": COORDINATED}).status == 204
    assert holding(user, "lastonholdtime", "today", (), asked) == [False]
    assert user.patch(path, {"timezonecode": KOLKATA}).status == 204


@pytest.mark.parametrize(
    ("today", "operator", "count", "end"),
    [
        (date(2026, 3, 31), "last-x-months", 1, date(2026, 2, 28)),
        (date(2024, 3, 31), "last-x-months", 1, date(2024, 2, 29)),
        (date(2024, 2, 29), "last-x-years", 1, date(2023, 2, 28)),
        (date(2026, 1, 31), "last-x-months", 13, date(2024, 12, 31)),
    ],
)
def test_a_day_there_is_not_is_the_months_last(today, operator, count, end):
    calendar = CallerCalendar(datetime(*today.timetuple()[:3], 12, tzinfo=UTC), UTC, 0)
    assert spans.span(operator, calendar, count).start == end


def test_times_that_know_no_zone_are_compared_as_clocks_show_them():
    """Berlin's today is kept as it is; now is what its clocks show."""
    column = Column("x", "X", "DateTime", date_behavior="TimeZoneIndependent")
    calendar = CallerCalendar(NOW, zone(BERLIN), 0)
    ends = [
        unpack_time(spans.stored(end, column, calendar))
        for end in spans.span("last-x-days", calendar, 1)
        if end is not None
    ]
    assert ends[0] == moment("2026-03-24")
    assert ends[1] - timedelta(microseconds=1) == moment("2026-03-25T18:30:15")


def test_a_midnight_that_clocks_leave_out():
    """In Beirut summer began at midnight: the day begins when clocks show one."""
    rules = zone(BEIRUT)
    assert rules.key == "Asia/Beirut"
    begins = moment_of(datetime(2022, 3, 27), rules)  # noqa: DTZ001 - what clocks show
    assert begins == moment("2022-03-26T22:00:00")
    assert local(begins, rules).hour == 1
    before_1970 = datetime(1950, 7, 1)  # noqa: DTZ001 - what clocks show
    assert local(moment_of(before_1970, rules), rules).replace(tzinfo=None) == before_1970
