"""Lengths, ranges and choices of values, by metadata."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from functools import cache, partial

from xrm.model.errors import service
from xrm.model.metadata import CHOICES, Column, Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

EARLIEST = datetime(1753, 1, 1, tzinfo=UTC)
"""The first moment the platform stores (SQL Server's datetime)."""
_INT32 = (-(2**31), 2**31 - 1)
_INT64 = (-(2**63), 2**63 - 1)
_MONEY = 922337203685477


def kept(table: Table, values: Values) -> Values:
    """Return values as records keep them: no empty text, times in whole seconds."""
    if "" not in values.values() and _moments(table).isdisjoint(values):
        return values
    return values | {
        name: _kept(table.columns[name], value)
        for name, value in values.items()
        if value == "" or isinstance(value, datetime)
    }


@cache
def _moments(table: Table) -> frozenset[str]:
    return frozenset(name for name, column in table.columns.items() if column.type == "DateTime")


def _kept(column: Column, value: Value) -> Value:
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    # Inferred: the documentation does not say it, but reads never show an empty text.
    return None if column.is_text else value


def check_new(_context: Context, table: Table, values: Values) -> None:
    """Check every value of a new record. Raises ServiceError with the documented code."""
    _check(table, values)


def check_change(_context: Context, before: Row, values: Values) -> None:
    """Check every value of a change. Raises ServiceError with the documented code."""
    _check(before.table, values)


def _check(table: Table, values: Values) -> None:
    checks, fitting = _checks(table), _fitting(table)
    for name, value in values.items():
        if isinstance(value, str) and len(value) <= fitting.get(name, -1):
            continue
        if value is not None and (check := checks.get(name)) is not None:
            check(value)


@cache
def _fitting(table: Table) -> Mapping[str, int]:
    """Return of each text how many characters fit whatever they are.

    The platform counts UTF-16 code units, as its own strings do: two a character at most.
    """
    return {
        name: column.max_length // 2
        for name, column in table.columns.items()
        if column.is_text and column.max_length is not None
    }


@cache
def _checks(table: Table) -> Mapping[str, Callable[[Value], None]]:
    """Return what checks the values of each column that has a check."""
    return {
        name: partial(_CHECKS[column.type], table, column)
        for name, column in table.columns.items()
        if column.type in _CHECKS
    }


def _length(table: Table, column: Column, value: Value) -> None:
    text, most = str(value), column.max_length
    if most is None:
        return
    length = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    if length > most:
        raise service.ServiceError(
            service.TOO_LONG,
            f"A validation error occurred.  The length of the '{column.logical_name}' attribute "
            f"of the '{table.logical_name}' entity exceeded the maximum allowed length of "
            f"'{most}'.",
        )


def _whole(table: Table, column: Column, value: Value) -> None:
    least, most = _INT64 if column.type == "BigInt" else _INT32
    low = least if column.min is None else int(column.min)
    high = most if column.max is None else int(column.max)
    assert isinstance(value, int)
    if not low <= value <= high:
        raise service.ServiceError(
            service.INTEGER_OUT_OF_RANGE,
            f"A validation error occurred. The value {value} of '{column.logical_name}' on record "
            f"of type '{table.logical_name}' is outside the valid range. Minimum Value: {low}, "
            f"Maximum Value: {high}",
        )


def _range(kind: str, table: Table, column: Column, value: Value) -> None:
    assert isinstance(value, int | float | Decimal)
    low = -_MONEY if column.min is None else column.min
    high = _MONEY if column.max is None else column.max
    if not low <= value <= high:
        raise service.ServiceError(
            service.DECIMAL_OUT_OF_RANGE,
            f"A validation error occurred for {table.logical_name}.{column.logical_name}. The "
            f"value {_shown(value)} of type {kind} is outside the valid range({_shown(low)} to "
            f"{_shown(high)}).",
        )


def _shown(number: float | Decimal) -> str:
    if isinstance(number, float) and not number.is_integer():
        number = Decimal(repr(number))
    return f"{number:f}" if isinstance(number, Decimal) else f"{number:.0f}"


def _choice(table: Table, column: Column, value: Value) -> None:
    if column.options and all(option.value != value for option in column.options):
        raise service.ServiceError(
            service.CHOICE_OUT_OF_RANGE,
            f"A validation error occurred. The value {value} of '{column.logical_name}' on record "
            f"of type '{table.logical_name}' is outside the valid range. Accepted Values: "
            f"{','.join(str(option.value) for option in column.options)}",
        )


def _moment(_table: Table, _column: Column, value: Value) -> None:
    assert isinstance(value, date)
    if value.year < EARLIEST.year:
        time = value.time() if isinstance(value, datetime) else time_of_day()
        # The service's own spelling.
        raise service.ServiceError(
            service.INVALID_TIME,
            "DateTime is less than minumum value supported by CrmDateTime. Actual value: "
            f"{value:%m/%d}/{value.year:04d} {time:%H:%M:%S}, Minimum value supported: "
            "01/01/1753 00:00:00",
        )


_CHECKS: dict[str, Callable[[Table, Column, Value], None]] = {
    "String": _length,
    "Memo": _length,
    "EntityName": _length,
    "Integer": _whole,
    "BigInt": _whole,
    "Decimal": partial(_range, "System.Decimal"),
    "Money": partial(_range, "Microsoft.Xrm.Sdk.Money"),
    "Double": partial(_range, "System.Double"),
    "DateTime": _moment,
    **dict.fromkeys(CHOICES, _choice),
}
