"""Rows into JSON: names and writers are prepared once for each set of columns."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from xrm.model.metadata import Column
from xrm.wire.odata4.values import JsonNumber, property_name, writer


def _default(value: Any) -> Any:
    if isinstance(value, JsonNumber):
        return orjson.Fragment(value.encode())
    raise TypeError(type(value).__name__)


def dumps(document: Any) -> bytes:
    """Return JSON; `JsonNumber` texts become numbers."""
    return orjson.dumps(document, default=_default, option=orjson.OPT_PASSTHROUGH_SUBCLASS)


class RecordWriter:
    """Write rows of these columns as OData objects.

    `version` and the columns' order are those of the rows; `etag` names the version column's
    place, so that each object starts with its `@odata.etag`.
    """

    def __init__(self, columns: Sequence[Column], *, version: int, shown: Sequence[int]) -> None:
        self._version = version
        self._names = tuple(property_name(columns[place]) for place in shown)
        self._shown = tuple(shown)
        self._writers: tuple[tuple[str, Callable[[Any], Any]], ...] = tuple(
            (property_name(columns[place]), write)
            for place in shown
            if (write := writer(columns[place])) is not None
        )

    def etag(self, row: Sequence[Any]) -> str:
        """Return the weak entity tag of a row (RFC 9110 8.8.3)."""
        return f'W/"{row[self._version]}"'

    def object(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return one row as a JSON object."""
        document = {"@odata.etag": f'W/"{row[self._version]}"'}
        document.update(zip(self._names, [row[place] for place in self._shown], strict=True))
        for name, write in self._writers:
            value = document[name]
            if value is not None:
                document[name] = write(value)
        return document
