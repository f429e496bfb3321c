"""What one door refuses, every other refuses: with the same code and sentence, in its own dress."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from support.doors import DOORS, Door
from support.estate import Client, Estate
from support.organization_data import SERVICES, Data, atom_entry
from support.rights import holder, make_number_a_key
from support.soap_elements import Typed
from support.soaping import Soap
from support.spelled import Outcome, Spelled, Values
from xrm.model.errors import service
from xrm.model.errors.service import Fault
from xrm.model.privileges import Depth

ABSENT = "99999999-1111-4222-8333-444444444444"


def text(value: str | None) -> Spelled:
    soap = None if value is None else ("string", value)
    return Spelled(value, soap, value, ("", value))


def whole(number: int) -> Spelled:
    return Spelled(number, ("int", str(number)), number, ("Edm.Int32", str(number)))


def double(number: float) -> Spelled:
    return Spelled(number, ("double", str(number)), number, ("Edm.Double", str(number)))


def exact(number: float) -> Spelled:
    return Spelled(number, ("decimal", str(number)), str(number), ("Edm.Decimal", str(number)))


def amount(number: float) -> Spelled:
    members = {"Value": str(number)}
    return Spelled(number, ("Money", members), members, (f"{SERVICES}Money", members))


def choice(number: int) -> Spelled:
    members = {"Value": str(number)}
    kind = f"{SERVICES}OptionSetValue"
    return Spelled(number, ("OptionSetValue", members), members, (kind, members))


def moment(said: str) -> Spelled:
    return Spelled(said, ("dateTime", said), said, ("Edm.DateTime", said))


def identifier(key: str) -> Spelled:
    return Spelled(key, ("guid", key), key, ("Edm.Guid", key))


def record(table: str, key: str | None, bind: str) -> Spelled:
    members = {"Id": key, "LogicalName": table if key else None}
    soap = None if key is None else ("EntityReference", members)
    kind = f"{SERVICES}EntityReference"
    return Spelled(key, soap, members, (kind, members), bind=bind, target=table)


def check(outcomes: dict[str, Outcome], fault: Fault) -> None:
    """Check that all doors refuse alike, each in its dress."""
    assert {name: each.code for name, each in outcomes.items()} == dict.fromkeys(
        outcomes, fault.hex
    )
    assert {name: each.status for name, each in outcomes.items()} == {
        name: 500 if name == "soap" else fault.status for name in outcomes
    }
    (said,) = {each.message for each in outcomes.values()}
    assert said


@dataclass(frozen=True)
class Refused:
    """Values that a table does not take, with what goes beside them, and the error."""

    table: str
    values: Values
    fault: Fault
    beside: Values = field(default_factory=dict)

    @property
    def name(self) -> str:
        (column, *_) = self.values
        return f"{self.fault.name} {self.table}.{column} {str(self.values[column].web)[:12]!a}"


def proves(*faults: Fault) -> pytest.MarkDecorator:
    """Return the marker of a test in which every door says these errors."""
    dresses = ("webapi", "soap", "odata2")
    return pytest.mark.covers(
        *(f"error: {fault.hex} {dress}" for fault in faults for dress in dresses)
    )


def cases(*listed: Refused) -> list[Any]:
    return [pytest.param(each, id=each.name, marks=proves(each.fault)) for each in listed]


YEN = {
    "currencyname": text("Yen"),
    "currencysymbol": text("Y"),
    "isocurrencycode": text("JPY"),
    "exchangerate": exact(150),
}
EARLY = "1752-12-31"
VALUES = (
    Refused("lead", {"subject": text("x" * 301)}, service.TOO_LONG),
    Refused("lead", {"subject": text("😀" * 151)}, service.TOO_LONG),
    Refused("lead", {"description": text("x" * 2001)}, service.TOO_LONG),
    Refused("lead", {"numberofemployees": whole(-1)}, service.INTEGER_OUT_OF_RANGE),
    Refused("lead", {"numberofemployees": whole(1_000_001)}, service.INTEGER_OUT_OF_RANGE),
    Refused("lead", {"revenue": amount(-0.01)}, service.DECIMAL_OUT_OF_RANGE),
    Refused("lead", {"revenue": amount(100000000000000.01)}, service.DECIMAL_OUT_OF_RANGE),
    Refused("opportunity", {"discountpercentage": exact(100.5)}, service.DECIMAL_OUT_OF_RANGE),
    Refused("lead", {"address1_latitude": double(90.5)}, service.DECIMAL_OUT_OF_RANGE),
    Refused("lead", {"address1_latitude": double(-90.25)}, service.DECIMAL_OUT_OF_RANGE),
    Refused("lead", {"industrycode": choice(999)}, service.CHOICE_OUT_OF_RANGE),
    Refused("lead", {"statuscode": choice(999)}, service.CHOICE_OUT_OF_RANGE),
    Refused("lead", {"lastonholdtime": moment(f"{EARLY}T23:59:59Z")}, service.INVALID_TIME),
    Refused("lead", {"lastonholdtime": moment("0001-01-01T00:00:00Z")}, service.INVALID_TIME),
    Refused("contact", {"birthdate": replace(moment(f"{EARLY}T00:00:00Z"), web=EARLY)},
            service.INVALID_TIME),
    Refused("lead", {"parentaccountid": record("account", ABSENT, "parentaccountid")},
            service.NOT_FOUND),
    Refused("lead", {"customerid": record("contact", ABSENT, "customerid_contact")},
            service.NOT_FOUND),
    Refused("lead", {"ownerid": record("systemuser", ABSENT, "ownerid")}, service.NOT_FOUND),
)  # fmt: skip
OF_NEW = (
    Refused("lead", {"statuscode": choice(3)}, service.STATE_STATUS),
    Refused("task", {"statuscode": choice(6)}, service.STATE_STATUS),
    Refused("transactioncurrency", {"currencyname": text(None)}, service.INVALID_ARGUMENT,
            {name: YEN[name] for name in YEN if name != "currencyname"}),
    Refused("transactioncurrency", {"isocurrencycode": text("??")}, service.CURRENCY_CODE,
            {name: YEN[name] for name in YEN if name != "isocurrencycode"}),
    Refused("transactioncurrency", {"isocurrencycode": text("USD")}, service.CURRENCY_CODE_TWICE,
            {name: YEN[name] for name in YEN if name != "isocurrencycode"}),
)  # fmt: skip
OF_CHANGES = (
    Refused("lead", {"statuscode": choice(3)}, service.STATE_STATUS),
    Refused("lead", {"statecode": choice(1), "statuscode": choice(1)}, service.STATE_STATUS),
    Refused("opportunity", {"statecode": choice(1)}, service.STATE_BY_MESSAGE),
    Refused("lead", {"ownerid": record("systemuser", None, "ownerid")}, service.INVALID_ARGUMENT),
)


@pytest.mark.parametrize("case", cases(*VALUES, *OF_NEW))
def test_no_door_makes_a_record_of_what_does_not_fit(client: Client, case: Refused):
    path = f"{client.estate.organization.catalogue[case.table].entity_set_name}"
    before = len(client.rows(path, select="createdon"))
    given = {**case.beside, **case.values}
    check({door.name: door.create(client, case.table, given) for door in DOORS}, case.fault)
    assert len(client.rows(path, select="createdon")) == before


@pytest.mark.parametrize("case", cases(*VALUES, *OF_CHANGES))
def test_no_door_changes_a_record_to_what_does_not_fit(client: Client, case: Refused):
    set_name = client.estate.organization.catalogue[case.table].entity_set_name
    key = client.post(set_name, {}).created
    before = client.get(f"{set_name}({key})").document["@odata.etag"]
    check({door.name: door.update(client, case.table, key, case.values) for door in DOORS},
          case.fault)  # fmt: skip
    assert client.get(f"{set_name}({key})").document["@odata.etag"] == before


@proves(service.DUPLICATE_RECORD)
def test_no_door_takes_a_key_twice(client: Client):
    key = client.post("leads", {"subject": "First"}).created
    given = {"leadid": identifier(key), "subject": text("Second")}
    check(
        {door.name: door.create(client, "lead", given) for door in DOORS},
        service.DUPLICATE_RECORD,
    )


@proves(service.KEY_VIOLATED)
def test_no_door_takes_an_alternate_key_twice(estate: Estate, client: Client):
    make_number_a_key(estate)
    client.post("accounts", {"name": "First", "accountnumber": "Twice"})
    other = client.post("accounts", {"name": "Second"}).created
    given = {"accountnumber": text("Twice")}
    made = {door.name: door.create(client, "account", given) for door in DOORS}
    check(made, service.KEY_VIOLATED)
    changed = {door.name: door.update(client, "account", other, given) for door in DOORS}
    check(changed, service.KEY_VIOLATED)


@proves(service.ACCOUNT_LOOP)
def test_no_door_lets_a_record_stand_above_itself(client: Client):
    top = client.post("accounts", {"name": "Top"}).created
    below = client.post(
        "accounts", {"name": "Below", "parentaccountid@odata.bind": f"/accounts({top})"}
    ).created
    given = {"parentaccountid": record("account", below, "parentaccountid")}
    check(
        {door.name: door.update(client, "account", top, given) for door in DOORS},
        service.ACCOUNT_LOOP,
    )


@proves(service.NOT_FOUND)
def test_no_door_finds_what_is_not_there(client: Client):
    given = {"subject": text("Changed")}
    for fault, tries in (
        (service.NOT_FOUND, {door.name: door.open(client, "lead", ABSENT) for door in DOORS}),
        (service.NOT_FOUND, {door.name: door.delete(client, "lead", ABSENT) for door in DOORS}),
        (
            service.NOT_FOUND,
            {door.name: door.update(client, "lead", ABSENT, given) for door in DOORS},
        ),
    ):
        check(tries, fault)


@proves(service.CANNOT_DELETE)
def test_no_door_deletes_what_must_stay(client: Client):
    (unit,) = client.rows("businessunits", select="businessunitid")
    key = unit["businessunitid"]
    check(
        {door.name: door.delete(client, "businessunit", key) for door in DOORS},
        service.CANNOT_DELETE,
    )


@pytest.fixture(scope="module")
def lead(client: Client) -> str:
    """A lead of somebody else."""
    return client.post("leads", {"subject": "Of somebody else"}).created


@proves(service.PRIVILEGE_DENIED)
def test_no_door_opens_without_a_privilege(estate: Estate, lead: str):
    nobody = holder(estate, {"prvReadAccount": Depth.GLOBAL})
    given = {"subject": text("Changed")}
    for tries in (
        {door.name: door.create(nobody, "lead", given) for door in DOORS},
        {door.name: door.open(nobody, "lead", lead) for door in DOORS},
        {door.name: door.ask(nobody, "lead", "subject") for door in DOORS},
        {door.name: door.update(nobody, "lead", lead, given) for door in DOORS},
        {door.name: door.delete(nobody, "lead", lead) for door in DOORS},
    ):
        check(tries, service.PRIVILEGE_DENIED)


@proves(service.ACCESS_DENIED)
def test_no_door_opens_beyond_a_privileges_reach(estate: Estate, lead: str):
    own = dict.fromkeys(("prvReadLead", "prvWriteLead", "prvDeleteLead"), Depth.BASIC)
    seller, given = holder(estate, own), {"subject": text("Changed")}
    for tries in (
        {door.name: door.open(seller, "lead", lead) for door in DOORS},
        {door.name: door.update(seller, "lead", lead, given) for door in DOORS},
        {door.name: door.delete(seller, "lead", lead) for door in DOORS},
    ):
        check(tries, service.ACCESS_DENIED)
    assert {door.name: door.ask(seller, "lead", "subject") for door in DOORS} == {
        door.name: Outcome() for door in DOORS
    }


@proves(service.NOT_A_MEMBER)
def test_no_door_opens_to_a_stranger(estate: Estate, lead: str):
    stranger = Client(estate, estate.token(estate.register("Stranger")))
    for tries in (
        {door.name: door.open(stranger, "lead", lead) for door in DOORS},
        {door.name: door.ask(stranger, "lead", "subject") for door in DOORS},
        {door.name: door.create(stranger, "lead", {}) for door in DOORS},
    ):
        check(tries, service.NOT_A_MEMBER)


OWN_DRESS: tuple[tuple[str, Values, dict[str, tuple[int, str]]], ...] = (
    (
        "no such column",
        {"nosuchcolumn": text("x")},
        {"web": (400, "0x80048d19"), "soap": (500, "0x80041103"), "json": (400, ""),
         "atom": (400, "")},
    ),
    (
        "text for a number",
        {"numberofemployees": text("many")},
        {"web": (400, "0x80048d19"), "soap": (500, "0x80040203"), "json": (400, ""),
         "atom": (400, "")},
    ),
    (
        "text for a time",
        {"lastonholdtime": text("yesterday")},
        {"web": (400, "0x80048d19"), "soap": (500, "0x80040203"), "json": (400, ""),
         "atom": (400, "")},
    ),
    (
        "text for yes or no",
        {"donotemail": text("perhaps")},
        {"web": (400, "0x80048d19"), "soap": (500, "0x80040203"), "json": (400, ""),
         "atom": (400, "")},
    ),
    (
        "text for a choice",
        {"industrycode": text("Charity")},
        {"web": (400, "0x80048d19"), "soap": (500, "0x80040203"), "json": (400, ""),
         "atom": (400, "")},
    ),
    (
        "a record of another table",
        {"parentaccountid": record("contact", ABSENT, "parentaccountid")},
        {"web": (400, "0x80048d19"), "soap": (500, "0x80040203"), "json": (400, ""),
         "atom": (400, "")},
    ),
    (
        "a character nothing keeps",
        {"subject": replace(text("a\0b"), atom=("", "a")), },
        {"web": (400, "0x80048d19"), "json": (400, "")},
    ),
)  # fmt: skip


@pytest.mark.parametrize(("_name", "values", "said"), OWN_DRESS, ids=lambda part: str(part)[:28])
def test_what_a_payload_cannot_say_is_refused_in_each_doors_own_words(
    client: Client, _name: str, values: Values, said: dict[str, tuple[int, str]]
):
    doors: list[Door] = [door for door in DOORS if door.name in said]
    key = client.post("leads", {}).created
    before = len(client.rows("leads", select="createdon"))
    for tries in (
        {door.name: door.create(client, "lead", values) for door in doors},
        {door.name: door.update(client, "lead", key, values) for door in doors},
    ):
        assert {name: (each.status, each.code) for name, each in tries.items()} == said
        assert all(each.message for each in tries.values())
    assert len(client.rows("leads", select="createdon")) == before


@pytest.mark.parametrize("reference", ["&#x1;", "&#31;", "&#xFFFE;", "&#xD800;"])
def test_a_character_that_xml_has_not_is_none_to_the_doors_of_xml(client: Client, reference: str):
    value = Typed("x:string", f"a{reference}b")
    assert Soap(client).create("lead", {"subject": value}).status == 400
    entry = atom_entry(f"<d:Subject>a{reference}b</d:Subject>", kind="Lead")
    status, code, message = Data(client).entry("POST", "LeadSet", entry).error
    assert (status, code) == (400, "")
    assert message
