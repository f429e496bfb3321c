"""Elements and attributes of FetchXML through the Web API: columns, links, filters, orders."""

from urllib.parse import quote

import pytest

from support.fetched_accounts import BY_NAME, OURS, accounts, ask, covers, link, names
from support.fetching import ALL, document, fetch, filtered, holds, selected
from support.marked import given


@pytest.fixture(scope="module", autouse=True)
def people(client):
    return accounts(client)


def plain(answer):
    """The rows without key and tag."""
    left_out = ("@odata.etag", "accountid")
    return [
        {name: value for name, value in row.items() if name not in left_out} for row in answer.rows
    ]


@covers("attribute", "entity", "fetch")
def test_nulls_are_absent_and_the_key_is_there(client):
    answer = ask(client, selected("name", "numberofemployees") + BY_NAME)
    assert set(answer.rows[0]) == {"@odata.etag", "name", "numberofemployees", "accountid"}
    assert set(answer.rows[4]) == {"@odata.etag", "name", "accountid"}
    context = answer.document["@odata.context"]
    assert context.endswith("$metadata#accounts(name,numberofemployees,accountid)")


@covers("all-attributes", "no-attrs")
def test_all_columns_or_none(client):
    every = ask(client, "<all-attributes/>" + BY_NAME)
    assert every.rows == ask(client, BY_NAME).rows
    assert {"name", "statecode", "_ownerid_value"} <= set(every.rows[0])
    assert every.document["@odata.context"].endswith("$metadata#accounts")
    (row,) = ask(client, "<no-attrs/>" + filtered(holds("name", "eq", "A"))).rows
    assert set(row) == {"@odata.etag", "accountid"}


@pytest.mark.covers("annotation: AttributeName of an alias")
@covers("attribute alias")
def test_an_alias_takes_the_place_of_the_name(client, people):
    inside = (
        "<attribute name='name' alias='Title'/>,"
        "<attribute name='numberofemployees' alias=''/>,"
        "<attribute name='primarycontactid' alias='who'/>" + filtered(holds("name", "eq", "A"))
    )
    answer = ask(client, inside, headers=ALL)
    (row,) = answer.rows
    assert row["Title"] == "A"
    assert row["Title@OData.Community.Display.V1.AttributeName"] == "name"
    assert row["numberofemployees"] == 1
    assert row["who"] == people["Ann"]
    assert row["who@OData.Community.Display.V1.FormattedValue"] == "Ann"
    assert row["who@Microsoft.Dynamics.CRM.lookuplogicalname"] == "contact"
    assert "name" not in row


@covers("link-entity inner", "link-entity alias default")
def test_an_inner_link_and_its_default_alias(client):
    answer = ask(client, selected("name") + BY_NAME + link(selected("lastname")))
    assert plain(answer) == [
        {"name": name, "contact1.lastname": last}
        for name, last in (("A", "Ann"), ("B", "Ann"), ("C", "Bob"))
    ]


@covers("link-entity outer", "link-entity alias")
def test_an_outer_link_keeps_rows_without_any(client):
    inside = link(selected("lastname"), link_type="outer", alias="who")
    answer = ask(client, selected("name") + BY_NAME + inside)
    assert [row.get("who.lastname") for row in answer.rows] == ["Ann", "Ann", "Bob", None, None]


@covers("link-entity filter")
def test_a_filter_in_a_link(client):
    town = filtered(holds("jobtitle", "eq", "Bonn"))
    inner = ask(client, selected("name") + BY_NAME + link(town))
    assert names(inner) == "C"
    outer = ask(client, selected("name") + BY_NAME
                + link(town + selected("lastname"), link_type="outer"))  # fmt: skip
    assert [row.get("contact1.lastname") for row in outer.rows] == [None, None, "Bob", None, None]


@covers("condition entityname", "filter type")
@pytest.mark.parametrize("name", ["who", "contact"])
def test_a_condition_names_a_link(client, name):
    alias = {"alias": "who"} if name == "who" else {}
    inside = filtered(
        holds("lastname", "null", entityname=name),
        holds("jobtitle", "eq", "Bonn", entityname=name),
        word="or",
    )
    answer = ask(client, selected("name") + BY_NAME + inside + link(link_type="outer", **alias))
    assert names(answer) == "CDE"


