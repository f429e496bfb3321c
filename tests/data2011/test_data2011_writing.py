"""OrganizationData.svc written: records, properties and links, in JSON and in Atom."""

from typing import Any

import pytest

from support.organization_data import (
    BASE,
    NAMES,
    SERVICES,
    Data,
    atom_entry,
    key_of,
)

MERGE = ("x-http-method", "MERGE")
DELETE = ("x-http-method", "DELETE")
NOBODY = "00000000-0000-0000-0000-000000000001"


def shown(data: Data, path: str, name: str) -> Any:
    return data.get(path, select=name).d[name]


@pytest.mark.covers("odata2: POST", "odata2: Location")
def test_a_record_is_created_with_everything_shown(data: Data) -> None:
    said = data.post("AccountSet", {"Name": "New", "OwnershipCode": {"Value": 2}})
    assert said.status == 201
    record = said.d
    assert said.header("Location") == record["__metadata"]["uri"]
    assert said.header("Location") == f"{BASE}AccountSet(guid'{record['AccountId']}')"
    assert record["StateCode"]["Value"] == 0
    assert record["Account_Tasks"].keys() == {"__deferred"}


@pytest.mark.covers("odata2: POST", "odata2: Atom")
def test_a_record_is_created_by_an_atom_entry(data: Data) -> None:
    contact = data.made("ContactSet", LastName="Linked")
    rel = f"{NAMES['d']}/related/"
    properties = (
        "<d:Name> Atom &amp; Co </d:Name>"
        '<d:NumberOfEmployees m:type="Edm.Int32">12</d:NumberOfEmployees>'
        '<d:DoNotPhone m:type="Edm.Boolean">true</d:DoNotPhone>'
        '<d:LastOnHoldTime m:type="Edm.DateTime">2026-03-01T12:30:00Z</d:LastOnHoldTime>'
        '<d:Fax m:null="true" />'
        f'<d:OwnershipCode m:type="{SERVICES}OptionSetValue">'
        '<d:Value m:type="Edm.Int32">2</d:Value></d:OwnershipCode>'
        f'<d:Revenue m:type="{SERVICES}Money"><d:Value m:type="Edm.Decimal">12.50</d:Value>'
        "</d:Revenue>"
    )
    links = (
        f'<link rel="{rel}account_primary_contact" href="{BASE}{contact}" />'
        f'<link rel="{rel}Account_Tasks" type="application/atom+xml;type=feed"><m:inline><feed>'
        '<entry><content type="application/xml"><m:properties><d:Subject>Inner</d:Subject>'
        "</m:properties></content></entry></feed></m:inline></link>"
    )
    said = data.entry("POST", "AccountSet", atom_entry(properties, links=links, kind="Account"))
    assert said.status == 201
    assert (said.header("Content-Type") or "").startswith("application/atom+xml")
    path = (said.header("Location") or "").removeprefix(BASE)
    record = data.get(path).d
    assert (record["Name"], record["NumberOfEmployees"], record["DoNotPhone"]) == (
        " Atom & Co ",
        12,
        True,
    )
    assert record["LastOnHoldTime"] == "/Date(1772368200000)/"
    assert record["OwnershipCode"]["Value"] == 2
    assert record["Revenue"]["Value"] == "12.5000"
    assert record["PrimaryContactId"]["Id"] == key_of(contact)
    assert [task["Subject"] for task in data.get(f"{path}/Account_Tasks").rows] == ["Inner"]
    # A blank at either end is kept by those who read it, too.
    text = data.get(f"{path}/Name", atom=True).xml
    assert text.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"


@pytest.mark.covers("odata2: deep insert")
def test_records_are_created_within_from_either_side(data: Data) -> None:
    path = data.made("TaskSet", Subject="Inner", Account_Tasks={"Name": "Outer"})
    assert shown(data, path, "RegardingObjectId")["Name"] == "Outer"
    lead = data.made("LeadSet", Subject="S", LastName="L")
    many = {"results": [{"__metadata": {"uri": BASE + lead}}]}
    account = data.made("AccountSet", Name="Paired", accountleads_association=many)
    assert data.get(f"{account}/accountleads_association/$count").body == b"1"


