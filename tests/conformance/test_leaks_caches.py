"""No cache tells what is no longer, or not yet, a caller's to know, on both engines.

Whoever loses a right has lost it at the next request, in every process; what a message did that
was undone gives nobody anything; one token in two names is two callers.
"""

import uuid

import pytest

from support.estate import ROOT, Client
from support.rights import (
    ABSENT,
    BEYOND,
    DISABLED,
    MISSING,
    ask,
    holder,
    made_by_platform,
    new_role,
    share,
)
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference
from xrm.org import administration

ACCOUNT = {f"prv{right.value}Account": Depth.BASIC for right in Right}
ACT = {"prvActOnBehalfOfAnotherUser": Depth.GLOBAL}
SECRET = "Secret acquisition"
CRM = "Microsoft.Dynamics.CRM."


def user(client):
    return EntityReference("systemuser", str(client.user_id))


@pytest.fixture(scope="module")
def secret(estate, client):
    values = {"name": SECRET, "ownerid": user(client)}
    return made_by_platform(estate, "account", values)


@pytest.fixture(scope="module")
def other(estate):
    """Another process beside the first: it has caches of its own."""
    return estate.beside()


def reference(table, key):
    return {"@odata.id": f"{ROOT}{table}({key})"}


def given_role(estate, client, spy):
    """Give the spy a role that reads all; return what ends it."""
    role = new_role(estate, f"Reader {uuid.uuid4()}", {"prvReadAccount": Depth.GLOBAL})
    where = f"systemusers({spy.user_id})/systemuserroles_association"
    assert client.post(f"{where}/$ref", reference("roles", role)).status == 204
    return lambda: client.delete(f"{where}({role})/$ref")


def widened_role(estate, client, spy):
    """Give the spy a role; return what takes its privilege away."""
    role = new_role(estate, f"Reader {uuid.uuid4()}", {"prvReadAccount": Depth.GLOBAL})
    where = f"systemusers({spy.user_id})/systemuserroles_association/$ref"
    assert client.post(where, reference("roles", role)).status == 204
    privilege = administration.named(estate.organization, "privilege", "prvReadAccount")

    def end():
        ask(client, "RemovePrivilegeRole", RoleId=role, PrivilegeId=privilege)
        return client.patch(f"roles({role})", {"description": "Emptied"})

    return end


def removed_role(estate, client, spy):
    """Give the spy a role; return what removes the role itself."""
    role = new_role(estate, f"Reader {uuid.uuid4()}", {"prvReadAccount": Depth.GLOBAL})
    where = f"systemusers({spy.user_id})/systemuserroles_association/$ref"
    assert client.post(where, reference("roles", role)).status == 204
    return lambda: client.delete(f"roles({role})")


def _team(estate, client, spy):
    named = f"systemusers({client.user_id})"
    values = {"name": f"Team {uuid.uuid4()}", "administratorid@odata.bind": named}
    team = client.post("teams", values).created
    role = new_role(estate, f"Reader {uuid.uuid4()}", {"prvReadAccount": Depth.GLOBAL})
    roles = f"teams({team})/teamroles_association"
    members = f"teams({team})/teammembership_association"
    assert client.post(f"{roles}/$ref", reference("roles", role)).status == 204
    assert client.post(f"{members}/$ref", reference("systemusers", spy.user_id)).status == 204
    return team, f"{roles}({role})/$ref", f"{members}({spy.user_id})/$ref"


def left_team(estate, client, spy):
    _, _, member = _team(estate, client, spy)
    return lambda: client.delete(member)


def team_lost_role(estate, client, spy):
    _, role, _ = _team(estate, client, spy)
    return lambda: client.delete(role)


def team_removed(estate, client, spy):
    team, _, _ = _team(estate, client, spy)
    return lambda: client.delete(f"teams({team})")


