"""What leads to a record out of reach tells nothing of it: names, orders, cookies, keys, errors.

The spy holds every right on what it owns, and none on users, units and leads.
"""

import re
import uuid
from urllib.parse import unquote

import pytest

from support.rights import (
    ABSENT,
    BEYOND,
    MISSING,
    holder,
    made_by_platform,
    share,
)
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference
from xrm.org import keys

SECRET, NUMBER = "Secret acquisition", "S-4711"
TABLES = ("Account", "Contact")
BASIC = {f"prv{right.value}{table}": Depth.BASIC for right in Right for table in TABLES}
EVERY = (("prefer", 'odata.include-annotations="*"'),)
KEY_VIOLATED = (412, "0x80060892")
VERSION = (412, "0x80060882")


def user(client):
    return EntityReference("systemuser", str(client.user_id))


@pytest.fixture(scope="module", autouse=True)
def number_is_a_key(estate):
    for table, column in (("account", "accountnumber"), ("lead", "subject")):
        keys.define(estate.organization, table, f"{table}_key", (column,))


@pytest.fixture(scope="module")
def spy(estate):
    return holder(estate, BASIC)


@pytest.fixture(scope="module")
def secret(estate, client, spy):
    """A secret account, whose first contact is the spy's own."""
    values = {"lastname": "Behind", "ownerid": user(spy)}
    behind = EntityReference("contact", made_by_platform(estate, "contact", values))
    values = {"name": SECRET, "accountnumber": NUMBER, "ownerid": user(client)}
    return made_by_platform(estate, "account", values | {"primarycontactid": behind})


@pytest.fixture(scope="module")
def pointers(estate, client, spy, secret):
    """Contacts of the spy's; each points to another secret account, the first to the first."""
    found = []
    for name in (SECRET, f"Alpha {SECRET}", f"Zulu {SECRET}", f"Mike {SECRET}"):
        values = {"name": name, "ownerid": user(client)}
        above = secret if name == SECRET else made_by_platform(estate, "account", values)
        values = {"lastname": "Pointer", "ownerid": user(spy)}
        values["parentcustomerid"] = EntityReference("account", above)
        found.append(made_by_platform(estate, "contact", values))
    return found


def silent(answer):
    """Check that nothing secret stands in an answer, however it is encoded, and return it."""
    said = answer.body.decode() + repr(answer.response.headers)
    for _ in range(4):
        assert SECRET not in said
        assert NUMBER not in said
        said = unquote(said)
    return answer


def test_names_of_users_and_units_are_theirs_to_tell(client, spy, pointers):
    lookups = ("ownerid", "owninguser", "owningbusinessunit", "createdby", "modifiedby")
    where = f"contacts({pointers[0]})"
    mine = silent(spy.get(where, headers=EVERY)).document
    seen = client.get(where, headers=EVERY).document
    for name in lookups:
        text = f"_{name}_value@OData.Community.Display.V1.FormattedValue"
        assert mine[f"_{name}_value"] == seen[f"_{name}_value"]
        assert text not in mine, name
        assert seen[text], name


@pytest.mark.parametrize(
    "path", ["createdby/fullname", "owninguser/fullname", "owningbusinessunit/name",
             "parentcustomerid_account/createdby/fullname", "originatingleadid/subject"],
)  # fmt: skip
def test_paths_into_tables_without_a_right_are_refused(spy, pointers, path):
    for test in (
        f"{path} eq 'x'",
        f"{path} ne 'x'",
        f"not contains({path},'x')",
        f"{path} eq null",
    ):
        assert spy.get("contacts", filter=test).error == MISSING
        assert spy.get("contacts/$count", filter=test).error == MISSING
    assert spy.get("contacts", orderby=path).error == MISSING


def test_a_row_on_the_way_hides_what_lies_behind_it(client, spy, pointers):
    """The spy may read the last record of the path, not the one that leads there."""
    path = "parentcustomerid_account/primarycontactid"
    for who, count in ((client, 1), (spy, 0)):
        found = who.rows("contacts", filter=f"{path}/lastname eq 'Behind'", select="lastname")
        assert len(found) == count
        found = who.rows("contacts", filter=f"lastname eq 'Pointer' and {path}/contactid ne null")
        assert len(found) == count
    assert silent(spy.get(f"contacts({pointers[0]})/{path}")).error == BEYOND
    assert silent(spy.get(f"contacts({pointers[0]})/{path}/lastname")).error == BEYOND
    assert silent(spy.get(f"contacts({pointers[0]})/{path}/$ref")).error == BEYOND


