"""What each depth reaches, counted by hand over the demonstration records.

The service lives in Contoso Europe, which has Contoso Germany below it; the root has Contoso
North America besides. Of the 80 leads 6 are the service's own, 28 are Europe's, 46 Europe's and
Germany's.
"""

import uuid

import pytest

from support.datafiles import CONTOSO, read
from support.estate import AMERICA, EUROPE, GERMANY
from support.people import JUERGEN, MARGARET, PRIYA, TOMASZ, owner_of
from support.rights import ABSENT, BEYOND, INVALID, MISSING

ROLES = {
    "Basic User": "Basic",
    "Salesperson": "Local",
    "Sales Manager": "Deep",
    "Vice President of Sales": "Global",
    "System Administrator": "Global",
    "System Customizer": "Basic",
}
LEADS = {"Basic": 6, "Local": 28, "Deep": 46, "Global": 80}


def test_the_files_say_the_same(contoso):
    assert read(CONTOSO / "expected.json") == {"service": LEADS}


@pytest.mark.parametrize("role", ROLES)
def test_a_list_has_what_the_depth_reaches(give, role):
    service = give(role)
    answer = service.send("GET", "/api/data/v9.0/leads", "$select=subject")
    assert len(answer.rows) == LEADS[ROLES[role]]
    prefer = (("prefer", "odata.maxpagesize=5"),)
    page = service.get("leads", headers=prefer, select="leadid", orderby="subject desc")
    seen = {row["leadid"] for row in page.rows}
    while page.next_link:
        page = service.follow(page.next_link)
        seen |= {row["leadid"] for row in page.rows}
    assert len(seen) == LEADS[ROLES[role]]


def test_the_deepest_of_several_roles_counts(give):
    assert len(give("Basic User", "Sales Manager", "Salesperson").rows("leads")) == 46


def test_no_filter_reaches_further(give):
    service = give("Salesperson")
    everything = "leadid ne null or subject eq null or not (subject eq 'x')"
    assert len(service.rows("leads", filter=everything)) == 28
    units = set(service.column("leads", "_owningbusinessunit_value"))
    assert units == {EUROPE}
    for unit in (GERMANY, AMERICA):
        assert service.rows("leads", filter=f"_owningbusinessunit_value eq {unit}") == []


REACHED = {
    "Basic User": {"service"},
    "Salesperson": {"service", TOMASZ},
    "Sales Manager": {"service", TOMASZ, JUERGEN},
    "Vice President of Sales": {"service", TOMASZ, JUERGEN, PRIYA, MARGARET},
}


@pytest.mark.parametrize("role", REACHED)
def test_a_record_out_of_reach_is_denied_and_an_absent_one_not_found(give, owned, role):
    service = give(role)
    for owner in ("service", TOMASZ, JUERGEN, PRIYA, MARGARET):
        answer = service.get(f"leads({owned[owner]})", select="subject")
        if owner in REACHED[role]:
            assert answer.status == 200
        else:
            assert answer.error == BEYOND
    assert service.get(f"leads({uuid.uuid4()})").error == ABSENT


def test_without_a_privilege_not_even_absence_is_told(give, owned):
    service = give("Delegate")
    for key in (owned["service"], owned[PRIYA], str(uuid.uuid4())):
        assert service.get(f"leads({key})").error == MISSING
        assert service.patch(f"leads({key})", {"subject": "x"}).error == MISSING
        assert service.delete(f"leads({key})").error == MISSING
    message = service.get("leads").document["error"]["message"]
    assert "prvReadLead" in message
    assert f"Id={service.user_id}" in message


WRITES = {
    "Basic User": {"service"},
    "Salesperson": {"service"},
    "Sales Manager": {"service", TOMASZ, JUERGEN},
    "Vice President of Sales": {"service", TOMASZ, JUERGEN, PRIYA, MARGARET},
}


@pytest.mark.parametrize("role", WRITES)
def test_writes_and_deletes_reach_as_far_as_their_own_depth(give, admin, lead, role):
    service = give(role)
    for owner in ("service", TOMASZ, JUERGEN, PRIYA, MARGARET):
        key = lead(service.user_id if owner == "service" else owner)
        where = f"leads({key})"
        changed = service.patch(where, {"subject": "Changed"})
        matched = service.patch(where, {"subject": "Changed"}, headers=(("if-match", "*"),))
        deleted = service.delete(where)
        after = admin.get(where)
        if owner in WRITES[role]:
            assert {changed.status, matched.status, deleted.status} == {204}
            assert after.error == ABSENT
        else:
            assert changed.error == matched.error == deleted.error == BEYOND
            assert after.document["subject"] is None
            assert after.document["modifiedon"] == after.document["createdon"]


