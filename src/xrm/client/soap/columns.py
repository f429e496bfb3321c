"""Tables as classes of one's own: a descriptor for each column (early-bound types)."""

from typing import Any, Generic, Self, TypeVar, overload

from xrm.client.soap.values import Entity

__all__ = ["Column"]

T = TypeVar("T")


class Column(Generic[T]):
    """A column of a class for a table; its value is None where the record has none.

        class Lead(Entity, table="lead"):
            subject = Column[str]()
            owner = Column[EntityReference]("ownerid")

    Without a logical name the attribute's own is taken. Values are those of the SDK: a choice is
    an OptionSetValue, an amount is Money.
    """

    __slots__ = ("logical_name",)

    def __init__(self, logical_name: str = "") -> None:
        self.logical_name = logical_name

    def __set_name__(self, owner: type[Entity], name: str) -> None:
        self.logical_name = self.logical_name or name

    @overload
    def __get__(self, entity: None, owner: type[Entity]) -> Self: ...
    @overload
    def __get__(self, entity: Entity, owner: type[Entity]) -> T | None: ...
    def __get__(self, entity: Entity | None, owner: type[Entity]) -> Any:
        return self if entity is None else entity.attributes.get(self.logical_name)

    def __set__(self, entity: Entity, value: T | None) -> None:
        entity.attributes[self.logical_name] = value
