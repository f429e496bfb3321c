"""Rows that are alike in all that is wanted of them come once."""

from dataclasses import replace
from itertools import chain

import pytest

from support.querying import found, names, rows, walk
from support.records import create
from support.rights import holder, refusal
from xrm.model.privileges import Depth
from xrm.model.query import Condition, Join, Order, Query, Selected
from xrm.model.values import EntityReference

MARK = "distinct"
MARKED = Condition("employeeid", "eq", (MARK,))
JOBS = ("Baker", "baker ", "Cook", None, "cook", "Mason", None)


@pytest.fixture(scope="module", autouse=True)
def made(client):
    """Contacts of two accounts by turns, some of the same job however it is written."""
    accounts = [create(client, "account", name=name) for name in ("North", "South")]
    for number, job in enumerate(JOBS):
        create(
            client,
            "contact",
            lastname=str(number),
            employeeid=MARK,
            jobtitle=job,
            donotemail=number > 2,
            parentcustomerid=EntityReference("account", accounts[number % 2]),
        )
    return accounts


def asked(*columns, **more):
    return Query("contact", columns, MARKED, distinct=True, **more)


def folded(cells):
    return [tuple(cell.lower().strip() if isinstance(cell, str) else cell for cell in row)
            for row in cells]  # fmt: skip


@pytest.mark.covers("fetch: fetch distinct", "query: Distinct")
def test_alike_is_what_the_service_takes_for_equal(client):
    by_job = asked("jobtitle", orders=(Order("jobtitle"),))
    assert folded(rows(client, by_job)) == [(None,), ("baker",), ("cook",), ("mason",)]
    down = asked("jobtitle", orders=(Order("jobtitle", descending=True),))
    assert folded(rows(client, down)) == [("mason",), ("cook",), ("baker",), (None,)]
    assert set(rows(client, by_job)) <= {(job,) for job in JOBS}


def test_without_an_order_rows_are_in_that_of_their_cells(client):
    assert rows(client, asked("donotemail")) == [(False,), (True,)]
    pairs = [(None, True), ("baker", False), ("cook", False), ("cook", True), ("mason", True)]
    assert folded(rows(client, asked("jobtitle", "donotemail"))) == pairs


def test_the_key_is_among_the_cells_only_if_it_is_named(client):
    assert len(rows(client, asked("contactid", "donotemail"))) == len(JOBS)
    assert names(found(client, asked("donotemail"))) == ["donotemail"]
    assert len(rows(client, Query("contact", None, MARKED, distinct=True))) == len(JOBS)


def test_lookups_are_alike_by_what_they_point_to(client, made):
    expected = {(EntityReference("account", key),) for key in made}
    answer = rows(client, asked("parentcustomerid"))
    assert len(answer) == 2
    assert set(answer) == expected


def test_over_a_join_each_row_comes_once(client):
    people = Join("contact", "parentcustomerid", "accountid", "c", filter=MARKED)
    query = Query("account", ("name",), orders=(Order("name"),), joins=(people,))
    assert len(rows(client, query)) == len(JOBS)
    assert rows(client, replace(query, distinct=True)) == [("North",), ("South",)]
    flags = replace(people, columns=(Selected("donotemail", "flag"),))
    both = replace(query, distinct=True, joins=(flags,))
    assert sorted(rows(client, both)) == [
        ("North", False), ("North", True), ("South", False), ("South", True),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_pages_and_their_number(client, size):
    query = asked("jobtitle", "donotemail", count=True, orders=(Order("donotemail", True),))
    whole = found(client, query)
    assert whole.total == len(whole.rows) == 5
    pages = list(walk(client, query, size))
    assert list(chain.from_iterable(pages)) == whole.rows
    assert found(client, replace(query, size=1)).bounds is None


def test_nothing_wanted_is_refused(client):
    wanted = (400, "0x8004112c")
    assert refusal(client, "RetrieveMultiple", Query=asked()) == wanted


def test_rows_that_may_not_be_read_add_nothing(client, estate, made):
    reader = holder(estate, {"prvReadContact": Depth.BASIC, "prvReadAccount": Depth.GLOBAL})
    answer = found(reader, asked("jobtitle", count=True))
    assert (answer.rows, answer.total) == ([], 0)
    people = Join("contact", "parentcustomerid", "accountid", "c", outer=True,
                  columns=(Selected("jobtitle"),))  # fmt: skip
    here = Condition("accountid", "in", tuple(made))
    query = Query("account", ("name",), here, joins=(people,), distinct=True)
    assert rows(reader, query) == [("North", None), ("South", None)]
