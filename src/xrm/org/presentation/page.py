"""The formatted values of one page of records, written a column at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xrm.model.metadata import CHOICES, Column, Option, Table
from xrm.model.values import EntityReference, Value
from xrm.org.context import Context
from xrm.org.metadata.languages import Language
from xrm.org.presentation.currencies import Currencies, read_currencies
from xrm.org.presentation.dates import day_writer, writer
from xrm.org.presentation.languages import of_user
from xrm.org.presentation.numbers import fifteen_digits
from xrm.org.presentation.references import names_of
from xrm.org.presentation.settings import Settings, read_settings
from xrm.org.presentation.zones import local

Texts = Sequence[str | None]
_YES_NO = (Option(0, "No"), Option(1, "Yes"))
_NUMBERS = frozenset({"Integer", "BigInt", "Decimal", "Double"})
_DAY = "DateOnly"
_USER_LOCAL = "UserLocal"


@dataclass(frozen=True, slots=True)
class Presented:
    """Formatted values: one sequence a column, one entry a row; None where there is none."""

    texts: tuple[Texts, ...]


def present(
    context: Context, table: Table, columns: Sequence[Column], rows: Sequence[Sequence[Value]]
) -> Presented:
    """Write the rows of a table as the caller is to see them.

    Runs in the message's transaction: at most one question for the settings, one for currencies
    and one for each table that lookups point to. A record whose name the caller may not read,
    and a value without a formatted form, have None.
    """
    if not rows:
        return Presented(tuple(() for _ in columns))
    page = _Page(context, table, columns, list(zip(*rows, strict=True)))
    return Presented(tuple(map(page.texts, columns, page.cells)))


class _Page:
    """A page by columns; what only some columns need is read when the first of them asks."""

    def __init__(
        self,
        context: Context,
        table: Table,
        columns: Sequence[Column],
        cells: list[tuple[Value, ...]],
    ) -> None:
        self._context = context
        self._table = table
        self._columns = columns
        self.cells = cells

    @cached_property
    def _settings(self) -> Settings:
        return read_settings(self._context)

    @cached_property
    def _language(self) -> Language:
        return of_user(self._context)

    @cached_property
    def _currencies(self) -> Currencies:
        return read_currencies(
            self._context, self._settings, self._table, self._columns, self.cells
        )

    @cached_property
    def _names(self) -> dict[EntityReference, str]:
        return names_of(self._context, self._references())

    def _references(self) -> Iterator[EntityReference]:
        for column, cells in zip(self._columns, self.cells, strict=True):
            if column.is_lookup:
                yield from (cell for cell in cells if isinstance(cell, EntityReference))

    def texts(self, column: Column, cells: tuple[Any, ...]) -> Texts:
        """Return the formatted values of one column."""
        if all(cell is None for cell in cells):
            return (None,) * len(cells)
        if column.is_lookup:
            return [self._names.get(cell) for cell in cells]
        if column.type == "Money":
            return self._amounts(column, cells)
        write = self._writer(column)
        if write is None:
            return (None,) * len(cells)
        return [None if cell is None else write(cell) for cell in cells]

    def _amounts(self, column: Column, cells: tuple[Any, ...]) -> Texts:
        currencies, amount = self._currencies, self._settings.numbers.amount
        if column.base_of is not None:
            return [None if cell is None else amount(cell, currencies.base) for cell in cells]
        return [
            None if cell is None else amount(cell, currency)
            for cell, currency in zip(cells, currencies.of_rows, strict=True)
        ]

    def _writer(self, column: Column) -> Callable[[Any], str | None] | None:
        if column.type in CHOICES or column.type == "Boolean":
            return self._labels(column).get
        if column.type == "DateTime":
            return self._moments(column)
        return self._numbers(column) if column.type in _NUMBERS else None

    def _labels(self, column: Column) -> dict[int, str]:
        options, language = column.options, self._language
        if not options and column.type == "Boolean":
            options = _YES_NO
        return {
            option.value: language.option(self._table, column, option) or option.label
            for option in options
        }

    def _numbers(self, column: Column) -> Callable[[Any], str]:
        number = self._settings.numbers.number
        places = column.precision if column.type in ("Decimal", "Double") else 0
        if column.type in ("Double", "BigInt"):
            # The service takes both for doubles when it writes them.
            return lambda value: number(fifteen_digits(value), places)
        return lambda value: number(value, places)

    def _moments(self, column: Column) -> Callable[[Any], str]:
        settings = self._settings
        if column.date_only:
            return day_writer(settings.date, settings.dates)
        pattern = settings.date
        if column.format != _DAY:
            pattern = f"{settings.date} {settings.time}"
        write, zone = writer(pattern, settings.dates), settings.zone
        if column.date_behavior not in ("", _USER_LOCAL):
            return write
        return lambda moment: write(local(moment, zone))
