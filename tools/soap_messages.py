"""Generate the client's classes for messages and data contracts.

    python tools/soap_messages.py            write src/xrm/client/messages and soap/contracts
    python tools/soap_messages.py --check    say which of them are not current, and exit with 1

Messages follow from the declarations of the organization's handlers, classes of data contracts
from the tables of `wire.soap` and `model.shapes`. The client itself knows nothing of the handlers.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generated import SOURCE, formatted, kept

from xrm.client.soap.classes import HOMES, snake
from xrm.model import shapes
from xrm.model.message import OUR_OWN, Declaration
from xrm.org.messages import REGISTRY
from xrm.wire.soap.contract import Contract
from xrm.wire.soap.contracts import (
    CONTRACTS,
    core,
    discovery,
    metadata,
    metadata_columns,
    metadata_queries,
    metadata_relationships,
    metadata_tables,
    queries,
)
from xrm.wire.soap.messages import contract_type, contracts_of_shapes

CLIENT = SOURCE / "xrm" / "client"
MESSAGES, TYPES = CLIENT / "messages", CLIENT / "soap" / "contracts"
WIDTH = 100
SHAPES = {each.name: each for each in contracts_of_shapes()}
ALL = {**CONTRACTS, **SHAPES}

SIMPLE = {
    "string": "str",
    "boolean": "bool",
    "short": "int",
    "int": "int",
    "long": "int",
    "decimal": "Decimal",
    "double": "float",
    "dateTime": "datetime",
    "guid": "UUID",
    "base64Binary": "bytes",
    "anyType": "Any",
}
PLAIN_IMPORTS = {
    "Decimal": "from decimal import Decimal",
    "datetime": "from datetime import datetime",
    "UUID": "from uuid import UUID",
    "Any": "from typing import Any",
    "Sequence": "from collections.abc import Sequence",
    "Mapping": "from collections.abc import Mapping",
}
WRITTEN = HOMES | dict.fromkeys(("Answered", "Message", "Part"), "xrm.client.soap.declared")
"""Classes that are written by hand, and where."""
LEFT_OUT = {
    "AttributeExpression", "BaseServiceFault", "DiscoveryServiceFault", "ExecuteTransactionFault",
    "OrganizationRequest", "OrganizationResponse", "OrganizationServiceFault", "UpsertResponse",
}  # fmt: skip
"""Contracts that are no class of the client's."""
_BEHAVIOR = {"ConcurrencyBehavior": "ConcurrencyBehavior"}
ADDED = {"Update": _BEHAVIOR, "Delete": _BEHAVIOR}
"""Parameters of the SDK's messages that handlers take in another form."""
FAMILIES: Mapping[str, tuple[Contract, ...]] = {
    "shapes": (*core.CORE, *SHAPES.values()),
    "queries": queries.QUERY_CONTRACTS,
    "discovery": discovery.DISCOVERY_CONTRACTS,
    "columns": metadata_columns.COLUMNS,
    "tables": metadata_tables.TABLES,
    "relationships": metadata_relationships.RELATIONSHIPS,
    "definition_queries": metadata_queries.QUERIES,
    "definitions": metadata.METADATA_CONTRACTS,
}
"""The modules of classes, and the contracts each may take; the first that has one keeps it."""


def homes() -> dict[str, str]:
    """Return the module of each generated class."""
    found: dict[str, str] = {}
    for module, family in FAMILIES.items():
        for contract in family:
            if contract.name in WRITTEN or contract.name in LEFT_OUT or contract.name in found:
                continue
            if contract.shape in ("enumeration", "flags"):
                of_metadata = contract.namespace.endswith(("Metadata", "Metadata/Query"))
                found[contract.name] = "definition_words" if of_metadata else "enumerations"
            elif contract.shape == "struct":
                found[contract.name] = module
    return found


GENERATED = homes()


