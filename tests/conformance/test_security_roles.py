"""Roles are given, taken and edited by messages: who may, what is refused, on both engines."""

import uuid

import pytest

from support.estate import Client, build
from xrm.model.errors.service import ServiceError
from xrm.model.message import Message
from xrm.model.privileges import Depth, RolePrivilege
from xrm.model.values import EntityReference
from xrm.org import administration, pipeline, roles
from xrm.org.callers import Identity
from xrm.org.ports import DirectoryPerson

ADMINISTRATOR = "System Administrator"
DENIED = (403, "0x80040220")
BEYOND = (403, "0x80048306")
ABSENT = (404, "0x80040217")
INVALID = (400, "0x80040203")
FIXED = (400, "0x80041d31")
LAST = (400, "0x80041d30")
DISABLED = (403, "0x80040225")
DUPLICATE = (412, "0x80040237")
ASSIGNMENT = "systemuserroles_association"
KEEPER = {
    "prvAssignRole": Depth.GLOBAL,
    "prvReadRole": Depth.GLOBAL,
    "prvWriteRole": Depth.GLOBAL,
    "prvCreateRole": Depth.GLOBAL,
    "prvReadUser": Depth.GLOBAL,
    "prvAppendToBusinessUnit": Depth.GLOBAL,
    "prvAppendRole": Depth.GLOBAL,
    "prvReadLead": Depth.LOCAL,
}
"""What somebody holds who keeps roles and is no administrator."""


@pytest.fixture
def fresh(url, namespace):
    """An organization of the test's own."""
    built = build(url, namespace)
    yield built
    built.database.close()


def identity(client: Client) -> Identity:
    known = client.estate.directory.known[client.application_id]
    return Identity(str(known.object_id), str(known.application_id))


def ask(client, name, **parameters):
    return pipeline.execute(client.estate.organization, Message(name, parameters), identity(client))


def refusal(client, name, **parameters):
    """Return status and code of what must be refused."""
    with pytest.raises(ServiceError) as caught:
        ask(client, name, **parameters)
    return caught.value.fault.status, caught.value.fault.hex


def pair(user, role, relationship=ASSIGNMENT):
    return {
        "Target": EntityReference("systemuser", str(user)),
        "Relationship": relationship,
        "RelatedEntities": [EntityReference("role", str(role))],
    }


def role_id(estate, name):
    return administration.named(estate.organization, "role", name)


def privilege(estate, name, depth):
    key = administration.named(estate.organization, "privilege", name)
    return RolePrivilege(key, depth)


def new_role(estate, name, grants):
    """Make a role that grants this and nothing else, and return its id."""
    made = str(roles.copy_role(estate.organization, "Delegate", name=name))
    given = [privilege(estate, each, depth) for each, depth in grants.items()]
    message = Message("ReplacePrivilegesRole", {"RoleId": made, "Privileges": given})
    organization = estate.organization
    pipeline.execute(organization, message, administration.platform_of(organization))
    return made


def held(estate, role):
    found = roles.read_role(estate.organization, str(role)).privileges
    return {each.name: each.depth for each in found}


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
    assert (caught.value.fault.status, caught.value.fault.hex) == DENIED
    assert "is missing prvAssignRole privilege (Id=" in caught.value.message
    assert "on OTC=1036 for entity 'role'" in caught.value.message


def test_a_role_given_and_taken_counts_at_once_everywhere(estate, client):
    service = estate.user(name="Late")
    elsewhere = Client(estate.beside(), service.token)
    role = role_id(estate, "Salesperson")
    assert elsewhere.get("leads").error == DENIED
    ask(client, "Associate", **pair(service.user_id, role))
    assert elsewhere.get("leads").status == 200
    assert refusal(client, "Associate", **pair(service.user_id, role)) == DUPLICATE
    ask(client, "Disassociate", **pair(service.user_id, role))
    assert elsewhere.get("leads").error == DENIED
    assert refusal(client, "Disassociate", **pair(service.user_id, role)) == INVALID


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
    assert user.get("leads").error == DENIED


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
        assert refusal(keeper, "Associate", **parameters) == DENIED, name
        own = pair(keeper.user_id, role_id(estate, name))
        assert refusal(keeper, "Associate", **own) == DENIED, name
    less = new_role(estate, "Lead Looker", {"prvReadLead": Depth.LOCAL})
    ask(keeper, "Associate", **pair(user.user_id, less))
    assert user.get("leads").status == 200
    deeper = new_role(estate, "Lead Gazer", {"prvReadLead": Depth.DEEP})
    assert refusal(keeper, "Associate", **pair(user.user_id, deeper)) == DENIED


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


