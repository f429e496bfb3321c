"""What each depth reaches, counted by hand over the demonstration records.

The service lives in Contoso Europe, which has Contoso Germany below it; the root has Contoso
North America besides. Of the 80 leads 6 are the service's own, 28 are Europe's, 46 Europe's and
Germany's.
"""

import uuid

import pytest

from support.datafiles import CONTOSO, read
from support.estate import AMERICA, EUROPE, GERMANY, Client
from xrm.org import administration

DENIED = (403, "0x80048306")
MISSING = (403, "0x80040220")
ABSENT = (404, "0x80040217")
CONFLICT = (412, "0x80060882")
ROLES = {
    "Basic User": "Basic",
    "Salesperson": "Local",
    "Sales Manager": "Deep",
    "Vice President of Sales": "Global",
    "System Administrator": "Global",
    "System Customizer": "Basic",
}
LEADS = {"Basic": 6, "Local": 28, "Deep": 46, "Global": 80}
TOMASZ = "6384e0b3-7b55-4bcb-91f1-20682cc85dc0"
"""In Europe."""
JUERGEN = "00b6e67a-7a2a-4c2b-8180-60a7da1de808"
"""In Germany."""
PRIYA = "9a2f79e6-0b1a-4bce-901b-a04516f81cdd"
"""In North America."""
MARGARET = "ab37b23d-c031-4ced-86aa-2691c368e777"
"""In the root."""


@pytest.fixture
def give(contoso, admin):
    """Give the service roles for one test; another user stays System Administrator."""
    organization = contoso.estate.organization

    def giver(*roles):
        for role in roles:
            administration.assign_role(organization, contoso.user_id, role)
            given.append(role)
        return contoso

    given = []
    yield giver
    for role in given:
        administration.remove_role(organization, contoso.user_id, role)


@pytest.fixture(scope="module")
def admin(contoso):
    return contoso.estate.user("System Administrator", name="Administrator")


@pytest.fixture(scope="module")
def owned(contoso):
    """One lead of each owner, by owner."""
    records = read(CONTOSO / "leads.json")["records"]
    return {record["owner"]: record["id"] for record in records}


@pytest.fixture
def lead(admin):
    """Make leads of an owner that are gone after the test."""
    made = []

    def maker(owner, **more):
        record = {"lastname": "Depth", "ownerid@odata.bind": f"/systemusers({owner})"}
        made.append(admin.post("leads", record | more).created)
        return made[-1]

    yield maker
    for key in made:
        assert admin.delete(f"leads({key})").status in (204, 404)


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
            assert answer.error == DENIED
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
            assert changed.error == matched.error == deleted.error == DENIED
            assert after.document["subject"] is None
            assert after.document["modifiedon"] == after.document["createdon"]


def test_reading_further_than_writing(give, owned):
    service = give("Salesperson")
    where = f"leads({owned[TOMASZ]})"
    assert service.get(where).status == 200
    assert service.patch(where, {"subject": "Mine now"}).error == DENIED
    assert service.delete(where).error == DENIED


def owner_of(admin, key):
    found = admin.get(f"leads({key})").document
    return found["_ownerid_value"], found["_owninguser_value"], found["_owningbusinessunit_value"]


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
        assert answer.error == DENIED
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
    assert service.patch(f"leads({far})", change).error == DENIED
    assert owner_of(admin, far) == (PRIYA, PRIYA, AMERICA)
    assert service.patch(f"leads({mine})", {"ownerid@odata.bind": None}).error == (
        400,
        "0x80040203",
    )


def test_what_is_given_away_is_out_of_reach(give, lead):
    service = give("Basic User")
    key = lead(service.user_id)
    change = {"ownerid@odata.bind": f"/systemusers({PRIYA})"}
    assert service.patch(f"leads({key})", change).status == 204
    assert service.get(f"leads({key})").error == DENIED


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
    assert service.patch(f"leads({lead(TOMASZ)})", change).error == DENIED


def test_a_lookup_needs_both_privileges(give, admin, contoso):
    service = give("Delegate")
    record = {"lastname": "x", "parentaccountid@odata.bind": f"/accounts({uuid.uuid4()})"}
    assert service.post("leads", record).error == MISSING


def test_a_lookup_to_a_record_out_of_reach_changes_nothing(give, admin, lead):
    service = give("Salesperson")
    key = lead(service.user_id)
    far = accounts_by_owner(admin)[PRIYA]
    change = {"subject": "Half", "parentaccountid@odata.bind": f"/accounts({far})"}
    assert service.patch(f"leads({key})", change).error == DENIED
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
        assert service.patch(f"systemusers({far})", {"title": "Far"}).error == DENIED


