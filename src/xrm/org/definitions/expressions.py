"""A query for definitions: EntityQueryExpression, read from a mapping by its members' names.

The value of a condition is an object of two: `Type`, a type of .NET, and `Value`, which is text
(as the Web API has it) or already of that type. Both must be what the property is of.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union

from xrm.model.errors import service
from xrm.model.values import read_guid
from xrm.org.definitions.parts import ENUMS, LEVEL, MANAGED, NAMED
from xrm.org.definitions.types import TYPES

MAX_DEPTH = 25
OPERATORS = frozenset(ENUMS["MetadataConditionOperator"])
_SDK = "Microsoft.Xrm.Sdk.Metadata."
_NET = {
    "String": "System.String",
    "Boolean": "System.Boolean",
    "Int32": "System.Int32",
    "Int64": "System.Int64",
    "Decimal": "System.Decimal",
    "Double": "System.Double",
    "Guid": "System.Guid",
    "DateTimeOffset": "System.DateTime",
    MANAGED: "System.Boolean",
    LEVEL: f"{_SDK}AttributeRequiredLevel",
}
_TRUTHS = {"true": True, "false": False}
_ITEM = re.compile(r"\s*(?:'((?:[^']|'')*)'|\"([^\"]*)\"|([^,'\"\[\]\s]+))\s*(?:,|$)")
_ONLY_IN_THE_SDK = {
    "EntityMetadata": "AutoReplicateClusterRecords CanChangeClusterMode DefaultToLocalPartition "
    "IsDocumentRecommendationsEnabled PrimaryKey SettingOf",
    "AttributeMetadata": "ParentEnumAttributeLogicalName Settings",
    "RelationshipMetadataBase": "DenormalizedAttributeName IsDenormalizedLookup "
    "IsRelationshipAttributeDenormalized",
    "EntityKeyMetadata": "AsyncJob",
}
"""Properties that may be wanted, though the Web API has none of their name."""


@dataclass(frozen=True, slots=True)
class Test:
    """One property compared with one value, or several (`In`, `NotIn`)."""

    property: str
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Tests:
    """Tests joined by one word; none of them hold for everything."""

    word: Literal["And", "Or"]
    items: tuple[Union[Test, "Tests"], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which definitions are wanted, and which of their properties; None for all."""

    properties: frozenset[str] | None = None
    criteria: Tests | None = None


ALL = Wanted()


@dataclass(frozen=True, slots=True)
class DefinitionQuery:
    """What is wanted of tables and of what hangs from them; labels of which languages."""

    tables: Wanted = ALL
    attributes: Wanted = ALL
    relationships: Wanted = ALL
    keys: Wanted = ALL
    languages: tuple[int, ...] | None = None


def read_query(raw: Mapping[str, Any] | None) -> DefinitionQuery:
    """Return the query an EntityQueryExpression asks; none asks for everything.

    Raises ServiceError 0x80044183 for a property there is not or that cannot be compared with
    the value, 0x80040203 for what is not of the form (inferred).
    """
    if raw is None:
        return DefinitionQuery()
    document = _object(raw, "Query")
    return DefinitionQuery(
        _wanted(document, "EntityMetadata"),
        _part(document, "AttributeQuery", "AttributeMetadata"),
        _part(document, "RelationshipQuery", "RelationshipMetadataBase"),
        _part(document, "KeyQuery", "EntityKeyMetadata"),
        _languages(document.get("LabelQuery")),
    )


def _part(document: Mapping[str, Any], name: str, kind: str) -> Wanted:
    raw = document.get(name)
    return ALL if raw is None else _wanted(_object(raw, name), kind)


def _wanted(document: Mapping[str, Any], kind: str) -> Wanted:
    criteria = document.get("Criteria")
    tests = None if criteria is None else _tests(_object(criteria, "Criteria"), kind, 1)
    return Wanted(_properties(document.get("Properties"), kind), tests)


def _properties(raw: Any, kind: str) -> frozenset[str] | None:
    if raw is None:
        return frozenset()
    document = _object(raw, "Properties")
    if document.get("AllProperties") is True:
        return None
    names = _list(document.get("PropertyNames"), "PropertyNames")
    known = {*_KNOWN[kind], *_ONLY_IN_THE_SDK[kind].split()}
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise _unknown(kind, name)
    return frozenset(names)


def _tests(document: Mapping[str, Any], kind: str, depth: int) -> Tests:
    if depth > MAX_DEPTH:
        raise _refusal(
            f"Query on Entity has exceeded the maximum supported depth of filters ({MAX_DEPTH})."
        )
    said = document.get("FilterOperator") or "And"
    if said not in ("And", "Or"):
        raise _malformed("FilterOperator")
    word: Literal["And", "Or"] = "Or" if said == "Or" else "And"
    conditions = _list(document.get("Conditions"), "Conditions")
    filters = _list(document.get("Filters"), "Filters")
    tests = [_test(_object(each, "Conditions"), kind) for each in conditions]
    inner = [_tests(_object(each, "Filters"), kind, depth + 1) for each in filters]
    return Tests(word, (*tests, *inner))


