"""Lookups and collections in payloads: forms of URLs, names, records within records."""

import pytest

from support.estate import URL

PAYLOAD = (400, "0x80048d19")
URI = (400, "0x80060888")
NOBODY = "5f1c0a52-36a1-4a5e-9a7a-1c1b7f6a2a11"


DIRECT = (
    "CRM do not support direct update of Entity Reference properties, Use Navigation properties "
    "instead."
)


@pytest.mark.parametrize("value", [NOBODY, None, 1])
def test_a_lookup_is_not_set_by_its_value(client, value):
    record = {"_parentaccountid_value": value}
    for answer in (client.post("leads", record), client.patch(f"leads({NOBODY})", record)):
        assert answer.error == URI
        assert answer.document["error"]["message"] == DIRECT
    put = client.put(f"leads({NOBODY})/_parentaccountid_value", {"value": value})
    assert put.error == URI


@pytest.fixture(scope="module")
def account(client):
    return client.post("accounts", {"name": "Bound", "accountnumber": "B'1"}).created


@pytest.mark.covers("record: bind")
@pytest.mark.parametrize(
    "form",
    [
        "accounts({})",
        "/accounts({})",
        "/api/data/v9.2/accounts({})",
        "/api/data/v9.0/accounts({})",
        URL + "api/data/v9.2/accounts({})",
        URL + "api/data/v8.2/accounts({})",
        URL.replace("localhost", "LOCALHOST") + "api/data/v9.2/accounts({})",
        "accounts(accountid={})",
        "accounts%28{}%29",
    ],
)
def test_forms_of_a_record_s_url(client, account, form):
    for key in (account, account.upper()):
        record = {"lastname": "Bind", "parentaccountid@odata.bind": form.format(key)}
        made = client.post("leads", record).created
        assert client.get(f"leads({made})").document["_parentaccountid_value"] == account
        assert client.delete(f"leads({made})").status == 204


UNPARSED = (
    "URL was not parsed due to an ODataUnrecognizedPathException. Resource not found for the "
    "segment provided in the URL."
)


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("account(test)", URI, UNPARSED),
        (f"nosuch({NOBODY})", URI, UNPARSED),
        (f"/api/data/v7.0/accounts({NOBODY})", URI, UNPARSED),
        ("", PAYLOAD, ""),
        ("accounts", PAYLOAD, ""),
        ("accounts(test)", PAYLOAD, "Bad Request - Error in query syntax."),
        (f"accounts({{{NOBODY}}})", PAYLOAD, "Bad Request - Error in query syntax."),
        (f"contacts({NOBODY})", PAYLOAD, "The navigation property 'parentaccountid' refers to"),
        (f"https://elsewhere.example/api/data/v9.2/accounts({NOBODY})", PAYLOAD, "organization"),
        (f"https://localhost:1/api/data/v9.2/accounts({NOBODY})", PAYLOAD, "organization"),
        (f"http://localhost:8444/api/data/v9.2/accounts({NOBODY})", PAYLOAD, "organization"),
        ("https://[/accounts", PAYLOAD, ""),
        ("https://localhost:99999/accounts", PAYLOAD, ""),
        (f"accounts({NOBODY})/primarycontactid", PAYLOAD, ""),
        (f"accounts({NOBODY})/name", PAYLOAD, ""),
        ("accounts(name='Bound')", URI, "The key in the request URI is not valid for resource"),
        (f"accounts({NOBODY})", (404, "0x80040217"), NOBODY),
        ("$1", URI, "Content-ID Reference: '$1' does not exist in the batch context."),
        ("/$12", URI, "Content-ID Reference: '/$12' does not exist in the batch context."),
        (5, PAYLOAD, ""),
        ([], PAYLOAD, ""),
        ([f"accounts({NOBODY})"], PAYLOAD, ""),
    ],
)
def test_urls_that_name_no_record_to_bind(client, url, error, said):
    answer = client.post("leads", {"lastname": "Bind", "parentaccountid@odata.bind": url})
    assert answer.error == error
    assert said in answer.document["error"]["message"]


