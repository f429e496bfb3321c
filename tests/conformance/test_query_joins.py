"""Tables joined to the one asked: which rows come, how often, and what nobody learns by them."""

from dataclasses import replace
from itertools import chain

import pytest

from support.querying import found, names, rows, texts, walk
from support.records import create
from support.rights import MISSING, ask, holder, new_role, refusal, share
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.query import (
    ColumnComparison,
    Condition,
    Group,
    Join,
    Order,
    Page,
    Query,
    Selected,
)
from xrm.model.values import EntityReference

MARK = "joined"
READERS = {"prvReadAccount": Depth.GLOBAL, "prvReadContact": Depth.BASIC}
NAME, LASTNAME = (Selected("name"),), (Selected("lastname"),)
PEOPLE = Join("contact", "parentcustomerid", "accountid", "c", columns=LASTNAME)
COMPANY = Join("account", "accountid", "parentcustomerid", "a", columns=NAME)
MARKED = Condition("accountnumber", "eq", (MARK,))
ACCOUNTS = Query("account", ("name",), MARKED, (Order("name"),), joins=(PEOPLE,))
CONTACTS = Query(
    "contact", ("lastname",), Condition("employeeid", "eq", (MARK,)), (Order("lastname"),),
    joins=(COMPANY,),
)  # fmt: skip
ROLES = Join(
    "systemuserroles", "systemuserid", "systemuserid", "pairs",
    joins=(Join("role", "roleid", "roleid", "role", columns=NAME),),
)  # fmt: skip


def asked(**changes):
    """Return the accounts and their contacts, the join changed."""
    return replace(ACCOUNTS, joins=(replace(PEOPLE, **changes),))


def lastname(*values, operator="eq", join=""):
    return Condition("lastname", operator, values, join=join)


@pytest.fixture(scope="module")
def made(client):
    """Alpha with Ann and Bob, Beta with Cid, Gamma with nobody; Dan belongs to a contact."""
    keys = {}
    for name, size in (("Alpha", 1), ("Beta", 2), ("Gamma", None)):
        keys[name] = create(
            client, "account", name=name, accountnumber=MARK, numberofemployees=size
        )
    for name, parent, children in (
        ("Ann", ("account", "Alpha"), 2),
        ("Bob", ("account", "Alpha"), 1),
        ("Cid", ("account", "Beta"), None),
        ("Dan", ("contact", "Ann"), None),
    ):
        keys[name] = create(
            client,
            "contact",
            lastname=name,
            employeeid=MARK,
            numberofchildren=children,
            jobtitle="alpha ",
            parentcustomerid=EntityReference(parent[0], keys[parent[1]]),
        )
    return keys


BOTH = [("Alpha", "Ann"), ("Alpha", "Bob"), ("Beta", "Cid")]


@pytest.mark.covers(
    "fetch: link-entity inner",
    "fetch: link-entity outer",
    "message: RetrieveMultiple",
)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (asked(), BOTH),
        (asked(outer=True), [*BOTH, ("Gamma", None)]),
        (asked(filter=lastname("ann")), [("Alpha", "Ann")]),
        (
            asked(outer=True, filter=lastname("ann")),
            [("Alpha", "Ann"), ("Beta", None), ("Gamma", None)],
        ),
        (asked(filter=lastname("ann", operator="ne")), [("Alpha", "Bob"), ("Beta", "Cid")]),
        (
            asked(outer=True, filter=Condition("name", "eq", ("Beta",), join="up"),
                  joins=(Join("account", "accountid", "parentcustomerid", "up"),)),
            [("Alpha", None), ("Beta", "Cid"), ("Gamma", None)],
        ),
        (
            asked(filter=Group("or", (lastname("ann"), Condition("numberofchildren", "null")))),
            [("Alpha", "Ann"), ("Beta", "Cid")],
        ),
    ],
)  # fmt: skip
def test_rows_of_both_tables(client, made, query, expected):
    assert rows(client, query) == expected


