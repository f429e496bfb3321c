"""OrganizationData.svc read: paths, query options, pages, and what is shown of records."""

import pytest

from support.organization_data import BASE, NAMES, ROOT, SERVICES, Data, key_of

SYNTAX = (400, "", "Error in query syntax.")


@pytest.fixture(scope="module")
def account(data: Data) -> str:
    """An account with a contact and two tasks, by its path."""
    return data.made(
        "AccountSet",
        Name="Contoso & <Sons>",
        AccountCategoryCode={"Value": 1},
        Revenue={"Value": "1234.5"},
        NumberOfEmployees=7,
        DoNotPhone=True,
        LastOnHoldTime="2026-03-01T12:30:00Z",
        account_primary_contact={"FirstName": "Ada", "LastName": "Byron"},
        Account_Tasks=[{"Subject": "First"}, {"Subject": "Second"}],
    )


@pytest.mark.covers("odata2: service document")
def test_the_service_document_lists_the_sets(data: Data) -> None:
    names = data.get("").d["EntitySets"]
    assert names[:3] == ["AccountSet", "BusinessUnitSet", "ContactSet"]
    assert data.send("GET", ROOT.rstrip("/")).d["EntitySets"] == names
    root = data.get("", atom=True).xml
    assert root.get("{http://www.w3.org/XML/1998/namespace}base") == BASE
    assert [each.get("href") for each in root.iterfind(".//app:collection", NAMES)] == names


@pytest.mark.covers("odata2: paths in any letter case")
@pytest.mark.parametrize("path", ["/xrmservices/2011/organizationdata.svc/", ROOT, ROOT.upper()])
def test_the_path_answers_in_any_letter_case(data: Data, path: str) -> None:
    assert data.send("GET", f"{path}AccountSet", "$top=1").status == 200


@pytest.mark.covers("odata2: $metadata")
def test_the_metadata_is_xml_whatever_is_accepted(data: Data) -> None:
    said = data.get("$metadata")
    assert (said.header("Content-Type") or "").split(";")[0] == "application/xml"
    names = {"e": "http://schemas.microsoft.com/ado/2006/04/edm"}
    (account,) = said.xml.iterfind(".//e:EntityType[@Name='Account']", names)
    types = {each.get("Name"): each.get("Type") for each in account.iterfind("e:Property", names)}
    kinds = ("AccountId", "Name", "PrimaryContactId", "Revenue", "StateCode", "CreatedOn")
    assert [types[name] for name in kinds] == [
        "Edm.Guid",
        "Edm.String",
        f"{SERVICES}EntityReference",
        f"{SERVICES}Money",
        f"{SERVICES}OptionSetValue",
        "Edm.DateTime",
    ]
    sides = account.iterfind("e:NavigationProperty", names)
    assert {"Referencedaccount_parent_account", "Referencingaccount_parent_account"} <= {
        each.get("Name") for each in sides
    }


@pytest.mark.covers("odata2: JSON", "odata2: entry", "odata2: $select")
def test_a_record_in_json(data: Data, account: str) -> None:
    names = "Name,AccountCategoryCode,OwnershipCode,Revenue,NumberOfEmployees,DoNotPhone"
    record = data.get(account, select=f"{names},LastOnHoldTime,ParentAccountId,PrimaryContactId").d
    reference = {"__metadata": {"type": f"{SERVICES}EntityReference"}}
    choice = {"__metadata": {"type": f"{SERVICES}OptionSetValue"}}
    contact = record["PrimaryContactId"].pop("Id")
    assert data.get(f"ContactSet(guid'{contact}')", select="FullName").d["FullName"] == "Ada Byron"
    assert record == {
        "__metadata": {"uri": BASE + account, "type": f"{SERVICES}Account"},
        "Name": "Contoso & <Sons>",
        "AccountCategoryCode": {**choice, "Value": 1},
        "OwnershipCode": {**choice, "Value": None},
        "Revenue": {"__metadata": {"type": f"{SERVICES}Money"}, "Value": "1234.5000"},
        "NumberOfEmployees": 7,
        "DoNotPhone": True,
        "LastOnHoldTime": "/Date(1772368200000)/",
        "ParentAccountId": {
            **reference, "Id": None, "LogicalName": None, "Name": None, "RowVersion": None,
        },
        "PrimaryContactId": {
            **reference, "LogicalName": "contact", "Name": "Ada Byron", "RowVersion": None,
        },
    }  # fmt: skip


