"""Columns whose values are more than one value, or none that can be compared."""

from support.estate import Client


def test_managed_properties_are_objects(client: Client):
    answer = client.send(
        "GET", "roles", "$select=canbedeleted,iscustomizable&$filter=name%20eq%20'Delegate'"
    )
    (role,) = answer.rows
    assert role["canbedeleted"] == {
        "Value": True,
        "CanBeChanged": True,
        "ManagedPropertyLogicalName": "canbedeleted",
    }
    assert role["iscustomizable"] == {
        "Value": True,
        "CanBeChanged": True,
        "ManagedPropertyLogicalName": "iscustomizableanddeletable",
    }


def test_an_image_is_read_and_not_compared(client: Client):
    made = client.post("accounts", {"name": "Pictured"}).created
    assert client.get(f"accounts({made})").document["entityimage"] is None
    for literal in ("'x'", "1", "true"):
        answer = client.send("GET", "accounts", f"$filter=entityimage%20eq%20{literal}")
        assert answer.error == (400, "0x80060888")
