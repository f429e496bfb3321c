"""What one may not read is told in no way: rows, counts, versions, errors, names, on both engines.

The spy holds every right on what it owns. A row it does not own is secret: its name and number
must stand in no answer, and no answer may depend on them.
"""

import uuid

import orjson
import pytest

from support.estate import JSON
from support.rights import (
    ABSENT,
    BEYOND,
    DUPLICATE,
    holder,
    made_by_platform,
    make_number_a_key,
    reference,
    share,
)
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference

SECRET, NUMBER = "Secret acquisition", "S-4711"
TABLES = ("Account", "Contact", "Lead")
BASIC = {f"prv{right.value}{table}": Depth.BASIC for right in Right for table in TABLES}
EVERY = (("prefer", 'odata.include-annotations="*"'),)
BACK = (("prefer", "return=representation"),)


@pytest.fixture(scope="module", autouse=True)
def number_is_a_key(estate):
    make_number_a_key(estate)


@pytest.fixture(scope="module")
def spy(estate):
    return holder(estate, BASIC | {"prvReadUser": Depth.GLOBAL})


@pytest.fixture(scope="module")
def secret(estate, client):
    values = {
        "name": SECRET,
        "accountnumber": NUMBER,
        "revenue": None,
        "ownerid": reference(client),
    }
    return made_by_platform(estate, "account", values)


@pytest.fixture(scope="module")
def pointer(estate, spy, secret):
    """A contact of the spy's that points to the secret account."""
    above = EntityReference("account", secret)
    values = {"lastname": "Pointer", "parentcustomerid": above, "ownerid": reference(spy)}
    return made_by_platform(estate, "contact", values)


@pytest.fixture(scope="module")
def own(spy):
    return spy.post("accounts", {"name": "Own", "accountnumber": "O-1"}).created


def silent(answer):
    """Check that nothing secret stands in an answer, and return it."""
    said = answer.body + repr(answer.response.headers).encode()
    assert SECRET.encode() not in said
    assert NUMBER.encode() not in said
    return answer


def version(client, where):
    answer = client.get(where, select="name")
    return answer.header("ETag")


def test_lists_and_filters(spy, secret, own):
    assert [row["accountid"] for row in silent(spy.get("accounts")).rows] == [own]
    for test in (
        f"name eq '{SECRET}'",
        f"accountid eq {secret}",
        "startswith(name,'Secret')",
        f"accountid eq {secret} or name eq '{SECRET}'",
        f"not (accountid eq {own})",
        f"accountid ne {own}",
        "name ne 'Own'",
    ):
        answer = spy.get("accounts", filter=test, select="accountid")
        assert answer.rows == [], test


def test_counts(spy, secret, own):
    assert spy.get("accounts", count="true").document["@odata.count"] == 1
    assert spy.get("accounts", count="true", top=1).document["@odata.count"] == 1
    found = spy.get("accounts", count="true", headers=EVERY).document
    assert found["@Microsoft.Dynamics.CRM.totalrecordcount"] == 1
    test = f"accountid eq {secret}"
    assert spy.get("accounts", count="true", filter=test).document["@odata.count"] == 0
    assert spy.get("accounts/$count").body.lstrip(b"\xef\xbb\xbf") == b"1"
    assert spy.get("accounts/$count", filter=test).body.lstrip(b"\xef\xbb\xbf") == b"0"


def test_versions_are_told_only_to_readers(spy, client, secret):
    right = version(client, f"accounts({secret})")
    for tag in (right, 'W/"1"', "*"):
        for name in ("if-none-match", "if-match"):
            answer = spy.get(f"accounts({secret})", headers=((name, tag),))
            assert silent(answer).error == BEYOND, (name, tag)
            assert answer.header("ETag") is None
    for tag in (right, 'W/"1"', "*"):
        headers = (("if-match", tag),)
        changed = spy.patch(f"accounts({secret})", {"name": "Mine"}, headers=headers)
        assert silent(changed).error == BEYOND, tag
        assert silent(spy.delete(f"accounts({secret})", headers=headers)).error == BEYOND, tag
    assert version(client, f"accounts({secret})") == right


def test_nothing_follows_the_record_s_path(spy, secret):
    for path in (
        "name",
        "name/$value",
        "primarycontactid",
        "primarycontactid/$ref",
        "contact_customer_accounts",
        "contact_customer_accounts/$ref",
        "contact_customer_accounts/$count",
        "accountleads_association",
    ):
        answer = silent(spy.get(f"accounts({secret})/{path}"))
        assert answer.error == BEYOND, path


