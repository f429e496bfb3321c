"""The operators no URL of the Web API spells: text patterns, ranges, and those about the caller."""

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from support.querying import rows
from support.records import create
from support.rights import ADMINISTRATOR, ask, refusal
from xrm.model.operators import OPERATORS, fits
from xrm.model.query import Condition, Group, Order, Query
from xrm.model.values import EntityReference
from xrm.org.metadata import catalogue

MARK = "operators"
JOBS = ("alpha", "Alpha Beta", "beta%", "b_ta", None)
UNFIT = (400, "0x80041120")
VALUE = (400, "0x80041139")
TIMES = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (1, 2, 3, 4)]


@pytest.fixture(scope="module", autouse=True)
def made(client):
    for number, job in enumerate(JOBS):
        create(
            client,
            "contact",
            lastname=str(number),
            employeeid=MARK,
            jobtitle=job,
            numberofchildren=None if job is None else number,
            annualincome=None if job is None else Decimal(number) / 4,
            lastonholdtime=None if job is None else TIMES[number],
            birthdate=None if job is None else TIMES[number].date(),
        )


def found(client, column, operator, *values):
    """Return the numbers of the contacts a condition finds."""
    test = Condition(column, operator, values)
    marked = Condition("employeeid", "eq", (MARK,))
    query = Query("contact", ("lastname",), Group("and", (marked, test)), (Order("lastname"),))
    return "".join(row[0] for row in rows(client, query))


@pytest.mark.covers("operator: fetch like", "operator: fetch not-like")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpha", "0"),
        ("ALPHA ", "0"),
        ("alpha%", "01"),
        ("%beta", "1"),
        ("%beta%", "12"),
        ("b_ta", "3"),
        ("b_ta%", "23"),
        ("b[_]ta", "3"),
        ("b[a-f]ta[%]", "2"),
        ("b[^_]ta%", "2"),
        ("%", "0123"),
        ("", ""),
        ("*", ""),
        ("ALPHA_beta", "1"),
    ],
)
def test_patterns(client, text, expected):
    assert found(client, "jobtitle", "like", text) == expected
    others = "".join(each for each in "01234" if each not in expected)
    assert found(client, "jobtitle", "not-like", text) == others


@pytest.mark.covers("operator: fetch between", "operator: fetch not-between")
@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("numberofchildren", (1, 2)),
        ("annualincome", (Decimal("0.25"), Decimal("0.5"))),
        ("annualincome", (Decimal("0.20001"), Decimal("0.6"))),
        ("lastonholdtime", (TIMES[1], TIMES[2])),
        ("birthdate", (date(2026, 1, 2), date(2026, 1, 3))),
    ],
)
def test_ranges_hold_both_their_ends(client, column, values):
    assert found(client, column, "between", *values) == "12"
    assert found(client, column, "not-between", *values) == "03"
    assert found(client, column, "between", *reversed(values)) == ""
    assert found(client, column, "not-between", *reversed(values)) == "0123"


def test_a_lookup_is_compared_with_a_reference(client):
    own = EntityReference("systemuser", str(client.user_id))
    assert found(client, "ownerid", "eq", own) == "01234"
    assert found(client, "ownerid", "not-in", own, str(uuid.UUID(int=1))) == ""


@pytest.mark.parametrize(
    ("column", "operator", "values", "error"),
    [
        ("numberofchildren", "like", ("1%",), UNFIT),
        ("jobtitle", "like", (1,), UNFIT),
        ("jobtitle", "between", ("a", "b"), UNFIT),
        ("donotemail", "between", (True, True), UNFIT),
        ("numberofchildren", "between", (1,), VALUE),
        ("numberofchildren", "eq", (), VALUE),
        ("numberofchildren", "under", (1,), UNFIT),
        ("jobtitle", "like", (), UNFIT),
        ("numberofchildren", "on", (date(2026, 1, 1),), UNFIT),
        ("jobtitle", "today", (), UNFIT),
        ("jobtitle", "last-x-days", (1,), UNFIT),
        ("jobtitle", "eq-userid", (), UNFIT),
        ("parentcustomerid", "eq-userid", (), UNFIT),
        ("parentcustomerid", "eq-userteams", (), UNFIT),
        ("ownerid", "eq-businessid", (), UNFIT),
        ("jobtitle", "eq-userlanguage", (), UNFIT),
        ("birthdate", "on", ("2026-01-01",), VALUE),
        ("birthdate", "on", (TIMES[0],), VALUE),
        ("birthdate", "on", (), VALUE),
        ("birthdate", "last-x-days", ("1",), VALUE),
        ("birthdate", "last-x-days", (True,), VALUE),
        ("birthdate", "last-x-days", (), VALUE),
        ("birthdate", "last-x-days", (0,), (400, "0x8004110c")),
        ("birthdate", "next-x-hours", (-1,), (400, "0x8004110c")),
        ("birthdate", "last-x-years", (9999,), VALUE),
        ("birthdate", "next-x-months", (10**12,), VALUE),
        ("birthdate", "next-x-hours", (10**30,), VALUE),
    ],
)
def test_what_does_not_fit_is_refused(client, column, operator, values, error):
    query = Query("contact", ("lastname",), Condition(column, operator, values))
    assert refusal(client, "RetrieveMultiple", Query=query) == error


