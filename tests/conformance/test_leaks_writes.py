"""Nobody changes what it may not: attacks by a caller who holds every right on what it owns.

Each is refused, and afterwards every record and every pair stands as it did, on both engines.
"""

import pytest

from support.datafiles import CONTOSO
from support.estate import ROOT
from support.people import MARGARET
from support.rights import (
    BEYOND,
    MISSING,
    held,
    holder,
    made_by_platform,
    make_number_a_key,
    new_role,
    reference,
    refusal,
    share,
)
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference
from xrm.org import administration, loading

SECRET = "Secret acquisition"
TABLES = ("Account", "Contact", "Lead", "Activity")
BASIC = {f"prv{right.value}{table}": Depth.BASIC for right in Right for table in TABLES}
WIDE = {"prvReadUser": Depth.GLOBAL, "prvAppendToUser": Depth.GLOBAL}
CRM = "Microsoft.Dynamics.CRM."
PARENT, REGARDING = "parentcustomerid_account", "regardingobjectid_account_task"
TAKEN, PAIRED = "contact_customer_accounts", "accountleads_association"


@pytest.fixture(scope="module", autouse=True)
def number_is_a_key(estate):
    make_number_a_key(estate)


@pytest.fixture(scope="module")
def spy(estate):
    return holder(estate, BASIC | WIDE | {"prvBulkDelete": Depth.GLOBAL})


@pytest.fixture(scope="module")
def rows(estate, client, spy):
    """The records of the attacks by a short name: `s…` are secret, `o…` are the spy's."""

    def made(table, owner, **values):
        return made_by_platform(estate, table, {**values, "ownerid": reference(owner)})

    found = {"sa": made("account", client, name=SECRET, accountnumber="S-1")}
    above = EntityReference("account", found["sa"])
    found["sc"] = made("contact", client, lastname=SECRET, parentcustomerid=above)
    found["sl"] = made("lead", client, lastname=SECRET)
    found["st"] = made("task", client, subject=SECRET, regardingobjectid=above)
    found["oa"] = made("account", spy, name="Own", accountnumber="O-1")
    found["oc"] = made("contact", spy, lastname="Own")
    found["ol"] = made("lead", spy, lastname="Own")
    found["me"] = str(spy.user_id)
    found["boss"] = str(client.user_id)
    found["nobody"] = str(holder(estate, {}).user_id)
    pair = {"@odata.id": f"{ROOT}leads({found['sl']})"}
    where = f"accounts({found['sa']})/accountleads_association/$ref"
    assert client.post(where, pair).status == 204
    return found


SETS = {"accounts": "accountid", "contacts": "contactid", "leads": "leadid", "tasks": "activityid"}


def state(client, rows):
    """Return every record's version by its key, and the pairs of the secret account."""
    versions = {
        row[key]: row["@odata.etag"]
        for name, key in SETS.items()
        for row in client.rows(name, select=key)
    }
    return versions, client.column(f"accounts({rows['sa']})/accountleads_association", "leadid")


def target(table, /, **values):
    return {"@odata.type": f"{CRM}{table}", **values}


def bulk(table, column, *values):
    condition = {
        "AttributeName": column,
        "Operator": "In",
        "Values": [{"Value": value, "Type": "System.Guid"} for value in values],
    }
    criteria = {"FilterOperator": "And", "Conditions": [condition]}
    columns = {"AllColumns": False, "Columns": []}
    query = {"EntityName": table, "ColumnSet": columns, "Criteria": criteria}
    return {"JobName": "Spy", "QuerySet": [query]}


