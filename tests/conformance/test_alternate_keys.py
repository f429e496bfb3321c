"""Alternate keys: defined, enforced, and naming records wherever one is named."""

import uuid
from decimal import Decimal

import pytest

from support.estate import build
from support.records import create, entity, exists, read, said, update
from support.rights import ABSENT, ask, holder, refusal
from xrm.model.errors.service import ServiceError
from xrm.model.privileges import Depth
from xrm.model.values import EntityReference, KeyReference
from xrm.org import keys

NO_RECORD = (
    404,
    "0x80060891",
    "A record with the specified key values does not exist in account entity",
)
NO_KEY = (
    400,
    "0x80060888",
    "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.account'. Ensure "
    "that the names and number of key properties match the declared or alternate key properties "
    "for the resource 'Microsoft.Dynamics.CRM.account'.",
)
VIOLATED = (
    412,
    "0x80060892",
    "Entity Key Account Number violated. A record with the same value for Account Number already "
    "exists. A duplicate record cannot be created. Select one or more unique values and try again.",
)


@pytest.fixture(scope="module", autouse=True)
def defined(estate):
    keys.define(
        estate.organization,
        "account",
        "contoso_AccountNumber",
        ["accountnumber"],
        display_name="Account Number",
    )
    keys.define(estate.organization, "contact", "contoso_Badge", ["governmentid", "birthdate"])
    keys.define(estate.organization, "contact", "contoso_Seat", ["employeeid", "parentcustomerid"])


def number():
    return f"N-{uuid.uuid4().hex[:12]}"


def account(text):
    return KeyReference("account", (("accountnumber", text),))


@pytest.mark.covers("definition: Keys")
def test_what_is_defined_is_listed(estate):
    found = [
        (key.table, key.name, key.schema_name, key.display_name, key.columns)
        for key in keys.listing(estate.organization)
    ]
    assert found == [
        (
            "account",
            "contoso_accountnumber",
            "contoso_AccountNumber",
            "Account Number",
            ("accountnumber",),
        ),
        (
            "contact",
            "contoso_badge",
            "contoso_Badge",
            "contoso_Badge",
            ("governmentid", "birthdate"),
        ),
        (
            "contact",
            "contoso_seat",
            "contoso_Seat",
            "contoso_Seat",
            ("employeeid", "parentcustomerid"),
        ),
    ]
    assert [key.name for key in keys.listing(estate.organization, "account")] == [
        "contoso_accountnumber"
    ]


@pytest.mark.parametrize(
    ("table", "name", "columns", "code"),
    [
        ("nothing", "a_b", ["name"], "0x80040203"),
        ("account", "a_b", ["nothing"], "0x80040203"),
        ("account", "a b", ["name"], "0x8006088f"),
        ("account", "1a", ["name"], "0x8006088f"),
        ("account", "a_b", [], "0x8006088f"),
        ("account", "a_b", ["name", "name"], "0x8006088f"),
        ("account", "a_b", ["accountid"], "0x8006088f"),
        ("account", "a_b", ["description"], "0x8006088f"),
        ("account", "a_b", ["revenue"], "0x8006088f"),
        ("account", "a_b", ["donotemail"], "0x8006088f"),
        ("account", "a_b", ["address1_latitude"], "0x8006088f"),
        ("account", "a_b", ["statecode"], "0x8006088f"),
        ("account", "CONTOSO_accountnumber", ["name"], "0x80060893"),
        ("account", "a_b", ["accountnumber"], "0x80060894"),
        ("contact", "a_b", ["parentcustomerid", "employeeid"], "0x80060894"),
        ("account", "a_b", ["address1_line1", "address1_line2"], "0x80060895"),
    ],
)
def test_what_cannot_be_a_key(estate, table, name, columns, code):
    before = keys.listing(estate.organization)
    with pytest.raises(ServiceError) as caught:
        keys.define(estate.organization, table, name, columns)
    assert caught.value.fault.hex == code
    assert keys.listing(estate.organization) == before


def test_a_table_has_ten_keys_and_a_key_sixteen_columns(estate):
    numbers = [
        name
        for name, column in estate.organization.catalogue["lead"].columns.items()
        if column.type in ("Picklist", "Integer", "Lookup")
    ]
    with pytest.raises(ServiceError) as caught:
        keys.define(estate.organization, "lead", "a_wide", numbers[:17])
    assert caught.value.fault.hex == "0x8006088f"
    keys.define(estate.organization, "lead", "a_sixteen", numbers[:16])
    for place in range(9):
        keys.define(estate.organization, "lead", f"a_{place}", numbers[place : place + 2])
    with pytest.raises(ServiceError) as caught:
        keys.define(estate.organization, "lead", "a_more", numbers[10:12])
    assert caught.value.fault.hex == "0x8006088f"
    for key in keys.listing(estate.organization, "lead"):
        keys.remove(estate.organization, "lead", key.name.upper())
    assert keys.listing(estate.organization, "lead") == []


