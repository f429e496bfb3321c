"""Values of a program as those of `wire.soap.values`, by what their contract declares.

What cannot be sent raises ConfigurationError; its text never holds the value.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag
from functools import cache
from typing import Any
from uuid import UUID

from xrm.client.errors import ConfigurationError
from xrm.client.messages import NAMESPACES
from xrm.client.soap.classes import find, snake
from xrm.client.soap.declared import Message, Request
from xrm.client.soap.values import (
    Entity,
    EntityCollection,
    EntityReference,
    Long,
    OptionSetValue,
)
from xrm.model.message import Declaration
from xrm.wire.soap.contracts import CONTRACTS, Contracts
from xrm.wire.soap.messages import contract_type, contracts_of, contracts_of_shapes
from xrm.wire.soap.values import Items, Pairs, Struct, Word

_SMALL = 2**31
_TOLD = frozenset({"FormattedValues"})
"""Members that only the service tells."""


@cache
def contracts() -> Contracts:
    """Return all contracts the client speaks: the SDK's, and those of the messages it knows."""
    own = (
        each
        for name, namespace in NAMESPACES.items()
        for each in contracts_of(Declaration(name, "action", namespace=namespace))
    )
    known = CONTRACTS.extended(contracts_of_shapes())
    return known.extended(each for each in own if each.name not in known)


def encode(kind: str, value: Any) -> Any:
    """Return a value as one of a contract or a simple type. Raises ConfigurationError."""
    if value is None:
        return None
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple(value)
    shape = contracts()[kind].shape
    return _SHAPED[shape](kind, value)


def encode_message(message: Message[Any]) -> Struct:
    """Return a message as an OrganizationRequest, of a type of its own if it has one.

    Raises ConfigurationError for a parameter that cannot be sent.
    """
    if isinstance(message, Request):
        given = {name: _any(value) for name, value in message.parameters.items()}
        return _request("OrganizationRequest", message.name, given)
    if not isinstance(message, Message):
        raise _unfit(message, "a message")
    given = {
        name: encode(contract_type(declared), value)
        for attribute, name, declared in message.PARAMETERS
        if (value := getattr(message, attribute)) is not None
    }
    return _request(f"{message.NAME}Request", message.NAME, given)


def _request(kind: str, name: str, given: Mapping[str, Any]) -> Struct:
    parameters = Pairs("ParameterCollection", dict(given))
    return Struct(kind, {"Parameters": parameters, "RequestName": name})


def _unfit(value: Any, wanted: str) -> ConfigurationError:
    return ConfigurationError(f"a value of type {type(value).__name__} is not {wanted}")


