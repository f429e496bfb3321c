"""What a query for definitions finds: those it wants, with the properties it wants of them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from xrm.model.errors import service
from xrm.org.definitions.expressions import DefinitionQuery, Test, Tests, Wanted
from xrm.org.definitions.tables import Facts, tables_of
from xrm.org.definitions.values import Definition, Linked

_ALWAYS = frozenset({"MetadataId", "LogicalName", "HasChanged"})
_RELATIONSHIPS = ("ManyToManyRelationships", "ManyToOneRelationships", "OneToManyRelationships")
_OF_TABLES = frozenset({"Attributes", "Keys", "Privileges", *_RELATIONSHIPS})
FILTERS: Mapping[str, frozenset[str]] = {
    "Entity": frozenset(),
    "Default": frozenset(),
    "Attributes": frozenset({"Attributes"}),
    "Privileges": frozenset({"Privileges"}),
    "Relationships": frozenset(_RELATIONSHIPS),
    "All": _OF_TABLES,
}
"""What of a table comes beside its own properties, by the members of EntityFilters."""


def select(facts: Facts, query: DefinitionQuery) -> list[Definition]:
    """Return the tables a query finds, each with what the query wants of it."""
    below = {
        "Attributes": query.attributes,
        "Keys": query.keys,
        **dict.fromkeys(_RELATIONSHIPS, query.relationships),
    }
    found = (table for table in tables_of(facts) if _fits(table, query.tables.criteria))
    return [_trimmed(table, query.tables, below) for table in found]


def read_filters(raw: Any) -> frozenset[str]:
    """Return the members of EntityFilters that are given, as text or in a sequence.

    Raises ServiceError 0x80040203 for none, and for what is no member.
    """
    words = raw.replace(",", " ").split() if isinstance(raw, str) else tuple(raw or ())
    if not words or not FILTERS.keys() >= set(words):
        raise service.ServiceError(
            service.INVALID_ARGUMENT, "The value of 'EntityFilters' is not valid."
        )
    return frozenset(words)


def filtered(table: Definition, filters: frozenset[str]) -> Definition:
    """Return a table with what EntityFilters let through; its alternate keys always come."""
    kept = frozenset({"Keys"}).union(*(FILTERS[each] for each in filters))
    left = _OF_TABLES - kept
    return Definition(
        table.type,
        {name: value for name, value in table.values.items() if name not in left},
        {name: link for name, link in table.links.items() if name not in left},
    )


def _trimmed(
    item: Definition, wanted: Wanted, below: Mapping[str, Wanted] | None = None
) -> Definition:
    names = wanted.properties
    links: dict[str, Callable[[], Linked]] = {}
    for name, link in item.links.items():
        if names is None or name in names:
            inner = None if below is None else below[name]
            links[name] = link if inner is None else partial(_linked, link, inner)
    if names is None:
        return Definition(item.type, item.values, links)
    values = {
        name: value for name, value in item.values.items() if name in names or name in _ALWAYS
    }
    return Definition(item.type, values, links)


def _linked(link: Callable[[], Linked], wanted: Wanted) -> Linked:
    found = link()
    if not isinstance(found, list | tuple):
        return found
    return [_trimmed(each, wanted) for each in found if _fits(each, wanted.criteria)]


def _fits(item: Definition, criteria: Tests | Test | None) -> bool:
    if criteria is None or (isinstance(criteria, Tests) and not criteria.items):
        return True
    if isinstance(criteria, Tests):
        combine = all if criteria.word == "And" else any
        return combine(_fits(item, each) for each in criteria.items)
    value = item.values.get(criteria.property)
    if isinstance(value, Mapping):
        value = value.get("Value")
    return _COMPARISONS[criteria.operator](value, criteria.values)


def _greater(value: Any, wanted: tuple[Any, ...]) -> bool:
    return value is not None and wanted[0] is not None and bool(value > wanted[0])


def _less(value: Any, wanted: tuple[Any, ...]) -> bool:
    return value is not None and wanted[0] is not None and bool(value < wanted[0])


_COMPARISONS: Mapping[str, Callable[[Any, tuple[Any, ...]], bool]] = {
    "Equals": lambda value, wanted: value in wanted,
    "In": lambda value, wanted: value in wanted,
    "NotEquals": lambda value, wanted: value not in wanted,
    "NotIn": lambda value, wanted: value not in wanted,
    "GreaterThan": _greater,
    "LessThan": _less,
}
