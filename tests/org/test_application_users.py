"""Application users: what the platform fills in, and what nobody may change afterwards."""

import uuid

import pytest

from support.estate import DOMAIN, Client
from xrm.model.errors.service import ServiceError
from xrm.org import administration

FIXED = (400, "0x80041d48")
MODE = (400, "0x80040d40")
DUPLICATE = (412, "0x80040237")
INVALID = (400, "0x80040203")


@pytest.fixture(scope="module")
def admin(estate):
    return estate.user("System Administrator", name="Administrator")


def root_of(admin):
    return admin.get("WhoAmI").document["BusinessUnitId"]


def record(admin, application_id, **more):
    unit = {"businessunitid@odata.bind": f"/businessunits({root_of(admin)})"}
    return {"applicationid": str(application_id)} | unit | more


@pytest.fixture(params=["administration", "web api"])
def make(request, estate, admin):
    """Make an application user as the command line and as the Web API do."""

    def by_administration(application_id):
        return administration.create_application_user(estate.organization, application_id)

    def by_web_api(application_id):
        return uuid.UUID(admin.post("systemusers", record(admin, application_id)).created)

    return by_administration if request.param == "administration" else by_web_api


def test_the_platform_fills_in_what_the_directory_knows(estate, admin, make):
    application_id = estate.register("Lead Mailer")
    known = estate.directory.known[application_id]
    user = make(application_id)
    found = admin.get(f"systemusers({user})").document
    address = f"LeadMailer{application_id}@{DOMAIN}"
    expected = {
        "applicationid": str(application_id),
        "applicationiduri": f"api://{application_id}",
        "azureactivedirectoryobjectid": str(known.object_id),
        "fullname": "Lead Mailer",
        "domainname": address,
        "internalemailaddress": address,
        "accessmode": 4,
        "islicensed": False,
        "isdisabled": False,
        "_businessunitid_value": root_of(admin),
    }
    assert {name: found[name] for name in expected} == expected
    caller = Client(estate, estate.token(application_id))
    assert caller.get("WhoAmI").document["UserId"] == str(user)


def test_what_a_request_says_of_those_columns_counts_for_nothing(estate, admin):
    application_id = estate.register("Honest")
    lies = {
        "fullname": "System",
        "firstname": "Not",
        "lastname": "Honest",
        "accessmode": 0,
        "islicensed": True,
        "isdisabled": True,
        "domainname": "admin@contoso.example",
        "azureactivedirectoryobjectid": str(uuid.uuid4()),
        "applicationiduri": "api://else",
    }
    user = admin.post("systemusers", record(admin, application_id, **lies)).created
    found = admin.get(f"systemusers({user})").document
    assert {name for name, value in lies.items() if found[name] == value} == set()
    assert found["fullname"] == "Honest"


def test_one_user_for_an_application(estate, admin, make):
    application_id = estate.register("Twice")
    user = make(application_id)
    assert admin.post("systemusers", record(admin, application_id)).error == DUPLICATE
    with pytest.raises(ServiceError) as caught:
        administration.create_application_user(estate.organization, application_id)
    assert (caught.value.fault.status, caught.value.fault.hex) == DUPLICATE
    disabled = {"isdisabled": True}
    assert admin.patch(f"systemusers({user})", disabled).status == 204
    assert admin.post("systemusers", record(admin, application_id)).error == DUPLICATE
    rows = admin.rows("systemusers", filter=f"applicationid eq {application_id}")
    assert [row["systemuserid"] for row in rows] == [str(user)]


def test_an_application_the_directory_does_not_know(estate, admin):
    before = len(admin.rows("systemusers"))
    assert admin.post("systemusers", record(admin, uuid.uuid4())).error == INVALID
    with pytest.raises(ServiceError) as caught:
        administration.create_application_user(estate.organization, uuid.uuid4())
    assert (caught.value.fault.status, caught.value.fault.hex) == INVALID
    assert len(admin.rows("systemusers")) == before


def test_a_business_unit_that_is_not_there(estate):
    with pytest.raises(ServiceError) as caught:
        administration.create_application_user(
            estate.organization, estate.register("Nowhere"), business_unit="Atlantis"
        )
    assert caught.value.fault.status == 404


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"applicationid": str(uuid.UUID(int=7))}, FIXED),
        ({"applicationid": None}, FIXED),
        ({"domainname": "x@contoso.example"}, FIXED),
        ({"internalemailaddress": "x@contoso.example"}, FIXED),
        ({"firstname": "X"}, FIXED),
        ({"lastname": "X"}, FIXED),
        ({"islicensed": True}, FIXED),
        ({"accessmode": 0}, MODE),
        ({"accessmode": 5}, MODE),
        ({"accessmode": None}, MODE),
        ({"accessmode": 0, "firstname": "X"}, MODE),
        ({"title": "Robot", "lastname": "X"}, FIXED),
    ],
)
def test_fixed_columns_are_refused(estate, admin, change, error):
    service = estate.user(name="Fixed")
    where = f"systemusers({service.user_id})"
    before = admin.get(where).document
    for headers in ((), (("if-match", "*"),)):
        assert admin.patch(where, change, headers=headers).error == error
    assert admin.get(where).document == before