def test_a_lookup_s_name_is_its_row_s(estate, client, spy, secret, pointer):
    select = "_parentcustomerid_value"
    for where in (f"contacts({pointer})", "contacts"):
        silent(spy.get(where, headers=EVERY))
        answer = silent(spy.get(where, headers=EVERY, select=select))
        row = answer.document["value"][0] if where == "contacts" else answer.document
        assert row[select] == secret
        assert f"{select}@OData.Community.Display.V1.FormattedValue" not in row
    seen = client.get(f"contacts({pointer})", headers=EVERY, select=select).document
    assert seen[f"{select}@OData.Community.Display.V1.FormattedValue"] == SECRET


def test_lookups_are_followed_only_to_what_is_read(spy, secret, pointer):
    answer = silent(spy.get(f"contacts({pointer})/parentcustomerid_account"))
    assert answer.error == BEYOND
    for test in (
        f"parentcustomerid_account/name eq '{SECRET}'",
        "startswith(parentcustomerid_account/name,'Secret')",
        f"parentcustomerid_account/accountid eq {secret}",
    ):
        assert silent(spy.get("contacts", filter=test, select="lastname")).rows == [], test
    # Nor may it be asked what a secret row is not.
    rest = f"parentcustomerid_account/name ne '{SECRET}'"
    other = "parentcustomerid_account/name ne 'Nothing of the kind'"
    answers = [spy.get("contacts", filter=test, select="lastname").rows for test in (rest, other)]
    assert answers[0] == answers[1]


def test_an_order_by_a_lookup_tells_no_names(estate, client, spy):
    keys_of = {}
    for name in ("Zulu", "Alpha", "Mike"):
        values = {"name": f"{name} {SECRET}", "ownerid": reference(client)}
        above = EntityReference("account", made_by_platform(estate, "account", values))
        values = {"lastname": "Ordered", "parentcustomerid": above, "ownerid": reference(spy)}
        keys_of[name] = made_by_platform(estate, "contact", values)
    test, orders = "lastname eq 'Ordered'", ("asc", "desc")

    def listed(who):
        orderings = (f"_parentcustomerid_value {order}" for order in orders)
        return [
            who.column("contacts", "contactid", filter=test, orderby=each) for each in orderings
        ]

    by_name = [keys_of[name] for name in ("Alpha", "Mike", "Zulu")]
    assert listed(client) == [by_name, by_name[::-1]]
    # To the spy all are alike, so nothing but their keys orders them.
    assert listed(spy)[0] == listed(spy)[1]


def test_a_page_of_another_is_not_continued(estate, client, spy, secret, own):
    prefer = (("prefer", "odata.maxpagesize=1"),)
    for number in range(3):
        values = {"name": f"A page {number}", "ownerid": reference(client)}
        made_by_platform(estate, "account", values)
    theirs = client.get("accounts", headers=prefer, select="accountid", orderby="name")
    link, found = theirs.next_link, []
    while link:
        answer = spy.follow(link, headers=prefer)
        found += [row["accountid"] for row in silent(answer).rows]
        link = answer.next_link
    assert set(found) <= {own}
    mine = silent(spy.get("accounts", headers=prefer, select="accountid", orderby="name desc"))
    assert [row["accountid"] for row in mine.rows] == [own]
    assert mine.next_link is None


def test_who_cannot_read_a_record_cannot_point_to_it(spy, client, secret, pointer, own):
    bound = {"parentcustomerid_account@odata.bind": f"accounts({secret})"}
    by_key = {"parentcustomerid_account@odata.bind": f"accounts(accountnumber='{NUMBER}')"}
    for change in (bound, by_key):
        answer = spy.post("contacts", {"lastname": "X"} | change)
        assert answer.error == BEYOND
        assert SECRET.encode() not in answer.body
    collection = f"accounts({secret})/contact_customer_accounts"
    target = {"@odata.id": f"/api/data/v9.2/contacts({pointer})"}
    assert silent(spy.post(f"{collection}/$ref", target)).error == BEYOND
    assert silent(spy.post(f"{collection}/$ref", target)).error == BEYOND
    lead = spy.post("leads", {"lastname": "Mine"}).created
    target = {"@odata.id": f"/api/data/v9.2/leads({lead})"}
    pairs = f"accounts({secret})/accountleads_association"
    assert silent(spy.post(f"{pairs}/$ref", target)).error == BEYOND
    assert silent(spy.delete(f"{pairs}({lead})/$ref")).error == BEYOND
    assert client.get(pairs).rows == []