def test_a_failure_within_keeps_nothing(data: Data) -> None:
    inner = [{"Subject": "Good"}, {"Subject": "x" * 201}]
    status, code, _ = data.post("AccountSet", {"Name": "Not kept", "Account_Tasks": inner}).error
    assert (status, code) == (400, str(0x80044331 - 2**32))
    assert data.values("AccountSet", "Name", filter="Name eq 'Not kept'") == []


@pytest.mark.covers("odata2: MERGE", "odata2: X-HTTP-Method", "odata2: DELETE")
@pytest.mark.parametrize("tunnelled", [True, False])
def test_merge_changes_what_is_named(data: Data, tunnelled: bool) -> None:
    path = data.made("AccountSet", Name="Before", Fax="1", NumberOfEmployees=4)
    change = {"Name": "After", "NumberOfEmployees": None}
    said = data.post(path, change, MERGE) if tunnelled else data.write("MERGE", path, change)
    assert (said.status, said.body) == (204, b"")
    record = data.get(path, select="Name,Fax,NumberOfEmployees").d
    assert (record["Name"], record["Fax"], record["NumberOfEmployees"]) == ("After", "1", None)
    gone = data.post(path, {}, DELETE) if tunnelled else data.send("DELETE", path)
    assert gone.status == 204
    assert data.get(path).error[:2] == (404, "-2147220969")
    assert data.post(path, {"Name": "Late"}, MERGE).error[:2] == (404, "-2147220969")


@pytest.mark.covers("odata2: PUT")
def test_put_clears_what_is_not_named(data: Data) -> None:
    path = data.made(
        "AccountSet",
        Name="Whole",
        Fax="1",
        DoNotPhone=True,
        NumberOfEmployees=4,
        OwnershipCode={"Value": 2},
        account_primary_contact={"LastName": "Gone"},
    )
    owner = shown(data, path, "OwnerId")
    assert data.write("PUT", path, {"Telephone1": "2"}).status == 204
    record = data.get(path).d
    names = ("Name", "Telephone1", "Fax", "DoNotPhone", "NumberOfEmployees")
    assert [record[name] for name in names] == ["Whole", "2", None, False, None]
    assert record["OwnershipCode"]["Value"] is None
    assert record["PrimaryContactId"]["Id"] is None
    assert record["OwnerId"] == owner
    entry = atom_entry("<d:Fax>3</d:Fax>")
    assert data.entry("PUT", path, entry).status == 204
    assert (shown(data, path, "Fax"), shown(data, path, "Telephone1")) == ("3", None)


@pytest.mark.covers("odata2: property update", "odata2: $value")
def test_single_properties_are_changed(data: Data) -> None:
    path = data.made("AccountSet", Name="Single", Fax="1", OwnershipCode={"Value": 1})
    assert data.write("PUT", f"{path}/Name", {"Name": "Changed"}).status == 204
    assert data.post(f"{path}/Fax", {"Fax": "2"}, MERGE).status == 204
    choice = {"OwnershipCode": {"Value": 2}}
    assert data.write("PUT", f"{path}/OwnershipCode", choice).status == 204
    record = data.get(path, select="Name,Fax,OwnershipCode").d
    assert (record["Name"], record["Fax"], record["OwnershipCode"]["Value"]) == ("Changed", "2", 2)
    assert data.write("PUT", f"{path}/OwnershipCode/Value", {"Value": 3}).status == 204
    xml = f'<d:Name xmlns:d="{NAMES["d"]}">By XML</d:Name>'
    kind = ("content-type", "application/xml")
    assert data.send("PUT", f"{path}/Name", headers=(kind,), body=xml.encode()).status == 204
    assert (shown(data, path, "Name"), shown(data, path, "OwnershipCode")["Value"]) == ("By XML", 3)
    text = ("content-type", "text/plain")
    value = "42 ü".encode()
    assert data.send("PUT", f"{path}/Fax/$value", headers=(text,), body=value).status == 204
    assert shown(data, path, "Fax") == "42 ü"
    assert data.send("DELETE", f"{path}/Fax/$value").status == 204
    assert shown(data, path, "Fax") is None


