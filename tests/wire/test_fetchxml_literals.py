"""Values of questions, given as text or with a type, by the column they are compared with."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.fuzz import PROFILE
from xrm.model.metadata import Column
from xrm.model.operators import OPERATORS
from xrm.wire.fetchxml.literals import argument, literal

KEY = "0a1b2c3d-0000-4000-8000-00000000000a"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def column(kind, **facts):
    return Column("x", "X", kind, **facts)


DAY = column("DateTime", date_behavior="DateOnly")
GOOD = [
    ("String", "  a ", "  a "),
    ("String", "", ""),
    ("Memo", "x\ny", "x\ny"),
    ("Integer", " +5 ", 5),
    ("Integer", -5, -5),
    ("Integer", str(2**31 - 1), 2**31 - 1),
    ("BigInt", str(2**63 - 1), 2**63 - 1),
    ("Picklist", "1", 1),
    ("State", 0, 0),
    ("Status", "2", 2),
    ("Money", "10.50", Decimal("10.50")),
    ("Money", 10, Decimal(10)),
    ("Money", 0.1, Decimal("0.1")),
    ("Decimal", Decimal("1.5"), Decimal("1.5")),
    ("Decimal", "1e3", Decimal(1000)),
    ("Double", "-.5", -0.5),
    ("Double", 2, 2.0),
    ("Boolean", "TRUE", True),
    ("Boolean", "1", True),
    ("Boolean", "false", False),
    ("Boolean", "0", False),
    ("Boolean", True, True),
    ("Boolean", 0, False),
    ("Uniqueidentifier", KEY, KEY),
    ("Uniqueidentifier", f"{{{KEY.upper()}}}", KEY),
    ("Uniqueidentifier", UUID(KEY), KEY),
    ("Lookup", KEY.replace("-", ""), KEY),
    ("Owner", f"({KEY})", KEY),
    ("Customer", f" {KEY} ", KEY),
    ("DateTime", "2026-03-01T12:00:00Z", NOON),
    ("DateTime", "2026-03-01T12:00", NOON),
    ("DateTime", "2026-03-01 12:00:00", NOON),
    ("DateTime", "2026-03-01T14:00:00+02:00", NOON),
    ("DateTime", "2026-03-01T12:00:00.1234567Z", NOON.replace(microsecond=123456)),
    ("DateTime", "3/1/2026 12:00 PM", NOON),
    ("DateTime", "3/1/2026", NOON.replace(hour=0)),
    ("DateTime", "2026-3-1", NOON.replace(hour=0)),
    ("DateTime", "03/01/2026 12:05:00 am", NOON.replace(hour=0, minute=5)),
    ("DateTime", date(2026, 3, 1), NOON.replace(hour=0)),
    ("DateTime", NOON.replace(tzinfo=None), NOON),
    ("DateTime", NOON.astimezone(timezone(timedelta(hours=5))), NOON),
]
BAD = [
    ("String", 5),
    ("String", "a\x00"),
    ("Integer", ""),
    ("Integer", "5.0"),
    ("Integer", "1,000"),
    ("Integer", "٥"),
    ("Integer", str(2**31)),
    ("Integer", True),
    ("Integer", 5.0),
    ("BigInt", str(2**63)),
    ("BigInt", "9" * 5000),
    ("Picklist", "Active"),
    ("Money", "$5"),
    ("Money", "NaN"),
    ("Money", float("nan")),
    ("Money", "1e99999"),
    ("Decimal", True),
    ("Double", "1e999"),
    ("Double", float("inf")),
    ("Boolean", "yes"),
    ("Boolean", 2),
    ("Boolean", 1.0),
    ("Uniqueidentifier", KEY[:-1]),
    ("Uniqueidentifier", f"{{{KEY}"),
    ("Uniqueidentifier", "-" * 36),
    ("Lookup", "x"),
    ("Lookup", 5),
    ("DateTime", "2026-02-30"),
    ("DateTime", "tomorrow"),
    ("DateTime", "2026-03-01T24:00"),
    ("DateTime", "3/1/2026 13:00 PM"),
    ("DateTime", "0001-01-01T00:00:00+14:00"),
    ("DateTime", "2026-03-01T12:00:00+99:00"),
    ("DateTime", 5),
    ("Image", "x"),
    ("Virtual", "x"),
]


@pytest.mark.parametrize(("kind", "given_value", "expected"), GOOD)
def test_what_fits(kind, given_value, expected):
    found = literal(column(kind), given_value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_what_does_not_fit(kind, value):
    with pytest.raises(ValueError, match=r".+"):
        literal(column(kind), value)


@pytest.mark.parametrize(
    "value", ["2026-03-01", "2026-03-01T23:00:00-05:00", "3/1/2026", date(2026, 3, 1), NOON]
)
def test_days(value):
    assert literal(DAY, value) == date(2026, 3, 1)
    assert argument(OPERATORS["on"], column("DateTime"), value) == date(2026, 3, 1)


def test_counts():
    assert argument(OPERATORS["last-x-days"], column("DateTime"), "7") == 7
    with pytest.raises(ValueError, match="whole number"):
        argument(OPERATORS["last-x-days"], column("DateTime"), "x")


@PROFILE
@given(
    kind=st.sampled_from(sorted({row[0] for row in GOOD})),
    value=st.text(max_size=30)
    | st.from_regex(r"[0-9T:/ .+-]{1,30}", fullmatch=True)
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.booleans()
    | st.none()
    | st.datetimes()
    | st.uuids(),
)
def test_any_value_fits_or_not(kind, value):
    for each in (column(kind), DAY):
        try:
            literal(each, value)
        except ValueError:
            continue