def test_records_that_are_alike_already_prevent_a_key(client, estate):
    text = number()
    for _ in range(2):
        create(client, "contact", lastname="Twin", externaluseridentifier=text)
    with pytest.raises(ServiceError) as caught:
        keys.define(estate.organization, "contact", "a_twin", ["externaluseridentifier"])
    assert caught.value.fault.hex == "0x8006088f"
    assert len(keys.listing(estate.organization, "contact")) == 2
    create(client, "contact", lastname="Twin", externaluseridentifier=text)


def test_a_key_is_enforced_on_create_and_update(client):
    text = number()
    first = create(client, "account", name="First", accountnumber=text)
    for alike in (text, text.lower(), f"{text}  "):
        target = entity("account", name="Second", accountnumber=alike)
        assert said(client, "Create", Target=target) == VIOLATED
    second = create(client, "account", name="Second", accountnumber=number())
    target = entity("account", second, accountnumber=text)
    assert said(client, "Update", Target=target) == VIOLATED
    update(client, "account", first, accountnumber=text, name="Still")
    update(client, "account", first, accountnumber=number())
    update(client, "account", second, accountnumber=text)
    assert read(client, "account", second, "accountnumber") == text


def test_a_null_part_does_not_count(client):
    for _ in range(2):
        create(client, "account", name="Without")
        create(client, "contact", lastname="Without", governmentid="G-1")
    parent = EntityReference("account", create(client, "account", name="Parent"))
    create(client, "contact", lastname="One", employeeid="7", parentcustomerid=parent)
    target = entity("contact", lastname="Two", employeeid="7", parentcustomerid=parent)
    status, code, message = said(client, "Create", Target=target)
    assert (status, code) == (412, "0x80060892")
    assert "Entity Key contoso_Seat violated. A record with the same value for " in message


def test_an_id_that_is_taken_is_no_violation_of_a_key(client):
    first = create(client, "account", name="First", accountnumber=number())
    target = entity("account", first, name="Again", accountnumber=number())
    assert refusal(client, "Create", Target=target) == (412, "0x80040237")


@pytest.mark.covers("service: alternate key", "feature: alternate keys")
def test_a_record_is_named_by_a_key(client):
    text = number()
    key = create(client, "account", name="Named", accountnumber=text)
    found = ask(client, "Retrieve", Target=account(text.upper()), ColumnSet=("name",))
    assert found.rows[0][0] == "Named"
    ask(client, "Update", Target=entity("account", keys=(("accountnumber", text),), name="Anew"))
    assert read(client, "account", key, "name") == "Anew"
    ask(client, "Delete", Target=account(text))
    assert not exists(client, "account", key)


@pytest.mark.covers("service: lookup in an alternate key")
def test_a_lookup_is_part_of_a_key(client):
    parent = EntityReference("account", create(client, "account", name="Parent"))
    key = create(client, "contact", lastname="Seated", employeeid="9", parentcustomerid=parent)
    for value in (parent, parent.id):
        named = KeyReference("contact", (("parentcustomerid", value), ("employeeid", "9")))
        found = ask(client, "Retrieve", Target=named, ColumnSet=("contactid",))
        assert found.rows[0][0] == key


@pytest.mark.parametrize("name", ["Retrieve", "Update", "Delete", "Upsert"])
@pytest.mark.parametrize(
    "named",
    [
        (("name", "x"),),
        (("accountnumber", "x"), ("name", "x")),
        (("accountnumber", "x"), ("accountnumber", "x")),
        (("nothing", "x"),),
    ],
)
def test_columns_that_are_no_key(client, name, named):
    written = name in ("Update", "Upsert")
    target = entity("account", keys=named) if written else KeyReference("account", named)
    parameters = {"ColumnSet": ("name",)} if name == "Retrieve" else {}
    assert said(client, name, Target=target, **parameters) == NO_KEY


@pytest.mark.parametrize("value", [None, "none there is"])
@pytest.mark.parametrize("name", ["Retrieve", "Update", "Delete"])
def test_no_record_of_that_key(client, name, value):
    named = (("accountnumber", value),)
    target = entity("account", keys=named) if name == "Update" else KeyReference("account", named)
    parameters = {"ColumnSet": ("name",)} if name == "Retrieve" else {}
    assert said(client, name, Target=target, **parameters) == NO_RECORD


@pytest.mark.parametrize("value", [1, True, Decimal(1), EntityReference("account", "x")])
def test_a_value_of_another_type(client, value):
    assert refusal(client, "Delete", Target=account(value)) == (400, "0x80060888")


