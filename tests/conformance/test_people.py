"""People of the directory and their users in the organization, on both engines."""

import dataclasses
import uuid

import pytest

from support.estate import Client, build
from xrm.org import administration, people
from xrm.org.ports import DirectoryPerson

ADMINISTRATOR = "System Administrator"
COLUMNS = (
    "domainname,internalemailaddress,firstname,lastname,fullname,islicensed,isdisabled,accessmode,"
    "azureactivedirectoryobjectid,azurestate"
)
READ_WRITE, ADMINISTRATIVE, NON_INTERACTIVE = 0, 1, 4


def person(**changes):
    """Return an enabled person with a licence, of a name of its own; changed."""
    number = uuid.uuid4()
    ordinary = DirectoryPerson(
        object_id=number,
        user_principal_name=f"nina.{number}@contoso.example",
        display_name="Nina Weber",
        given_name="Nina",
        surname="Weber",
        mail="nina@contoso.example",
        enabled=True,
        licensed=True,
        administrator=False,
    )
    return dataclasses.replace(ordinary, **changes)


@pytest.fixture
def follow(estate, client):
    """Return `follow(person, **changes)`: the person as changed, followed twice, and its row."""

    def following(who, **changes):
        who = dataclasses.replace(who, **changes)
        people.follow(estate.organization, who)
        before = row(client, who)
        people.follow(estate.organization, who)
        assert row(client, who) == before
        return who, before

    return following


def row(client, who):
    """Return the person's one user, None if there is none."""
    test = f"azureactivedirectoryobjectid eq {who.object_id}"
    rows = client.rows("systemusers", filter=test)
    assert len(rows) <= 1
    return rows[0] if rows else None


def roles_of(estate, user):
    found = administration.named(estate.organization, "role", ADMINISTRATOR)
    association = estate.organization.associations["systemuserroles_association"]
    with estate.database.read() as transaction:
        pairs = estate.organization.associations.pairs(transaction, association)
    return [role == found for each, role in pairs if each == user]


def state(found):
    return found["isdisabled"], found["islicensed"], found["accessmode"]


def test_a_licence_brings_a_user_without_roles(estate, client, follow):
    who, found = follow(person())
    expected = {
        "domainname": who.user_principal_name,
        "internalemailaddress": "nina@contoso.example",
        "firstname": "Nina",
        "lastname": "Weber",
        "fullname": "Nina Weber",
        "islicensed": True,
        "isdisabled": False,
        "accessmode": READ_WRITE,
        "azureactivedirectoryobjectid": str(who.object_id),
        "applicationid": None,
        "_businessunitid_value": client.get("WhoAmI").document["BusinessUnitId"],
    }
    assert {name: found[name] for name in expected} == expected
    assert roles_of(estate, found["systemuserid"]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"licensed": False},
        {"enabled": False},
        {"deleted": True},
        {"administrator": True, "enabled": False},
        {"administrator": True, "deleted": True},
    ],
)
def test_who_is_not_served_gets_no_user(client, follow, changes):
    assert follow(person(**changes))[1] is None


@pytest.mark.parametrize(
    ("given", "surname", "display", "expected"),
    [
        ("Nina", "", "Nina W.", ("Nina", None, "Nina")),
        ("", "Weber", "Nina W.", (None, "Weber", "Weber")),
        ("", "", "Help Desk", (None, "Help Desk", "Help Desk")),
    ],
)
def test_names(follow, given, surname, display, expected):
    _, found = follow(person(given_name=given, surname=surname, display_name=display))
    assert (found["firstname"], found["lastname"], found["fullname"]) == expected


def test_names_and_addresses_follow(follow):
    who, first = follow(person(mail=""))
    assert first["internalemailaddress"] == who.user_principal_name
    name = f"nina.braun.{uuid.uuid4()}@contoso.example"
    _, found = follow(who, surname="Braun", user_principal_name=name, mail="braun@contoso.example")
    assert found["systemuserid"] == first["systemuserid"]
    assert (found["fullname"], found["domainname"]) == ("Nina Braun", name)
    assert found["internalemailaddress"] == "braun@contoso.example"