def test_every_operator_fits_a_column_of_some_table():
    columns = [each for table in catalogue().tables.values() for each in table.columns.values()]
    assert [name for name, row in OPERATORS.items() if not any(fits(row, c) for c in columns)] == []


@pytest.fixture(scope="module")
def member(estate, client):
    """A user in a team; one task of its own, one of the team, one of somebody else."""
    user = estate.user(ADMINISTRATOR, name="Member")
    unit = client.rows("businessunits", select="businessunitid")[0]["businessunitid"]
    team = create(
        client,
        "team",
        name="Operators",
        businessunitid=EntityReference("businessunit", unit),
        administratorid=EntityReference("systemuser", str(client.user_id)),
    )
    pair = {
        "Target": EntityReference("team", team),
        "Relationship": "teammembership_association",
        "RelatedEntities": [EntityReference("systemuser", str(user.user_id))],
    }
    ask(client, "Associate", **pair)
    role = client.rows("roles", filter=f"name eq '{ADMINISTRATOR}'", select="roleid")[0]["roleid"]
    ask(
        client, "Associate", Target=EntityReference("team", team),
        Relationship="teamroles_association", RelatedEntities=[EntityReference("role", role)],
    )  # fmt: skip
    for owner, name in (("systemuser", "own"), ("team", "team"), ("", "other")):
        key = {"systemuser": str(user.user_id), "team": team, "": str(client.user_id)}[owner]
        create(client, "task", subject=name, category=MARK,
               ownerid=EntityReference(owner or "systemuser", key))  # fmt: skip
    return user


@pytest.mark.covers(
    "operator: fetch eq-userid",
    "operator: fetch ne-userid",
    "operator: fetch eq-userteams",
    "operator: fetch eq-useroruserteams",
)
@pytest.mark.parametrize(
    ("column", "operator", "expected"),
    [
        ("ownerid", "eq-userid", {"own"}),
        ("ownerid", "ne-userid", {"team", "other"}),
        ("ownerid", "eq-userteams", {"team"}),
        ("ownerid", "eq-useroruserteams", {"own", "team"}),
        ("owninguser", "ne-userid", {"team", "other"}),
        ("owningbusinessunit", "eq-businessid", {"own", "team", "other"}),
        ("owningbusinessunit", "ne-businessid", set()),
    ],
)
def test_the_caller_and_its_teams(member, column, operator, expected):
    tests = (Condition("category", "eq", (MARK,)), Condition(column, operator))
    answer = rows(member, Query("task", ("subject",), Group("and", tests)))
    assert {subject for (subject,) in answer} == expected


def test_a_caller_without_teams_has_nothing_of_them(client):
    tests = (Condition("category", "eq", (MARK,)), Condition("ownerid", "eq-userteams"))
    alone = client.estate.user(ADMINISTRATOR, name="Without a team")
    assert rows(alone, Query("task", ("subject",), Group("and", tests))) == []


@pytest.mark.covers("operator: fetch eq-userlanguage")
def test_the_callers_language(client):
    """Settings hold a language; of users who chose none, the base language is not stored."""
    mine = Condition("systemuserid", "eq-userid")
    path = f"usersettingscollection({client.user_id})"
    assert client.patch(path, {"uilanguageid": 1033}).status == 204
    spoken = Group("and", (mine, Condition("uilanguageid", "eq-userlanguage")))
    assert rows(client, Query("usersettings", ("uilanguageid",), spoken)) == [(1033,)]
