"""Assign, SetState, AddMembersTeam and RemoveMembersTeam, which take rights of their own."""

import uuid

import pytest

from support.records import create, read
from support.rights import (
    ABSENT,
    BEYOND,
    DUPLICATE,
    INVALID,
    MISSING,
    ask,
    holder,
    made_by_platform,
    reference,
    refusal,
)
from support.sharing import CRM, user_named
from xrm.model.privileges import Depth
from xrm.model.values import EntityReference

NOT_SUPPORTED = (501, "0x80040800")


def account(estate, owner):
    key = made_by_platform(estate, "account", {"name": "A", "ownerid": reference(owner)})
    return EntityReference("account", key)


@pytest.mark.covers("message: Assign")
def test_assign_takes_assign_and_no_write(estate, client):
    giver = holder(estate, {"prvAssignAccount": Depth.BASIC, "prvReadAccount": Depth.BASIC})
    reader = holder(estate, {"prvReadAccount": Depth.BASIC})
    mine, yours = account(estate, giver), account(estate, client)
    to = reference(reader)
    assert refusal(giver, "Assign", Target=yours, Assignee=to) == BEYOND
    assert refusal(reader, "Assign", Target=mine, Assignee=to) == MISSING
    assert ask(giver, "Assign", Target=mine, Assignee=to) is None
    found = read(client, "account", mine.id, "ownerid", "owninguser", "owningteam", "modifiedby")
    assert found == (to, to, None, reference(giver))
    assert reader.get(f"accounts({mine.id})").status == 200
    assert giver.get(f"accounts({mine.id})").error == BEYOND


@pytest.mark.covers("message: Assign")
def test_whom_and_what_assign_refuses(estate, client):
    mine, nobody = account(estate, client), holder(estate, {})
    cases = [
        ({"Assignee": reference(nobody)}, (403, "0x80040299")),
        ({"Assignee": EntityReference("systemuser", str(uuid.uuid4()))}, ABSENT),
        ({"Assignee": mine}, (400, "0x80040229")),
        ({"Assignee": None}, INVALID),
        ({"Target": EntityReference("account", str(uuid.uuid4()))}, ABSENT),
        ({"Target": reference(nobody)}, NOT_SUPPORTED),
    ]
    good = {"Target": mine, "Assignee": reference(client)}
    for change, error in cases:
        assert refusal(client, "Assign", **good | change) == error
    assert read(client, "account", mine.id, "ownerid") == reference(client)


@pytest.mark.covers("message: Assign")
def test_what_follows_a_record_is_assigned_with_it(estate, client):
    other = holder(estate, {"prvReadAccount": Depth.BASIC, "prvReadActivity": Depth.BASIC})
    mine = account(estate, client)
    task = create(client, "task", subject="T", regardingobjectid=mine)
    ask(client, "Assign", Target=mine, Assignee=reference(other))
    assert read(client, "task", task, "ownerid") == reference(other)


@pytest.mark.covers("message: SetState")
def test_states_are_set_by_the_rules_of_an_update(estate, client):
    mine = account(estate, client)
    for state, status, expected in ((1, 2, (1, 2)), (0, -1, (0, 1)), (1, -1, (1, 2))):
        ask(client, "SetState", EntityMoniker=mine, State=state, Status=status)
        assert read(client, "account", mine.id, "statecode", "statuscode") == expected
    wrong = {"EntityMoniker": mine, "State": 0, "Status": 2}
    assert refusal(client, "SetState", **wrong) == (400, "0x80048408")
    deal = EntityReference("opportunity", create(client, "opportunity", name="Deal"))
    won = {"EntityMoniker": deal, "State": 1, "Status": 3}
    assert refusal(client, "SetState", **won) == (400, "0x80100005")
    assert refusal(holder(estate, {}), "SetState", **wrong) == MISSING
    assert refusal(client, "SetState", EntityMoniker=mine, State=0) == INVALID


