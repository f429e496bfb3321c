"""Written by one door, read by every other: each type of column.

What each door writes and reads stands here by hand; a value means the same by all of them.
"""

import pytest

from support.crossing import (
    KEY,
    Case,
    amount,
    check,
    choice,
    day,
    double,
    exact,
    flag,
    identifier,
    moment,
    nothing,
    record,
    text,
    whole,
)
from support.doors import DOORS, Web
from support.spelled import Spelled

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


def test_nothing_that_was_never_set_is_spelled_as_nothing(client):
    key = Web().create(client, "lead", {}).key
    for case in CLEARED:
        if case.table == "lead" and case.column != "donotemail":
            check(client, case, key, nothing(case.sent))
    there = record("account", KEY, "", "")
    check(client, Case("parentaccountid", there), key, nothing(there))
