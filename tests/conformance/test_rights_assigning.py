"""A record gets a new owner: who may give and take it, and what follows it, on both engines."""

import uuid

import pytest

from support.rights import (
    ABSENT,
    BEYOND,
    DISABLED,
    INVALID,
    MISSING,
    holder,
    made_by_platform,
    role_id,
)
from xrm.model.privileges import Depth, Right
from xrm.model.values import EntityReference

NOT_ASSIGNEE = (403, "0x80040299")
SHARED = "sharetopreviousowneronassign"


def to(user):
    return {"ownerid@odata.bind": f"systemusers({getattr(user, 'user_id', user)})"}


def owner(client, where):
    return client.get(where).document["_ownerid_value"]


@pytest.fixture(scope="module")
def reader(estate):
    return estate.user("Basic User", name="Reader")


def test_the_new_owner_must_hold_reading(estate, client):
    nobody = estate.user(name="Nobody")
    writer = holder(estate, {"prvWriteLead": Depth.GLOBAL, "prvReadAccount": Depth.GLOBAL})
    mine = client.post("leads", {"lastname": "Mine"}).created
    for other in (nobody, writer):
        assert client.post("leads", {"lastname": "X"} | to(other)).error == NOT_ASSIGNEE
        change = {"subject": "Half"} | to(other)
        assert client.patch(f"leads({mine})", change).error == NOT_ASSIGNEE
    found = client.get(f"leads({mine})").document
    assert (found["_ownerid_value"], found["subject"]) == (str(client.user_id), None)


def test_a_disabled_user_gets_nothing(estate, client):
    gone = estate.user("Basic User", name="Gone")
    assert client.patch(f"systemusers({gone.user_id})", {"isdisabled": True}).status == 204
    mine = client.post("leads", {"lastname": "Mine"}).created
    assert client.post("leads", {"lastname": "X"} | to(gone)).error == DISABLED
    assert client.patch(f"leads({mine})", to(gone)).error == DISABLED


@pytest.mark.parametrize("verb", ["post", "patch"])
def test_an_owner_must_exist(client, verb):
    mine = client.post("leads", {"lastname": "Mine"}).created
    where = "leads" if verb == "post" else f"leads({mine})"
    for kind in ("systemusers", "teams"):
        change = {"lastname": "X", "ownerid@odata.bind": f"{kind}({uuid.uuid4()})"}
        assert getattr(client, verb)(where, change).error == ABSENT


def test_no_record_is_without_an_owner(client):
    mine = client.post("leads", {"lastname": "Mine"}).created
    answer = client.patch(f"leads({mine})", {"ownerid@odata.bind": None})
    assert answer.error == INVALID
    assert answer.document["error"]["message"] == "Attribute: ownerid cannot be set to NULL"


def test_creating_for_another_takes_the_right_to_assign(estate, reader):
    grants = {f"prv{right}Lead": Depth.GLOBAL for right in ("Create", "Read")}
    maker = holder(estate, grants)
    assert maker.post("leads", {"lastname": "Own"}).status == 204
    assert maker.post("leads", {"lastname": "Own"} | to(maker)).status == 204
    assert maker.post("leads", {"lastname": "Other"} | to(reader)).error == MISSING


def test_an_assignment_is_stamped(estate, client, reader):
    mine = client.post("leads", {"lastname": "Mine"}).created
    other = estate.user("System Administrator", name="Other administrator")
    assert other.patch(f"leads({mine})", to(reader)).status == 204
    found = client.get(f"leads({mine})").document
    assert found["_modifiedby_value"] == str(other.user_id)
    assert found["_owninguser_value"] == str(reader.user_id)


def family(client):
    """Make an account with one below it, contacts of both, and what points without following."""
    top = client.post("accounts", {"name": "Top"}).created
    under = {"name": "Under", "parentaccountid@odata.bind": f"accounts({top})"}
    below = client.post("accounts", under).created
    contact = {"lastname": "C", "parentcustomerid_account@odata.bind": f"accounts({below})"}
    task = {"subject": "T", "regardingobjectid_account_task@odata.bind": f"accounts({top})"}
    lead = {"lastname": "L", "parentaccountid@odata.bind": f"accounts({top})"}
    follow = [
        f"accounts({top})",
        f"accounts({below})",
        f"contacts({client.post('contacts', contact).created})",
        f"tasks({client.post('tasks', task).created})",
    ]
    return follow, [f"leads({client.post('leads', lead).created})"]


