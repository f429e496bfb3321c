"""Reads the data files of the project as plain documents, past the code that uses them."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "src" / "xrm"
METADATA = SOURCE / "org" / "metadata"
CONTOSO = SOURCE / "server" / "demonstration" / "contoso"

TABLES = sorted(path.stem for path in (METADATA / "tables").glob("*.json"))
LOOKUPS = {"Lookup", "Owner", "Customer"}
CHOICES = {"Picklist", "State", "Status"}
RANGES = {"Integer", "Money", "Decimal", "Double"}

Facts = dict[str, Any]


def read(path: Path) -> Facts:
    document: Facts = json.loads(path.read_text(encoding="utf-8"))
    return document


def table(name: str) -> Facts:
    return read(METADATA / "tables" / f"{name}.json")


def columns(name: str) -> dict[str, Facts]:
    return {column["logical_name"]: column for column in table(name)["columns"]}


ROLES = read(METADATA / "roles.json")


def repeated(values: Any) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def keys_within(value: Any) -> Iterator[str]:
    """Yield every name of a document, at whatever depth."""
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from keys_within(inner)
    if isinstance(value, list):
        for inner in value:
            yield from keys_within(inner)
