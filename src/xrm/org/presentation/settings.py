"""Settings: how one user is shown dates, numbers and money.

A user's own settings come first, then the organization's, then those of American English; at
each of them what is set counts before the locale.
"""

from dataclasses import dataclass
from datetime import tzinfo

from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.context import Context
from xrm.org.presentation.dates import DateStyle
from xrm.org.presentation.locales import ENGLISH, locales, of_locale
from xrm.org.presentation.numbers import Currency, NumberStyle, read_groups
from xrm.org.presentation.zones import COORDINATED, zone

_FORMATS = tuple(of_locale(ENGLISH))
_OF_USER = ("localeid", "timezonecode", *_FORMATS)
_OF_ORGANIZATION = (
    "localeid",
    "basecurrencyid",
    "basecurrencysymbol",
    "basecurrencyprecision",
    "currencydisplayoption",
    *_FORMATS,
)
_DOLLAR = Currency("$", 2)


@dataclass(frozen=True, slots=True)
class Settings:
    """Patterns and styles of one user; `base` is the organization's currency as it states it.

    `base_id` is that currency's record; `by_code` asks for codes in the place of symbols.
    """

    date: str
    time: str
    dates: DateStyle
    numbers: NumberStyle
    zone: tzinfo
    base: Currency
    base_id: Guid | None
    by_code: bool


def read_settings(context: Context) -> Settings:
    """Return the settings of the caller, kept as long as the caches hold."""
    known = context.organization.remembered(context.transaction)
    key = (Settings, context.caller.user_id)
    found: Settings | None = known.get(key)
    if found is None:
        found = known[key] = _read(context)
    return found


def _read(context: Context) -> Settings:
    caller = context.caller
    own = _row(context, "usersettings", caller.user_id, _OF_USER)
    organization = _row(context, "organization", caller.organization_id, _OF_ORGANIZATION)
    base_id = organization.get("basecurrencyid")
    code = own.get("timezonecode")
    chosen = _chosen(own, organization)
    return Settings(
        date=str(chosen["dateformatstring"]),
        time=str(chosen["timeformatstring"]),
        dates=DateStyle(
            date_separator=str(chosen["dateseparator"]),
            time_separator=str(chosen["timeseparator"]),
            am=str(chosen["amdesignator"]),
            pm=str(chosen["pmdesignator"]),
            language=_language(own, organization),
        ),
        numbers=_numbers(chosen),
        zone=zone(code if isinstance(code, int) else COORDINATED),
        base=_base(organization),
        base_id=base_id.id if isinstance(base_id, EntityReference) else None,
        by_code=organization.get("currencydisplayoption") == 1,
    )


def _row(context: Context, name: str, key: Guid, wanted: tuple[str, ...]) -> Values:
    table = context.table(name)
    names = tuple(name for name in wanted if name in table.columns)
    return context.organization.store.fetch(context.transaction, table, key, names) or {}


def _chosen(own: Values, organization: Values) -> Values:
    layers = (
        own,
        of_locale(_locale(own)),
        organization,
        of_locale(_locale(organization)),
        of_locale(ENGLISH),
    )
    chosen: Values = {}
    for layer in layers:
        for name in _FORMATS:
            value = layer.get(name)
            if value is not None:
                chosen.setdefault(name, value)
    return chosen


def _numbers(chosen: Values) -> NumberStyle:
    return NumberStyle(
        decimal=str(chosen["decimalsymbol"]),
        group=str(chosen["numberseparator"]),
        groups=read_groups(str(chosen["numbergroupformat"])),
        negative=_code(chosen["negativeformatcode"]),
        money=_code(chosen["currencyformatcode"]),
        negative_money=_code(chosen["negativecurrencyformatcode"]),
    )


def _base(organization: Values) -> Currency:
    symbol, precision = (
        organization.get("basecurrencysymbol"),
        organization.get("basecurrencyprecision"),
    )
    return Currency(
        symbol if isinstance(symbol, str) else _DOLLAR.symbol,
        precision if isinstance(precision, int) else _DOLLAR.precision,
    )


def _language(own: Values, organization: Values) -> str:
    lcid = _locale(own) or _locale(organization)
    known = locales().get(lcid) or locales()[ENGLISH]
    return known.name


def _locale(values: Values) -> int:
    return _code(values.get("localeid"))


def _code(value: Value) -> int:
    return value if isinstance(value, int) else 0
