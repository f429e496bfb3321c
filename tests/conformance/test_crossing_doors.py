"""Written by one door, read by every other: each type of column and each rule of its values.

What each door writes and reads stands here by hand; a value means the same by all of them.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from support.doors import (
    DOORS,
    TARGET,
    DataAtom,
    DataJson,
    Door,
    Number,
    Organization,
    Spelled,
    Values,
    Web,
)
from support.estate import Client
from support.organization_data import SERVICES

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
NOWHERE = {"Id": None, "LogicalName": None, "Name": None}
MONEY, OPTION, REFERENCE = (
    f"{SERVICES}{name}" for name in ("Money", "OptionSetValue", "EntityReference")
)


def text(value: str, *, atom: str | None = None) -> Spelled:
    return Spelled(value, ("string", value), value, ("", value if atom is None else atom))


def whole(number: int, shown: str) -> Spelled:
    return Spelled(number, ("int", str(number)), number, ("Edm.Int32", str(number)), shown)


def amount(digits: str, shown: str | None = None) -> Spelled:
    members = {"Value": digits}
    return Spelled(Number(digits), ("Money", members), members, (MONEY, members), shown)


def exact(digits: str, shown: str | None = None) -> Spelled:
    return Spelled(Number(digits), ("decimal", digits), digits, ("Edm.Decimal", digits), shown)


def double(json: str, xml: str, shown: str) -> Spelled:
    return Spelled(Number(json), ("double", xml), Number(json), ("Edm.Double", xml), shown)


def flag(value: bool, shown: str) -> Spelled:
    said = "true" if value else "false"
    return Spelled(value, ("boolean", said), value, ("Edm.Boolean", said), shown)


def moment(said: str, ticks: int, shown: str | None = None) -> Spelled:
    return Spelled(said, ("dateTime", said), f"/Date({ticks})/", ("Edm.DateTime", said), shown)


def day(said: str, ticks: int, shown: str) -> Spelled:
    return replace(moment(f"{said}T00:00:00Z", ticks, shown), web=said)


def choice(number: int, shown: str) -> Spelled:
    members = {"Value": str(number)}
    return Spelled(number, ("OptionSetValue", members), {"Value": number}, (OPTION, members), shown)


def identifier(key: str) -> Spelled:
    return Spelled(key, ("guid", key), key, ("Edm.Guid", key))


def record(table: str, key: str, name: str, bind: str) -> Spelled:
    members = {"Id": key, "LogicalName": table, "Name": name}
    return Spelled(
        key, ("EntityReference", members), members, (REFERENCE, members), name, bind, table
    )


def nothing(like: Spelled) -> Spelled:
    """Return no value, as the doors have it where one like this may stand."""
    members: Any = None
    if isinstance(like.data, dict):
        members = NOWHERE if "Id" in like.data else {"Value": None}
    return replace(
        like, web=None, soap=None, data=members, atom=(like.atom[0], members), shown=None
    )


@dataclass(frozen=True)
class Case:
    """A value sent to a column, and what is read then if it is not that."""

    column: str
    sent: Spelled
    kept: Spelled | None = None
    table: str = "lead"
    beside: Values = field(default_factory=dict)
    by: tuple[str, ...] = ("web", "soap", "json", "atom")

    @property
    def read(self) -> Spelled:
        return self.sent if self.kept is None else self.kept

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column} {str(self.sent.web)[:24]!a}"


TEXTS = (
    "plain",
    "Ünïcödé ß ﬁ Ǆ",
    "日本語 テスト ﾊﾝｶｸ",
    "مرحبا بالعالم \u200f\u202e",
    "😀👩\u200d👩\u200d👧 𝒳",
    "e\u0301 \u00e9",
    '<a b="c">&amp;\'</a>]]><!-- -->',
    "  blanks at both ends ",
    " \t ",
    "one\r\ntwo\rthree\n\tfour\r\n",
    "\u007f\u0085\u00a0\u2028\ufeff\ufffd",
    "'; DROP TABLE lead; -- \\ %_[]^ {0} :p0",
    "x" * 300,
    "😀" * 150,
)
CONTROLS = "a\u0001\u000b\u001f\ufffe\uffffz"
CURRENCY = {
    "currencyname": text("Crossing"),
    "currencysymbol": text("C"),
    "currencyprecision": Spelled(2, ("int", "2"), 2, ("Edm.Int32", "2")),
    "isocurrencycode": text("SEK"),
}

CASES = (
    *(Case("subject", text(each)) for each in TEXTS),
    *(Case("description", text(each)) for each in (*TEXTS, "ä" * 2000, "😀" * 1000)),
    Case("businesscard", text("Ж" * 100_000)),
    Case("subject", text(""), nothing(text(""))),
    Case("description", text(""), nothing(text(""))),
    Case("subject", text(CONTROLS, atom="a" + 5 * "\ufffd" + "z"), by=("web", "json")),
    Case("numberofemployees", whole(0, "0")),
    Case("numberofemployees", whole(1_000_000, "1,000,000")),
    Case("sharesoutstanding", whole(1_000_000_000, "1,000,000,000"), table="account"),
    Case("address1_utcoffset", whole(-1500, "-1,500"), table="account"),
    Case("revenue", amount("0.0000", "$0.00")),
    Case("revenue", amount("12.34"), amount("12.3400", "$12.34")),
    Case("revenue", amount("0.01"), amount("0.0100", "$0.01")),
    Case("revenue", amount("0.005"), amount("0.0000", "$0.00")),
    Case("revenue", amount("0.015"), amount("0.0200", "$0.02")),
    Case("revenue", amount("12345678901234.5600", "$12,345,678,901,234.56")),
    Case("revenue", amount("100000000000000.0000", "$100,000,000,000,000.00")),
    Case("discountpercentage", exact("0.00", "0.00"), table="opportunity"),
    Case("discountpercentage", exact("33.33", "33.33"), table="opportunity"),
    Case("discountpercentage", exact("100.00", "100.00"), table="opportunity"),
    Case("exchangerate", exact("0.000000000001", "0.000000000001"), table="transactioncurrency",
         beside=CURRENCY),
    Case("exchangerate", exact("9223372.036854775807", "9,223,372.036854775807"),
         table="transactioncurrency", beside=CURRENCY),
    Case("address1_latitude", double("51.4778", "51.4778", "51.47780")),
    Case("address1_latitude", double("-90.0", "-90", "-90.00000")),
    Case("address1_latitude", double("0.0", "0", "0.00000")),
    Case("address1_latitude", double("-1e-5", "-1E-05", "-0.00001"),
         double("-0.00001", "-1E-05", "-0.00001")),
    Case("address1_latitude", double("0.1234567890123456", "0.1234567890123456", "0.12346")),
    Case("donotemail", flag(True, "Do Not Allow")),
    Case("donotemail", flag(False, "Allow")),
    Case("lastonholdtime", moment("2026-05-04T03:02:01Z", 1777863721000, "5/4/2026 3:02 AM")),
    Case("lastonholdtime", moment("1753-01-01T00:00:00Z", -6847804800000, "1/1/1753 12:00 AM")),
    Case("lastonholdtime", moment("9999-12-31T23:59:59Z", 253402300799000,
                                  "12/31/9999 11:59 PM")),
    Case("lastonholdtime", moment("1969-12-31T23:59:59Z", -1000, "12/31/1969 11:59 PM")),
    Case("lastonholdtime", moment("2026-05-04T03:02:01.999Z", 1777863721999),
         moment("2026-05-04T03:02:01Z", 1777863721000, "5/4/2026 3:02 AM")),
    Case("lastonholdtime", moment("2026-05-04T03:02:01+02:00", 1777856521000),
         moment("2026-05-04T01:02:01Z", 1777856521000, "5/4/2026 1:02 AM")),
    Case("estimatedclosedate", day("2024-02-29", 1709164800000, "2/29/2024")),
    Case("estimatedclosedate", day("1753-01-01", -6847804800000, "1/1/1753")),
    Case("estimatedclosedate", day("1969-12-31", -86400000, "12/31/1969")),
    Case("estimatedclosedate", day("9999-12-31", 253402214400000, "12/31/9999")),
    Case("industrycode", choice(1, "Accounting")),
    Case("statuscode", choice(2, "Contacted")),
    Case("processid", identifier(KEY)),
    Case("processid", identifier(KEY.upper()), identifier(KEY)),
    Case("processid", identifier("00000000-0000-0000-0000-000000000000")),
)  # fmt: skip
WRITERS = [
    pytest.param(
        case,
        door,
        id=f"{case.name} {door.name}",
        marks=pytest.mark.covers(f"soap value: {(case.sent.soap or ('string',))[0]}"),
    )
    for case in CASES
    for door in DOORS
    if door.name in case.by
]


def spelled_for(door: Door, value: Spelled) -> Any:
    return getattr(value, door.name if door.name != "json" else "data")


def check(client: Client, case: Case, key: str, value: Spelled) -> None:
    """Check that every door reads a value, each time in its own spelling."""
    for door in DOORS:
        expected = spelled_for(door, value)
        for found in door.read(client, case.table, key, case.column):
            assert (door.name, found) == (door.name, expected)
    for door in (Web(), Organization()):
        assert door.shown(client, case.table, key, case.column) == value.shown


@pytest.mark.covers("soap value: AttributeCollection", "odata2: values")
@pytest.mark.parametrize(("case", "door"), WRITERS)
def test_a_value_written_by_one_door_is_read_by_every_other(client, case, door):
    made = door.create(client, case.table, {**case.beside, case.column: case.sent})
    assert made.key, made
    check(client, case, made.key, case.read)
    other = exact("2.5") if case.beside else nothing(case.sent)
    assert door.update(client, case.table, made.key, {case.column: other}).code == ""
    assert door.update(client, case.table, made.key, {case.column: case.sent}).code == ""
    check(client, case, made.key, case.read)
    assert door.delete(client, case.table, made.key).code == ""


CLEARED = (
    Case("subject", text("gone")),
    Case("description", text("gone")),
    Case("numberofemployees", whole(5, "5")),
    Case("revenue", amount("5.0000", "$5.00")),
    Case("discountpercentage", exact("5.00", "5.00"), table="opportunity"),
    Case("address1_latitude", double("5.5", "5.5", "5.50000")),
    Case("lastonholdtime", moment("2024-02-29T00:00:00Z", 1709164800000, "2/29/2024 12:00 AM")),
    Case("estimatedclosedate", day("2024-02-29", 1709164800000, "2/29/2024")),
    Case("industrycode", choice(1, "Accounting")),
    Case("processid", identifier(KEY)),
    Case("donotemail", flag(True, "Do Not Allow")),
)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
@pytest.mark.parametrize("case", CLEARED, ids=lambda case: case.name)
def test_a_value_cleared_by_one_door_is_no_value_to_every_other(client, case, door):
    key = Web().create(client, case.table, {case.column: case.sent}).key
    check(client, case, key, case.sent)
    none = nothing(case.sent)
    assert door.update(client, case.table, key, {case.column: none}).code == ""
    check(client, case, key, none)


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


def test_nothing_that_was_never_set_is_spelled_as_nothing(client):
    key = Web().create(client, "lead", {}).key
    for case in CLEARED:
        if case.table == "lead" and case.column != "donotemail":
            check(client, case, key, nothing(case.sent))
    there = record("account", KEY, "", "")
    check(client, Case("parentaccountid", there), key, nothing(there))


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