def test_reading_further_than_writing(give, owned):
    service = give("Salesperson")
    where = f"leads({owned[TOMASZ]})"
    assert service.get(where).status == 200
    assert service.patch(where, {"subject": "Mine now"}).error == BEYOND
    assert service.delete(where).error == BEYOND


@pytest.mark.parametrize(
    ("role", "owner", "unit", "allowed"),
    [
        ("Salesperson", TOMASZ, EUROPE, False),
        ("Salesperson", JUERGEN, GERMANY, False),
        ("Sales Manager", TOMASZ, EUROPE, True),
        ("Sales Manager", JUERGEN, GERMANY, True),
        ("Sales Manager", PRIYA, AMERICA, False),
        ("Sales Manager", MARGARET, None, False),
        ("Vice President of Sales", PRIYA, AMERICA, True),
    ],
)
def test_creating_for_another_owner(give, admin, role, owner, unit, allowed):
    service = give(role)
    before = len(admin.rows("leads", select="leadid"))
    record = {"lastname": "Depth", "ownerid@odata.bind": f"/systemusers({owner})"}
    answer = service.post("leads", record)
    if not allowed:
        assert answer.error == BEYOND
        assert len(admin.rows("leads", select="leadid")) == before
        return
    assert owner_of(admin, answer.created) == (owner, owner, unit)
    assert admin.get(f"leads({answer.created})").document["_createdby_value"] == str(
        service.user_id
    )
    assert admin.delete(f"leads({answer.created})").status == 204


def test_what_one_creates_is_ones_own(give, admin):
    service = give("Basic User")
    key = service.post("leads", {"lastname": "Own"}).created
    assert owner_of(admin, key) == (str(service.user_id), str(service.user_id), EUROPE)
    assert service.delete(f"leads({key})").status == 204


@pytest.mark.parametrize(
    "target", ["8944a0c4-b36d-4973-a3c6-e0fefe61d236", "accounts", "businessunits"]
)
def test_an_owner_must_be_a_user_that_is_there(give, admin, target):
    service = give("System Administrator")
    before = len(admin.rows("leads", select="leadid"))
    if "-" in target:
        bind, error = f"/systemusers({target})", ABSENT
    else:
        key = admin.rows(target, top=1)[0][f"{target[:-1]}id"]
        bind, error = f"/{target}({key})", (400, "0x80048d19")
    record = {"lastname": "Depth", "ownerid@odata.bind": bind}
    assert service.post("leads", record).error == error
    assert len(admin.rows("leads", select="leadid")) == before


def test_assigning_needs_reach_and_moves_the_unit(give, admin, lead):
    service = give("Sales Manager")
    mine, far = lead(TOMASZ), lead(PRIYA)
    change = {"ownerid@odata.bind": f"/systemusers({JUERGEN})"}
    assert service.patch(f"leads({mine})", change).status == 204
    assert owner_of(admin, mine) == (JUERGEN, JUERGEN, GERMANY)
    assert service.patch(f"leads({far})", change).error == BEYOND
    assert owner_of(admin, far) == (PRIYA, PRIYA, AMERICA)
    assert service.patch(f"leads({mine})", {"ownerid@odata.bind": None}).error == INVALID


def test_what_is_given_away_is_out_of_reach(give, lead):
    service = give("Basic User")
    key = lead(service.user_id)
    change = {"ownerid@odata.bind": f"/systemusers({PRIYA})"}
    assert service.patch(f"leads({key})", change).status == 204
    assert service.get(f"leads({key})").error == BEYOND


def test_nobody_writes_privileges(give):
    service = give("System Administrator")
    key = service.rows("privileges", top=1)[0]["privilegeid"]
    assert service.patch(f"privileges({key})", {"name": "prvX"}).error == MISSING
    assert service.post("privileges", {"name": "prvX"}).error == MISSING
    assert service.delete(f"privileges({key})").error == MISSING
