"""`$ref`: users and roles paired and parted, lookups set, collections filled and emptied."""

import pytest

from support.estate import ROOT, URL, Client, Estate

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
        ({}, (400, "0x80048d19")),
        ({"@odata.id": 5}, (400, "0x80048d19")),
        ({"@odata.id": "roles"}, (400, "0x80060888")),
        (
            {"@odata.id": f"https://elsewhere.example/api/data/v9.2/roles({NO_ROLE})"},
            (400, "0x80060888"),
        ),
        ({"@odata.id": f"roles({NO_ROLE})"}, (404, "0x80040217")),
        ({"@odata.id": f"leads({NO_ROLE})"}, (400, "0x80040203")),
        ([], (400, "0x80048d19")),
    ],
)
def test_what_names_no_role_is_refused(client: Client, user: Client, payload, error):
    assert client.post(path(user), payload).error == error


@pytest.mark.parametrize(
    ("there", "error"),
    [
        ("systemusers/systemuserroles_association/$ref", (404, "0x80060888")),
        (f"systemusers({NO_ROLE})/nosuch/$ref", (404, "0x80060888")),
        (f"systemusers({NO_ROLE})/teammembership_association/$ref", (400, "0x80040203")),
        (f"systemusers({NO_ROLE})/{LINK}/$value", (404, "0x80060888")),
        (f"systemusers({NO_ROLE})/{LINK}/$ref", (404, "0x80040217")),
    ],
)
def test_a_path_that_pairs_nothing_is_refused(client: Client, role, there, error):
    assert client.post(there, {"@odata.id": f"roles({role})"}).error == error


def test_other_verbs_are_refused(client: Client, user: Client, role):
    assert client.patch(path(user), {"@odata.id": f"roles({role})"}).error[0] == 405
    assert client.delete(path(user)).error == (400, "0x80060888")
    assert client.post(path(user, f"({role})"), {"@odata.id": f"roles({role})"}).error[0] == 400


HERE = f"{URL}{ROOT[1:]}"
MISSING = (404, "0x80040217")
UNKNOWN = (404, "0x80060888")
URI = (400, "0x80060888")


@pytest.fixture
def account(client):
    return f"accounts({client.post('accounts', {'name': 'Referred'}).created})"


@pytest.fixture
def contact(client):
    return f"contacts({client.post('contacts', {'lastname': 'Referred'}).created})"


@pytest.fixture
def lead(client):
    return f"leads({client.post('leads', {'lastname': 'Referred'}).created})"


@pytest.mark.covers("record: set a lookup by $ref")
@pytest.mark.parametrize(
    "form", ["{0}", "/{0}", "/api/data/v9.1/{0}", HERE + "{0}", URL + "api/data/v8.2/{0}"]
)
def test_a_lookup_is_set_read_and_emptied(client, account, contact, form):
    path = f"{account}/primarycontactid/$ref"
    assert client.get(path).error == UNKNOWN
    body = {"@odata.context": f"{HERE}$metadata#$ref", "@odata.id": form.format(contact)}
    put = client.put(path, body)
    assert (put.status, put.body) == (204, b"")
    read = client.get(path).document
    assert read == {"@odata.context": f"{HERE}$metadata#$ref", "@odata.id": HERE + contact}
    gone = client.delete(path)
    assert (gone.status, gone.body) == (204, b"")
    assert client.get(path).error == UNKNOWN
    assert client.delete(path).status == 204


def test_what_a_lookup_is_not_set_to(client, account, contact, lead):
    path = f"{account}/primarycontactid/$ref"
    missing = client.put(path, {"@odata.id": f"contacts({NO_ROLE})"})
    assert missing.error == MISSING
    assert NO_ROLE in missing.document["error"]["message"]
    assert client.put(path, {"@odata.id": lead}).error == URI
    assert client.put(path, {"@odata.id": "contacts"}).error == URI
    assert client.put(path, {"@odata.id": None}).error == (400, "0x80048d19")
    assert client.put(path, {"value": contact}).error == (400, "0x80048d19")
    nobody = f"accounts({NO_ROLE})/primarycontactid/$ref"
    assert client.put(nobody, {"@odata.id": contact}).error == MISSING
    assert client.get(nobody).error == MISSING
    assert client.delete(nobody).error == MISSING