def test_a_lookup_names_its_record_by_a_key(client):
    text = number()
    key = create(client, "account", name="Parent", accountnumber=text)
    child = create(client, "account", name="Child", parentaccountid=account(text))
    assert read(client, "account", child, "parentaccountid") == EntityReference("account", key)
    contact = create(client, "contact", lastname="Child", parentcustomerid=account(text))
    assert read(client, "contact", contact, "parentcustomerid") == EntityReference("account", key)
    update(client, "account", child, parentaccountid=None)
    update(client, "account", child, parentaccountid=account(text))
    assert read(client, "account", child, "parentaccountid") == EntityReference("account", key)
    absent = entity("account", name="Child", parentaccountid=account(number()))
    assert refusal(client, "Create", Target=absent) == (404, "0x80060891")


@pytest.mark.covers("record: bind by alternate key")
def test_a_bind_names_its_record_by_a_key(client):
    text = number()
    key = create(client, "account", name="Parent", accountnumber=text)
    bound = {"parentcustomerid_account@odata.bind": f"accounts(accountnumber='{text}')"}
    made = client.post("contacts", {"lastname": "Bound"} | bound).created
    assert client.get(f"contacts({made})").document["_parentcustomerid_value"] == key


def test_both_sides_of_an_association_are_named_by_keys(client):
    one, other = number(), number()
    first = create(client, "account", name="One", accountnumber=one)
    second = create(client, "account", name="Other", accountnumber=other)
    parameters = {
        "Target": account(one),
        "Relationship": "account_parent_account",
        "RelatedEntities": [account(other)],
    }
    ask(client, "Associate", **parameters)
    assert read(client, "account", second, "parentaccountid") == EntityReference("account", first)
    ask(client, "Disassociate", **parameters)
    assert read(client, "account", second, "parentaccountid") is None


def test_whether_a_key_names_a_record_is_told_to_nobody_without_a_right(client, estate):
    """Whoever has no right on a table gets one answer, whatever the key."""
    text = number()
    create(client, "account", name="Hidden", accountnumber=text)
    nobody = holder(estate, {"prvCreateContact": Depth.GLOBAL, "prvAppendContact": Depth.GLOBAL})
    for value in (text, number()):
        named = entity("contact", lastname="Prober", parentcustomerid=account(value))
        status, code, message = said(nobody, "Create", Target=named)
        assert (status, code) == (403, "0x80040220")
        assert "prvAppendToAccount" in message
        target = entity("account", keys=(("accountnumber", value),), name="Probe")
        for name, wanted in (("Update", target), ("Delete", account(value)), ("Upsert", target)):
            assert refusal(nobody, name, Target=wanted) == (403, "0x80040220")
        assert "prvWriteAccount" in said(nobody, "Upsert", Target=target)[2]


def test_a_key_out_of_reach_answers_as_an_id_does(client, estate):
    text = number()
    key = create(client, "account", name="Hidden", accountnumber=text)
    some = holder(estate, {"prvReadAccount": Depth.BASIC, "prvDeleteAccount": Depth.BASIC})
    for target in (account(text), EntityReference("account", key)):
        for name in ("Retrieve", "Delete"):
            shown = {"ColumnSet": ("name",)} if name == "Retrieve" else {}
            assert refusal(some, name, Target=target, **shown) == (403, "0x80048306")


@pytest.mark.covers("record: upsert by alternate key")
def test_an_upsert_by_key_updates_or_creates_with_its_values(client):
    text = number()
    named = (("accountnumber", text),)
    made = ask(client, "Upsert", Target=entity("account", keys=named, name="New"))
    assert made["RecordCreated"] is True
    key = made["Target"].id
    assert read(client, "account", key, "name", "accountnumber") == ("New", text)
    found = ask(client, "Upsert", Target=entity("account", keys=named, name="Changed"))
    assert found == {"RecordCreated": False, "Target": made["Target"]}
    assert read(client, "account", key, "name", "accountnumber") == ("Changed", text)
    moved = number()
    target = entity("account", keys=named, accountnumber=moved)
    assert ask(client, "Upsert", Target=target)["RecordCreated"] is False
    assert read(client, "account", key, "accountnumber") == moved


def test_a_key_defined_and_removed_counts_at_once_everywhere(url, namespace):
    built = build(url, namespace)
    client = built.user("System Administrator")
    beside = built.beside()
    text = number()
    key = create(client, "account", name="First", accountnumber=text)
    assert refusal(client, "Delete", Target=account(text)) == (400, "0x80060888")
    keys.define(beside.organization, "account", "a_number", ["accountnumber"])
    assert ask(client, "Retrieve", Target=account(text), ColumnSet=("accountid",)).rows[0][0] == key
    target = entity("account", name="Second", accountnumber=text)
    assert refusal(client, "Create", Target=target) == (412, "0x80060892")
    keys.remove(beside.organization, "account", "a_number")
    assert refusal(client, "Delete", Target=account(text)) == (400, "0x80060888")
    create(client, "account", name="Second", accountnumber=text)
    with pytest.raises(ServiceError) as caught:
        keys.remove(built.organization, "account", "a_number")
    assert (caught.value.fault.status, caught.value.fault.hex) == ABSENT
    built.database.close()
