"""Rows of a table to an EntityCollection or an Entity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from xrm.model.metadata import Column
from xrm.wire.soap.contract import GENERIC, XRM
from xrm.wire.soap.contracts.notation import XRM_7_1
from xrm.wire.soap.records.cells import (
    Cells,
    boolean,
    elements,
    escaped,
    filled,
    lines,
    nil,
    page,
    present,
    tagger,
    tags,
)
from xrm.wire.soap.records.values import AliasedColumn, Around, aliased, values
from xrm.wire.soap.writing import Scope
from xrm.wire.xml import escape

Texts = Sequence[Sequence[str | None]]
_PAIR, _TEXT = "KeyValuePairOfstringanyType", "KeyValuePairOfstringstring"
_VERSION = "versionnumber"
_NO_ID = "00000000-0000-0000-0000-000000000000"


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

    def write(self, scope: Scope) -> Iterable[str]:
        """Return what stands in the element, in pieces."""
        tag = tagger(scope, XRM)
        entities = tag("Entities")
        if self.rows.rows:
            yield f"<{entities}>"
            yield from entity_pieces(self.rows, scope)
            yield f"</{entities}>"
        else:
            yield f"<{entities}/>"
        yield filled(tag("EntityName"), escape(self.rows.table))
        yield filled(tag("MinActiveRowVersion"), "-1")
        yield filled(tag("MoreRecords"), boolean(self.more))
        if self.cookie is None:
            yield nil(scope, tag("PagingCookie"))
        else:
            yield filled(tag("PagingCookie"), escape(self.cookie))
        yield filled(tag("TotalRecordCount"), str(self.total))
        yield filled(tag("TotalRecordCountLimitExceeded"), boolean(self.total_exceeded))


@dataclass(frozen=True, slots=True)
class WrittenEntity:
    """The Entity of the first of rows, as a value that `write_element` takes. There must be one."""

    rows: Rows
    type: str = "Entity"

    def write(self, scope: Scope) -> Iterable[str]:
        """Return what stands in the element, in pieces."""
        texts = self.rows.texts
        only = replace(
            self.rows,
            rows=self.rows.rows[:1],
            texts=None if texts is None else [column[:1] for column in texts],
        )
        return lines(_Writer(only, scope).cells("", ""), 1)


def entity_pieces(rows: Rows, scope: Scope) -> Sequence[str]:
    """Return the rows as `Entity` elements, in pieces.

    The namespace of the contracts and that of XML Schema instances must be in scope.
    """
    if not rows.rows:
        return ()
    tag = scope.name(XRM, "Entity")
    return (page(_Writer(rows, scope).cells(f"<{tag}>", f"</{tag}>"), len(rows.rows)),)


class _Writer:
    """Writes rows in one scope; what does not depend on a row is made once."""

    def __init__(self, rows: Rows, scope: Scope) -> None:
        self._rows = rows
        self._scope = scope
        self._inner, self._generic = scope.declare(GENERIC)
        self._tag = tagger(scope, XRM)
        self._cells: list[Sequence[Any]] = list(zip(*rows.rows, strict=True))
        self._place = {column.logical_name: n for n, column in enumerate(rows.columns)}
        self._value = self._inner.name(GENERIC, "value")

    def cells(self, start: str, end: str) -> list[Cells]:
        """Return what stands in the Entity of each row, between a start and an end."""
        state = Cells((nil(self._scope, self._tag("EntityState")),))
        attributes = self._wrapped("Attributes", self._attributes())
        texts = self._wrapped("FormattedValues", self._formatted())
        return [Cells((start,)), *attributes, state, *texts, *self._end(), Cells((end,))]

    def _wrapped(self, name: str, cells: list[Cells]) -> list[Cells]:
        """Return a collection of what is there in each row."""
        tag = self._tag(name)
        start, end = f"<{tag}{self._generic}>", f"</{tag}>"
        empty = f"<{tag}{self._generic}/>"
        if not cells:
            return [Cells((empty,))]
        there = [present(each) for each in cells]
        if any(each.full for each in cells):
            return [Cells((start,)), *there, Cells((end,))]
        texts = lines(there, len(self._rows.rows))
        return [Cells(([f"{start}{text}{end}" if text else empty for text in texts],))]

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

    def _attributes(self) -> list[Cells]:
        found = [
            self._values(place, column, self._value, _pair(self._inner, _PAIR, name))
            for place, name, column in self._shown()
        ]
        for place, alias in self._aliased():
            start, end = _pair(self._inner, _PAIR, alias.name)
            more, less = aliased(self._inner, self._value, alias)
            around = f"{start}{more}", f"{less}{end}"
            found.append(self._values(place, alias.column, self._tag("Value"), around))
        return found

    def _values(self, place: int, column: Column, tag: str, around: Around) -> Cells:
        cells, texts = self._cells[place], self._texts(place)
        return values(self._inner, tag, column, cells, texts, around=around)

    def _formatted(self) -> list[Cells]:
        if self._rows.texts is None:
            return []
        wanted = self._shown()
        wanted += [(place, alias.name, alias.column) for place, alias in self._aliased()]
        return [
            self._text(name, self._rows.texts[place])
            for place, name, column in wanted
            if not column.is_lookup and any(self._rows.texts[place])
        ]

    def _text(self, name: str, texts: Sequence[str | None]) -> Cells:
        around = _pair(self._inner, _TEXT, name)
        return elements(tags(self._value).within(*around), escaped(texts))

    def _end(self) -> list[Cells]:
        tag, scope = self._tag, self._scope
        key = self._place.get(self._rows.primary_id)
        ids: str | Sequence[Any] = _NO_ID if key is None else self._cells[key]
        inner, declared = scope.declare(XRM_7_1)
        _, more = inner.declare(GENERIC)
        name = filled(tag("LogicalName"), escape(self._rows.table))
        related = f"<{tag('RelatedEntities')}{self._generic}/>"
        between = f"</{tag('Id')}><{tag('KeyAttributes')}{declared}{more}/>{name}{related}"
        return [Cells((f"<{tag('Id')}>", ids, between)), self._versions()]

    def _versions(self) -> Cells:
        tag = self._tag("RowVersion")
        place = self._place.get(_VERSION) if self._rows.versions else None
        if place is None:
            return Cells((nil(self._scope, tag),))
        versions = [None if cell is None else str(cell) for cell in self._cells[place]]
        return elements(tags(tag), versions, nil(self._scope, tag))


@lru_cache(maxsize=5000)
def _pair(scope: Scope, local: str, name: str) -> Around:
    """Return what is around the value of a pair under that name."""
    pair, key = scope.name(XRM, local), scope.name(GENERIC, "key")
    return f"<{pair}><{key}>{escape(name)}</{key}>", f"</{pair}>"
