"""The XSD of each namespace of a service, from its operations and the contracts they may carry.

Every type has an element of its own name beside it, as the serializer of WCF describes types.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from xrm.wire.soap.contract import GENERIC, SERIALIZATION, XSD, Contract, Member
from xrm.wire.soap.lexical import NAMESPACES
from xrm.wire.soap.operations import Operation

Location = Callable[[str], str | None]
"""The address of the schema of a namespace, None where all schemas are in one document."""

_SIMPLE = ("anyType", *(kind for kind, uri in NAMESPACES.items() if uri == XSD))
_GUID = r"[\da-fA-F]{8}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{4}-[\da-fA-F]{12}"
_RESTRICTED = {
    "char": ("xs:int", None),
    "duration": ("xs:duration", r"\-?P(\d*D)?(T(\d*H)?(\d*M)?(\d*(\.\d*)?S)?)?"),
    "guid": ("xs:string", _GUID),
}
"""The simple types of the serializer's own: what they restrict, and their pattern."""


class Types:
    """The contracts that a service may carry by namespace, and how schemas refer to them.

    A namespace has the same prefix in each schema: there are clients that put all in one table.
    """

    def __init__(self, contracts: Iterable[Contract], first: str) -> None:
        given = tuple(contracts)
        pairs = {row.pair: _pair(row) for row in given if row.shape == "pairs"}
        self._contracts = {contract.name: contract for contract in given} | pairs
        self.groups: dict[str, list[Contract]] = {first: [], SERIALIZATION: []}
        for contract in self._contracts.values():
            self.groups.setdefault(contract.namespace, []).append(contract)
        self.prefixes = {uri: f"q{number}" for number, uri in enumerate(self.groups)}

    def namespace(self, name: str) -> str:
        """Return the namespace of a type. Raises KeyError for an unknown one."""
        if name in _SIMPLE:
            return XSD
        return SERIALIZATION if name in _RESTRICTED else self._contracts[name].namespace

    def reference(self, name: str) -> str:
        """Return what a schema refers to a type as. Raises KeyError for an unknown one."""
        if name in _SIMPLE:
            return f"xs:{name}"
        contract = self._contracts.get(name)
        return f"{self.prefixes[self.namespace(name)]}:{contract.wire_name if contract else name}"


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of one namespace: elements of messages' bodies, and types."""

    namespace: str
    types: Types
    wrappers: tuple[Contract, ...] = ()
    contracts: tuple[Contract, ...] = ()

    @property
    def imports(self) -> tuple[str, ...]:
        """The namespaces whose types are named here, in order."""
        here = (*self.wrappers, *self.contracts)
        named = {self.types.namespace(name) for part in here for name in _named(part)}
        return tuple(sorted(named - {XSD, self.namespace}))

    def element(self, location: Location, parent: etree._Element | None = None) -> etree._Element:
        """Return the element `xs:schema`, made within its parent if there is one.

        An element moved there later would lose the prefixes that its attributes refer to.
        """
        known = (self.namespace, *self.imports)
        prefixes = {"xs": XSD, **{self.types.prefixes[uri]: uri for uri in known}}
        attributes = {"elementFormDefault": "qualified", "targetNamespace": self.namespace}
        if parent is None:
            root = etree.Element(f"{{{XSD}}}schema", attributes, nsmap=prefixes)
        else:
            root = etree.SubElement(parent, f"{{{XSD}}}schema", attributes, nsmap=prefixes)
        self._fill(root, location)
        return root

    def _fill(self, root: etree._Element, location: Location) -> None:
        for namespace in self.imports:
            imported(root, namespace, location(namespace))
        for wrapper in self.wrappers:
            element = _add(root, "element", name=wrapper.name)
            self._structure(_add(element, "complexType"), wrapper)
        for contract in self.contracts:
            self._declare(root, contract)
        if self.namespace == SERIALIZATION:
            _declare_simple(root, self.types)

    def _declare(self, root: etree._Element, contract: Contract) -> None:
        name = contract.wire_name
        if contract.words:
            _words(root, contract)
        else:
            self._structure(_add(root, "complexType", name=name), contract)
        reference = self.types.reference(contract.name)
        _add(root, "element", name=name, nillable="true", type=reference)

    def _structure(self, parent: etree._Element, contract: Contract) -> None:
        if contract.base:
            extended = _add(parent, "complexContent")
            parent = _add(extended, "extension", base=self.types.reference(contract.base))
        sequence = _add(parent, "sequence")
        repeated = {"maxOccurs": "unbounded"} if contract.shape in ("list", "pairs") else {}
        for member in _elements(contract):
            optional = {"minOccurs": "0"} if member.optional else {}
            element = _add(sequence, "element", **optional, **repeated, name=member.name)
            if member.nillable:
                element.set("nillable", "true")
            element.set("type", self.types.reference(member.type))