def test_nobody_writes_privileges(give):
    service = give("System Administrator")
    key = service.rows("privileges", top=1)[0]["privilegeid"]
    assert service.patch(f"privileges({key})", {"name": "prvX"}).error == MISSING
    assert service.post("privileges", {"name": "prvX"}).error == MISSING
    assert service.delete(f"privileges({key})").error == MISSING


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
    assert admin.patch(f"systemusers({JUERGEN})", back).status == 204
    assert admin.patch(f"businessunits({below})", {"isdisabled": True}).status == 204
    assert admin.delete(f"businessunits({below})").error == (405, "0x80040227")
    assert admin.delete(f"leads({key})").status == 204
    assert admin.delete(f"businessunits({below})").status == 204


def etag(client, key):
    answer = client.get(f"leads({key})", select="subject")
    assert answer.header("ETag") == answer.document["@odata.etag"]
    return answer.header("ETag")


def test_a_version_must_be_the_records(admin, lead):
    key = lead(PRIYA)
    where, old = f"leads({key})", etag(admin, key)
    assert admin.patch(where, {"subject": "1"}, headers=(("if-match", old),)).status == 204
    new = etag(admin, key)
    assert new != old
    assert admin.patch(where, {"subject": "2"}, headers=(("if-match", old),)).error == CONFLICT
    assert admin.delete(where, headers=(("if-match", old),)).error == CONFLICT
    assert admin.get(where).document["subject"] == "1"
    assert etag(admin, key) == new
    assert admin.delete(where, headers=(("if-match", new),)).status == 204
    assert admin.get(where).error == ABSENT


@pytest.mark.parametrize(
    "tag", ["5", '"5"', "W/5", 'W/"x"', 'W/"1", W/"2"', "", 'W/"99999999999999999999"', "null"]
)
def test_a_tag_that_cannot_be_read(admin, lead, tag):
    where = f"leads({lead(PRIYA)})"
    headers = (("if-match", tag),)
    assert admin.patch(where, {"subject": "1"}, headers=headers).error == (400, "0x80060888")
    assert admin.delete(where, headers=headers).error == (400, "0x80060888")
    assert admin.get(where).document["subject"] is None


def test_a_tag_no_record_ever_had(admin, lead):
    where = f"leads({lead(PRIYA)})"
    for tag in ('W/"0"', 'W/"9999999999999999999"'):
        headers = (("if-match", tag),)
        assert admin.patch(where, {"subject": "1"}, headers=headers).error == CONFLICT


@pytest.mark.parametrize("tag", ["*", 'W/"1"'])
def test_a_record_that_must_be_there(admin, tag):
    where, headers = f"leads({uuid.uuid4()})", (("if-match", tag),)
    assert admin.patch(where, {"subject": "1"}, headers=headers).error == ABSENT
    assert admin.delete(where, headers=headers).error == ABSENT
    assert admin.get(where).error == ABSENT


def test_an_upsert_creates_or_changes(give, admin):
    service = give("Salesperson")
    key = str(uuid.uuid4())
    where = f"leads({key})"
    for subject in ("First", "Second"):
        answer = service.patch(where, {"subject": subject, "lastname": "Upsert"})
        assert answer.status == 204
        assert answer.header("OData-EntityId").endswith(where)
        found = service.get(where).document
        assert (found["subject"], found["leadid"]) == (subject, key)
    assert owner_of(admin, key)[0] == str(service.user_id)
    headers = (("if-none-match", "*"),)
    answer = service.patch(where, {"subject": "Third"}, headers=headers)
    assert answer.error == (412, "0x80040237")
    assert service.get(where).document["subject"] == "Second"
    assert service.delete(where).status == 204
    assert service.patch(where, {"lastname": "Upsert"}, headers=headers).status == 204
    assert service.delete(where).status == 204


def test_an_upsert_is_no_way_around_rights(give, admin, owned):
    service = give("Salesperson")
    where = f"leads({owned[PRIYA]})"
    assert service.patch(where, {"subject": "Taken"}).error == DENIED
    assert admin.get(where).document["subject"] != "Taken"


@pytest.mark.parametrize("value", ["null", 'W/"1"', "x", ""])
def test_other_values_of_if_none_match_are_no_precondition(admin, lead, value):
    where = f"leads({lead(PRIYA)})"
    headers = (("if-none-match", value),)
    assert admin.patch(where, {"subject": "1"}, headers=headers).status == 204
    assert admin.get(where, headers=(("if-none-match", "null"),)).status == 200
    assert admin.delete(where, headers=(("if-none-match", "null"),)).status == 204
