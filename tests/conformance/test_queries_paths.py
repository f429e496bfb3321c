"""Filters and orders through lookups: what they find, and that they tell nothing unreadable."""

import pytest

from support.granting import caller_with
from xrm.model.privileges import Depth

URI = (400, "0x80060888")
MISSING = (403, "0x80040220")
MANY = (400, "0x8004430d")
READ = {"prvReadContact": Depth.GLOBAL}


@pytest.fixture(scope="module")
def family(client):
    """Three contacts a, b, c: of an account with a parent, of a contact, of nobody."""
    top = client.post("accounts", {"name": "Top", "revenue": 10}).created
    account = {"name": "Middle", "revenue": 20, "parentaccountid@odata.bind": f"/accounts({top})"}
    middle = client.post("accounts", account).created
    person = client.post("contacts", {"lastname": "Person", "numberofchildren": 7}).created
    parents = {
        "a": {"parentcustomerid_account@odata.bind": f"/accounts({middle})"},
        "b": {"parentcustomerid_contact@odata.bind": f"/contacts({person})"},
        "c": {},
    }
    for name, parent in parents.items():
        record = {"lastname": "Family", "employeeid": "paths", "jobtitle": name}
        assert client.post("contacts", record | parent).status == 204
    return {"top": top, "middle": middle, "person": person}


def find(client, text):
    return sorted(client.column("contacts", "jobtitle", filter=f"employeeid eq 'paths' and {text}"))


@pytest.mark.covers("filter: path through lookups")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("parentcustomerid_account/name eq 'middle'", "a"),
        ("parentcustomerid_account/name eq 'Top'", ""),
        ("'middle' eq parentcustomerid_account/name", "a"),
        ("parentcustomerid_account/name ne 'Middle'", "bc"),
        ("not (parentcustomerid_account/name eq 'Middle')", "bc"),
        ("parentcustomerid_account/name eq null", "bc"),
        ("parentcustomerid_account/name ne null", "a"),
        ("parentcustomerid_account/accountid eq null", "bc"),
        ("parentcustomerid_account/accountid eq {middle}", "a"),
        ("parentcustomerid_account/accountid eq '{middle}'", "a"),
        ("parentcustomerid_contact/contactid eq {person}", "b"),
        ("parentcustomerid_contact/contactid eq {middle}", ""),
        ("parentcustomerid_account/parentaccountid/name eq 'Top'", "a"),
        ("parentcustomerid_account/parentaccountid/accountid eq {top}", "a"),
        ("parentcustomerid_account/_parentaccountid_value eq {top}", "a"),
        ("parentcustomerid_account/parentaccountid/parentaccountid/name eq null", "abc"),
        ("parentcustomerid_contact/numberofchildren ge 7", "b"),
        ("parentcustomerid_contact/numberofchildren lt 7", ""),
        ("parentcustomerid_account/revenue eq 20", "a"),
        ("parentcustomerid_account/revenue gt 19.99999", "a"),
        ("startswith(parentcustomerid_account/name,'MID')", "a"),
        ("contains(parentcustomerid_account/parentaccountid/name,'_o_')", "a"),
        ("not endswith(parentcustomerid_account/name,'dle')", "bc"),
        ("(parentcustomerid_account/name eq 'Middle' or parentcustomerid_contact/lastname eq "
         "'Person')", "ab"),
        ("(parentcustomerid_account/name eq 'Middle' and parentcustomerid_account/revenue lt 20)",
         ""),
        ("createdby/fullname eq modifiedby/fullname", URI),
        ("parentcustomerid_account/name eq jobtitle", URI),
        ("parentcustomerid_account/name eq parentcustomerid_account/name", "a"),
        ("owningbusinessunit/parentbusinessunitid/name eq null", "abc"),
        ("ownerid/ownerid ne null", "abc"),
        ("owninguser/systemuserid ne null", "abc"),
    ],
)  # fmt: skip
def test_what_a_filter_through_lookups_finds(client, family, text, found):
    text = text.format(**family)
    if isinstance(found, str):
        assert find(client, text) == list(found)
    else:
        answer = client.get("contacts", filter=text)
        assert answer.error == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parentcustomerid/name eq 'x'", "property named 'parentcustomerid' on type 'Microsoft"),
        ("ParentCustomerId_account/name eq 'x'", "named 'ParentCustomerId_account' on type"),
        ("parentcustomerid_Account/name eq 'x'", "named 'parentcustomerid_Account' on type"),
        ("parentcustomerid_account/Name eq 'x'", "'Name' on type 'Microsoft.Dynamics.CRM.account'"),
        ("parentcustomerid_account/fullname eq 'x'", "'Microsoft.Dynamics.CRM.account'"),
        ("parentcustomerid_account/parentaccountid eq null", "named 'parentaccountid' on type"),
        ("jobtitle/name eq 'x'", "named 'jobtitle' on type 'Microsoft.Dynamics.CRM.contact'"),
        ("_ownerid_value/fullname eq 'x'", "named '_ownerid_value' on type"),
        ("ownerid/fullname eq 'x'", "named 'fullname' on type 'Microsoft.Dynamics.CRM.principal'"),
        ("ownerid/name eq 'x'", "named 'name' on type 'Microsoft.Dynamics.CRM.principal'"),
        ("contact_customer_accounts/lastname eq 'x'", "named 'contact_customer_accounts' on type"),
        ("parentcustomerid_account/revenue eq 'x'", "'Edm.Decimal' and 'Edm.String'"),
        ("parentcustomerid_account//name eq 'x'", "Syntax error at position"),
        ("parentcustomerid_account/ eq 'x'", "Syntax error at position"),
    ],
)
def test_names_on_the_way_are_those_of_the_metadata(client, text, said):
    answer = client.get("contacts", filter=text)
    assert answer.error == URI
    assert said in answer.document["error"]["message"]


