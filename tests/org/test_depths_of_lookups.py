"""What appending, users and units take, and callers who change, on the demonstration records."""

import uuid

from support.estate import EUROPE, GERMANY, Client
from support.people import JUERGEN, MARGARET, PRIYA, TOMASZ, owner_of
from support.rights import BEYOND, MISSING
from xrm.org import administration


def accounts_by_owner(admin):
    rows = admin.rows("accounts", select="accountid,_ownerid_value")
    return {row["_ownerid_value"]: row["accountid"] for row in rows}


def test_a_lookup_needs_append_to_on_its_target(give, admin):
    service = give("Salesperson")
    accounts = accounts_by_owner(admin)
    reached = [
        owner
        for owner, account in accounts.items()
        if service.post(
            "leads",
            {"lastname": "Looks up", "parentaccountid@odata.bind": f"/accounts({account})"},
        ).status
        == 204
    ]
    assert reached == [str(service.user_id)]
    assert len(accounts) > 3
    for key in service.column("leads", "leadid", filter="lastname eq 'Looks up'"):
        assert service.delete(f"leads({key})").status == 204


def test_a_lookup_needs_append_on_its_own_record(give, admin, lead):
    service = give("Salesperson")
    accounts = accounts_by_owner(admin)
    change = {"parentaccountid@odata.bind": f"/accounts({accounts[str(service.user_id)]})"}
    assert service.patch(f"leads({lead(service.user_id)})", change).status == 204
    assert service.patch(f"leads({lead(TOMASZ)})", change).error == BEYOND


def test_a_lookup_needs_both_privileges(give, admin, contoso):
    service = give("Delegate")
    record = {"lastname": "x", "parentaccountid@odata.bind": f"/accounts({uuid.uuid4()})"}
    assert service.post("leads", record).error == MISSING


def test_a_lookup_to_a_record_out_of_reach_changes_nothing(give, admin, lead):
    service = give("Salesperson")
    key = lead(service.user_id)
    far = accounts_by_owner(admin)[PRIYA]
    change = {"subject": "Half", "parentaccountid@odata.bind": f"/accounts({far})"}
    assert service.patch(f"leads({key})", change).error == BEYOND
    found = admin.get(f"leads({key})").document
    assert (found["subject"], found["_parentaccountid_value"]) == (None, None)


def test_users_and_units_by_their_own_depths(give):
    service = give("Basic User")
    assert len(service.rows("systemusers", select="fullname")) >= 7
    assert service.get(f"systemusers({PRIYA})").status == 200
    assert service.patch(f"systemusers({PRIYA})", {"title": "x"}).error == MISSING
    assert service.delete(f"systemusers({PRIYA})").error == MISSING
    assert service.post("businessunits", {"name": "x"}).error == MISSING
    assert service.patch(f"businessunits({EUROPE})", {"name": "x"}).error == MISSING


def test_only_a_user_of_the_unit_may_be_written_at_local_depth(give):
    service = give("System Customizer")
    assert service.patch(f"systemusers({TOMASZ})", {"title": "Local"}).status == 204
    for far in (JUERGEN, PRIYA, MARGARET):
        assert service.patch(f"systemusers({far})", {"title": "Far"}).error == BEYOND


def test_a_role_counts_from_the_next_request_and_no_longer(contoso):
    estate = contoso.estate
    here, beside = contoso, Client(estate.beside(), contoso.token, contoso.user_id)
    for client in (here, beside):
        assert client.get("leads").error == MISSING
    administration.assign_role(beside.estate.organization, contoso.user_id, "Sales Manager")
    for client in (here, beside):
        assert len(client.rows("leads")) == 46
    administration.assign_role(here.estate.organization, contoso.user_id, "Salesperson")
    administration.remove_role(here.estate.organization, contoso.user_id, "Sales Manager")
    for client in (beside, here):
        assert len(client.rows("leads")) == 28
    administration.remove_role(beside.estate.organization, contoso.user_id, "Salesperson")
    for client in (here, beside):
        assert client.get("leads").error == MISSING


def test_a_user_who_moves_sees_the_new_unit(give, admin):
    service = give("Salesperson")
    where = f"systemusers({service.user_id})"
    moved = {"businessunitid@odata.bind": f"/businessunits({GERMANY})"}
    assert admin.patch(where, moved).status == 204
    try:
        assert service.get("WhoAmI").document["BusinessUnitId"] == GERMANY
        found = {row["_owningbusinessunit_value"] for row in service.rows("leads")}
        assert GERMANY in found
    finally:
        back = {"businessunitid@odata.bind": f"/businessunits({EUROPE})"}
        assert admin.patch(where, back).status == 204
    assert service.get("WhoAmI").document["BusinessUnitId"] == EUROPE


def test_a_new_unit_below_is_within_deep(give, admin, lead):
    service = give("Sales Manager")
    below = admin.post(
        "businessunits",
        {"name": "Contoso Bavaria", "parentbusinessunitid@odata.bind": f"businessunits({GERMANY})"},
    ).created
    moved = {"businessunitid@odata.bind": f"/businessunits({below})"}
    back = {"businessunitid@odata.bind": f"/businessunits({GERMANY})"}
    assert admin.patch(f"systemusers({JUERGEN})", moved).status == 204
    key = lead(JUERGEN)
    assert owner_of(admin, key)[2] == below
    assert service.get(f"leads({key})").status == 200
    assert admin.patch(f"businessunits({below})", {"isdisabled": True}).status == 204
    assert admin.delete(f"businessunits({below})").error == (405, "0x80040227")
    assert admin.patch(f"systemusers({JUERGEN})", back).status == 204
    assert owner_of(admin, key)[2] == GERMANY
    assert admin.delete(f"businessunits({below})").status == 204
