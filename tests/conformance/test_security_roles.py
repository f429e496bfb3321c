"""Roles are given and taken by messages: who may, what is refused, on both engines."""

import uuid

import pytest

from support.estate import Client, build
from support.rights import (
    ABSENT,
    ADMINISTRATOR,
    ASSIGNMENT,
    BEYOND,
    DISABLED,
    DUPLICATE,
    INVALID,
    KEEPER,
    MISSING,
    ask,
    new_role,
    pair,
    refusal,
    role_id,
)
from xrm.model.errors.service import ServiceError
from xrm.model.privileges import Depth
from xrm.model.values import EntityReference
from xrm.org import administration
from xrm.org.ports import DirectoryPerson

LAST = (400, "0x80041d30")


@pytest.fixture
def fresh(url, namespace):
    """An organization of the test's own."""
    built = build(url, namespace)
    yield built
    built.database.close()


@pytest.fixture(scope="module")
def keeper(estate, client):
    new_role(estate, "Role Keeper", KEEPER)
    return estate.user("Role Keeper", name="Keeper")


@pytest.mark.parametrize("who", [(), ("Basic User",), ("Vice President of Sales",)])
@pytest.mark.parametrize("verb", ["Associate", "Disassociate"])
def test_giving_and_taking_needs_the_privilege(estate, verb, who):
    caller, other = estate.user(*who), estate.user("Salesperson", name="Other")
    with pytest.raises(ServiceError) as caught:
        ask(caller, verb, **pair(other.user_id, role_id(estate, "Salesperson")))
    assert (caught.value.fault.status, caught.value.fault.hex) == MISSING
    assert "is missing prvAssignRole privilege (Id=" in caught.value.message
    assert "on OTC=1036 for entity 'role'" in caught.value.message


def test_a_role_given_and_taken_counts_at_once_everywhere(estate, client):
    service = estate.user(name="Late")
    elsewhere = Client(estate.beside(), service.token)
    role = role_id(estate, "Salesperson")
    assert elsewhere.get("leads").error == MISSING
    ask(client, "Associate", **pair(service.user_id, role))
    assert elsewhere.get("leads").status == 200
    assert refusal(client, "Associate", **pair(service.user_id, role)) == DUPLICATE
    ask(client, "Disassociate", **pair(service.user_id, role))
    assert elsewhere.get("leads").error == MISSING
    ask(client, "Disassociate", **pair(service.user_id, role))


def test_either_record_may_be_the_target(estate, client):
    first, second = estate.user(name="First"), estate.user(name="Second")
    users = [EntityReference("systemuser", str(each.user_id)) for each in (first, second)]
    target = EntityReference("role", role_id(estate, "Salesperson"))
    parameters = {"Target": target, "Relationship": ASSIGNMENT, "RelatedEntities": users}
    ask(client, "Associate", **parameters)
    assert [each.get("leads").status for each in (first, second)] == [200, 200]
    ask(client, "Disassociate", **parameters)
    assert [each.get("leads").status for each in (first, second)] == [403, 403]


def test_all_the_pairs_of_a_message_are_kept_or_none(estate, client):
    user = estate.user(name="Whole")
    parameters = pair(user.user_id, role_id(estate, "Salesperson"))
    parameters["RelatedEntities"].append(EntityReference("role", str(uuid.uuid4())))
    assert refusal(client, "Associate", **parameters) == ABSENT
    assert user.get("leads").error == MISSING


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"Relationship": "no_such_association"}, INVALID),
        ({"Relationship": "roleprivileges_association"}, INVALID),
        ({"Relationship": "teamroles_association"}, INVALID),
        ({"Target": EntityReference("lead", str(uuid.uuid4()))}, INVALID),
        ({"Target": EntityReference("systemuser", str(uuid.uuid4()))}, ABSENT),
        ({"RelatedEntities": [EntityReference("role", str(uuid.uuid4()))]}, ABSENT),
    ],
)
@pytest.mark.parametrize("verb", ["Associate", "Disassociate"])
def test_pairs_that_cannot_be(estate, client, verb, change, error):
    user = estate.user(name="Odd")
    parameters = pair(user.user_id, role_id(estate, "Salesperson")) | change
    assert refusal(client, verb, **parameters) == error


def test_the_platforms_user_has_no_roles(estate, client):
    (system,) = client.column("systemusers", "systemuserid", filter="accessmode eq 3")
    role = role_id(estate, "Salesperson")
    assert refusal(client, "Associate", **pair(system, role)) == (400, "0x80041d51")