@pytest.mark.covers("filter: 15 links")
def test_fifteen_links_and_no_more(client):
    deep = "/".join(["parentaccountid"] * 15)
    assert client.get("accounts", filter=f"{deep}/name eq 'x'").status == 200
    assert client.get("accounts", filter=f"parentaccountid/{deep}/name eq 'x'").error == MANY
    again = " or ".join([f"{deep}/name eq 'x'"] * 20)
    assert client.get("accounts", filter=again).status == 200
    more = f"{deep}/name eq 'x' and primarycontactid/lastname eq 'x'"
    assert client.get("accounts", filter=more).error == MANY


def test_a_caller_who_may_read_nothing_of_the_linked_table_is_refused(estate, client, family):
    caller = caller_with(estate, "Contacts alone", READ)
    assert caller.get("contacts", filter="jobtitle eq 'a'").status == 200
    answer = caller.get("contacts", filter="parentcustomerid_account/name eq 'x'")
    assert answer.error == MISSING
    assert "is missing prvReadAccount privilege" in answer.document["error"]["message"]
    deeper = "parentcustomerid_contact/parentcustomerid_account/name eq null"
    assert caller.get("contacts", filter=deeper).error == MISSING
    assert caller.get("contacts", orderby="parentcustomerid_account/name").error == MISSING


@pytest.mark.parametrize("depth", [Depth.BASIC, Depth.LOCAL])
def test_what_may_not_be_read_is_as_if_it_were_not_there(estate, client, family, depth):
    """The accounts are the administrator's, in the root; the caller is in another unit."""
    root = client.rows("businessunits", filter="parentbusinessunitid/name eq null")[0]
    above = f"/businessunits({root['businessunitid']})"
    unit = {"name": f"Apart {depth.name}", "parentbusinessunitid@odata.bind": above}
    assert client.post("businessunits", unit).status == 204
    grants = READ | {"prvReadAccount": depth}
    caller = caller_with(estate, f"Apart {depth.name}", grants, unit=f"Apart {depth.name}")
    own = caller_own(client, caller)
    for text, found in [
        ("parentcustomerid_account/name eq 'Middle'", ""),
        ("parentcustomerid_account/name eq null", "abc"),
        ("parentcustomerid_account/accountid eq {middle}", ""),
        ("parentcustomerid_account/parentaccountid/name ne null", ""),
        ("startswith(parentcustomerid_account/name,'')", "d"),
        ("startswith(parentcustomerid_account/name,'Mid')", ""),
        ("parentcustomerid_account/name eq 'Own'", "d"),
        ("parentcustomerid_account/parentaccountid/name eq 'Top'", ""),
        ("parentcustomerid_account/_parentaccountid_value eq {top}", "d"),
    ]:
        marked = f"(employeeid eq 'paths' or contactid eq {own})"
        spelled = f"{marked} and {text.format(**family)}"
        assert sorted(caller.column("contacts", "jobtitle", filter=spelled)) == list(found), text
    assert client.delete(f"contacts({own})").status == 204


