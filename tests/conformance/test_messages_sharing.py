"""GrantAccess, ModifyAccess, RevokeAccess, and who learns of shares, on both engines."""

import uuid

import pytest

from support.estate import ROOT, Client
from support.rights import (
    ABSENT,
    BEYOND,
    INVALID,
    MISSING,
    ask,
    holder,
    made_by_platform,
    new_role,
    reference,
    refusal,
)
from support.sharing import (
    CRM,
    call,
    grant,
    mentioned,
    revoke,
    rights,
    shared_with,
    user_named,
)
from xrm.model.privileges import Depth, Right
from xrm.model.values import EntityReference

SEEN = {"prvReadUser": Depth.GLOBAL, "prvReadTeam": Depth.GLOBAL, "prvAppendToUser": Depth.GLOBAL}
TABLES = ("Account", "Contact", "Activity")
BASIC = {f"prv{right.value}{table}": Depth.BASIC for right in Right for table in TABLES} | SEEN
PAYLOAD = (400, "0x80048d19")


@pytest.fixture(scope="module")
def owner(estate):
    return holder(estate, BASIC)


@pytest.fixture(scope="module")
def friend(estate):
    return holder(estate, BASIC)


@pytest.fixture
def account(owner):
    return owner.post("accounts", {"name": "Shared"}).created


@pytest.fixture(scope="module")
def unit(client):
    return client.get("WhoAmI").document["BusinessUnitId"]


