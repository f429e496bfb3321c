"""The currencies of a page of records: what amounts are shown in."""

from collections.abc import Iterable, Sequence

from xrm.model.metadata import Column, Table
from xrm.model.values import EntityReference, Guid, Value
from xrm.org.context import Context
from xrm.org.presentation.numbers import Currency
from xrm.org.presentation.settings import Settings

CURRENCY = "transactioncurrencyid"
_SHOWN = ("currencysymbol", "currencyprecision", "isocurrencycode")


class Currencies:
    """The organization's base currency, and the currency of each row of a page."""

    def __init__(self, base: Currency, of_rows: Sequence[Currency]) -> None:
        self.base = base
        self.of_rows = of_rows


def read_currencies(
    context: Context,
    settings: Settings,
    table: Table,
    columns: Sequence[Column],
    cells: Sequence[Sequence[Value]],
) -> Currencies:
    """Return the currencies of rows; a row without one has the base currency.

    Where the page lacks the column of the currency, it is looked up by the rows' own keys.
    """
    keys = _keys_of_rows(context, table, columns, cells)
    wanted = {key for key in (*keys, settings.base_id) if key is not None}
    known = _read(context, wanted, settings)
    base = known.get(settings.base_id or "", settings.base)
    return Currencies(base, [known.get(key or "", base) for key in keys])


def _read(context: Context, keys: Iterable[Guid], settings: Settings) -> dict[Guid, Currency]:
    table = context.table("transactioncurrency")
    rows = context.organization.selections.fetch(context.transaction, table, sorted(keys), _SHOWN)
    return {key: _currency(row, settings) for key, row in rows.items()}


def _currency(row: Sequence[Value], settings: Settings) -> Currency:
    symbol, precision, code = row
    shown = code if settings.by_code else symbol
    return Currency(
        shown if isinstance(shown, str) else "",
        precision if isinstance(precision, int) else settings.base.precision,
    )


def _keys_of_rows(
    context: Context, table: Table, columns: Sequence[Column], cells: Sequence[Sequence[Value]]
) -> list[Guid | None]:
    places = {column.logical_name: place for place, column in enumerate(columns)}
    if CURRENCY in places:
        return [_id(value) for value in cells[places[CURRENCY]]]
    own = cells[places[table.primary_id]] if table.primary_id in places else ()
    if CURRENCY not in table.columns or not own:
        return [None] * len(cells[0])
    ids = [value if isinstance(value, str) else "" for value in own]
    found = context.organization.selections.fetch(
        context.transaction, table, filter(None, ids), (CURRENCY,)
    )
    return [_id(found[key][0]) if key in found else None for key in ids]


def _id(value: Value) -> Guid | None:
    return value.id if isinstance(value, EntityReference) else None
