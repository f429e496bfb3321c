"""What nobody may take away from an organization, administrators included."""

import pytest

ADMINISTRATOR, CUSTOMIZER = "System Administrator", "System Customizer"
KEPT = (405, "0x80040227")
DENIED = (403, "0x80040220")
SPECIAL = (400, "0x80041d33")


@pytest.fixture
def admin(fresh):
    return fresh.user(ADMINISTRATOR)


@pytest.fixture
def root(admin):
    return admin.get("WhoAmI").document["BusinessUnitId"]


def one(client, table, key, test):
    (found,) = client.column(table, key, filter=test)
    return f"{table}({found})"


def unit(client, above, name="Branch"):
    bound = {"parentbusinessunitid@odata.bind": f"businessunits({above})"}
    return client.post("businessunits", {"name": name} | bound).created


@pytest.mark.parametrize(
    "change", [{"isdisabled": False}, {"lastname": "X"}, {"accessmode": 0}, {"jobtitle": "X"}, {}]
)
def test_the_platforms_user_stays_as_it_is(admin, change):
    where = one(admin, "systemusers", "systemuserid", "accessmode eq 3")
    before = admin.get(where).document
    assert admin.patch(where, change).error == SPECIAL
    assert admin.delete(where).error == SPECIAL
    assert admin.get(where).document == before


def test_nobody_becomes_a_user_of_the_platform(admin, fresh, root):
    bound = {"businessunitid@odata.bind": f"businessunits({root})"}
    person = {"lastname": "SYSTEM", "fullname": "SYSTEM"} | bound
    assert admin.post("systemusers", person | {"accessmode": 3}).error == (400, "0x80041d41")
    key = admin.post("systemusers", person).created
    changed = admin.patch(f"systemusers({key})", {"accessmode": 3})
    assert changed.error == (400, "0x80041d41")
    fresh.user("Salesperson", name="Another")


def test_no_user_is_deleted(admin, fresh):
    service = fresh.user("Salesperson")
    assert admin.delete(f"systemusers({service.user_id})").error == KEPT
    assert service.get("leads").status == 200
    assert admin.patch(f"systemusers({service.user_id})", {"isdisabled": True}).status == 204
    assert service.get("leads").error == (403, "0x80040225")


def test_the_root_unit_stays_the_root(admin, root):
    where = f"businessunits({root})"
    below = unit(admin, root)
    assert admin.delete(where).error == KEPT
    assert admin.patch(where, {"isdisabled": True}).error == (400, "0x80041d63")
    for above in (root, below):
        moved = {"parentbusinessunitid@odata.bind": f"businessunits({above})"}
        assert admin.patch(where, moved).error == (400, "0x80041d21")
    assert admin.post("businessunits", {"name": "Second"}).error == (400, "0x80041d35")
    lifted = {"parentbusinessunitid@odata.bind": None}
    assert admin.patch(f"businessunits({below})", lifted).error == (400, "0x80041d35")
    parentless = "_parentbusinessunitid_value eq null"
    assert admin.column("businessunits", "businessunitid", filter=parentless) == [root]


def test_units_make_no_loop(admin, root):
    upper = unit(admin, root, "Upper")
    lower = unit(admin, upper, "Lower")
    moved = {"parentbusinessunitid@odata.bind": f"businessunits({lower})"}
    assert admin.patch(f"businessunits({upper})", moved).error == (400, "0x80041d21")
    back = {"parentbusinessunitid@odata.bind": f"businessunits({root})"}
    assert admin.patch(f"businessunits({lower})", back).status == 204
    assert admin.patch(f"businessunits({upper})", moved).status == 204


def test_a_unit_is_deleted_when_disabled_and_empty(admin, fresh, root):
    upper = unit(admin, root, "Upper")
    lower = unit(admin, upper, "Lower")
    where = f"businessunits({upper})"
    assert admin.delete(where).error == (400, "0x80041d60")
    assert admin.patch(where, {"isdisabled": True}).status == 204
    assert admin.delete(where).error == (400, "0x80041d61")
    assert admin.patch(f"businessunits({lower})", {"isdisabled": True}).status == 204
    assert admin.delete(f"businessunits({lower})").status == 204
    service = fresh.user("Salesperson", unit="Upper")
    assert admin.delete(where).error == KEPT
    moved = {"businessunitid@odata.bind": f"businessunits({root})"}
    assert admin.patch(f"systemusers({service.user_id})", moved).status == 204
    assert admin.delete(where).status == 204
    assert admin.get(where).status == 404


def test_the_first_roles_stay(admin):
    where = one(admin, "roles", "roleid", f"name eq '{ADMINISTRATOR}'")
    assert admin.patch(where, {"name": "Nobody"}).error == (400, "0x80041d31")
    assert admin.delete(where).error == (400, "0x80041d2e")
    where = one(admin, "roles", "roleid", f"name eq '{CUSTOMIZER}'")
    assert admin.patch(where, {"name": "Tailor"}).status == 204
    assert admin.delete(where).error == (400, "0x80041d4a")


def test_the_organization_and_its_privileges_stay(admin):
    (row,) = admin.rows("organizations")
    where = f"organizations({row['organizationid']})"
    assert admin.delete(where).error == DENIED
    assert admin.patch(where, {"name": "Fabrikam"}).error == (400, "0x80041d36")
    key = admin.column("privileges", "privilegeid", top=1)[0]
    for answer in (
        admin.delete(f"privileges({key})"),
        admin.patch(f"privileges({key})", {"name": "prvNothing"}),
        admin.post("privileges", {"name": "prvNothing"}),
        admin.post("organizations", {"name": "Second"}),
    ):
        assert answer.error == DENIED


def test_an_earlier_time_of_creation_takes_its_own_privilege(fresh, admin):
    service = fresh.user("Salesperson")
    record = {"lastname": "Old", "overriddencreatedon": "2020-01-02T03:04:05Z"}
    refused = service.post("leads", record)
    assert refused.error == DENIED
    assert (
        "is missing prvOverrideCreatedOnCreatedBy privilege (Id=3414e212-"
        in (refused.document["error"]["message"])
    )
    assert service.post("leads", record | {"overriddencreatedon": None}).status == 204
    key = admin.post("leads", record).created
    assert admin.get(f"leads({key})").document["createdon"] == "2020-01-02T03:04:05Z"
