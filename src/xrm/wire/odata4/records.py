"""Rows into JSON: names and writers are prepared once for each set of columns."""

from collections.abc import Callable, Sequence
from typing import Any

from xrm.model.metadata import Column
from xrm.wire.odata4.values import property_name, writer


class RecordWriter:
    """Write rows of these columns as OData objects.

    `shown` are the places of the columns to write, `version` that of the row version, from
    which each object's `@odata.etag` follows.
    """

    def __init__(self, columns: Sequence[Column], *, version: int, shown: Sequence[int]) -> None:
        self._version = version
        self._shown = tuple(shown)
        self._names = ("@odata.etag", *(property_name(columns[place]) for place in shown))
        self._writers: tuple[tuple[int, Callable[[Any], Any]], ...] = tuple(
            (place, write) for place in shown if (write := writer(columns[place])) is not None
        )

    def etag(self, row: Sequence[Any]) -> str:
        """Return the weak entity tag of a row (RFC 9110 8.8.3)."""
        return f'W/"{row[self._version]}"'

    def objects(self, rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """Return rows as JSON objects; whole columns are written at once."""
        if not rows:
            return []
        cells: list[Any] = list(zip(*rows, strict=True))
        for place, write in self._writers:
            cells[place] = [None if value is None else write(value) for value in cells[place]]
        tags = [f'W/"{version}"' for version in cells[self._version]]
        shown = [cells[place] for place in self._shown]
        names = self._names
        return [dict(zip(names, row, strict=True)) for row in zip(tags, *shown, strict=True)]