@dataclass
class Text:
    """The text of a module while it grows: its lines, and what it has to import."""

    module: str
    lines: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)

    def kind(self, name: str, *, given: bool = False) -> str:
        """Return the annotation for a contract or simple type; `given` for a parameter's."""
        simple = SIMPLE.get(name)
        if simple is not None:
            self.used.add(simple)
            return simple
        contract = ALL.get(name)
        if name == "OrganizationRequestCollection":
            self.used |= {"Sequence", "Message", "Any"}
            return "Sequence[Message[Any]]"
        if contract is not None and contract.shape == "list":
            item = self.kind(contract.members[0].type)
            self.used |= {"Sequence"}
            return f"Sequence[{item}]" if given else f"list[{item}]"
        if contract is not None and contract.shape == "pairs":
            key, value = (self.kind(member.type) for member in contract.members)
            return f"dict[{key}, {value}]"
        if name == "EntityCollection" and given:
            self.used |= {"EntityCollection", "Entity", "Sequence"}
            return "EntityCollection | Sequence[Entity]"
        found = {"OrganizationResponse": "Answered"}.get(name, name)
        self.used.add(found)
        return found

    def imports(self) -> str:
        """Return the imports: of what classes derive from at once, of the rest for the checker."""
        body = "\n".join(self.lines)
        checked = sorted(name for name in self.used if re.search(rf"\b{name}\b", body))
        plain = [PLAIN_IMPORTS[name] for name in checked if name in PLAIN_IMPORTS]
        own = [
            f"from {home} import {name}"
            for name in checked
            if name not in self.needed and (home := self.home(name))
        ]
        now = [f"from {home} import {name}" for name in self.needed if (home := self.home(name))]
        lines = ["from __future__ import annotations", "from dataclasses import dataclass"]
        lines += ["from enum import Flag, StrEnum", "from typing import TYPE_CHECKING, ClassVar"]
        lines += now
        if plain or own:
            lines += ["if TYPE_CHECKING:", *(f"    {line}" for line in (*plain, *own))]
        return "\n".join(lines)

    def home(self, name: str) -> str:
        """Return the module of a class, "" if that is this one or the class is Python's."""
        if name in WRITTEN:
            return WRITTEN[name]
        if name in GENERATED:
            home = f"xrm.client.soap.contracts.{GENERATED[name]}"
            return "" if home == self.module else home
        if name.endswith("Response") and name.removesuffix("Response") in NAMES:
            return f"xrm.client.messages.{snake(name.removesuffix('Response'))}"
        return ""


NAMES = {handler.declaration.name for handler in REGISTRY}


def dataclass_lines(name: str, base: str, about: str, fields: Iterable[str]) -> list[str]:
    """Return a frozen dataclass."""
    head = f"class {name}({base}):" if base else f"class {name}:"
    return [
        "@dataclass(frozen=True, slots=True, kw_only=True)",
        head,
        f'    """{about}"""',
        "",
        *(f"    {line}" for line in fields),
        "",
    ]


def enumeration(contract: Contract) -> list[str]:
    """Return an enumeration; a flags one has numbers, by place where none are documented here."""
    about = f"{contract.name}, as `Microsoft.Xrm.Sdk` has it."
    numbers = shapes.ENUMERATIONS.get(contract.name)
    lines = []
    if contract.shape == "enumeration":
        lines = [f'{_constant(word)} = "{word}"' for word in contract.words]
        return [f"class {contract.name}(StrEnum):", f'    """{about}"""', "", *indented(lines), ""]
    bit = 1
    for word in contract.words:
        number = numbers.members[word] if numbers else (0 if word == "None" else bit)
        lines.append(f"{snake(word).rstrip('_').upper()} = {number}")
        bit *= 1 if word == "None" else 2
    about = f"{contract.name}, of which a value may have several."
    return [f"class {contract.name}(Flag):", f'    """{about}"""', "", *indented(lines), ""]


def _constant(word: str) -> str:
    return snake(word).rstrip("_").upper()


def indented(lines: Iterable[str]) -> list[str]:
    """Return lines one step further in."""
    return [f"    {line}" for line in lines]


def required_of(contract: Contract) -> set[str]:
    """Return the members without which a value of a complex type cannot be sent."""
    shape = shapes.COMPLEX.get(contract.name)
    given = {
        item
        for handler in REGISTRY
        for declared in handler.declaration.parameters.values()
        for item in re.findall(r"\w+", declared)
    }
    if shape is None or contract.name not in given:
        return set()
    return set(shape.members) - shape.optional


def structure(text: Text, contract: Contract) -> list[str]:
    """Return the class of a data contract."""
    required, fields = required_of(contract), []
    for member in contract.members:
        kind = text.kind(member.type)
        rest = "" if member.name in required else " | None = None"
        fields.append(f"{snake(member.name)}: {kind}{rest}")
    base = contract.base or ""
    text.needed |= {base} if base else set()
    return dataclass_lines(contract.name, base, f"{contract.name} of the SDK.", fields)


def ordered(contracts: Iterable[Contract]) -> list[Contract]:
    """Return contracts, those that others derive from before them."""
    waiting, done = list(contracts), list[Contract]()
    while waiting:
        names = {each.name for each in waiting}
        ready = [each for each in waiting if each.base not in names]
        done += ready
        waiting = [each for each in waiting if each.base in names]
    return done


NOTE = "Generated by tools/soap_messages.py: edit that, or what it reads."


def types() -> Iterator[tuple[Path, str]]:
    """Yield the modules of classes for data contracts."""
    modules = sorted(set(GENERATED.values()))
    for module in modules:
        text = Text(f"xrm.client.soap.contracts.{module}")
        for contract in ordered(ALL[name] for name in GENERATED if GENERATED[name] == module):
            is_word = contract.shape in ("enumeration", "flags")
            text.lines += enumeration(contract) if is_word else structure(text, contract)
        about = f"{module.capitalize().replace('_', ' ')}: data contracts of the SDK as classes."
        title = f'"""{about}\n\n{NOTE}\n"""'
        yield TYPES / f"{module}.py", "\n".join([title, text.imports(), *text.lines])
    yield (
        TYPES / "__init__.py",
        index(
            "Classes of the SDK's data contracts, each loaded when it is first used.",
            "xrm.client.soap.contracts",
            {module: sorted(n for n in GENERATED if GENERATED[n] == module) for module in modules},
        ),
    )


