"""Rows of a table to an EntityCollection or an Entity: whole columns are written at once.

A value that is null is not among the attributes. A lookup is an EntityReference whose name is
its formatted text, and therefore has none of its own; other texts are FormattedValues.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xrm.model.metadata import CHOICES, Column
from xrm.model.values import EntityReference
from xrm.wire.soap.contract import GENERIC, INSTANCE, SERIALIZATION, XRM, XSD
from xrm.wire.soap.contracts.notation import XRM_7_1
from xrm.wire.soap.lexical import write_double
from xrm.wire.soap.writing import Scope
from xrm.wire.xml import escape

Texts = Sequence[Sequence[str | None]]
_VERSION = "versionnumber"
_NO_ID = "00000000-0000-0000-0000-000000000000"
_NOWHERE = EntityReference("", "")
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
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


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to write: cells are those of `columns`, then those of `aliased`; so are `texts`.

    `primary_id` names the column of the key, which gives each Entity its id, and `shown` the
    columns that are to be attributes, where not all are. With `versions` the row version of each
    is written, if `versionnumber` is among the columns.
    """

    table: str
    primary_id: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    texts: Texts | None = None
    aliased: Sequence[AliasedColumn] = ()
    shown: Sequence[str] | None = None
    versions: bool = True


@dataclass(frozen=True, slots=True)
class WrittenCollection:
    """An EntityCollection of rows, as a value that `write_element` takes.

    `total` is -1 where it was not asked for.
    """

    rows: Rows
    more: bool = False
    cookie: str | None = None
    total: int = -1
    total_exceeded: bool = False
    type: str = "EntityCollection"

    def write(self, scope: Scope) -> tuple[str, str]:
        """Return declarations for the element's start tag, and what stands in the element."""
        text, tag = write_entities(self.rows, scope), _tagger(scope, XRM)
        cookie = None if self.cookie is None else escape(self.cookie)
        return "", "".join(
            (
                _filled(tag("Entities"), text),
                _filled(tag("EntityName"), escape(self.rows.table)),
                _filled(tag("MinActiveRowVersion"), "-1"),
                _filled(tag("MoreRecords"), _boolean(self.more)),
                _nil(scope, tag("PagingCookie")) if cookie is None else "",
                "" if cookie is None else _filled(tag("PagingCookie"), cookie),
                _filled(tag("TotalRecordCount"), str(self.total)),
                _filled(tag("TotalRecordCountLimitExceeded"), _boolean(self.total_exceeded)),
            )
        )


@dataclass(frozen=True, slots=True)
class WrittenEntity:
    """The Entity of the first of rows, as a value that `write_element` takes."""

    rows: Rows
    type: str = "Entity"

    def write(self, scope: Scope) -> tuple[str, str]:
        """Return declarations for the element's start tag, and what stands in the element."""
        only = replace(self.rows, rows=self.rows.rows[:1])
        return "", next(iter(_Writer(only, scope).contents()))


def write_entities(rows: Rows, scope: Scope) -> str:
    """Return the rows as `Entity` elements.

    The namespace of the contracts and that of XML Schema instances must be in scope.
    """
    if not rows.rows:
        return ""
    tag = scope.name(XRM, "Entity")
    between = f"</{tag}><{tag}>"
    return f"<{tag}>{between.join(_Writer(rows, scope).contents())}</{tag}>"


def _tagger(scope: Scope, namespace: str) -> Callable[[str], str]:
    return lambda local: scope.name(namespace, local)


def _filled(tag: str, content: str, declarations: str = "") -> str:
    start = f"<{tag}{declarations}"
    return f"{start}>{content}</{tag}>" if content else f"{start}/>"


def _nil(scope: Scope, tag: str) -> str:
    return f'<{tag} {scope.name(INSTANCE, "nil")}="true"/>'


def _boolean(value: bool) -> str:
    return "true" if value else "false"


@dataclass(frozen=True, slots=True)
class _Cells:
    """One thing of every row, as pieces in order: a text all rows share, or one for each row.

    Where some rows have none, there is one piece, with None for those.
    """

    pieces: tuple[str | Sequence[Any], ...]
    full: bool = True

    def within(self, start: str, end: str) -> "_Cells":
        """Return the same within texts all rows share; what is not there stays so."""
        if self.full:
            return _Cells((start, *self.pieces, end))
        (some,) = self.pieces
        texts = [None if each is None else f"{start}{each}{end}" for each in some]
        return _Cells((texts,), full=False)


def _lines(cells: Sequence[_Cells], count: int) -> Sequence[str]:
    """Return the texts of the rows: one pattern, filled once for each."""
    pattern, columns = [], []
    for piece in (piece for each in cells for piece in each.pieces):
        if isinstance(piece, str):
            pattern.append(piece.replace("%", "%%"))
        else:
            pattern.append("%s")
            columns.append(piece)
    line = "".join(pattern)
    if not columns:
        return [line % ()] * count
    return [line % row for row in zip(*columns, strict=True)]


