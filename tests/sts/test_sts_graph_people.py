"""Microsoft Graph's people, licences, directory roles and the organization."""

from uuid import uuid4

import orjson
import pytest

from support.directory import Graph, permitted, speaking_for
from xrm.model.secret import Secret
from xrm.sts.accounts.passwords import verify_password
from xrm.sts.registration import people

SALES = "1e1a282c-9c54-43a2-9310-98ef728faace"
DYNAMICS_ADMINISTRATOR = "44367163-eba1-44c3-98af-f5787879f96a"
ANN = {
    "accountEnabled": True,
    "displayName": "Ann Reader",
    "mailNickname": "ann",
    "userPrincipalName": "ann@contoso.example",
    "usageLocation": "DE",
    "passwordProfile": {"password": "Correct-horse-7", "forceChangePasswordNextSignIn": False},
}


@pytest.fixture
def graph(fresh):
    values = ("User.ReadWrite.All", "Directory.Read.All", "RoleManagement.ReadWrite.Directory")
    return Graph(fresh, permitted(fresh, *values))


@pytest.fixture
def ann(graph):
    return graph.good("POST", "users", ANN)


def test_a_person_from_beginning_to_end(fresh, graph, ann):
    assert "passwordProfile" not in ann
    assert "accountEnabled" not in ann
    user = people.find_user(fresh.service, fresh.tenant, "ann@contoso.example")
    assert (str(user.object_id), user.must_change_password) == (ann["id"], False)
    for place in ("users/ANN@contoso.example", "users('ann@contoso.example')"):
        assert graph.good("GET", place)["id"] == ann["id"]
    place = f"users/{ann['id']}"
    shown = graph.good("GET", place, query="$select=id,accountEnabled,usageLocation,userType")
    context = shown.pop("@odata.context")
    assert context.endswith("#users(id,accountEnabled,usageLocation,userType)/$entity")
    assert shown == {
        "id": ann["id"],
        "accountEnabled": True,
        "usageLocation": "DE",
        "userType": "Member",
    }
    assert graph.ask("PATCH", place, {"accountEnabled": False, "surname": "Roe"}) == (204, None)
    query = "$filter=accountEnabled eq false and startsWith(surname,'r')&$select=displayName"
    assert graph.good("GET", "users", query=query)["value"] == [{"displayName": "Ann Reader"}]
    before = people.find_user(fresh.service, fresh.tenant, ann["id"]).password
    graph.good("PATCH", place, {"passwordProfile": {"password": "Another-horse-8"}})
    after = people.find_user(fresh.service, fresh.tenant, ann["id"])
    assert after.password != before
    assert after.must_change_password is True
    graph.good("DELETE", place)
    assert graph.refused("GET", place) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    "changes",
    [
        {"accountEnabled": None},
        {"accountEnabled": "yes"},
        {"displayName": None},
        {"mailNickname": None},
        {"userPrincipalName": "ann@litware.example"},
        {"userPrincipalName": "no at sign"},
        {"passwordProfile": None},
        {"passwordProfile": {"password": "short"}},
        {"passwordProfile": {"password": "Correct-horse-7", "x": 1}},
        {"usageLocation": "ZZ"},
        {"nonsense": 1},
    ],
)
def test_what_a_new_person_must_have(graph, changes):
    assert graph.refused("POST", "users", ANN | changes) == (400, "Request_BadRequest")


def test_names_are_used_once(graph, ann):
    assert graph.refused("POST", "users", ANN) == (400, "Request_BadRequest")
    other = graph.good("POST", "users", ANN | {"userPrincipalName": "bob@contoso.example"})
    taken = {"userPrincipalName": ANN["userPrincipalName"]}
    assert graph.refused("PATCH", f"users/{other['id']}", taken)[0] == 400


