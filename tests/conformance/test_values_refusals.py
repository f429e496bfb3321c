"""What the service says of values that do not fit, on create and on update alike."""

import pytest

PAYLOAD_OF_LEADS = (
    "Error identified in Payload provided by the user for Entity :'leads', For more information "
    "on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  "
    "---->  InnerException : Microsoft.OData.ODataException: "
)
TOO_EARLY = (
    "DateTime is less than minumum value supported by CrmDateTime. Actual value: {}, Minimum "
    "value supported: 01/01/1753 00:00:00"
)

REFUSED = [
    (
        "tasks",
        "subject",
        "x" * 201,
        "0x80044331",
        "A validation error occurred.  The length of the 'subject' attribute of the 'task' entity "
        "exceeded the maximum allowed length of '200'.",
    ),
    (
        "tasks",
        "description",
        "x" * 100_000,
        "0x80044331",
        "A validation error occurred.  The length of the 'description' attribute of the 'task' "
        "entity exceeded the maximum allowed length of '2000'.",
    ),
    (
        "accounts",
        "preferredcontactmethodcode",
        0,
        "0x8004431a",
        "A validation error occurred. The value 0 of 'preferredcontactmethodcode' on record of "
        "type 'account' is outside the valid range. Accepted Values: 1,2,3,4,5",
    ),
    (
        "leads",
        "numberofemployees",
        -100,
        "0x8004432f",
        "A validation error occurred. The value -100 of 'numberofemployees' on record of type "
        "'lead' is outside the valid range. Minimum Value: 0, Maximum Value: 1000000",
    ),
    (
        "leads",
        "revenue",
        26036836560000000,
        "0x80044330",
        "A validation error occurred for lead.revenue. The value 26036836560000000 of type "
        "Microsoft.Xrm.Sdk.Money is outside the valid range(0 to 100000000000000).",
    ),
    (
        "opportunities",
        "discountpercentage",
        100.5,
        "0x80044330",
        "A validation error occurred for opportunity.discountpercentage. The value 100.5 of type "
        "System.Decimal is outside the valid range(0 to 100).",
    ),
    (
        "leads",
        "address1_latitude",
        -90.25,
        "0x80044330",
        "A validation error occurred for lead.address1_latitude. The value -90.25 of type "
        "System.Double is outside the valid range(-90 to 90).",
    ),
    (
        "leads",
        "lastonholdtime",
        "0001-01-01T00:00:00Z",
        "0x80040239",
        TOO_EARLY.format("01/01/0001 00:00:00"),
    ),
    (
        "leads",
        "lastonholdtime",
        "1752-12-31T23:59:59Z",
        "0x80040239",
        TOO_EARLY.format("12/31/1752 23:59:59"),
    ),
    (
        "contacts",
        "birthdate",
        "1752-12-31",
        "0x80040239",
        TOO_EARLY.format("12/31/1752 00:00:00"),
    ),
    (
        "leads",
        "industrycode",
        "Charity",
        "0x80048d19",
        PAYLOAD_OF_LEADS + "Cannot convert the literal 'Charity' to the expected type 'Edm.Int32'. "
        "---> System.FormatException: Input string was not in a correct format.",
    ),
    (
        "leads",
        "revenue",
        "12.50",
        "0x80048d19",
        PAYLOAD_OF_LEADS + "Cannot convert a value to target type 'Edm.Decimal' because of "
        "conflict between input format string/number and parameter 'IEEE754Compatible' false/true.",
    ),
    (
        "leads",
        "subject",
        {"a": {"b": []}},
        "0x80048d19",
        PAYLOAD_OF_LEADS + "An unexpected 'StartObject' node was found when reading from the JSON "
        "reader. A 'PrimitiveValue' node was expected.",
    ),
]


@pytest.mark.parametrize(("path", "name", "value", "code", "message"), REFUSED)
def test_a_refusal_names_the_column_and_its_limits(client, path, name, value, code, message):
    for answer in (
        client.post(path, {name: value}),
        client.patch(f"{path}({client.post(path, {}).created})", {name: value}),
    ):
        assert answer.error == (400, code)
        assert answer.document["error"]["message"] == message