@pytest.mark.covers("odata2: Atom", "odata2: entry")
def test_a_record_in_atom(data: Data, account: str) -> None:
    names = "Name,AccountCategoryCode,OwnershipCode,NumberOfEmployees,LastOnHoldTime,Account_Tasks"
    entry = data.get(account, atom=True, select=names).xml
    assert entry.findtext("a:id", namespaces=NAMES) == BASE + account
    assert entry.findtext("a:title", namespaces=NAMES) == "Contoso & <Sons>"
    (category,) = entry.iterfind("a:category", NAMES)
    assert category.get("term") == f"{SERVICES}Account"
    (related,) = entry.xpath("a:link[@title='Account_Tasks']", namespaces=NAMES)
    assert related.get("href") == f"{account}/Account_Tasks"
    (properties,) = entry.iterfind("a:content/m:properties", NAMES)
    kind, null = f"{{{NAMES['m']}}}type", f"{{{NAMES['m']}}}null"
    found = {each.tag.partition("}")[2]: each for each in properties}
    assert found["Name"].text == "Contoso & <Sons>"
    assert (found["NumberOfEmployees"].get(kind), found["NumberOfEmployees"].text) == (
        "Edm.Int32",
        "7",
    )
    assert found["LastOnHoldTime"].text == "2026-03-01T12:30:00Z"
    assert found["AccountCategoryCode"].findtext("d:Value", namespaces=NAMES) == "1"
    (empty,) = found["OwnershipCode"]
    assert (empty.get(kind), empty.get(null), empty.text) == ("Edm.Int32", "true", None)


def test_without_select_everything_is_there_and_navigation_deferred(data: Data, account: str):
    record = data.get(account).d
    assert {"AccountId", "Name", "Address1_City", "VersionNumber"} <= record.keys()
    assert isinstance(record["VersionNumber"], str)
    assert record["Account_Tasks"] == {"__deferred": {"uri": f"{BASE}{account}/Account_Tasks"}}


@pytest.mark.covers("odata2: property", "odata2: $value")
@pytest.mark.parametrize(
    ("path", "shown", "text"),
    [
        ("Name", {"Name": "Contoso & <Sons>"}, "Contoso & <Sons>"),
        ("NumberOfEmployees", {"NumberOfEmployees": 7}, "7"),
        ("AccountCategoryCode/Value", {"Value": 1}, "1"),
        ("Revenue/Value", {"Value": "1234.5000"}, "1234.5000"),
        ("PrimaryContactId/LogicalName", {"LogicalName": "contact"}, "contact"),
        ("account_primary_contact/FullName", {"FullName": "Ada Byron"}, "Ada Byron"),
        ("DoNotPhone", {"DoNotPhone": True}, "true"),
    ],
)
def test_one_property(data: Data, account: str, path: str, shown: object, text: str) -> None:
    assert data.get(f"{account}/{path}").d == shown
    assert data.get(f"{account}/{path}", atom=True).xml.text == text
    said = data.get(f"{account}/{path}/$value")
    assert (said.body.decode(), said.header("Content-Type")) == (text, "text/plain;charset=utf-8")


def test_a_value_that_is_not_there_is_not_found(data: Data, account: str) -> None:
    assert data.get(f"{account}/Fax").d == {"Fax": None}
    assert data.get(f"{account}/Fax/$value").status == 404
    assert data.get(f"{account}/OwnershipCode/Value/$value").status == 404
    assert data.get(f"{account}/Referencingaccount_parent_account").status == 404


