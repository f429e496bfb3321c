"""Paths of the Web API: versions, keys, what they lead to, and the verbs each takes."""

from urllib.parse import quote

import pytest

from support.estate import JSON, URL
from xrm.wire.http import Request

SETS = [
    *("accounts", "businessunits", "contacts", "leads", "opportunities", "organizations"),
    *("principalobjectaccessset", "privileges", "roles", "systemusers", "tasks", "teams"),
    *("transactioncurrencies", "usersettingscollection"),
]
URI = (400, "0x80060888")
UNKNOWN = (404, "0x80060888")
MISSING = (404, "0x80040217")
WRONG_VERB = (405, "0x80060888")
LATER = (501, "0x80040219")
WITHOUT_ROWS = ["principalobjectaccessset"]
KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
NOBODY = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"


@pytest.mark.covers(
    "service: v8.0 to v9.2 and three-part versions",
    "service: service document",
    "record: create",
    "record: delete",
    "response header: OData-EntityId",
    "response header: Location",
    "service: unbound function",
)
@pytest.mark.parametrize("version", ["8.0", "8.1", "8.2", "9.0", "9.1", "9.2", "9.1.0"])
def test_every_version_answers_with_its_own_urls(client, version):
    root = f"/api/data/v{version}/"
    context = f"{URL}{root[1:]}$metadata"
    document = client.send("GET", root).document
    assert document == {
        "@odata.context": context,
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in SETS],
    }
    assert client.send("GET", root.rstrip("/")).document == document
    rows = client.send("GET", f"{root}leads", "$select=subject,_ownerid_value")
    assert rows.document["@odata.context"] == f"{context}#leads(subject,_ownerid_value)"
    assert client.send("GET", f"{root}leads").document["@odata.context"] == f"{context}#leads"
    key = rows.rows[0]["leadid"]
    one = client.send("GET", f"{root}leads({key})", "$select=subject").document
    assert one["@odata.context"] == f"{context}#leads(subject)/$entity"
    one = client.send("GET", f"{root}leads({key})").document
    assert one["@odata.context"] == f"{context}#leads/$entity"
    who = client.send("GET", f"{root}WhoAmI").document
    assert who["@odata.context"] == f"{context}#Microsoft.Dynamics.CRM.WhoAmIResponse"
    made = client.send("POST", f"{root}leads", headers=(JSON,), body=b'{"lastname":"V"}')
    assert made.header("OData-EntityId") == f"{URL}{root[1:]}leads({made.created})"
    assert made.header("Location") == made.header("OData-EntityId")
    assert client.send("DELETE", f"{root}leads({made.created})").status == 204


@pytest.mark.parametrize(
    "path",
    [
        "/api/data/v7.0/",
        "/api/data/v9.3/leads",
        "/api/data/v9/leads",
        "/api/data/leads",
        "/api/data",
        "/api/data/v9.2x/",
        "/api/data/v10.0/",
        "/leads",
        "/",
        "",
        "*",
        "/API/DATA/V9.2/leads",
        "/api/data/v9.2/Leads",
        "/api/data/v9.2/lead",
        "/api/data/v9.2/leads%00",
        "/api/data/v9.2/Create",
        "/api/data/v9.2/RetrieveMultiple",
        "/api/data/v9.2/nosuch(1)",
    ],
)
def test_what_is_not_there(client, path):
    answer = client.estate.send(Request("GET", path, "", (bearer(client),)))
    assert answer.error == UNKNOWN


def bearer(client):
    return ("authorization", f"Bearer {client.token}")


