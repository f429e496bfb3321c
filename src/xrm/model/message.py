"""Message: the one model of every operation, and the declaration its spellings follow from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["action", "function", "record"]


@dataclass(slots=True)
class Message:
    """One operation asked for: its name and its parameters, as the SDK names them.

    Nobody changes it; one is made for each request, and a frozen one takes longer.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a message is: parameters and results by name and type, and how the Web API calls it.

    `record` messages are the verbs on records and have no name of their own in a URL.
    """

    name: str
    kind: Kind
    parameters: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    bound_to: str | None = None