def test_licences(graph, ann):
    place = f"users/{ann['id']}"
    add = {"addLicenses": [{"skuId": SALES, "disabledPlans": []}], "removeLicenses": []}
    answer = graph.good("POST", f"{place}/assignLicense", add)
    assert answer["assignedLicenses"] == [{"disabledPlans": [], "skuId": SALES}]
    (detail,) = graph.good("GET", f"{place}/licenseDetails")["value"]
    assert detail["skuPartNumber"] == "DYN365_ENTERPRISE_SALES"
    skus = graph.good("GET", "subscribedSkus")["value"]
    assert {one["skuId"]: one["consumedUnits"] for one in skus}[SALES] == 1
    remove = {"addLicenses": [], "removeLicenses": [SALES]}
    graph.good("POST", f"{place}/assignLicense", remove)
    for wrong in (
        remove,
        {"addLicenses": []},
        {"addLicenses": [{"skuId": str(uuid4())}], "removeLicenses": []},
        {"addLicenses": ["x"], "removeLicenses": []},
        {"addLicenses": [{"skuId": "x"}], "removeLicenses": []},
    ):
        assert graph.refused("POST", f"{place}/assignLicense", wrong)[0] == 400


def test_directory_roles(fresh, graph, ann):
    role = graph.good("GET", f"directoryRoles(roleTemplateId='{DYNAMICS_ADMINISTRATOR}')")
    assert role["displayName"] == "Dynamics 365 Administrator"
    place = f"directoryRoles/{role['id']}/members"
    reference = {"@odata.id": f"https://localhost:8443/graph/v1.0/directoryObjects/{ann['id']}"}
    graph.good("POST", f"{place}/$ref", reference)
    assert graph.refused("POST", f"{place}/$ref", reference) == (400, "Request_BadRequest")
    assert [one["id"] for one in graph.good("GET", place)["value"]] == [ann["id"]]
    held = graph.good("GET", f"users/{ann['id']}/memberOf")["value"]
    assert [one["roleTemplateId"] for one in held] == [DYNAMICS_ADMINISTRATOR]
    (entry,) = people.find_user(fresh.service, fresh.tenant, ann["id"]).roles
    assert str(entry) == DYNAMICS_ADMINISTRATOR
    graph.good("DELETE", f"{place}/{ann['id']}/$ref")
    assert graph.good("GET", place)["value"] == []
    assert graph.refused("DELETE", f"{place}/{ann['id']}/$ref")[0] == 404
    assert graph.refused("POST", f"{place}/$ref", {"@odata.id": "x"})[0] == 400


def test_the_organization(fresh, graph):
    (shown,) = graph.good("GET", "organization")["value"]
    assert shown["id"] == str(fresh.tenant.tenant_id)
    assert [one["name"] for one in shown["verifiedDomains"]] == ["contoso.example"]
    assert graph.good("GET", f"organization/{shown['id']}")["displayName"] == "Contoso"
    assert graph.refused("GET", f"organization/{uuid4()}")[0] == 404


@pytest.fixture
def person(fresh):
    """Return Ann's account, which has the password of `ANN`, whom `as_ann` asks for."""
    return people.create_user(
        fresh.service,
        fresh.tenant,
        user_principal_name=ANN["userPrincipalName"],
        display_name="Ann Reader",
        password=Secret(ANN["passwordProfile"]["password"]),
        must_change_password=True,
    ).user


def as_person(world, user, *scopes):
    return Graph(world, speaking_for(world, user, *scopes))


CHANGE = {"currentPassword": "Correct-horse-7", "newPassword": "Another-horse-8"}


@pytest.mark.parametrize(
    "scope", ["Directory.AccessAsUser.All", "User-PasswordProfile.ReadWrite.All"]
)
def test_people_change_their_own_password(fresh, person, scope):
    ann = as_person(fresh, person, scope)
    assert ann.ask("POST", "me/changePassword", CHANGE) == (204, None)
    after = people.find_user(fresh.service, fresh.tenant, person.object_id)
    assert verify_password(after, Secret("Another-horse-8"))
    assert not after.must_change_password
    assert after.sessions_from > person.sessions_from