def test_a_reference_through_a_lookup(client, account, contact):
    assert client.put(f"{account}/primarycontactid/$ref", {"@odata.id": contact}).status == 204
    path = f"{account}/primarycontactid/parentcustomerid_account/$ref"
    assert client.put(path, {"@odata.id": account}).status == 204
    assert client.get(path).document["@odata.id"] == HERE + account
    read = client.get(contact, select="_parentcustomerid_value").document
    assert account == f"accounts({read['_parentcustomerid_value']})"
    other = f"{account}/primarycontactid/parentcustomerid_contact/$ref"
    assert client.get(other).error == UNKNOWN


def listed(client, path):
    return [row["@odata.id"] for row in client.rows(f"{path}/$ref")]


@pytest.mark.covers(
    "service: /$ref",
    "record: associate one to many",
    "record: disassociate by key",
    "record: disassociate by $id",
)
@pytest.mark.parametrize("by", ["key", "$id", "absolute $id"])
def test_one_to_many(client, account, contact, by):
    path = f"{account}/contact_customer_accounts"
    assert client.get(f"{path}/$ref").document == {
        "@odata.context": f"{HERE}$metadata#Collection($ref)",
        "value": [],
    }
    for _ in range(2):
        assert client.post(f"{path}/$ref", {"@odata.id": HERE + contact}).status == 204
    assert listed(client, path) == [HERE + contact]
    key = contact.removeprefix("contacts")
    if by == "key":
        gone = client.delete(f"{path}{key}/$ref")
    else:
        named = HERE + contact if by != "$id" else contact
        gone = client.send("DELETE", f"{path}/$ref", f"$id={named}")
    assert gone.status == 204
    assert listed(client, path) == []
    assert client.delete(f"{path}{key}/$ref").status == 204
    assert client.delete(f"{path}({NO_ROLE})/$ref").status == 204
    assert client.post(f"{path}/$ref", {"@odata.id": f"contacts({NO_ROLE})"}).error == MISSING
    nobody = f"accounts({NO_ROLE})/contact_customer_accounts"
    assert client.post(f"{nobody}/$ref", {"@odata.id": contact}).error == MISSING
    assert client.delete(f"{nobody}{key}/$ref").error == MISSING
    assert client.get(f"{nobody}/$ref").error == MISSING


@pytest.mark.covers("record: associate many to many")
def test_many_to_many(client, account, lead):
    path, key = f"{account}/accountleads_association", lead.removeprefix("leads")
    assert client.post(f"{path}/$ref", {"@odata.id": lead}).status == 204
    again = client.post(f"{path}/$ref", {"@odata.id": lead})
    assert again.error == (412, "0x80040237")
    text = "A record with matching key values already exists."
    assert again.document["error"]["message"] == text
    assert listed(client, path) == [HERE + lead]
    assert listed(client, f"{lead}/accountleads_association") == [HERE + account]
    assert client.column(path, "lastname") == ["Referred"]
    for _ in range(2):
        assert client.delete(f"{path}{key}/$ref").status == 204
    assert listed(client, path) == []
    assert client.delete(f"{path}({NO_ROLE})/$ref").error == MISSING
    assert client.post(f"{path}/$ref", {"@odata.id": f"leads({NO_ROLE})"}).error == MISSING
    nobody = f"accounts({NO_ROLE})/accountleads_association"
    assert client.post(f"{nobody}/$ref", {"@odata.id": lead}).error == MISSING
    assert client.delete(f"{nobody}{key}/$ref").error == MISSING


@pytest.mark.covers("record: references of a collection")
def test_references_come_in_pages(client, account):
    tasks = [{"subject": f"Task {number}"} for number in range(3)]
    path = f"{account}/Account_Tasks"
    for task in tasks:
        made = client.post("tasks", task).created
        assert client.post(f"{path}/$ref", {"@odata.id": f"tasks({made})"}).status == 204
    prefer = (("prefer", "odata.maxpagesize=2"),)
    first = client.get(f"{path}/$ref", headers=prefer)
    assert first.header("Preference-Applied") == "odata.maxpagesize=2"
    rest = client.follow(first.next_link, headers=prefer)
    assert (len(first.rows), len(rest.rows), rest.next_link) == (2, 1, None)
    named = {row["@odata.id"] for row in first.rows + rest.rows}
    assert named == {f"{HERE}tasks({key})" for key in client.column(path, "activityid")}


@pytest.mark.parametrize("query", ["", "$id=", "$id=contacts", "$id=%ff", "id=contacts(1)"])
def test_what_is_taken_out_is_named(client, account, query):
    path = f"{account}/contact_customer_accounts/$ref"
    assert client.send("DELETE", path, query).error == URI