@pytest.mark.parametrize(
    ("gone", "licensed", "azure"),
    [
        ({"licensed": False}, False, 0),
        ({"enabled": False}, True, 0),
        ({"deleted": True}, False, 1),
    ],
)
def test_who_goes_is_disabled_with_roles_kept_and_comes_back(
    estate, client, follow, gone, licensed, azure
):
    who, found = follow(person())
    user = found["systemuserid"]
    administration.assign_role(estate.organization, uuid.UUID(user), ADMINISTRATOR)
    _, found = follow(who, **gone)
    assert state(found) == (True, licensed, READ_WRITE)
    assert found["azurestate"] == azure
    assert roles_of(estate, user) == [True]
    _, found = follow(who)
    assert state(found) == (False, True, READ_WRITE)
    assert (found["azurestate"], found["systemuserid"]) == (0, user)
    assert roles_of(estate, user) == [True]


@pytest.mark.parametrize(("licensed", "mode"), [(True, READ_WRITE), (False, ADMINISTRATIVE)])
def test_an_administrator_of_the_tenant_is_one_here(estate, follow, licensed, mode):
    _, found = follow(person(administrator=True, licensed=licensed))
    assert state(found) == (False, licensed, mode)
    assert roles_of(estate, found["systemuserid"]) == [True]


def test_an_administrator_without_a_licence_and_with_one_again(follow):
    who, _ = follow(person(administrator=True))
    assert state(follow(who, licensed=False)[1]) == (False, False, ADMINISTRATIVE)
    assert state(follow(who)[1]) == (False, True, READ_WRITE)
    assert state(follow(who, enabled=False)[1]) == (True, True, READ_WRITE)


def test_the_role_stays_when_the_directory_role_goes(estate, follow):
    who, found = follow(person())
    user = found["systemuserid"]
    assert roles_of(estate, user) == []
    follow(who, administrator=True)
    assert roles_of(estate, user) == [True]
    _, found = follow(who)
    assert roles_of(estate, user) == [True]
    assert state(found) == (False, True, READ_WRITE)


@pytest.mark.parametrize("mode", [ADMINISTRATIVE, NON_INTERACTIVE])
def test_modes_that_need_no_licence_keep_a_user_enabled(client, follow, mode):
    who, found = follow(person())
    where = f"systemusers({found['systemuserid']})"
    assert client.patch(where, {"accessmode": mode}).status == 204
    assert state(follow(who)[1]) == (False, True, mode)
    assert state(follow(who, licensed=False)[1]) == (False, False, mode)
    assert state(follow(who, enabled=False, licensed=False)[1]) == (True, False, mode)


def test_who_was_disabled_here_is_not_enabled_by_the_directory(client, follow):
    who, found = follow(person())
    where = f"systemusers({found['systemuserid']})"
    assert client.patch(where, {"isdisabled": True}).status == 204
    assert state(follow(who, surname="Braun")[1]) == (True, True, READ_WRITE)
    assert client.patch(where, {"isdisabled": False}).status == 204


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"islicensed": True}, (400, "0x80041d4c")),
        ({"islicensed": False, "title": "X"}, (400, "0x80041d4c")),
        ({"isdisabled": False}, (400, "0x8004d24c")),
    ],
)
def test_a_licence_is_the_directory_s_matter(client, follow, change, error):
    who, _ = follow(person())
    _, before = follow(who, licensed=False)
    where = f"systemusers({before['systemuserid']})"
    assert client.patch(where, change).error == error
    other = {"azureactivedirectoryobjectid": str(uuid.uuid4())}
    assert client.patch(where, other).status == 204
    after = row(client, who)
    assert (after["islicensed"], after["isdisabled"]) == (False, True)