REFUSED = {
    "change": ("PATCH", "accounts({sa})", {"description": "Mine"}),
    "change by its key": ("PATCH", "accounts(accountnumber='S-1')", {"description": "Mine"}),
    "take": ("PATCH", "accounts({sa})", {"ownerid@odata.bind": "systemusers({me})"}),
    "one column": ("PUT", "accounts({sa})/name", {"value": "Mine"}),
    "empty a column": ("DELETE", "accounts({sa})/name", None),
    "delete": ("DELETE", "accounts({sa})", None),
    "point from it": (
        "PUT", "accounts({sa})/primarycontactid/$ref", {"@odata.id": "contacts({oc})"},
    ),
    "point to it": (
        "PUT", "accounts({oa})/primarycontactid/$ref", {"@odata.id": "contacts({sc})"},
    ),
    "empty its lookup": ("DELETE", "contacts({sc})/parentcustomerid_account/$ref", None),
    "take it into an own collection": (
        "POST", "accounts({oa})/contact_customer_accounts/$ref", {"@odata.id": "contacts({sc})"},
    ),
    "put into its collection": (
        "POST", "accounts({sa})/contact_customer_accounts/$ref", {"@odata.id": "contacts({oc})"},
    ),
    "take out of its collection": (
        "DELETE", "accounts({sa})/contact_customer_accounts({sc})/$ref", None,
    ),
    "pair with it": (
        "POST", "accounts({oa})/accountleads_association/$ref", {"@odata.id": "leads({sl})"},
    ),
    "part its pair": ("DELETE", "accounts({sa})/accountleads_association({sl})/$ref", None),
    "part its pair from the other side": (
        "DELETE", "leads({sl})/accountleads_association({sa})/$ref", None,
    ),
    "create into its collection, by bind": (
        "POST", "contacts", {"lastname": "X", f"{PARENT}@odata.bind": "accounts({sa})"},
    ),
    "create a task about it": (
        "POST", "tasks", {"subject": "X", f"{REGARDING}@odata.bind": "accounts({sa})"},
    ),
    "create an account that takes it": (
        "POST", "accounts", {"name": "X", f"{TAKEN}@odata.bind": ["contacts({sc})"]},
    ),
    "create an account that pairs with it": (
        "POST", "accounts", {"name": "X", f"{PAIRED}@odata.bind": ["leads({sl})"]},
    ),
    "create deep below": (
        "POST",
        "accounts",
        {
            "name": "X",
            "contact_customer_accounts": [
                {"lastname": "Y", "Contact_Tasks": [{"subject": "Z"}]},
                {"lastname": "Y", f"{PARENT}@odata.bind": "accounts({sa})"},
                {"lastname": "Y", "originatingleadid@odata.bind": "leads({sl})"},
            ],
        },
    ),
    "create for another": (
        "POST", "accounts", {"name": "X", "ownerid@odata.bind": "systemusers({boss})"},
    ),
    "give to one who may not read": (
        "PATCH", "accounts({oa})", {"ownerid@odata.bind": "systemusers({nobody})"},
    ),
    "many, the last is beyond": (
        "POST",
        "accounts/" + CRM + "UpdateMultiple",
        {
            "Targets": [
                target("account", accountid="{oa}", name="Changed"),
                target("account", accountid="{sa}", name="Changed"),
            ]
        },
    ),
    "many new, the last points beyond": (
        "POST",
        "contacts/" + CRM + "CreateMultiple",
        {
            "Targets": [
                target("contact", lastname="A"),
                target(
                    "contact", lastname="B", **{f"{PARENT}@odata.bind": "accounts({sa})"}
                ),
            ]
        },
    ),
    "many of either, one is beyond": (
        "POST",
        "accounts/" + CRM + "UpsertMultiple",
        {
            "Targets": [
                target("account", name="New", **{"@odata.id": "accounts(accountnumber='N-1')"}),
                target("account", name="Mine", **{"@odata.id": "accounts(accountnumber='S-1')"}),
            ]
        },
    ),
}  # fmt: skip


def filled(item, rows):
    """Put the rows' keys into paths and payloads."""
    if isinstance(item, str):
        for name, key in rows.items():
            item = item.replace(f"{{{name}}}", key)
        return item
    if isinstance(item, dict):
        return {name: filled(each, rows) for name, each in item.items()}
    return [filled(each, rows) for each in item] if isinstance(item, list) else item


