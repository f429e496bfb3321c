"""Languages: what tables, columns and choices are called in each, one data file under labels/.

A file is named by its LCID. Texts are keyed by those of the base language, which the tables'
own files hold; `options_of_columns` has the choices of a column that are called otherwise there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType

import orjson

from xrm.model.metadata import Column, Option, Table

BASE = 1033
"""English, the base language of every organization."""
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language, by its LCID. What it does not translate is None, never in the base one."""

    lcid: int
    name: str
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    options_of_columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def is_base(self) -> bool:
        """Whether this is the language of the tables' own files."""
        return self.lcid == BASE

    def table(self, table: Table) -> str | None:
        """Return what one record of a table is called."""
        if self.is_base:
            return table.display_name
        return self.tables.get(table.logical_name, _NONE).get("display_name")

    def collection(self, table: Table) -> str | None:
        """Return what several records of a table are called."""
        if self.is_base:
            return table.display_collection_name
        return self.tables.get(table.logical_name, _NONE).get("display_collection_name")

    def column(self, column: Column) -> str | None:
        """Return what a column is called."""
        return column.display_name if self.is_base else self.columns.get(column.display_name)

    def option(self, table: Table, column: Column, option: Option) -> str | None:
        """Return the label of one value of a choice or of a yes/no column."""
        if self.is_base:
            return option.label
        own = self.options_of_columns.get(f"{table.logical_name}.{column.logical_name}", _NONE)
        return own.get(option.label) or self.options.get(option.label)


@cache
def languages() -> Mapping[int, Language]:
    """Return the languages there are by LCID, the base language first; read once."""
    found = {BASE: Language(BASE, "English")}
    folder = resources.files(__package__) / "labels"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".json"):
            lcid = int(file.name.removesuffix(".json"))
            found[lcid] = Language(lcid, **orjson.loads(file.read_bytes()))
    return MappingProxyType(found)
