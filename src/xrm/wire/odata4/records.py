"""Rows into JSON: names and writers are prepared once for each set of columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xrm.model.metadata import Column
from xrm.wire.odata4.annotations import (
    ATTRIBUTE_NAME,
    FORMATTED,
    LOOKUP_NAVIGATION,
    LOOKUP_TABLE,
)
from xrm.wire.odata4.values import property_name, writer

Texts = Sequence[Sequence[str | None]]
"""The formatted values of a page: for each column one text a row, None where there is none."""
_NO_ALIASES: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """Which annotations of columns are written.

    `navigations` names, for a lookup's column and the table it points to, the navigation
    property. `attributes` asks for the column's name of what has an alias. `ieee754` asks for
    64-bit integers and decimals in quotes.
    """

    formatted: bool = False
    tables: bool = False
    navigations: Mapping[tuple[str, str], str] | None = None
    ieee754: bool = False
    attributes: bool = False


class RecordWriter:
    """Write rows of these columns as OData objects.

    `shown` are the places of the columns to write, `version` that of the row version, from
    which each object's `@odata.etag` follows; None where rows have no version. `also` shows one
    more of the columns, under a name of its own. `aliases` are the names of columns, by place,
    that are not shown as properties of a record. Without `nulls` what has no value is left out.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        version: int | None,
        shown: Sequence[int],
        also: tuple[str, int] | None = None,
        aliases: Mapping[int, str] = _NO_ALIASES,
        nulls: bool = True,
    ) -> None:
        self._version = version
        self._shown = tuple(shown)
        self._columns = tuple(columns)
        self._aliases = aliases
        self._nulls = nulls
        names = tuple(map(self._name, shown))
        self._also = also
        if also is not None:
            names = (*names, also[0])
        self._names = names if version is None else ("@odata.etag", *names)
        self._plain = _writers(columns, shown)
        self._quoted = _writers(columns, shown, ieee754=True)

    def _name(self, place: int) -> str:
        return self._aliases.get(place) or property_name(self._columns[place])

    def etag(self, row: Sequence[Any]) -> str | None:
        """Return the weak entity tag of a row (RFC 9110 8.8.3), None if it has no version."""
        return None if self._version is None else f'W/"{row[self._version]}"'

    def objects(
        self, rows: Sequence[Sequence[Any]], *, ieee754: bool = False
    ) -> list[dict[str, Any]]:
        """Return rows as JSON objects; whole columns are written at once.

        `ieee754` asks for 64-bit integers and decimals in quotes.
        """
        if not rows:
            return []
        cells = self._cells(rows, ieee754)
        shown = [cells[place] for place in self._shown]
        if self._also is not None:
            shown.append(cells[self._also[1]])
        if self._version is not None:
            shown.insert(0, self._tags(cells))
        names = self._names
        found = [dict(zip(names, row, strict=True)) for row in zip(*shown, strict=True)]
        if self._nulls:
            return found
        return [{key: value for key, value in row.items() if value is not None} for row in found]

    def annotated(
        self, rows: Sequence[Sequence[Any]], shown: Shown, texts: Texts | None
    ) -> list[dict[str, Any]]:
        """Return rows as JSON objects, each property after its annotations."""
        if not rows:
            return []
        cells = self._cells(rows, shown.ieee754)
        objects: list[dict[str, Any]] = [{} for _ in rows]
        if self._version is not None:
            _add(objects, "@odata.etag", self._tags(cells))
        for place in self._shown:
            name = self._name(place)
            if shown.attributes and place in self._aliases:
                self._add_attribute(objects, name, place, cells[place])
            if shown.formatted and texts is not None:
                _add(objects, f"{name}@{FORMATTED}", texts[place], some=True)
            if self._columns[place].is_lookup:
                self._add_lookup(objects, shown, place, [row[place] for row in rows])
            _add(objects, name, cells[place], some=not self._nulls)
        if self._also is not None:
            _add(objects, self._also[0], cells[self._also[1]])
        return objects

    def _add_attribute(
        self, objects: list[dict[str, Any]], name: str, place: int, values: Sequence[Any]
    ) -> None:
        """Add the name of the column an alias stands for, where there is a value."""
        column = self._columns[place].logical_name
        names = [None if value is None else column for value in values]
        _add(objects, f"{name}@{ATTRIBUTE_NAME}", names, some=True)

    def _add_lookup(
        self, objects: list[dict[str, Any]], shown: Shown, place: int, values: Sequence[Any]
    ) -> None:
        column, name = self._columns[place], self._name(place)
        tables = [None if value is None else value.logical_name for value in values]
        if shown.navigations is not None and place not in self._aliases:
            known = shown.navigations
            navigations = [known.get((column.logical_name, table or "")) for table in tables]
            _add(objects, f"{name}@{LOOKUP_NAVIGATION}", navigations, some=True)
        if shown.tables:
            _add(objects, f"{name}@{LOOKUP_TABLE}", tables, some=True)

    def _cells(self, rows: Sequence[Sequence[Any]], ieee754: bool) -> list[Any]:
        cells: list[Any] = list(zip(*rows, strict=True))
        for place, write in self._quoted if ieee754 else self._plain:
            cells[place] = [None if value is None else write(value) for value in cells[place]]
        return cells

    def _tags(self, cells: list[Any]) -> list[str]:
        assert self._version is not None
        return [f'W/"{version}"' for version in cells[self._version]]


def _writers(
    columns: Sequence[Column], shown: Sequence[int], *, ieee754: bool = False
) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    found = ((place, writer(columns[place], ieee754=ieee754)) for place in shown)
    return tuple((place, write) for place, write in found if write is not None)


def _add(
    objects: list[dict[str, Any]], name: str, values: Sequence[Any], *, some: bool = False
) -> None:
    """Add a property to every object; with `some`, only where there is a value."""
    for document, value in zip(objects, values, strict=True):
        if value is not None or not some:
            document[name] = value