ORDERS = (
    "_parentcustomerid_value",
    "_parentcustomerid_value desc",
    "parentcustomerid_account/name",
    "parentcustomerid_account/name desc",
    "parentcustomerid_account/accountnumber,lastname",
    "_ownerid_value",
)


@pytest.mark.parametrize("order", ORDERS)
def test_orders_and_cookies_hold_no_names(spy, pointers, order):
    """Pages come by the records' own keys alone, and their links hold nothing but these."""
    options = {"select": "lastname", "orderby": order, "filter": "lastname eq 'Pointer'"}
    one = (("prefer", "odata.maxpagesize=1"),)
    whole = [row["contactid"] for row in spy.rows("contacts", **options)]
    answer, found = silent(spy.get("contacts", headers=one, **options)), []
    first = answer.next_link
    while True:
        found += [row["contactid"] for row in answer.rows]
        if answer.next_link is None:
            break
        answer = silent(spy.follow(answer.next_link, headers=one))
    assert found == whole
    assert set(found) == set(pointers)
    # A link into which a name was put finds the same for every name.
    if "lastname" not in order:
        guessed = [
            re.sub(r"lastnull%25253D%2525221%252522%252520firstnull%25253D%2525221%252522",
                   f"last%25253D%252522{name}%252522%252520first%25253D%252522%252522", first)
            for name in ("A", "N", "zzz")
        ]  # fmt: skip
        answers = [spy.follow(link, headers=one).rows for link in guessed]
        assert guessed[0] != first
        assert answers[0] == answers[1] == answers[2]


LEAD = (
    "leads({0})",
    "leads({0})/subject",
    "leads({0})/subject/$value",
    "leads({0})/parentaccountid",
    "leads({0})/parentaccountid/$ref",
    "leads({0})/accountleads_association",
    "leads({0})/accountleads_association/$count",
    "leads(subject='{1}')",
    "leads(subject='{1}')/subject",
    "leads(subject='{1}')/accountleads_association/$ref",
)


def test_without_a_right_there_and_not_there_are_alike(estate, client, spy):
    """Whoever may do nothing to a table learns nothing of its rows, by keys either."""
    values = {"subject": NUMBER, "lastname": SECRET, "ownerid": user(client)}
    there = made_by_platform(estate, "lead", values)
    gone, body = str(uuid.uuid4()), {"lastname": "X"}
    own = spy.post("accounts", {"name": "Own"}).created

    def said(answer, key):
        assert answer.error == MISSING
        return answer.document["error"]["message"].replace(key, "")

    for path in LEAD:
        known, other = path.format(there, NUMBER), path.format(gone, "None")
        assert said(spy.get(known), there) == said(spy.get(other), gone), path
    for path in LEAD[0], LEAD[7]:
        known, other = path.format(there, NUMBER), path.format(gone, "None")
        for tag in ((), (("if-match", "*"),), (("if-none-match", "*"),), (("if-match", 'W/"1"'),)):
            answers = (spy.patch(path, body, headers=tag) for path in (known, other))
            assert len({said(answer, there) for answer in answers}) == 1, (path, tag)
            answers = (spy.delete(path, headers=tag) for path in (known, other))
            assert len({said(answer, there) for answer in answers}) == 1, (path, tag)
        for table, binding in (
            ("contacts", "originatingleadid"),
            ("accounts", "originatingleadid"),
        ):
            given = {"lastname": "X"} if table == "contacts" else {"name": "X"}
            answers = [
                spy.post(table, given | {f"{binding}@odata.bind": path}) for path in (known, other)
            ]
            assert len({said(answer, there) for answer in answers}) == 1, (path, table)
        pairs = f"accounts({own})/accountleads_association/$ref"
        answers = (spy.post(pairs, {"@odata.id": path}) for path in (known, other))
        assert len({said(answer, there) for answer in answers}) == 1, path
    assert client.get(f"leads({there})", select="lastname").document["lastname"] == SECRET


