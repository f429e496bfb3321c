"""Locales: how a language and country write dates and numbers, in .NET's terms."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import orjson

from xrm.model.values import Values

ENGLISH = 1033


@dataclass(frozen=True, slots=True)
class Locale:
    """One locale. `date` and `time` are .NET patterns, the codes those of NumberFormatInfo.

    `groups` holds the sizes of groups of digits from the right; the last one repeats.
    """

    lcid: int
    name: str
    date: str
    time: str
    date_separator: str
    time_separator: str
    am: str
    pm: str
    decimal: str
    group: str
    groups: str
    negative: int
    currency: int
    negative_currency: int


@cache
def locales() -> dict[int, Locale]:
    """Return the known locales by LCID; read once."""
    rows = orjson.loads((resources.files(__package__) / "locales.json").read_bytes())
    return {row["lcid"]: Locale(**row) for row in rows}


def of_locale(lcid: int) -> Values:
    """Return the format columns of user settings, or of an organization, for a locale.

    Empty for a locale that is not known.
    """
    locale = locales().get(lcid)
    if locale is None:
        return {}
    return {
        "dateformatstring": locale.date,
        "timeformatstring": locale.time,
        "dateseparator": locale.date_separator,
        "timeseparator": locale.time_separator,
        "amdesignator": locale.am,
        "pmdesignator": locale.pm,
        "decimalsymbol": locale.decimal,
        "numberseparator": locale.group,
        "numbergroupformat": locale.groups,
        "negativeformatcode": locale.negative,
        "currencyformatcode": locale.currency,
        "negativecurrencyformatcode": locale.negative_currency,
    }
