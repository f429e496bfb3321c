"""RetrieveOptionSet: the definition of one global choice."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.definitions.finding import facts_of, find, option_sets_of
from xrm.org.definitions.values import Definition
from xrm.org.messages.handler import Need


class RetrieveOptionSet:
    """Return the definition of a global choice, found by its MetadataId or its name.

    The Web API reads it among `GlobalOptionSetDefinitions`.
    """

    declaration = Declaration(
        "RetrieveOptionSet",
        "record",
        parameters={
            "MetadataId": "Edm.Guid",
            "Name": "Edm.String",
            "RetrieveAsIfPublished": "Edm.Boolean",
        },
        results={"OptionSetMetadata": "OptionSetMetadataBase"},
        optional=frozenset({"Name", "MetadataId"}),
        namespace="xrm",
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may know what the choices are."""
        return ()

    def run(self, context: Context, message: Message) -> Definition:
        """Return it. Raises ServiceError 0x80040217 if there is no such global choice."""
        name, metadata_id = (message.parameters.get(each) or "" for each in ("Name", "MetadataId"))
        every = option_sets_of(facts_of(context))
        return find("OptionSetMetadataBase", every, name, metadata_id)
