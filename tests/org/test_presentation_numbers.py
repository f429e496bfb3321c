"""Numbers and amounts of money as .NET's pattern codes and the locales write them."""

from decimal import Decimal

import pytest

from xrm.org.presentation import of_locale
from xrm.org.presentation.locales import locales
from xrm.org.presentation.numbers import (
    Currency,
    NumberStyle,
    fifteen_digits,
    grouped,
    read_groups,
)

DOLLAR, EURO, YEN, DINAR = (
    Currency("$", 2),
    Currency("€", 2),
    Currency("¥", 0),
    Currency("د.ك.", 3),
)
NARROW = "\u00a0"


def style(lcid):
    locale = locales()[lcid]
    return NumberStyle(
        locale.decimal,
        locale.group,
        read_groups(locale.groups),
        locale.negative,
        locale.currency,
        locale.negative_currency,
    )


@pytest.mark.parametrize(
    ("lcid", "value", "places", "written"),
    [
        (1033, 0, 0, "0"),
        (1033, 999, 0, "999"),
        (1033, 1000, 0, "1,000"),
        (1033, -1234567, 0, "-1,234,567"),
        (1033, Decimal("1234567.891"), 2, "1,234,567.89"),
        (1033, Decimal("0.005"), 2, "0.01"),
        (1033, Decimal("-0.005"), 2, "-0.01"),
        (1033, Decimal("-0.004"), 2, "0.00"),
        (1033, Decimal("999.995"), 2, "1,000.00"),
        (1033, Decimal(1), 10, "1.0000000000"),
        (1033, 9_223_372_036_854_775_807, 0, "9,223,372,036,854,775,807"),
        (1033, Decimal("922337203685477.5807"), 4, "922,337,203,685,477.5807"),
        (1033, Decimal("1e30"), 1, "1,000,000,000,000,000,000,000,000,000,000.0"),
        (1031, Decimal("-1234.5"), 2, "-1.234,50"),
        (2055, Decimal("1234.5"), 1, "1’234.5"),
        (1036, Decimal("1234567"), 2, f"1{NARROW}234{NARROW}567,00"),
        (16393, 2654797, 0, "26,54,797"),
        (16393, Decimal("-123456789.5"), 2, "-12,34,56,789.50"),
    ],
)
def test_numbers(lcid, value, places, written):
    assert style(lcid).number(value, places) == written


@pytest.mark.parametrize(
    ("code", "written"),
    [(0, "(1,234)"), (1, "-1,234"), (2, "- 1,234"), (3, "1,234-"), (4, "1,234 -"), (9, "-1,234")],
)
def test_negative_numbers_by_code(code, written):
    assert NumberStyle(negative=code).number(-1234, 0) == written
    assert NumberStyle(negative=code).number(1234, 0) == "1,234"


@pytest.mark.parametrize(
    ("code", "written"),
    [(0, "$5.00"), (1, "5.00$"), (2, "$ 5.00"), (3, "5.00 $"), (4, "$5.00"), (-1, "$5.00")],
)
def test_money_by_code(code, written):
    assert NumberStyle(money=code).amount(Decimal(5), DOLLAR) == written


@pytest.mark.parametrize(
    ("code", "written"),
    list(enumerate(
        [
            "($5.00)", "-$5.00", "$-5.00", "$5.00-", "(5.00$)", "-5.00$", "5.00-$", "5.00$-",
            "-5.00 $", "-$ 5.00", "5.00 $-", "$ 5.00-", "$ -5.00", "5.00- $", "($ 5.00)",
            "(5.00 $)",
        ]
    )),
)  # fmt: skip
def test_negative_money_by_code(code, written):
    assert NumberStyle(negative_money=code).amount(Decimal(-5), DOLLAR) == written


@pytest.mark.parametrize(
    ("lcid", "value", "currency", "written"),
    [
        (1033, Decimal("-1234.5"), DOLLAR, "($1,234.50)"),
        (2057, Decimal("-1234.5"), Currency("£", 2), "-£1,234.50"),
        (1031, Decimal("-1234.5"), EURO, "-1.234,50 €"),
        (1043, Decimal("-1234.5"), EURO, "€ -1.234,50"),
        (2055, Decimal("-1234.5"), Currency("CHF", 2), "CHF-1’234.50"),
        (1066, Decimal("123456.35"), DOLLAR, "123.456,35 $"),
        (1041, Decimal("1234.5"), YEN, "¥1,235"),
        (1033, Decimal("1234.5678"), DINAR, "د.ك.1,234.568"),
        (1025, Decimal("1234.5"), DINAR, "د.ك. 1,234.500"),
        (1037, Decimal("-5"), Currency("₪", 2), "₪-5.00"),
        (1033, Decimal(7), Currency("{n}", 0), "{n}7"),
        (1033, Decimal(7), Currency("", 2), "7.00"),
    ],
)
def test_money_of_locales(lcid, value, currency, written):
    assert style(lcid).amount(value, currency) == written


@pytest.mark.parametrize(
    ("text", "sizes", "parts"),
    [
        ("3", (3,), ["1", "234", "567"]),
        ("3;0", (3,), ["1", "234", "567"]),
        ("3;2", (3, 2), ["12", "34", "567"]),
        ("3;2;0", (3, 2), ["12", "34", "567"]),
        ("3,2", (3, 2), ["12", "34", "567"]),
        ("4", (4,), ["123", "4567"]),
        ("0", (), ["1234567"]),
        ("", (), ["1234567"]),
        ("123,456,789", (3,), ["1", "234", "567"]),
        ("12,34,56,789", (3, 2), ["12", "34", "567"]),
        ("123456789", (), ["1234567"]),
    ],
)
def test_groups(text, sizes, parts):
    assert read_groups(text) == sizes
    assert grouped("1234567", sizes) == parts


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.1 + 0.2, "0.30000"),
        (1234.57, "1,234.57000"),
        (-47.639583, "-47.63958"),
        (1e300, "1" + ",000" * 100 + ".00000"),
        (1e-300, "0.00000"),
        (636924447719637143, "636,924,447,719,637,000.00000"),
    ],
)
def test_doubles_have_fifteen_digits(value, written):
    assert NumberStyle().number(fifteen_digits(value), 5) == written


def test_a_locale_sets_every_format_column():
    assert of_locale(1031) == {
        "dateformatstring": "dd.MM.yyyy",
        "timeformatstring": "HH:mm",
        "dateseparator": ".",
        "timeseparator": ":",
        "amdesignator": "",
        "pmdesignator": "",
        "decimalsymbol": ",",
        "numberseparator": ".",
        "numbergroupformat": "3",
        "negativeformatcode": 1,
        "currencyformatcode": 3,
        "negativecurrencyformatcode": 8,
    }
    assert of_locale(0) == {}


def test_locales_are_within_the_codes_there_are():
    wanted = {
        1033, 2057, 1031, 3079, 2055, 1036, 1040, 3082, 1043, 1053, 1030, 1044, 1035, 1045, 1029,
        1038, 1049, 1041, 2052, 1042, 1046, 2070, 1055, 1025, 1037,
    }  # fmt: skip
    assert wanted <= locales().keys()
    for locale in locales().values():
        assert locale.decimal != locale.group
        assert locale.negative in range(5)
        assert locale.currency in range(4)
        assert locale.negative_currency in range(16)
        assert read_groups(locale.groups) in ((3,), (3, 2))