def _present(cells: _Cells) -> _Cells:
    """Return what may be missing as what is there, if only as an empty text."""
    if cells.full:
        return cells
    return _Cells((["" if each is None else each for each in cells.pieces[0]],))


class _Writer:
    """Writes rows in one scope; what does not depend on a row is made once."""

    def __init__(self, rows: Rows, scope: Scope) -> None:
        self._rows = rows
        self._scope = scope
        self._inner, self._generic = scope.declare(GENERIC)
        self._tag = _tagger(scope, XRM)
        self._cells: list[Sequence[Any]] = list(zip(*rows.rows, strict=True))
        self._place = {column.logical_name: n for n, column in enumerate(rows.columns)}
        self._values = _Values(self._inner)

    def contents(self) -> Sequence[str]:
        """Return what stands in the Entity of each row."""
        state = _Cells((_nil(self._scope, self._tag("EntityState")),))
        attributes = self._wrapped("Attributes", self._attributes())
        texts = self._wrapped("FormattedValues", self._formatted())
        cells = [*attributes, state, *texts, *self._end()]
        return _lines(cells, len(self._rows.rows))

    def _wrapped(self, name: str, cells: list[_Cells]) -> list[_Cells]:
        """Return a collection of what is there in each row."""
        tag = self._tag(name)
        start, end = f"<{tag}{self._generic}>", f"</{tag}>"
        empty = f"<{tag}{self._generic}/>"
        if not cells:
            return [_Cells((empty,))]
        there = [_present(each) for each in cells]
        if any(each.full for each in cells):
            return [_Cells((start,)), *there, _Cells((end,))]
        texts = _lines(there, len(self._rows.rows))
        return [_Cells(([f"{start}{text}{end}" if text else empty for text in texts],))]

    def _texts(self, place: int) -> Sequence[str | None] | None:
        return None if self._rows.texts is None else self._rows.texts[place]

    def _shown(self) -> list[tuple[int, str, Column]]:
        """Return the place, name and column of what is an attribute and no alias."""
        wanted = self._rows.shown
        names = self._place if wanted is None else wanted
        columns = self._rows.columns
        return [(self._place[name], name, columns[self._place[name]]) for name in names]

    def _aliased(self) -> list[tuple[int, AliasedColumn]]:
        return list(enumerate(self._rows.aliased, len(self._rows.columns)))

    def _attributes(self) -> list[_Cells]:
        found = [
            self._attribute(name, self._values.of(column, self._cells[place], self._texts(place)))
            for place, name, column in self._shown()
        ]
        tag = self._tag("Value")
        for place, alias in self._aliased():
            texts = self._texts(place)
            value = self._values.of(alias.column, self._cells[place], texts, tag)
            found.append(self._attribute(alias.name, self._values.aliased(alias, value)))
        return found

    def _attribute(self, name: str, value: _Cells) -> _Cells:
        pair = self._tag("KeyValuePairOfstringanyType")
        key = self._inner.name(GENERIC, "key")
        return value.within(f"<{pair}><{key}>{escape(name)}</{key}>", f"</{pair}>")

    def _formatted(self) -> list[_Cells]:
        if self._rows.texts is None:
            return []
        wanted = self._shown()
        wanted += [(place, alias.name, alias.column) for place, alias in self._aliased()]
        return [
            self._text(name, self._rows.texts[place])
            for place, name, column in wanted
            if not column.is_lookup and any(self._rows.texts[place])
        ]

    def _text(self, name: str, texts: Sequence[str | None]) -> _Cells:
        pair = self._tag("KeyValuePairOfstringstring")
        key, value = self._inner.name(GENERIC, "key"), self._inner.name(GENERIC, "value")
        start = f"<{pair}><{key}>{escape(name)}</{key}>"
        return _elements(value, "", _escaped(texts)).within(start, f"</{pair}>")

    def _end(self) -> list[_Cells]:
        tag, scope = self._tag, self._scope
        key = self._place.get(self._rows.primary_id)
        ids: str | Sequence[Any] = _NO_ID if key is None else self._cells[key]
        inner, declared = scope.declare(XRM_7_1)
        _, more = inner.declare(GENERIC)
        name = _filled(tag("LogicalName"), escape(self._rows.table))
        related = f"<{tag('RelatedEntities')}{self._generic}/>"
        between = f"</{tag('Id')}><{tag('KeyAttributes')}{declared}{more}/>{name}{related}"
        return [_Cells((f"<{tag('Id')}>", ids, between)), self._versions()]

    def _versions(self) -> _Cells:
        tag = self._tag("RowVersion")
        place = self._place.get(_VERSION) if self._rows.versions else None
        if place is None:
            return _Cells((_nil(self._scope, tag),))
        return _Cells((_nillable(self._scope, tag, self._cells[place]),))