def test_what_the_relationship_says_follows(client, reader):
    follow, stay = family(client)
    versions = {where: client.get(where).document["versionnumber"] for where in follow + stay}
    assert client.patch(follow[0], to(reader)).status == 204
    assert {owner(client, where) for where in follow} == {str(reader.user_id)}
    assert {owner(client, where) for where in stay} == {str(client.user_id)}
    for where in follow:
        assert client.get(where).document["versionnumber"] > versions[where]
    assert client.get(stay[0]).document["versionnumber"] == versions[stay[0]]


def test_records_that_follow_each_other_in_a_ring(client, reader):
    one = client.post("contacts", {"lastname": "One"}).created
    bound = "parentcustomerid_contact@odata.bind"
    two = client.post("contacts", {"lastname": "Two", bound: f"contacts({one})"}).created
    platform = {"parentcustomerid": EntityReference("contact", two)}
    key = made_by_platform(client.estate, "contact", {"lastname": "Three"} | platform)
    assert client.patch(f"contacts({one})", to(reader)).status == 204
    owners = {owner(client, f"contacts({each})") for each in (one, two, key)}
    assert owners == {str(reader.user_id)}


def test_nothing_follows_that_the_caller_could_not_assign(estate, client, reader):
    grants = {f"prv{right.value}Account": Depth.GLOBAL for right in Right}
    grants |= {f"prv{right.value}Activity": Depth.GLOBAL for right in Right}
    grants |= {f"prv{right.value}Contact": Depth.BASIC for right in Right}
    limited = holder(estate, grants)
    follow, _ = family(client)
    assert limited.patch(follow[0], to(reader)).error == BEYOND
    assert {owner(client, where) for where in follow} == {str(client.user_id)}


def test_the_new_owner_must_read_what_follows_too(estate, client):
    follow, _ = family(client)
    accounts = holder(estate, {"prvReadAccount": Depth.GLOBAL})
    assert client.patch(follow[0], to(accounts)).error == NOT_ASSIGNEE
    assert {owner(client, where) for where in follow} == {str(client.user_id)}


def test_the_former_owner_keeps_a_share_where_the_organization_says_so(estate, client, reader):
    former = estate.user("Basic User", name="Former")
    organization = client.get("WhoAmI").document["OrganizationId"]
    keys = []
    for kept in (False, True):
        settings = {SHARED: kept}
        assert client.patch(f"organizations({organization})", settings).status == 204
        keys.append(former.post("leads", {"lastname": "Former"}).created)
        assert former.patch(f"leads({keys[-1]})", to(reader)).status == 204
    lost, shared = (f"leads({key})" for key in keys)
    assert client.patch(f"organizations({organization})", {SHARED: False}).status == 204
    assert former.get(lost).error == BEYOND
    assert former.column("leads", "leadid") == [keys[1]]
    assert former.patch(shared, {"subject": "Still"}).status == 204
    assert former.delete(shared).status == 204


def test_a_team_may_be_taken_from_again(estate, client, reader):
    unit = client.get("WhoAmI").document["BusinessUnitId"]
    team = {
        "name": "Takers",
        "businessunitid@odata.bind": f"businessunits({unit})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    group = client.post("teams", team).created
    where = f"teams({group})/teamroles_association/$ref"
    role = role_id(estate, "Basic User")
    assert client.post(where, {"@odata.id": f"/api/data/v9.2/roles({role})"}).status == 204
    key = client.post("leads", {"lastname": "T", "ownerid@odata.bind": f"teams({group})"}).created
    assert reader.patch(f"leads({key})", to(reader)).error == BEYOND
    join = {"@odata.id": f"/api/data/v9.2/systemusers({reader.user_id})"}
    assert client.post(f"teams({group})/teammembership_association/$ref", join).status == 204
    assert reader.patch(f"leads({key})", to(reader)).status == 204
    assert owner(client, f"leads({key})") == str(reader.user_id)
