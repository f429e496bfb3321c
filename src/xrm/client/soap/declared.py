"""What a message is: its parameters, and what it answers. `xrm.client.messages` has them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from xrm.client.errors import ServiceError

__all__ = ["Answered", "ExecuteMultipleResponseItem", "Message", "Request", "Response"]

Part = tuple[str, str, str]
"""An attribute, the SDK's name for it, and the type the message declares it to be of."""


class Answered:
    """What a message answers (OrganizationResponse)."""

    __slots__ = ()
    RESULTS: ClassVar[tuple[Part, ...]] = ()


R_co = TypeVar("R_co", bound=Answered, covariant=True)


class Message(Generic[R_co]):
    """A message whose answer is of a type (OrganizationRequest).

    `READS` says that it changes nothing: it may be sent again when no answer came.
    """

    __slots__ = ()
    NAME: ClassVar[str]
    PARAMETERS: ClassVar[tuple[Part, ...]] = ()
    ANSWER: ClassVar[type[Answered]]
    READS: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Response(Answered):
    """What a message answers, its results by the SDK's names (OrganizationResponse)."""

    name: str
    results: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request(Message[Response]):
    """Any message by its name, with parameters by the SDK's names (OrganizationRequest).

    Values are sent as what they are: `int` as Int32, `Long` as Int64. `reads` says that it
    changes nothing.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reads: bool = False


@dataclass(frozen=True, slots=True)
class ExecuteMultipleResponseItem:
    """What one of several messages answered, or what it was refused for.

    `fault` is the error that the message alone would have raised.
    """

    request_index: int = 0
    response: Answered | None = None
    fault: ServiceError | None = None
