"""Every type of value by every type of column: taken where .NET's own type fits, else refused."""

from typing import Any

import pytest

from support.soap_elements import Given, Typed, money, option, reference, simple, string
from support.soaping import Soap, attributes, type_of

SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
DATA = "{http://schemas.microsoft.com/xrm/2011/Contracts}"
GUID = "{http://schemas.microsoft.com/2003/10/Serialization/}guid"
KEY = "11111111-2222-4333-8444-555555555555"

GIVEN: dict[str, tuple[Typed, str]] = {
    "string": (string("12"), "System.String"),
    "int": (simple("int", 12), "System.Int32"),
    "long": (simple("long", 12), "System.Int64"),
    "boolean": (simple("boolean", "true"), "System.Boolean"),
    "double": (simple("double", "1.5"), "System.Double"),
    "decimal": (simple("decimal", "1.5"), "System.Decimal"),
    "dateTime": (simple("dateTime", "2026-02-03T04:05:06Z"), "System.DateTime"),
    "guid": (simple("guid", KEY), "System.Guid"),
    "base64Binary": (simple("base64Binary", "AQI="), "System.Byte[]"),
    "Money": (money("1.5"), "Microsoft.Xrm.Sdk.Money"),
    "OptionSetValue": (option(1), "Microsoft.Xrm.Sdk.OptionSetValue"),
    "EntityReference": (reference("account", KEY), "Microsoft.Xrm.Sdk.EntityReference"),
    "EntityCollection": (Typed("a:EntityCollection", ""), "Microsoft.Xrm.Sdk.EntityCollection"),
    "BooleanManagedProperty": (
        Typed("a:BooleanManagedProperty", "<a:Value>true</a:Value>"),
        "Microsoft.Xrm.Sdk.BooleanManagedProperty",
    ),
}
"""A value of each type, and what .NET calls the type."""

COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("account", "name", "string", "string"),
    ("account", "description", "string", "string"),
    ("account", "numberofemployees", "int", "int"),
    ("account", "donotphone", "boolean", "boolean"),
    ("account", "address1_latitude", "double", "double"),
    ("opportunity", "discountpercentage", "decimal", "decimal"),
    ("account", "revenue", "Money", "Money"),
    ("account", "industrycode", "OptionSetValue", "OptionSetValue"),
    ("account", "statecode", "OptionSetValue", "OptionSetValue"),
    ("account", "statuscode", "OptionSetValue", "OptionSetValue"),
    ("account", "lastonholdtime", "dateTime", "dateTime"),
    ("contact", "birthdate", "dateTime", "dateTime"),
    ("account", "address1_addressid", "guid", "guid"),
    ("account", "versionnumber", "long", "long"),
    ("account", "entityimage", "base64Binary", "base64Binary"),
    ("account", "parentaccountid", "EntityReference", "EntityReference"),
    ("account", "ownerid", "EntityReference", "EntityReference"),
    ("contact", "parentcustomerid", "EntityReference", "EntityReference"),
    ("role", "iscustomizable", "BooleanManagedProperty", "BooleanManagedProperty"),
    ("principalobjectaccess", "objecttypecode", "string", "string"),
)
"""A column of each type, and the type its values have."""

NAMES = {"account": "name", "contact": "lastname", "opportunity": "name", "role": "name"}


@pytest.mark.covers("soap value: value of another type refused")
@pytest.mark.parametrize("kind", GIVEN)
@pytest.mark.parametrize(("table", "column", "takes", "_shown"), COLUMNS)
def test_a_value_of_another_type_is_refused(
    soap: Soap, table: str, column: str, takes: str, _shown: str, kind: str
) -> None:
    value, name = GIVEN[kind]
    reply = soap.create(table, {column: value})
    refused = (f"0x{0x80040203:08x}", f"Incorrect attribute value type {name}")
    if takes != kind:
        assert reply.fault == refused
    else:
        assert reply.status == 200 or reply.fault != refused


CASES: tuple[tuple[str, str, Given, str, Any], ...] = (
    ("account", "name", string(" a&<>\"' é 😀 "), "string", " a&<>\"' é 😀 "),
    ("account", "description", Typed("x:string", "one&#xD;&#xA;two"), "string", "one\r\ntwo"),
    ("account", "numberofemployees", simple("int", 1000000000), "int", "1000000000"),
    ("account", "donotphone", simple("boolean", "1"), "boolean", "true"),
    ("account", "address1_latitude", simple("double", "-1.25"), "double", "-1.25"),
    ("opportunity", "discountpercentage", simple("decimal", "12.50"), "decimal", "12.50"),
    ("account", "revenue", money("12.34"), "Money", {"Value": "12.3400"}),
    ("account", "industrycode", option(1), "OptionSetValue", {"Value": "1"}),
    (
        "account",
        "lastonholdtime",
        simple("dateTime", "2026-02-03T06:05:06+02:00"),
        "dateTime",
        "2026-02-03T04:05:06Z",
    ),
    (
        "contact",
        "birthdate",
        simple("dateTime", "1990-12-31T00:00:00"),
        "dateTime",
        "1990-12-31T00:00:00Z",
    ),
    ("account", "address1_addressid", simple("guid", KEY.upper()), "guid", KEY),
)