@pytest.mark.covers("odata2: $links")
def test_links_of_collections_and_lookups(data: Data) -> None:
    account, parent = data.made("AccountSet", Name="Child"), data.made("AccountSet", Name="Parent")
    task = data.made("TaskSet", Subject="Linked")
    tasks = f"{account}/$links/Account_Tasks"
    # The path of the SDK's own script has two slashes, and braces around identifiers.
    where = f"{BASE}/{task.replace(key_of(task), '{' + key_of(task).upper() + '}')}"
    assert data.post(tasks, {"uri": where}).status == 204
    assert shown(data, task, "RegardingObjectId")["Id"] == key_of(account)
    removal = f"{tasks}(guid'{key_of(task)}')"
    assert data.post(removal, {}, DELETE).status == 204
    assert shown(data, task, "RegardingObjectId")["Id"] is None

    lookup = f"{account}/$links/Referencingaccount_parent_account"
    assert data.get(lookup).status == 404
    assert data.write("PUT", lookup, {"uri": parent}).status == 204
    assert data.get(f"{parent}/Referencedaccount_parent_account/$count").body == b"1"
    assert data.send("DELETE", lookup).status == 204
    assert shown(data, account, "ParentAccountId")["Id"] is None
    children = f"{parent}/$links/Referencedaccount_parent_account"
    xml = f'<uri xmlns="{NAMES["d"]}">{BASE}{account}</uri>'
    assert data.entry("POST", children, xml).status == 204
    assert shown(data, account, "ParentAccountId")["Name"] == "Parent"


def test_a_record_is_created_in_a_collection(data: Data) -> None:
    account = data.made("AccountSet", Name="Holder")
    task = data.post(f"{account}/Account_Tasks", {"Subject": "In"}).d
    assert task["RegardingObjectId"]["Id"] == key_of(account)
    lead = {"Subject": "In", "LastName": "L"}
    assert data.post(f"{account}/accountleads_association", lead).status == 201
    assert data.get(f"{account}/accountleads_association/$count").body == b"1"


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"Nope": 1}, "No property 'Nope' exists"),
        ({"name": "x"}, "No property 'name' exists"),
        ({"Name": 1}, "property 'Name' to type 'Edm.String'"),
        ({"NumberOfEmployees": "x"}, "property 'NumberOfEmployees' to type 'Edm.Int32'"),
        ({"OwnershipCode": 2}, "type 'Microsoft.Crm.Sdk.Data.Services.OptionSetValue'"),
        ({"OwnershipCode": None}, "type 'Microsoft.Crm.Sdk.Data.Services.OptionSetValue'"),
        ({"OwnershipCode": {"Nope": 1}}, "property name 'Nope' specified for type"),
        ({"Revenue": {"Value": "x"}}, "property 'Revenue'"),
        ({"PrimaryContactId": {"Id": "x", "LogicalName": "contact"}}, "'PrimaryContactId'"),
        ({"PrimaryContactId": {"Id": NOBODY, "LogicalName": "lead"}}, "'PrimaryContactId'"),
        ({"OwnerId": {"Id": NOBODY}}, "property 'OwnerId'"),
        ({"LastOnHoldTime": "yesterday"}, "property 'LastOnHoldTime' to type 'Edm.DateTime'"),
        ({"LastOnHoldTime": "/Date(99999999999999999)/"}, "property 'LastOnHoldTime'"),
        ({"LastOnHoldTime": "/Date(999999999999999)/"}, "property 'LastOnHoldTime'"),
        ({"LastOnHoldTime": "13/13/2022"}, "property 'LastOnHoldTime'"),
        ({"__metadata": {"type": f"{SERVICES}Contact"}}, "is not the expected type"),
        ({"__metadata": 1}, "'__metadata' is not an object"),
        ({"account_primary_contact": {"__metadata": {"uri": "LeadSet"}}}, "does not name a record"),
        (
            {"account_primary_contact": {"__metadata": {"uri": f"LeadSet(guid'{NOBODY}')"}}},
            "leads to records of type",
        ),
        ({"account_primary_contact": 1}, "not a valid link"),
        ({"account_primary_contact": []}, "leads to one record"),
        (
            {"account_primary_contact": {"__metadata": {"uri": "https://other.example/x"}}},
            "must belong to this organization",
        ),
    ],
)
def test_payloads_that_do_not_fit(data: Data, record: object, sentence: str) -> None:
    status, code, message = data.post("AccountSet", record).error
    assert (status, code) == (400, "")
    assert sentence in message


