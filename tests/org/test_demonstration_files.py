"""The demonstration records are whole, within the limits of their columns, and fictional."""

import re
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from support.datafiles import (
    CHOICES,
    CONTOSO,
    LOOKUPS,
    RANGES,
    ROLES,
    TABLES,
    Facts,
    columns,
    read,
    repeated,
    table,
)
from xrm.org.loading import COMMON, OWNED

LOAD_ORDER = (*COMMON, *OWNED)
RECORD_KEYS = {"id", "owner", "created", "roles", "members"}

FICTIONAL_NUMBERS = (
    r"\+44 20 7946 0\d{3}",
    r"\+44 1632 960\d{3}",
    r"\+44 7700 900\d{3}",
    r"\+353 20 91\d 0\d{3}",
    r"\+1 \d{3} 555 01\d\d",
    r"\+49 (30 23125|69 90009|40 66969|89 99998) \d{3}",
    r"\+49 221 4710 \d{3}",
    r"\+49 176 040690\d\d",
    r"\+33 1 99 00 \d\d \d\d",
    r"\+33 6 39 98 \d\d \d\d",
    r"\+46 8 465 004 \d\d",
    r"\+46 70 174 06 \d\d",
    r"\+61 2 5550 \d{4}",
    r"\+(48 22|971 4) 000 ?\d\d ?\d\d",
    r"\+(81 [36]|20 2) 0000 \d{4}",
)


def records(file: str) -> list[Facts]:
    rows: list[Facts] = read(CONTOSO / f"{file}.json")["records"]
    return rows


def table_of(file: str) -> str:
    sets = {table(name)["entity_set_name"]: name for name in TABLES}
    return sets[read(CONTOSO / f"{file}.json")["set"]]


def values(row: Facts) -> Facts:
    return {key: value for key, value in row.items() if key not in RECORD_KEYS}


def assert_text(column: Facts, value: Any) -> None:
    assert isinstance(value, str)
    assert 0 < len(value) <= column["max_length"]
    assert value == value.strip()
    if column["format"] in {"Email", "Url"}:
        assert value.endswith(".example")


def assert_number(column: Facts, value: Any) -> None:
    assert isinstance(value, int | float)
    assert not isinstance(value, bool)
    assert column["min"] <= value <= column["max"]
    exponent = Decimal(str(value)).as_tuple().exponent
    assert isinstance(exponent, int)
    assert -exponent <= column.get("precision", 0)


def assert_choice(column: Facts, value: Any) -> None:
    assert value in [option["value"] for option in column["options"]]


def assert_boolean(_column: Facts, value: Any) -> None:
    assert isinstance(value, bool)


def assert_date(column: Facts, value: Any) -> None:
    if column["date_behavior"] != "DateOnly":
        value = datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").date().isoformat()
    assert date.fromisoformat(value).year == 2026 or column["logical_name"] == "birthdate"


def assert_reference(column: Facts, value: Any) -> None:
    target, identifier = value
    assert target in column["targets"]
    assert str(uuid.UUID(identifier)) == identifier


CHECKS = {
    **dict.fromkeys(("String", "Memo"), assert_text),
    **dict.fromkeys(RANGES, assert_number),
    **dict.fromkeys(CHOICES, assert_choice),
    **dict.fromkeys(LOOKUPS, assert_reference),
    "Boolean": assert_boolean,
    "DateTime": assert_date,
}


@pytest.mark.parametrize("file", LOAD_ORDER)
def test_values_are_within_the_limits_of_their_columns(file: str):
    own = columns(table_of(file))
    for row in records(file):
        for key, value in values(row).items():
            assert own[key].get("valid_for_create", True), key
            CHECKS[own[key]["type"]](own[key], value)


@pytest.mark.parametrize("file", LOAD_ORDER)
def test_required_values_are_there(file: str):
    own = columns(table_of(file))
    required = {key for key, row in own.items() if row["required"] == "ApplicationRequired"}
    # The root; what the platform fills in.
    skipped = {"parentbusinessunitid", "invitestatuscode", "transactioncurrencyid"}
    for row in records(file):
        assert required - skipped <= row.keys()


