"""What becomes of records that point to one that is deleted, on both engines."""

import uuid

import pytest


def made(client, table, **values):
    """Create a record; a value that is a pair binds a lookup to a table's record."""
    name = {"accounts": "name"}.get(table, "lastname")
    record = {name: "Pointer"}
    for column, value in values.items():
        record[f"{column}@odata.bind"] = "{}({})".format(*value)
    return client.post(table, record).created


def version(client, where):
    return client.get(where).document["versionnumber"]


@pytest.mark.parametrize(
    ("table", "navigation", "target"),
    [
        ("accounts", "primarycontactid", "contacts"),
        ("accounts", "parentaccountid", "accounts"),
        ("accounts", "originatingleadid", "leads"),
        ("contacts", "originatingleadid", "leads"),
        ("leads", "parentaccountid", "accounts"),
        ("leads", "parentcontactid", "contacts"),
    ],
)
def test_a_link_is_removed(client, table, navigation, target):
    gone, other = made(client, target), made(client, target)
    linked = made(client, table, **{navigation: (target, gone)})
    kept = made(client, table, **{navigation: (target, other)})
    column = f"_{navigation.partition('_')[0]}_value"
    before = version(client, f"{table}({linked})"), version(client, f"{table}({kept})")
    assert client.delete(f"{target}({gone})").status == 204
    found = client.get(f"{table}({linked})").document
    assert found[column] is None
    assert found["versionnumber"] > before[0]
    assert client.get(f"{table}({kept})").document[column] == other
    assert version(client, f"{table}({kept})") == before[1]


def test_what_cascades_goes_too_at_every_depth(client):
    account, other = made(client, "accounts"), made(client, "accounts")
    contact = made(client, "contacts", parentcustomerid_account=("accounts", account))
    lead = made(client, "leads", customerid_contact=("contacts", contact))
    parent = made(client, "leads", parentcontactid=("contacts", contact))
    stays = made(client, "contacts", parentcustomerid_account=("accounts", other))
    assert client.delete(f"accounts({account})").status == 204
    for where in (f"accounts({account})", f"contacts({contact})", f"leads({lead})"):
        assert client.get(where).status == 404
    assert client.get(f"leads({parent})").document["_parentcontactid_value"] is None
    assert client.get(f"contacts({stays})").status == 200


def test_a_lookup_of_several_tables_tells_them_apart(client):
    key = str(uuid.uuid4())
    assert client.post("accounts", {"name": "Twin", "accountid": key}).status == 204
    assert client.post("contacts", {"lastname": "Twin", "contactid": key}).status == 204
    child = made(client, "contacts", parentcustomerid_contact=("contacts", key))
    assert client.delete(f"accounts({key})").status == 204
    assert client.get(f"contacts({child})").document["_parentcustomerid_value"] == key


def test_records_that_point_to_each_other_go(client):
    account = made(client, "accounts")
    contact = made(client, "contacts", parentcustomerid_account=("accounts", account))
    back = {"primarycontactid@odata.bind": f"contacts({contact})"}
    assert client.patch(f"accounts({account})", back).status == 204
    assert client.delete(f"accounts({account})").status == 204
    assert client.get(f"accounts({account})").status == 404
    assert client.get(f"contacts({contact})").status == 404


def test_a_cascade_takes_nothing_its_caller_could_not_delete(estate, client):
    service = estate.user("Vice President of Sales")
    account = made(client, "accounts")
    contact = made(client, "contacts", parentcustomerid_account=("accounts", account))
    limited = estate.user("Basic User", name="Limited")
    bound = {"ownerid@odata.bind": f"systemusers({limited.user_id})"}
    assert client.patch(f"accounts({account})", bound).status == 204
    # The contact has followed its account to the new owner; it is taken back.
    back = {"ownerid@odata.bind": f"systemusers({client.user_id})"}
    assert client.patch(f"contacts({contact})", back).status == 204
    assert limited.delete(f"accounts({account})").error == (403, "0x80048306")
    assert client.get(f"accounts({account})").status == 200
    assert client.get(f"contacts({contact})").status == 200
    assert service.delete(f"accounts({account})").status == 204
    assert client.get(f"contacts({contact})").status == 404