def _nillable(scope: Scope, tag: str, cells: Sequence[Any]) -> Sequence[str]:
    nil = _nil(scope, tag)
    return [nil if cell is None else _filled(tag, str(cell)) for cell in cells]


def _elements(tag: str, attributes: str, contents: Sequence[Any]) -> _Cells:
    """Return elements around contents, None where there is nothing."""
    start, end = f"<{tag}{attributes}>", f"</{tag}>"
    if None not in contents and "" not in contents:
        return _Cells((start, contents, end))
    empty = f"<{tag}{attributes}/>"
    texts = [
        None if text is None else empty if text == "" else f"{start}{text}{end}"
        for text in contents
    ]
    return _Cells((texts,), full=None not in contents)


class _Values:
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
    ) -> _Cells:
        """Return the elements of a column's values, which is what holds an attribute's."""
        tag = tag or self._value
        if column.is_lookup:
            return self._references(cells, texts, tag)
        simple = _SIMPLE.get(column.type)
        if simple is None:
            return self._wholes(column, cells, tag)
        return _elements(tag, self._stated(*simple), _contents(column, cells))

    def _wholes(self, column: Column, cells: Sequence[Any], tag: str) -> _Cells:
        """Return values that are a contract around one: choices, amounts, managed properties."""
        start, name = f"<{tag}{self._stated(XRM, _WHOLE[column.type])}>", _tagger(self._scope, XRM)
        if column.type == "ManagedProperty":
            start += _filled(name("CanBeChanged"), "true")
            start += _filled(name("ManagedPropertyLogicalName"), escape(column.logical_name))
        inner = _elements(name("Value"), "", _contents(column, cells))
        return inner.within(start, f"</{tag}>")

    def _references(
        self, cells: Sequence[Any], texts: Sequence[str | None] | None, tag: str
    ) -> _Cells:
        scope, name = self._scope, _tagger(self._scope, XRM)
        names: str | Sequence[str] = _nil(scope, name("Name"))
        if texts is not None:
            names = _nillable(scope, name("Name"), _escaped(texts))
        _, declared = scope.declare(XRM_7_1)
        there = [_NOWHERE if cell is None else cell for cell in cells]
        found = _Cells(
            (
                f"<{tag}{self._stated(XRM, 'EntityReference')}><{name('Id')}>",
                [cell.id for cell in there],
                f"</{name('Id')}><{name('KeyAttributes')}{declared}/><{name('LogicalName')}>",
                [cell.logical_name for cell in there],
                f"</{name('LogicalName')}>",
                names,
                f"{_nil(scope, name('RowVersion'))}</{tag}>",
            )
        )
        if None not in cells:
            return found
        written = _lines([found], len(cells))
        some = [None if cell is None else text for cell, text in zip(cells, written, strict=True)]
        return _Cells((some,), full=False)

    def aliased(self, alias: AliasedColumn, value: _Cells) -> _Cells:
        """Return values of a joined table's column, each an AliasedValue around it."""
        name = _tagger(self._scope, XRM)
        start = f"<{self._value}{self._stated(XRM, 'AliasedValue')}>"
        start += _filled(name("AttributeLogicalName"), escape(alias.column.logical_name))
        start += _filled(name("EntityLogicalName"), escape(alias.table))
        return value.within(start, f"</{self._value}>")


def _day(value: Any) -> str:
    return f"{value.isoformat()}T00:00:00Z"


def _moment(value: Any) -> str:
    return f"{value.isoformat()[:19]}Z"


_SPELL: dict[str, Callable[[Any], str]] = {
    "Boolean": _boolean,
    "ManagedProperty": _boolean,
    "Double": write_double,
    "Decimal": "{:f}".format,
    "Money": "{:f}".format,
    "DateTime": _moment,
}


def _contents(column: Column, cells: Sequence[Any]) -> Sequence[Any]:
    """Return values as they stand in elements; numbers may stay what they are."""
    if column.is_text:
        return _escaped(cells)
    spell = _day if column.date_only else _SPELL.get(column.type)
    if spell is None:
        return cells
    return [None if cell is None else spell(cell) for cell in cells]


def _escaped(texts: Sequence[str | None]) -> Sequence[str | None]:
    """Return texts as they stand in elements; those of plain ones are looked at all at once."""
    if None in texts:
        return [None if text is None else escape(text) for text in texts]
    plain = _SPECIAL.search("\n".join(texts)) is None  # type: ignore[arg-type]
    return texts if plain else [escape(text or "") for text in texts]