def schemas_of(
    operations: Mapping[str, Operation], contracts: Iterable[Contract]
) -> tuple[Schema, ...]:
    """Return the schemas of a service: that of its operations first.

    Raises KeyError if a contract names a type that is not among them.
    """
    wrappers = tuple(part for row in operations.values() for part in _wrappers(row))
    types = Types(contracts, wrappers[0].namespace)
    return tuple(
        Schema(namespace, types, () if number else wrappers, tuple(group))
        for number, (namespace, group) in enumerate(types.groups.items())
    )


def reached_from(names: Iterable[str], contracts: Iterable[Contract]) -> list[Contract]:
    """Return the contracts of these names, and all that they name in their turn."""
    by_name = {contract.name: contract for contract in contracts}
    found: dict[str, Contract] = {}
    waiting = list(names)
    while waiting:
        contract = by_name.get(name := waiting.pop())
        if contract and name not in found:
            found[name] = contract
            waiting += _named(contract)
    return list(found.values())


def imported(schema: etree._Element, namespace: str, location: str | None) -> None:
    """Add an import of a namespace to a schema, from an address if there is one."""
    element = _add(schema, "import", namespace=namespace)
    if location:
        element.set("schemaLocation", location)


def included(types: etree._Element, namespace: str, location: str) -> None:
    """Add a schema of a namespace that includes the one at an address."""
    attributes = {"elementFormDefault": "qualified", "targetNamespace": namespace}
    schema = etree.SubElement(types, f"{{{XSD}}}schema", attributes, nsmap={"xsd": XSD})
    _add(schema, "include", schemaLocation=location)


def _wrappers(operation: Operation) -> tuple[Contract, Contract]:
    name, namespace = operation.name, operation.namespace
    result = (operation.result,) if operation.result else ()
    request = Contract(name, namespace, operation.parameters)
    return request, Contract(f"{name}Response", namespace, result)


def _pair(contract: Contract) -> Contract:
    members = tuple(replace(member, optional=False) for member in contract.members)
    return Contract(contract.pair, GENERIC, members)


def _named(contract: Contract) -> list[str]:
    base = [contract.base] if contract.base else []
    return base + [member.type for member in contract.members + _elements(contract)]


def _elements(contract: Contract) -> tuple[Member, ...]:
    if contract.shape == "pairs":
        return (Member(contract.pair, contract.pair, nillable=False),)
    return contract.members


def _words(root: etree._Element, contract: Contract) -> None:
    parent = _add(root, "simpleType", name=contract.wire_name)
    if contract.shape == "flags":
        parent = _add(_add(parent, "list"), "simpleType")
    restriction = _add(parent, "restriction", base="xs:string")
    for word in contract.words:
        _add(restriction, "enumeration", value=word)


def _declare_simple(root: etree._Element, types: Types) -> None:
    for name in _SIMPLE:
        _add(root, "element", name=name, nillable="true", type=f"xs:{name}")
    for name, (base, pattern) in _RESTRICTED.items():
        _add(root, "element", name=name, nillable="true", type=types.reference(name))
        restriction = _add(_add(root, "simpleType", name=name), "restriction", base=base)
        if pattern:
            _add(restriction, "pattern", value=pattern)
    for name, type_name in (("FactoryType", "QName"), ("Id", "ID"), ("Ref", "IDREF")):
        _add(root, "attribute", name=name, type=f"xs:{type_name}")


def _add(parent: etree._Element, tag: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XSD}}}{tag}", attributes)