@covers("condition valueof")
def test_columns_are_compared(client):
    same = "<condition attribute='address1_city' operator='eq' valueof='who.jobtitle'/>"
    answer = ask(client, selected("name") + filtered(same) + link(alias="who"))
    assert names(answer) == "A"
    own = "<condition attribute='name' operator='ne' valueof='name'/>"
    assert names(ask(client, selected("name") + filtered(own))) == ""


@covers("filter")
def test_filters_nest(client):
    inside = filtered(
        holds("name", "eq", "E"),
        filtered(holds("numberofemployees", "eq", 2), holds("name", "gt", "B")),
        filtered(),
        word="or",
    )
    assert names(ask(client, selected("name") + BY_NAME + inside)) == "CE"


@covers("condition value")
def test_values_stand_in_elements(client):
    inside = filtered(holds("name", "in", "A", "c", "x"))
    assert names(ask(client, selected("name") + BY_NAME + inside)) == "AC"


@covers("link-entity nested")
def test_links_nest_and_are_numbered_through_the_query(client):
    owner = "<link-entity name='systemuser' to='owninguser'>{}</link-entity>".format(
        selected("fullname")
    )
    answer = ask(client, selected("name") + BY_NAME + link(owner) + owner)
    assert names(answer) == "ABC"
    assert set(plain(answer)[0]) - {"name"} == {
        "systemuser2.fullname",
        "systemuser3.fullname",
    }


@covers("link-entity one to many")
def test_rows_are_repeated_for_each_of_many(client):
    inside = selected("lastname") + (
        "<link-entity name='account' from='primarycontactid' to='contactid' alias='a'>"
        f"{selected('name')}{OURS}<order attribute='name'/></link-entity>"
    )
    rows = fetch(client, "contacts", document("contact", inside)).rows
    assert [(row["lastname"], row["a.name"]) for row in rows] == [
        ("Ann", "A"),
        ("Ann", "B"),
        ("Bob", "C"),
    ]


@covers("link-entity intersect")
def test_a_link_through_an_intersect_table(client):
    inside = selected("name") + (
        "<link-entity name='teammembership' from='teamid' to='teamid' intersect='true'>"
        "<link-entity name='systemuser' from='systemuserid' to='systemuserid' alias='u'>"
        f"{selected('systemuserid')}</link-entity></link-entity>"
    )
    rows = fetch(client, "teams", document("team", inside)).rows
    assert str(client.user_id) in {row["u.systemuserid"] for row in rows}


@covers("link-entity all-attributes", "link-entity attribute alias")
def test_columns_of_a_link(client):
    inside = link("<all-attributes/><attribute name='lastname' alias='last'/>", alias="c")
    row = ask(client, selected("name") + BY_NAME + inside).rows[0]
    assert (row["c.jobtitle"], row["c.lastname"], row["last"]) == ("Aachen", "Ann", "Ann")


@covers("link-entity formatted values")
def test_columns_of_a_link_are_formatted(client):
    inside = link(selected("annualincome", "ownerid", "statecode"), alias="c")
    row = ask(client, selected("name") + BY_NAME + inside, headers=ALL).rows[0]
    formatted = "@OData.Community.Display.V1.FormattedValue"
    assert row[f"c.annualincome{formatted}"] == "$7.50"
    assert row[f"c.statecode{formatted}"] == "Active"
    assert row[f"c.ownerid{formatted}"] == "Service"
    assert row["c.ownerid@Microsoft.Dynamics.CRM.lookuplogicalname"] == "systemuser"
    assert row["c.ownerid"] == str(client.user_id)


@covers("order", "order descending")
@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ("<order attribute='name' descending='true'/>", "EDCBA"),
        ("<order attribute='name' descending='1'/>", "EDCBA"),
        ("<order attribute='numberofemployees'/><order attribute='name' descending='true'/>",
         "EACBD"),
        ("<order attribute='numberofemployees' descending='true'/><order attribute='name'/>",
         "DBCAE"),
        ("<order attribute='primarycontactid'/><order attribute='name'/>", "DEABC"),
    ],
)  # fmt: skip
def test_orders(client, orders, expected):
    assert names(ask(client, selected("name") + orders)) == expected