def sent(spy, method, path, body):
    if method == "DELETE":
        return spy.delete(path)
    return getattr(spy, method.lower())(path, body)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_beyond_reach_is_not_written(client, spy, rows, name):
    method, path, body = (filled(each, rows) for each in REFUSED[name])
    before = state(client, rows)
    answer = sent(spy, method, path, body)
    assert answer.error in (BEYOND, (403, "0x80040299")), answer.document
    assert SECRET.encode() not in answer.body
    assert state(client, rows) == before


def test_a_job_removes_only_what_is_found_and_may_go(estate, client, spy, rows):
    before = state(client, rows)
    for table, column, key in (
        ("account", "accountid", "sa"),
        ("contact", "contactid", "sc"),
        ("contact", "parentcustomerid", "sa"),
        ("task", "regardingobjectid", "sa"),
    ):
        assert spy.post("BulkDelete", bulk(table, column, rows[key])).status == 200
    assert state(client, rows) == before
    # One that is read, but may not be deleted, stays; the job goes on.
    reader = holder(
        estate, BASIC | WIDE | {"prvReadLead": Depth.GLOBAL, "prvBulkDelete": Depth.GLOBAL}
    )
    own = reader.post("leads", {"lastname": "Own"}).created
    assert reader.post("BulkDelete", bulk("lead", "leadid", rows["sl"], own)).status == 200
    assert state(client, rows) == before


def test_shares_reach_no_further_than_they_say(estate, client, spy):
    """Each right on a shared record is its own: none of them brings another."""
    for right, bit in ACCESS_RIGHTS.items():
        if right is Right.CREATE:
            continue
        values = {"name": SECRET, "ownerid": reference(client)}
        key = made_by_platform(estate, "account", values)
        share(estate, EntityReference("account", key), reference(spy), own=bit)
        where = f"accounts({key})"
        allowed = {
            Right.READ: spy.get(where, select="name").status == 200,
            Right.WRITE: spy.patch(where, {"description": "Mine"}).status == 204,
            Right.APPEND_TO: spy.post(
                "contacts", {"lastname": "X", f"{PARENT}@odata.bind": where}
            ).status
            == 204,
        }
        listed = [row["accountid"] for row in spy.rows("accounts", select="name")]
        assert (key in listed) is (right is Right.READ), right
        assert allowed == {each: each is right for each in allowed}, right
        if right is not Right.DELETE:
            assert spy.delete(where).error == BEYOND, right


PEOPLE = {
    "prvReadUser": Depth.GLOBAL,
    "prvWriteUser": Depth.GLOBAL,
    "prvAppendUser": Depth.GLOBAL,
    "prvReadTeam": Depth.GLOBAL,
    "prvWriteTeam": Depth.GLOBAL,
    "prvAppendTeam": Depth.GLOBAL,
    "prvReadBusinessUnit": Depth.GLOBAL,
    "prvWriteBusinessUnit": Depth.GLOBAL,
    "prvAppendBusinessUnit": Depth.GLOBAL,
    "prvAppendToBusinessUnit": Depth.LOCAL,
}


@pytest.fixture(scope="module")
def units(estate):
    loading.load(estate.organization, CONTOSO)
    return {
        name: administration.named(estate.organization, "businessunit", name)
        for name in ("Contoso Europe", "Contoso Germany")
    }


def test_nobody_moves_to_where_it_may_not_append(estate, client, units):
    """A unit decides what roles reach: whoever may change users and teams gains none by it."""
    keeper = holder(estate, PEOPLE, unit="Contoso Germany")
    above = units["Contoso Europe"]
    bound = {"businessunitid@odata.bind": f"businessunits({above})"}
    assert keeper.patch(f"systemusers({keeper.user_id})", bound).error == BEYOND
    team = client.post(
        "teams",
        {
            "name": "Movers",
            "administratorid@odata.bind": f"systemusers({client.user_id})",
            "businessunitid@odata.bind": f"businessunits({units['Contoso Germany']})",
        },
    ).created
    assert keeper.patch(f"teams({team})", bound).error == BEYOND
    bound = {"parentbusinessunitid@odata.bind": f"businessunits({above})"}
    assert keeper.patch(f"businessunits({units['Contoso Germany']})", bound).error == BEYOND
    shown = client.get(f"systemusers({keeper.user_id})", select="_businessunitid_value").document
    assert shown["_businessunitid_value"] == units["Contoso Germany"]