@pytest.mark.covers("fetch: condition entityname")
@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (Condition("contactid", "null", join="c"), [("Gamma", None)]),
        (Condition("contactid", "not-null", join="c"), BOTH),
        (lastname("bob", "cid", operator="in", join="c"), [("Alpha", "Bob"), ("Beta", "Cid")]),
        (lastname("ann", operator="ne", join="c"), [*BOTH[1:], ("Gamma", None)]),
        (
            ColumnComparison(
                "numberofemployees", "eq", "numberofchildren", other_join="c"
            ),
            [("Alpha", "Bob")],
        ),
        (
            ColumnComparison("numberofchildren", "gt", "numberofemployees", join="c"),
            [("Alpha", "Ann")],
        ),
        (
            Group("or", (lastname("ann", join="c"), Condition("name", "eq", ("gamma",)))),
            [("Alpha", "Ann"), ("Gamma", None)],
        ),
    ],
)  # fmt: skip
def test_a_test_after_an_outer_join(client, made, test, expected):
    query = replace(asked(outer=True), filter=Group("and", (MARKED, test)))
    assert rows(client, query) == expected


def test_inner_joins_within_an_outer_one_are_there_together(client, made):
    """Whose contact has no contact of its own is there without any."""
    below = Join("contact", "parentcustomerid", "contactid", "below", columns=LASTNAME)
    nested = asked(outer=True, joins=(below,))
    assert rows(client, nested, "name", "c.lastname", "below.lastname") == [
        ("Alpha", "Ann", "Dan"),
        ("Beta", None, None),
        ("Gamma", None, None),
    ]
    loose = asked(outer=True, joins=(replace(below, outer=True),))
    assert rows(client, loose, "name", "c.lastname", "below.lastname") == [
        ("Alpha", "Ann", "Dan"),
        ("Alpha", "Bob", None),
        ("Beta", "Cid", None),
        ("Gamma", None, None),
    ]


def test_one_table_joined_twice(client, made):
    joins = (
        replace(PEOPLE, filter=lastname("ann")),
        replace(PEOPLE, alias="d", outer=True, filter=lastname("bob")),
    )
    assert rows(client, replace(ACCOUNTS, joins=joins)) == [("Alpha", "Ann", "Bob")]


@pytest.mark.parametrize(
    ("column", "other", "expected"),
    [
        ("jobtitle", "name", [("Alpha", name) for name in ("Ann", "Bob", "Cid", "Dan")]),
        ("numberofchildren", "numberofemployees", [("Alpha", "Bob"), ("Beta", "Ann")]),
        ("ownerid", "ownerid", 12),
        ("statecode", "statecode", 12),
    ],
)
def test_columns_of_like_types_are_joined(client, made, column, other, expected):
    marked = Condition("employeeid", "eq", (MARK,))
    answer = rows(client, asked(column=column, other=other, filter=marked))
    assert (len(answer) if isinstance(expected, int) else answer) == expected


def test_a_lookup_of_several_tables_leads_to_the_one_it_names(client, made):
    assert rows(client, CONTACTS) == [("Ann", "Alpha"), ("Bob", "Alpha"), ("Cid", "Beta")]
    # Dan's parent is Ann; a company of the same key is not.
    twin = create(client, "account", accountid=made["Ann"], name="Twin")
    assert twin == made["Ann"]
    assert ("Dan", "Twin") not in rows(client, CONTACTS)
    assert ask(client, "Delete", Target=EntityReference("account", twin)) is None


@pytest.mark.covers("fetch: link-entity intersect")
def test_an_intersect_table_is_joined(client, estate):
    name = "Joined by pairs"
    role = new_role(estate, name, {"prvReadAccount": Depth.GLOBAL})
    user = estate.user(name, "System Customizer", name="Paired")
    mine = Condition("systemuserid", "eq", (str(user.user_id),))
    query = Query("systemuser", ("fullname",), mine, joins=(ROLES,))
    query = replace(query, orders=(Order("name", join="role"),))
    assert rows(client, query, "role.name") == [(name,), ("System Customizer",)]
    pairs = replace(ROLES, columns=(Selected("roleid"), Selected("systemuserid", "who")), joins=())
    answer = found(client, replace(query, orders=(), joins=(pairs,)))
    assert names(answer) == ["fullname", "pairs.roleid", "who"]
    assert (role, str(user.user_id)) in [row[1:] for row in answer.rows]