WAYS = (given_role, widened_role, removed_role, left_team, team_lost_role, team_removed)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_taken_away_is_gone_at_once_in_every_process(estate, client, other, secret, way):
    spy = holder(estate, ACCOUNT)
    elsewhere = Client(other, spy.token, spy.user_id, spy.application_id)
    assert spy.get(f"accounts({secret})").error == BEYOND
    assert spy.get("accounts", filter=f"accountid eq {secret}").rows == []
    end = way(estate, client, spy)
    for who in (spy, elsewhere):
        assert who.get(f"accounts({secret})", select="name").document["name"] == SECRET
        assert len(who.rows("accounts", filter=f"accountid eq {secret}")) == 1
    assert end().status == 204
    for who in (elsewhere, spy):
        assert who.get(f"accounts({secret})").error == BEYOND
        assert who.get("accounts", filter=f"accountid eq {secret}").rows == []


def test_a_share_ends_with_the_team_that_had_it(estate, client, secret):
    spy = holder(estate, ACCOUNT)
    team, _, member = _team(estate, client, spy)
    basic = holder(estate, ACCOUNT)
    joined = client.post(
        f"teams({team})/teammembership_association/$ref", reference("systemusers", basic.user_id)
    )
    assert joined.status == 204
    assert client.delete(member).status == 204
    target = EntityReference("account", secret)
    share(estate, target, EntityReference("team", team), own=ACCESS_RIGHTS[Right.READ])
    assert basic.get(f"accounts({secret})").status == 200
    assert spy.get(f"accounts({secret})").error == BEYOND
    assert client.delete(f"teams({team})").status == 204
    assert basic.get(f"accounts({secret})").error == BEYOND


def test_a_user_disabled_is_out_at_once(estate, client, other):
    spy = holder(estate, ACCOUNT)
    elsewhere = Client(other, spy.token, spy.user_id, spy.application_id)
    assert spy.get("accounts").status == elsewhere.get("accounts").status == 200
    assert client.patch(f"systemusers({spy.user_id})", {"isdisabled": True}).status == 204
    for who in (elsewhere, spy):
        for path in ("accounts", "WhoAmI", "EntityDefinitions", "nothing"):
            assert who.get(path).error == DISABLED, path


def test_what_was_undone_gives_nobody_anything(estate, client):
    """A message that fails at its end has changed no caller, though it had changed one before."""
    spy = holder(estate, ACCOUNT)
    missing = str(uuid.uuid4())
    action = f"systemusers/{CRM}UpdateMultiple"

    def both(disabled):
        changes = ((str(spy.user_id), {"isdisabled": disabled}), (missing, {"jobtitle": "X"}))
        targets = [
            {"@odata.type": f"{CRM}systemuser", "systemuserid": key, **change}
            for key, change in changes
        ]
        return client.post(action, {"Targets": targets})

    assert both(disabled=True).error == ABSENT
    assert spy.get("accounts").status == 200
    assert spy.post("accounts", {"name": "Still in"}).status == 204
    assert client.patch(f"systemusers({spy.user_id})", {"isdisabled": True}).status == 204
    assert both(disabled=False).error == ABSENT
    assert spy.get("accounts").error == DISABLED
    assert spy.post("accounts", {"name": "Out"}).error == DISABLED


def test_writers_who_share_a_commit_share_no_rights(estate, client):
    """What one of several writers changed of users counts for the next, unless it was undone."""
    spy, keeper = holder(estate, ACCOUNT), holder(estate, ACCOUNT)
    role = new_role(estate, f"Maker {uuid.uuid4()}", {"prvCreateLead": Depth.BASIC})
    where = f"systemusers({spy.user_id})/systemuserroles_association/$ref"
    with estate.database.gathered():
        assert keeper.post(where, reference("roles", role)).error == MISSING
        assert spy.post("leads", {"lastname": "No"}).error == MISSING
        assert client.post(where, {"@odata.id": f"{ROOT}roles({uuid.uuid4()})"}).error == ABSENT
        assert spy.post("leads", {"lastname": "No"}).error == MISSING
        assert client.post(where, reference("roles", role)).status == 204
        assert spy.post("leads", {"lastname": "Yes"}).status == 204
        gone = where.replace("/$ref", f"({role})/$ref")
        assert client.delete(gone).status == 204
        assert spy.post("leads", {"lastname": "No"}).error == MISSING
    assert spy.post("leads", {"lastname": "No"}).error == MISSING