def parameters_of(declaration: Declaration) -> dict[str, str]:
    """Return the parameters of the SDK's message, by name and declared type."""
    own = {
        name: declared for name, declared in declaration.parameters.items() if name not in OUR_OWN
    }
    return own | ADDED.get(declaration.name, {})


def part_lines(head: str, parts: Mapping[str, str]) -> list[str]:
    """Return the table of parameters or results."""
    rows = ", ".join(f'("{snake(name)}", "{name}", "{kind}")' for name, kind in parts.items())
    return [f"{head}: ClassVar[tuple[Part, ...]] = ({rows},)"] if parts else []


def message(declaration: Declaration) -> str:
    """Return the module of one message."""
    name = declaration.name
    text = Text(f"xrm.client.messages.{snake(name)}")
    space = "Microsoft.Crm.Sdk.Messages"
    if declaration.namespace != "crm":
        space = "Microsoft.Xrm.Sdk.Messages"
    said = "" if declaration.results else ": nothing"
    results = [
        f"{snake(each)}: {text.kind(contract_type(declared))}"
        for each, declared in declaration.results.items()
    ]
    text.lines += dataclass_lines(
        f"{name}Response",
        "Answered",
        f"What {name} answers{said}.\n\n    .NET: {space}.{name}Response\n    ",
        [*part_lines("RESULTS", declaration.results), *results],
    )
    given = parameters_of(declaration)
    optional = declaration.optional | ADDED.get(name, {}).keys()
    fields = []
    for each, declared in given.items():
        rest = " | None = None" if each in optional else ""
        fields.append(f"{snake(each)}: {text.kind(contract_type(declared), given=True)}{rest}")
    reads = name == "WhoAmI" or name.startswith("Retrieve")
    table = [
        f'NAME: ClassVar[str] = "{name}"',
        f"ANSWER: ClassVar[type[Answered]] = {name}Response",
        *(["READS: ClassVar[bool] = True"] if reads else []),
        *part_lines("PARAMETERS", given),
    ]
    about = f"{name}, a message.\n\n    .NET: {space}.{name}Request\n    "
    text.lines += dataclass_lines(name, f"Message[{name}Response]", about, [*table, *fields])
    text.needed |= {"Message", "Answered"}
    text.used |= {"Part"} if given or results else set()
    return "\n".join([f'"""{name}.\n\n{NOTE}\n"""', text.imports(), *text.lines])


def index(title: str, package: str, modules: Mapping[str, list[str]], more: str = "") -> str:
    """Return a package's `__init__`: its names, each loaded when it is first used."""
    names = sorted(name for each in modules.values() for name in each)
    imports = [f"    from {package}.{m} import {', '.join(each)}" for m, each in modules.items()]
    listed = ", ".join(f'"{name}"' for name in names)
    homes = ", ".join(f'"{name}": "{module}"' for module, each in modules.items() for name in each)
    return "\n".join(
        [
            f'"""{title}\n\n{NOTE}\n"""',
            "from collections.abc import Mapping",
            "from importlib import import_module",
            "from typing import TYPE_CHECKING, Any",
            *(["from xrm.model.message import Namespace"] if more else []),
            "if TYPE_CHECKING:",
            *imports,
            f"__all__ = [{listed},]",
            more,
            f"_HOMES: Mapping[str, str] = {{{homes},}}",
            "",
            "def __getattr__(name: str) -> Any:",
            "    home = _HOMES.get(name)",
            "    if home is None:",
            '        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")',
            '    value = getattr(import_module(f"{__name__}.{home}"), name)',
            "    globals()[name] = value",
            "    return value",
        ]
    )


def messages() -> Iterator[tuple[Path, str]]:
    """Yield the modules of messages."""
    declared = sorted((handler.declaration for handler in REGISTRY), key=lambda each: each.name)
    for each in declared:
        yield MESSAGES / f"{snake(each.name)}.py", message(each)
    spaces = ", ".join(f'"{each.name}": "{each.namespace}"' for each in declared)
    yield (
        MESSAGES / "__init__.py",
        index(
            "Messages as classes, each loaded when it is first used.",
            "xrm.client.messages",
            {snake(each.name): [each.name, f"{each.name}Response"] for each in declared},
            f"NAMESPACES: Mapping[str, Namespace] = {{{spaces},}}",
        ),
    )


def main(arguments: list[str]) -> int:
    """Write the generated modules, or check them."""
    files = {
        path: formatted(text, path, rules="I,F401,F811,UP")
        for path, text in (*types(), *messages())
    }
    known = [*MESSAGES.glob("*.py"), *TYPES.glob("*.py")]
    return kept(files, known, check="--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
