"""What a column of a record holds.

| column type                         | value                                   |
|-------------------------------------|-----------------------------------------|
| String, Memo, EntityName            | str                                     |
| Integer, BigInt, Picklist, State …  | int                                     |
| Boolean                             | bool                                    |
| Double                              | float                                   |
| Decimal, Money                      | decimal.Decimal                         |
| DateTime                            | datetime (UTC), or date if date only    |
| Uniqueidentifier                    | Guid: 36 characters, lower case         |
| Lookup, Owner, Customer             | EntityReference (or KeyReference, while |
|                                     | it is written)                          |
"""

import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

Guid = str
"""An identifier as canonical text: hexadecimal, lower case, with hyphens, no braces."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class EntityReference(NamedTuple):
    """A pointer to one record of one table (a tuple, since lists are full of them)."""

    logical_name: str
    id: Guid


@dataclass(frozen=True, slots=True)
class KeyReference:
    """A pointer to one record by the columns of an alternate key and their values."""

    logical_name: str
    keys: tuple[tuple[str, "Value"], ...]


Value = str | int | bool | float | Decimal | datetime | date | EntityReference | KeyReference | None
Values = dict[str, Value]


@dataclass(slots=True)
class Entity:
    """A record as it is written: its table, its key where known, and the columns set.

    `keys` names it by an alternate key instead of `id`; `related` are records written with it
    and paired with it. Nobody changes it; messages hold many, and frozen ones take longer.
    """

    logical_name: str
    id: Guid | None
    values: Values
    keys: tuple[tuple[str, "Value"], ...] = ()
    related: tuple["Related", ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """Records that belong to one being created, by a relationship's schema name.

    `many` tells a collection (one to many, many to many) from the one record a lookup points
    to. References are to records there are already; entities are created.
    """

    relationship: str
    many: bool
    records: tuple[Entity | EntityReference | KeyReference, ...]


def read_guid(text: str) -> Guid:
    """Return the canonical form of an identifier. Raises ValueError for anything else."""
    if not _GUID.fullmatch(text):
        raise ValueError(f"not an identifier: {text[:50]!r}")
    return text.lower()


def guid(identifier: uuid.UUID) -> Guid:
    """Return a UUID as a Guid."""
    return str(identifier)