def test_nobody_becomes_another_user(estate, client, units):
    """A user is found by its ids in the directory, which no caller gives to another's user."""
    keeper = holder(estate, PEOPLE)
    stranger = estate.register("Stranger")
    for who in (MARGARET, str(client.user_id)):
        for change in (
            {"applicationid": str(stranger)},
            {"azureactivedirectoryobjectid": str(estate.directory.known[stranger].object_id)},
        ):
            keeper.patch(f"systemusers({who})", change)
    assert refusal(type(keeper)(estate, estate.token(stranger), None, stranger), "WhoAmI") == (
        403,
        "0x80072560",
    )
    found = client.get(f"systemusers({MARGARET})", select="applicationid").document
    assert found["applicationid"] is None


def test_who_shares_what_is_told_to_nobody(estate, client, spy, rows):
    share(
        estate,
        EntityReference("account", rows["sa"]),
        reference(spy),
        own=ACCESS_RIGHTS[Right.WRITE],
    )
    for who in (client, spy):
        for where in ("principalobjectaccessset", "principalobjectaccessset/$count"):
            assert who.get(where).error == MISSING
        mine = {"accessrightsmask": 1, "objecttypecode": "account"}
        assert who.post("principalobjectaccessset", mine).error == MISSING


def test_settings_are_one_s_own(estate):
    grants = {f"prv{right}UserSettings": Depth.BASIC for right in ("Read", "Write")}
    reader, other = holder(estate, grants), holder(estate, {})
    own, where = (f"usersettingscollection({who.user_id})" for who in (reader, other))
    assert reader.column("usersettingscollection", "systemuserid") == [str(reader.user_id)]
    assert reader.get(where).error == BEYOND
    assert reader.patch(where, {"localeid": 1031}).error == BEYOND
    assert reader.patch(own, {"localeid": 1031}).status == 204


def test_roles_give_no_more_than_their_keeper_holds(estate, client):
    """Someone who may write roles and give them away gains nothing it has not."""
    keeper = holder(
        estate,
        {
            "prvReadRole": Depth.GLOBAL,
            "prvWriteRole": Depth.GLOBAL,
            "prvAssignRole": Depth.GLOBAL,
            "prvReadUser": Depth.GLOBAL,
            "prvReadTeam": Depth.GLOBAL,
            "prvAppendTeam": Depth.GLOBAL,
            "prvAppendUser": Depth.GLOBAL,
        },
    )
    strong = new_role(estate, "Strong", {"prvReadAccount": Depth.GLOBAL})
    given = {"@odata.id": f"{ROOT}roles({strong})"}
    where = f"systemusers({keeper.user_id})/systemuserroles_association/$ref"
    assert keeper.post(where, given).error == MISSING
    team = next(row["teamid"] for row in client.rows("teams", select="name"))
    assert keeper.post(f"teams({team})/teamroles_association/$ref", given).error == MISSING
    privilege = administration.named(estate.organization, "privilege", "prvReadAccount")
    added = {"Privileges": [{"PrivilegeId": privilege, "Depth": "Global"}]}
    weak = new_role(estate, "Weak", {"prvReadUser": Depth.GLOBAL})
    for action in ("AddPrivilegesRole", "ReplacePrivilegesRole"):
        assert keeper.post(f"roles({weak})/{CRM}{action}", added).error == MISSING
    assert held(estate, weak) == {"prvReadUser": Depth.GLOBAL}
    assert keeper.get("accounts").error == MISSING