def _each(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _unfit(value, "a list")
    return value


def _items(kind: str, value: Any) -> Items:
    item = contracts()[kind].members[0].type
    return Items(kind, [encode(item, each) for each in _each(value)])


def _pairs(kind: str, value: Any) -> Pairs:
    if not isinstance(value, Mapping):
        raise _unfit(value, "a mapping")
    key, held = contracts()[kind].members
    return Pairs(
        kind, {encode(key.type, name): encode(held.type, each) for name, each in value.items()}
    )


def _word(kind: str, value: Any) -> Word:
    known = find(kind)
    words = contracts()[kind].words
    if isinstance(value, Flag):
        if known is None or not isinstance(value, known):
            raise _unfit(value, kind)
        return Word(kind, " ".join(_words(value, words)))
    text = str(value.value) if isinstance(value, Enum) else value
    if not isinstance(text, str) or text not in words:
        raise ConfigurationError(f"{kind} has no member of that name")
    return Word(kind, text)


def _words(value: Flag, words: tuple[str, ...]) -> list[str]:
    """Return the words of a flags enumeration, whose members stand in the order of its words."""
    named = zip(type(value).__members__.values(), words, strict=True)
    if not value:
        return [word for member, word in named if not member]
    return [word for member, word in named if member and member in value]


def _struct(kind: str, value: Any) -> Struct:
    if isinstance(value, Message):
        request = encode_message(value)
        if not contracts().fits(request.type, kind):
            raise _unfit(value, kind)
        return request
    if kind == "EntityCollection" and not isinstance(value, EntityCollection):
        listed = list(_each(value))
        name = next((each.logical_name for each in listed if isinstance(each, Entity)), None)
        value = EntityCollection(listed, name)
    found = name_of(value)
    if found is None or not contracts().fits(found, kind):
        raise _unfit(value, kind)
    return _members(found, value)


def name_of(value: Any) -> str | None:
    """Return the contract whose class, or a class derived from it, a value is of."""
    kind: type = type(value)
    return _name_of(kind)


@cache
def _name_of(kind: type) -> str | None:
    known = (each.__name__ for each in kind.__mro__ if find(each.__name__) is each)
    return next(known, None)


def _members(kind: str, value: Any) -> Struct:
    members: dict[str, Any] = {}
    for attribute, name, declared in _attributes(kind):
        held = getattr(value, attribute, None)
        if held is None or (name != "Attributes" and isinstance(held, dict) and not held):
            continue
        members[name] = encode(declared, held)
    return Struct(kind, members)


@cache
def _attributes(kind: str) -> tuple[tuple[str, str, str], ...]:
    """Return attribute, name and type of each member of a contract that is sent."""
    members = (placed.member for placed in contracts().layout(kind).members)
    return tuple(
        (snake(each.name), each.name, each.type) for each in members if each.name not in _TOLD
    )


def _any(value: Any) -> Any:
    """Return a value as what it is, where any type may stand."""
    if value is None or isinstance(value, bool | Long):
        return value
    if isinstance(value, Enum):
        kind = name_of(value)
        return _any(value.value) if kind is None else _word(kind, value)
    convert = next((each for kind, each in _PLAIN if isinstance(value, kind)), None)
    if convert is not None:
        return convert(value)
    if isinstance(value, Message):
        return encode_message(value)
    kind = name_of(value)
    if kind is not None:
        return _members(kind, value)
    if isinstance(value, list | tuple | set | frozenset):
        return _listed(list(value))
    raise _unfit(value, "one that can be sent")


def _listed(values: list[Any]) -> Any:
    """Return a list as the collection or the array for what it holds."""
    for kind, name in _LISTED:
        if values and all(isinstance(each, kind) and type(each) is not bool for each in values):
            return encode(name, values)
    return encode("ArrayOfanyType", values)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _unfit(value, "a text")
    return str(value.value) if isinstance(value, Enum) else str(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _unfit(value, "a whole number")
    if not -_SMALL <= value < _SMALL:
        raise ConfigurationError("a number does not fit 32 bits")
    return int(value)


def _long(value: Any) -> Long:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _unfit(value, "a whole number")
    if not -(2**63) <= value < 2**63:
        raise ConfigurationError("a number does not fit 64 bits")
    return Long(value)


def _whole(value: int) -> int:
    return int(value) if -_SMALL <= value < _SMALL else _long(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _unfit(value, "true or false")
    return value


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise _unfit(value, "a Decimal")
    number = Decimal(value)
    if not number.is_finite():
        raise ConfigurationError("a Decimal is a finite number")
    return number


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, float | int):
        raise _unfit(value, "a float")
    return float(value)


def _moment(value: Any) -> Any:
    if not isinstance(value, date):
        raise _unfit(value, "a date and time")
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise ConfigurationError(
            "a date and time has no zone", next_step="Give it one, as in datetime.now(UTC)."
        )
    return value


def _guid(value: Any) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise ConfigurationError("an id is a UUID") from None


def _binary(value: Any) -> bytes:
    if not isinstance(value, bytes | bytearray):
        raise _unfit(value, "bytes")
    return bytes(value)


_SIMPLE: Mapping[str, Callable[[Any], Any]] = {
    "string": _text,
    "anyType": _any,
    "short": _number,
    "int": _number,
    "long": _long,
    "boolean": _boolean,
    "decimal": _decimal,
    "double": _double,
    "dateTime": _moment,
    "guid": _guid,
    "base64Binary": _binary,
}
_SHAPED: Mapping[str, Callable[[str, Any], Any]] = {
    "list": _items,
    "pairs": _pairs,
    "enumeration": _word,
    "flags": _word,
    "struct": _struct,
}
_PLAIN: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str),
    (int, _whole),
    (float, float),
    (Decimal, _decimal),
    (date, _moment),
    (UUID, lambda value: value),
    (bytes, bytes),
    (bytearray, bytes),
)
_LISTED: tuple[tuple[type, str], ...] = (
    (Entity, "EntityCollection"),
    (EntityReference, "EntityReferenceCollection"),
    (OptionSetValue, "OptionSetValueCollection"),
    (Message, "OrganizationRequestCollection"),
    (str, "ArrayOfstring"),
    (UUID, "ArrayOfguid"),
    (int, "ArrayOfint"),
    (Decimal, "ArrayOfdecimal"),
    (float, "ArrayOfdouble"),
    (datetime, "ArrayOfdateTime"),
)
