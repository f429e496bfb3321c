"""Message: the one model of every operation, and the declaration its spellings follow from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["action", "function", "record"]
Namespace = Literal["xrm", "crm"]


@dataclass(slots=True)
class Message:
    """One operation asked for: its name and its parameters, as the SDK names them.

    Nobody changes it; one is made for each request, and a frozen one takes longer.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a message is: parameters and results by name and type, and how it is called.

    Types are those of `model.shapes`. `record` messages have no name of their own in a URL of
    the Web API: the verbs on records, and what only SOAP has. A message bound to a table takes
    the record as its first parameter. `optional` names the parameters that may be left out.
    `namespace` is that of its SOAP types: the core of the SDK (xrm) or its messages (crm).
    """

    name: str
    kind: Kind
    parameters: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    bound_to: str | None = None
    optional: frozenset[str] = frozenset()
    namespace: Namespace = "crm"