@pytest.mark.parametrize("verb", ["AddPrivilegesRole", "ReplacePrivilegesRole"])
@pytest.mark.parametrize(
    ("name", "depth", "allowed"),
    [
        ("prvReadLead", Depth.BASIC, True),
        ("prvReadLead", Depth.LOCAL, True),
        ("prvReadLead", Depth.DEEP, False),
        ("prvReadLead", Depth.GLOBAL, False),
        ("prvWriteLead", Depth.BASIC, False),
        ("prvActOnBehalfOfAnotherUser", Depth.GLOBAL, False),
    ],
)
def test_nobody_puts_more_into_a_role_than_they_hold(estate, keeper, verb, name, depth, allowed):
    role = new_role(estate, f"Role {uuid.uuid4()}", {"prvReadAccount": Depth.BASIC})
    parameters = {"RoleId": role, "Privileges": [privilege(estate, name, depth)]}
    kept = {} if verb == "ReplacePrivilegesRole" else {"prvReadAccount": Depth.BASIC}
    if allowed:
        ask(keeper, verb, **parameters)
        assert held(estate, role) == kept | {name: depth}
    else:
        assert refusal(keeper, verb, **parameters) == DENIED
        assert held(estate, role) == {"prvReadAccount": Depth.BASIC}


@pytest.mark.parametrize(
    "verb",
    [
        "AddPrivilegesRole",
        "ReplacePrivilegesRole",
        "RemovePrivilegeRole",
        "RetrieveRolePrivilegesRole",
    ],
)
def test_what_roles_grant_is_not_for_everybody(estate, client, verb):
    lead = privilege(estate, "prvReadLead", Depth.BASIC)
    parameters = {"RoleId": role_id(estate, "Salesperson"), "Privileges": [lead]}
    parameters["PrivilegeId"] = lead.privilege_id
    assert refusal(estate.user(name="Nothing"), verb, **parameters) == DENIED
    assert refusal(client, verb, **parameters | {"RoleId": str(uuid.uuid4())}) == ABSENT


def test_a_role_s_privileges_are_read(estate):
    salesperson = estate.user("Salesperson", name="Reader")
    role = role_id(estate, "Delegate")
    (found,) = ask(salesperson, "RetrieveRolePrivilegesRole", RoleId=role)["RolePrivileges"]
    assert (found.name, found.depth) == ("prvActOnBehalfOfAnotherUser", Depth.GLOBAL)
    assert found.privilege_id == "ae5c41f0-e823-4cb9-b25a-8ef020201973"
    root = salesperson.get("WhoAmI").document["BusinessUnitId"]
    assert found.business_unit_id == root


def test_a_privilege_given_to_a_role_counts_at_once_everywhere(estate, client):
    role = new_role(estate, "Growing", {"prvReadAccount": Depth.BASIC})
    service = estate.user("Growing", name="Grower")
    elsewhere = Client(estate.beside(), service.token)
    assert elsewhere.get("leads").error == DENIED
    lead = privilege(estate, "prvReadLead", Depth.BASIC)
    before = client.get(f"roles({role})").document["versionnumber"]
    ask(client, "AddPrivilegesRole", RoleId=role, Privileges=[lead])
    assert elsewhere.get("leads").status == 200
    assert client.get(f"roles({role})").document["versionnumber"] > before
    ask(client, "RemovePrivilegeRole", RoleId=role, PrivilegeId=lead.privilege_id)
    assert elsewhere.get("leads").error == DENIED
    again = {"RoleId": role, "PrivilegeId": lead.privilege_id}
    assert refusal(client, "RemovePrivilegeRole", **again) == INVALID


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ([("prvReadRole", Depth.BASIC)], (400, "0x8004140b")),
        ([("prvReadOrganization", Depth.DEEP)], (400, "0x8004140b")),
        ([("prvReadLead", Depth.BASIC), ("prvReadLead", Depth.GLOBAL)], (400, "0x8004140f")),
        ([(None, Depth.GLOBAL)], ABSENT),
    ],
)
@pytest.mark.parametrize("verb", ["AddPrivilegesRole", "ReplacePrivilegesRole"])
def test_privileges_that_cannot_be_granted(estate, client, verb, asked, error):
    role = role_id(estate, "Sales Manager")
    before = held(estate, role)
    given = [
        privilege(estate, name, depth) if name else RolePrivilege(str(uuid.uuid4()), depth)
        for name, depth in asked
    ]
    assert refusal(client, verb, RoleId=role, Privileges=given) == error
    assert held(estate, role) == before


