"""Definitions of tables, columns, relationships and choices as results of messages.

The contracts say which members there are and in which order; what is not known of one is nil.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from xrm.org.definitions.values import Definition
from xrm.wire.soap.contract import Member
from xrm.wire.soap.contracts import CONTRACTS
from xrm.wire.soap.values import Items, Long, Pairs, Struct, Word

_DERIVED = "@odata.type"
"""Where a value says that it is of a type derived from the one declared."""


def definition(kind: str, value: Any) -> Any:
    """Return what a message tells of definitions, declared to be of a type, as its contract has it.

    It is one definition, several, or the identifiers of those deleted by what they were.
    """
    if kind == "DeletedMetadataCollection":
        return Pairs(
            kind,
            {
                Word("DeletedMetadataFilters", what): Items("ArrayOfguid", [UUID(i) for i in ids])
                for what, ids in value.items()
            },
        )
    return _value(kind, value)


def _definition(item: Definition) -> Struct:
    members: dict[str, Any] = {}
    for member in _members(item.type.name):
        link = item.links.get(member.name)
        raw = item.values.get(member.name) if link is None else link()
        is_known = link is not None or member.name in item.values
        members[member.name] = _told(member.type, raw) if is_known else None
    return Struct(item.type.name, members)


def _told(kind: str, raw: Any) -> Any:
    """Return a value that is told: a label without a text in any language is empty, not nil."""
    return _value(kind, {"LocalizedLabels": ()} if raw is None and kind == "Label" else raw)


def _value(kind: str, raw: Any) -> Any:
    if raw is None:
        return None
    if isinstance(raw, Definition):
        return _definition(raw)
    contract = CONTRACTS.get(kind)
    if contract is None:
        return _SIMPLE.get(kind, _as_it_is)(raw)
    if contract.shape == "list":
        (item,) = contract.members
        return Items(kind, [_value(item.type, each) for each in raw])
    if contract.shape in ("enumeration", "flags"):
        return Word(kind, raw) if raw in contract.words else None
    return _part(kind, raw)


def _part(kind: str, raw: Mapping[str, Any]) -> Struct:
    """Return a value of a complex type, such as a label."""
    kind = raw.get(_DERIVED, kind).rpartition(".")[2]
    members = _members(kind)
    return Struct(
        kind,
        {
            each.name: _told(each.type, raw[each.name]) if each.name in raw else None
            for each in members
        },
    )


def _as_it_is(raw: Any) -> Any:
    return raw


@cache
def _members(name: str) -> tuple[Member, ...]:
    """Return the members of a contract, those of its base first."""
    contract = CONTRACTS[name]
    inherited = () if contract.base is None else _members(contract.base)
    return (*inherited, *contract.members)


_SIMPLE: Mapping[str, Callable[[Any], Any]] = {
    "guid": UUID,
    "int": int,
    "long": Long,
    "double": float,
    "decimal": lambda raw: Decimal(str(raw)),
}
