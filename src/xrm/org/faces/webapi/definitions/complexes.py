"""Definitions as functions answer with them: complex types, with every property they have.

What is not known, or not wanted, is null.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xrm.org.definitions.parts import ENUMS
from xrm.org.definitions.types import ENTITY, Type
from xrm.org.definitions.values import Definition
from xrm.org.faces.webapi.urls.resources import NAMESPACE
from xrm.wire.odata4.errors import ODataError
from xrm.wire.odata4.url import Word

_UNTYPED = frozenset({"UniqueIdentifierAttributeMetadata"})
"""Columns that the service tells as of no type of their own there."""


def _definition(item: Definition, declared: Type) -> dict[str, Any]:
    """Return a definition where one of a type is declared: a type derived from it is told."""
    found: dict[str, Any] = {}
    if item.type is not declared and item.type.name not in _UNTYPED:
        found["@odata.type"] = f"#{NAMESPACE}Complex{item.type.name}"
    for name in item.type.properties:
        found[name] = item.values.get(name)
    for name, target in item.type.navigation.items():
        found[name] = _linked(item, name, target)
    return found


def _linked(item: Definition, name: str, target: str) -> Any:
    link = item.links.get(name)
    there = None if link is None else link()
    if isinstance(there, Sequence):
        # A list leads to definitions of the type that it names, or of types derived from it.
        return [_definition(each, _root(each.type, target)) for each in there]
    return None if there is None else _definition(there, _root(there.type, target))


def _root(kind: Type, name: str) -> Type:
    while kind.name != name and kind.base is not None:
        kind = kind.base
    return kind


def _deleted(value: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    values = [{"Guids": list(each)} for each in value.values()]
    return {"Count": len(value), "IsReadOnly": False, "Keys": list(value), "Values": values}


SPELLED: Mapping[str, Callable[[Any], Any]] = {
    "EntityMetadata": lambda value: _definition(value, ENTITY),
    "EntityMetadataCollection": lambda value: [_definition(each, ENTITY) for each in value],
    "DeletedMetadataCollection": _deleted,
}
"""What spells each type of results that messages declare and that is about definitions."""


def read_words(enum: str, name: str, raw: Any) -> list[str]:
    """Return the members of a flags enumeration of definitions. Raises ODataError."""
    if isinstance(raw, Word):
        if raw.type != NAMESPACE + enum:
            raise ODataError(f"The parameter '{name}' is not of the type '{enum}'.")
        raw = raw.text
    words = [word.strip() for word in raw.split(",")] if isinstance(raw, str) else []
    if not words or any(word not in ENUMS[enum] for word in words):
        raise ODataError(
            f"The value '{str(raw)[:100]}' is not a valid value of the enumeration type "
            f"'{NAMESPACE}{enum}'."
        )
    return words
