"""One user acts in the name of another: both must have the right, on both engines."""

import uuid

import orjson
import pytest

from support.estate import JSON
from support.rights import (
    ABSENT,
    ADMINISTRATOR,
    BEYOND,
    DISABLED,
    INVALID,
    MISSING,
    holder,
    made_by_platform,
    new_role,
    share,
)
from xrm.model.privileges import ACCESS_RIGHTS, Depth, Right
from xrm.model.values import EntityReference

BY_USER, BY_OBJECT = "mscrmcallerid", "callerobjectid"
NOT_MEMBER = (403, "0x80072560")
ACT = {"prvActOnBehalfOfAnotherUser": Depth.GLOBAL}
ALL = {f"prv{right.value}Account": Depth.GLOBAL for right in Right}
BASIC = dict.fromkeys(ALL, Depth.BASIC)


class As:
    """A caller in the name of another, by either header."""

    def __init__(self, caller, user, header=BY_USER):
        named = user.user_id
        if header == BY_OBJECT:
            named = caller.estate.directory.known[user.application_id].object_id
        self.caller, self.headers = caller, ((header, str(named)),)

    def get(self, path, *, headers=(), **options):
        return self.caller.get(path, headers=self.headers + headers, **options)

    def patch(self, path, record):
        return self.caller.patch(path, record, headers=self.headers)

    def delete(self, path):
        return self.caller.delete(path, headers=self.headers)

    def post(self, path, record):
        lines = (JSON, *self.headers)
        return self.caller.send("POST", path, headers=lines, body=orjson.dumps(record))

    def column(self, path, name):
        answer = self.get(path, select=name)
        return [row[name] for row in answer.rows]


def row(estate, owner):
    user = EntityReference("systemuser", str(owner.user_id))
    return made_by_platform(estate, "account", {"name": "Row", "ownerid": user})


@pytest.fixture(scope="module")
def service(estate):
    return holder(estate, ALL | ACT)


@pytest.fixture(scope="module")
def user(estate):
    return holder(estate, BASIC)


@pytest.mark.covers("header: MSCRMCallerID", "header: CallerObjectId", "feature: impersonation")
@pytest.mark.parametrize("header", [BY_USER, BY_OBJECT])
def test_the_other_is_who_asks(service, user, header):
    found = As(service, user, header).get("WhoAmI").document
    assert found["UserId"] == str(user.user_id)
    assert service.get("WhoAmI").document["UserId"] == str(service.user_id)


@pytest.mark.parametrize("header", [BY_USER, BY_OBJECT])
def test_a_record_says_who_really_wrote_it(client, service, user, header):
    key = As(service, user, header).post("accounts", {"name": "Made"}).created
    names = ("createdby", "createdonbehalfby", "modifiedby", "modifiedonbehalfby", "ownerid")

    def people():
        found = client.get(f"accounts({key})").document
        return tuple(found[f"_{name}_value"] for name in names)

    him, me = str(user.user_id), str(service.user_id)
    assert people() == (him, me, him, me, him)
    assert service.patch(f"accounts({key})", {"name": "Directly"}).status == 204
    assert people() == (him, me, me, None, him)
    assert As(service, user, header).patch(f"accounts({key})", {"name": "Again"}).status == 204
    assert people() == (him, me, him, me, him)


def test_who_names_itself_acts_as_itself(client, service, user):
    for caller in (service, user):
        for header in (BY_USER, BY_OBJECT):
            key = As(caller, caller, header).post("accounts", {"name": "Own"}).created
            found = client.get(f"accounts({key})").document
            assert found["_createdby_value"] == str(caller.user_id)
            assert found["_createdonbehalfby_value"] is None


def test_it_takes_the_privilege(estate, user, client):
    plain = holder(estate, ALL)
    for target in (user, client):
        for header in (BY_USER, BY_OBJECT):
            answer = As(plain, target, header).get("WhoAmI")
            assert answer.error == MISSING
            assert "prvActOnBehalfOfAnotherUser" in answer.document["error"]["message"]
    # Nor is it told whether the other exists.
    for header in (BY_USER, BY_OBJECT):
        asked = ((header, str(uuid.uuid4())),)
        assert plain.get("WhoAmI", headers=asked).error == MISSING