@pytest.mark.parametrize(
    ("table", "column", "given", "kind", "read"),
    [pytest.param(*case, marks=pytest.mark.covers(f"soap value: {case[3]}")) for case in CASES],
)
def test_a_value_comes_back_as_its_column_has_it(
    soap: Soap, table: str, column: str, given: Given, kind: str, read: Any
) -> None:
    key = soap.created(table, {NAMES[table]: string("Valued"), column: given})
    reply = soap.retrieve(table, key, column)
    found = attributes(reply.result)[column]
    assert found == read
    pair = next(each for each in reply.result[0] if each[0].text == column)
    spaces = {"guid": GUID, "Money": DATA + kind, "OptionSetValue": DATA + kind}
    assert type_of(pair[1]) == spaces.get(kind, SCHEMA + kind)


@pytest.mark.covers("soap form: i:nil")
@pytest.mark.parametrize("column", [row[1] for row in CASES if row[0] == "account"])
def test_nil_clears_a_column(soap: Soap, column: str) -> None:
    given = next(row[2] for row in CASES if row[1] == column)
    key = soap.created("account", {"name": string("Kept"), column: given})
    assert soap.update("account", {column: None}, key=key).status == 200
    found = attributes(soap.retrieve("account", key, column).result)
    assert column not in found


@pytest.mark.covers("soap value: EntityReference")
def test_a_reference_names_a_record_its_column_takes(soap: Soap) -> None:
    parent = soap.created("account", {"name": string("Parent")})
    key = soap.created("contact", {"parentcustomerid": reference("account", parent)})
    found = attributes(soap.retrieve("contact", key, "parentcustomerid").result)["parentcustomerid"]
    assert {name: found[name] for name in ("Id", "LogicalName", "Name")} == {
        "Id": parent,
        "LogicalName": "account",
        "Name": "Parent",
    }
    for target, code in (
        (reference("role", parent), "0x80040203"),
        (reference("account", KEY), "0x80040217"),
        (reference("account"), "0x80040217"),
        (reference("nosuch", parent), "0x80040203"),
        (Typed("a:EntityReference", f"<a:Id>{parent}</a:Id>"), "0x80040203"),
    ):
        assert soap.create("contact", {"parentcustomerid": target}).code == code


def test_what_a_record_is_must_be_known(soap: Soap) -> None:
    for reply, code in (
        (soap.create("nosuch"), "0x80041102"),
        (soap.create(""), "0x80040203"),
        (soap.create("account", {"nosuch": string("x")}), "0x80041103"),
        (soap.create("account", {"nosuch": None}), "0x80041103"),
        (soap.update("account", {"name": string("x")}), "0x80040217"),
        (soap.retrieve("account", KEY, "nosuch"), "0x80041103"),
    ):
        assert reply.code == code
    assert soap.create("account", {"ticksymbol": string("x")}).fault[1] == (
        "'account' entity doesn't contain attribute with Name = 'ticksymbol'."
    )


def test_the_id_of_a_new_record_is_the_one_given(soap: Soap) -> None:
    other = "99999999-2222-4333-8444-555555555555"
    assert soap.created("account", {"name": string("Mine")}, key=KEY) == KEY
    assert soap.created("account", {"accountid": simple("guid", other)}) == other
    assert soap.create("account", {"name": string("Again")}, key=KEY).code == "0x80040237"
    both = soap.create("account", {"accountid": simple("guid", other)}, key=KEY)
    assert both.fault == (
        "0x80040203",
        "Entity Id must be the same as the value set in property bag.",
    )


@pytest.mark.covers("soap value: FormattedValues")
def test_formatted_values_are_as_the_caller_reads_them(soap: Soap) -> None:
    key = soap.created("account", {"name": string("Shown"), "revenue": money("1234.5")})
    reply = soap.retrieve("account", key, "name", "revenue", "statecode", "donotphone")
    shown = next(each for each in reply.result if each.tag.endswith("FormattedValues"))
    found = {pair[0].text: pair[1].text for pair in shown}
    assert found == {"revenue": "$1,234.50", "statecode": "Active", "donotphone": "Allow"}
