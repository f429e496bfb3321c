"""A value to an element, by the contracts, with the prefixes the service's own answers have.

A namespace gets the first letter that is free where it is first needed, and is declared there: on
the element of a result for its contract, on a member for a contract of another namespace, on a
collection for its items, and wherever an element tells a type of another namespace.
"""

from collections.abc import Iterable, Mapping
from string import ascii_lowercase
from typing import Any, Protocol, runtime_checkable

from xrm.wire.soap.contract import INSTANCE
from xrm.wire.soap.contracts import CONTRACTS, Contracts
from xrm.wire.soap.contracts.registry import Layout, Placed
from xrm.wire.soap.lexical import NAMESPACES, WRITERS
from xrm.wire.soap.values import Items, Pairs, Struct, Word
from xrm.wire.xml import escape, quote

_ALIKE = {
    "string": frozenset({"anyURI", "char", "duration", "QName"}),
    "int": frozenset(
        {"byte", "unsignedByte", "short", "unsignedShort", "long", "double", "decimal"}
    ),
    "long": frozenset({"unsignedInt", "unsignedLong"}),
    "double": frozenset({"float"}),
}
"""Declared types that values of a simple type may be written for, without telling their own."""


class Scope:
    """The prefixes declared where something is written."""

    __slots__ = ("_defaulted", "_inner", "_prefixes")

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Take prefixes by namespace; the default namespace has an empty one."""
        self._prefixes = dict(prefixes)
        self._inner: dict[str, tuple[Scope, str]] = {}
        self._defaulted: dict[str, Scope] = {}

    def declare(self, namespace: str, prefix: str = "") -> tuple["Scope", str]:
        """Return the scope with that namespace, and the declaration it takes, if any."""
        if not namespace or namespace in self._prefixes:
            return self, ""
        known = self._inner.get(namespace)
        if known is None:
            taken = self._prefixes.values()
            chosen = prefix or next(letter for letter in ascii_lowercase if letter not in taken)
            inner = Scope({**self._prefixes, namespace: chosen})
            known = self._inner[namespace] = inner, f' xmlns:{chosen}="{quote(namespace)}"'
        return known

    def defaulted(self, namespace: str) -> "Scope":
        """Return the scope where that is the default namespace."""
        known = self._defaulted.get(namespace)
        if known is None:
            kept = {space: prefix for space, prefix in self._prefixes.items() if prefix}
            known = self._defaulted[namespace] = Scope({**kept, namespace: ""})
        return known

    def name(self, namespace: str, local: str) -> str:
        """Return a name with its prefix. Raises KeyError if the namespace is not declared."""
        prefix = self._prefixes[namespace]
        return f"{prefix}:{local}" if prefix else local


@runtime_checkable
class Written(Protocol):
    """A value that writes itself: stands wherever one of its contract may."""

    @property
    def type(self) -> str:
        """The name of the contract."""

    def write(self, scope: Scope) -> Iterable[str]:
        """Return what stands in the element, in pieces.

        The namespace of its contract and that of XML Schema instances are in scope.
        """


def write_element(
    name: str, value: Any, declared: str, scope: Scope, contracts: Contracts = CONTRACTS
) -> str:
    """Return an element in the default namespace, such as an operation's result.

    A value of another type than the declared one, which fits it, tells its own (i:type). Raises
    TypeError for a value that does not fit, KeyError for a contract there is not.
    """
    return "".join(element_pieces(name, value, declared, scope, contracts))


def element_pieces(
    name: str, value: Any, declared: str, scope: Scope, contracts: Contracts = CONTRACTS
) -> list[str]:
    """Return what `write_element` does, in pieces: a large answer is copied only once."""
    declarations = ""
    contract = contracts.get(declared)
    if contract is not None and contract.shape not in ("enumeration", "flags"):
        scope, declarations = scope.declare(contract.namespace)
        scope, more = scope.declare(INSTANCE, "i")
        declarations += more
    writer = _Writer(contracts)
    writer.element(name, value, declared, scope, declarations)
    return writer.pieces


def write_root(
    value: Struct, scope: Scope, contracts: Contracts = CONTRACTS, *, declared: str = ""
) -> str:
    """Return an instance of a contract as an element of its own, in its default namespace.

    The element is that of the contract `declared`, where the value's derives from one.
    """
    contract = contracts[declared or value.type]
    inner, declaration = scope.defaulted(contract.namespace).declare(INSTANCE, "i")
    declarations = f' xmlns="{quote(contract.namespace)}"{declaration}'
    writer = _Writer(contracts)
    writer.element(contract.wire_name, value, contract.name, inner, declarations)
    return "".join(writer.pieces)


class _Writer:
    """Writes values by one set of contracts, piece after piece."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self.pieces: list[str] = []

    def element(
        self, tag: str, value: Any, declared: str, scope: Scope, declarations: str = ""
    ) -> None:
        """Write an element; `declarations` are those that `scope` came by on it."""
        if value is None:
            scope, more = scope.declare(INSTANCE, "i")
            nil = scope.name(INSTANCE, "nil")
            self.pieces.append(f'<{tag} {nil}="true"{declarations}{more}/>')
            return
        simple = WRITERS.get(type(value))
        kind = value.type if simple is None else simple[0]
        stated = ""
        if kind != declared and declared not in _ALIKE.get(kind, ()):
            scope, stated, declarations = self._stated(kind, declared, scope, declarations)
        if simple is None:
            self._held(tag, value, kind, scope, stated + declarations)
            return
        text = escape(simple[1](value)) if kind == "string" else simple[1](value)
        start = f"<{tag}{stated}{declarations}"
        self.pieces.append(f"{start}>{text}</{tag}>" if text else f"{start}/>")

    def _held(self, tag: str, value: Any, kind: str, scope: Scope, attributes: str) -> None:
        """Write an element around what it holds, or an empty one around nothing."""
        pieces = self.pieces
        place = len(pieces)
        pieces.append("")
        attributes += self._content(value, kind, scope)
        if len(pieces) == place + 1:
            pieces[place] = f"<{tag}{attributes}/>"
        else:
            pieces[place] = f"<{tag}{attributes}>"
            pieces.append(f"</{tag}>")

    def _stated(
        self, kind: str, declared: str, scope: Scope, declarations: str
    ) -> tuple[Scope, str, str]:
        if not self._contracts.fits(kind, declared):
            raise TypeError(f"a value of {kind!r} does not fit {declared!r}")
        namespace, local = NAMESPACES.get(kind, ""), kind
        if not namespace:
            contract = self._contracts[kind]
            namespace, local = contract.namespace, contract.wire_name
        scope, instance = scope.declare(INSTANCE, "i")
        scope, more = scope.declare(namespace)
        stated = f' {scope.name(INSTANCE, "type")}="{scope.name(namespace, local)}"'
        return scope, stated, declarations + instance + more

    def _content(self, value: Any, kind: str, scope: Scope) -> str:
        """Write what an element holds; return what is declared for it."""
        declarations = ""
        if isinstance(value, Word):
            self.pieces.extend([escape(value.text)] if value.text else [])
        elif isinstance(value, Struct):
            self._members(value.members, self._contracts.layout(kind).members, scope)
        elif isinstance(value, Items | Pairs):
            layout = self._contracts.layout(kind)
            scope, declarations = scope.declare(layout.declares)
            if isinstance(value, Items):
                for item in value.values:
                    self._placed(layout.members[0], item, scope)
            else:
                self._pairs(value.values, layout, scope)
        else:
            self.pieces.extend(value.write(scope))
        return declarations

    def _pairs(self, values: Mapping[Any, Any], layout: Layout, scope: Scope) -> None:
        item = scope.name(layout.contract.namespace, layout.item)
        key, value = layout.members
        start, end = f"<{item}>", f"</{item}>"
        for name, held in values.items():
            self.pieces.append(start)
            self._placed(key, name, scope)
            self._placed(value, held, scope)
            self.pieces.append(end)

    def _members(
        self, members: Mapping[str, Any], layout: tuple[Placed, ...], scope: Scope
    ) -> None:
        for placed in layout:
            if placed.member.name in members:
                self._placed(placed, members[placed.member.name], scope)

    def _placed(self, placed: Placed, value: Any, scope: Scope) -> None:
        scope, declarations = scope.declare(placed.namespace)
        tag = scope.name(placed.namespace, placed.member.name)
        if placed.declares:
            scope, more = scope.declare(placed.declares)
            declarations += more
        self.element(tag, value, placed.member.type, scope, declarations)