@pytest.mark.covers("record: bind to null")
def test_a_lookup_is_emptied_in_either_way(client, account):
    lead = client.post(
        "leads", {"lastname": "Null", "parentaccountid@odata.bind": f"accounts({account})"}
    ).created
    path = f"leads({lead})"
    for null in ({"parentaccountid": None}, {"parentaccountid@odata.bind": None}):
        bound = {"parentaccountid@odata.bind": f"accounts({account})"}
        assert client.patch(path, bound).status == 204
        assert client.get(path).document["_parentaccountid_value"] == account
        assert client.patch(path, null).status == 204
        assert client.get(path).document["_parentaccountid_value"] is None
    for null in ({"ownerid": None}, {"ownerid@odata.bind": None}):
        answer = client.patch(path, null)
        assert answer.error == (400, "0x80040203")
        assert answer.document["error"]["message"] == "Attribute: ownerid cannot be set to NULL"


@pytest.mark.covers("annotation: associatednavigationproperty", "annotation: lookuplogicalname")
def test_a_lookup_of_several_tables_goes_by_the_name_for_each(client, account):
    contact = client.post(
        "contacts",
        {"lastname": "Poly", "parentcustomerid_account@odata.bind": f"accounts({account})"},
    ).created
    read = client.get(f"contacts({contact})", headers=(EVERY,)).document
    name = "_parentcustomerid_value"
    assert read[name] == account
    assert read[f"{name}@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    navigation = read[f"{name}@Microsoft.Dynamics.CRM.associatednavigationproperty"]
    assert navigation == "parentcustomerid_account"
    other = {
        "lastname": "Child",
        "parentcustomerid_contact": {
            "@odata.type": "#Microsoft.Dynamics.CRM.contact",
            "lastname": "Parent",
            "Contact_Tasks": [{"@odata.type": "Microsoft.Dynamics.CRM.task", "subject": "Deep"}],
        },
    }
    child = client.post("contacts", other).created
    parent = client.get(f"contacts({child})/parentcustomerid_contact").document
    assert parent["lastname"] == "Parent"
    tasks = f"contacts({child})/parentcustomerid_contact/Contact_Tasks"
    assert client.column(tasks, "subject") == ["Deep"]
    gone = client.get(f"contacts({child})/parentcustomerid_account")
    assert (gone.status, gone.body) == (204, b"")
    swapped = {"parentcustomerid_account@odata.bind": f"accounts({account})"}
    assert client.patch(f"contacts({child})", swapped).status == 204
    assert client.get(f"contacts({child})/parentcustomerid_account").status == 200
    assert client.get(f"contacts({child})/parentcustomerid_contact").status == 204


EVERY = ("prefer", 'odata.include-annotations="*"')
ON_CHANGE = "Associate of 1:N navigation property with Create of Update is not supported in CRM"


@pytest.mark.parametrize(
    "change",
    [
        {"Account_Tasks": [{"subject": "x"}]},
        {"Account_Tasks": []},
        {"contact_customer_accounts@odata.bind": [f"contacts({NOBODY})"]},
        {"primarycontactid": {"lastname": "x"}},
    ],
)
def test_records_within_a_change_are_refused(client, account, change):
    answer = client.patch(f"accounts({account})", change)
    assert answer.error == URI
    assert answer.document["error"]["message"] == ON_CHANGE


@pytest.mark.parametrize(
    "record",
    [
        {"ownerid": "x"},
        {"ownerid": {}},
        {"parentaccountid": 1},
        {"parentaccountid": []},
        {"Lead_Tasks": {}},
        {"Lead_Tasks": [1]},
        {"Lead_Tasks": None},
        {"Lead_Tasks@odata.bind": f"tasks({NOBODY})"},
        {"preferredequipmentid": {"name": "x"}},
    ],
)
def test_nodes_that_are_not_what_a_navigation_takes(client, record):
    assert client.post("leads", {"lastname": "x", **record}).error == PAYLOAD


def test_a_record_within_what_only_the_platform_sets_is_passed_over(client):
    record = {"lastname": "Passed", "owninguser": {"lastname": "Never made"}}
    key = client.post("leads", record).created
    assert client.get(f"leads({key})").document["_owninguser_value"] == str(client.user_id)
    assert client.rows("systemusers", filter="lastname eq 'Never made'") == []
    assert client.post("leads", {"owninguser": {"nosuch": 1}}).error == PAYLOAD
