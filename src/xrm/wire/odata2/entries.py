"""What is written and what is read, whether it is spelled as JSON or as Atom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Union


class Property(NamedTuple):
    """A value with its name and type; that of a complex type is a mapping of its members."""

    name: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Link:
    """A navigation property; `inline` is what it leads to where it is `expanded`."""

    name: str
    many: bool
    inline: Union["Entry", "Feed", None] = None
    expanded: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A record: its path below the service root, its type, and what is shown of it."""

    path: str
    kind: str
    title: str
    properties: tuple[Property, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """Records of a path below the service root; `total` counts those of all pages."""

    path: str
    title: str
    entries: tuple[Entry, ...]
    total: int | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """A record as a request describes it: the type and URL it states, and what it sets.

    `values` are raw: JSON values, or text; those of complex types are mappings. `links` holds
    what navigation properties lead to, where the form of the payload tells them apart.
    """

    kind: str | None = None
    uri: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, "Linked"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a navigation property of a payload leads to; `many` tells a list."""

    many: bool
    records: tuple[Payload, ...]