@covers("order entityname", "link-entity order")
def test_a_link_orders_after_the_entity_unless_it_is_named_there(client):
    own = "<order attribute='numberofemployees' descending='true'/>"
    ordered = link("<order attribute='lastname' descending='true'/>", alias="who")
    assert names(ask(client, selected("name") + ordered + own)) == "CBA"
    named = "<order attribute='lastname' entityname='who'/><order attribute='name'/>"
    assert names(ask(client, selected("name") + named + link(alias="who"))) == "ABC"


@covers("fetch top")
def test_top(client):
    assert names(ask(client, selected("name") + BY_NAME, top=2)) == "AB"


@covers("fetch distinct")
def test_distinct_rows(client):
    answer = ask(client, selected("numberofemployees") + "<order attribute='numberofemployees'/>",
                 distinct="true")  # fmt: skip
    assert answer.rows == [{}, *({"numberofemployees": number} for number in (1, 2, 3))]


@covers("fetch version", "fetch mapping", "fetch no-lock", "fetch output-format",
        "fetch latematerialize", "fetch options", "fetch min-active-row-version",
        "fetch aggregatelimit", "filter isquickfindfields", "filter hint")  # fmt: skip
def test_what_is_merely_accepted(client):
    inside = selected("name") + BY_NAME + "<filter type='and' isquickfindfields='0' hint='union'/>"
    answer = ask(client, inside, version="1.0", mapping="logical", no_lock="true", distinct="false",
                 output_format="xml-platform", latematerialize="true", options="ForceOrder",
                 min_active_row_version="false", aggregatelimit="10")  # fmt: skip
    assert names(answer) == "ABCDE"


@covers("fetch useraworderby")
@covers("order of a choice by its labels")
def test_choices_sort_by_their_labels_or_their_numbers(client):
    # Male is 1, Female is 2.
    rows = [{"jobtitle": str(number), "gendercode": number} for number in (2, 1)]
    mark = given(client, [*rows, {"jobtitle": "none"}])
    inside = (
        selected("jobtitle")
        + "<order attribute='gendercode'/>"
        + filtered(holds("employeeid", "eq", mark))
    )
    raw = fetch(client, "contacts", document("contact", inside, useraworderby="true"))
    assert [row["jobtitle"] for row in raw.rows] == ["none", "1", "2"]
    labels = fetch(client, "contacts", document("contact", inside))
    assert [row["jobtitle"] for row in labels.rows] == ["none", "2", "1"]


@covers("money")
def test_money_brings_its_currency(client):
    text = document("contact", selected("annualincome") + filtered(holds("lastname", "eq", "Ann")))
    (row,) = fetch(client, "contacts", text).rows
    assert set(row) == {"@odata.etag", "annualincome", "_transactioncurrencyid_value", "contactid"}


@covers("collection of a record")
def test_a_collection_of_a_record(client, people):
    path = f"contacts({people['Ann']})/account_primary_contact"
    text = document("account", selected("name") + BY_NAME)
    assert names(fetch(client, path, text)) == "AB"
    text = document("account", selected("name") + filtered(holds("name", "eq", "B")))
    assert names(fetch(client, path, text)) == "B"
    other = fetch(client, path, document("contact", selected("lastname")))
    assert other.error == (400, "0x80041128")


@covers("rights")
def test_only_what_may_be_read_is_found_or_joined(estate, client):
    other = estate.user("Basic User", name="Fetching")
    assert ask(other, selected("name")).rows == []
    inside = link(selected("lastname"), link_type="outer", alias="who")
    assert ask(other, selected("name") + inside).rows == []


def test_the_document_may_be_in_a_declared_charset(client):
    text = document("account", selected("name") + BY_NAME + OURS)
    for head in (
        "<?xml version='1.0' encoding='utf-16'?>",
        "<?xml version='1.0'?>\n",
        "<!-- x -->",
    ):
        assert names(fetch(client, "accounts", head + text)) == "ABCDE"


def test_a_value_is_only_a_value(client):
    for value in ("' or 1=1 --", "</fetch>", "&amp;", "A'"):
        asked = filtered(holds("name", "eq", value))
        assert names(ask(client, selected("name") + asked)) == ""


@pytest.mark.covers("option: fetchXml", "fetch: any letter case of fetchXml")
def test_the_option_is_read_in_any_letter_case(client):
    text = quote(document("account", selected("name") + BY_NAME + OURS, top=1), safe="")
    assert names(client.send("GET", "accounts", f"fetchxml={text}")) == "A"
