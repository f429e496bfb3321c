"""RetrieveAvailableLanguages: the languages that are installed and enabled."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.presentation.languages import provisioned


class RetrieveAvailableLanguages:
    """Return the languages users may choose, whose packs are installed."""

    declaration = Declaration(
        "RetrieveAvailableLanguages", "function", results={"LocaleIds": "Collection(Edm.Int32)"}
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may choose a language."""
        return ()

    def run(self, context: Context, _message: Message) -> dict[str, list[int]]:
        """Return the LCIDs, the base language first."""
        found = provisioned(context.organization, context.transaction)
        return {"LocaleIds": [each.lcid for each in found]}