@pytest.mark.covers("fetch: attribute alias", "fetch: link-entity order")
def test_names_and_orders(client, made):
    renamed = asked(columns=(Selected("lastname", "who"), Selected("lastname")))
    renamed = replace(renamed, named=(Selected("name", "company"),))
    assert names(found(client, renamed)) == ["name", "company", "who", "c.lastname"]
    assert rows(client, renamed, "company", "who")[0] == ("Alpha", "Ann")
    down = replace(ACCOUNTS, orders=(Order("lastname", descending=True, join="c"),))
    assert rows(client, down) == BOTH[::-1]
    by_parent = (Order("parentcustomerid", descending=True, join="c"), Order("lastname", join="c"))
    assert rows(client, replace(ACCOUNTS, orders=by_parent)) == [BOTH[2], BOTH[0], BOTH[1]]


def test_joined_cells_are_shown_as_the_table_of_their_own(client, made, estate):
    euro = create(
        client, "transactioncurrency", currencyname="Euro of joins", isocurrencycode="JEU",
        currencysymbol="€", exchangerate=0.5, currencyprecision=2,
    )  # fmt: skip
    key = create(client, "account", name="Rich", accountnumber="rich", revenue=7,
                 transactioncurrencyid=EntityReference("transactioncurrency", euro))  # fmt: skip
    parent = EntityReference("account", key)
    create(client, "contact", lastname="Poor", parentcustomerid=parent, annualincome=3)
    cells = (Selected("revenue"), Selected("statecode", "state"), Selected("ownerid"))
    query = Query(
        "contact", ("annualincome",), lastname("poor"),
        joins=(replace(COMPANY, columns=cells),),
    )  # fmt: skip
    assert names(found(client, query)) == ["annualincome", "a.revenue", "state", "a.ownerid"]
    assert texts(client, query, "annualincome") == ["$3.00"]
    assert texts(client, query, "a.revenue") == ["€7.00"]
    assert texts(client, query, "state") == ["Active"]
    assert texts(client, query, "a.ownerid") == ["Service"]
    assert texts(client, replace(query, filter=lastname("nobody at all")), "state") == []


