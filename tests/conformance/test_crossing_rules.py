"""Written by one door, read by every other: lookups, and what the service makes of values."""

from dataclasses import replace

import pytest

from support.crossing import Case, amount, check, choice, exact, identifier, nothing, record, text
from support.doors import DOORS, TARGET, DataAtom, DataJson, Organization
from support.estate import Client
from support.organization_data import SERVICES
from support.spelled import Spelled


@pytest.fixture(scope="module")
def targets(client: Client) -> dict[str, str]:
    """An account and a contact to point to, and a user to own."""
    other = client.estate.user("System Administrator", name="Owner")
    return {
        "account": client.post("accounts", {"name": "Target <&> ü"}).created,
        "contact": client.post("contacts", {"firstname": "Ann", "lastname": "Target"}).created,
        "systemuser": str(other.user_id),
    }


NAMES = {"account": "Target <&> ü", "contact": "Ann Target", "systemuser": "Owner"}
POINTERS = (
    ("parentaccountid", "account", "parentaccountid"),
    ("customerid", "account", "customerid_account"),
    ("customerid", "contact", "customerid_contact"),
    ("ownerid", "systemuser", "ownerid"),
)


@pytest.mark.covers("soap value: EntityReference")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize(("column", "target", "bind"), POINTERS)
def test_a_reference_leads_to_the_same_record_by_every_door(
    client, targets, door, column, target, bind
):
    there = record(target, targets[target], NAMES[target], bind)
    case = Case(column, there)
    key = door.create(client, "lead", {column: there}).key
    check(client, case, key, there)
    if column == "ownerid":
        key = door.create(client, "lead", {}).key
        assert door.update(client, "lead", key, {column: there}).code == ""
        check(client, case, key, there)
        return
    assert door.update(client, "lead", key, {column: nothing(there)}).code == ""
    check(client, case, key, nothing(there))
    assert door.update(client, "lead", key, {column: there}).code == ""
    check(client, case, key, there)
    prefer = (("prefer", 'odata.include-annotations="*"'),)
    row = client.get(f"leads({key})", headers=prefer).document
    assert row[f"_{column}_value{TARGET}"] == target


@pytest.fixture(scope="module")
def euro(client: Client) -> str:
    values = {"currencyname": "Euro", "currencysymbol": "€", "isocurrencycode": "EUR"}
    more = {"currencyprecision": 2, "exchangerate": 0.8}
    return client.post("transactioncurrencies", values | more).created


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_an_amount_has_its_currency_and_its_base_by_every_door(client, euro, door):
    bind = record("transactioncurrency", euro, "Euro", "transactioncurrencyid")
    given = {"revenue": amount("33.333"), "transactioncurrencyid": bind}
    key = door.create(client, "lead", given).key
    held = {
        "transactioncurrencyid": bind,
        "revenue": amount("33.3300", "€33.33"),
        "revenue_base": amount("41.6625", "$41.66"),
        "exchangerate": exact("0.800000000000", "0.800000000000"),
    }
    for column, value in held.items():
        check(client, Case(column, value), key, value)
    assert door.update(client, "lead", key, {"revenue": amount("0.8")}).code == ""
    for column, value in (
        ("revenue", amount("0.8000", "€0.80")),
        ("revenue_base", amount("1.0000", "$1.00")),
    ):
        check(client, Case(column, value), key, value)
    assert door.update(client, "lead", key, {"revenue": nothing(amount("1"))}).code == ""
    check(client, Case("revenue_base", amount("1")), key, nothing(amount("1")))


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_state_brings_its_status_by_every_door(client, door):
    key = door.create(client, "lead", {}).key
    states = (
        ("statecode", choice(1, "Qualified"), ("statuscode", choice(3, "Qualified"))),
        ("statecode", choice(0, "Open"), ("statuscode", choice(1, "New"))),
        ("statuscode", choice(2, "Contacted"), ("statecode", choice(0, "Open"))),
    )
    for column, value, (other, follows) in states:
        assert door.update(client, "lead", key, {column: value}).code == ""
        check(client, Case(column, value), key, value)
        check(client, Case(other, follows), key, follows)
    both = {"statecode": choice(2, "Disqualified"), "statuscode": choice(7, "Canceled")}
    assert door.update(client, "lead", key, both).code == ""
    for column, value in both.items():
        check(client, Case(column, value), key, value)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_record_has_the_key_it_was_given(client, door):
    key = str(client.estate.ids())
    made = door.create(client, "lead", {"leadid": identifier(key), "subject": text("Keyed")})
    assert made.key == key
    check(client, Case("leadid", identifier(key)), key, identifier(key))
    check(client, Case("subject", text("Keyed")), key, text("Keyed"))


def long(number: int, shown: str | None = None) -> Spelled:
    said = str(number)
    return Spelled(number, ("long", said), said, ("Edm.Int64", said), shown)


@pytest.mark.covers("soap value: long")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_version_is_one_number_by_every_door_and_nobody_sets_it(client, door):
    key = door.create(client, "lead", {"subject": text("Versioned")}).key
    version = client.get(f"leads({key})").document["versionnumber"]
    assert version > 0
    check(client, Case("versionnumber", long(version)), key, long(version, f"{version:,}"))
    most = {"versionnumber": long(2**63 - 1), "subject": text("Changed")}
    assert door.update(client, "lead", key, most).code == ""
    after = client.get(f"leads({key})").document["versionnumber"]
    assert version < after < version + 100
    check(client, Case("versionnumber", long(after)), key, long(after, f"{after:,}"))


def table_name(name: str, shown: str) -> Spelled:
    return replace(text(name), shown=shown)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_the_name_of_a_table_is_text_by_every_door_and_nobody_sets_it(client, door):
    given = {"activitytypecode": table_name("lead", ""), "subject": text("Named")}
    key = door.create(client, "task", given).key
    held = table_name("task", "Task")
    check(client, Case("activitytypecode", held, table="task"), key, held)
    refused = door.create(client, "principalobjectaccess", {"objecttypecode": text("lead")})
    assert refused.code == "0x80040220"
    assert "prvCreatePrincipalObjectAccess" in refused.message
    assert door.ask(client, "principalobjectaccess", "objecttypecode").code == "0x80040220"


@pytest.mark.covers("soap value: BooleanManagedProperty")
@pytest.mark.parametrize("name", ["iscustomizable", "canbedeleted"])
def test_a_managed_property_says_the_same_by_every_door(client, name):
    (row,) = client.rows("roles", filter="name eq 'System Administrator'")
    key, held = row["roleid"], row[name]
    said = "true" if held["Value"] else "false"
    assert held["CanBeChanged"] is True
    ((kind, members), *_) = Organization().read(client, "role", key, name)
    assert (kind, members["Value"]) == ("BooleanManagedProperty", said)
    for found in DataJson().read(client, "role", key, name):
        assert found == {"Value": held["Value"], "CanBeChanged": True}
    for found in DataAtom().read(client, "role", key, name):
        kind = f"{SERVICES}BooleanManagedProperty"
        assert found == (kind, {"Value": said, "CanBeChanged": "true"})
