"""The types that operations and definitions name: complex types, enumerations, definitions.

Whatever is named while the description is put together is declared in it, once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from xrm.model import shapes
from xrm.model.metadata import Catalogue
from xrm.org.definitions import parts
from xrm.org.definitions.types import ENTITY, TYPES, Type
from xrm.org.faces.webapi.description.names import BASE, collection, own, simple
from xrm.wire.odata4.csdl import EnumType, Navigation, Property, StructuredType
from xrm.wire.soap.contracts import CONTRACTS

MODEL_BASE, METADATA_BASE = "crmmodelbaseentity", "MetadataBase"
COMPLEX = "Complex"
"""What definitions are called where operations answer with them: ComplexEntityMetadata."""
_SIMPLE = frozenset(
    {"String", "Boolean", "Int32", "Int64", "Decimal", "Double", "DateTimeOffset", "Guid"}
)
_OF_RECORDS = {
    "Entity": own(BASE),
    "EntityReference": own(BASE),
    "ActivityParty": own(BASE),
    "EntityCollection": collection(own(BASE)),
    "EntityReferenceCollection": collection(own(BASE)),
    "OptionSetValue": "Edm.Int32",
    "Relationship": "Edm.String",
    "EntityMetadataCollection": collection(own(f"{COMPLEX}EntityMetadata")),
}
"""What stands for records, and for what is no type here."""
_OF_CONTRACTS = {
    "string": "Edm.String",
    "int": "Edm.Int32",
    "long": "Edm.Int64",
    "boolean": "Edm.Boolean",
    "double": "Edm.Double",
    "decimal": "Edm.Decimal",
    "dateTime": "Edm.DateTimeOffset",
    "guid": "Edm.Guid",
    "anyType": own("Object"),
}


class Types:
    """The complex types and enumerations that have been named so far."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._tables = catalogue.tables
        self._complex: dict[str, StructuredType] = {}
        self._enumerations: dict[str, EnumType] = {}

    @property
    def complexes(self) -> list[StructuredType]:
        """The complex types, by name."""
        return [self._complex[name] for name in sorted(self._complex)]

    @property
    def enumerations(self) -> list[EnumType]:
        """The enumerations, by name."""
        return [self._enumerations[name] for name in sorted(self._enumerations)]

    def edm(self, kind: str) -> str:
        """Return the type that one declared by a message has here. Raises KeyError if unknown."""
        if kind.startswith("Edm."):
            return kind
        if kind.startswith("Collection("):
            return collection(self.edm(kind[len("Collection(") : -1]))
        if kind in _SIMPLE:
            return f"Edm.{kind}"
        if kind in TYPES:
            self._definition(TYPES[kind])
            return own(f"{COMPLEX}{kind}")
        if kind in _OF_RECORDS:
            if kind == "EntityMetadataCollection":
                self._definition(ENTITY)
            return _OF_RECORDS[kind]
        if kind not in self._tables:
            self._declare(kind)
        return own(kind)

    def respond(self, name: str, members: Mapping[str, str]) -> str:
        """Return the complex type of what a message answers."""
        self._complex[name] = StructuredType(
            name, entity=False, properties=tuple(self._members(members, certain=True))
        )
        return own(name)

    def _declare(self, kind: str) -> None:
        if kind in self._complex or kind in self._enumerations:
            return
        for known, declare in self._sources():
            if kind in known:
                declare(kind)
                return
        raise KeyError(kind)

    def _sources(self) -> Iterator[tuple[Iterable[str], Callable[[str], None]]]:
        yield parts.ENUMS, self._enum_of_definitions
        yield parts.COMPLEX, lambda kind: self._structured(kind, parts.COMPLEX[kind])
        yield shapes.ENUMERATIONS, self._enum_of_messages
        yield shapes.COMPLEX, lambda kind: self._structured(kind, shapes.COMPLEX[kind].members)
        yield shapes.PAIRS, self._pairs
        yield CONTRACTS, self._contract

    def _enum_of_definitions(self, kind: str) -> None:
        members = tuple(parts.ENUMS[kind].items())
        self._enumerations[kind] = EnumType(kind, members, kind in parts.FLAGS)

    def _enum_of_messages(self, kind: str) -> None:
        found = shapes.ENUMERATIONS[kind]
        self._enumerations[kind] = EnumType(kind, tuple(found.members.items()), found.flags)

    def _structured(self, kind: str, members: Mapping[str, str], base: str = "") -> None:
        # A place is kept first, since types may hold themselves.
        self._complex[kind] = StructuredType(kind)
        properties = tuple(self._members(members))
        self._complex[kind] = StructuredType(kind, base, entity=False, properties=properties)

    def _pairs(self, kind: str) -> None:
        found = shapes.PAIRS[kind]
        members = {
            "Count": "Edm.Int32",
            "IsReadOnly": "Edm.Boolean",
            "Keys": collection(found.key),
            "Values": collection(found.value),
        }
        self._structured(kind, members)

    def _contract(self, kind: str) -> None:
        """Declare what only the data contracts of the SDK tell of, such as QueryExpression."""
        found = CONTRACTS[kind]
        if found.words:
            members = tuple((word, place) for place, word in enumerate(found.words))
            self._enumerations[kind] = EnumType(kind, members, found.shape == "flags")
            return
        self._complex[kind] = StructuredType(kind)
        base = "" if found.base is None else self.edm(found.base)
        properties = tuple(
            simple(each.name, self._of_contract(each.type)) for each in found.members
        )
        self._complex[kind] = StructuredType(kind, base, entity=False, properties=properties)

    def _of_contract(self, kind: str) -> str:
        if kind in _OF_CONTRACTS:
            return self.edm("Object") if kind == "anyType" else _OF_CONTRACTS[kind]
        found = CONTRACTS.get(kind)
        if found is not None and found.shape == "list":
            (item,) = found.members
            return collection(self._of_contract(item.type))
        if kind.startswith("ArrayOf"):
            return collection(self._of_contract(kind.removeprefix("ArrayOf")))
        return self.edm(kind)

    def _members(self, members: Mapping[str, str], *, certain: bool = False) -> Iterator[Property]:
        for name, kind in members.items():
            edm = self.edm(kind)
            yield simple(name, edm, nullable=not certain or edm == "Edm.String")

    def _definition(self, kind: Type) -> None:
        """Declare a definition, and all derived from it, as a complex type."""
        name = f"{COMPLEX}{kind.name}"
        if name in self._complex:
            return
        if kind.base is not None:
            self._definition(kind.base)
        base = "" if kind.base is None else own(f"{COMPLEX}{kind.base.name}")
        linked = {
            name: collection(to) if kind is ENTITY else to for name, to in kind.navigation.items()
        }
        self._structured(name, _added(kind, {**kind.properties, **linked}), base)
        for each in TYPES.values():
            if each.base is kind:
                self._definition(each)

    def model_types(self) -> Iterator[StructuredType]:
        """Return definitions as entity types, those they derive from first."""
        yield StructuredType(MODEL_BASE, abstract=True)
        common = ("MetadataId", "HasChanged")
        yield StructuredType(
            METADATA_BASE,
            own(MODEL_BASE),
            abstract=True,
            key="MetadataId",
            properties=(simple("MetadataId", "Edm.Guid"), simple("HasChanged", "Edm.Boolean")),
        )
        for kind in TYPES.values():
            properties = _added(kind, kind.properties).items()
            base = METADATA_BASE if kind.base is None else kind.base.name
            yield StructuredType(
                kind.name,
                own(base),
                properties=tuple(
                    simple(name, self.edm(of)) for name, of in properties if name not in common
                ),
                navigation=tuple(_navigation(kind)),
            )


def _added(kind: Type, members: Mapping[str, str]) -> dict[str, str]:
    """Return the members a type has beside those of its base."""
    inherited = Type("", {}, {}) if kind.base is None else kind.base
    known = {*inherited.properties, *inherited.navigation}
    return {name: of for name, of in members.items() if name not in known}


def _navigation(kind: Type) -> Iterator[Navigation]:
    for name, to in _added(kind, kind.navigation).items():
        several = kind is ENTITY
        yield Navigation(name, collection(own(to)) if several else own(to), contained=several)
