"""Computed full names: given name, family name; their phonetic forms where there are any."""

from collections.abc import Callable

from xrm.model.metadata import Table
from xrm.model.values import Value, Values
from xrm.org.context import Context
from xrm.org.store.records import Row

PARTS = ("firstname", "lastname")
_PHONETIC = tuple(f"yomi{name}" for name in PARTS)
_ALL = frozenset((*PARTS, *_PHONETIC))


def of_new(_context: Context, table: Table, values: Values) -> Values:
    """Return the full names of a new record, empty for tables without them."""
    if "fullname" not in table.columns or "lastname" not in table.columns:
        return {}
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
    if given.get("fullname") is None:
        found["fullname"] = _joined(*map(value, PARTS))
    if "yomifullname" in table.columns and given.get("yomifullname") is None:
        # A part without a phonetic form stands for itself: seen where no part has one.
        pairs = zip(_PHONETIC, PARTS, strict=True)
        found["yomifullname"] = _joined(*(value(yomi) or value(name) for yomi, name in pairs))
    return found


def _joined(*words: Value) -> str | None:
    return " ".join(word for word in words if isinstance(word, str) and word) or None
