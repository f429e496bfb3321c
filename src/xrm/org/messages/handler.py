"""What a message's handler is."""

from collections.abc import Iterable
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
