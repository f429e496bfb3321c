"""Values of `wire.soap.values` as those of a program."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum, Flag
from functools import cache, reduce
from operator import or_
from typing import Any, TypeVar, cast
from uuid import UUID

from xrm.client.errors import UnexpectedAnswerError
from xrm.client.soap.classes import find, find_message, snake
from xrm.client.soap.declared import (
    Answered,
    ExecuteMultipleResponseItem,
    Message,
    Part,
    Request,
    Response,
)
from xrm.client.soap.encoding import contracts
from xrm.client.soap.refusal import service_error
from xrm.client.soap.values import Entity
from xrm.wire.soap.contract import Contract
from xrm.wire.soap.contracts import Contracts
from xrm.wire.soap.messages import contract_type
from xrm.wire.soap.values import Items, Pairs, Struct, Word

R = TypeVar("R", bound=Answered)
Types = Mapping[str, type[Entity]]

_OF_EDM: Mapping[str, type] = {
    "Edm.String": str,
    "Edm.Boolean": bool,
    "Edm.Int32": int,
    "Edm.Int64": int,
    "Edm.Decimal": Decimal,
    "Edm.Double": float,
    "Edm.DateTimeOffset": datetime,
    "Edm.Guid": UUID,
    "Edm.Binary": bytes,
}


class AnswerContracts(Contracts):
    """Contracts of answers: a response of a type that is not known is an OrganizationResponse."""

    def found(self, namespace: str, local: str) -> Contract | None:
        """Return the contract of that name on the wire, or None."""
        known = super().found(namespace, local)
        if known is None and local.endswith("Response") and "/xrm/2011/Metadata" not in namespace:
            return self["OrganizationResponse"]
        return known


@cache
def answer_contracts() -> AnswerContracts:
    """Return the contracts answers are read by."""
    return AnswerContracts(contracts().values())


def decode(raw: Any, types: Types) -> Any:
    """Return a value as a program has it; records come as the classes `types` names.

    Raises UnexpectedAnswerError for one that lacks what its class must have.
    """
    match raw:
        case Struct():
            return _struct(raw, types)
        case Items():
            return [decode(each, types) for each in raw.values]
        case Pairs():
            return {decode(key, types): decode(each, types) for key, each in raw.values.items()}
        case Word():
            return _word(raw)
        case _:
            return raw


def decode_answer(message: Message[R], raw: Any, types: Types) -> R:
    """Return what a message answered. Raises UnexpectedAnswerError for what is no answer to it."""
    if not isinstance(raw, Struct) or not contracts().fits(raw.type, "OrganizationResponse"):
        raise UnexpectedAnswerError("a message came back without its response")
    if isinstance(message, Request):
        return cast(R, _untyped(raw, types, message.name))
    return cast(R, _answered(message.ANSWER, raw, types))


def _struct(raw: Struct, types: Types) -> Any:
    special = _special(raw.type)
    if special is not None:
        return special(raw, types)
    kind, attributes = _shape(raw.type)
    if kind is Entity:
        kind = types.get(raw.members.get("LogicalName") or "", Entity)
    given = {
        attributes[name]: decode(value, types)
        for name, value in raw.members.items()
        if value is not None and name in attributes
    }
    return _made(kind, given)


@cache
def _special(name: str) -> Callable[[Struct, Types], Any] | None:
    """Return what reads a contract that has no class of its members alone."""
    if name == "anyType":
        return lambda _raw, _types: None
    if name == "ExecuteMultipleResponseItem":
        return _item
    if contracts().fits(name, "OrganizationResponse"):
        return _response
    if contracts().fits(name, "BaseServiceFault"):
        return lambda raw, _types: service_error(raw)
    return None


@cache
def _shape(name: str) -> tuple[type[Any], Mapping[str, str]]:
    """Return the class of a contract, and its attributes by the names of members."""
    kind = find(name)
    if kind is None:
        raise UnexpectedAnswerError(f"an answer holds a {name}, which is not known here")
    members = (placed.member.name for placed in contracts().layout(name).members)
    return kind, {each: snake(each) for each in members if hasattr(kind, snake(each))}


def _made(kind: type[Any], given: dict[str, Any]) -> Any:
    columns = given.pop("columns", None) if kind.__name__ == "ColumnSet" else None
    try:
        return kind(**given) if columns is None else kind(*columns, **given)
    except TypeError:
        raise UnexpectedAnswerError(f"a {kind.__name__} came back without all it must have") from (
            None
        )


def _word(raw: Word) -> Any:
    kind = find(raw.type)
    if kind is None or not issubclass(kind, Enum):
        return raw.text
    members = dict(zip(contracts()[raw.type].words, kind.__members__.values(), strict=True))
    found = [members[word] for word in raw.text.split()]
    return reduce(or_, found, kind(0)) if issubclass(kind, Flag) else found[0]


def _item(raw: Struct, types: Types) -> ExecuteMultipleResponseItem:
    response, fault = raw.members.get("Response"), raw.members.get("Fault")
    return ExecuteMultipleResponseItem(
        raw.members.get("RequestIndex") or 0,
        None if response is None else _response(response, types),
        None if fault is None else service_error(fault),
    )


def _response(raw: Struct, types: Types) -> Answered:
    """Return a response as the class of its message where there is one."""
    name = raw.members.get("ResponseName") or raw.type.removesuffix("Response")
    message = find_message(str(name))
    if message is None:
        return _untyped(raw, types, str(name))
    kind: type[Answered] = message.ANSWER
    return _answered(kind, raw, types)


def _untyped(raw: Struct, types: Types, name: str) -> Response:
    results = raw.members.get("Results")
    held = decode(results, types) if isinstance(results, Pairs) else {}
    return Response(raw.members.get("ResponseName") or name, held)


def _answered(kind: type[R], raw: Struct, types: Types) -> R:
    results = raw.members.get("Results")
    held = results.values if isinstance(results, Pairs) else {}
    return kind(**{part[0]: _result(part, held.get(part[1]), types) for part in kind.RESULTS})


def _result(part: Part, raw: Any, types: Types) -> Any:
    """Return a result, its type checked; a collection that is not there is empty."""
    _, name, declared = part
    value = decode(raw, types)
    kind = contract_type(declared)
    contract = contracts().get(kind)
    shape = "" if contract is None else contract.shape
    if value is None and shape in ("list", "pairs"):
        return [] if shape == "list" else {}
    wanted = {"list": list, "pairs": dict}.get(shape) or _OF_EDM.get(declared) or find(kind)
    if wanted is not None and not isinstance(value, wanted):
        raise UnexpectedAnswerError(f"a message came back without its {name}")
    return value