def test_collections_hold_only_what_is_read(estate, client, spy, own):
    above = EntityReference("account", own)
    hidden = {"lastname": SECRET, "parentcustomerid": above, "ownerid": reference(client)}
    key = made_by_platform(estate, "contact", hidden)
    where = f"accounts({own})/contact_customer_accounts"
    assert silent(spy.get(where)).rows == []
    assert silent(spy.get(f"{where}/$ref")).rows == []
    assert spy.get(f"{where}/$count").body.lstrip(b"\xef\xbb\xbf") == b"0"
    assert client.column(where, "contactid") == [key]
    lead = made_by_platform(estate, "lead", {"lastname": SECRET, "ownerid": reference(client)})
    target = {"@odata.id": f"/api/data/v9.2/leads({lead})"}
    pairs = f"accounts({own})/accountleads_association"
    assert client.post(f"{pairs}/$ref", target).status == 204
    assert silent(spy.get(pairs)).rows == []
    assert silent(spy.get(f"{pairs}/$ref")).rows == []
    assert client.column(pairs, "leadid") == [lead]


def test_alternate_keys(spy, client, secret):
    where = f"accounts(accountnumber='{NUMBER}')"
    assert client.get(where).document["accountid"] == secret
    # As the service has it: that a record exists is told, and its id; what it holds is not.
    for answer in (spy.get(where), spy.patch(where, {"name": "X"}), spy.delete(where)):
        assert answer.error == BEYOND
        assert SECRET.encode() not in answer.body
    assert spy.get("accounts(accountnumber='S-0000')").error == (404, "0x80060891")


def test_an_upsert_tells_only_that_a_record_is_there(spy, client, secret):
    where, right = f"accounts({secret})", version(client, f"accounts({secret})")
    headers = (("if-none-match", "*"),)
    assert silent(spy.patch(where, {"name": "Mine"})).error == BEYOND
    assert silent(spy.patch(where, {"name": "Mine"}, headers=headers)).status in (403, 412)
    assert silent(spy.post("accounts", {"accountid": secret, "name": "X"})).error == DUPLICATE
    assert version(client, where) == right
    assert spy.get(f"accounts({uuid.uuid4()})").error == ABSENT


def test_what_is_written_is_not_thereby_read(estate, client):
    """Whoever may write, but not read, is not shown the record it wrote."""
    wide = {f"prv{right}Account": Depth.GLOBAL for right in ("Write", "Create", "Assign")}
    blind = holder(estate, BASIC | wide)
    reader = estate.user("Basic User", name="Reader")
    key = made_by_platform(estate, "account", {"name": SECRET, "ownerid": reference(client)})
    answer = blind.patch(f"accounts({key})", {"description": "Seen"}, headers=BACK)
    assert silent(answer).error == BEYOND
    record = {"name": "Given", "ownerid@odata.bind": f"systemusers({reader.user_id})"}
    body = orjson.dumps(record)
    answer = blind.send("POST", "accounts", headers=(JSON, *BACK), body=body)
    assert silent(answer).error == BEYOND


def test_a_share_to_write_does_not_show(estate, client, spy):
    key = made_by_platform(estate, "account", {"name": SECRET, "ownerid": reference(client)})
    target = EntityReference("account", key)
    share(estate, target, reference(spy), own=ACCESS_RIGHTS[Right.WRITE])
    answer = spy.patch(f"accounts({key})", {"description": "Seen"}, headers=BACK)
    assert silent(answer).error == BEYOND
    assert silent(spy.get(f"accounts({key})")).error == BEYOND


def test_errors_of_values_say_nothing_of_the_record(spy, secret):
    for change in ({"name": "x" * 5000}, {"nothing": 1}, {"revenue": "x"}, {"statuscode": 99}):
        silent(spy.patch(f"accounts({secret})", change))
    answer = spy.patch(f"accounts({secret})", {"accountnumber": "O-1"})
    assert answer.error == BEYOND


def test_people_without_a_user_learn_nothing(estate, secret):
    stranger = estate.register("Stranger")
    caller = type(estate.user(name="Nobody"))(estate, estate.token(stranger))
    for where in ("accounts", f"accounts({secret})", "nothing_there", f"accounts({uuid.uuid4()})"):
        assert silent(caller.get(where)).error == (403, "0x80072560")