@pytest.mark.covers("service: named key of systemuser refused")
@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("$batch", LATER),
        ("leads(1)", URI),
        ("leads('x')", URI),
        (f"leads({{{KEY}}})", URI),
        (f"leads(%7B{KEY}%7D)", URI),
        (f"leads('{KEY}')", URI),
        (f"leads({KEY.replace('-', '')})", URI),
        (f"leads(leadid='{KEY}')", URI),
        (f"leads(leadid={KEY},leadid={KEY})", URI),
        ("accounts(accountnumber=A1)", URI),
        (f"accounts(_primarycontactid_value='{KEY}')", URI),
        ("leads()", URI),
        ("leads(leadid=1)", URI),
        ("leads(subject='x')", URI),
        (f"leads(leadid={KEY},subject='x')", URI),
        (f"systemusers(systemuserid={KEY})", URI),
        ("leads(", URI),
        ("leads(x", URI),
        (f"leads({KEY}", URI),
        (f"leads({KEY}))", URI),
        ("leads%ff", URI),
        ("/".join("x" * 21), URI),
        ("leads(" + "(" * 5000, URI),
    ],
)
def test_paths_that_cannot_be_read_or_served(client, path, error):
    assert client.get(path).error == error


@pytest.mark.covers("message: WhoAmI")
def test_who_am_i_with_and_without_parentheses(client):
    first, second = client.get("WhoAmI"), client.get("WhoAmI()")
    assert first.document == second.document
    assert first.document["UserId"] == str(client.user_id)
    assert first.document["OrganizationId"] == client.rows("organizations")[0]["organizationid"]


@pytest.mark.parametrize("name", sorted(set(SETS) - set(WITHOUT_ROWS)))
def test_every_set_is_listed_and_each_record_read(client, name):
    rows = client.rows(name, top=3)
    assert rows
    key = client.estate.organization.catalogue.sets[name].primary_id
    for row in rows:
        document = client.get(f"{name}({row[key]})").document
        document.pop("@odata.context")
        assert document == row


@pytest.mark.covers("service: wrong verb")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("PUT", path) for path in ("", "leads", f"leads({KEY})", "WhoAmI")),
        *(("POST", path) for path in ("", f"leads({KEY})")),
        *((verb, path) for verb in ("PATCH", "DELETE") for path in ("", "leads", "WhoAmI")),
        *((verb, "leads") for verb in ("BREW", "", "TRACE", "MERGE", "get")),
    ],
)
def test_wrong_verbs(client, method, path):
    assert client.send(method, path, headers=(JSON,), body=b"{}").error == WRONG_VERB


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        (f"leads({KEY})/subject", {"GET", "PUT", "DELETE"}),
        (f"leads({KEY})/subject/$value", {"GET"}),
        (f"leads({KEY})/owninguser", {"GET", "PATCH", "DELETE"}),
        (f"leads({KEY})/owninguser/fullname", {"GET", "PUT", "DELETE"}),
        (f"leads({KEY})/parentaccountid/$ref", {"GET", "PUT", "DELETE"}),
        (f"leads({KEY})/Lead_Tasks", {"GET", "POST"}),
        (f"leads({KEY})/Lead_Tasks/$count", {"GET"}),
        (f"leads({KEY})/Lead_Tasks/$ref", {"GET", "POST", "DELETE"}),
        ("leads/$count", {"GET"}),
        ("leads/Microsoft.Dynamics.CRM.CreateMultiple", {"POST"}),
        ("BulkDelete", {"POST"}),
    ],
)
def test_every_verb_that_is_not_taken_is_refused(client, path, taken):
    for verb in {"GET", "POST", "PATCH", "PUT", "DELETE", "MERGE", "TRACE"} - taken:
        assert client.send(verb, path, headers=(JSON,), body=b"{}").error == WRONG_VERB, verb


@pytest.mark.parametrize("verb", ["PATCH", "DELETE"])
def test_a_record_is_changed_under_its_own_path_only(client, verb):
    path = f"leads({KEY})/owninguser"
    assert client.send(verb, path, headers=(JSON,), body=b"{}").error == WRONG_VERB


def test_a_function_asked_as_an_action_is_not_there(client):
    answer = client.post("WhoAmI", {})
    assert answer.error == (404, "")
    text = f"No HTTP resource was found that matches the request URI '{URL}api/data/v9.2/WhoAmI'."
    assert answer.document["error"]["message"] == text


