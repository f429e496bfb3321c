"""Whether a document fits a filter, for collections that are asked in memory, not in SQL.

One element of a list is enough; a complement means that no element is like it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.model.operators import COMPLEMENT
from xrm.model.query import ColumnComparison, Condition, Filter, Group
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import read_time

Fold = Callable[[str], str]

_POSITIVE = ("eq", "null", "contains", "begins-with", "ends-with", "gt", "ge", "lt", "le")


def fits(document: Mapping[str, Any], item: Filter, fold: Fold = str.casefold) -> bool:
    """Tell whether a document is one a filter asks for; `fold` makes texts alike.

    Raises ODataError for types that cannot be compared.
    """
    if isinstance(item, Group):
        combine = all if item.word == "and" else any
        return combine(fits(document, part, fold) for part in item.items)
    if isinstance(item, ColumnComparison):
        return False
    values = _values(document, item.column)
    if item.operator not in _POSITIVE:
        return not any(_holds(COMPLEMENT[item.operator], one, item, fold) for one in values)
    return any(_holds(item.operator, one, item, fold) for one in values)


def _values(document: Any, path: str) -> list[Any]:
    """Return what stands at a path: one value, or those of a list."""
    found = [document]
    for name in path.split("/"):
        found = [one.get(name) for one in found if isinstance(one, Mapping)]
        found = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    return found


def _holds(operator: str, value: Any, item: Condition, fold: Fold) -> bool:
    wanted = item.values[0] if item.values else None
    if operator == "null" or wanted is None:
        return value is None
    if value is None:
        return False
    left, right = _comparable(value, wanted, fold)
    if operator == "eq":
        return bool(left == right)
    if operator in ("begins-with", "ends-with", "contains"):
        return _like(operator, str(left), str(right))
    if operator in ("gt", "ge"):
        return bool(left > right or (operator == "ge" and left == right))
    return bool(left < right or (operator == "le" and left == right))


def _like(operator: str, text: str, part: str) -> bool:
    if operator == "begins-with":
        return text.startswith(part)
    return text.endswith(part) if operator == "ends-with" else part in text


def _comparable(value: Any, wanted: Any, fold: Fold) -> tuple[Any, Any]:
    """Return both in one type. Raises ODataError where they have none in common."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        if isinstance(value, bool) and isinstance(wanted, bool):
            return value, wanted
    elif isinstance(value, int | float) and isinstance(wanted, int | Decimal):
        return value, wanted
    elif isinstance(value, str) and isinstance(wanted, datetime):
        try:
            return read_time(value), wanted
        except ValueError:
            pass
    elif isinstance(value, str) and isinstance(wanted, str | UUID):
        return fold(value), fold(str(wanted))
    kind = "date" if isinstance(wanted, date) else type(wanted).__name__
    raise ODataError(
        f"Invalid filter clause: a property cannot be compared with a value of type {kind}."
    )