@pytest.mark.covers("odata2: navigation", "odata2: $count", "odata2: $links")
def test_collections_of_a_record(data: Data, account: str) -> None:
    tasks = f"{account}/Account_Tasks"
    assert sorted(row["Subject"] for row in data.get(tasks, select="Subject").rows) == [
        "First",
        "Second",
    ]
    found = data.get(tasks, select="Subject", filter="Subject eq 'second'").rows
    assert [row["Subject"] for row in found] == ["Second"]
    assert data.get(f"{tasks}/$count").body == b"2"
    uris = [row["uri"] for row in data.get(f"{account}/$links/Account_Tasks").rows]
    assert len(uris) == 2
    task = uris[0].removeprefix(BASE)
    one = data.get(f"{tasks}(guid'{key_of(task)}')", select="Subject").d
    assert one["__metadata"]["uri"] == uris[0]
    assert data.get(f"{tasks}(guid'{key_of(account)}')").status == 404
    link = data.get(f"{account}/$links/account_primary_contact").d["uri"]
    assert link.startswith(f"{BASE}ContactSet(guid'")
    xml = data.get(f"{account}/$links/Account_Tasks", atom=True).xml
    assert [each.text for each in xml.iterfind("d:uri", NAMES)] == uris


@pytest.mark.covers("odata2: $expand")
def test_expanded_records_stand_inside(data: Data, account: str) -> None:
    names = "Name,account_primary_contact/FullName,Account_Tasks"
    expand = "account_primary_contact,Account_Tasks"
    record = data.get(account, select=names, expand=expand).d
    contact = record["account_primary_contact"]
    assert contact.pop("__metadata")["type"] == f"{SERVICES}Contact"
    assert contact == {"FullName": "Ada Byron"}
    assert sorted(task["Subject"] for task in record["Account_Tasks"]["results"]) == [
        "First",
        "Second",
    ]
    # What is expanded but not selected is not shown (documented).
    bare = data.get(account, select="Name", expand=expand).d
    assert bare.keys() == {"__metadata", "Name"}
    entry = data.get(account, atom=True, select=names, expand=expand).xml
    inline = "a:link/m:inline/a:feed/a:entry/a:content/m:properties/d:Subject"
    assert sorted(each.text or "" for each in entry.iterfind(inline, NAMES)) == ["First", "Second"]
    nobody = data.get(account, expand="Referencingaccount_parent_account").d
    assert nobody["Referencingaccount_parent_account"] is None


FILTERS = [
    ("Name eq 'contoso & <sons>'", True),
    ("Name ne 'contoso & <sons>'", False),
    ("NumberOfEmployees gt 6 and NumberOfEmployees le 7", True),
    ("NumberOfEmployees lt 7 or DoNotPhone eq true", True),
    ("not (NumberOfEmployees eq 7)", False),
    ("startswith(Name,'Contoso')", True),
    ("endswith(Name,'Sons>') eq true", True),
    ("substringof('& <',Name)", True),
    ("substringof('&',Name) eq false", False),
    ("AccountCategoryCode/Value eq 1", True),
    ("OwnershipCode/Value eq null", True),
    ("Revenue/Value eq 1234.5M", True),
    ("Revenue/Value gt 1234.5", False),
    ("PrimaryContactId/Id ne null", True),
    ("PrimaryContactId/Name eq 'Ada Byron'", True),
    ("account_primary_contact/LastName eq 'Byron'", True),
    ("account_primary_contact/GenderCode/Value eq null", True),
    ("LastOnHoldTime eq datetime'2026-03-01T12:30:00'", True),
    ("LastOnHoldTime lt datetime'2026-03-01T12:30Z'", False),
    ("ParentAccountId/Id eq (guid'8944a0c4-b36d-4973-a3c6-e0fefe61d236')", False),
]


