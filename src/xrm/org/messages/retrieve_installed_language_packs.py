"""RetrieveInstalledLanguagePacks: the language packs there are."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.presentation.languages import packs


class RetrieveInstalledLanguagePacks:
    """Return the languages that can be enabled, which the base language need not be."""

    declaration = Declaration(
        "RetrieveInstalledLanguagePacks",
        "function",
        results={"RetrieveInstalledLanguagePacks": "Collection(Edm.Int32)"},
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may choose a language."""
        return ()

    def run(self, _context: Context, _message: Message) -> dict[str, list[int]]:
        """Return the LCIDs, enabled or not."""
        return {"RetrieveInstalledLanguagePacks": [each.lcid for each in packs()]}
