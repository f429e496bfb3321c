"""Contracts by name, and what reading and writing ask of them, worked out once for each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xrm.wire.soap.contract import ARRAYS, GENERIC, Contract, Member


@dataclass(frozen=True, slots=True)
class Placed:
    """A member with the namespace of its element.

    `declares` is the namespace that the element declares for what it will hold: that of a data
    contract which is of another than the one the member belongs to.
    """

    member: Member
    namespace: str
    declares: str = ""

    @property
    def tag(self) -> str:
        """The element's Clark name."""
        return f"{{{self.namespace}}}{self.member.name}"


@dataclass(frozen=True, slots=True)
class Layout:
    """A contract as it lies on the wire: its members in order, those of its bases first.

    `declares` is the namespace a collection declares for its items, `item` what they are called.
    """

    contract: Contract
    members: tuple[Placed, ...]
    declares: str = ""
    item: str = ""
    tags: Mapping[str, Placed] = field(default_factory=dict)


class Contracts(Mapping[str, Contract]):
    """Contracts by their names, found also by what they are called on the wire."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._named = {contract.name: contract for contract in contracts}
        self._found = {
            (contract.namespace, contract.wire_name): contract for contract in self._named.values()
        }
        self._layouts: dict[str, Layout] = {}

    def __getitem__(self, name: str) -> Contract:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def found(self, namespace: str, local: str) -> Contract | None:
        """Return the contract of that name on the wire, or None."""
        return self._found.get((namespace, local))

    def fits(self, name: str, declared: str) -> bool:
        """Tell whether a value of one contract may stand where the other is declared."""
        if declared == "anyType":
            return True
        known: str | None = name
        while known is not None:
            if known == declared:
                return True
            contract = self._named.get(known)
            known = None if contract is None else contract.base
        return False

    def extended(self, more: Iterable[Contract]) -> "Contracts":
        """Return these and more contracts, such as those of an organization's messages."""
        return Contracts((*self._named.values(), *more))

    def layout(self, name: str) -> Layout:
        """Return how a contract lies on the wire. Raises KeyError if there is none."""
        known = self._layouts.get(name)
        if known is None:
            known = self._layouts[name] = self._layout(self._named[name])
        return known

    def _layout(self, contract: Contract) -> Layout:
        if contract.shape == "pairs":
            return self._pairs(contract)
        members = tuple(self._placed(contract))
        if contract.shape == "list":
            item = members[0]
            return Layout(contract, members, item.declares, item.member.name)
        return Layout(contract, members, tags={placed.tag: placed for placed in members})

    def _pairs(self, contract: Contract) -> Layout:
        # Keys and values have the namespace of .NET's own type for them.
        namespace = ARRAYS if contract.namespace == ARRAYS else GENERIC
        members = tuple(
            Placed(member, namespace, self._declared(member, namespace))
            for member in contract.members
        )
        declares = "" if namespace == contract.namespace else namespace
        tags = {placed.tag: placed for placed in members}
        return Layout(contract, members, declares, contract.pair, tags)

    def _placed(self, contract: Contract) -> Iterator[Placed]:
        if contract.base is not None:
            yield from self._placed(self._named[contract.base])
        for member in contract.members:
            namespace = member.namespace or contract.namespace
            yield Placed(member, namespace, self._declared(member, contract.namespace))

    def _declared(self, member: Member, own: str) -> str:
        contract = self._named.get(member.type)
        if contract is None or contract.shape in ("enumeration", "flags"):
            return ""
        return "" if contract.namespace == own else contract.namespace