@pytest.mark.covers("odata2: $filter")
@pytest.mark.parametrize(("text", "found"), FILTERS, ids=[text for text, _ in FILTERS])
def test_filters(data: Data, account: str, text: str, found: bool) -> None:
    own = f"AccountId eq guid'{key_of(account)}'"
    whole = f"({text}) and {own}" if "account_primary_contact" not in text else text
    assert bool(data.get("AccountSet", select="Name", filter=whole).rows) is found


@pytest.mark.parametrize(
    "text",
    [
        "length(Name) eq 3",
        "NumberOfEmployees add 1 eq 8",
        "AccountCategoryCode eq 1",
        "AccountCategoryCode/Nope eq 1",
        "Nope eq 1",
        "name eq 'x'",
        "Name eq",
        "Name eq 'x",
        "contains(Name,'x')",
        "startswith('x',Name)",
        "LastOnHoldTime eq datetime'yesterday'",
        "AccountId eq guid'1'",
        "Account_Tasks/Subject eq 'x'",
        "account_primary_contact/contact_customer_accounts/Name eq 'x'",
        "Name eq 'x' and account_primary_contact/LastName eq 'y'",
        "OwnerId/Name eq 'x'",
        "Name eq 8944a0c4-b36d-4973-a3c6-e0fefe61d236",
        "NumberOfEmployees eq 'x'",
        "(" * 100 + "Name eq 'x'" + ")" * 100,
    ],
)
def test_filters_the_service_does_not_take(data: Data, text: str) -> None:
    status, code, _ = data.get("AccountSet", filter=text).error
    assert (status, code) == (400, "")


@pytest.mark.covers("odata2: $orderby", "odata2: $top", "odata2: $skip")
def test_order_top_and_skip(data: Data) -> None:
    some = {"filter": "startswith(LastName,'B')"}
    names = data.values("ContactSet", "LastName", orderby="LastName", **some)
    assert 4 < len(names) < 50
    asked = data.values("ContactSet", "LastName", orderby="LastName", skip=1, top=2, **some)
    assert asked == names[1:3]
    assert data.values("ContactSet", "LastName", top=0) == []
    assert data.values("ContactSet", "LastName", orderby="LastName desc", **some) == names[::-1]
    assert data.values("LeadSet", "Subject", skip=100_000) == []
    owners = data.get("LeadSet", select="OwnerId", orderby="OwnerId/Name,Subject").rows
    shown = [row["OwnerId"]["Name"] for row in owners]
    assert shown == sorted(shown)


@pytest.mark.covers(
    "odata2: __next",
    "odata2: $skiptoken",
    "odata2: $inlinecount",
    "odata2: pages of 50",
)
def test_pages_of_fifty(data: Data) -> None:
    for number in range(105):
        data.made("TaskSet", Subject=f"Page {number:03d}")
    options = {"filter": "startswith(Subject,'Page ')", "inlinecount": "allpages"}
    said = data.get("TaskSet", select="ActivityId,Subject", skip=2, orderby="Subject", **options).d
    assert said["__count"] == "105"
    assert "$skiptoken=1,'subject','Page%20051','Page%20002','activityid','%7B" in said["__next"]
    assert "$skip=" not in said["__next"]
    names = [row["Subject"] for row in said["results"]]
    assert len(names) == 50
    while "__next" in said:
        said = data.follow(said["__next"]).d
        assert said["__count"] == "105"
        names += [row["Subject"] for row in said["results"]]
    assert names == [f"Page {number:03d}" for number in range(2, 105)]
    limited = data.get("TaskSet", select="Subject", top=60, filter=options["filter"]).d
    rest = data.follow(limited["__next"]).d
    assert (len(limited["results"]), len(rest["results"]), "__next" in rest) == (50, 10, False)
    feed = data.get("TaskSet", atom=True, select="Subject", **options).xml
    assert feed.findtext("m:count", namespaces=NAMES) == "105"
    (following,) = feed.xpath("a:link[@rel='next']/@href", namespaces=NAMES)
    assert len(data.follow(following).rows) == 50


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("$format=json", "'$format' begins with a system-reserved '$'"),
        ("$count=true", "'$count' begins with a system-reserved '$'"),
        ("$top=1&$top=1", "'$top' is specified, but it should be specified exactly once"),
        ("$top=-1", "Incorrect format for $top argument"),
        ("$skip=x", "Incorrect format for $skip argument"),
        ("$inlinecount=yes", "Unknown $inlinecount option"),
        ("$select=Nope", "No property 'Nope' exists"),
        ("$expand=Name", "No property 'Name' exists"),
        ("$expand=Account_Tasks/Task_Annotation", "more than one level"),
        ("$select=account_primary_contact/LastName", "not in $expand"),
        ("$orderby=AccountCategoryCode", "complex type"),
        ("$orderby=account_primary_contact/LastName", "root entity"),
        ("$skiptoken=1,'name'", "$skiptoken query option is not valid"),
        ("$skiptoken=1,'name','x','y'", "does not fit the query"),
        ("$skiptoken=x", "$skiptoken query option is not valid"),
    ],
)
def test_options_the_service_does_not_take(data: Data, options: str, sentence: str) -> None:
    status, code, message = data.send("GET", "AccountSet", options).error
    assert (status, code) == (400, "")
    assert sentence in message