def test_the_administrator_s_privileges_stay(estate, client):
    role = role_id(estate, ADMINISTRATOR)
    lead = privilege(estate, "prvReadLead", Depth.BASIC)
    for verb in ("AddPrivilegesRole", "ReplacePrivilegesRole"):
        assert refusal(client, verb, RoleId=role, Privileges=[lead]) == FIXED
    gone = {"RoleId": role, "PrivilegeId": lead.privilege_id}
    assert refusal(client, "RemovePrivilegeRole", **gone) == FIXED
    assert held(estate, role)["prvReadLead"] is Depth.GLOBAL


def test_a_copy_of_the_administrator_can_be_edited(estate, client):
    organization = estate.organization
    copied = str(roles.copy_role(organization, ADMINISTRATOR, name="Service Role"))
    found = roles.read_role(organization, copied)
    assert (found.name, found.template_id, found.is_fixed) == ("Service Role", None, False)
    assert held(estate, copied) == held(estate, ADMINISTRATOR)
    service = estate.user("Service Role", name="Copy")
    key = service.post("leads", {"lastname": "Made"}).created
    edit = roles.Edit({"prvReadLead": Depth.BASIC}, ["prvDeleteLead"], "Lesser Role")
    roles.edit_role(organization, "service role", edit)
    assert service.delete(f"leads({key})").error == DENIED
    assert service.get(f"leads({key})").status == 200
    other = client.post("leads", {"lastname": "Other"}).created
    assert service.get(f"leads({other})").error == BEYOND
    roles.delete_role(organization, "Lesser Role")
    assert service.get(f"leads({key})").error == DENIED


@pytest.mark.parametrize(
    "edit",
    [
        roles.Edit({"prvReadLead": Depth.BASIC}, ["prvActOnBehalfOfAnotherUser"]),
        roles.Edit({"prvReadLead": Depth.BASIC, "prvReadRole": Depth.BASIC}, ["prvReadLead"]),
        roles.Edit({"prvReadLead": Depth.BASIC}, [], "Sales Manager"),
        roles.Edit({"prvReadLead": Depth.BASIC, "prvNothing": Depth.BASIC}),
    ],
)
def test_an_edit_is_done_whole_or_not_at_all(estate, client, edit):
    before = held(estate, "Salesperson")
    assert before["prvReadLead"] is not Depth.BASIC
    with pytest.raises(ServiceError):
        roles.edit_role(estate.organization, "Salesperson", edit)
    assert held(estate, "Salesperson") == before


def test_a_name_is_taken_once_in_a_unit(estate, client):
    root = client.get("WhoAmI").document["BusinessUnitId"]

    def bound(unit):
        return {"businessunitid@odata.bind": f"businessunits({unit})"}

    made = client.post("roles", {"name": "Named"} | bound(root)).created
    found = client.get(f"roles({made})").document
    assert (found["_parentrootroleid_value"], found["ismanaged"]) == (made, False)
    assert client.post("roles", {"name": "named "} | bound(root)).error == (400, "0x80041403")
    assert client.patch(f"roles({made})", {"name": "salesperson"}).error == (400, "0x80041403")
    assert client.patch(f"roles({made})", {"name": "NAMED"}).status == 204
    below = {"name": "Below", "parentbusinessunitid@odata.bind": f"businessunits({root})"}
    branch = client.post("businessunits", below).created
    assert client.post("roles", {"name": "Named"} | bound(branch)).status == 204
    assert client.post("roles", {"name": "Unitless"}).error == (400, "0x80041406")
    assert client.post("roles", bound(root)).error == (400, "0x80041407")


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
    assert first.patch(where, disabled).error == DENIED
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
