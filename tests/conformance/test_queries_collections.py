"""A record's collections: rows that point to it and rows paired with it, with every option."""

import uuid

import pytest

from support.granting import caller_with
from xrm.model.privileges import Depth

MISSING = (403, "0x80040220")
DENIED = (403, "0x80048306")
ABSENT = (404, "0x80040217")
PAGE = (("prefer", "odata.maxpagesize=2"),)
ROLES = "systemuserroles_association"


@pytest.fixture(scope="module")
def account(client):
    """An account with five contacts k0 to k4; another with one; a contact with one."""
    made = [client.post("accounts", {"name": name}).created for name in ("Five", "One")]
    holder = client.post("contacts", {"lastname": "Holder", "jobtitle": "holder"}).created
    parents = [*[f"account@odata.bind /accounts({made[0]})"] * 5]
    parents += [f"account@odata.bind /accounts({made[1]})"]
    parents += [f"contact@odata.bind /contacts({holder})"]
    for number, parent in enumerate(parents):
        name, where = parent.split(" ")
        record = {"lastname": "Child", "jobtitle": f"k{number}", "numberofchildren": number % 3}
        record[f"parentcustomerid_{name}"] = where
        assert client.post("contacts", record).status == 204
    return made[0]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"orderby": "jobtitle"}, ["k0", "k1", "k2", "k3", "k4"]),
        ({"orderby": "jobtitle desc"}, ["k4", "k3", "k2", "k1", "k0"]),
        ({"orderby": "numberofchildren desc,jobtitle"}, ["k2", "k1", "k4", "k0", "k3"]),
        ({"orderby": "jobtitle", "filter": "numberofchildren ne 1"}, ["k0", "k2", "k3"]),
        ({"orderby": "jobtitle", "top": 2}, ["k0", "k1"]),
        ({"filter": "parentcustomerid_account/name ne 'Five'"}, []),
        ({"filter": "jobtitle eq 'k5' or jobtitle eq 'k6'"}, []),
    ],
)
def test_rows_that_point_to_a_record(client, account, options, found):
    path = f"accounts({account})/contact_customer_accounts"
    answer = client.get(path, select="jobtitle", count="true", **options)
    assert [row["jobtitle"] for row in answer.rows] == found
    assert answer.document["@odata.context"].endswith("$metadata#contacts(jobtitle)")
    whole = {key: value for key, value in options.items() if key == "filter"}
    total = len(client.rows(path, **whole))
    assert answer.document["@odata.count"] == total
    counted = client.get(f"{path}/$count", **whole)
    assert counted.body.decode("utf-8-sig") == str(total)


def follow(client, answer, name):
    found = [row[name] for row in answer.rows]
    while answer.next_link:
        answer = client.follow(answer.next_link)
        found += [row[name] for row in answer.rows]
    return found


@pytest.mark.parametrize("order", ["jobtitle desc", "numberofchildren,jobtitle desc", "createdon"])
def test_the_pages_of_a_collection_lead_through_it(client, account, order):
    path = f"accounts({account})/contact_customer_accounts"
    whole = [row["jobtitle"] for row in client.rows(path, select="jobtitle", orderby=order)]
    first = client.get(path, headers=PAGE, select="jobtitle", orderby=order)
    assert f"/{path}?" in first.next_link
    assert follow(client, first, "jobtitle") == whole
    assert len(whole) == 5


def test_rows_paired_with_a_record(estate, client):
    user = estate.user("Salesperson", "Sales Manager", "Basic User", name="Paired")
    path = f"systemusers({user.user_id})/{ROLES}"
    names = client.column(path, "name", orderby="name")
    assert names == ["Basic User", "Sales Manager", "Salesperson"]
    assert client.column(path, "name", filter="startswith(name,'sales')", orderby="name desc") == [
        "Salesperson",
        "Sales Manager",
    ]
    first = client.get(path, headers=PAGE, select="name", orderby="name", count="true")
    assert first.document["@odata.count"] == 3
    assert follow(client, first, "name") == names
    (role,) = client.rows(path, filter="name eq 'Salesperson'")
    back = client.column(f"roles({role['roleid']})/{ROLES}", "systemuserid")
    assert str(user.user_id) in back
    assert str(client.user_id) not in back


def test_the_record_must_be_there_and_be_read(estate, client, account):
    nowhere = f"accounts({uuid.uuid4()})/contact_customer_accounts"
    assert client.get(nowhere).error == ABSENT
    assert client.get(f"{nowhere}/$count").error == ABSENT
    path = f"accounts({account})/contact_customer_accounts"
    grants = {"prvReadContact": Depth.GLOBAL}
    without = caller_with(estate, "No accounts", grants)
    assert without.get(path).error == MISSING
    own = caller_with(estate, "Own accounts", grants | {"prvReadAccount": Depth.BASIC})
    assert own.get(path).error == DENIED
    assert own.get(nowhere).error == ABSENT
    every = caller_with(estate, "All accounts", grants | {"prvReadAccount": Depth.GLOBAL})
    assert len(every.rows(path)) == 5


def test_a_collection_holds_what_the_caller_may_read(estate, client, account):
    grants = {"prvReadAccount": Depth.GLOBAL, "prvReadContact": Depth.BASIC}
    caller = caller_with(estate, "Own contacts", grants)
    path = f"accounts({account})/contact_customer_accounts"
    answer = caller.get(path, count="true")
    assert (answer.rows, answer.document["@odata.count"]) == ([], 0)