def _test(document: Mapping[str, Any], kind: str) -> Test:
    name, operator = document.get("PropertyName"), document.get("ConditionOperator")
    if not isinstance(operator, str) or operator not in OPERATORS:
        raise _malformed("ConditionOperator")
    if not isinstance(name, str) or name not in _KNOWN[kind]:
        raise _unknown(kind, name)
    of = _KNOWN[kind][name]
    net = _NET.get(of) or (f"{_SDK}{of}" if of in ENUMS or of in NAMED else None)
    if net is None:
        # Nothing that is a list, a label or hangs from a definition can be compared.
        raise _refusal(f"Conditions based on property {name} is not supported")
    several = operator in ("In", "NotIn")
    return Test(name, operator, _values(name, NAMED.get(of, of), net, document, several=several))


def _values(
    name: str, kind: str, net: str, document: Mapping[str, Any], *, several: bool
) -> tuple[Any, ...]:
    raw = document.get("Value")
    given = {} if raw is None else _object(raw, "Value")
    said, value = given.get("Type"), given.get("Value")
    if value is None and not several:
        return (None,)
    if said != (f"{net}[]" if several else net):
        raise _refusal(
            f"Property {name} of type {_property_type(net)} cannot be compared with a condition "
            f"value of type {str(said)[:100]}"
        )
    try:
        return tuple(_value(kind, each) for each in (_items(value) if several else (value,)))
    except (ValueError, TypeError, KeyError):
        raise _malformed("Value") from None


def _property_type(net: str) -> str:
    is_class = net == _NET["String"] or net.removeprefix(_SDK) in NAMED
    return net if is_class else f"System.Nullable`1[{net}]"


def _items(value: Any) -> Sequence[Any]:
    """Return the items of a list, which may be written as text: `['one','two']`."""
    if not isinstance(value, str):
        return tuple(value)
    text = value.strip().removeprefix("[").removesuffix("]").strip()
    found, position = [], 0
    while position < len(text):
        match = _ITEM.match(text, position)
        if match is None:
            raise ValueError(value)
        single, double, bare = match.groups()
        found.append(bare or double or (single or "").replace("''", "'"))
        position = match.end()
    return found


def _value(kind: str, value: Any) -> Any:
    """Return a value as definitions hold it. Raises ValueError, TypeError or KeyError."""
    if kind in ENUMS:
        return _member(kind, value)
    if kind == "Boolean":
        return value if isinstance(value, bool) else _TRUTHS[str(value).lower()]
    if kind == "Guid":
        return read_guid(str(value))
    if kind in ("Int32", "Int64"):
        return int(value)
    if kind in ("Decimal", "Double"):
        return float(value)
    return value if kind == "DateTimeOffset" else str(value)


def _member(enum: str, value: Any) -> str:
    if value not in ENUMS[enum]:
        raise ValueError(value)
    return str(value)


def _languages(raw: Any) -> tuple[int, ...] | None:
    if raw is None:
        return None
    found = _list(_object(raw, "LabelQuery").get("FilterLanguages"), "FilterLanguages")
    if any(type(each) is not int for each in found):
        raise _malformed("FilterLanguages")
    return tuple(found) or None


def _object(raw: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise _malformed(name)
    return raw


def _list(raw: Any, name: str) -> Sequence[Any]:
    if raw is None:
        return ()
    if not isinstance(raw, list | tuple):
        raise _malformed(name)
    return raw


def _malformed(name: str) -> service.ServiceError:
    return service.ServiceError(
        service.INVALID_ARGUMENT, f"The value of '{name}' in the query is not valid."
    )


def _unknown(kind: str, name: Any) -> service.ServiceError:
    return _refusal(f"The type {kind} does not have a property named {str(name)[:100]}")


def _refusal(reason: str) -> service.ServiceError:
    """Return the error for a query, which tells the reason as the error within it."""
    error = service.ServiceError(service.METADATA_QUERY, "Unable to evaluate query")
    error.__cause__ = service.ServiceError(service.METADATA_QUERY, reason)
    return error


def _of_kind(kind: str) -> dict[str, str]:
    """Return the properties that a type, or any derived from it, has, with their types."""
    base = TYPES[kind]
    found: dict[str, str] = {}
    for each in TYPES.values():
        if each.is_a(base):
            found |= {**each.navigation, **each.properties}
    return found


_KNOWN = {kind: _of_kind(kind) for kind in _ONLY_IN_THE_SDK}
"""By type, the properties that may be wanted or compared."""
