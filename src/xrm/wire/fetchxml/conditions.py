"""A condition of FetchXML or QueryExpression into the model's: operator, column, values."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.model.metadata import Column, Table
from xrm.model.operators import OPERATORS, Operator, fits
from xrm.model.query import ColumnComparison, Condition
from xrm.model.values import Value
from xrm.wire.fetchxml.literals import SYSTEM_TYPES, argument
from xrm.wire.fetchxml.refusals import column_of, refused

MOST_CONDITIONS = 500
MOST_VALUES = 2000
"""How many values one condition may have."""
_LISTS = ("in", "not-in", "between", "not-between")
_COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le")
_COUNTS = {"none": 0, "one": 1, "two": 2}
_CLR: tuple[tuple[type, str], ...] = (
    (bool, "System.Boolean"),
    (int, "System.Int32"),
    (str, "System.String"),
    (float, "System.Double"),
    (Decimal, "System.Decimal"),
    (UUID, "System.Guid"),
    (datetime, "System.DateTime"),
    (date, "System.DateTime"),
)


def condition(
    table: Table, name: str, operator: str, values: Sequence[Any], *, join: str = ""
) -> Condition:
    """Return a condition on a column of a table, by an operator of the model.

    `values` are texts, or values of the types QueryExpression has; None is a null, which no
    operator takes. Raises ServiceError in the service's words for a column, an operator, a
    number of values or a value that does not fit.
    """
    column = column_of(table, name)
    known = OPERATORS.get(operator)
    if known is None:
        raise refused(service.CONDITION_OPERATOR, f"operator = {operator[:100]}")
    _check_number(known, name, values)
    if column.type == "Memo" and operator in _LISTS:
        raise refused(service.LIST_OF_MEMO)
    bound = tuple(_value(table, column, known, value) for value in values)
    if not fits(known, column):
        raise refused(service.BAD_CONDITION, _misfit(table, column, operator))
    return Condition(name, operator, bound, join=join)


def comparison(
    held: tuple[Table, str], operator: str, other: tuple[Table, str], *, joins: tuple[str, str]
) -> ColumnComparison:
    """Return the comparison of two columns, each with its table; `joins` are their aliases.

    Raises ServiceError for a column there is not, and for an operator that compares none.
    """
    if operator not in _COMPARISONS:
        raise refused(service.CONDITION_OPERATOR, f"operator = {operator[:100]}")
    left, right = column_of(*held), column_of(*other)
    alike = SYSTEM_TYPES.get(left.type) == SYSTEM_TYPES.get(right.type)
    if not alike or left.date_only is not right.date_only:
        raise refused(service.BAD_CONDITION, "Columns of one type are compared with each other.")
    return ColumnComparison(
        left.logical_name, operator, right.logical_name, join=joins[0], other_join=joins[1]
    )


def _misfit(table: Table, column: Column, operator: str) -> str:
    where = f"{table.logical_name}.{column.logical_name}"
    return f"The operator '{operator}' does not apply to '{where}'."


def _check_number(operator: Operator, name: str, values: Sequence[Any]) -> None:
    if len(values) > MOST_VALUES:
        raise refused(service.TOO_MANY_PARAMETERS)
    wanted = _COUNTS.get(operator.arity)
    if wanted == 0 and values:
        sentence = (
            f"Condition operator '{operator.name}' requires that no values are set. "
            f"Values.Length: {len(values)}"
        )
        raise service.ServiceError(service.INVALID_ARGUMENT, sentence)
    if (wanted is None and not values) or (wanted is not None and len(values) != wanted):
        sentence = (
            f"The ConditionOperator.{operator.name} requires {wanted or 1} value/s, not "
            f"{len(values)}. Parameter Name: {name[:100]}."
        )
        raise service.ServiceError(service.INVALID_ARGUMENT, sentence)


def _value(table: Table, column: Column, operator: Operator, value: Any) -> Value:
    where = f"{table.logical_name}.{column.logical_name}"
    if value is None:
        sentence = (
            f"Condition for attribute '{where}': null is not a valid value for an attribute. "
            "Use 'Null' or 'NotNull' conditions instead."
        )
        raise service.ServiceError(service.INVALID_ARGUMENT, sentence)
    try:
        found = argument(operator, column, value)
    except ValueError:
        raise _unfit(where, column, operator, value) from None
    if operator.takes == "count" and isinstance(found, int) and found <= 0:
        raise refused(service.NOT_POSITIVE)
    return found


def _unfit(where: str, column: Column, operator: Operator, value: Any) -> service.ServiceError:
    if operator.takes == "count":
        expected = "System.Int32"
    elif operator.takes == "date":
        expected = "System.DateTime"
    else:
        expected = SYSTEM_TYPES.get(column.type, "System.String")
    if not isinstance(value, str):
        received = _received(value)
        sentence = (
            f"Condition for attribute '{where}': expected argument(s) of type '{expected}' but "
            f"received '{received}'."
        )
        return service.ServiceError(service.INVALID_ARGUMENT, sentence)
    if expected == "System.DateTime":
        sentence = (
            f"The date-time format for {value[:100]} is invalid, or value is outside the "
            "supported range."
        )
        return service.ServiceError(service.INVALID_TIME, sentence)
    sentence = (
        "An exception System.FormatException was thrown while trying to convert input value "
        f"'{value[:100]}' to attribute '{where}'. Expected type of attribute value: {expected}. "
        f"Exception raised: {_FORMATS.get(expected, 'Input string was not in a correct format.')}"
    )
    return service.ServiceError(service.INVALID_VALUE, sentence)


def _received(value: Any) -> str:
    """Return what the service calls the type of a value that is no text."""
    found = next((name for kind, name in _CLR if isinstance(value, kind)), "System.Object")
    too_large = found == "System.Int32" and not -(2**31) <= value < 2**31
    return "System.Int64" if too_large else found


_FORMATS = {
    "System.Guid": "Guid should contain 32 digits with 4 dashes "
    "(xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
    "System.Boolean": "String was not recognized as a valid Boolean.",
}
