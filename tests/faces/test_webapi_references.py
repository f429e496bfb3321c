"""`$ref` between users and roles: given, counted at the next request, taken away."""

import pytest

from support.estate import Client, Estate

NO_ROLE = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"
LINK = "systemuserroles_association"


@pytest.fixture
def user(estate: Estate) -> Client:
    return estate.user(name="Service to be given a role")


@pytest.fixture(scope="module")
def role(client: Client) -> str:
    (found,) = client.column("roles", "roleid", filter="name eq 'Salesperson'")
    return str(found)


def path(user: Client, more: str = "") -> str:
    return f"systemusers({user.user_id})/{LINK}{more}/$ref"


@pytest.mark.parametrize("by", ["key", "$id"])
def test_a_role_is_given_and_taken(estate: Estate, client: Client, user: Client, role, by):
    assert user.get("leads").status == 403
    made = client.post(
        path(user), {"@odata.id": f"{estate.organization.url}api/data/v9.2/roles({role})"}
    )
    assert (made.status, made.body) == (204, b"")
    assert user.get("leads").status == 200
    assert client.post(path(user), {"@odata.id": f"roles({role})"}).error == (
        412,
        "0x80040237",
    )
    if by == "key":
        gone = client.delete(path(user, f"({role})"))
    else:
        gone = client.send("DELETE", f"/api/data/v9.2/{path(user)}", f"$id=roles({role})")
    assert gone.status == 204
    assert user.get("leads").status == 403


def test_from_the_other_side(client: Client, user: Client, role):
    there = f"roles({role})/{LINK}/$ref"
    assert client.post(there, {"@odata.id": f"systemusers({user.user_id})"}).status == 204
    assert user.get("leads").status == 200
    assert client.delete(f"roles({role})/{LINK}({user.user_id})/$ref").status == 204
    assert user.get("leads").status == 403


def test_who_may_not_assign_gives_nobody_a_role(estate: Estate, user: Client, role):
    seller = estate.user("Salesperson", name="Seller")
    answer = seller.post(path(user), {"@odata.id": f"roles({role})"})
    assert answer.error == (403, "0x80040220")
    assert user.get("leads").status == 403


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({}, (400, "0x80060888")),
        ({"@odata.id": 5}, (400, "0x80060888")),
        ({"@odata.id": "roles"}, (400, "0x80060888")),
        (
            {"@odata.id": f"https://elsewhere.example/api/data/v9.2/roles({NO_ROLE})"},
            (400, "0x80060888"),
        ),
        ({"@odata.id": f"roles({NO_ROLE})"}, (404, "0x80040217")),
        ({"@odata.id": f"leads({NO_ROLE})"}, (400, "0x80040203")),
        ([], (400, "0x80060888")),
    ],
)
def test_what_names_no_role_is_refused(client: Client, user: Client, payload, error):
    assert client.post(path(user), payload).error == error


@pytest.mark.parametrize(
    ("there", "error"),
    [
        ("systemusers/systemuserroles_association/$ref", (404, "0x80060888")),
        (f"systemusers({NO_ROLE})/nosuch/$ref", (404, "0x80060888")),
        (f"systemusers({NO_ROLE})/teammembership_association/$ref", (404, "0x80060888")),
        (f"systemusers({NO_ROLE})/{LINK}/$value", (501, "0x80040219")),
        (f"systemusers({NO_ROLE})/{LINK}/$ref", (404, "0x80040217")),
    ],
)
def test_a_path_that_pairs_nothing_is_refused(client: Client, role, there, error):
    assert client.post(there, {"@odata.id": f"roles({role})"}).error == error


def test_other_verbs_are_refused(client: Client, user: Client, role):
    assert client.patch(path(user), {"@odata.id": f"roles({role})"}).error[0] == 405
    assert client.delete(path(user)).error == (400, "0x80060888")
    assert client.post(path(user, f"({role})"), {"@odata.id": f"roles({role})"}).error[0] == 400