def test_a_key_that_is_taken_tells_only_that(spy, secret):
    """As the service has it: the database keeps a key unique among rows nobody may read too."""
    answer = silent_but_value(spy.post("accounts", {"name": "X", "accountnumber": NUMBER}))
    assert answer.error == KEY_VIOLATED
    assert secret.encode() not in answer.body
    own = spy.post("accounts", {"name": "Own"}).created
    answer = silent_but_value(spy.patch(f"accounts({own})", {"accountnumber": NUMBER}))
    assert answer.error == KEY_VIOLATED
    assert secret.encode() not in answer.body


def silent_but_value(answer):
    assert SECRET.encode() not in answer.body
    return answer


def test_whoever_may_only_write_learns_no_version(estate, client):
    """A version may be named by who may write; what it is instead is not told."""
    writer = holder(
        estate, BASIC | {"prvWriteAccount": Depth.GLOBAL, "prvDeleteAccount": Depth.GLOBAL}
    )
    key = made_by_platform(estate, "account", {"name": SECRET, "ownerid": user(client)})
    where = f"accounts({key})"
    for tag in ('W/"1"', 'W/"999999999"'):
        for answer in (
            writer.patch(where, {"description": "X"}, headers=(("if-match", tag),)),
            writer.delete(where, headers=(("if-match", tag),)),
        ):
            assert silent(answer).error == VERSION
            assert answer.header("ETag") is None
    assert silent(writer.patch(where, {"description": "X"})).header("ETag") is None
    assert writer.get(where).error == BEYOND
    assert writer.get("accounts", filter=f"accountid eq {key}").rows == []


def test_a_share_ends_with_its_record(estate, client, spy):
    """A record made anew under the same key is another one."""
    key = made_by_platform(estate, "account", {"name": SECRET, "ownerid": user(client)})
    target = EntityReference("account", key)
    share(estate, target, user(spy), own=ACCESS_RIGHTS[Right.READ])
    assert spy.get(f"accounts({key})", select="name").document["name"] == SECRET
    assert client.delete(f"accounts({key})").status == 204
    assert spy.get(f"accounts({key})").error == ABSENT
    assert client.post("accounts", {"accountid": key, "name": SECRET}).status == 204
    assert silent(spy.get(f"accounts({key})")).error == BEYOND
    assert silent(spy.get("accounts", filter=f"accountid eq {key}")).rows == []


def test_what_is_given_away_is_gone(estate, client):
    giver = holder(estate, BASIC | {"prvAssignAccount": Depth.GLOBAL, "prvReadUser": Depth.GLOBAL})
    key = giver.post("accounts", {"name": "Given"}).created
    assert giver.get(f"accounts({key})").status == 200
    change = {"name": SECRET, "ownerid@odata.bind": f"systemusers({client.user_id})"}
    assert giver.patch(f"accounts({key})", change).status == 204
    assert silent(giver.get(f"accounts({key})")).error == BEYOND
    assert silent(giver.get("accounts", filter=f"accountid eq {key}")).rows == []
    # The right to assign alone does not bring it back.
    back = {"ownerid@odata.bind": f"systemusers({giver.user_id})"}
    assert silent(giver.patch(f"accounts({key})", back)).error == BEYOND


def test_a_unit_that_moves_takes_its_rows_out_of_reach(estate, client):
    root = client.get("WhoAmI").document["BusinessUnitId"]

    def unit(name, above):
        bound = {"parentbusinessunitid@odata.bind": f"businessunits({above})"}
        return client.post("businessunits", {"name": name} | bound).created

    west = unit("West", root)
    below, east = unit("Below West", west), unit("East", root)
    deep = holder(estate, {"prvReadAccount": Depth.DEEP}, unit="West")
    owner = holder(estate, BASIC, unit="Below West")
    key = owner.post("accounts", {"name": SECRET}).created
    assert deep.get(f"accounts({key})").status == 200
    bound = {"parentbusinessunitid@odata.bind": f"businessunits({east})"}
    assert client.patch(f"businessunits({below})", bound).status == 204
    assert silent(deep.get(f"accounts({key})")).error == BEYOND
    assert silent(deep.get("accounts")).rows == []
