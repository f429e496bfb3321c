"""The values of columns as attributes: each an element that tells its type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xrm.model.metadata import CHOICES, Column
from xrm.model.values import EntityReference
from xrm.wire.soap.contract import INSTANCE, SERIALIZATION, XRM, XSD
from xrm.wire.soap.contracts.notation import XRM_7_1
from xrm.wire.soap.lexical import write_double
from xrm.wire.soap.records.cells import (
    Cells,
    Tags,
    Texts,
    boolean,
    elements,
    escaped,
    filled,
    lines,
    nil,
    tags,
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


Around = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AliasedColumn:
    """A column of a joined table under the name it has in the answer."""

    name: str
    table: str
    column: Column


@lru_cache(maxsize=1000)
def stated(scope: Scope, namespace: str, local: str) -> str:
    """Return what the start tag of a value of that type holds."""
    inner, declared = scope.declare(namespace)
    return f' {inner.name(INSTANCE, "type")}="{inner.name(namespace, local)}"{declared}'


def values(
    scope: Scope,
    tag: str,
    column: Column,
    cells: Sequence[Any],
    texts: Texts | None,
    *,
    around: Around,
) -> Cells:
    """Return the elements of a column's values, each within what is around it."""
    if column.is_lookup:
        return _references(scope, tag, cells, texts, around=around)
    simple = _SIMPLE.get(column.type)
    if simple is not None:
        return elements(_typed(scope, tag, *simple).within(*around), contents(column, cells))
    value = _typed(scope, tag, XRM, _WHOLE[column.type])
    start = value.start
    if column.type == "ManagedProperty":
        start += filled(scope.name(XRM, "CanBeChanged"), "true")
        name = escape(column.logical_name)
        start += filled(scope.name(XRM, "ManagedPropertyLogicalName"), name)
    held = tags(scope.name(XRM, "Value")).within(start, value.end)
    return elements(held.within(*around), contents(column, cells))


@lru_cache(maxsize=1000)
def _typed(scope: Scope, tag: str, namespace: str, local: str) -> Tags:
    return tags(tag, stated(scope, namespace, local))


def _references(
    scope: Scope, tag: str, cells: Sequence[Any], texts: Texts | None, *, around: Around
) -> Cells:
    parts = _reference(scope, tag)
    names = Cells((parts.unnamed,))
    if texts is not None:
        names = elements(parts.name, escaped(texts), parts.unnamed)
    there = [_NOWHERE if cell is None else cell for cell in cells]
    found = Cells(
        (
            f"{around[0]}{parts.start}",
            [cell.id for cell in there],
            parts.between,
            [cell.logical_name for cell in there],
            parts.named,
            *names.pieces,
            f"{parts.end}{around[1]}",
        )
    )
    if None not in cells:
        return found
    written = lines([found], len(cells))
    some = [None if cell is None else text for cell, text in zip(cells, written, strict=True)]
    return Cells((some,), full=False)


@dataclass(frozen=True, slots=True)
class _Reference:
    """What stands before, between and after the parts of an EntityReference that differ."""

    start: str
    between: str
    named: str
    name: Tags
    unnamed: str
    end: str


@lru_cache(maxsize=100)
def _reference(scope: Scope, tag: str) -> _Reference:
    def name(local: str) -> str:
        return scope.name(XRM, local)

    _, declared = scope.declare(XRM_7_1)
    return _Reference(
        f"<{tag}{stated(scope, XRM, 'EntityReference')}><{name('Id')}>",
        f"</{name('Id')}><{name('KeyAttributes')}{declared}/><{name('LogicalName')}>",
        f"</{name('LogicalName')}>",
        tags(name("Name")),
        nil(scope, name("Name")),
        f"{nil(scope, name('RowVersion'))}</{tag}>",
    )


def aliased(scope: Scope, tag: str, alias: AliasedColumn) -> Around:
    """Return what is around the values of a joined table's column: an AliasedValue."""
    column, table = escape(alias.column.logical_name), escape(alias.table)
    start = f"<{tag}{stated(scope, XRM, 'AliasedValue')}>"
    start += filled(scope.name(XRM, "AttributeLogicalName"), column)
    start += filled(scope.name(XRM, "EntityLogicalName"), table)
    return start, f"</{tag}>"


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


def contents(column: Column, cells: Sequence[Any]) -> Texts:
    """Return values as they stand in elements."""
    if column.is_text:
        return escaped(cells)
    spell = _day if column.date_only else _SPELL.get(column.type, str)
    if column.type == "Uniqueidentifier":
        return cells
    return [None if cell is None else spell(cell) for cell in cells]