@pytest.mark.parametrize(
    ("name", "length"), [("subject", 300), ("description", 2000), ("businesscard", 100_000)]
)
def test_text_up_to_its_length_reads_back_after_a_change(client, name, length):
    key = client.post("leads", {}).created
    for text in ("ä" * length, "\U0001f600" * (length // 2), "e\u0301\u202e\uffff"):
        assert client.patch(f"leads({key})", {name: text}).status == 204
        assert client.get(f"leads({key})", select=name).document[name] == text


def test_a_required_column_cannot_be_emptied(client):
    key = client.post("accounts", {"name": "Kept"}).created
    answer = client.patch(f"accounts({key})", {"ownerid@odata.bind": None})
    assert answer.error == (400, "0x80040203")
    assert answer.document["error"]["message"] == "Attribute: ownerid cannot be set to NULL"


@pytest.mark.parametrize("path", ["accounts", "contacts", "leads", "opportunities", "tasks"])
def test_what_only_applications_require_may_be_missing(client, path):
    assert client.post(path, {}).status == 204


@pytest.mark.parametrize("missing", ["currencyname", "currencysymbol", "isocurrencycode"])
def test_what_the_platform_requires_may_not_be_missing(client, missing):
    currency = {
        "currencyname": "Krone",
        "currencysymbol": "kr",
        "currencyprecision": 2,
        "exchangerate": 7.5,
        "isocurrencycode": "DKK",
    }
    answer = client.post("transactioncurrencies", currency | {missing: None})
    assert answer.error == (400, "0x80040203")
    assert answer.document["error"]["message"] == f"Attribute '{missing}' cannot be NULL"
    del currency[missing]
    assert client.post("transactioncurrencies", currency).error == (400, "0x80040203")


def test_small_limits_are_written_out(client):
    answer = client.post("transactioncurrencies", {"exchangerate": 0})
    assert answer.error == (400, "0x80044330")
    assert answer.document["error"]["message"] == (
        "A validation error occurred for transactioncurrency.exchangerate. The value 0 of type "
        "System.Decimal is outside the valid range(0.000000000001 to 100000000000)."
    )


def test_read_only_columns_are_passed_over(client):
    record = {"revenue": 10, "revenue_base": 99, "exchangerate": 5, "createdon": "2001-01-01"}
    record |= {"fullname": "Nobody", "versionnumber": 7, "address1_composite": "Nowhere"}
    record["createdon"] = "2001-01-01T00:00:00Z"
    key = client.post("leads", {"lastname": "Tester"} | record).created
    shown = client.get(f"leads({key})").document
    assert (shown["revenue_base"], shown["exchangerate"]) == (10, 1)
    assert (shown["fullname"], shown["address1_composite"]) == ("Tester", None)
    assert shown["createdon"] > "2020"
    assert shown["versionnumber"] > 7


ACCOUNTS = "Creating this parental association would create a loop in Accounts hierarchy."
CONTACTS = "Creating this parental association would create a loop in Contacts hierarchy."
MANAGERS = (
    "You cannot set the selected user as the manager for this user because the selected user is "
    "either already the manager or is in the user's immediate management hierarchy.  Either "
    "select another user to be the manager or do not update the record."
)


def chain(client, entity_set, values, navigation):
    """Create three records, each under the one before it, and return their keys."""
    keys = [client.post(entity_set, values).created]
    for _ in range(2):
        above = {f"{navigation}@odata.bind": f"{entity_set}({keys[-1]})"}
        keys.append(client.post(entity_set, values | above).created)
    return keys


@pytest.mark.parametrize(
    ("entity_set", "navigation", "collection", "code", "message"),
    [
        ("accounts", "parentaccountid", "account_parent_account", "0x80040507", ACCOUNTS),
        (
            "contacts",
            "parentcustomerid_contact",
            "contact_customer_contacts",
            "0x8004050a",
            CONTACTS,
        ),
        ("systemusers", "parentsystemuserid", "user_parent_user", "0x80041d25", MANAGERS),
    ],
)
def test_nothing_stands_above_itself(client, entity_set, navigation, collection, code, message):
    values = {}
    if entity_set == "systemusers":
        unit = client.get("WhoAmI").document["BusinessUnitId"]
        values = {"lastname": "X", "businessunitid@odata.bind": f"businessunits({unit})"}
    top, middle, bottom = chain(client, entity_set, values, navigation)
    before = client.get(f"{entity_set}({top})").document["@odata.etag"]
    for below in (top, middle, bottom):
        reference = f"{entity_set}({below})"
        answers = [
            client.patch(f"{entity_set}({top})", {f"{navigation}@odata.bind": reference}),
            client.put(f"{entity_set}({top})/{navigation}/$ref", {"@odata.id": reference}),
            client.post(f"{reference}/{collection}/$ref", {"@odata.id": f"{entity_set}({top})"}),
        ]
        for answer in answers:
            assert answer.error == (400, code)
            assert answer.document["error"]["message"] == message
    assert client.get(f"{entity_set}({top})").document["@odata.etag"] == before
    beside = {f"{navigation}@odata.bind": f"{entity_set}({top})"}
    assert client.patch(f"{entity_set}({bottom})", beside).status == 204
    assert client.patch(f"{entity_set}({middle})", {navigation: None}).status == 204
    beneath = {f"{navigation}@odata.bind": f"{entity_set}({middle})"}
    assert client.patch(f"{entity_set}({top})", beneath).status == 204
