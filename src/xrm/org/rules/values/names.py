"""Computed full names: given name, family name; their phonetic forms where there are any."""

from collections.abc import Callable

from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

PARTS = ("firstname", "lastname")
_PHONETIC = tuple(f"yomi{name}" for name in PARTS)
_ALL = frozenset((*PARTS, *_PHONETIC))


def concerns(table: Table) -> bool:
    """Tell whether a table has full names of parts."""
    return "fullname" in table.columns and "lastname" in table.columns


def of_new(_context: Context, table: Table, values: Values) -> Values:
    """Return the full names of a new record."""
    return _full(table, values.get, values)


def of_change(_context: Context, before: Row, values: Values) -> Values:
    """Return the full names after a change, empty if no part of them was set."""
    if _ALL.isdisjoint(values) or "fullname" not in before.table.columns:
        return {}

    def value(name: str) -> Value:
        return values[name] if name in values else before[name]

    return _full(before.table, value, values)


def _full(table: Table, value: Callable[[str], Value], given: Values) -> Values:
    found: Values = {}
    first, last = map(value, PARTS)
    if given.get("fullname") is None:
        found["fullname"] = _joined(first, last)
    if "yomifullname" in table.columns and given.get("yomifullname") is None:
        # A part without a phonetic form stands for itself: seen where no part has one.
        yomi_first, yomi_last = map(value, _PHONETIC)
        found["yomifullname"] = _joined(yomi_first or first, yomi_last or last)
    return found


def _joined(first: Value, last: Value) -> str | None:
    return " ".join([word for word in (first, last) if isinstance(word, str) and word]) or None
