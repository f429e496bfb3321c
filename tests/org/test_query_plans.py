"""The indexes SQLite takes, for callers of every depth: its plan of each statement, not a time.

No statistics are kept, so the plan of an empty database is that of a full one.
"""

import pytest

from xrm import db
from xrm.model.privileges import Depth
from xrm.model.query import Condition, Hop, Join, Order, Page, Query
from xrm.org.metadata import catalogue
from xrm.org.query.bind import bind
from xrm.org.query.compile import compile_shape
from xrm.org.query.links import Links
from xrm.org.query.shape import Belonging
from xrm.org.security.access import parameters, scope
from xrm.org.security.caller import Caller
from xrm.org.security.reach import EVERY, Reach
from xrm.org.store.tables import schema

ONE, TWO, THREE = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2, 3))
REACHES = {
    "Basic": Reach(Depth.BASIC, owners=(ONE,)),
    "Basic, teams": Reach(Depth.BASIC, owners=(ONE, TWO, THREE)),
    "Local": Reach(Depth.LOCAL, owners=(ONE,), units=(TWO,)),
    "Deep, teams": Reach(Depth.DEEP, owners=(ONE, TWO), units=(TWO, THREE)),
    "Global": EVERY,
}
CONTACT = "parentcustomerid"
VIA = (Hop(CONTACT, "account"),)
COLUMNS = ("contactid", "jobtitle")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    opened = db.open(f"sqlite://{tmp_path_factory.mktemp('plans')}", "plans", durable=False)
    opened.create(schema(catalogue()).metadata)
    yield opened
    opened.close()


def explained(database, query, reach, *, shared=False, belonging=None):
    """Return the steps by which SQLite answers a query of a caller with this reach."""
    tables = catalogue()
    privileges = [each for table in tables.tables.values() for each in table.privileges.values()]
    caller = Caller(
        ONE, TWO, THREE,
        reaches={each.name: reach for each in privileges},
        shared=frozenset(tables.tables) if shared else frozenset(),
    )  # fmt: skip
    table = tables[query.table]
    bound = bind(
        query, table, "sqlite", scope(caller, table, reach),
        links=Links(database, tables, caller), belonging=belonging,
    )  # fmt: skip
    plan = compile_shape(database, tables, bound.shape)
    given = bound.parameters | parameters(database, caller, table, reach)
    given |= {"limit": 51, "parent": b"\0" * 16}
    rows = database.once(f"EXPLAIN QUERY PLAN {plan.sql}", given)
    return [row[3] for row in rows]


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("reach", REACHES)
def test_an_equality_takes_its_index(database, reach, shared):
    found = Condition("emailaddress1", "eq", ("a@contoso.example",))
    query = Query("contact", COLUMNS, found, orders=(Order("lastname"),))
    steps = explained(database, query, REACHES[reach], shared=shared)
    assert "SEARCH contact USING INDEX ix_contact_emailaddress1 (emailaddress1__fold=?)" in steps


@pytest.mark.parametrize("reach", ["Local", "Deep, teams", "Global"])
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("page", "step"),
    [
        (Page(), "SCAN contact USING INDEX ix_contact_lastname"),
        (
            Page(2, ("x",), THREE),
            "SEARCH contact USING INDEX ix_contact_lastname (lastname__fold>?)",
        ),
    ],
)
def test_an_order_takes_its_index(database, reach, shared, page, step):
    query = Query("contact", COLUMNS, orders=(Order("lastname"),), page=page)
    steps = explained(database, query, REACHES[reach], shared=shared)
    assert step in steps
    assert not any("TEMP B-TREE" in each for each in steps)


@pytest.mark.parametrize("orders", [(), (Order("lastname"),), (Order("jobtitle", True),)])
@pytest.mark.parametrize("reach", ["Basic", "Basic, teams"])
def test_what_a_user_owns_is_found_by_its_owner(database, reach, orders):
    query = Query("contact", COLUMNS, orders=orders)
    steps = explained(database, query, REACHES[reach])
    assert "SEARCH contact USING INDEX ix_contact_ownerid (ownerid=?)" in steps
    steps = explained(database, query, REACHES[reach], shared=True)
    assert "MULTI-INDEX OR" in steps
    assert "SEARCH contact USING INDEX ix_contact_ownerid (ownerid=?)" in steps
    assert not any(each.startswith("SCAN contact") for each in steps)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("reach", REACHES)
def test_an_equality_through_a_lookup_begins_at_its_end(database, reach, shared):
    query = Query("contact", COLUMNS, Condition("name", "eq", ("Contoso",), VIA), count=True)
    steps = explained(database, query, REACHES[reach], shared=shared)
    assert any("SEARCH j1 USING" in step and "ix_account_name" in step for step in steps)
    assert sum("ix_contact_parentcustomerid (parentcustomerid=?)" in step for step in steps) == 2


@pytest.mark.parametrize("reach", REACHES)
@pytest.mark.parametrize(
    ("table", "belonging", "step"),
    [
        ("contact", Belonging(CONTACT, "account"), "ix_contact_parentcustomerid"),
        (
            "role",
            Belonging("roleid", intersect="systemuserroles", other="systemuserid"),
            "sqlite_autoindex_systemuserroles_1 (systemuserid=?)",
        ),
    ],
)
def test_a_collection_is_found_by_its_record(database, reach, table, belonging, step):
    query = Query(table, orders=(Order("createdon"),))
    steps = explained(database, query, REACHES[reach], belonging=belonging)
    assert any(step in each for each in steps)


@pytest.mark.parametrize("outer", [False, True])
@pytest.mark.parametrize("reach", REACHES)
def test_a_join_is_followed_by_its_column(database, reach, outer):
    people = Join("contact", CONTACT, "accountid", "c", outer=outer)
    named = Condition("name", "eq", ("Contoso",))
    steps = explained(database, Query("account", ("name",), named, joins=(people,)), REACHES[reach])
    assert "SEARCH account USING INDEX ix_account_name (name__fold=?)" in steps
    assert any(
        "SEARCH j1 USING" in step and "ix_contact_parentcustomerid" in step for step in steps
    )
