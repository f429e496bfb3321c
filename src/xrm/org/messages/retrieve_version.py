"""RetrieveVersion: the version of the platform."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.metadata.particulars import VERSION


class RetrieveVersion:
    """Return the version."""

    declaration = Declaration("RetrieveVersion", "function", results={"Version": "Edm.String"})
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may ask."""
        return ()

    def run(self, _context: Context, _message: Message) -> dict[str, str]:
        """Return it."""
        return {"Version": VERSION}
