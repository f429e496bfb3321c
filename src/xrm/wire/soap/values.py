"""What an element of a data contract holds, for what has no type of its own in Python.

| on the wire                          | value                                     |
|--------------------------------------|-------------------------------------------|
| string, anyURI, char                 | str                                       |
| int, short, byte                     | int                                       |
| long                                 | Long                                      |
| boolean, double, decimal             | bool, float, decimal.Decimal              |
| dateTime                             | datetime (aware, UTC)                     |
| guid                                 | uuid.UUID                                 |
| base64Binary                         | bytes                                     |
| nil                                  | None                                      |
| an enumeration                       | Word (its member, or members by a blank)  |
| a data contract                      | Struct                                    |
| a collection (ArrayOf..., ...Collection) | Items; one of key and value: Pairs    |
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Long(int):
    """A 64-bit number, which on the wire is of another type than an int."""

    __slots__ = ()


class Word(NamedTuple):
    """A value of an enumeration: the contract's name, and the member's or members'."""

    type: str
    text: str


@dataclass(slots=True)
class Struct:
    """An instance of a data contract, by the contract's name; absent members are not there."""

    type: str
    members: dict[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        # Keys of some collections are contracts, such as a Relationship.
        return hash(self.type)


@dataclass(slots=True)
class Items:
    """A collection of a data contract, by the contract's name."""

    type: str
    values: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Pairs:
    """A collection of keys and values, such as an AttributeCollection, in order."""

    type: str
    values: dict[Any, Any] = field(default_factory=dict)
