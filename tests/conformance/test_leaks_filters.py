"""A filter finds what it says among what its caller may read, and nothing else.

Filters and callers are drawn; what must be found is worked out in Python from the records as
they were made (tests/support/filtering.py and crowd.py), for every caller, on both engines.
"""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.crowd import KEYS, Crowd
from support.filtering import Columns, Compared, Joined, Not, Textual, paths
from support.fuzz import PROFILE
from support.rights import MISSING

SMALL = (("prefer", "odata.maxpagesize=11"),)
PATHS = {
    "account": {
        (): "account",
        ("parentaccountid",): "account",
        ("primarycontactid",): "contact",
        ("parentaccountid", "primarycontactid"): "contact",
        ("parentaccountid", "parentaccountid"): "account",
        ("primarycontactid", "parentcustomerid_account"): "account",
    },
    "contact": {
        (): "contact",
        ("parentcustomerid_account",): "account",
        ("parentcustomerid_contact",): "contact",
        ("parentcustomerid_account", "primarycontactid"): "contact",
    },
}
TEXTS = {"account": ("name", "description"), "contact": ("lastname", "description")}
NUMBERS = {
    "account": ("numberofemployees", "sharesoutstanding", "revenue"),
    "contact": ("numberofchildren",),
}
LOOKUPS = {
    "account": ("_parentaccountid_value", "_primarycontactid_value", "_ownerid_value"),
    "contact": ("_parentcustomerid_value", "_ownerid_value"),
}
OPERATORS = st.sampled_from(("eq", "ne", "gt", "ge", "lt", "le"))
EQUAL = st.sampled_from(("eq", "ne"))
WORDS = st.sampled_from(("", "a", "B", "abel", "ABEL B", "berta  ", "c", "o'hara", "zz"))
PARTS = st.sampled_from(("", "a", "B", "el b", "ER", "o'h", "zz"))
FLIPPED = st.booleans()


@pytest.fixture(scope="module")
def crowd(estate, client):
    return Crowd(estate, client)


@pytest.fixture(scope="module")
def drawn(crowd):
    """Filters of each table; they name the crowd's own records."""
    keys = [UUID(key) for rows in crowd.rows.values() for key in rows]
    return {table: filters(table, keys) for table in KEYS}


def comparisons(path, table, keys):
    """Return a strategy for tests of a record of a table that a path leads to."""
    here = st.just(path)
    numbers, texts = (st.sampled_from(names[table]) for names in (NUMBERS, TEXTS))
    nullable = st.sampled_from((*NUMBERS[table], *TEXTS[table], *LOOKUPS[table]))
    kinds = [
        st.builds(Compared, here, numbers, OPERATORS, st.sampled_from((-1, 0, 1, 2, 5)), FLIPPED),
        st.builds(Compared, here, texts, OPERATORS, WORDS, FLIPPED),
        st.builds(Compared, here, nullable, EQUAL, st.none(), FLIPPED),
        st.builds(Compared, here, st.just("donotemail"), EQUAL, st.booleans()),
        st.builds(
            Compared,
            here,
            st.sampled_from((*LOOKUPS[table], KEYS[table])),
            EQUAL,
            st.integers(0, 200).map(lambda place: keys[place % len(keys)]),
        ),
        st.builds(Columns, here, texts, OPERATORS, texts),
        st.builds(
            Textual, here, texts, st.sampled_from(("contains", "startswith", "endswith")), PARTS
        ),
    ]
    if table == "account":
        whole = st.sampled_from(("numberofemployees", "sharesoutstanding"))
        kinds.append(st.builds(Columns, here, whole, OPERATORS, whole))
    return st.one_of(kinds)


def filters(table, keys):
    leaves = st.one_of([comparisons(path, there, keys) for path, there in PATHS[table].items()])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(Not),
            st.builds(
                Joined,
                st.sampled_from(("and", "or")),
                st.lists(inner, min_size=2, max_size=3).map(tuple),
            ),
        ),
        max_leaves=6,
    )


def expected(crowd, member, table, test):
    """Return the keys a member must find, None where a path leads to what it may not read."""
    needed = {there for path, there in PATHS[table].items() for each in paths(test)
              if each[: len(path)] == path}  # fmt: skip
    if not all(crowd.holds(member, each) for each in {table, *needed}):
        return None

    def follow(row, navigation):
        return crowd.follow(member, row, navigation)

    return {
        key
        for key, row in crowd.rows[table].items()
        if crowd.may_read(member, table, row) and test.holds(row, follow)
    }


def test_the_crowd_is_worth_asking(crowd):
    """Some read all, some nothing, most something; some only by a team or a share."""
    seen = [
        sum(crowd.may_read(member, table, row) for row in crowd.rows[table].values())
        for table in KEYS
        for member in crowd.members
    ]
    assert min(seen) == 0
    assert max(seen) == 30
    assert len(set(seen)) > 6


@PROFILE
@given(data=st.data())
def test_a_filter_finds_what_it_says_and_what_is_readable(crowd, drawn, data):
    table = data.draw(st.sampled_from(sorted(KEYS)))
    member = data.draw(st.sampled_from(crowd.members))
    test = data.draw(drawn[table])
    wanted = expected(crowd, member, table, test)
    answer = member.client.get(f"{table}s", filter=test.text(), select=KEYS[table], count="true")
    if wanted is None:
        assert answer.error == MISSING
        return
    assert {row[KEYS[table]] for row in answer.rows} == wanted, test.text()
    assert answer.document["@odata.count"] == len(wanted)


ORDERS = {
    "account": ("name", "revenue desc", "_primarycontactid_value", "parentaccountid/name desc",
                "_parentaccountid_value desc", "primarycontactid/description", "createdon"),
    "contact": ("lastname desc", "_parentcustomerid_value", "_parentcustomerid_value desc",
                "parentcustomerid_account/revenue", "description"),
}  # fmt: skip


@PROFILE
@given(data=st.data())
def test_pages_in_any_order_hold_what_is_readable_once(crowd, data):
    table = data.draw(st.sampled_from(sorted(KEYS)))
    order = data.draw(st.lists(st.sampled_from(ORDERS[table]), min_size=1, max_size=3, unique=True))
    order = [each for number, each in enumerate(order) if each.split()[0] not in
             [other.split()[0] for other in order[:number]]]  # fmt: skip
    member = data.draw(st.sampled_from(crowd.members))
    reader = data.draw(st.sampled_from(crowd.members))
    answer = member.client.get(
        f"{table}s", orderby=",".join(order), select=KEYS[table], headers=SMALL
    )
    if answer.status == 403:
        assert answer.error == MISSING
        return
    mine = {key for key, row in crowd.rows[table].items() if crowd.may_read(member, table, row)}
    theirs = {key for key, row in crowd.rows[table].items() if crowd.may_read(reader, table, row)}
    found = [row[KEYS[table]] for row in answer.rows]
    while (link := answer.next_link) is not None:
        other = reader.client.follow(link, headers=SMALL)
        if other.status == 200:
            assert {row[KEYS[table]] for row in other.rows} <= theirs
        answer = member.client.follow(link, headers=SMALL)
        found += [row[KEYS[table]] for row in answer.rows]
    assert len(found) == len(set(found))
    assert set(found) == mine
