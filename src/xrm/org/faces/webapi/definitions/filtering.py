"""`$filter` of definitions: enumerations and managed properties, and no functions at all.

Members of an enumeration are written with their type before them or as plain text.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.model.errors import service
from xrm.model.query import Condition, Filter
from xrm.org.definitions.parts import ENUMS, NAMED
from xrm.org.definitions.types import Type
from xrm.wire.odata4 import filter as plain
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.filter import Aliases

_PREFIX = "Microsoft.Dynamics.CRM."
_TEXTS = ("String", "Guid", "DateTimeOffset")


@dataclass(frozen=True, slots=True)
class _Member:
    enum: str
    name: str


def read_definition_filter(text: str, of: Type, aliases: Aliases) -> Filter:
    """Return what a `$filter` asks of definitions of a type.

    Raises ODataError for what cannot be read or compared, ServiceError 501 for a function.
    """
    parser = _Parser(text, of, aliases)
    result = parser.either(0)
    parser.finish()
    return result


class _Parser(plain.Parser):
    tokens = re.compile(
        r"\s*(?:(?P<enum>[A-Za-z_][\w.]*'(?:[^']|'')*')|(?:" + plain.Parser.tokens.pattern + r"))",
        re.VERBOSE,
    )

    def __init__(self, text: str, of: Type, aliases: Aliases) -> None:
        self._of = of
        super().__init__(text, self._property, aliases)

    def _property(self, name: str) -> str:
        _simple_type(self._of, name)
        return name

    def _function(self, name: str) -> Filter:
        raise service.ServiceError(
            service.METADATA_FUNCTION,
            f'The "{name[:50]}" function isn\'t supported for Metadata Entities.',
        )

    def _operand(self, kind: str, text: str) -> Any:
        if kind != "enum":
            return super()._operand(kind, text)
        name, _, member = text[:-1].partition("'")
        return _Member(name.removeprefix(_PREFIX), member)

    def _comparison(self, left: Any) -> Filter:
        found = super()._comparison(left)
        if not isinstance(found, Condition):
            raise ODataError("Two properties of a definition cannot be compared.")
        if not found.values:
            return found
        kind = _simple_type(self._of, found.column)
        return replace(found, values=(_fitted(found.values[0], kind, found.operator),))


def _simple_type(of: Type, path: str) -> str:
    """Return the type of the property a path names. Raises ODataError if it cannot be asked."""
    name, slash, rest = path.partition("/")
    kind = of.properties.get(name)
    if kind is None:
        raise unknown_property(of, name)
    if slash:
        if kind not in NAMED or rest != "Value":
            raise ODataError(
                f"Could not find a property named '{rest[:100]}' on type '{_PREFIX}{kind}'."
            )
        return NAMED[kind]
    return kind


def _fitted(value: Any, kind: str, operator: str) -> Any:
    """Return a literal as definitions hold it. Raises ODataError if it is of another type."""
    if kind in ENUMS:
        return _member(value, kind)
    wanted: tuple[type, ...] = (int, Decimal)
    if kind in _TEXTS:
        wanted = (str, UUID, datetime)
    elif kind == "Boolean":
        wanted = (bool,)
    simple = kind in (*_TEXTS, "Boolean", "Int32", "Int64", "Decimal", "Double")
    if simple and isinstance(value, wanted) and isinstance(value, bool) == (kind == "Boolean"):
        return value
    raise ODataError(
        "A binary operator with incompatible types was detected. Found operand types "
        f"'{_edm(kind)}' and '{_literal_type(value)}' for operator kind '{_OPERATORS[operator]}'."
    )


def _member(value: Any, enum: str) -> str:
    name = value.name if isinstance(value, _Member) else value
    if isinstance(value, _Member) and value.enum != enum:
        raise ODataError(f"The type '{value.enum[:100]}' is not the enumeration '{enum}'.")
    if not isinstance(name, str) or name not in ENUMS[enum]:
        shown = str(name)[:100]
        raise ODataError(f"The string '{shown}' is not a valid enumeration type constant.")
    return name


_OPERATORS = {
    "eq": "Equal",
    "ne": "NotEqual",
    "gt": "GreaterThan",
    "ge": "GreaterThanOrEqual",
    "lt": "LessThan",
    "le": "LessThanOrEqual",
}


def _edm(kind: str) -> str:
    simple = kind in (*_TEXTS, "Boolean", "Int32", "Int64", "Decimal", "Double")
    return f"Edm.{kind}" if simple else f"{_PREFIX}{kind}"


def _literal_type(value: Any) -> str:
    if isinstance(value, _Member):
        return f"{_PREFIX}{value.enum[:100]}"
    names = {bool: "Boolean", int: "Int32", str: "String", UUID: "Guid"}
    return f"Edm.{names.get(type(value), 'Decimal')}"


def unknown_property(of: Type, name: str) -> ODataError:
    """Return the error for a property that a type does not have."""
    return ODataError(
        f"Could not find a property named '{name[:100]}' on type '{_PREFIX}{of.name}'."
    )