def team(client, unit, kind, *members, role=None):
    record = {
        "name": f"Team {uuid.uuid4()}",
        "teamtype": kind,
        "businessunitid@odata.bind": f"businessunits({unit})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    made = client.post("teams", record).created
    given = {"Members": [user_named(each) for each in members]}
    assert client.post(f"teams({made})/{CRM}AddMembersTeam", given).status == 204
    if role is not None:
        pair = {"@odata.id": f"{ROOT}roles({role})"}
        assert client.post(f"teams({made})/teamroles_association/$ref", pair).status == 204
    return made


def do(who, right, account):
    """Do what takes one right on an account, and return the answer."""
    where = f"accounts({account})"
    bound = {"parentaccountid@odata.bind": where}
    if right is Right.READ:
        return who.get(where)
    if right is Right.WRITE:
        return who.patch(where, {"name": "Written"})
    if right is Right.DELETE:
        return who.delete(where)
    if right is Right.ASSIGN:
        return who.patch(where, {"ownerid@odata.bind": f"systemusers({who.user_id})"})
    if right is Right.SHARE:
        return grant(who, "account", account, user_named(who), "ShareAccess")
    own = who.post("accounts", {"name": "Own"}).created
    if right is Right.APPEND:
        bound = {"parentaccountid@odata.bind": f"accounts({own})"}
        return who.patch(where, bound)
    return who.patch(f"accounts({own})", bound)


NEEDED = {
    Right.READ: "ReadAccess",
    Right.WRITE: "WriteAccess",
    Right.DELETE: "DeleteAccess",
    Right.ASSIGN: "AssignAccess, WriteAccess",
    Right.SHARE: "ShareAccess",
    Right.APPEND: "AppendAccess, WriteAccess",
    Right.APPEND_TO: "AppendToAccess",
}
EVERY = [f"{right.value}Access" for right in NEEDED]


@pytest.mark.covers("message: GrantAccess")
@pytest.mark.parametrize("right", NEEDED, ids=lambda right: right.value)
def test_each_right_shared_counts_at_once_for_its_operation(estate, owner, account, right):
    friend = holder(estate, BASIC)
    elsewhere = Client(estate.beside(), friend.token, friend.user_id)
    who, needed = user_named(friend), NEEDED[right].split(", ")
    assert do(elsewhere, right, account).error == BEYOND
    for missing in needed:
        rest = ", ".join(each for each in EVERY if each != missing)
        assert grant(owner, "account", account, who, rest, verb="Modify").status == 204
        assert do(friend, right, account).error == BEYOND
    answer = grant(owner, "account", account, who, NEEDED[right], verb="Modify")
    assert (answer.status, answer.body) == (204, b"")
    done = do(elsewhere, right, account)
    assert done.status in (200, 204), done.document


@pytest.mark.covers("message: GrantAccess", "message: ModifyAccess", "message: RevokeAccess")
def test_rights_are_added_replaced_and_taken(client, owner, friend, account):
    where, who = f"accounts({account})", user_named(friend)
    assert grant(owner, "account", account, who, "ReadAccess").status == 204
    assert grant(owner, "account", account, who, "WriteAccess").status == 204
    assert shared_with(owner, where) == {str(friend.user_id): "ReadAccess, WriteAccess"}
    assert friend.patch(where, {"name": "B"}).status == 204
    assert grant(owner, "account", account, who, "ReadAccess", verb="Modify").status == 204
    assert shared_with(friend, where) == {str(friend.user_id): "ReadAccess"}
    assert friend.patch(where, {"name": "C"}).error == BEYOND
    assert account in friend.column("accounts", "accountid")
    for _ in range(2):
        answer = revoke(owner, "account", account, who)
        assert (answer.status, answer.body) == (204, b"")
    assert friend.get(where).error == BEYOND
    assert account not in friend.column("accounts", "accountid")
    assert shared_with(owner, where) == {}
    assert grant(owner, "account", account, who, "ReadAccess").status == 204
    assert grant(owner, "account", account, who, "None", verb="Modify").status == 204
    assert shared_with(client, where) == {}


@pytest.mark.covers("message: GrantAccess", "message: AddMembersTeam")
@pytest.mark.parametrize("kind", [0, 1])
def test_teams_are_shared_with(estate, client, unit, owner, account, kind):
    member = holder(estate, BASIC)
    role = new_role(estate, f"Role {uuid.uuid4()}", BASIC) if kind == 0 else None
    made = team(client, unit, kind, member, role=role)
    principal = mentioned("team", made)
    assert member.get(f"accounts({account})").error == BEYOND
    assert grant(owner, "account", account, principal, "ReadAccess, WriteAccess").status == 204
    assert member.patch(f"accounts({account})", {"name": "By team"}).status == 204
    assert account in member.column("accounts", "accountid")
    expected = {"ReadAccess", "WriteAccess"}
    assert rights(client, f"teams({made})", f"accounts({account})") == expected
    assert rights(client, f"systemusers({member.user_id})", f"accounts({account})") >= expected
    out = {"Members": [user_named(member)]}
    assert client.post(f"teams({made})/{CRM}RemoveMembersTeam", out).status == 204
    assert member.get(f"accounts({account})").error == BEYOND


@pytest.mark.covers(
    "message: GrantAccess",
    "message: ModifyAccess",
    "error: 0x80040214 webapi",
    "error: 0x80040231 webapi",
)
def test_whom_nothing_is_shared_with(estate, client, unit, owner, account):
    powerless = holder(estate, SEEN)
    bare = team(client, unit, 0)
    cases = [
        (user_named(powerless), (403, "0x80040231")),
        (mentioned("team", bare), (403, "0x80040231")),
        (user_named(owner), (400, "0x80040214")),
        (mentioned("account", account), (400, "0x8004020c")),
        (mentioned("systemuser", uuid.uuid4()), ABSENT),
        (mentioned("team", uuid.uuid4()), ABSENT),
    ]
    for verb in ("Grant", "Modify"):
        for principal, error in cases:
            assert grant(owner, "account", account, principal, "ReadAccess", verb=verb).error == (
                error
            )
    assert shared_with(owner, f"accounts({account})") == {}


@pytest.mark.covers("message: GrantAccess", "message: RevokeAccess")
def test_sharing_takes_the_right_to_and_gives_no_more_than_one_has(estate, owner, friend, account):
    third = user_named(holder(estate, BASIC))
    without = {name: depth for name, depth in BASIC.items() if name != "prvShareAccount"}
    unable, who = holder(estate, without), user_named(friend)
    mine = unable.post("accounts", {"name": "Mine"}).created
    assert grant(unable, "account", mine, who, "ReadAccess").error == MISSING
    assert grant(friend, "account", account, third, "ReadAccess").error == BEYOND
    assert revoke(friend, "account", account, third).error == BEYOND
    assert grant(owner, "account", account, who, "ReadAccess, WriteAccess").status == 204
    assert grant(friend, "account", account, third, "ReadAccess").error == BEYOND
    assert grant(owner, "account", account, who, "ReadAccess, ShareAccess", verb="Modify").status
    assert grant(friend, "account", account, third, "WriteAccess").error == BEYOND
    assert grant(friend, "account", account, third, "ReadAccess").status == 204
    expected = {str(friend.user_id): "ReadAccess, ShareAccess"}
    expected[third["systemuserid"]] = "ReadAccess"
    assert shared_with(owner, f"accounts({account})") == expected
    assert revoke(friend, "account", account, third).status == 204


@pytest.mark.covers(
    "message: RetrieveSharedPrincipalsAndAccess", "message: RetrievePrincipalAccess"
)
def test_who_cannot_read_a_record_learns_nothing_of_its_shares(estate, owner, friend, account):
    spy = holder(estate, BASIC)
    assert grant(owner, "account", account, user_named(friend), "ReadAccess").status == 204
    alias = f"@t={{'@odata.id':'accounts({account})'}}"
    told = [
        "RetrieveSharedPrincipalsAndAccess(Target=@t)",
        f"systemusers({friend.user_id})/{CRM}RetrievePrincipalAccess(Target=@t)",
        f"systemusers({spy.user_id})/{CRM}RetrievePrincipalAccess(Target=@t)",
    ]
    for function in told:
        answer = call(spy, function, alias)
        assert answer.error == BEYOND
        assert str(friend.user_id).encode() not in answer.body
        assert call(spy, function, f"@t={{'@odata.id':'accounts({uuid.uuid4()})'}}").error == ABSENT
        assert call(holder(estate, SEEN), function, alias).error == MISSING
        assert call(friend, function, alias).status == 200


@pytest.mark.covers("message: RetrievePrincipalAccess")
def test_rights_add_up_from_roles_ownership_teams_and_shares(estate, client, unit, owner, account):
    where = f"accounts({account})"
    every = {f"{right.value}Access" for right in Right}
    assert rights(client, f"systemusers({owner.user_id})", where) == every
    local = holder(estate, {"prvReadAccount": Depth.LOCAL, "prvWriteAccount": Depth.BASIC} | SEEN)
    who = f"systemusers({local.user_id})"
    assert rights(client, who, where) == {"ReadAccess"}
    assert grant(owner, "account", account, user_named(local), "WriteAccess, DeleteAccess").status
    # A share adds nothing that its roles grant at no depth.
    assert rights(client, who, where) == {"ReadAccess", "WriteAccess"}
    assert rights(local, who, where) == {"ReadAccess", "WriteAccess"}
    assert local.delete(where).error == MISSING
    made = team(client, unit, 0, local, role=new_role(estate, f"R {uuid.uuid4()}", BASIC))
    owned = made_by_platform(
        estate, "account", {"name": "Team's", "ownerid": EntityReference("team", made)}
    )
    assert rights(client, who, f"accounts({owned})") == every
    assert rights(client, f"teams({made})", f"accounts({owned})") == every
    assert rights(client, f"teams({made})", where) == {"None"}
    stranger = holder(estate, SEEN)
    assert rights(client, f"systemusers({stranger.user_id})", where) == {"None"}


@pytest.mark.covers("message: RetrievePrincipalAccess")
def test_the_organization_itself_has_no_rights(client, account):
    organization = client.get("WhoAmI").document["OrganizationId"]
    assert rights(client, f"organizations({organization})", f"accounts({account})") == {"None"}


@pytest.mark.covers("message: GrantAccess", "message: RevokeAccess")
def test_what_belongs_to_a_record_is_shared_with_it(estate, client, owner, friend, account):
    above = {"regardingobjectid_account_task@odata.bind": f"accounts({account})"}
    mine = owner.post("tasks", {"subject": "Mine"} | above).created
    other = made_by_platform(
        estate,
        "task",
        {
            "subject": "Other",
            "ownerid": reference(client),
            "regardingobjectid": EntityReference("account", account),
        },
    )
    yours = made_by_platform(
        estate,
        "task",
        {
            "subject": "Yours",
            "ownerid": reference(friend),
            "regardingobjectid": EntityReference("account", account),
        },
    )
    who = user_named(friend)
    assert grant(owner, "account", account, who, "ReadAccess, WriteAccess").status == 204
    assert shared_with(owner, f"tasks({mine})") == {str(friend.user_id): "ReadAccess, WriteAccess"}
    assert friend.patch(f"tasks({mine})", {"subject": "Together"}).status == 204
    # Nobody shares what they could not share alone, nor with its owner.
    assert shared_with(client, f"tasks({other})") == {}
    assert shared_with(client, f"tasks({yours})") == {}
    assert grant(owner, "task", mine, who, "DeleteAccess").status == 204
    assert grant(owner, "account", account, who, "ReadAccess", verb="Modify").status == 204
    assert shared_with(owner, f"tasks({mine})") == {str(friend.user_id): "ReadAccess, DeleteAccess"}
    assert revoke(owner, "account", account, who).status == 204
    assert shared_with(owner, f"tasks({mine})") == {str(friend.user_id): "DeleteAccess"}
    assert friend.get(f"tasks({mine})").error == BEYOND
    assert revoke(owner, "task", mine, who).status == 204
    assert shared_with(owner, f"tasks({mine})") == {}


@pytest.mark.covers("message: GrantAccess", "error: 0x80040800 webapi")
def test_what_is_not_shared(client, friend):
    who = user_named(friend)
    for table, key in (("systemuser", friend.user_id), ("businessunit", uuid.uuid4())):
        assert grant(client, table, key, who, "ReadAccess").error == (501, "0x80040800")
        assert revoke(client, table, key, who).error == (501, "0x80040800")
    assert grant(client, "account", uuid.uuid4(), who, "ReadAccess").error == ABSENT


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"Target": None}, INVALID),
        ({"PrincipalAccess": None}, INVALID),
        ({"PrincipalAccess": {}}, PAYLOAD),
        ({"PrincipalAccess": 5}, PAYLOAD),
        ({"PrincipalAccess": {"AccessMask": "ReadAccess"}}, PAYLOAD),
        ({"PrincipalAccess": {"Principal": {}, "AccessMask": "ReadAccess"}}, PAYLOAD),
        ({"Target": {"accountid": str(uuid.uuid4())}}, PAYLOAD),
        ({"Target": {"@odata.type": f"{CRM}account", "accountid": "x"}}, PAYLOAD),
        ({"Target": {"@odata.id": "accounts"}}, PAYLOAD),
        ({"Target": []}, PAYLOAD),
        ({"Revokee": {}}, PAYLOAD),
    ],
)
@pytest.mark.covers("message: GrantAccess")
def test_payloads_that_are_refused(owner, friend, account, change, error):
    good = {
        "Target": mentioned("account", account),
        "PrincipalAccess": {"Principal": user_named(friend), "AccessMask": "ReadAccess"},
    }
    asked = {name: value for name, value in (good | change).items() if value is not None}
    assert owner.post("GrantAccess", asked).error == error
    assert shared_with(owner, f"accounts({account})") == {}