@pytest.fixture(scope="module")
def family(client):
    """An account with a contact and two tasks."""
    contact = client.post("contacts", {"firstname": "Nancy", "lastname": "Path"}).created
    account = client.post(
        "accounts",
        {
            "name": "Path's & Co",
            "accountnumber": "P/1",
            "numberofemployees": 7,
            "primarycontactid@odata.bind": f"contacts({contact})",
            "Account_Tasks": [{"subject": "One"}, {"subject": "Two"}],
        },
    ).created
    return account, contact


@pytest.mark.covers("service: key by identifier", "service: key by column name")
def test_a_key_is_read_in_either_letter_case_and_by_its_name(client, family):
    account, _ = family
    paths = [
        f"accounts({account})",
        f"accounts({account.upper()})",
        f"accounts(accountid={account})",
        f"accounts%28{account}%29",
        f"accounts( {quote(' ')}{account} )".replace(" ", "%20"),
        f"accounts({account})/",
        f"/api/data/v9.2//accounts({account})",
        f"/api/data/v9.2/accounts({account})//",
    ]
    for path in paths:
        assert client.get(path, select="name").document["accountid"] == account, path


@pytest.mark.covers("service: column", "service: /$value", "record: column value read")
def test_a_column_by_itself(client, family):
    account, contact = family
    context = f"{URL}api/data/v9.2/$metadata#accounts({account})"
    for slash in ("", "/"):
        answer = client.get(f"accounts({account})/name{slash}")
        assert answer.document == {"@odata.context": f"{context}/name", "value": "Path's & Co"}
    answer = client.get(f"accounts({account})/numberofemployees")
    assert answer.document == {"@odata.context": f"{context}/numberofemployees", "value": 7}
    answer = client.get(f"accounts({account})/_primarycontactid_value")
    assert answer.document == {
        "@odata.context": f"{context}/_primarycontactid_value",
        "value": contact,
    }
    raw = client.get(f"accounts({account})/numberofemployees/$value")
    assert (raw.status, raw.header("Content-Type"), raw.body) == (200, "text/plain", b"7")
    raw = client.get(f"accounts({account})/name/$value")
    assert raw.body == b"Path's & Co"
    for path in ("fax", "fax/$value", "_parentaccountid_value"):
        empty = client.get(f"accounts({account})/{path}")
        assert (empty.status, empty.body) == (204, b"")
    missing = client.get(f"accounts({NOBODY})/name")
    assert missing.error == MISSING


@pytest.mark.covers("record: column value set", "record: column value removed")
def test_a_column_is_set_and_emptied_by_itself(client, family):
    path = f"accounts({family[0]})/fax"
    assert client.put(path, {"value": "555-0199"}).status == 204
    assert client.get(path).document["value"] == "555-0199"
    gone = client.delete(path)
    assert (gone.status, gone.body) == (204, b"")
    assert client.get(path).status == 204


@pytest.mark.covers("service: single-valued navigation", "record: lookup by navigation")
def test_what_a_lookup_leads_to(client, family):
    account, contact = family
    answer = client.get(f"accounts({account})/primarycontactid", select="lastname")
    root = f"{URL}api/data/v9.2/"
    assert answer.document["@odata.context"] == f"{root}$metadata#contacts(lastname)/$entity"
    assert answer.document["contactid"] == contact
    assert answer.header("ETag") == answer.document["@odata.etag"]
    answer = client.get(f"accounts({account})/primarycontactid/lastname")
    assert answer.document == {
        "@odata.context": f"{root}$metadata#contacts({contact})/lastname",
        "value": "Path",
    }
    deep = client.get(f"accounts({account})/primarycontactid/owninguser/fullname")
    assert deep.document["value"] == "Administrator"
    empty = client.get(f"accounts({account})/parentaccountid")
    assert (empty.status, empty.body) == (204, b"")
    assert client.get(f"accounts({account})/parentaccountid/name").error == UNKNOWN
    assert client.get(f"accounts({account})/parentaccountid/primarycontactid").error == UNKNOWN
    assert client.get(f"accounts({NOBODY})/primarycontactid").error == MISSING


