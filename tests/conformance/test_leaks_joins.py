"""Joins find, count and show what their caller may read of each table, and nothing else.

Users, roles, teams and shares are drawn by chance (tests/support/crowd.py); what each of them
must be given is worked out in Python from the records as they were made, on both engines.
"""

from collections import Counter
from itertools import chain

import pytest

from support.crowd import KEYS, Crowd
from support.querying import found, walk
from support.rights import MISSING, refusal
from xrm.model.query import Condition, Group, Join, Order, Query, Selected

CHILDREN = Condition("numberofchildren", "gt", (0,))
KINDS = {"inner": False, "outer": True}


@pytest.fixture(scope="module")
def crowd(estate, client):
    return Crowd(estate, client)


def readable(crowd, member, table):
    return [row for row in crowd.rows[table].values() if crowd.may_read(member, table, row)]


def key(row, table):
    return None if row is None else row[KEYS[table]]


def people(crowd, member, company, test):
    """Return the readable contacts of an account that pass a test."""
    kind = "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
    return [
        row
        for row in readable(crowd, member, "contact")
        if row.get(kind) == "account"
        and row["_parentcustomerid_value"] == company["accountid"]
        and test(row)
    ]


def expected(crowd, member, *, outer, parent, test):
    """Return the keys of accounts with their contacts and, of each account, the one above it."""
    for company in readable(crowd, member, "account"):
        above = crowd.follow(member, company, "parentaccountid_account")
        if above is None and parent == "inner":
            continue
        found = people(crowd, member, company, test)
        for each in found or ([None] if outer else []):
            yield key(company, "account"), key(each, "contact"), key(above, "account")


def asked(crowd, *, outer, parent, test):
    joins = (
        Join(
            "contact", "parentcustomerid", "accountid", "c", outer=outer, filter=test,
            columns=(Selected("contactid", "person"),),
        ),
        Join(
            "account", "accountid", "parentaccountid", "up", outer=KINDS[parent],
            columns=(Selected("accountid", "above"),),
        ),
    )  # fmt: skip
    mine = Condition("accountid", "in", tuple(crowd.rows["account"]))
    orders = (Order("lastname", True, join="c"), Order("name", join="up"))
    return Query("account", ("accountid",), mine, orders, joins=joins, count=True)


@pytest.mark.parametrize("parent", KINDS)
@pytest.mark.parametrize("outer", [False, True])
@pytest.mark.parametrize("tested", [False, True])
def test_each_caller_finds_what_it_may_read(crowd, outer, parent, tested):
    def passes(row):
        return not tested or (row["numberofchildren"] or 0) > 0

    query = asked(crowd, outer=outer, parent=parent, test=CHILDREN if tested else None)
    for member in crowd.members:
        if not all(crowd.holds(member, table) for table in KEYS):
            assert refusal(member.client, "RetrieveMultiple", Query=query) == MISSING
            continue
        wanted = Counter(expected(crowd, member, outer=outer, parent=parent, test=passes))
        answer = found(member.client, query)
        assert Counter(answer.rows) == wanted
        assert answer.total == wanted.total()
        assert Counter(chain.from_iterable(walk(member.client, query, 7))) == wanted


def test_what_is_hidden_is_told_by_no_test_after_a_join(crowd):
    """Accounts without a contact are those of whose contacts the caller reads none."""
    none = Condition("contactid", "null", join="c")
    mine = Condition("accountid", "in", tuple(crowd.rows["account"]))
    joins = (Join("contact", "parentcustomerid", "accountid", "c", outer=True),)
    query = Query("account", ("accountid",), Group("and", (mine, none)), joins=joins)
    told = 0
    for member in crowd.members:
        if all(crowd.holds(member, table) for table in KEYS):
            wanted = {
                company["accountid"]
                for company in readable(crowd, member, "account")
                if not people(crowd, member, company, lambda _: True)
            }
            assert {row[0] for row in found(member.client, query).rows} == wanted
            told += len(wanted)
    assert told > 0
