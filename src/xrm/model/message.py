"""Message: the one model of every operation, and the declaration its spellings follow from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from xrm.model.errors.service import ServiceError

Kind = Literal["action", "function", "record"]
Namespace = Literal["xrm", "crm", "xrm2012", "xrm2014", "xrm9.0"]
"""Of SOAP types: the core of the SDK (2011), its messages, and what later versions added."""

OUR_OWN = frozenset({"Formatted", "Plain", "RowVersion"})
"""Parameters of messages that are not the SDK's: the faces of this project set them."""


@dataclass(slots=True)
class Message:
    """One operation asked for: its name and its parameters, as the SDK names them.

    Nobody changes it; one is made for each request, and a frozen one takes longer. `refusal`
    is that of a message among others that could not be read: it is met in its turn.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    refusal: ServiceError | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a message is: parameters and results by name and type, and how it is called.

    Types are those of `model.shapes`. `record` messages have no name of their own in a URL of
    the Web API: the verbs on records, and what only SOAP has. A message bound to tables takes
    the record as its first parameter; one bound to `entityset` takes records of any table.
    `optional` names the parameters that may be left out. `spelled` holds the name and type of
    those that the Web API calls otherwise than the SDK. `namespace` is that of its SOAP types.
    """

    name: str
    kind: Kind
    parameters: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    bound_to: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    spelled: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    namespace: Namespace = "crm"