@pytest.mark.parametrize(
    "mask", ["Read", "readaccess", "", "ReadAccess,,WriteAccess", "1", 1, None]
)
@pytest.mark.covers("message: GrantAccess")
def test_masks_that_are_refused(owner, friend, account, mask):
    assert grant(owner, "account", account, user_named(friend), mask).error == PAYLOAD


@pytest.mark.covers("message: GrantAccess")
def test_records_are_named_in_every_way(owner, friend, account):
    principals = [
        {"@odata.type": f"#{CRM}systemuser", "ownerid": str(friend.user_id)},
        {"@odata.id": f"systemusers({friend.user_id})"},
        {"@odata.id": f"{ROOT}systemusers({friend.user_id})"},
    ]
    for principal in principals:
        asked = {
            "Target": {"@odata.id": f"accounts({account})"},
            "PrincipalAccess": {
                "@odata.type": f"{CRM}PrincipalAccess",
                "Principal": principal,
                "AccessMask": "ReadAccess",
            },
        }
        assert owner.post("GrantAccess", asked).status == 204
        assert friend.get(f"accounts({account})").status == 200
        assert revoke(owner, "account", account, principal).status == 204


@pytest.mark.covers("message: GrantAccess")
def test_a_message_takes_its_words_in_process_too(owner, friend, account):
    target, principal = EntityReference("account", account), reference(friend)
    given = {"Principal": principal, "AccessMask": ["ReadAccess", "WriteAccess"]}
    ask(owner, "GrantAccess", Target=target, PrincipalAccess=given)
    found = ask(owner, "RetrieveSharedPrincipalsAndAccess", Target=target)["PrincipalAccesses"]
    assert found == [{"AccessMask": ["ReadAccess", "WriteAccess"], "Principal": principal}]
    for wrong in ({"Principal": principal}, {"AccessMask": []}, given | {"AccessMask": "Read"}):
        assert refusal(owner, "GrantAccess", Target=target, PrincipalAccess=wrong) == INVALID
