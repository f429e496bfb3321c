"""Lengths, ranges and choices of values, by metadata."""

from collections.abc import Callable
from datetime import UTC, datetime

from xrm.model.errors import service
from xrm.model.metadata import CHOICES, Column, Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

EARLIEST = datetime(1753, 1, 1, tzinfo=UTC)
"""The first moment the platform stores (SQL Server's datetime)."""
_INT32 = (-(2**31), 2**31 - 1)


def kept(table: Table, values: Values) -> Values:
    """Return values as records keep them: no empty text, times in whole seconds."""
    return {name: _kept(table.columns[name], value) for name, value in values.items()}


def _kept(column: Column, value: Value) -> Value:
    if value == "" and column.is_text:
        # Inferred: the documentation does not say it, but reads never show an empty text.
        return None
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def check_new(_context: Context, table: Table, values: Values) -> None:
    """Check every value of a new record. Raises ServiceError with the documented code."""
    _check(table, values)


def check_change(_context: Context, before: Row, values: Values) -> None:
    """Check every value of a change. Raises ServiceError with the documented code."""
    _check(before.table, values)


def _check(table: Table, values: Values) -> None:
    for name, value in values.items():
        column = table.columns[name]
        check = _CHECKS.get(column.type)
        if value is not None and check is not None:
            check(table, column, value)


def _length(table: Table, column: Column, value: Value) -> None:
    # The platform counts UTF-16 code units, as its own strings do.
    length = len(str(value).encode("utf-16-le", "surrogatepass")) // 2
    if column.max_length is not None and length > column.max_length:
        raise service.ServiceError(
            service.TOO_LONG,
            f"A validation error occurred. The length of the '{column.logical_name}' attribute "
            f"of the '{table.logical_name}' entity exceeded the maximum allowed length of "
            f"'{column.max_length}'.",
        )


def _range(fault: service.Fault) -> Callable[[Table, Column, Value], None]:
    def check(table: Table, column: Column, value: Value) -> None:
        assert isinstance(value, int | float) or value is not None
        low, high = column.min, column.max
        if fault is service.INTEGER_OUT_OF_RANGE and column.type == "Integer":
            low, high = _INT32[0] if low is None else low, _INT32[1] if high is None else high
        if (low is not None and value < low) or (high is not None and value > high):  # type: ignore[operator]
            raise service.ServiceError(
                fault,
                f"A validation error occurred. The value of '{column.logical_name}' on record of "
                f"type '{table.logical_name}' is outside the valid range.",
            )

    return check


def _choice(table: Table, column: Column, value: Value) -> None:
    if column.options and all(option.value != value for option in column.options):
        raise service.ServiceError(
            service.CHOICE_OUT_OF_RANGE,
            f"A validation error occurred. The value {value} of '{column.logical_name}' on record "
            f"of type '{table.logical_name}' is outside the valid range. Accepted Values: "
            f"{','.join(str(option.value) for option in column.options)}",
        )


def _moment(table: Table, column: Column, value: Value) -> None:
    early = value < EARLIEST if isinstance(value, datetime) else value.year < EARLIEST.year  # type: ignore[union-attr]
    if early:
        raise service.ServiceError(
            service.INVALID_ARGUMENT,
            f"The value of '{column.logical_name}' on record of type '{table.logical_name}' is "
            "earlier than 1753-01-01.",
        )


_CHECKS: dict[str, Callable[[Table, Column, Value], None]] = {
    "String": _length,
    "Memo": _length,
    "EntityName": _length,
    "Integer": _range(service.INTEGER_OUT_OF_RANGE),
    "BigInt": _range(service.INTEGER_OUT_OF_RANGE),
    "Decimal": _range(service.DECIMAL_OUT_OF_RANGE),
    "Money": _range(service.DECIMAL_OUT_OF_RANGE),
    "Double": _range(service.DECIMAL_OUT_OF_RANGE),
    "DateTime": _moment,
    **dict.fromkeys(CHOICES, _choice),
}
