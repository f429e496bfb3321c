"""Records shared with a user or team: what a share adds, and what it cannot, on both engines."""

import pytest

from support.estate import Client
from support.rights import ABSENT, BEYOND, MISSING, holder, made_by_platform, share
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference

READ, WRITE = ACCESS_RIGHTS[Right.READ], ACCESS_RIGHTS[Right.WRITE]
BASIC = {f"prv{right.value}Account": Depth.BASIC for right in Right}


def user(client):
    return EntityReference("systemuser", str(client.user_id))


@pytest.fixture
def account(estate, client):
    key = made_by_platform(estate, "account", {"name": "Shared", "ownerid": user(client)})
    return EntityReference("account", key)


@pytest.fixture(scope="module")
def friend(estate):
    return holder(estate, BASIC)


@pytest.mark.covers("feature: sharing")
@pytest.mark.parametrize("masks", [{"own": READ}, {"own": 0, "inherited": READ}])
def test_a_share_counts_at_once_everywhere_and_no_longer(estate, friend, account, masks):
    where = f"accounts({account.id})"
    elsewhere = Client(estate.beside(), friend.token)
    for each in (friend, elsewhere):
        assert each.get(where).error == BEYOND
        assert account.id not in each.column("accounts", "accountid")
    share(estate, account, user(friend), **masks)
    for each in (elsewhere, friend):
        assert each.get(where).status == 200
        assert account.id in each.column("accounts", "accountid")
        assert each.patch(where, {"name": "X"}).error == BEYOND
    share(estate, account, user(friend), own=0)
    for each in (friend, elsewhere):
        assert each.get(where).error == BEYOND
        assert account.id not in each.column("accounts", "accountid")


def test_both_masks_add_up(estate, friend, account):
    share(estate, account, user(friend), own=READ, inherited=WRITE)
    assert friend.get(f"accounts({account.id})").status == 200
    assert friend.patch(f"accounts({account.id})", {"name": "Both"}).status == 204
    assert friend.delete(f"accounts({account.id})").error == BEYOND


def test_what_is_shared_to_write_is_not_listed(estate, friend, account):
    share(estate, account, user(friend), own=WRITE)
    assert friend.get(f"accounts({account.id})").error == BEYOND
    assert account.id not in friend.column("accounts", "accountid")
    assert friend.patch(f"accounts({account.id})", {"name": "Blind"}).status == 204


@pytest.mark.parametrize("lacking", ["Read", "Write"])
def test_a_share_gives_no_privilege(estate, account, lacking):
    grants = {name: depth for name, depth in BASIC.items() if name != f"prv{lacking}Account"}
    poor = holder(estate, grants)
    share(estate, account, user(poor), own=sum(ACCESS_RIGHTS.values()))
    read = poor.get(f"accounts({account.id})")
    written = poor.patch(f"accounts({account.id})", {"name": "X"})
    if lacking == "Read":
        assert read.error == MISSING
        assert poor.get("accounts").error == MISSING
    else:
        assert read.status == 200
        assert written.error == MISSING


def test_a_share_is_of_one_record_and_one_table(estate, client, friend, account):
    twin = client.post("contacts", {"contactid": account.id, "lastname": "Twin"}).created
    other = made_by_platform(estate, "account", {"name": "Other", "ownerid": user(client)})
    reader = holder(estate, BASIC | {"prvReadContact": Depth.BASIC})
    share(estate, account, user(reader), own=READ)
    assert twin == account.id
    assert reader.get(f"contacts({twin})").error == BEYOND
    assert reader.column("contacts", "contactid") == []
    assert reader.get(f"accounts({other})").error == BEYOND
    assert reader.column("accounts", "accountid") == [account.id]
    assert friend.get(f"accounts({account.id})").error == BEYOND


def test_filters_and_pages_of_shared_rows(estate, client):
    reader = holder(estate, BASIC)
    keys = set()
    for number in range(7):
        values = {"name": f"Page {number}", "ownerid": user(client)}
        key = made_by_platform(estate, "account", values)
        if number % 2:
            share(estate, EntityReference("account", key), user(reader), own=READ)
        else:
            keys.add(key)
    mine = reader.post("accounts", {"name": "Page mine"}).created
    prefer = (("prefer", "odata.maxpagesize=2"),)
    answer = reader.get("accounts", headers=prefer, select="name", orderby="name")
    names = [row["name"] for row in answer.rows]
    while answer.next_link:
        answer = reader.follow(answer.next_link, headers=prefer)
        names += [row["name"] for row in answer.rows]
    assert names == ["Page 1", "Page 3", "Page 5", "Page mine"]
    assert reader.column("accounts", "accountid", filter="name eq 'Page 1' or name eq 'Page 2'")
    assert len(reader.rows("accounts", filter="name eq 'Page 2' or accountid ne null")) == 4
    assert reader.column("accounts", "accountid", filter="name eq 'Page mine'") == [mine]


def test_a_share_goes_with_its_record(estate, client, friend, account):
    share(estate, account, user(friend), own=READ)
    assert client.delete(f"accounts({account.id})").status == 204
    assert friend.get(f"accounts({account.id})").error == ABSENT
    again = {"accountid": account.id, "name": "Again", "ownerid": user(client)}
    made_by_platform(estate, "account", again)
    assert friend.get(f"accounts({account.id})").error == BEYOND
    assert account.id not in friend.column("accounts", "accountid")


def test_a_share_goes_with_its_team(estate, client, account):
    unit = client.get("WhoAmI").document["BusinessUnitId"]
    record = {
        "name": "Access",
        "teamtype": 1,
        "businessunitid@odata.bind": f"businessunits({unit})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    team, member = client.post("teams", record).created, holder(estate, BASIC)
    where = f"teams({team})/teammembership_association/$ref"
    joined = {"@odata.id": f"/api/data/v9.2/systemusers({member.user_id})"}
    assert client.post(where, joined).status == 204
    share(estate, account, EntityReference("team", team), own=READ)
    assert member.get(f"accounts({account.id})").status == 200
    assert client.delete(f"teams({team})").status == 204
    assert member.get(f"accounts({account.id})").error == BEYOND
    shares = estate.organization.shares
    with estate.database.read() as transaction:
        assert shares.masks(transaction, account, (team,)) == []


def test_nobody_reads_or_writes_the_shares_themselves(client, friend):
    for each in (client, friend):
        assert each.get("principalobjectaccessset").error == MISSING
