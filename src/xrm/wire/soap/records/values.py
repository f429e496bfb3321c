"""The values of columns as attributes: each an element that tells its type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from xrm.model.metadata import CHOICES, Column
from xrm.model.values import EntityReference
from xrm.wire.soap.contract import GENERIC, INSTANCE, SERIALIZATION, XRM, XSD
from xrm.wire.soap.contracts.notation import XRM_7_1
from xrm.wire.soap.lexical import write_double
from xrm.wire.soap.records.cells import (
    Cells,
    boolean,
    elements,
    escaped,
    filled,
    lines,
    nil,
    nillable,
    tagger,
)
from xrm.wire.soap.writing import Scope
from xrm.wire.xml import escape

_NOWHERE = EntityReference("", "")
_SIMPLE = {
    "String": (XSD, "string"),
    "Memo": (XSD, "string"),
    "EntityName": (XSD, "string"),
    "Integer": (XSD, "int"),
    "BigInt": (XSD, "long"),
    "Boolean": (XSD, "boolean"),
    "Double": (XSD, "double"),
    "Decimal": (XSD, "decimal"),
    "DateTime": (XSD, "dateTime"),
    "Uniqueidentifier": (SERIALIZATION, "guid"),
    "Image": (XSD, "base64Binary"),
}
_WHOLE = {"ManagedProperty": "BooleanManagedProperty", "Money": "Money"}
_WHOLE |= dict.fromkeys(CHOICES, "OptionSetValue")


@dataclass(frozen=True, slots=True)
class AliasedColumn:
    """A column of a joined table under the name it has in the answer."""

    name: str
    table: str
    column: Column


class Values:
    """Writes the values of attributes, each an element that tells its type."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._value = scope.name(GENERIC, "value")

    def _stated(self, namespace: str, local: str) -> str:
        """Return what the start tag of a value of that type holds."""
        inner, declared = self._scope.declare(namespace)
        return f' {inner.name(INSTANCE, "type")}="{inner.name(namespace, local)}"{declared}'

    def of(
        self,
        column: Column,
        cells: Sequence[Any],
        texts: Sequence[str | None] | None,
        tag: str = "",
    ) -> Cells:
        """Return the elements of a column's values, which is what holds an attribute's."""
        tag = tag or self._value
        if column.is_lookup:
            return self._references(cells, texts, tag)
        simple = _SIMPLE.get(column.type)
        if simple is None:
            return self._wholes(column, cells, tag)
        return elements(tag, self._stated(*simple), contents(column, cells))

    def _wholes(self, column: Column, cells: Sequence[Any], tag: str) -> Cells:
        """Return values that are a contract around one: choices, amounts, managed properties."""
        start, name = f"<{tag}{self._stated(XRM, _WHOLE[column.type])}>", tagger(self._scope, XRM)
        if column.type == "ManagedProperty":
            start += filled(name("CanBeChanged"), "true")
            start += filled(name("ManagedPropertyLogicalName"), escape(column.logical_name))
        inner = elements(name("Value"), "", contents(column, cells))
        return inner.within(start, f"</{tag}>")

    def _references(
        self, cells: Sequence[Any], texts: Sequence[str | None] | None, tag: str
    ) -> Cells:
        scope, name = self._scope, tagger(self._scope, XRM)
        names: str | Sequence[str] = nil(scope, name("Name"))
        if texts is not None:
            names = nillable(scope, name("Name"), escaped(texts))
        _, declared = scope.declare(XRM_7_1)
        there = [_NOWHERE if cell is None else cell for cell in cells]
        found = Cells(
            (
                f"<{tag}{self._stated(XRM, 'EntityReference')}><{name('Id')}>",
                [cell.id for cell in there],
                f"</{name('Id')}><{name('KeyAttributes')}{declared}/><{name('LogicalName')}>",
                [cell.logical_name for cell in there],
                f"</{name('LogicalName')}>",
                names,
                f"{nil(scope, name('RowVersion'))}</{tag}>",
            )
        )
        if None not in cells:
            return found
        written = lines([found], len(cells))
        some = [None if cell is None else text for cell, text in zip(cells, written, strict=True)]
        return Cells((some,), full=False)

    def aliased(self, alias: AliasedColumn, value: Cells) -> Cells:
        """Return values of a joined table's column, each an AliasedValue around it."""
        name = tagger(self._scope, XRM)
        start = f"<{self._value}{self._stated(XRM, 'AliasedValue')}>"
        start += filled(name("AttributeLogicalName"), escape(alias.column.logical_name))
        start += filled(name("EntityLogicalName"), escape(alias.table))
        return value.within(start, f"</{self._value}>")


def _day(value: Any) -> str:
    return f"{value.isoformat()}T00:00:00Z"


def _moment(value: Any) -> str:
    return f"{value.isoformat()[:19]}Z"


_SPELL: dict[str, Callable[[Any], str]] = {
    "Boolean": boolean,
    "ManagedProperty": boolean,
    "Double": write_double,
    "Decimal": "{:f}".format,
    "Money": "{:f}".format,
    "DateTime": _moment,
}


def contents(column: Column, cells: Sequence[Any]) -> Sequence[Any]:
    """Return values as they stand in elements; numbers may stay what they are."""
    if column.is_text:
        return escaped(cells)
    spell = _day if column.date_only else _SPELL.get(column.type)
    if spell is None:
        return cells
    return [None if cell is None else spell(cell) for cell in cells]