@pytest.mark.covers("odata2: $expand at most 6")
def test_six_records_are_expanded_and_not_seven(data: Data) -> None:
    names = [
        "lk_accountbase_createdby", "lk_accountbase_modifiedby", "account_primary_contact",
        "Account_Tasks", "user_accounts", "business_unit_accounts",
        "Referencedaccount_parent_account",
    ]  # fmt: skip
    assert len(data.get("AccountSet", top=2, expand=",".join(names[:6])).rows) == 2
    status, _, message = data.get("AccountSet", expand=",".join(names)).error
    assert (status, "maximum allowed is 6" in message) == (400, True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("accountset", 404),
        ("accounts", 404),
        ("EntityDefinitions", 404),
        ("WhoAmI", 404),
        ("AccountSet(1)", 400),
        ("AccountSet('x')", 400),
        ("AccountSet(guid'8944a0c4-b36d-4973-a3c6-e0fefe61d236)", 400),
        ("AccountSet(8944a0c4-b36d-4973-a3c6-e0fefe61d236)", 400),
        ("AccountSet(ContactId=guid'8944a0c4-b36d-4973-a3c6-e0fefe61d236')", 400),
        ("AccountSet/Name", 404),
        ("AccountSet/$links", 404),
        ("AccountSet(guid'8944a0c4-b36d-4973-a3c6-e0fefe61d236')", 404),
        ("$metadata/x", 404),
    ],
)
def test_paths_that_name_nothing(data: Data, path: str, status: int) -> None:
    assert data.get(path).error[0] == status


def test_keys_are_written_in_several_ways(data: Data, account: str) -> None:
    key = key_of(account)
    for text in (f"guid'{key.upper()}'", f"guid'{{{key}}}'", f"AccountId=guid'{key}'"):
        assert data.get(f"AccountSet({text})", select="Name").d["Name"] == "Contoso & <Sons>"
    assert data.get("AccountSet()", top=1).status == 200
    assert data.send("GET", f"{ROOT}/{account}", "$select=Name").status == 200


def test_more_than_one_step_is_not_supported(data: Data, account: str) -> None:
    path = f"{account}/account_primary_contact/contact_customer_accounts"
    assert data.get(path).error[0] == 400


def test_a_single_record_takes_no_options_of_lists(data: Data, account: str) -> None:
    for name in ("$top", "$skip", "$orderby", "$filter", "$inlinecount"):
        assert data.send("GET", account, f"{name}=1").error[0] == 400


def test_rights_are_those_of_the_pipeline(data: Data, account: str) -> None:
    nobody = Data(data.client.estate.user(name="Without a role"))
    status, code, _ = nobody.get("AccountSet").error
    assert (status, code) == (403, str(0x80040220 - 2**32))
    assert nobody.get(account).error[:2] == (status, code)
    assert nobody.get("$metadata").status == 200
