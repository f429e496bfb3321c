"""Whether a document fits a filter: text in any letter case, one element of a list enough."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.model.operators import COMPLEMENT
from xrm.model.query import ColumnComparison, Condition, Filter, Group
from xrm.sts.faces.graph import errors
from xrm.wire.odata4.filter import read_time

_POSITIVE = ("eq", "null", "contains", "begins-with", "ends-with", "gt", "ge", "lt", "le")

ADVANCED = {
    "ne": "NotEqualsMatch",
    "not-null": "NotEqualsMatch",
    "not-begin-with": "Not",
    "not-end-with": "Not",
    "ends-with": "EndsWithMatch",
}
"""What needs the advanced query parameters, by the service's name for it."""

NOT_SUPPORTED = ("contains", "not-contains")


_MOST_ALTERNATIVES = 15
_MOST_CONDITIONS = 100


def check_size(item: Filter) -> None:
    """Refuse a filter with more tests than the service takes. Raises GraphError.

    Fifteen alternatives are the service's limit, that of tests in all is inferred.
    """
    if isinstance(item, Group):
        count = sum(1 for _ in conditions(item))
        most = _MOST_ALTERNATIVES if item.word == "or" else _MOST_CONDITIONS
        if count > most:
            raise errors.UNSUPPORTED(
                "Too many child clauses specified in search filter expression containing "
                f"'{item.word.upper()}' operators: {count}. Max allowed: {most}."
            )
        for part in item.items:
            check_size(part)


def conditions(item: Filter) -> Iterator[Condition]:
    """Return the tests of a filter. Raises GraphError for one between two properties."""
    if isinstance(item, Group):
        for part in item.items:
            yield from conditions(part)
    elif isinstance(item, ColumnComparison):
        raise errors.UNSUPPORTED("Comparing two properties is not supported.")
    else:
        yield item


def fits(document: Mapping[str, Any], item: Filter) -> bool:
    """Tell whether a document is one a filter asks for. Raises GraphError for mixed types."""
    if isinstance(item, Group):
        combine = all if item.word == "and" else any
        return combine(fits(document, part) for part in item.items)
    if isinstance(item, ColumnComparison):
        return False
    values = _values(document, item.column)
    if item.operator not in _POSITIVE:
        return not any(_holds(COMPLEMENT[item.operator], one, item) for one in values)
    return any(_holds(item.operator, one, item) for one in values)


def _values(document: Any, path: str) -> list[Any]:
    """Return what stands at a path: one value, or those of a list."""
    found = [document]
    for name in path.split("/"):
        found = [one.get(name) for one in found if isinstance(one, Mapping)]
        found = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    return found


def _holds(operator: str, value: Any, item: Condition) -> bool:
    wanted = item.values[0] if item.values else None
    if operator == "null" or wanted is None:
        return value is None
    if value is None:
        return False
    left, right = _comparable(value, wanted)
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


def _comparable(value: Any, wanted: Any) -> tuple[Any, Any]:
    """Return both in one type. Raises GraphError where they have none in common."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        if isinstance(value, bool) and isinstance(wanted, bool):
            return value, wanted
    elif isinstance(value, int) and isinstance(wanted, int | Decimal):
        return value, wanted
    elif isinstance(value, str) and isinstance(wanted, datetime):
        try:
            return read_time(value), wanted
        except ValueError:
            pass
    elif isinstance(value, str) and isinstance(wanted, str | UUID):
        return value.casefold(), str(wanted).casefold()
    kind = "date" if isinstance(wanted, date) else type(wanted).__name__
    raise errors.BAD_REQUEST(
        f"Invalid filter clause: a property cannot be compared with a value of type {kind}."
    )
