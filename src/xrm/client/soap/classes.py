"""The class of a data contract by its name, and what Python calls its members."""

import re
from functools import cache
from importlib import import_module
from keyword import iskeyword
from typing import Any

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HERE = "xrm.client.soap"
HOMES = {
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
    "ExecuteMultipleResponseItem": f"{_HERE}.declared",
}
"""The modules of classes that are written by hand; all others are in `contracts`."""


@cache
def find(name: str) -> type[Any] | None:
    """Return the class for a contract, loaded when it is first asked for; None if there is none."""
    home = HOMES.get(name)
    found: type[Any] | None
    if home is not None:
        found = getattr(import_module(home), name)
        return found
    found = getattr(import_module(f"{_HERE}.contracts"), name, None)
    return found


@cache
def find_message(name: str) -> Any:
    """Return the class of a message by the SDK's name for it, None where there is none."""
    messages = import_module("xrm.client.messages")
    return getattr(messages, name) if name in messages.NAMESPACES else None


@cache
def snake(name: str) -> str:
    """Return a member's name as Python's are: `PrincipalAccess` is `principal_access`.

    A keyword gets a line behind it.
    """
    text = _WORDS.sub("_", name.replace("OData", "Odata")).lower()
    return f"{text}_" if iskeyword(text) else text