@pytest.mark.parametrize("file", OWNED)
def test_each_status_belongs_to_the_state_of_its_record(file: str):
    statuses = columns(table_of(file))["statuscode"]["options"]
    states = {option["value"]: option["state"] for option in statuses}
    assert [row for row in records(file) if states[row["statuscode"]] != row["statecode"]] == []


def test_references_point_to_records_that_are_loaded_earlier():
    known: set[tuple[str, str]] = set()
    for file in LOAD_ORDER:
        for row in records(file):
            own = table_of(file)
            references = [tuple(v) for v in values(row).values() if isinstance(v, list)]
            assert set(references) <= known, row["id"]
            assert (own, row["id"]) not in known
            known.add((own, row["id"]))


def test_owners_and_roles_exist():
    owners = {row["id"] for row in records("users")} | {"service"}
    for file in OWNED:
        assert {row["owner"] for row in records(file)} == owners
    granted = {role for row in records("users") for role in row["roles"]}
    assert granted <= {role["name"] for role in ROLES["roles"]}


def test_teams_have_members():
    users = {row["id"] for row in records("users")}
    (team,) = records("teams")
    assert len(team["members"]) == 2
    assert set(team["members"]) < users


def test_opportunities_follow_from_qualified_leads():
    leads = {row["id"]: row for row in records("leads")}
    followed = [row for row in records("opportunities") if "originatingleadid" in row]
    assert len(followed) == 11
    for row in followed:
        lead = leads[row["originatingleadid"][1]]
        assert lead["statuscode"] == 3
        assert lead["created"] < row["created"]
        assert lead["parentaccountid"] == row["customerid"]
    for row in records("opportunities"):
        assert ("actualclosedate" in row) is (row["statecode"] != 0)


def test_identifiers_and_times_are_well_formed():
    identifiers = [row["id"] for file in LOAD_ORDER for row in records(file)]
    assert repeated(identifiers) == []
    assert {uuid.UUID(identifier).version for identifier in identifiers} == {4}
    for file in LOAD_ORDER:
        for row in records(file):
            created = datetime.strptime(row["created"], "%Y-%m-%dT%H:%M:%S%z")
            assert datetime.fromisoformat("2026-01-05T00:00:00Z") <= created
            assert created < datetime.fromisoformat("2026-10-01T00:00:00Z")


def test_telephone_numbers_are_fictional_and_addresses_reserved():
    for file in LOAD_ORDER:
        for row in records(file):
            for key, value in values(row).items():
                if "telephone" in key or key == "mobilephone":
                    assert any(re.fullmatch(pattern, value) for pattern in FICTIONAL_NUMBERS), value
                if isinstance(value, str) and ("@" in value or "://" in value):
                    assert value.endswith(".example"), value


def test_the_data_is_varied():
    leads, people = records("leads"), [*records("contacts"), *records("leads")]
    assert {row["statuscode"] for row in leads} == {1, 2, 3, 4, 5, 6, 7}
    assert repeated(row["subject"] for row in leads) == []
    names = "".join(row["firstname"] + row["lastname"] for row in people)
    scripts = ("\u3040-\u30ff", "\u4e00-\u9fff", "\u0600-\u06ff", "\u0100-\u017f", "\u00c0-\u00ff")
    assert all(re.search(f"[{script}]", names) for script in scripts)
    assert {file: len(records(file)) for file in LOAD_ORDER} == {
        "businessunits": 3,
        "users": 6,
        "currencies": 1,
        "teams": 1,
        "accounts": 25,
        "contacts": 62,
        "leads": 80,
        "opportunities": 12,
        "tasks": 15,
    }


def test_expected_counts_are_those_of_the_owners_business_units():
    europe, germany = (
        next(row["id"] for row in records("businessunits") if row["name"] == name)
        for name in ("Contoso Europe", "Contoso Germany")
    )
    units = {row["id"]: row.get("businessunitid", ["", "root"])[1] for row in records("users")}
    units["service"] = europe
    leads = records("leads")
    counts = {
        "Basic": sum(row["owner"] == "service" for row in leads),
        "Local": sum(units[row["owner"]] == europe for row in leads),
        "Deep": sum(units[row["owner"]] in {europe, germany} for row in leads),
        "Global": len(leads),
    }
    assert read(CONTOSO / "expected.json") == {"service": counts}
    assert len(set(counts.values())) == 4
    assert sum(row["owner"] == "service" for row in records("accounts")) == 3
