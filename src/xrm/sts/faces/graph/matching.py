"""What a filter may ask of the directory: its size, and what needs the advanced parameters."""

from collections.abc import Iterator

from xrm.model.query import ColumnComparison, Condition, Filter, Group
from xrm.sts.faces.graph import errors

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