@pytest.mark.covers("message: SetState")
def test_users_and_units_are_enabled_and_disabled(estate, client):
    somebody = estate.user("Salesperson", name="Somebody")
    user = reference(somebody)
    ask(client, "SetState", EntityMoniker=user, State=1, Status=-1)
    assert somebody.get("WhoAmI").error == (403, "0x80040225")
    ask(client, "SetState", EntityMoniker=user, State=0, Status=-1)
    assert somebody.get("WhoAmI").status == 200
    assert refusal(client, "SetState", EntityMoniker=user, State=7, Status=-1) == INVALID
    team = client.rows("teams", select="name")[0]["teamid"]
    moniker = EntityReference("team", team)
    assert refusal(client, "SetState", EntityMoniker=moniker, State=0, Status=-1) == NOT_SUPPORTED


@pytest.fixture(scope="module")
def team(client):
    unit = client.get("WhoAmI").document["BusinessUnitId"]
    record = {
        "name": "Members",
        "businessunitid@odata.bind": f"businessunits({unit})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    return client.post("teams", record).created


def members(client, team):
    return set(client.column(f"teams({team})/teammembership_association", "systemuserid"))


@pytest.mark.covers("message: AddMembersTeam", "message: RemoveMembersTeam")
def test_members_come_and_go(estate, client, team):
    users = [estate.user(name=f"Member {number}") for number in range(2)]
    keys = {str(user.user_id) for user in users}
    where = f"teams({team})/{CRM}"
    one, two = (user_named(user) for user in users)
    two = {"ownerid": two["systemuserid"]}
    answer = client.post(f"{where}AddMembersTeam", {"Members": [one, two]})
    assert (answer.status, answer.body) == (204, b"")
    assert members(client, team) == keys
    assert client.post(f"{where}AddMembersTeam", {"Members": [one]}).error == DUPLICATE
    gone = [{"@odata.id": f"systemusers({users[0].user_id})"}, one]
    assert client.post(f"{where}RemoveMembersTeam", {"Members": gone}).status == 204
    assert members(client, team) == keys - {str(users[0].user_id)}
    ask(client, "RemoveMembersTeam", TeamId=team, MemberIds=sorted(keys))
    assert members(client, team) == set()


@pytest.mark.parametrize("verb", ["AddMembersTeam", "RemoveMembersTeam"])
@pytest.mark.covers("message: AddMembersTeam", "message: RemoveMembersTeam")
def test_members_that_are_refused(estate, client, team, verb):
    where, payload = f"teams({team})/{CRM}{verb}", (400, "0x80048d19")
    user = user_named(estate.user(name="Refused"))
    account = {"@odata.type": f"{CRM}account", "accountid": str(uuid.uuid4())}
    cases = [
        ({}, INVALID),
        ({"Members": user}, payload),
        ({"Members": [account]}, payload),
        ({"Members": [{}]}, payload),
        ({"MemberIds": [user["systemuserid"]]}, payload),
        ({"Members": [user | {"systemuserid": "x"}]}, payload),
        ({"Members": [user, user | {"systemuserid": str(uuid.uuid4())}]}, ABSENT),
    ]
    for given, error in cases:
        assert client.post(where, given).error == error
    assert members(client, team) == set()
    assert holder(estate, {}).post(where, {"Members": [user]}).status == 403
    missing = f"teams({uuid.uuid4()})/{CRM}{verb}"
    assert client.post(missing, {"Members": [user]}).error == ABSENT


@pytest.mark.covers("message: AddMembersTeam", "error: 0x8004830b webapi")
def test_nobody_is_put_into_a_default_team(estate, client):
    (default,) = client.rows("teams", select="name", filter="isdefault eq true")
    user = user_named(estate.user(name="Default"))
    for verb, code in (("AddMembersTeam", "0x8004830b"), ("RemoveMembersTeam", "0x8004830c")):
        where = f"teams({default['teamid']})/{CRM}{verb}"
        assert client.post(where, {"Members": [user]}).error == (400, code)
