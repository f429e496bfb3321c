"""RetrieveDeprovisionedLanguages: the language packs that are not enabled."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.presentation.languages import packs, provisioned


class RetrieveDeprovisionedLanguages:
    """Return the languages that could be enabled and are not."""

    declaration = Declaration(
        "RetrieveDeprovisionedLanguages",
        "function",
        results={"RetrieveDeprovisionedLanguages": "Collection(Edm.Int32)"},
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may choose a language."""
        return ()

    def run(self, context: Context, _message: Message) -> dict[str, list[int]]:
        """Return the LCIDs, in their order."""
        taken = provisioned(context.organization, context.transaction)
        left = [each.lcid for each in packs() if each not in taken]
        return {"RetrieveDeprovisionedLanguages": left}
