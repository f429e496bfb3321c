"""Numbers and amounts of money by the patterns of .NET's NumberFormatInfo."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

NEGATIVE = ("({n})", "-{n}", "- {n}", "{n}-", "{n} -")
"""NumberNegativePattern, by code."""

POSITIVE_MONEY = ("{s}{n}", "{n}{s}", "{s} {n}", "{n} {s}")
"""CurrencyPositivePattern, by code."""

NEGATIVE_MONEY = (
    "({s}{n})", "-{s}{n}", "{s}-{n}", "{s}{n}-", "({n}{s})", "-{n}{s}", "{n}-{s}", "{n}{s}-",
    "-{n} {s}", "-{s} {n}", "{n} {s}-", "{s} {n}-", "{s} -{n}", "{n}- {s}", "({s} {n})",
    "({n} {s})",
)  # fmt: skip
"""CurrencyNegativePattern, by code."""

_EXACT = Context(prec=400)
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency as amounts show it: its symbol and how many decimal places."""

    symbol: str
    precision: int


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """Separators and pattern codes; `groups` are sizes from the right, the last one repeats."""

    decimal: str = "."
    group: str = ","
    groups: tuple[int, ...] = (3,)
    negative: int = 1
    money: int = 0
    negative_money: int = 0

    def number(self, value: Decimal | int, places: int) -> str:
        """Write a number with so many decimal places, rounded half away from zero."""
        digits, below_zero = self._digits(value, places)
        return _chosen(NEGATIVE, self.negative, 1).format(n=digits) if below_zero else digits

    def amount(self, value: Decimal | int, currency: Currency) -> str:
        """Write an amount of money."""
        digits, below_zero = self._digits(value, currency.precision)
        if below_zero:
            pattern = _chosen(NEGATIVE_MONEY, self.negative_money, 0)
        else:
            pattern = _chosen(POSITIVE_MONEY, self.money, 0)
        return pattern.format(n=digits, s=currency.symbol)

    def _digits(self, value: Decimal | int, places: int) -> tuple[str, bool]:
        step = Decimal(1).scaleb(-places)
        rounded = Decimal(value).quantize(step, ROUND_HALF_UP, _EXACT)
        whole, _, fraction = f"{rounded.copy_abs():f}".partition(".")
        text = self.group.join(grouped(whole, self.groups))
        return text + (self.decimal + fraction if fraction else ""), rounded < 0


def _chosen(patterns: tuple[str, ...], code: int, default: int) -> str:
    return patterns[code if 0 <= code < len(patterns) else default]


def grouped(digits: str, groups: tuple[int, ...]) -> list[str]:
    """Return digits in groups, from left to right; no sizes, or a last size of 0, end grouping."""
    parts: list[str] = []
    place = 0
    while groups and (size := groups[min(place, len(groups) - 1)]) and len(digits) > size:
        parts.append(digits[-size:])
        digits = digits[:-size]
        place += 1
    return [digits, *reversed(parts)]


def read_groups(text: str) -> tuple[int, ...]:
    """Return the sizes of groups a setting names: `3`, `3;2`, `3;0`, or a number so grouped.

    The last size repeats, as does the one before a closing 0 (the way of Windows).
    """
    parts = re.findall(r"\d+", text)
    if any(len(part) > 1 for part in parts):
        sizes = [len(part) for part in reversed(parts[1:])]
    else:
        sizes = [int(part) for part in parts]
        if len(sizes) > 1 and sizes[-1] == 0:
            sizes.pop()
    while len(sizes) > 1 and sizes[-1] == sizes[-2]:
        sizes.pop()
    return tuple(size for size in sizes if size)


def fifteen_digits(value: float) -> Decimal:
    """Return a number to the 15 significant digits that .NET Framework shows of a double."""
    return Decimal(f"{value:.{_DIGITS}g}")
