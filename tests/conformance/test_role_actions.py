"""A security role filled over the Web API: the actions that are bound to it."""

import pytest

from support.estate import Client

NAMES = ("prvReadAccount", "prvReadContact", "prvWriteAccount")
CRM = "Microsoft.Dynamics.CRM"


@pytest.fixture(scope="module")
def privileges(client: Client) -> dict[str, str]:
    tests = " or ".join(f"name eq '{name}'" for name in NAMES)
    rows = client.rows("privileges", select="name", filter=tests)
    return {row["name"]: row["privilegeid"] for row in rows}


@pytest.fixture
def role(client: Client) -> str:
    unit = client.get("WhoAmI").document["BusinessUnitId"]
    name = f"Readers {client.estate.ids()}"
    bind = {"name": name, "businessunitid@odata.bind": f"businessunits({unit})"}
    return client.post("roles", bind).created


@pytest.mark.covers(
    "message: AddPrivilegesRole",
    "message: ReplacePrivilegesRole",
    "message: RemovePrivilegeRole",
)
def test_privileges_are_added_replaced_and_removed(client, estate, role, privileges):
    def call(action: str, **parameters):
        return client.post(f"roles({role})/{CRM}.{action}", parameters)

    def item(name: str, depth: str):
        return {"PrivilegeId": privileges[name], "Depth": depth}

    added = [item("prvReadAccount", "Global"), item("prvReadContact", "Basic")]
    answer = call("AddPrivilegesRole", Privileges=added)
    assert (answer.status, answer.body) == (204, b"")
    reader = estate.user()
    pair = {"@odata.id": f"roles({role})"}
    collection = f"systemusers({reader.user_id})/systemuserroles_association/$ref"
    assert client.post(collection, pair).status == 204
    assert reader.get("accounts").status == 200
    assert reader.patch(f"accounts({estate.ids()})", {"name": "x"}).error == (403, "0x80040220")
    assert call("RemovePrivilegeRole", PrivilegeId=privileges["prvReadContact"]).status == 204
    assert reader.get("contacts").error == (403, "0x80040220")
    assert call("ReplacePrivilegesRole", Privileges=[item("prvReadContact", "Deep")]).status == 204
    assert reader.get("contacts").status == 200
    assert reader.get("accounts").error == (403, "0x80040220")


@pytest.mark.parametrize(
    ("action", "parameters", "error"),
    [
        ("AddPrivilegesRole", {}, (400, "0x80040203")),
        ("AddPrivilegesRole", {"Privileges": 1}, (400, "0x80048d19")),
        ("AddPrivilegesRole", {"Privileges": [{}]}, (400, "0x80048d19")),
        ("AddPrivilegesRole", {"Privileges": [{"PrivilegeId": "x", "Depth": "Basic"}]},
         (400, "0x80048d19")),
        ("AddPrivilegesRole", {"Privileges": [], "RoleId": "x"}, (400, "0x80048d19")),
        ("RemovePrivilegeRole", {"PrivilegeId": "x"}, (400, "0x80048d19")),
        ("RetrieveRolePrivilegesRole", {}, (404, "0x80060888")),
        ("CreateMultiple", {"Targets": []}, (404, "0x80060888")),
        ("NoSuchAction", {}, (404, "0x80060888")),
    ],
)  # fmt: skip
def test_what_the_actions_do_not_take(client, role, action, parameters, error):
    assert client.post(f"roles({role})/{CRM}.{action}", parameters).error == error


def test_an_action_belongs_to_its_own_table(client, role):
    account = client.post("accounts", {"name": "A"}).created
    where = f"{CRM}.AddPrivilegesRole"
    assert client.post(f"accounts({account})/{where}", {}).error == (404, "0x80060888")
    assert client.post(f"roles/{where}", {}).error == (404, "0x80060888")
    assert client.get(f"roles({role})/{where}").error == (405, "0x80060888")


def test_who_may_not_write_roles_adds_nothing(client, estate, role, privileges):
    nobody = estate.user("Salesperson")
    wish = {"Privileges": [{"PrivilegeId": privileges["prvReadAccount"], "Depth": "Basic"}]}
    answer = nobody.post(f"roles({role})/{CRM}.AddPrivilegesRole", wish)
    assert answer.error == (403, "0x80040220")