def test_nobody_assigns_more_than_they_hold(estate, keeper):
    user = estate.user(name="Subject")
    for name in (ADMINISTRATOR, "Salesperson", "Delegate"):
        parameters = pair(user.user_id, role_id(estate, name))
        assert refusal(keeper, "Associate", **parameters) == MISSING, name
        own = pair(keeper.user_id, role_id(estate, name))
        assert refusal(keeper, "Associate", **own) == MISSING, name
    less = new_role(estate, "Lead Looker", {"prvReadLead": Depth.LOCAL})
    ask(keeper, "Associate", **pair(user.user_id, less))
    assert user.get("leads").status == 200
    deeper = new_role(estate, "Lead Gazer", {"prvReadLead": Depth.DEEP})
    assert refusal(keeper, "Associate", **pair(user.user_id, deeper)) == MISSING


@pytest.mark.parametrize("verb", ["Associate", "Disassociate"])
@pytest.mark.parametrize(
    ("depth", "units"),
    [(Depth.LOCAL, {"root"}), (Depth.DEEP, {"root", "below"}), (Depth.GLOBAL, {"root", "below"})],
)
def test_roles_are_given_in_the_units_the_privilege_reaches(estate, client, verb, depth, units):
    root = client.get("WhoAmI").document["BusinessUnitId"]
    above = {"parentbusinessunitid@odata.bind": f"businessunits({root})"}
    branch = f"Branch {uuid.uuid4()}"
    assert client.post("businessunits", {"name": branch} | above).status == 204
    name = f"Local Keeper {uuid.uuid4()}"
    new_role(estate, name, KEEPER | {"prvAssignRole": depth})
    caller = estate.user(name, name="Local")
    role = new_role(estate, f"Looker {uuid.uuid4()}", {"prvReadLead": Depth.LOCAL})
    for where, unit in (("root", None), ("below", branch)):
        user = estate.user(*([role] if verb == "Disassociate" else []), unit=unit)
        if where in units:
            ask(caller, verb, **pair(user.user_id, role))
        else:
            assert refusal(caller, verb, **pair(user.user_id, role)) == BEYOND


def test_the_last_administrator_stays_one(fresh):
    first = fresh.user(ADMINISTRATOR, name="First")
    role = role_id(fresh, ADMINISTRATOR)
    own, where = pair(first.user_id, role), f"systemusers({first.user_id})"
    disabled = {"isdisabled": True}
    assert refusal(first, "Disassociate", **own) == LAST
    assert first.patch(where, disabled).error == (400, "0x80041d2f")
    with pytest.raises(ServiceError) as caught:
        administration.remove_role(fresh.organization, first.user_id, ADMINISTRATOR)
    assert caught.value.fault.hex == LAST[1]
    second = fresh.user(ADMINISTRATOR, name="Second")
    assert first.patch(f"systemusers({second.user_id})", disabled).status == 204
    assert refusal(first, "Disassociate", **own) == LAST
    administration.set_enabled(fresh.organization, second.user_id, enabled=True)
    ask(first, "Disassociate", **own)
    assert first.patch(where, disabled).error == MISSING
    assert second.patch(where, disabled).status == 204


def test_an_application_user_disabled_is_refused_at_its_next_request_everywhere(fresh):
    fresh.user(ADMINISTRATOR, name="Administrator")
    service = fresh.user("Salesperson", name="Service")
    here, there = service, Client(fresh.beside(), service.token)
    for each in (here, there):
        assert each.get("leads").status == 200
        assert each.get("WhoAmI").status == 200
    administration.set_enabled(fresh.organization, service.user_id, enabled=False)
    for each in (there, here):
        assert each.get("leads").error == DISABLED
        assert each.get("WhoAmI").error == DISABLED
        assert each.post("leads", {"lastname": "X"}).error == DISABLED
    administration.set_enabled(there.estate.organization, service.user_id, enabled=True)
    assert [each.get("leads").status for each in (here, there)] == [200, 200]


def test_an_administrator_of_the_tenant_keeps_the_role_and_stays_enabled(fresh):
    from xrm.org import people

    admin = fresh.user(ADMINISTRATOR, name="Administrator")
    person = DirectoryPerson(
        uuid.uuid4(), "gail@contoso.example", "Gail", "", "", "", True, True, administrator=True
    )
    fresh.directory.people[person.object_id] = person
    people.follow(fresh.organization, person)
    name = "domainname eq 'gail@contoso.example'"
    (user,) = admin.column("systemusers", "systemuserid", filter=name)
    parameters = pair(user, role_id(fresh, ADMINISTRATOR))
    assert refusal(admin, "Disassociate", **parameters) == (400, "0x80041d64")
    disabled = {"isdisabled": True}
    assert admin.patch(f"systemusers({user})", disabled).error == (400, "0x80041d65")
    del fresh.directory.people[person.object_id]
    assert admin.patch(f"systemusers({user})", disabled).status == 204
    ask(admin, "Disassociate", **parameters)
