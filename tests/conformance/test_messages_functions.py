"""Functions of the Web API: their arguments and results, and what the new ones tell."""

import uuid

import pytest

from support.estate import ROOT, TENANT, URL
from support.rights import ABSENT, MISSING, ask, holder, made_by_platform, new_role, reference
from support.sharing import CRM, call
from xrm.model.privileges import Depth
from xrm.org.metadata.particulars import VERSION, Particulars

NOWHERE = "7b476f32-c5db-4a48-b799-d1cb8536aaf0"
UNKNOWN, SYNTAX = (404, "0x80060888"), (400, "0x80060888")
CONTEXT = f"{URL.rstrip('/')}{ROOT}$metadata#{CRM}"
DEFAULT = f"{CRM}EndpointAccessType'Default'"
COUNT = "RetrieveTotalRecordCount"
CURRENT = "RetrieveCurrentOrganization"


@pytest.mark.covers("message: RetrieveVersion")
@pytest.mark.parametrize("spelling", ["RetrieveVersion", "RetrieveVersion()"])
def test_the_version(client, spelling):
    document = client.get(spelling).document
    assert document == {
        "@odata.context": f"{CONTEXT}RetrieveVersionResponse",
        "Version": VERSION,
    }
    assert VERSION.startswith("9.2.")


@pytest.mark.covers("message: RetrieveCurrentOrganization")
@pytest.mark.parametrize(
    ("function", "query"),
    [
        (f"{CURRENT}(AccessType={DEFAULT})", ""),
        (f"{CURRENT}(AccessType=@p1)", f"@p1={CRM}EndpointAccessType%27Internet%27"),
        (f"{CURRENT}(%20AccessType%20=%20@p1%20)", f"@p1={DEFAULT}&@p2=1"),
    ],
)
def test_the_organization(client, function, query):
    key = client.get("WhoAmI").document["OrganizationId"]
    answer = call(client, function, query)
    assert answer.document == {
        "@odata.context": f"{CONTEXT}RetrieveCurrentOrganizationResponse",
        "Detail": {
            "OrganizationId": key,
            "FriendlyName": "Contoso",
            "OrganizationVersion": VERSION,
            "EnvironmentId": key,
            "DatacenterId": "00000000-0000-0000-0000-000000000000",
            "Geo": "NA",
            "TenantId": str(TENANT),
            "UrlName": "localhost",
            "UniqueName": "unq" + key.replace("-", "")[:24],
            "Endpoints": {
                "Count": 3,
                "IsReadOnly": False,
                "Keys": ["WebApplication", "OrganizationService", "OrganizationDataService"],
                "Values": [
                    URL,
                    f"{URL}XRMServices/2011/Organization.svc",
                    f"{URL}XRMServices/2011/OrganizationData.svc",
                ],
            },
            "State": "Enabled",
        },
    }


@pytest.mark.covers("message: RetrieveCurrentOrganization")
def test_an_organization_that_was_told_its_names(estate, client):
    organization = estate.organization
    organization.particulars = Particulars("Fabrikam", "fabrikam", "env-1", "EMEA")
    try:
        detail = ask(client, CURRENT, AccessType="Default")["Detail"]
    finally:
        organization.particulars = Particulars()
    names = ("FriendlyName", "UniqueName", "EnvironmentId", "Geo")
    assert [detail[name] for name in names] == ["Fabrikam", "fabrikam", "env-1", "EMEA"]


@pytest.mark.covers("message: RetrieveTotalRecordCount")
def test_records_are_counted_whoever_may_read_them(estate, client):
    before = call(client, f'{COUNT}(EntityNames=["account","task"])').document
    assert before["@odata.context"] == f"{CONTEXT}{COUNT}Response"
    made_by_platform(estate, "account", {"name": "A", "ownerid": reference(client)})
    names = "%5B%27task%27,%27account%27,%27task%27%5D"
    answer = call(client, f"{COUNT}(EntityNames=@n)", f"@n={names}").document
    found, counts = answer["EntityRecordCountCollection"], before["EntityRecordCountCollection"]
    assert counts["Keys"] == ["account", "task"]
    assert found == {
        "Count": 2,
        "IsReadOnly": False,
        "Keys": ["task", "account"],
        "Values": [counts["Values"][1], counts["Values"][0] + 1],
    }


