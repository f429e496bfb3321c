"""`$filter` and `$orderby`: what each spelling asks, and where each fault is."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from xrm.model.query import ColumnComparison, Condition, Group, Order
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import MAX_DEPTH, read_filter, read_order, read_time

KEY = "8944a0c4-b36d-4973-a3c6-e0fefe61d236"
NAMES = {"a", "b", "c", "name", "_ownerid_value", "eq", "and", "not", "contains", "true1"}


def resolve(name):
    if name not in NAMES:
        raise ODataError(f"no {name}")
    return name.strip("_").removesuffix("_value")


def a(operator, *values):
    return Condition("a", operator, values)


def both(*items):
    return Group("and", items)


def either(*items):
    return Group("or", items)


A, B, C = (Condition(name, "eq", (number,)) for number, name in enumerate("abc", 1))


@pytest.mark.covers("filter: doubled quotes")
@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("1", 1),
        ("-1", -1),
        ("+1", 1),
        ("007", 7),
        ("1.5", Decimal("1.5")),
        ("-0.10", Decimal("-0.10")),
        ("1e3", Decimal("1e3")),
        ("1.5E-3", Decimal("0.0015")),
        ("9" * 60, int("9" * 60)),
        ("true", True),
        ("false", False),
        ("''", ""),
        ("''''", "'"),
        ("'it''s'", "it's"),
        ("' and b eq 2 '", " and b eq 2 "),
        ("'null'", "null"),
        ("'\u00e9\U0001f600\n'", "\u00e9\U0001f600\n"),
        (KEY, UUID(KEY)),
        (KEY.upper(), UUID(KEY)),
        (f"'{KEY}'", KEY),
        ("2026-05-04", date(2026, 5, 4)),
        ("2026-05-04T03:02:01Z", datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)),
        ("2026-05-04T03:02Z", datetime(2026, 5, 4, 3, 2, tzinfo=UTC)),
        ("2026-05-04T03:02:01.5Z", datetime(2026, 5, 4, 3, 2, 1, 500_000, tzinfo=UTC)),
        ("2026-05-04T03:02:01.123456789012Z", datetime(2026, 5, 4, 3, 2, 1, 123_456, tzinfo=UTC)),
        ("2026-05-04T03:02:01+05:30", datetime(2026, 5, 3, 21, 32, 1, tzinfo=UTC)),
        ("2026-05-04T03:02:01-11:00", datetime(2026, 5, 4, 14, 2, 1, tzinfo=UTC)),
    ],
)
def test_literals(text, literal):
    found = read_filter(f"a eq {text}", resolve)
    assert found == a("eq", literal)
    assert type(found.values[0]) is type(literal)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((f"a {word} 1", a(word, 1)) for word in ("eq", "ne", "gt", "ge", "lt", "le")),
        ("  a   eq\t1\n", a("eq", 1)),
        ("(a eq 1)", A),
        ("((a eq 1))", A),
        ("( a eq 1 )", A),
        ("1 eq a", A),
        ("1 lt a", a("gt", 1)),
        ("1 ge a", a("le", 1)),
        ("a eq null", Condition("a", "null")),
        ("a ne null", Condition("a", "not-null")),
        ("null eq a", Condition("a", "null")),
        ("not (a eq null)", Condition("a", "not-null")),
        ("a gt b", ColumnComparison("a", "gt", "b")),
        ("not (a gt b)", ColumnComparison("a", "le", "b")),
        ("_ownerid_value eq 1", Condition("ownerid", "eq", (1,))),
        ("contains(a,'x')", a("contains", "x")),
        ("startswith( a , 'x' )", a("begins-with", "x")),
        ("endswith(a,'x')", a("ends-with", "x")),
        ("contains(a,'x,y)')", a("contains", "x,y)")),
        ("not contains(a,'x')", a("not-contains", "x")),
        ("not startswith(a,'x')", a("not-begin-with", "x")),
        ("not endswith(a,'x')", a("not-end-with", "x")),
        ("a eq 1 and b eq 2", both(A, B)),
        ("a eq 1 and b eq 2 and c eq 3", both(A, B, C)),
        ("a eq 1 or b eq 2 or c eq 3", either(A, B, C)),
        ("a eq 1 or b eq 2 and c eq 3", either(A, both(B, C))),
        ("a eq 1 and b eq 2 or c eq 3", either(both(A, B), C)),
        ("(a eq 1 or b eq 2) and c eq 3", both(either(A, B), C)),
        ("a eq 1 and (b eq 2 or c eq 3)", both(A, either(B, C))),
        ("not (a eq 1)", a("ne", 1)),
        ("not a eq 1", a("ne", 1)),
        ("not not a eq 1", A),
        ("not (a lt 1)", a("ge", 1)),
        ("not (a ge 1)", a("lt", 1)),
        ("not a eq 1 and b eq 2", both(a("ne", 1), B)),
        ("not (a eq 1 and b eq 2)", either(a("ne", 1), Condition("b", "ne", (2,)))),
        ("not (a eq 1 or b eq 2)", both(a("ne", 1), Condition("b", "ne", (2,)))),
        ("true1 eq 1", Condition("true1", "eq", (1,))),
        ("eq eq 1", Condition("eq", "eq", (1,))),
        ("(a eq 1)and(b eq 2)", both(A, B)),
        ("(" * 60 + "a eq 1" + ")" * 60, A),
    ],
)
def test_what_a_filter_asks(text, found):
    assert read_filter(text, resolve) == found


@pytest.mark.covers(
    "filter: arithmetic refused",
    "filter: has refused",
    "filter: in refused",
    "filter: date functions refused",
    "filter: text functions refused",
)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "position 0 "),
        (" ", "position "),
        ("a", "position 1 "),
        ("a eq", "position 4 "),
        ("a eq 1 b", "position 8 "),
        ("a = 1", "position 2 "),
        ("a == 1", "position 2 "),
        ("a eq 1 and", "position 10 "),
        ("a eq 1 AND b eq 2", "position 11 "),
        ("a EQ 1", "position "),
        ("and a eq 1", "position "),
        ("(a eq 1", "position 7 "),
        ("a eq 1)", "position 7 "),
        ("()", "position "),
        ("a eq (1)", "position "),
        ("a eq 'x", "There is an unterminated literal at position 7 in 'a eq 'x'."),
        ("a eq 'O'Bryan'", "There is an unterminated literal at position 14 in "),
        ('a eq "x"', "position 5 "),
        ("a eq 1.", "position 5 "),
        ("a eq .5", "position 5 "),
        ("a eq 1x", "position 5 "),
        ("a eq 0x1F", "position 5 "),
        ("a eq 1e", "position 5 "),
        ("a eq 2026-1-1", "position "),
        ("a eq 2026-05-04T03:02:01", "position "),
        ("a eq 8944a0c4-b36d-4973-a3c6", "position "),
        ("a eq guid'8944a0c4-b36d-4973-a3c6-e0fefe61d236'", "no guid"),
        ("a eq INF", "no INF"),
        ("a add 1 eq 2", "position 8 "),
        ("a has 1", "position 7 "),
        ("a in (1,2)", "position "),
        ("-a eq 1", "position 0 "),
        ("a eq -b", "position 5 "),
        ("a eq 1 # x", "position 7 "),
        ("a eq 1; b eq 2", "position 6 "),
        ("a\u00a0\u200beq 1", "position "),
        ("a eq \uff11\ufe6a", "position "),
        ("nosuch eq 1", "no nosuch"),
        ("a eq nosuch", "no nosuch"),
        ("a/b eq 1", "no a/b"),
        ("@p eq 1", "one side"),
        ("$it eq 1", "no $it"),
        ("length(a) eq 1", "'length'"),
        ("tolower(a) eq 'x'", "'tolower'"),
        ("year(a) eq 1", "'year'"),
        ("substringof('x',a)", "'substringof'"),
        ("Contains(a,'x')", "'Contains'"),
        ("Microsoft.Dynamics.CRM.Today(PropertyName='a')", "'Microsoft.Dynamics.CRM.Today'"),
        ("contains('x',a)", "signature"),
        ("contains(a,b)", "signature"),
        ("contains(a,1)", "signature"),
        ("contains(a,null)", "signature"),
        ("contains('a','x')", "signature"),
        ("contains(a)", "position "),
        ("contains(a,'x','y')", "position "),
        ("contains(a,'x'", "position "),
        ("contains()", "position "),
        ("contains(a,'x') eq true", "position "),
        ("1 eq 1", "one side"),
        ("null eq null", "one side"),
        ("'x' eq 'x'", "one side"),
        ("a gt null", "null"),
        ("null le a", "null"),
        ("true", "position "),
        ("a eq 2026-02-30", "Unrecognized 'Edm.Date' literal '2026-02-30' at '15'"),
        ("a eq 2026-02-30T00:00:00Z", "Unrecognized 'Edm.DateTimeOffset' literal"),
        ("a eq 2026-01-01T25:00:00Z", "Unrecognized 'Edm.DateTimeOffset' literal"),
        ("a eq 0000-01-01", "Unrecognized 'Edm.Date' literal"),
        ("a eq 0001-01-01T00:00:00+01:00", "Unrecognized 'Edm.DateTimeOffset' literal"),
        ("a eq 9999-12-31T23:59:59-01:00", "Unrecognized 'Edm.DateTimeOffset' literal"),
        ("a eq " + "9" * 61, "Unrecognized 'Edm.Decimal' literal"),
        ("(" * 62 + "a eq 1" + ")" * 62, "too deeply"),
        ("not " * 62 + "a eq 1", "too deeply"),
        ("(" * 20_000, "too deeply"),
        ("not " * 8_000, "too deeply"),
    ],
)
def test_what_is_refused_and_where(text, said):
    with pytest.raises(ODataError) as caught:
        read_filter(text, resolve)
    assert said in str(caught.value)


def test_ten_thousand_conditions_are_read():
    found = read_filter(" or ".join(["a eq 1"] * 10_000), resolve)
    assert found == either(*[A] * 10_000)


def test_the_depth_is_counted_from_where_it_begins():
    flat = " and ".join(["(a eq 1)"] * (3 * MAX_DEPTH))
    assert len(read_filter(flat, resolve).items) == 3 * MAX_DEPTH


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", (Order("a"),)),
        ("a asc", (Order("a"),)),
        ("a desc", (Order("a", descending=True),)),
        (" a  desc , b,c asc ", (Order("a", descending=True), Order("b"), Order("c"))),
        ("_ownerid_value", (Order("ownerid"),)),
    ],
)
def test_what_an_order_asks(text, found):
    assert read_order(text, resolve) == found


@pytest.mark.parametrize(
    "text",
    ["", ",", "a,", "a b", "a DESC", "a desc asc", "desc", "nosuch", "a,a", "a,b,a desc", "a;b"],
)
def test_orders_that_are_refused(text):
    with pytest.raises(ODataError):
        read_order(text, resolve)


@pytest.mark.parametrize("text", ["", "x", "2026-05-04", "2026-05-04T03:02:01", "T", "9" * 50])
def test_a_time_needs_its_offset(text):
    with pytest.raises(ValueError, match=r".*"):
        read_time(text)