def test_null_is_written_member_by_member(data: Data) -> None:
    """Documented: a complex value is emptied by emptying its members."""
    contact = data.made("ContactSet", LastName="C")
    path = data.made(
        "AccountSet",
        Name="Null",
        OwnershipCode={"Value": 2},
        Revenue={"Value": 1},
        PrimaryContactId={"Id": key_of(contact), "LogicalName": "contact", "Name": "passed over"},
    )
    nothing = {"Id": None, "LogicalName": None, "Name": None}
    empty = {"Value": None}
    change = {"PrimaryContactId": nothing, "OwnershipCode": empty, "Revenue": empty}
    assert data.post(path, change, MERGE).status == 204
    record = data.get(path, select="PrimaryContactId,OwnershipCode,Revenue").d
    assert [record[name]["Value"] for name in ("OwnershipCode", "Revenue")] == [None, None]
    assert record["PrimaryContactId"]["Id"] is None
    # The identifier alone is enough where a lookup leads to one table (documented).
    assert data.post(path, {"PrimaryContactId": {"Id": key_of(contact)}}, MERGE).status == 204
    assert shown(data, path, "PrimaryContactId")["Name"] == "C"


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("/Date(1672531199000)/", 1672531199000),
        ("/Date(1672531199000+0060)/", 1672531199000),
        ("2022-12-31T23:59:59Z", 1672531199000),
        ("2022-12-31T23:59:59.000Z", 1672531199000),
        ("2023-01-01T00:59:59+01:00", 1672531199000),
        ("2022-12-31T23:59:59", 1672531199000),
        ("2022-12-31", 1672444800000),
        ("12/31/2022", 1672444800000),
        ("12/31/2022 11:59:59 PM", 1672531199000),
        ("/Date(-86400000)/", -86400000),
    ],
)
def test_times_are_read_in_every_form_clients_send(
    data: Data, text: str, milliseconds: int
) -> None:
    path = data.made("AccountSet", Name="Time", LastOnHoldTime=text)
    assert shown(data, path, "LastOnHoldTime") == f"/Date({milliseconds})/"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "AccountSet(guid'{}')"),
        ("POST", "AccountSet(guid'{}')"),
        ("POST", "AccountSet(guid'{}')/Name"),
        ("POST", "AccountSet(guid'{}')/$links/account_primary_contact"),
        ("PUT", "AccountSet(guid'{}')/$links/Account_Tasks(guid'{}')"),
        ("MERGE", "AccountSet(guid'{}')/account_primary_contact"),
        ("PUT", "AccountSet(guid'{}')/PrimaryContactId/Id"),
        ("DELETE", "AccountSet"),
        ("DELETE", "AccountSet(guid'{}')/Name"),
        ("POST", "$metadata"),
        ("POST", ""),
        ("GET", "$batch"),
        ("OPTIONS", "AccountSet"),
    ],
)
def test_methods_a_resource_does_not_take(data: Data, method: str, path: str) -> None:
    said = data.write(method, path.replace("{}", NOBODY), {"uri": f"AccountSet(guid'{NOBODY}')"})
    assert said.error[:2] == (405, "")


@pytest.mark.parametrize("method", ["PATCH", "GET", "merge", ""])
def test_methods_that_are_not_tunnelled(data: Data, method: str) -> None:
    said = data.post(f"AccountSet(guid'{NOBODY}')", {}, ("x-http-method", method))
    assert said.error[:2] == (400, "")


def test_entries_have_no_version_to_match(data: Data) -> None:
    path = data.made("AccountSet", Name="Tagged")
    tag = ("if-match", 'W/"1"')
    assert data.write("MERGE", path, {"Name": "x"}, tag).error[:2] == (400, "")
    assert data.write("MERGE", path, {"Name": "x"}, ("if-match", "*")).status == 204


def test_an_update_creates_and_collects_nothing(data: Data) -> None:
    path = data.made("AccountSet", Name="Updated")
    for change in ({"Account_Tasks": [{"Subject": "x"}]}, {"account_primary_contact": {}}):
        assert data.post(path, change, MERGE).error[:2] == (400, "")
    contact = data.made("ContactSet", LastName="Bound")
    bound = {"account_primary_contact": {"__metadata": {"uri": f"/{contact}"}}}
    assert data.post(path, bound, MERGE).status == 204
    assert shown(data, path, "PrimaryContactId")["Name"] == "Bound"