def test_a_rate_that_was_undone_is_forgotten(client):
    currency = str(uuid.uuid4())
    values = {"transactioncurrencyid": currency, "currencyname": "Undone", "currencyprecision": 2}
    values |= {"isocurrencycode": "XUN", "currencysymbol": "U"}
    account = {"name": "Undone", "revenue": 8}
    undone = {"transactioncurrency_account": [account, {"name": "x" * 5000}]}
    answer = client.post("transactioncurrencies", values | {"exchangerate": 4} | undone)
    assert answer.status == 400
    assert client.rows("accounts", filter="name eq 'Undone'") == []
    assert client.post("transactioncurrencies", values | {"exchangerate": 2}).status == 204
    bound = {"transactioncurrencyid@odata.bind": f"transactioncurrencies({currency})"}
    key = client.post("accounts", account | bound).created
    assert client.get(f"accounts({key})", select="revenue_base").document["revenue_base"] == 4


def test_one_token_in_several_names_is_several_callers(estate, client, secret):
    """Whoever asks, in whatever order, is answered as the one it stands for, and no wider."""
    weak, strong = (
        holder(estate, ACCOUNT | ACT),
        holder(estate, ACT | {"prvReadAccount": Depth.GLOBAL}),
    )
    blind = holder(estate, ACT)
    own = client.post(
        "accounts", {"name": "Weak's", "ownerid@odata.bind": f"systemusers({weak.user_id})"}
    ).created
    where = f"accounts({secret})"

    def seen(caller, named=None):
        headers = () if named is None else (("mscrmcallerid", str(named.user_id)),)
        answer = caller.get("accounts", headers=headers, select="accountid")
        one = caller.get(where, headers=headers)
        if answer.status != 200:
            assert answer.error == one.error == MISSING
            return None
        assert one.status == 200 or one.error == BEYOND
        return frozenset(row["accountid"] for row in answer.rows) & {own, secret}, one.status

    everything, mine = (frozenset({own, secret}), 200), (frozenset({own}), 403)
    for _ in range(2):
        assert seen(strong) == everything
        assert seen(weak) == mine
        # In the administrator's name, nobody sees more than itself.
        assert seen(weak, client) == mine
        assert seen(strong, client) == everything
        assert seen(blind, client) is None
        assert seen(blind) is None
        # Nor more than the one it stands for.
        assert seen(strong, weak) == mine
        assert seen(client, weak) == mine
        assert seen(client, blind) is None
        assert seen(client) == everything


def test_a_share_counts_in_a_name_only_if_both_have_it(estate, client, secret):
    weak, named = holder(estate, ACCOUNT | ACT), holder(estate, ACCOUNT)
    headers = (("mscrmcallerid", str(named.user_id)),)
    target, where = EntityReference("account", secret), f"accounts({secret})"
    read = ACCESS_RIGHTS[Right.READ]
    share(estate, target, user(named), own=read)
    assert named.get(where).status == 200
    assert weak.get(where, headers=headers).error == BEYOND
    assert weak.get("accounts", headers=headers).rows == []
    share(estate, target, user(weak), own=read)
    assert weak.get(where, headers=headers).status == 200
    share(estate, target, user(named), own=0)
    assert weak.get(where, headers=headers).error == BEYOND
    assert weak.get(where).status == 200


def test_nobody_acts_for_the_platform_or_the_disabled(estate, client):
    """The platform's own user is disabled, so that nobody stands for it."""
    actor = holder(estate, ACCOUNT | ACT | {"prvReadUser": Depth.GLOBAL})
    (system,) = client.column("systemusers", "systemuserid", filter="fullname eq 'SYSTEM'")
    out = holder(estate, ACCOUNT)
    assert client.patch(f"systemusers({out.user_id})", {"isdisabled": True}).status == 204
    for named in (system, str(out.user_id)):
        headers = (("mscrmcallerid", named),)
        assert actor.get("accounts", headers=headers).error == DISABLED
        assert actor.delete(f"systemusers({out.user_id})", headers=headers).error == DISABLED