@pytest.mark.parametrize("outer", [False, True])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_pages_over_rows_that_repeat(client, made, outer, size):
    query = replace(asked(outer=outer), count=True)
    whole = found(client, query)
    assert whole.total == (4 if outer else 3)
    pages = list(walk(client, query, size))
    assert list(chain.from_iterable(pages)) == whole.rows
    assert all(len(page) == size for page in pages[:-1])
    # The last row says nothing here: what a page begins with follows from its number.
    second = replace(query, size=1, page=Page(2, ("Alpha",), made["Alpha"]))
    assert found(client, second).rows == whole.rows[1:2]
    assert found(client, second).bounds is None


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_pages_over_rows_that_do_not_repeat_go_on_behind_the_last(client, made, size):
    query = replace(CONTACTS, joins=(replace(COMPANY, outer=True),))
    whole = rows(client, query)
    assert whole == [("Ann", "Alpha"), ("Bob", "Alpha"), ("Cid", "Beta"), ("Dan", None)]
    assert list(chain.from_iterable(walk(client, query, size))) == whole
    first = found(client, replace(query, size=2))
    assert first.bounds is not None
    assert first.bounds.last == ("Bob", made["Bob"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (asked(table="nowhere"), "0x80041102"),
        (asked(column="nothing"), "0x80041103"),
        (asked(other="nothing"), "0x80041103"),
        (asked(columns=(Selected("nothing"),)), "0x80041103"),
        (asked(filter=Condition("nothing", "null")), "0x80041103"),
        (asked(column="lastname"), "0x80041121"),
        (asked(column="annualincome", other="numberofemployees"), "0x80041121"),
        (asked(filter=lastname("x", join="z")), "0x8004110a"),
        (replace(ACCOUNTS, filter=lastname("x", join="z")), "0x8004110a"),
        (replace(ACCOUNTS, filter=lastname("x", join="c"), joins=()), "0x8004110a"),
        (replace(ACCOUNTS, orders=(Order("lastname", join="z"),)), "0x80041126"),
        (replace(ACCOUNTS, joins=(PEOPLE, PEOPLE)), "0x80041130"),
        (asked(joins=(replace(COMPANY, alias="c"),)), "0x80041130"),
        (asked(columns=(Selected("lastname", "x"), Selected("jobtitle", "x"))), "0x80041130"),
        (
            replace(ACCOUNTS, joins=tuple(replace(PEOPLE, alias=f"c{n}") for n in range(16))),
            "0x8004430d",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_refused(client, query, code):
    assert refusal(client, "RetrieveMultiple", Query=query) == (400, code)


def test_fifteen_joins_are_not_too_many(client, made):
    own = Join("account", "accountid", "accountid", "")
    joins = tuple(replace(own, alias=f"a{number}") for number in range(15))
    assert len(rows(client, replace(ACCOUNTS, joins=joins))) == 3


def test_an_outer_join_is_not_filtered_by_a_later_one(client):
    joins = (
        replace(PEOPLE, outer=True, filter=lastname("x", join="d")),
        replace(PEOPLE, outer=True, alias="d"),
    )
    query = replace(ACCOUNTS, joins=joins)
    assert refusal(client, "RetrieveMultiple", Query=query) == (501, "0x80040219")


@pytest.fixture(scope="module")
def reader(estate, made):
    """A reader of every account and of its own contacts, of which one is shared: Bob."""
    user = holder(estate, READERS)
    mask = ACCESS_RIGHTS[Right.READ]
    who = EntityReference("systemuser", str(user.user_id))
    share(estate, EntityReference("contact", made["Bob"]), who, own=mask)
    return user


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (asked(), [("Alpha", "Bob")]),
        (asked(outer=True), [("Alpha", "Bob"), ("Beta", None), ("Gamma", None)]),
        (asked(filter=lastname("ann")), []),
        (
            asked(outer=True, filter=lastname("ann")),
            [("Alpha", None), ("Beta", None), ("Gamma", None)],
        ),
        (
            replace(asked(outer=True), orders=(Order("lastname", True, join="c"),)),
            [("Alpha", "Bob"), ("Beta", None), ("Gamma", None)],
        ),
        (
            replace(asked(outer=True), filter=Group(
                "and", (MARKED, Condition("contactid", "null", join="c")))),
            [("Beta", None), ("Gamma", None)],
        ),
        (replace(asked(columns=()), distinct=True), [("Alpha",)]),
    ],
)  # fmt: skip
def test_rows_are_as_if_they_were_not(reader, query, expected):
    answer = found(reader, replace(query, count=True))
    # Two accounts without any contact are alike to the order by one: the key decides.
    assert sorted(answer.rows, key=repr) == sorted(expected, key=repr)
    assert answer.total == len(expected)


def test_a_companion_is_hidden_by_what_hides_it(reader, made):
    below = Join("contact", "parentcustomerid", "contactid", "below", columns=LASTNAME)
    assert rows(reader, asked(joins=(below,))) == []
    outer = asked(outer=True, joins=(replace(below, outer=True),))
    assert all(row[2] is None for row in rows(reader, outer))


@pytest.mark.parametrize("outer", [False, True])
def test_a_table_that_may_not_be_read_is_not_joined(estate, outer):
    user = holder(estate, {"prvReadAccount": Depth.GLOBAL})
    query = asked(outer=outer, columns=())
    assert refusal(user, "RetrieveMultiple", Query=query) == MISSING


def test_pairs_are_there_for_who_reads_both_sides(client, estate):
    above = client.rows("businessunits", select="businessunitid")[0]["businessunitid"]
    bound = {"parentbusinessunitid@odata.bind": f"/businessunits({above})"}
    assert client.post("businessunits", {"name": "Joined unit"} | bound).status == 204
    other = estate.user("System Customizer", name="Somebody else")
    grants = {"prvReadUser": Depth.LOCAL, "prvReadRole": Depth.GLOBAL}
    user = holder(estate, grants, unit="Joined unit")
    joins = (
        Join("systemuserroles", "roleid", "roleid", "pairs",
             columns=(Selected("systemuserid"),)),
    )  # fmt: skip
    every = rows(client, Query("role", ("name",), joins=joins), "pairs.systemuserid")
    assert {(str(user.user_id),), (str(other.user_id),)} <= set(every)
    seen = rows(user, Query("role", ("name",), joins=joins), "pairs.systemuserid")
    assert set(seen) == {(str(user.user_id),)}
    unread = holder(estate, {"prvReadRole": Depth.GLOBAL})
    query = Query("role", ("name",), joins=joins)
    assert refusal(unread, "RetrieveMultiple", Query=query) == MISSING