@pytest.mark.covers(
    "service: collection-valued navigation",
    "service: /$count",
    "record: count of a collection",
)
def test_a_collection_of_a_record(client, family):
    account, _ = family
    path = f"accounts({account})/Account_Tasks"
    answer = client.get(path, select="subject", orderby="subject desc")
    context = f"{URL}api/data/v9.2/$metadata#tasks(subject)"
    assert answer.document["@odata.context"] == context
    assert [row["subject"] for row in answer.rows] == ["Two", "One"]
    assert client.column(path, "subject", filter="subject eq 'one'") == ["One"]
    first = client.get(path, orderby="subject", headers=(("prefer", "odata.maxpagesize=1"),))
    assert first.next_link.startswith(f"{URL}api/data/v9.2/{path}?$orderby=subject&$skiptoken=")
    assert [row["subject"] for row in client.follow(first.next_link).rows] == ["Two"]
    count = client.get(f"{path}/$count")
    assert (count.status, count.body) == (200, b"\xef\xbb\xbf2")
    assert count.header("Content-Type") == "text/plain"
    assert client.get(f"{path}/$count", filter="subject eq 'One'").body == b"\xef\xbb\xbf1"
    through = client.rows(f"accounts({account})/primarycontactid/Contact_Tasks")
    assert through == []
    assert client.get(f"accounts({NOBODY})/Account_Tasks").error == MISSING


@pytest.mark.parametrize(
    "path",
    [
        *("accounts({0})/Name", "accounts({0})/account_tasks", "accounts({0})/PrimaryContactId"),
        *("accounts({0})/primarycontactid(1)", "accounts({0})/name(1)", "accounts({0})/nosuch"),
        *("accounts({0})/_name_value", "accounts({0})/_PrimaryContactId_value", "Accounts"),
        *("accounts({0})/name/name", "accounts({0})/$count", "accounts({0})/$ref", "whoami"),
        *(
            "accounts({0})/Account_Tasks/subject",
            "accounts/name",
            "accounts/$value",
            "accounts/$ref",
        ),
        *("accounts({0})/$value", "accounts({0})/primarycontactid/$count", "WhoAmI()/x"),
        *("accounts({0})/name/$count", "accounts({0})/Account_Tasks/$ref/$ref", "WhoAmI(a=1)"),
        *("accounts({0})/Microsoft.Dynamics.CRM.CreateMultiple", "CreateMultiple"),
        *("accounts/Microsoft.Dynamics.CRM.BulkDelete", "accounts/CreateMultiple"),
        *("accounts/microsoft.dynamics.crm.CreateMultiple", "Microsoft.Dynamics.CRM.BulkDelete"),
        "accounts({0})/Account_Tasks/Microsoft.Dynamics.CRM.CreateMultiple",
        "accounts({0})/preferredequipmentid",
    ],
)
def test_what_a_record_does_not_have(client, family, path):
    assert client.get(path.format(family[0])).error == UNKNOWN


@pytest.mark.parametrize(
    "name", ["parentcustomerid", "FAKE", f"FAKE({KEY})", "lastname", "_parentcustomerid_value"]
)
def test_what_is_no_navigation_has_no_reference(client, family, name):
    answer = client.post(f"contacts({family[1]})/{name}/$ref", {"@odata.id": "accounts"})
    assert answer.error == UNKNOWN
    text = f"The URI segment '$ref' is invalid after the segment '{name}'."
    assert answer.document["error"]["message"] == text


@pytest.mark.parametrize(
    "key", ["name='Path'", "accountid='x',name='y'", "Accountnumber='P/1'", "_name_value=1"]
)
def test_columns_that_are_no_key(client, key):
    answer = client.get(f"accounts({quote(key, safe='')})")
    assert answer.error == URI
    if not key.startswith("accountid"):
        assert answer.document["error"]["message"] == (
            "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.account'."
            " Ensure that the names and number of key properties match the declared or alternate "
            "key properties for the resource 'Microsoft.Dynamics.CRM.account'."
        )


def test_a_path_has_an_end(client, family):
    path = f"accounts({family[0]})/owninguser"
    assert client.get(path + "/createdby" * 3).status == 200
    assert client.get(path + "/createdby" * 19).error == URI
