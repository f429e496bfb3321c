"""EntityQueryExpression: a query for definitions, by the names of its members.

The value of a condition goes with the .NET type it was sent as, since that counts.
"""

from typing import Any
from uuid import UUID

from xrm.model.metadata import Catalogue
from xrm.org.faces.soap.reading.members import invalid, kind_of
from xrm.wire.soap.values import Items, Struct, Word

MAX_DEPTH = 60
_SDK = "Microsoft.Xrm.Sdk.Metadata."
_ITEMS = {"string": "System.String", "int": "System.Int32", "guid": "System.Guid"}


def read_definition_query(_catalogue: Catalogue, name: str, value: Any) -> dict[str, Any]:
    """Return the query as a mapping. Raises ServiceError 0x80040203 for what is none."""
    if not isinstance(value, Struct) or value.type != "EntityQueryExpression":
        raise invalid(f"The parameter '{name}' does not take a value of type {kind_of(value)}.")
    return _members(value, 0)


def _members(struct: Struct, depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise invalid("The query is nested too deeply.")
    is_condition = struct.type == "MetadataConditionExpression"
    return {
        name: _condition_value(value) if is_condition and name == "Value" else _plain(value, depth)
        for name, value in struct.members.items()
        if value is not None
    }


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, Struct):
        return _members(value, depth + 1)
    if isinstance(value, Items):
        return [_plain(each, depth + 1) for each in value.values]
    return value.text if isinstance(value, Word) else value


def _condition_value(value: Any) -> dict[str, Any]:
    if isinstance(value, Items):
        item = value.type.removeprefix("ArrayOf")
        kind = _ITEMS.get(item) or ("System.Object" if item == "anyType" else f"{_SDK}{item}")
        return {"Type": f"{kind}[]", "Value": [_native(each) for each in value.values]}
    return {"Type": _type(value), "Value": _native(value)}


def _type(value: Any) -> str:
    return f"{_SDK}{value.type}" if isinstance(value, Struct | Word) else kind_of(value)


def _native(value: Any) -> Any:
    if isinstance(value, Struct):
        # Of the types of properties only those named by a text are compared as a whole.
        return value.members.get("Value")
    if isinstance(value, Word):
        return value.text
    return str(value) if isinstance(value, UUID) else value