def test_administrators_and_delegates_hold_it(estate, client, user):
    delegate = estate.user("Delegate", name="Delegate")
    for caller in (client, delegate):
        assert As(caller, user).get("WhoAmI").document["UserId"] == str(user.user_id)
    # A delegate alone has no other right, so neither has it in anybody's name.
    assert As(delegate, client).get("accounts").error == MISSING
    assert As(delegate, user).get("accounts").error == MISSING


@pytest.mark.parametrize(
    ("header", "value", "error"),
    [
        (BY_USER, "7c3f1c5e-0000-4000-8000-000000000000", ABSENT),
        (BY_OBJECT, "7c3f1c5e-0000-4000-8000-000000000000", NOT_MEMBER),
        (BY_USER, "nobody", INVALID),
        (BY_OBJECT, "{7c3f1c5e-0000-4000-8000-000000000000}x", INVALID),
        (BY_USER, "é" * 5000, INVALID),
    ],
)
def test_nobody_to_act_for(service, header, value, error):
    for path in ("WhoAmI", "accounts", f"accounts({uuid.uuid4()})"):
        assert service.get(path, headers=((header, value),)).error == error
    assert service.patch(f"accounts({uuid.uuid4()})", {}, headers=((header, value),)).error == error


@pytest.mark.parametrize("value", ["", "  ", "00000000-0000-0000-0000-000000000000"])
def test_an_empty_header_says_nothing(service, value):
    for header in (BY_USER, BY_OBJECT):
        answer = service.get("WhoAmI", headers=((header, value),))
        assert answer.document["UserId"] == str(service.user_id)


def test_a_disabled_user_is_acted_for_no_more(estate, client, service):
    gone = holder(estate, BASIC)
    assert As(service, gone).get("accounts").status == 200
    assert client.patch(f"systemusers({gone.user_id})", {"isdisabled": True}).status == 204
    for header in (BY_USER, BY_OBJECT):
        assert As(service, gone, header).get("accounts").error == DISABLED
    (system,) = client.column("systemusers", "systemuserid", filter="accessmode eq 3")
    assert service.get("accounts", headers=((BY_USER, system),)).error == DISABLED


@pytest.mark.parametrize("lacking", ["the caller", "the other"])
@pytest.mark.parametrize("right", ["Read", "Write", "Create", "Delete"])
def test_both_must_hold_a_privilege(estate, lacking, right):
    less = {name: depth for name, depth in ALL.items() if name != f"prv{right}Account"}
    caller = holder(estate, (less if lacking == "the caller" else ALL) | ACT)
    other = holder(estate, less if lacking == "the other" else ALL)
    key, acting = row(estate, other), As(caller, other)
    where = f"accounts({key})"
    answer = {
        "Read": lambda: acting.get(where),
        "Write": lambda: acting.patch(where, {"name": "X"}),
        "Create": lambda: acting.post("accounts", {"name": "X"}),
        "Delete": lambda: acting.delete(where),
    }[right]()
    assert answer.error == MISSING
    assert f"Principal user (Id={other.user_id}, type=8" in answer.document["error"]["message"]


# Who reaches which rows: the caller's depth, the other's, and the rows that are in both.
ROWS = ("caller's", "other's", "caller's unit", "other's unit", "elsewhere")
LOCAL = {"caller": {"caller's", "caller's unit"}, "other": {"other's", "other's unit"}}
BOTH = [
    (Depth.GLOBAL, Depth.GLOBAL, set(ROWS)),
    (Depth.GLOBAL, Depth.BASIC, {"other's"}),
    (Depth.GLOBAL, Depth.LOCAL, LOCAL["other"]),
    (Depth.BASIC, Depth.GLOBAL, {"caller's"}),
    (Depth.LOCAL, Depth.GLOBAL, LOCAL["caller"]),
    (Depth.BASIC, Depth.BASIC, set()),
    (Depth.LOCAL, Depth.LOCAL, set()),
    (Depth.DEEP, Depth.LOCAL, LOCAL["other"]),
    (Depth.DEEP, Depth.BASIC, {"other's"}),
    (Depth.DEEP, Depth.GLOBAL, LOCAL["caller"] | LOCAL["other"]),
]


