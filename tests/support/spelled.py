"""A value as each door of the organization spells it, and what becomes of a request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xrm.org.metadata import catalogue


@dataclass(frozen=True)
class Number:
    """A number of JSON that is no whole one, digit by digit."""

    digits: str


@dataclass(frozen=True)
class Spelled:
    """A value as each door has it.

    `web` is JSON; `soap` a type and its content, None for no value; `data` the JSON of version 2;
    `atom` the type of an element and its content. `shown` is the formatted value. `bind` names
    the navigation property by which the Web API sets a lookup, `target` the table it leads to.
    """

    web: Any
    soap: tuple[str, Any] | None
    data: Any
    atom: tuple[str, Any]
    shown: str | None = None
    bind: str = ""
    target: str = ""


Values = Mapping[str, Spelled]


@dataclass(frozen=True)
class Outcome:
    """What became of a request: the key of a new record, or the code and sentence of an error."""

    key: str = ""
    status: int = 0
    code: str = ""
    message: str = ""


def schema(table: str, column: str) -> str:
    """Return the schema name of a column."""
    held = catalogue()[table].columns.get(column)
    return column if held is None else held.schema_name


def exact(body: bytes) -> Any:
    """Read JSON, numbers digit by digit."""
    return json.loads(body, parse_float=Number)
