"""A parameter of a message: from the value in a request, by the type the declaration names."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xrm.model import shapes
from xrm.model.errors import service
from xrm.model.metadata import Catalogue
from xrm.org.faces.soap.reading.definitions import read_definition_query
from xrm.org.faces.soap.reading.entities import read_entity, reference, relationship_name
from xrm.org.faces.soap.reading.members import invalid, kind_of, listed
from xrm.org.faces.soap.reading.queries import read_query
from xrm.wire.fetchxml.refusals import unsupported
from xrm.wire.soap.values import Items, Pairs, Struct, Word

MAX_DEPTH = 32


def read_parameter(catalogue: Catalogue, kind: str, name: str, value: Any) -> Any:
    """Return a parameter as its message takes it; nil is None whatever the type.

    Raises ServiceError 0x80040203 for a value of another type, and as the readers of records
    and queries do.
    """
    if value is None:
        return None
    inner = _collected(kind)
    if inner is not None:
        return [_item(catalogue, inner, name, each) for each in _values(name, value)]
    if (read := _READERS.get(kind)) is not None:
        return read(catalogue, name, value)
    return _shaped(catalogue, kind, name, value)


def _item(catalogue: Catalogue, kind: str, name: str, value: Any) -> Any:
    if value is None:
        raise invalid(f"An item of the parameter '{name}' is nil.")
    return read_parameter(catalogue, kind, name, value)


def _collected(kind: str) -> str | None:
    """Return the type of the items of a collection, None for any other type."""
    if kind.startswith("Collection("):
        return kind[len("Collection(") : -1]
    return _COLLECTIONS.get(kind)


_COLLECTIONS = {"EntityCollection": "Entity", "EntityReferenceCollection": "EntityReference"}


def _values(name: str, value: Any) -> list[Any]:
    if isinstance(value, Items):
        return value.values
    if isinstance(value, Struct) and value.type == "EntityCollection":
        return listed(value, "Entities")
    raise _unfit(name, value)


def _unfit(name: str, value: Any) -> service.ServiceError:
    return invalid(f"The parameter '{name}' does not take a value of type {kind_of(value)}.")


def _plain(*kinds: type) -> Callable[[Catalogue, str, Any], Any]:
    def read(_catalogue: Catalogue, name: str, value: Any) -> Any:
        if type(value) not in kinds:
            raise _unfit(name, value)
        return value

    return read


def _guid(_catalogue: Catalogue, name: str, value: Any) -> str:
    if not isinstance(value, UUID):
        raise _unfit(name, value)
    return str(value)


def _long(_catalogue: Catalogue, name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _unfit(name, value)
    return int(value)


def _binary(_catalogue: Catalogue, name: str, value: Any) -> str:
    if not isinstance(value, bytes):
        raise _unfit(name, value)
    return b64encode(value).decode()


def _columns(_catalogue: Catalogue, name: str, value: Any) -> tuple[str, ...] | None:
    """Return the columns asked; that they are there is for whoever knows the table to say."""
    if not isinstance(value, Struct) or value.type != "ColumnSet":
        raise _unfit(name, value)
    if listed(value, "AttributeExpressions"):
        raise unsupported("An aggregate of a ColumnSet")
    return (
        None
        if value.members.get("AllColumns")
        else tuple(name or "" for name in listed(value, "Columns"))
    )


def _option(_catalogue: Catalogue, name: str, value: Any) -> int:
    if not isinstance(value, Struct) or value.type != "OptionSetValue":
        raise _unfit(name, value)
    return int(value.members.get("Value") or 0)


_READERS: Mapping[str, Callable[[Catalogue, str, Any], Any]] = {
    "Edm.String": _plain(str),
    "Edm.Boolean": _plain(bool),
    "Edm.Int32": _plain(int),
    "Edm.Int64": _long,
    "Edm.Decimal": _plain(Decimal),
    "Edm.Double": _plain(float),
    "Edm.DateTimeOffset": _plain(datetime),
    "Edm.Guid": _guid,
    "Edm.Binary": _binary,
    "Entity": lambda catalogue, _name, value: read_entity(catalogue, value),
    "EntityReference": lambda catalogue, name, value: reference(catalogue, value, name),
    "Query": lambda catalogue, _name, value: read_query(catalogue, value),
    "QueryExpression": lambda catalogue, _name, value: read_query(catalogue, value),
    "ColumnSet": _columns,
    "OptionSetValue": _option,
    "EntityQueryExpression": read_definition_query,
    "Relationship": lambda _catalogue, _name, value: relationship_name(value),
}


def _shaped(catalogue: Catalogue, kind: str, name: str, value: Any) -> Any:
    """Return a value of a type that messages declare."""
    fits = isinstance(value, Struct | Word | Pairs) and value.type == kind
    if not fits:
        raise _unfit(name, value)
    if isinstance(value, Word):
        listing = shapes.ENUMERATIONS.get(kind)
        return tuple(value.text.split()) if listing and listing.flags else value.text
    if isinstance(value, Struct) and (shape := shapes.COMPLEX.get(kind)) is not None:
        return {
            each: read_parameter(catalogue, shape.members[each], each, given)
            for each, given in value.members.items()
            if each in shape.members
        }
    if isinstance(value, Pairs) and (pairs := shapes.PAIRS.get(kind)) is not None:
        return {
            key: read_parameter(catalogue, pairs.value, name, given)
            for key, given in value.values.items()
        }
    raise _unfit(name, value)
