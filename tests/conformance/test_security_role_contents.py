"""What roles grant is read and edited by messages: who may, what is refused, on both engines."""

import uuid

import pytest

from support.estate import Client
from support.rights import (
    ABSENT,
    ADMINISTRATOR,
    BEYOND,
    INVALID,
    KEEPER,
    MISSING,
    ask,
    held,
    new_role,
    privilege,
    refusal,
    role_id,
)
from xrm.model.errors.service import ServiceError
from xrm.model.privileges import Depth, RolePrivilege
from xrm.org import roles

FIXED = (400, "0x80041d31")


@pytest.fixture(scope="module")
def keeper(estate, client):
    new_role(estate, "Role Editor", KEEPER)
    return estate.user("Role Editor", name="Keeper")


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
        assert refusal(keeper, verb, **parameters) == MISSING
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
    parameters["PrivilegeId"] = lead["PrivilegeId"]
    assert refusal(estate.user(name="Nothing"), verb, **parameters) == MISSING
    assert refusal(client, verb, **parameters | {"RoleId": str(uuid.uuid4())}) == ABSENT


def test_a_role_s_privileges_are_read(estate):
    salesperson = estate.user("Salesperson", name="Reader")
    role = role_id(estate, "Delegate")
    (found,) = ask(salesperson, "RetrieveRolePrivilegesRole", RoleId=role)["RolePrivileges"]
    assert found == {
        "BusinessUnitId": salesperson.get("WhoAmI").document["BusinessUnitId"],
        "Depth": "Global",
        "PrivilegeId": "ae5c41f0-e823-4cb9-b25a-8ef020201973",
        "PrivilegeName": "prvActOnBehalfOfAnotherUser",
    }


def test_a_privilege_given_to_a_role_counts_at_once_everywhere(estate, client):
    role = new_role(estate, "Growing", {"prvReadAccount": Depth.BASIC})
    service = estate.user("Growing", name="Grower")
    elsewhere = Client(estate.beside(), service.token)
    assert elsewhere.get("leads").error == MISSING
    lead = privilege(estate, "prvReadLead", Depth.BASIC)
    before = client.get(f"roles({role})").document["versionnumber"]
    ask(client, "AddPrivilegesRole", RoleId=role, Privileges=[lead])
    assert elsewhere.get("leads").status == 200
    assert client.get(f"roles({role})").document["versionnumber"] > before
    ask(client, "RemovePrivilegeRole", RoleId=role, PrivilegeId=lead["PrivilegeId"])
    assert elsewhere.get("leads").error == MISSING
    again = {"RoleId": role, "PrivilegeId": lead["PrivilegeId"]}
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
        privilege(estate, name, depth)
        if name
        else RolePrivilege(str(uuid.uuid4()), depth).spelled()
        for name, depth in asked
    ]
    assert refusal(client, verb, RoleId=role, Privileges=given) == error
    assert held(estate, role) == before


def test_the_administrator_s_privileges_stay(estate, client):
    role = role_id(estate, ADMINISTRATOR)
    lead = privilege(estate, "prvReadLead", Depth.BASIC)
    for verb in ("AddPrivilegesRole", "ReplacePrivilegesRole"):
        assert refusal(client, verb, RoleId=role, Privileges=[lead]) == FIXED
    gone = {"RoleId": role, "PrivilegeId": lead["PrivilegeId"]}
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
    assert service.delete(f"leads({key})").error == MISSING
    assert service.get(f"leads({key})").status == 200
    other = client.post("leads", {"lastname": "Other"}).created
    assert service.get(f"leads({other})").error == BEYOND
    roles.delete_role(organization, "Lesser Role")
    assert service.get(f"leads({key})").error == MISSING


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