@pytest.mark.parametrize(("mine", "his", "expected"), BOTH)
def test_a_row_must_be_within_both(estate, client, mine, his, expected):
    root = client.get("WhoAmI").document["BusinessUnitId"]
    upper = unit(client, root)
    lower = unit(client, upper[0])
    caller = holder(estate, dict.fromkeys(ALL, mine) | ACT, unit=upper[1])
    other = holder(estate, dict.fromkeys(ALL, his), unit=lower[1])
    owners = dict(
        zip(ROWS, (caller, other, *lone(estate, upper, lower, unit(client, root))), strict=True)
    )
    keys = {name: row(estate, owner) for name, owner in owners.items()}
    acting = As(caller, other)
    seen = set(acting.column("accounts", "accountid"))
    assert {name for name, key in keys.items() if key in seen} == expected
    for name, key in keys.items():
        answers = [
            acting.get(f"accounts({key})"),
            acting.patch(f"accounts({key})", {"name": "Both"}),
            acting.delete(f"accounts({key})"),
        ]
        if name in expected:
            assert [each.status for each in answers] == [200, 204, 204], name
        else:
            assert {each.error for each in answers} == {BEYOND}, name


def unit(client, parent):
    name = f"Unit {uuid.uuid4()}"
    above = {"parentbusinessunitid@odata.bind": f"businessunits({parent})"}
    return client.post("businessunits", {"name": name} | above).created, name


def lone(estate, *units):
    return [estate.user(unit=name) for _, name in units]


def test_shares_of_each_count_for_each(estate, client):
    caller, other, third = (holder(estate, grants) for grants in (BASIC | ACT, BASIC, BASIC))
    everything = sum(ACCESS_RIGHTS.values())
    people = [EntityReference("systemuser", str(each.user_id)) for each in (caller, other)]
    acting = As(caller, other)
    for shared, allowed in (((0,), False), ((1,), False), ((0, 1), True)):
        key = row(estate, third)
        for number in shared:
            share(estate, EntityReference("account", key), people[number], own=everything)
        assert (key in acting.column("accounts", "accountid")) is allowed
        answers = acting.get(f"accounts({key})"), acting.patch(f"accounts({key})", {"name": "S"})
        if allowed:
            assert [each.status for each in answers] == [200, 204]
        else:
            assert {each.error for each in answers} == {BEYOND}


def test_nobody_creates_more_than_both_could(estate):
    other = holder(estate, ALL)
    caller = holder(estate, BASIC | ACT)
    assert As(caller, other).post("accounts", {"name": "X"}).error == BEYOND
    wide = holder(estate, ALL | ACT)
    assert As(wide, other).post("accounts", {"name": "X"}).status == 204


def test_nobody_gives_more_than_both_hold(estate, client):
    grants = ACT | {
        "prvAssignRole": Depth.GLOBAL, "prvReadRole": Depth.GLOBAL, "prvReadUser": Depth.GLOBAL,
    }  # fmt: skip
    limited, subject = holder(estate, grants), estate.user(name="Subject")
    where = f"systemusers({subject.user_id})/systemuserroles_association"
    role = client.rows("roles", filter=f"name eq '{ADMINISTRATOR}'")[0]["roleid"]
    wanted = {"@odata.id": f"/api/data/v9.2/roles({role})"}
    assert As(limited, client).post(f"{where}/$ref", wanted).error == MISSING
    assert As(client, limited).post(f"{where}/$ref", wanted).error == MISSING
    small = new_role(estate, f"Role {uuid.uuid4()}", {"prvReadUser": Depth.LOCAL})
    wanted = {"@odata.id": f"/api/data/v9.2/roles({small})"}
    assert As(limited, client).post(f"{where}/$ref", wanted).status == 204


def test_what_is_taken_from_either_counts_at_once(estate, client):
    name = f"Role {uuid.uuid4()}"
    role = new_role(estate, name, ALL | ACT)
    caller, other = estate.user(name, name="Caller"), estate.user(name, name="Other")
    acting = As(caller, other)
    for loser in (other, caller):
        assert acting.get("accounts").status == 200
        where = f"systemusers({loser.user_id})/systemuserroles_association"
        assert client.delete(f"{where}({role})/$ref").status == 204
        assert acting.get("accounts").error == MISSING
        again = {"@odata.id": f"/api/data/v9.2/roles({role})"}
        assert client.post(f"{where}/$ref", again).status == 204


def test_the_directory_s_id_goes_first(service, user, client):
    known = client.estate.directory.known[user.application_id].object_id
    headers = ((BY_OBJECT, str(known)), (BY_USER, str(client.user_id)))
    assert service.get("WhoAmI", headers=headers).document["UserId"] == str(user.user_id)