@pytest.mark.parametrize("name", ["applicationiduri", "azureactivedirectoryobjectid", "fullname"])
def test_columns_nobody_may_write_stay_as_they_are(estate, admin, name):
    service = estate.user(name="Silent")
    where = f"systemusers({service.user_id})"
    before = admin.get(where).document[name]
    assert admin.patch(where, {name: str(uuid.UUID(int=7))}).status == 204
    assert admin.get(where).document[name] == before


def test_unit_and_state_may_change(estate, admin):
    service = estate.user(name="Free")
    where = f"systemusers({service.user_id})"
    root = root_of(admin)
    below = admin.post(
        "businessunits",
        {"name": "Free unit", "parentbusinessunitid@odata.bind": f"/businessunits({root})"},
    ).created
    change = {
        "businessunitid@odata.bind": f"/businessunits({below})",
        "isdisabled": True,
        "accessmode": 4,
    }
    assert admin.patch(where, change).status == 204
    found = admin.get(where).document
    assert (found["_businessunitid_value"], found["isdisabled"]) == (below, True)
    assert found["fullname"] == "Free"


def test_the_listing_names_everything(fresh):
    first = fresh.user("Salesperson", "Basic User", name="b service")
    second = fresh.user(name="A service")
    listed = administration.application_users(fresh.organization)
    assert [(user.name, user.roles) for user in listed] == [
        ("A service", ()),
        ("b service", ("Basic User", "Salesperson")),
    ]
    assert [user.user_id for user in listed] == [second.user_id, first.user_id]
    assert [user.application_id for user in listed] == [
        second.application_id,
        first.application_id,
    ]
    assert {user.business_unit for user in listed} == {"Contoso"}
    assert all(user.enabled for user in listed)


def test_roles_by_name_and_id(fresh):
    service = fresh.user()
    roles = {role.name: role for role in administration.roles(fresh.organization)}
    assert list(roles) == sorted(roles, key=str.lower)
    assert {"System Administrator", "Basic User", "Salesperson", "Delegate"} <= roles.keys()
    organization, user = fresh.organization, service.user_id
    administration.assign_role(organization, user, "salesperson ")
    administration.assign_role(organization, user, str(roles["Salesperson"].role_id))
    assert service.get("leads").status == 200
    administration.remove_role(organization, user, str(roles["Salesperson"].role_id).upper())
    assert service.get("leads").error == (403, "0x80040220")


@pytest.mark.parametrize("verb", [administration.assign_role, administration.remove_role])
def test_roles_and_users_that_are_not_there(fresh, verb):
    service = fresh.user()
    cases = [
        (service.user_id, "No such role", 404),
        (service.user_id, str(uuid.uuid4()), 404),
        (uuid.uuid4(), "Salesperson", 404),
    ]
    if verb is administration.remove_role:
        cases.append((service.user_id, "Salesperson", 400))
    for user, role, status in cases:
        with pytest.raises(ServiceError) as caught:
            verb(fresh.organization, user, role)
        assert caught.value.fault.status == status


def test_a_deleted_role_grants_nothing(fresh):
    admin = fresh.user("System Administrator", name="Administrator")
    service = fresh.user("Salesperson", name="Service")
    assert service.get("leads").status == 200
    key = admin.rows("roles", filter="name eq 'Salesperson'")[0]["roleid"]
    assert admin.delete(f"roles({key})").status == 204
    assert service.get("leads").error == (403, "0x80040220")
    assert administration.application_users(fresh.organization)[1].roles == ()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"lastname": "Nowhere"},
        {"lastname": "Nowhere", "businessunitid": None},
        {"applicationid": "unit"},
    ],
)
def test_a_user_lies_in_a_business_unit_from_the_start(estate, admin, values):
    if "applicationid" in values:
        values = {"applicationid": str(estate.register("Unplaced"))}
    before = len(admin.rows("systemusers"))
    answer = admin.post("systemusers", values)
    assert answer.error == INVALID
    assert answer.document["error"]["message"] == "Attribute 'businessunitid' cannot be NULL"
    assert len(admin.rows("systemusers")) == before


def test_a_person_is_there_once(admin):
    unit = {"businessunitid@odata.bind": f"/businessunits({root_of(admin)})"}
    name = f"Once{uuid.uuid4().hex}@contoso.example"
    person = unit | {"lastname": "Once", "domainname": name}
    assert admin.post("systemusers", person).status == 204
    for again in (name, name.upper()):
        answer = admin.post("systemusers", person | {"domainname": again})
        assert answer.error == (400, "0x80041d2c")
        assert answer.document["error"]["message"] == (
            "The specified Active Directory user already exists as a Dynamics 365 user."
        )
    assert len(admin.rows("systemusers", filter=f"domainname eq '{name}'")) == 1
