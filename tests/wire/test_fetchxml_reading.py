"""FetchXML into the query model: what an element becomes, and how much of it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawn_fetch import DOCUMENTS, TREES
from support.fetching import document, filtered, holds
from support.fuzz import PROFILE
from xrm.model.errors.service import ServiceError
from xrm.model.query import ColumnComparison, Condition, Group, Join, Order, Page, Query, Selected
from xrm.org.metadata import catalogue
from xrm.wire.fetchxml import read_fetch

CATALOGUE = catalogue()


def read(text):
    return read_fetch(text, CATALOGUE)


def refused(text):
    with pytest.raises(ServiceError) as caught:
        read(text)
    return caught.value.fault.hex


def test_a_whole_document():
    text = """<fetch top='5' distinct='false' mapping='logical'>
      <entity name='account'>
        <attribute name='name'/>, <attribute name='revenue' alias='Money'/>
        <order attribute='name' descending='true'/>
        <filter type='or'>
          <condition attribute='name' operator='like' value='%a%' uiname='x' uitype='y'/>
          <filter>
            <condition attribute='numberofemployees' operator='neq' value=' 5 '/>
            <condition attribute='lastname' entityname='who' operator='not-null'/>
          </filter>
        </filter>
        <link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer'
            alias='who' visible='false'>
          <attribute name='fullname'/>
          <attribute name='jobtitle' alias='job'/>
          <filter><condition attribute='statecode' operator='eq' value='0'/></filter>
          <order attribute='lastname'/>
          <link-entity name='systemuser' to='owninguser'/>
        </link-entity>
        <order attribute='revenue'/>
      </entity>
    </fetch>"""
    assert read(text) == Query(
        table="account",
        columns=("name", "accountid"),
        filter=Group(
            "or",
            (
                Condition("name", "like", ("%a%",)),
                Group(
                    "and",
                    (
                        Condition("numberofemployees", "ne", (5,)),
                        Condition("lastname", "not-null", join="who"),
                    ),
                ),
            ),
        ),
        orders=(
            Order("name", descending=True),
            Order("revenue"),
            Order("lastname", join="who"),
        ),
        top=5,
        named=(Selected("revenue", "Money"),),
        joins=(
            Join(
                table="contact",
                column="contactid",
                other="primarycontactid",
                alias="who",
                outer=True,
                columns=(Selected("fullname"), Selected("jobtitle", "job")),
                filter=Condition("statecode", "eq", (0,)),
                joins=(Join("systemuser", "systemuserid", "owninguser", "systemuser2"),),
            ),
        ),
    )


def test_a_comparison_of_columns():
    inside = "<condition attribute='name' operator='ge' valueof='who.lastname'/>"
    link = "<link-entity name='contact' to='primarycontactid' alias='who'/>"
    query = read(document("account", filtered(inside) + link))
    assert query.filter == ColumnComparison("name", "ge", "lastname", other_join="who")


def test_the_one_lookup_between_two_tables_joins_them():
    (join,) = read(document("account", "<link-entity name='businessunit'/>")).joins
    assert (join.column, join.other) == ("businessunitid", "owningbusinessunit")
    (join,) = read(document("businessunit", "<link-entity name='account'/>")).joins
    assert (join.column, join.other) == ("owningbusinessunit", "businessunitid")


def test_a_default_alias_leaves_room_for_one_that_is_given():
    links = (
        "<link-entity name='contact' to='primarycontactid'/>"
        "<link-entity name='contact' to='primarycontactid' alias='contact1'/>"
    )
    joins = read(document("account", links)).joins
    assert [join.alias for join in joins] == ["contact2", "contact1"]


@pytest.mark.parametrize(
    ("attributes", "size", "page"),
    [
        ({}, 5000, Page()),
        ({"count": 0}, 5000, Page()),
        ({"count": 10}, 10, Page()),
        ({"count": 9999}, 5000, Page()),
        ({"count": 10, "page": 3}, 10, Page(3)),
        ({"count": 10, "page": 3, "paging_cookie": ""}, 10, Page(3)),
        ({"count": 10, "paging_cookie": "<cookie page='4'/>"}, 10, Page(5)),
    ],
)
def test_pages(attributes, size, page):
    query = read(document("account", **attributes))
    assert (query.size, query.page) == (size, page)


@pytest.mark.parametrize(("value", "expected"), [("1", "account"), ("2", "contact"), ("x", "x")])
def test_a_table_goes_by_its_code_or_its_name(value, expected):
    inside = filtered(holds("objecttypecode", "eq", value))
    query = read(document("principalobjectaccess", inside))
    assert query.filter == Condition("objecttypecode", "eq", (expected,))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0x8004430c", document("account", filtered(*([holds("name", "null")] * 501)))),
        ("0x8004430c", document("account", filtered(*([holds("name", "null")] * 20_000)))),
        ("0x8004430e", document("account", filtered(holds("revenue", "in", *range(2001))))),
        ("0x8004430d", document("account", "<link-entity name='contact'/>" * 10_000)),
        ("0x80040201", document("account", "<filter>" * 200 + "</filter>" * 200)),
        ("0x80040201", document("account", "<filter>" * 100_000)),
        ("0x80040201", document("account", "<filter/>" * 200_000)),
        ("0x80040201", "<fetch " + " ".join(f"a{n}='1'" for n in range(5000)) + "/>"),
        ("0x80040201", document("account", filtered(holds("name", "eq", "x" * 5_000_000)))),
        ("0x80040201", "<fetch>" + "x" * 5_000_000 + "</fetch>"),
        ("0x80040201", document("account" * 100_000)),
        (
            "0x80040201",
            "<!DOCTYPE fetch [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><fetch>&b;</fetch>",
        ),
        (
            "0x80040201",
            "<!DOCTYPE fetch [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
            "<fetch><entity name='&a;'/></fetch>",
        ),
        (
            "0x80040201",
            "<!DOCTYPE fetch SYSTEM 'http://127.0.0.1:1/x.dtd'><fetch><entity name='a'/></fetch>",
        ),
        ("0x80040201", "\ud800<fetch/>"),
        ("0x80040201", "<fetch>\x00</fetch>"),
        ("0x8004112a", document("account", paging_cookie="<" * 60_000)),
        ("0x8004112a", document("account", paging_cookie="%25" * 20_000)),
    ],
    ids=range(18),
)
@pytest.mark.covers("fetch: attacks")
def test_what_is_too_much_is_refused(code, text):
    assert refused(text) == code


def test_as_many_conditions_and_values_as_are_taken():
    inside = filtered(*([holds("name", "null")] * 499), holds("revenue", "in", *range(2000)))
    query = read(document("account", inside))
    assert len(query.filter.items) == 500
    assert len(query.filter.items[-1].values) == 2000


def test_filters_nest_as_deeply_as_documents_do():
    deep = "<filter>" * 90 + holds("name", "eq", "x") + "</filter>" * 90
    assert read(document("account", deep)).filter == Condition("name", "eq", ("x",))


@PROFILE
@given(text=st.one_of(DOCUMENTS, TREES, st.text(max_size=100)))
def test_any_document_is_read_or_refused(text):
    try:
        assert isinstance(read(text), Query)
    except ServiceError as error:
        assert error.message  # noqa: PT017 -- whichever refusal it is, it has a sentence
