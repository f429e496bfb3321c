"""The formatted values of one page of records, written a column at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple

from xrm.model.metadata import CHOICES, Column, Table
from xrm.model.values import EntityReference, Value
from xrm.org.context import Context
from xrm.org.metadata.languages import Language
from xrm.org.presentation.currencies import Currencies, read_currencies
from xrm.org.presentation.dates import day_writer, writer
from xrm.org.presentation.languages import labels_of, of_user
from xrm.org.presentation.numbers import fifteen_digits
from xrm.org.presentation.references import names_of
from xrm.org.presentation.settings import Settings, read_settings
from xrm.org.presentation.zones import local
from xrm.org.query.plan import Aliased

Texts = Sequence[str | None]
_NUMBERS = frozenset({"Integer", "BigInt", "Decimal", "Double"})
_PLAIN = frozenset({"String", "Memo", "Uniqueidentifier"})
"""Types whose values have no other form."""
_DAY = "DateOnly"
_USER_LOCAL = "UserLocal"


@dataclass(frozen=True, slots=True)
class Presented:
    """Formatted values: one sequence a column, one entry a row; None where there is none."""

    texts: tuple[Texts, ...]


def present(
    context: Context,
    table: Table,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    aliased: Sequence[Aliased] = (),
    *,
    plain: str | None = None,
) -> Presented:
    """Write the rows of a table as the caller is to see them.

    Their cells are those of `columns`, then those of `aliased`; the ones without a name are not
    written, and of the column `plain` there are no formatted values. Runs in the message's
    transaction: at most one question for the settings, one for the currencies of each joined
    table and one for each table that lookups point to. A record whose name the caller may not
    read, and a value without a formatted form, have None.
    """
    shown = [True] * len(columns) + [bool(each.name) for each in aliased]
    if not rows:
        return Presented(tuple(() for each in shown if each))
    heads = [_Head(0, table, column, column.logical_name == plain) for column in columns]
    heads += [_Head(each.link, each.table, each.column) for each in aliased]
    cells = list(zip(*rows, strict=True))
    texts = _written(_Caller(context, heads, cells), heads, cells)
    return Presented(tuple(compress(texts, shown)))


class _Head(NamedTuple):
    """A column of a page: of the records of a table, which may be there by several links."""

    link: int
    table: Table
    column: Column
    plain: bool = False


Cells = list[tuple[Value, ...]]


def _written(caller: "_Caller", heads: Sequence[_Head], cells: Cells) -> list[Texts]:
    places: dict[int, list[int]] = {}
    for place, head in enumerate(heads):
        places.setdefault(head.link, []).append(place)
    pages = {
        link: _Page(
            caller,
            heads[found[0]].table,
            [heads[place].column for place in found],
            [cells[place] for place in found],
        )
        for link, found in places.items()
    }
    return [
        (None,) * len(column) if head.plain else pages[head.link].texts(head.column, column)
        for head, column in zip(heads, cells, strict=True)
    ]


class _Caller:
    """What is shown to the caller alike on the whole page, read when the first column asks."""

    def __init__(self, context: Context, heads: Sequence[_Head], cells: Cells) -> None:
        self.context = context
        self._heads = heads
        self._cells = cells

    @cached_property
    def settings(self) -> Settings:
        return read_settings(self.context)

    @cached_property
    def language(self) -> Language:
        return of_user(self.context)

    @cached_property
    def names(self) -> dict[EntityReference, str]:
        return names_of(self.context, self._references())

    def _references(self) -> Iterator[EntityReference]:
        for head, cells in zip(self._heads, self._cells, strict=True):
            if head.column.is_lookup:
                yield from (cell for cell in cells if isinstance(cell, EntityReference))


class _Page:
    """The records of one table on a page, by columns."""

    def __init__(
        self, caller: _Caller, table: Table, columns: Sequence[Column], cells: Cells
    ) -> None:
        self._caller = caller
        self._table = table
        self._columns = columns
        self._cells = cells

    @cached_property
    def _currencies(self) -> Currencies:
        caller = self._caller
        return read_currencies(
            caller.context, caller.settings, self._table, self._columns, self._cells
        )

    def texts(self, column: Column, cells: tuple[Any, ...]) -> Texts:
        """Return the formatted values of one column."""
        if column.type in _PLAIN or all(cell is None for cell in cells):
            return (None,) * len(cells)
        if column.is_lookup:
            return [self._caller.names.get(cell) for cell in cells]
        if column.type == "Money":
            return self._amounts(column, cells)
        write = self._writer(column)
        if write is None:
            return (None,) * len(cells)
        return [None if cell is None else write(cell) for cell in cells]

    def _amounts(self, column: Column, cells: tuple[Any, ...]) -> Texts:
        currencies, amount = self._currencies, self._caller.settings.numbers.amount
        if column.base_of is not None:
            return [None if cell is None else amount(cell, currencies.base) for cell in cells]
        return [
            None if cell is None else amount(cell, currency)
            for cell, currency in zip(cells, currencies.of_rows, strict=True)
        ]

    def _writer(self, column: Column) -> Callable[[Any], str | None] | None:
        if column.type in CHOICES or column.type == "Boolean":
            return labels_of(self._caller.language, self._table, column).get
        if column.type == "DateTime":
            return self._moments(column)
        if column.type == "EntityName":
            return self._name
        return self._numbers(column) if column.type in _NUMBERS else None

    def _name(self, table: str) -> str | None:
        """Return what a record of a table is called, None for a table there is not."""
        named = self._caller.context.organization.catalogue.tables.get(table)
        return None if named is None else self._caller.language.table(named) or named.display_name

    def _numbers(self, column: Column) -> Callable[[Any], str]:
        number = self._caller.settings.numbers.number
        places = column.precision if column.type in ("Decimal", "Double") else 0
        if column.type in ("Double", "BigInt"):
            # The service takes both for doubles when it writes them.
            return lambda value: number(fifteen_digits(value), places)
        return lambda value: number(value, places)

    def _moments(self, column: Column) -> Callable[[Any], str]:
        settings = self._caller.settings
        if column.date_only:
            return day_writer(settings.date, settings.dates)
        pattern = settings.date
        if column.format != _DAY:
            pattern = f"{settings.date} {settings.time}"
        write, zone = writer(pattern, settings.dates), settings.zone
        if column.date_behavior not in ("", _USER_LOCAL):
            return write
        return lambda moment: write(local(moment, zone))