def caller_own(client, caller):
    """Make an account of the caller's, below Top, and a contact d of it; return the latter."""
    top = client.rows("accounts", filter="name eq 'Top'", select="accountid")[0]["accountid"]
    owner = f"/systemusers({caller.user_id})"
    account = {
        "name": "Own",
        "ownerid@odata.bind": owner,
        "parentaccountid@odata.bind": f"/accounts({top})",
    }
    made = client.post("accounts", account).created
    contact = {
        "lastname": "Family",
        "jobtitle": "d",
        "parentcustomerid_account@odata.bind": f"/accounts({made})",
    }
    return client.post("contacts", contact).created


@pytest.fixture(scope="module")
def ordered(client):
    """Contacts 0 to 4 of accounts and contacts of these names: B, None, c, A, a."""
    names = ["B", None, "c", "A", "a"]
    for number, name in enumerate(names):
        record = {"lastname": "Sorted", "employeeid": "sorted", "jobtitle": str(number)}
        if name is not None and number % 2 == 0:
            key = client.post("accounts", {"name": name, "numberofemployees": number}).created
            record["parentcustomerid_account@odata.bind"] = f"/accounts({key})"
        elif name is not None:
            key = client.post("contacts", {"firstname": "", "lastname": name}).created
            record["parentcustomerid_contact@odata.bind"] = f"/contacts({key})"
        assert client.post("contacts", record).status == 204
    return "employeeid eq 'sorted'"


ORDERS = [
    ("_parentcustomerid_value,jobtitle", "13402"),
    ("_parentcustomerid_value desc,jobtitle desc", "20431"),
    ("parentcustomerid_account/name,jobtitle", "13402"),
    ("parentcustomerid_account/name desc,jobtitle", "20413"),
    ("parentcustomerid_account/numberofemployees desc,jobtitle desc", "42031"),
    ("_ownerid_value,jobtitle", "01234"),
    ("_modifiedby_value desc,createdby/fullname,jobtitle desc", "43210"),
    ("_parentcustomerid_value,parentcustomerid_account/accountid desc,jobtitle", "1"),
]


@pytest.mark.covers("option: $orderby through a lookup")
@pytest.mark.parametrize(("order", "found"), ORDERS)
def test_a_lookup_is_sorted_by_the_name_it_shows(client, ordered, order, found):
    rows = client.column("contacts", "jobtitle", filter=ordered, orderby=order)
    assert "".join(rows).startswith(found)
    assert sorted(rows) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(("order", "_found"), ORDERS)
@pytest.mark.parametrize("size", [1, 2, 4])
def test_pages_follow_an_order_through_lookups(client, ordered, order, _found, size):
    options = {"filter": ordered, "orderby": order, "select": "jobtitle"}
    whole = [row["jobtitle"] for row in client.rows("contacts", **options)]
    prefer = (("prefer", f"odata.maxpagesize={size}"),)
    answer = client.get("contacts", headers=prefer, **options)
    found = [row["jobtitle"] for row in answer.rows]
    while answer.next_link:
        answer = client.follow(answer.next_link)
        found += [row["jobtitle"] for row in answer.rows]
    assert found == whole


def test_an_order_tells_nothing_of_names_that_may_not_be_read(estate, client, ordered):
    """Who may read contacts alone sees those of accounts in the order of their keys."""
    caller = caller_with(estate, "Sorting", {"prvReadContact": Depth.GLOBAL})
    options = {"filter": f"{ordered} and _parentcustomerid_value ne null", "select": "jobtitle"}
    rows = caller.rows("contacts", **options, orderby="_parentcustomerid_value")
    keys = [row["contactid"] for row in caller.rows("contacts", **options)]
    accounts = [row["contactid"] for row in rows if row["jobtitle"] != "3"]
    assert accounts == [key for key in keys if key in accounts]
    assert rows[-1]["jobtitle"] == "3"
    prefer = (("prefer", "odata.maxpagesize=1"),)
    answer = caller.get(
        "contacts", headers=prefer, **options, orderby="_ownerid_value,_parentcustomerid_value"
    )
    found = [row["contactid"] for row in answer.rows]
    while answer.next_link:
        answer = caller.follow(answer.next_link)
        found += [row["contactid"] for row in answer.rows]
    assert found == [row["contactid"] for row in rows]