def test_a_new_user_is_not_said_to_have_a_licence(client):
    root = client.get("WhoAmI").document["BusinessUnitId"]
    bound = {"businessunitid@odata.bind": f"businessunits({root})", "lastname": "Sly"}
    assert client.post("systemusers", bound | {"islicensed": True}).error == (400, "0x80041d4d")
    assert client.post("systemusers", bound).status == 204


def test_a_user_that_waits_under_the_name_becomes_the_person_s(client, follow):
    root = client.get("WhoAmI").document["BusinessUnitId"]
    who = person()
    waiting = {
        "domainname": who.user_principal_name.upper(),
        "lastname": "Waiting",
        "businessunitid@odata.bind": f"businessunits({root})",
    }
    key = client.post("systemusers", waiting).created
    _, found = follow(who)
    assert found["systemuserid"] == key
    assert (found["fullname"], found["domainname"]) == ("Nina Weber", who.user_principal_name)
    assert state(found)[1] is True


def test_application_users_are_not_touched(estate, client, follow):
    service = estate.user("Salesperson", name="Robot")
    where = f"systemusers({service.user_id})"
    before = client.get(where).document
    object_id = uuid.UUID(before["azureactivedirectoryobjectid"])
    follow(person(user_principal_name=before["domainname"], licensed=False))
    people.follow(estate.organization, person(object_id=object_id, licensed=False))
    assert client.get(where).document == before
    assert service.get("leads").status == 200


def test_a_person_is_admitted_as_long_as_it_is_served(estate, follow):
    who, found = follow(person())
    administration.assign_role(estate.organization, uuid.UUID(found["systemuserid"]), "Salesperson")
    application = estate.register("Portal")
    claims = {
        "oid": str(who.object_id),
        "sub": "of the person",
        "scp": "user_impersonation",
        "upn": who.user_principal_name,
    }
    token = estate.token(application, **claims)
    here, there = Client(estate, token), Client(estate.beside(), token)
    assert [each.get("leads").status for each in (here, there)] == [200, 200]
    follow(who, licensed=False)
    assert [each.get("leads").error for each in (there, here)] == [(403, "0x80040225")] * 2
    follow(who)
    assert [each.get("leads").status for each in (here, there)] == [200, 200]


@pytest.fixture
def fresh(url, namespace):
    built = build(url, namespace)
    yield built
    built.database.close()


def test_changes_are_followed_once_and_in_order(fresh):
    admin = fresh.user(ADMINISTRATOR)
    organization, beside = fresh.organization, fresh.beside().organization
    who, other = person(), person()
    assert people.followed(organization) == 0
    assert people.follow_all(organization, []) == 0
    assert people.follow_all(organization, [(1, who), (4, other)]) == 4
    assert people.followed(beside) == 4
    late = dataclasses.replace(who, licensed=False)
    assert people.follow_all(beside, [(3, late), (4, late)]) == 4
    assert state(row(admin, who)) == (False, True, READ_WRITE)
    assert people.follow_all(beside, [(4, late), (5, late)]) == 5
    assert state(row(admin, who)) == (True, False, READ_WRITE)


def test_a_change_that_fails_is_followed_again(fresh, monkeypatch):
    admin = fresh.user(ADMINISTRATOR)
    organization = fresh.organization
    first, second = person(), person()
    original = organization.store.insert
    monkeypatch.setattr(organization.store, "insert", broken_for(second, original))
    with pytest.raises(InterruptedError):
        people.follow_all(organization, [(1, first), (2, second)])
    assert people.followed(organization) == 1
    assert (row(admin, first) is None, row(admin, second) is None) == (False, True)
    monkeypatch.undo()
    assert people.follow_all(organization, [(1, first), (2, second)]) == 2
    assert row(admin, second)["fullname"] == "Nina Weber"


def broken_for(who, original):
    """Return an insert that is interrupted after it has inserted this person's user."""

    def insert(transaction, table, values):
        original(transaction, table, values)
        if values.get("domainname") == who.user_principal_name:
            raise InterruptedError

    return insert
