"""Filters of a QueryExpression, whose conditions may be about any table of the query."""

from collections.abc import Sequence
from typing import Any, Literal

from xrm.model.errors import service
from xrm.model.metadata import Table
from xrm.model.query import ColumnComparison, Filter, Group
from xrm.org.faces.soap.reading.links import Links
from xrm.org.faces.soap.reading.members import invalid, listed, member, text, word
from xrm.org.faces.soap.reading.values import incorrect_type
from xrm.wire.fetchxml.conditions import MOST_CONDITIONS, comparison, condition
from xrm.wire.fetchxml.refusals import refused, unsupported
from xrm.wire.soap.operators import OPERATORS
from xrm.wire.soap.values import Items, Struct

_WRAPPED = {"OptionSetValue": "Value", "Money": "Value", "EntityReference": "Id"}


class Conditions:
    """Read the filters of one query."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._count = 0

    def filter(self, raw: Any, table: Table, join: str = "") -> Filter | None:
        """Return a FilterExpression about a table, None for one that tests nothing.

        Raises ServiceError for what it names that is not there, or does not fit its column.
        """
        if not isinstance(raw, Struct):
            return None
        if member(raw, "AnyAllFilterLinkEntity") is not None:
            raise unsupported("A filter by linked records")
        items = [self._condition(each, table, join) for each in listed(raw, "Conditions")]
        inner = (self.filter(each, table, join) for each in listed(raw, "Filters"))
        items += [each for each in inner if each is not None]
        if len(items) < 2:
            return items[0] if items else None
        name: Literal["and", "or"] = "or" if word(raw, "FilterOperator", "And") == "Or" else "and"
        return Group(name, tuple(items))

    def _condition(self, raw: Struct, table: Table, join: str) -> Filter:
        self._count += 1
        if self._count > MOST_CONDITIONS:
            raise refused(service.TOO_MANY_CONDITIONS)
        there, table = self._links.place(member(raw, "EntityName"), table, join)
        # Within a join, its own alias and none are the same.
        there = "" if there == join else there
        name = text(raw, "AttributeName")
        said = word(raw, "Operator", "Equal")
        operator = OPERATORS.get(said)
        if operator is None:
            raise unsupported(f"The condition operator '{said}'")
        values = _flat(listed(raw, "Values"))
        if member(raw, "CompareColumns"):
            return _comparison(table, (name, operator), values, there)
        return condition(table, name, operator, [bare(value) for value in values], join=there)


def _comparison(
    table: Table, tested: tuple[str, str], values: Sequence[Any], join: str
) -> ColumnComparison:
    name, operator = tested
    if len(values) != 1 or not isinstance(values[0], str):
        raise invalid("A comparison of columns takes the name of one column.")
    return comparison((table, name), operator, (table, values[0]), joins=(join, join))


def _flat(values: Sequence[Any]) -> list[Any]:
    """Return values, those of an array that stands among them taken out of it."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, Items):
            found.extend(value.values)
        else:
            found.append(value)
    return found


def bare(value: Any) -> Any:
    """Return what a value holds that is wrapped in a type of the SDK.

    Raises ServiceError 0x80040203 for a type that wraps none.
    """
    if not isinstance(value, Struct):
        return value
    wrapped = _WRAPPED.get(value.type)
    if wrapped is None:
        raise incorrect_type(value)
    return value.members.get(wrapped)
