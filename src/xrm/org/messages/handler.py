"""What a message's handler is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from xrm.model.message import Declaration, Message
from xrm.model.metadata import Table
from xrm.model.privileges import Right
from xrm.org.context import Context

Need = tuple[Table, Right]


class Handler(Protocol):
    """One message. `writes` chooses the kind of transaction; `needs` is checked before `run`."""

    declaration: Declaration
    writes: bool

    def needs(self, context: Context, message: Message) -> Iterable[Need]: ...

    def run(self, context: Context, message: Message) -> Any: ...


class Execution(Protocol):
    """How a composite message has others run, for its own caller.

    Both raise ServiceError as the pipeline does.
    """

    def alone(self, message: Message) -> Any:
        """Run one in a transaction of its own; its caller is admitted anew."""

    def together(self, messages: Sequence[Message]) -> list[Any]:
        """Run all in one transaction: all are kept, or none.

        Raises TransactionError with the place of the first that is refused.
        """


class Composite(ABC):
    """A message made of others, which need what they need and write what they write."""

    declaration: Declaration
    writes = True

    @abstractmethod
    def run(self, execution: Execution, message: Message) -> Any:
        """Run the messages it is made of. Raises ServiceError for more than it may hold."""
