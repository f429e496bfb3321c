"""An element to a value, by the contracts.

Members may come in any order, and those a contract has not are passed over, as the serializer of
.NET passes over what it does not know. What an element says of its type (`i:type`) must be known
and fit what is declared.
"""

from typing import Any

from lxml import etree

from xrm.wire.soap.contract import INSTANCE, Contract, Member
from xrm.wire.soap.contracts import CONTRACTS, Contracts
from xrm.wire.soap.contracts.registry import Layout
from xrm.wire.soap.lexical import READERS, SIMPLE
from xrm.wire.soap.values import Items, Pairs, Struct, Word

_NIL = f"{{{INSTANCE}}}nil"
_TYPE = f"{{{INSTANCE}}}type"
_MOST_DEPTH = 100
_SHOWN = 100


class ContractError(ValueError):
    """An element that is not what its contract says; the text tells what was met."""


def read_value(element: etree._Element, declared: str, contracts: Contracts = CONTRACTS) -> Any:
    """Return the value of an element whose declared type is a contract's or a simple one.

    Values are those of `wire.soap.values`. Raises ContractError.
    """
    return _Reader(contracts).value(element, declared, _MOST_DEPTH)


def read_member(element: etree._Element, member: Member, contracts: Contracts = CONTRACTS) -> Any:
    """Return the value of an element that stands for a member. Raises ContractError."""
    return _Reader(contracts).member(element, member, _MOST_DEPTH)


def is_nil(element: etree._Element) -> bool:
    """Tell whether an element says that it has no value. Raises ContractError."""
    stated = element.get(_NIL)
    if stated is None:
        return False
    try:
        return bool(READERS["boolean"](stated))
    except ValueError:
        raise ContractError(_unparsed(stated, "boolean")) from None


def _unparsed(text: str, kind: str) -> str:
    return f"The value '{text[:_SHOWN]}' cannot be parsed as the type '{kind}'."


def _named(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"{name.namespace or ''}:{name.localname}"


class _Reader:
    """Reads values by one set of contracts; `depth` is how far down is still read."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts

    def value(self, element: etree._Element, declared: str, depth: int) -> Any:
        """Return the value of an element, None where it is nil."""
        if depth == 0:
            raise ContractError("Values are nested too deeply.")
        if is_nil(element):
            return None
        kind = declared
        stated = element.get(_TYPE)
        if stated is not None:
            kind = self._stated(element, stated, declared)
        convert = READERS.get(kind)
        if convert is not None:
            text = self._text(element)
            try:
                return convert(text)
            except ValueError:
                raise ContractError(_unparsed(text, kind)) from None
        if kind == "anyType":
            return Struct("anyType")
        return self._content(element, kind, depth)

    def _content(self, element: etree._Element, kind: str, depth: int) -> Any:
        layout = self._contracts.layout(kind)
        contract = layout.contract
        if contract.shape == "struct":
            return Struct(kind, self._members(element, layout, depth))
        if contract.shape == "list":
            return self._items(element, layout, depth)
        if contract.shape == "pairs":
            return self._pairs(element, layout, depth)
        return Word(kind, self._words(element, contract))

    def _text(self, element: etree._Element) -> str:
        if len(element):
            raise ContractError(
                f"Element content '{_named(element[0])}' cannot be read as text of "
                f"'{_named(element)}'."
            )
        return element.text or ""

    def _stated(self, element: etree._Element, stated: str, declared: str) -> str:
        """Return the type an element says it has."""
        prefix, colon, local = stated.strip().rpartition(":")
        namespace = element.nsmap.get(prefix if colon else None)
        if namespace is None and colon:
            raise ContractError(f"The prefix '{prefix[:_SHOWN]}' is not declared.")
        place = (namespace or "", local)
        contract = self._contracts.found(*place)
        kind = SIMPLE.get(place) if contract is None else contract.name
        if kind is None:
            raise ContractError(
                f"Element '{_named(element)}' contains data from a type that maps to the name "
                f"'{namespace or ''}:{local}'. The deserializer has no knowledge of any type that "
                "maps to this name."
            )
        if not self._contracts.fits(kind, declared):
            raise ContractError(
                f"Element '{_named(element)}' contains data of the type '{kind}', which is not "
                f"assignable to '{declared}'."
            )
        return kind

    def member(self, element: etree._Element, member: Member, depth: int) -> Any:
        """Return the value of a member, which may have to be one."""
        value = self.value(element, member.type, depth - 1)
        if value is None and not member.nillable:
            raise ContractError(f"ValueType '{member.type}' cannot be null.")
        return value

    def _members(self, element: etree._Element, layout: Layout, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        tags = layout.tags
        for child in element:
            placed = tags.get(str(child.tag))
            if placed is not None:
                found[placed.member.name] = self.member(child, placed.member, depth)
        return found

    def _items(self, element: etree._Element, layout: Layout, depth: int) -> Items:
        placed = layout.members[0]
        tag = placed.tag
        found = [self.member(child, placed.member, depth) for child in element if child.tag == tag]
        return Items(layout.contract.name, found)

    def _pairs(self, element: etree._Element, layout: Layout, depth: int) -> Pairs:
        tag = f"{{{layout.contract.namespace}}}{layout.item}"
        key_name, value_name = (placed.member.name for placed in layout.members)
        found: dict[Any, Any] = {}
        for child in element:
            if child.tag != tag:
                continue
            pair = self._members(child, layout, depth - 1)
            key = pair.get(key_name)
            if key is None:
                raise ContractError("Value cannot be null. Parameter name: key")
            if key in found:
                raise ContractError("An item with the same key has already been added.")
            found[key] = pair.get(value_name)
        return Pairs(layout.contract.name, found)

    def _words(self, element: etree._Element, contract: Contract) -> str:
        text = self._text(element).strip()
        words = text.split() if contract.shape == "flags" else [text]
        for word in words:
            if word not in contract.words:
                raise ContractError(
                    f"Invalid enum value '{text[:_SHOWN]}' cannot be deserialized into type "
                    f"'{contract.name}'."
                )
        return " ".join(words)
