"""What is written and returned in one: the record, its headers, and nothing where it fails."""

import pytest

from support.estate import URL
from support.rights import holder
from xrm.model.privileges import Depth

URI = (400, "0x80060888")
NOBODY = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"
EVERY = ("prefer", 'odata.include-annotations="*"')
REPRESENTED = (("prefer", "return=representation"),)


@pytest.mark.covers(
    "record: create with representation",
    "record: update with representation",
    "header: Prefer: return=representation",
    "record: money with four decimals",
)
def test_what_is_written_is_returned_where_that_is_preferred(client):
    root = f"{URL}api/data/v9.2/"
    record = {"name": "Returned", "revenue": 12.5}
    made = client.post("accounts", record, "$select=name,revenue", headers=REPRESENTED)
    assert made.status == 201
    assert made.header("Preference-Applied") == "return=representation"
    assert made.header("OData-EntityId") is None
    assert made.header("Location") is None
    assert made.header("ETag") == made.document["@odata.etag"]
    key = made.document["accountid"]
    assert list(made.document) == [
        *("@odata.context", "@odata.etag", "name", "revenue", "_transactioncurrencyid_value"),
        "accountid",
    ]
    context = f"{root}$metadata#accounts(name,revenue)/$entity"
    assert made.document["@odata.context"] == context
    assert b'"revenue":12.5000' in made.body
    changed = client.patch(
        f"accounts({key})", {"fax": "1"}, "$select=fax&$expand=nosuch", headers=REPRESENTED
    )
    assert changed.status == 200
    assert changed.document["fax"] == "1"
    every = (("prefer", f"return=representation,{EVERY[1]}"),)
    changed = client.patch(f"accounts({key})", {"statecode": 0}, "$select=statecode", headers=every)
    names = [value for name, value in changed.response.headers if name == "Preference-Applied"]
    assert names == ["return=representation", EVERY[1]]
    shown = changed.document["statecode@OData.Community.Display.V1.FormattedValue"]
    assert shown == "Active"
    upserted = client.patch(f"accounts({NOBODY})", {"name": "New"}, headers=REPRESENTED)
    assert (upserted.status, upserted.document["accountid"]) == (201, NOBODY)
    assert client.delete(f"accounts({NOBODY})").status == 204
    minimal = client.post("accounts", record, headers=(("prefer", "return=minimal"),))
    assert (minimal.status, minimal.body) == (204, b"")


@pytest.mark.parametrize(
    "query", ["$select=nosuch", "$filter=name eq 'x'", "$top=1", "$count=true"]
)
def test_nothing_is_written_where_the_answer_cannot_be(client, query):
    record = {"name": "Never written"}
    answer = client.post("accounts", record, query.replace(" ", "%20"), headers=REPRESENTED)
    assert answer.error == URI
    assert client.rows("accounts", filter="name eq 'Never written'") == []


def test_who_may_write_but_not_read_keeps_nothing(estate, client):
    rights = ("Create", "Write", "Append")
    writer = holder(estate, {f"prv{right}Lead": Depth.GLOBAL for right in rights})
    assert writer.post("leads", {"lastname": "Written blind"}).status == 204
    answer = writer.post("leads", {"lastname": "Returned blind"}, headers=REPRESENTED)
    assert answer.error == (403, "0x80040220")
    names = client.column("leads", "lastname", filter="endswith(lastname,'blind')")
    assert names == ["Written blind"]
    (key,) = client.column("leads", "leadid", filter="lastname eq 'Written blind'")
    path = f"leads({key})"
    assert writer.patch(path, {"subject": "1"}, headers=REPRESENTED).status == 403
    assert client.get(path).document["subject"] is None
    assert writer.patch(path, {"subject": "1"}).status == 204
