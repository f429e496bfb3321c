"""filter and condition elements."""

from dataclasses import dataclass
from typing import Literal

from xrm.model.errors import service
from xrm.model.metadata import Catalogue, Table
from xrm.model.query import Filter, Group
from xrm.wire.fetchxml.conditions import MOST_CONDITIONS, comparison, condition
from xrm.wire.fetchxml.elements import Element, children, required, truth
from xrm.wire.fetchxml.joining import Links, is_outer
from xrm.wire.fetchxml.refusals import refused

_INSIDE = frozenset({"condition", "filter", "link-entity"})
_VALUES = frozenset({"value"})
_SAME = {"neq": "ne"}
_OTHER_NAMES = frozenset({"contains", "not-contains"})
"""Operators of the model that FetchXML does not have."""


@dataclass(slots=True)
class FilterReader:
    """Reads the filters of one query; `conditions` counts them all."""

    catalogue: Catalogue
    links: Links
    conditions: int = 0

    def read(self, element: Element, table: Table) -> Filter | None:
        """Return what the filters of an entity or link-entity ask together, None for nothing.

        `table` is that of the element. Raises ServiceError for what is not of the form, not
        known, or more than the service evaluates.
        """
        return _group("and", [self._filter(each, table) for each in element.iterchildren("filter")])

    def _filter(self, element: Element, table: Table) -> Filter | None:
        truth(element, "isquickfindfields", service.QUICK_FIND_TRUTH)
        word = element.get("type") or "and"
        if word not in ("and", "or"):
            raise refused(service.FILTER_TYPE)
        items: list[Filter | None] = []
        for child in children(element, _INSIDE):
            if child.tag == "condition":
                items.append(self._condition(child, table))
            elif child.tag == "filter":
                items.append(self._filter(child, table))
            else:
                is_outer(child)
                raise refused(service.INVALID_NODE, "NodeName = link-entity")
        return _group("or" if word == "or" else "and", items)

    def _condition(self, element: Element, table: Table) -> Filter:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            raise refused(service.TOO_MANY_CONDITIONS)
        name, operator = required(element, "attribute"), required(element, "operator")
        join, table = self._named(element.get("entityname", ""), table)
        operator = _SAME.get(operator, operator)
        if operator in _OTHER_NAMES:
            raise refused(service.CONDITION_OPERATOR, f"operator = {operator}")
        values = [each.text or "" for each in children(element, _VALUES)]
        other = element.get("valueof")
        if other:
            return self._comparison((table, name), operator, other, join)
        if not values and "value" in element.attrib:
            values = [element.attrib["value"]]
        return condition(table, name, operator, self._told(table, name, values), join=join)

    def _named(self, name: str, table: Table) -> tuple[str, Table]:
        """Return the alias and table a condition is about; "" for the element's own."""
        if not name:
            return "", table
        if table is self.links.table and name == table.logical_name:
            return ("", table) if name not in self.links.aliases else self.links.named(name)
        return self.links.named(name)

    def _comparison(self, held: tuple[Table, str], operator: str, other: str, join: str) -> Filter:
        alias, dot, name = other.rpartition(".")
        there, table = self.links.named(alias) if dot else (join, held[0])
        return comparison(held, operator, (table, name), joins=(join, there))

    def _told(self, table: Table, name: str, values: list[str]) -> list[str]:
        """Return values with the names of tables in place of their codes."""
        column = table.columns.get(name)
        if column is None or column.type != "EntityName":
            return values
        codes = {str(row.object_type_code): key for key, row in self.catalogue.tables.items()}
        return [codes.get(value.strip(), value) for value in values]


def _group(word: Literal["and", "or"], items: list[Filter | None]) -> Filter | None:
    known = tuple(item for item in items if item is not None)
    if len(known) > 1:
        return Group(word, known)
    return known[0] if known else None
