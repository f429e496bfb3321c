"""Teams: what they own, whose roles count for whom, who is in a default team, on both engines."""

import uuid

import pytest

from support.estate import build
from support.rights import (
    ABSENT,
    ADMINISTRATOR,
    BEYOND,
    DUPLICATE,
    INVALID,
    MISSING,
    holder,
    new_role,
    role_id,
)
from xrm.model.privileges import Depth

MEMBERS, ROLES = "teammembership_association", "teamroles_association"
LEADS = {"prvReadLead": Depth.BASIC}


@pytest.fixture(scope="module")
def root(client):
    return client.get("WhoAmI").document["BusinessUnitId"]


@pytest.fixture(scope="module")
def branch(client, root):
    """A unit below the root: its id and its name."""
    return unit(client, root)


def unit(client, parent):
    name = f"Branch {uuid.uuid4()}"
    above = {"parentbusinessunitid@odata.bind": f"businessunits({parent})"}
    return client.post("businessunits", {"name": name} | above).created, name


def team(client, where, **more):
    """Make a team in a unit whose administrator is the client."""
    record = {
        "name": f"Team {uuid.uuid4()}",
        "businessunitid@odata.bind": f"businessunits({where})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    return client.post("teams", record | more).created


def refer(client, where, target):
    return client.post(f"{where}/$ref", {"@odata.id": f"/api/data/v9.2/{target}"})


def join(client, group, user):
    return refer(client, f"teams({group})/{MEMBERS}", f"systemusers({user})")


def leave(client, group, user):
    return client.delete(f"teams({group})/{MEMBERS}({user})/$ref")


def give(client, group, role):
    return refer(client, f"teams({group})/{ROLES}", f"roles({role})")


def granting(estate, client, group, grants, inherited=1):
    """Give a team a role that grants this, inherited so."""
    role = new_role(estate, f"Role {uuid.uuid4()}", grants)
    assert client.patch(f"roles({role})", {"isinherited": inherited}).status == 204
    assert give(client, group, role).status == 204
    return role


def lead_of(client, owner):
    return client.post("leads", {"lastname": "Owned", "ownerid@odata.bind": owner}).created


def ownership(client, key):
    found = client.get(f"leads({key})").document
    names = ("ownerid", "owninguser", "owningteam", "owningbusinessunit")
    return tuple(found[f"_{name}_value"] for name in names)


def default_of(client, where):
    found = client.rows("teams", filter=f"_businessunitid_value eq {where} and isdefault eq true")
    (row,) = found
    return row


def members(client, group):
    return set(client.column(f"teams({group})/{MEMBERS}", "systemuserid"))


def test_a_team_owns_records_in_its_unit(estate, client, branch):
    group = team(client, branch[0])
    granting(estate, client, group, LEADS)
    key = lead_of(client, f"teams({group})")
    assert ownership(client, key) == (group, None, group, branch[0])
    other = lead_of(client, f"systemusers({client.user_id})")
    moved = {"ownerid@odata.bind": f"teams({group})"}
    assert client.patch(f"leads({other})", moved).status == 204
    assert ownership(client, other) == (group, None, group, branch[0])
    back = {"ownerid@odata.bind": f"systemusers({client.user_id})"}
    assert client.patch(f"leads({other})", back).status == 204
    assert ownership(client, other)[1:3] == (str(client.user_id), None)


def test_a_team_without_the_right_to_read_owns_nothing(client, root):
    group = team(client, root)
    answer = client.post("leads", {"lastname": "X", "ownerid@odata.bind": f"teams({group})"})
    assert answer.error == MISSING
    message = answer.document["error"]["message"]
    assert f"Principal team (Id={group}, type=9" in message
    assert "prvReadLead" in message


# Whose rows a role of a team reaches, by the role's depth and how it is inherited. Rows: the
# member's own, the team's, another user's in the team's unit, one below, one in the member's unit.
REACHED = [
    (Depth.BASIC, 0, {"team"}),
    (Depth.BASIC, 1, {"own", "team"}),
    (Depth.LOCAL, 0, {"team", "unit"}),
    (Depth.LOCAL, 1, {"own", "team", "unit"}),
    (Depth.DEEP, 0, {"team", "unit", "below"}),
    (Depth.DEEP, 1, {"own", "team", "unit", "below"}),
    (Depth.GLOBAL, 0, {"own", "team", "unit", "below", "beside"}),
    (Depth.GLOBAL, 1, {"own", "team", "unit", "below", "beside"}),
]


@pytest.mark.parametrize(("depth", "inherited", "expected"), REACHED)
def test_what_a_team_s_role_reaches(estate, client, root, branch, depth, inherited, expected):
    member = estate.user(name="Member")
    group = team(client, branch[0])
    grants = {"prvReadLead": depth, "prvWriteLead": depth}
    granting(estate, client, group, grants, inherited)
    below = unit(client, branch[0])
    rows = {
        "own": client.user_id,
        "unit": estate.user("Basic User", unit=branch[1]).user_id,
        "below": estate.user("Basic User", unit=below[1]).user_id,
        "beside": estate.user("Basic User").user_id,
    }
    keys = {name: lead_of(client, f"systemusers({user})") for name, user in rows.items()}
    keys["team"] = lead_of(client, f"teams({group})")
    assert member.get("leads").error == MISSING
    assert join(client, group, member.user_id).status == 204
    if inherited:
        owned = {"ownerid@odata.bind": f"systemusers({member.user_id})"}
        assert client.patch(f"leads({keys['own']})", owned).status == 204
    else:
        lone = holder(estate, LEADS)
        owned = {"ownerid@odata.bind": f"systemusers({lone.user_id})"}
        assert client.patch(f"leads({keys['own']})", owned).status == 204
    seen = set(member.column("leads", "leadid"))
    assert {name for name, key in keys.items() if key in seen} == expected
    for name, key in keys.items():
        answers = member.get(f"leads({key})"), member.patch(f"leads({key})", {"subject": "T"})
        if name in expected:
            assert [each.status for each in answers] == [200, 204], name
        else:
            assert [each.error for each in answers] == [BEYOND, BEYOND], name
    assert leave(client, group, member.user_id).status == 204
    assert member.get("leads").error == MISSING


def test_only_a_role_for_members_too_lets_them_own(estate, client, root):
    member = estate.user(name="Creator")
    group = team(client, root)
    grants = {f"prv{right}Lead": Depth.BASIC for right in ("Create", "Read", "Assign")}
    role = granting(estate, client, group, grants, inherited=0)
    assert join(client, group, member.user_id).status == 204
    record = {"lastname": "Made"}
    assert member.post("leads", record).error == BEYOND
    for_team = record | {"ownerid@odata.bind": f"teams({group})"}
    key = member.post("leads", for_team).created
    assert ownership(client, key)[0] == group
    assert client.patch(f"roles({role})", {"isinherited": 1}).status == 204
    assert ownership(client, member.post("leads", record).created)[0] == str(member.user_id)


def test_rows_of_a_team_count_as_the_member_s_own(estate, client, root):
    group = team(client, root)
    granting(estate, client, group, {"prvReadAccount": Depth.BASIC, **LEADS})
    member = holder(estate, {"prvReadLead": Depth.BASIC, "prvWriteLead": Depth.BASIC})
    key = lead_of(client, f"teams({group})")
    assert member.get(f"leads({key})").error == BEYOND
    assert join(client, group, member.user_id).status == 204
    assert member.column("leads", "leadid") == [key]
    assert member.patch(f"leads({key})", {"subject": "Team's"}).status == 204
    assert leave(client, group, member.user_id).status == 204
    assert member.column("leads", "leadid") == []


def test_an_access_team_owns_nothing_and_has_no_roles(estate, client, root):
    group = team(client, root, teamtype=1)
    assert give(client, group, role_id(estate, "Salesperson")).error == (400, "0x80048331")
    owned = {"lastname": "X", "ownerid@odata.bind": f"teams({group})"}
    assert client.post("leads", owned).error == (400, "0x80048340")
    key = lead_of(client, f"systemusers({client.user_id})")
    moved = {"ownerid@odata.bind": f"teams({group})"}
    assert client.patch(f"leads({key})", moved).error == (400, "0x80048340")
    assert ownership(client, key)[0] == str(client.user_id)


def test_a_role_of_another_unit_is_not_for_a_team(estate, client, root, branch):
    other = unit(client, root)
    made = {
        "name": f"Role {uuid.uuid4()}",
        "businessunitid@odata.bind": f"businessunits({other[0]})",
    }
    role = client.post("roles", made).created
    assert give(client, team(client, branch[0]), role).error == (400, "0x8004140d")
    assert give(client, team(client, other[0]), role).status == 204
    assert give(client, team(client, unit(client, other[0])[0]), role).status == 204


def test_nobody_gives_a_team_more_than_they_hold(estate, client, root):
    grants = {
        f"prv{name}": Depth.GLOBAL
        for name in ("AssignRole", "ReadRole", "ReadTeam", "AppendTeam", "ReadUser")
    }
    keeper = holder(estate, grants)
    group = team(client, root)
    assert give(keeper, group, role_id(estate, ADMINISTRATOR)).error == MISSING
    same = new_role(estate, f"Role {uuid.uuid4()}", {"prvReadTeam": Depth.LOCAL})
    assert give(keeper, group, same).status == 204
    assert give(keeper, group, same).error == DUPLICATE
    assert give(holder(estate, {"prvReadTeam": Depth.GLOBAL}), group, same).error == MISSING


def test_members_come_and_go_by_those_who_may(estate, client, root):
    group, user = team(client, root), estate.user(name="Guest")
    stranger = holder(estate, {"prvReadTeam": Depth.GLOBAL, "prvReadUser": Depth.GLOBAL})
    assert join(stranger, group, user.user_id).error == MISSING
    assert join(client, group, user.user_id).status == 204
    assert join(client, group, user.user_id).error == DUPLICATE
    assert leave(stranger, group, user.user_id).error == MISSING
    assert members(client, group) == {str(user.user_id)}
    assert leave(client, group, user.user_id).status == 204
    assert members(client, group) == set()


def test_a_unit_has_a_default_team(estate, client, root):
    here, name = unit(client, root)
    row = default_of(client, here)
    assert (row["name"], row["teamtype"], row["isdefault"]) == (name, 0, True)
    assert row["_administratorid_value"] == str(client.user_id)
    assert client.patch(f"businessunits({here})", {"name": "Renamed"}).status == 204
    assert default_of(client, here)["name"] == "Renamed"
    assert default_of(client, root)["name"] == "Contoso"


def test_who_lies_in_a_unit_is_in_its_default_team(estate, client, root):
    here, name = unit(client, root)
    there, _ = unit(client, root)
    first, second = (default_of(client, each)["teamid"] for each in (here, there))
    user = estate.user(unit=name)
    assert members(client, first) == {str(user.user_id)}
    moved = {"businessunitid@odata.bind": f"businessunits({there})"}
    assert client.patch(f"systemusers({user.user_id})", moved).status == 204
    assert (members(client, first), members(client, second)) == (set(), {str(user.user_id)})
    assert join(client, first, user.user_id).error == (400, "0x8004830b")
    assert leave(client, second, user.user_id).error == (400, "0x8004830c")
    assert members(client, second) == {str(user.user_id)}


def test_a_default_team_stays_as_it_is(client, root):
    here, name = unit(client, root)
    where = f"teams({default_of(client, here)['teamid']})"
    assert client.delete(where).error == (400, "0x80048307")
    assert client.patch(where, {"name": "Other"}).error == (400, "0x8004830a")
    moved = {"businessunitid@odata.bind": f"businessunits({root})"}
    assert client.patch(where, moved).error == (400, "0x80048308")
    assert client.patch(where, {"description": "Ours"}).status == 204
    assert client.get(where).document["name"] == name


def test_a_default_team_goes_with_its_unit_unless_it_owns(estate, client, root):
    here, _ = unit(client, root)
    group = default_of(client, here)["teamid"]
    granting(estate, client, group, LEADS)
    key = lead_of(client, f"teams({group})")
    assert client.patch(f"businessunits({here})", {"isdisabled": True}).status == 204
    assert client.delete(f"businessunits({here})").error == (400, "0x80041d62")
    assert client.delete(f"leads({key})").status == 204
    assert client.delete(f"businessunits({here})").status == 204
    assert client.get(f"teams({group})").error == ABSENT


def test_a_team_that_owns_stays(estate, client, root):
    group = team(client, root)
    granting(estate, client, group, LEADS)
    key = lead_of(client, f"teams({group})")
    assert client.delete(f"teams({group})").error == (400, "0x8004830e")
    assert client.delete(f"leads({key})").status == 204
    assert client.delete(f"teams({group})").status == 204


def test_owned_records_move_with_their_owner(estate, client, root):
    here, name = unit(client, root)
    there, _ = unit(client, root)
    group, user = team(client, here), estate.user("Basic User", unit=name)
    granting(estate, client, group, LEADS)
    for owner, where in (
        (f"teams({group})", f"teams({group})"),
        (f"systemusers({user.user_id})", f"systemusers({user.user_id})"),
    ):
        key = lead_of(client, owner)
        before = client.get(f"leads({key})").document["versionnumber"]
        moved = {"businessunitid@odata.bind": f"businessunits({there})"}
        assert client.patch(where, moved).status == 204
        found = client.get(f"leads({key})").document
        assert found["_owningbusinessunit_value"] == there
        assert found["versionnumber"] > before


def test_what_a_team_must_have(estate, client, root):
    good = {
        "name": "Good",
        "businessunitid@odata.bind": f"businessunits({root})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    nobody = estate.user(name="No reader")
    blind = {"administratorid@odata.bind": f"systemusers({nobody.user_id})"}
    gone = {"administratorid@odata.bind": f"systemusers({uuid.uuid4()})"}
    without = {key: value for key, value in good.items() if key != "administratorid@odata.bind"}
    assert client.post("teams", without).error == INVALID
    assert client.post("teams", good | {"name": None}).error == (400, "0x80041d0b")
    assert client.post("teams", good | blind).error == (400, "0x80041d0a")
    assert client.post("teams", good | gone).error == ABSENT
    key = client.post("teams", good | {"isdefault": True}).created
    row = client.get(f"teams({key})").document
    assert (row["isdefault"], row["teamtype"]) == (False, 0)
    assert client.patch(f"teams({key})", blind).error == (400, "0x80041d0a")
    assert client.patch(f"teams({key})", {"name": None}).error == (400, "0x80041d0b")


def test_teams_are_made_as_near_as_the_right_reaches(estate, client, root, branch):
    grants = {
        "prvCreateTeam": Depth.LOCAL, "prvReadTeam": Depth.LOCAL, "prvReadUser": Depth.GLOBAL,
        "prvAppendTeam": Depth.GLOBAL, "prvAppendToUser": Depth.GLOBAL,
        "prvAppendToBusinessUnit": Depth.GLOBAL,
    }  # fmt: skip
    maker = holder(estate, grants)
    assert maker.get(f"teams({team(maker, root)})").status == 200
    far = {
        "name": "Far",
        "businessunitid@odata.bind": f"businessunits({branch[0]})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    assert maker.post("teams", far).error == BEYOND


def test_a_membership_counts_at_once_everywhere(url, namespace):
    built = build(url, namespace)
    admin = built.user(ADMINISTRATOR)
    root = admin.get("WhoAmI").document["BusinessUnitId"]
    member, group = built.user(name="Member"), team(admin, root)
    elsewhere = type(member)(built.beside(), member.token)
    granting(built, admin, group, LEADS)
    assert elsewhere.get("leads").error == MISSING
    assert join(admin, group, member.user_id).status == 204
    assert elsewhere.get("leads").status == 200
    assert admin.delete(f"teams({group})").status == 204
    assert elsewhere.get("leads").error == MISSING
    built.database.close()
