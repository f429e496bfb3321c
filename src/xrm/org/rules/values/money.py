"""Money: a record's currency, its exchange rate, and its amounts in the base currency.

A rate is the value of one unit of the base currency (documented), and a record keeps the rate
of the moment its amounts, its currency or its state last changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache

from xrm.model.errors import service
from xrm.model.errors.service import ServiceError
from xrm.model.metadata import Column, Table
from xrm.model.values import EntityReference, Guid, Value, Values
from xrm.org.context import Context as Message
from xrm.org.context import not_found
from xrm.org.store.records import Row

CURRENCY = "transactioncurrencyid"
RATE = "exchangerate"
_TABLE = "transactioncurrency"
_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_READ = (RATE, "currencyprecision")


@dataclass(frozen=True, slots=True)
class _Currency:
    reference: EntityReference
    rate: Decimal
    precision: int


def concerns(table: Table) -> bool:
    """Tell whether the records of a table are in a currency, at its rate."""
    return RATE in table.columns and table.logical_name != _TABLE


def of_new(context: Message, table: Table, values: Values) -> Values:
    """Return currency, rate and amounts of a new record.

    The currency is the one given, else that of the user's settings, else the organization's.
    Raises ServiceError 0x80048ceb or 0x80048cec for an amount the base currency cannot hold.
    """
    amounts, given = _amounts(table), values.get(CURRENCY)
    if given is None and not amounts:
        return {}
    currency = _currency(context, given)
    if currency is None:
        return {}
    found: Values = {CURRENCY: currency.reference, RATE: currency.rate}
    for name in amounts.keys() & values.keys():
        _put(found, amounts[name], name, _rounded(values[name], currency), currency)
    return found


def of_change(context: Message, before: Row, values: Values) -> Values:
    """Return rate and amounts after a change, empty if it touches none of them.

    Raises ServiceError 0x80048cfb if amounts would be left without a currency.
    """
    table = before.table
    if not concerns(table) or not _touches(before, values):
        return {}
    bases = _amounts(table)
    amounts = {name: values.get(name, before[name]) for name in bases}
    given = values.get(CURRENCY, before[CURRENCY])
    some = any(amount is not None for amount in amounts.values())
    if given is None and not some:
        return _without_currency(table) if CURRENCY in values else {}
    if given is None and CURRENCY in values:
        raise ServiceError(service.CURRENCY_NEEDED, "The currency cannot be null.")
    currency = _currency(context, given)
    if currency is None:
        return {}
    found: Values = {CURRENCY: currency.reference, RATE: currency.rate}
    for name, amount in amounts.items():
        now = _rounded(amount, currency) if name in values else amount
        _put(found, bases[name], name, now, currency)
    return found


def _without_currency(table: Table) -> Values:
    bases = (base.logical_name for base in _amounts(table).values() if base is not None)
    return {RATE: None, **dict.fromkeys(bases)}


def _touches(before: Row, values: Values) -> bool:
    if CURRENCY in values or not _amounts(before.table).keys().isdisjoint(values):
        return True
    return "statecode" in values and values["statecode"] != before["statecode"]


@cache
def _amounts(table: Table) -> Mapping[str, Column | None]:
    """Return the columns of amounts, each with the column of that amount in the base currency."""
    columns = [column for column in table.columns.values() if column.type == "Money"]
    bases = {column.base_of: column for column in columns if column.base_of}
    return {
        column.logical_name: bases.get(column.logical_name)
        for column in columns
        if column.base_of is None
    }


def _put(found: Values, base: Column | None, name: str, amount: Value, currency: _Currency) -> None:
    """Put an amount among the values found, and what it is in the base currency."""
    found[name] = amount
    if base is not None:
        found[base.logical_name] = None if amount is None else _in_base(base, amount, currency)


def _in_base(base: Column, amount: Value, currency: _Currency) -> Decimal:
    converted = _EXACT.divide(_decimal(amount), currency.rate)
    for bound in (base.min, base.max):
        if bound is not None and (converted < bound if bound < 0 else converted > bound):
            raise _outside(base, bound, too_small=bound is base.min)
    return _to_places(converted, base.precision)


def _outside(base: Column, bound: float, *, too_small: bool) -> ServiceError:
    fault = service.BASE_TOO_SMALL if too_small else service.BASE_TOO_LARGE
    words = "smaller than the minimum" if too_small else "larger than the maximum"
    return ServiceError(
        fault,
        "The exchange rate set for the currency specified in this record has generated a value "
        f"for {base.display_name} that is {words} allowed for the base currency ({bound:f}).",
    )


def _rounded(amount: Value, currency: _Currency) -> Decimal | None:
    # Inferred: half to even, as the platform's own arithmetic rounds unless told otherwise.
    return None if amount is None else _to_places(_decimal(amount), currency.precision)


def _to_places(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(_unit(places), context=_EXACT)


@cache
def _unit(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _decimal(amount: Value) -> Decimal:
    assert isinstance(amount, int | float | Decimal)
    return amount if isinstance(amount, Decimal) else Decimal(amount)


def _currency(context: Message, given: Value) -> _Currency | None:
    """Return a record's currency, None if the organization has none yet."""
    known = context.organization.remembered(context.transaction)
    if isinstance(given, EntityReference):
        key: Guid | None = given.id
    else:
        name = ("currency of", context.caller.user_id)
        if name not in known:
            known[name] = _usual(context)
        key = known[name]
    if key is None:
        return None
    if (_TABLE, key) not in known:
        known[_TABLE, key] = _read(context, key)
    found: _Currency = known[_TABLE, key]
    return found


def _usual(context: Message) -> Guid | None:
    """Return the currency of the caller's settings, else the organization's."""
    caller = context.caller
    asked: Iterable[tuple[str, Guid, str]] = (
        ("usersettings", caller.user_id, CURRENCY),
        ("organization", caller.organization_id, "basecurrencyid"),
    )
    for name, key, column in asked:
        store = context.organization.store
        found = store.fetch(context.transaction, context.table(name), key, (column,)) or {}
        if isinstance(currency := found.get(column), EntityReference):
            return currency.id
    return None


def _read(context: Message, key: Guid) -> _Currency:
    table = context.table(_TABLE)
    found = context.organization.store.fetch(context.transaction, table, key, _READ)
    if found is None:
        raise not_found(table, key)
    rate, precision = (found[name] for name in _READ)
    if not isinstance(rate, Decimal) or rate <= 0:
        raise ServiceError(service.INVALID_RATE, "The exchange rate is invalid.")
    reference = EntityReference(_TABLE, key)
    return _Currency(reference, rate, precision if isinstance(precision, int) else 2)