@pytest.mark.covers("message: RetrieveTotalRecordCount")
def test_who_may_not_read_all_records_learns_no_count(estate, client):
    function = f'{COUNT}(EntityNames=["account"])'
    deep = holder(estate, {"prvReadAccount": Depth.DEEP})
    assert call(deep, function).error == MISSING
    assert call(holder(estate, {}), function).error == MISSING
    assert call(holder(estate, {"prvReadAccount": Depth.GLOBAL}), function).status == 200
    assert call(client, f'{COUNT}(EntityNames=["nosuch"])').error == (400, "0x80040203")
    assert call(client, f'{COUNT}(EntityNames=["principalobjectaccess"])').error == MISSING


@pytest.mark.covers("message: RetrieveUserPrivileges", "service: bound function")
def test_privileges_of_a_user_are_the_deepest_of_all_its_roles(estate, client):
    user = holder(estate, {"prvReadAccount": Depth.BASIC, "prvWriteAccount": Depth.LOCAL})
    more = new_role(estate, f"More {uuid.uuid4()}", {"prvReadAccount": Depth.DEEP})
    unit = client.get("WhoAmI").document["BusinessUnitId"]
    record = {
        "name": f"Team {uuid.uuid4()}",
        "businessunitid@odata.bind": f"businessunits({unit})",
        "administratorid@odata.bind": f"systemusers({client.user_id})",
    }
    team = client.post("teams", record).created
    for where, target in (
        (f"teams({team})/teamroles_association", f"roles({more})"),
        (f"teams({team})/teammembership_association", f"systemusers({user.user_id})"),
    ):
        assert client.post(f"{where}/$ref", {"@odata.id": ROOT + target}).status == 204
    answer = call(client, f"systemusers({user.user_id})/{CRM}RetrieveUserPrivileges()")
    assert answer.document["@odata.context"] == f"{CONTEXT}RetrieveUserPrivilegesResponse"
    names = {row["name"]: row["privilegeid"] for row in client.rows("privileges", select="name")}
    assert answer.document["RolePrivileges"] == [
        {
            "BusinessUnitId": unit,
            "Depth": depth,
            "PrivilegeId": names[name],
            "PrivilegeName": name,
        }
        for name, depth in (("prvReadAccount", "Deep"), ("prvWriteAccount", "Local"))
    ]
    own = ask(user, "RetrieveUserPrivileges", UserId=str(user.user_id))
    assert own["RolePrivileges"] == answer.document["RolePrivileges"]


@pytest.mark.covers("message: RetrieveUserPrivileges")
def test_whose_privileges_are_not_told(estate, client):
    where = f"systemusers({client.user_id})/{CRM}RetrieveUserPrivileges"
    assert call(holder(estate, {}), where).error == MISSING
    above = client.get("WhoAmI").document["BusinessUnitId"]
    bound = {"parentbusinessunitid@odata.bind": f"businessunits({above})"}
    assert client.post("businessunits", {"name": "Aside"} | bound).status == 204
    near = holder(estate, {"prvReadUser": Depth.LOCAL}, unit="Aside")
    assert call(near, where).error == (403, "0x80048306")
    nobody = f"systemusers({uuid.uuid4()})/{CRM}RetrieveUserPrivileges"
    assert call(client, nobody).error == ABSENT


@pytest.mark.covers("message: RetrieveRolePrivilegesRole")
def test_what_a_role_grants_is_read_from_the_role(client, estate):
    role = new_role(estate, f"Told {uuid.uuid4()}", {"prvReadLead": Depth.LOCAL})
    answer = call(client, f"roles({role})/{CRM}RetrieveRolePrivilegesRole()")
    (found,) = answer.document["RolePrivileges"]
    assert (found["PrivilegeName"], found["Depth"]) == ("prvReadLead", "Local")


