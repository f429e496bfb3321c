"""The class of a data contract by the contract's name, loaded when it is first needed."""

from functools import cache
from importlib import import_module
from typing import Any

_HERE = "xrm.client.soap"
_HOMES = {
    **dict.fromkeys(
        (
            "AliasedValue",
            "Entity",
            "EntityCollection",
            "EntityReference",
            "Money",
            "OptionSetValue",
            "Relationship",
        ),
        f"{_HERE}.values",
    ),
    **dict.fromkeys(
        (
            "ColumnSet",
            "ConditionExpression",
            "FetchExpression",
            "FilterExpression",
            "LinkEntity",
            "OrderExpression",
            "PagingInfo",
            "QueryBase",
            "QueryByAttribute",
            "QueryExpression",
        ),
        f"{_HERE}.queries",
    ),
}


@cache
def find(name: str) -> type[Any] | None:
    """Return the class for a contract, None where there is none."""
    home = _HOMES.get(name)
    found: type[Any] | None
    if home is not None:
        found = getattr(import_module(home), name)
        return found
    found = getattr(import_module(f"{_HERE}.contracts"), name, None)
    return found


@cache
def find_message(name: str) -> Any:
    """Return the class of a message by the SDK's name for it, None where there is none."""
    return getattr(import_module("xrm.client.messages"), name, None)