@pytest.mark.parametrize(
    "changes",
    [
        {"currentPassword": "correct-horse-7"},
        {"currentPassword": ""},
        {"currentPassword": None},
        {"newPassword": "Correct-horse-7"},
        {"newPassword": "Pa55w.rd"},
        {"newPassword": 7},
        {"other": 1},
    ],
)
def test_a_password_that_is_not_changed(fresh, person, changes):
    ann = as_person(fresh, person, "Directory.AccessAsUser.All")
    body = CHANGE | changes
    assert ann.refused("POST", "me/changePassword", body) == (400, "Request_BadRequest")
    assert people.find_user(fresh.service, fresh.tenant, person.object_id) == person


def test_who_may_change_a_password(fresh, graph, person):
    assert graph.refused("POST", "me/changePassword", CHANGE) == (400, "BadRequest")
    denied = (403, "Authorization_RequestDenied")
    reader = as_person(fresh, person, "User.Read", "User.ReadWrite.All")
    assert reader.refused("POST", "me/changePassword", CHANGE) == denied


def test_a_weak_password_is_refused_in_the_words_of_the_service(graph):
    weak = ANN | {"passwordProfile": {"password": "short"}}
    status, document = graph.ask("POST", "users", weak)
    assert (status, document["error"]["message"]) == (
        400,
        "The specified password does not comply with password complexity requirements. "
        "Please provide a different password.",
    )


def test_sessions_are_revoked(fresh, ann):
    graph = Graph(fresh, permitted(fresh, "User.RevokeSessions.All", "User.Read.All"))
    shown = "$select=signInSessionsValidFromDateTime,lastPasswordChangeDateTime"
    place = f"users/{ann['id']}"
    fresh.clock.now += 61
    answer = graph.good("POST", f"{place}/revokeSignInSessions")
    assert answer == {
        "@odata.context": "https://localhost:8443/graph/v1.0/$metadata#Edm.Boolean",
        "value": True,
    }
    after = graph.good("GET", place, query=shown)
    assert after["signInSessionsValidFromDateTime"] == "2027-01-15T08:01:01Z"
    assert after["lastPasswordChangeDateTime"] == "2027-01-15T08:00:00Z"
    assert "lastPasswordChangeDateTime" not in graph.good("GET", place)
    missing = f"users/{uuid4()}/revokeSignInSessions"
    assert graph.refused("POST", missing) == (404, "Request_ResourceNotFound")


def test_who_may_revoke_sessions(fresh, graph, person):
    place, own = f"users/{person.object_id}/revokeSignInSessions", "me/revokeSignInSessions"
    denied = (403, "Authorization_RequestDenied")
    assert graph.refused("POST", place) == denied, "an application needs the one permission"
    assert graph.refused("POST", own) == (400, "BadRequest")
    may_read = as_person(fresh, person, "User.Read", "Directory.AccessAsUser.All")
    assert may_read.refused("POST", own) == denied
    assert may_read.refused("POST", place) == denied
    for scope in ("User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"):
        ann = as_person(fresh, person, scope)
        assert ann.good("POST", own)["value"] is True
        assert ann.good("POST", place)["value"] is True
    bob = people.create_user(
        fresh.service, fresh.tenant, user_principal_name="bob@contoso.example", display_name="Bob"
    ).user
    by_bob = as_person(fresh, bob, "User.RevokeSessions.All")
    assert by_bob.refused("POST", place) == denied
    people.add_role(fresh.service, bob, "User Administrator")
    assert by_bob.good("POST", place)["value"] is True
    people.add_role(fresh.service, person, "Global Administrator")
    assert by_bob.refused("POST", place) == denied


def test_who_is_disabled_through_graph_loses_every_session(fresh, graph, ann):
    fresh.clock.now += 10
    graph.good("PATCH", f"users/{ann['id']}", {"accountEnabled": False})
    after = people.find_user(fresh.service, fresh.tenant, ann["id"])
    assert after.sessions_from == int(fresh.clock()) * 1_000_000 + 1


def test_no_password_is_ever_shown(graph, ann):
    for path in ("users", f"users/{ann['id']}"):
        text = orjson.dumps(graph.good("GET", path)).decode()
        assert "password" not in text.lower()
        assert "argon2" not in text