@pytest.mark.parametrize(
    ("function", "query", "error"),
    [
        (CURRENT, "", UNKNOWN),
        (f"{CURRENT}()", "", UNKNOWN),
        (f"{CURRENT}(Nosuch={DEFAULT})", "", UNKNOWN),
        (f"{CURRENT}(AccessType={DEFAULT},Nosuch=1)", "", UNKNOWN),
        (f"{CURRENT}(accesstype={DEFAULT})", "", UNKNOWN),
        ("WhoAmI(x=1)", "", UNKNOWN),
        (f"{CURRENT}(AccessType={DEFAULT})/Detail", "", UNKNOWN),
        (f"{CURRENT}(AccessType={DEFAULT},AccessType={DEFAULT})", "", SYNTAX),
        (f"{CURRENT}(AccessType=)", "", SYNTAX),
        (f"{CURRENT}({DEFAULT})", "", SYNTAX),
        (f"{CURRENT}(AccessType={DEFAULT},)", "", SYNTAX),
        (f"{CURRENT}(AccessType='Default')x", "", SYNTAX),
        (f"{CURRENT}(AccessType=5)", "", SYNTAX),
        (f"{CURRENT}(AccessType={CRM}EndpointAccessType'Nosuch')", "", SYNTAX),
        (f"{CURRENT}(AccessType={CRM}EndpointAccessType'Default,Internet')", "", SYNTAX),
        (f"{CURRENT}(AccessType={CRM}AccessRights'ReadAccess')", "", SYNTAX),
        (f"{CURRENT}(AccessType=EndpointAccessType'Default')", "", SYNTAX),
        (f"{CURRENT}(AccessType=@p)", "", (400, "0x80040203")),
        (f"{CURRENT}(AccessType=@p)", "@p=null", (400, "0x80040203")),
        (f"{CURRENT}(AccessType=@p)", f"@p={DEFAULT}&@p={DEFAULT}", SYNTAX),
        (f"{CURRENT}(AccessType=@p)", "@p=@q", SYNTAX),
        (f"{COUNT}(EntityNames='account')", "", SYNTAX),
        (f"{COUNT}(EntityNames=[1])", "", SYNTAX),
        (f"{COUNT}(EntityNames=['account')", "", SYNTAX),
        (f"{COUNT}(EntityNames={'[' * 30}{']' * 30})", "", SYNTAX),
        (f"{COUNT}(EntityNames=@p)", f"@p={'[' * 9000}", SYNTAX),
        ("RetrieveSharedPrincipalsAndAccess(Target=@t)", "@t={'a':1,'a':1}", SYNTAX),
        ("RetrieveSharedPrincipalsAndAccess(Target=@t)", "@t={'@odata.id':'accounts'}", SYNTAX),
        ("RetrieveSharedPrincipalsAndAccess(Target=@t)", "@t={'@odata.id':'x(1)'}", SYNTAX),
        ("RetrieveSharedPrincipalsAndAccess(Target=@t)", "@t={'@odata.id':", SYNTAX),
        (f"teams/{CRM}RetrieveUserPrivileges", "", UNKNOWN),
        (f"{CRM}RetrieveUserPrivileges", "", UNKNOWN),
        ("RetrieveUserPrivileges", "", UNKNOWN),
        (f"accounts({NOWHERE})/{CRM}RetrieveUserPrivileges", "", UNKNOWN),
        (f"accounts({NOWHERE})/{CRM}WhoAmI", "", UNKNOWN),
        (f"systemusers({NOWHERE})/{CRM}RetrievePrincipalAccess", "", UNKNOWN),
        ("GrantAccess", "", (405, "0x80060888")),
        ("GrantAccess(Target=1)", "", UNKNOWN),
    ],
)
def test_calls_that_are_refused(client, function, query, error):
    assert call(client, function, query).error == error


def test_a_function_is_no_action(client):
    user = f"systemusers({client.user_id})"
    for function in ("RetrieveVersion", f"{COUNT}(EntityNames=['account'])"):
        answer = client.post(function, {})
        assert (answer.status, answer.document["error"]["code"]) == (404, "")
    assert client.post(f"{user}/{CRM}RetrieveUserPrivileges", {}).error == UNKNOWN
    assert client.get(f"{user}/{CRM}AddMembersTeam").error == UNKNOWN
