"""RetrieveRelationship: the definition of one relationship."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.definitions.finding import facts_of, find, relationships_of
from xrm.org.definitions.values import Definition
from xrm.org.messages.handler import Need


class RetrieveRelationship:
    """Return the definition of a relationship, found by its MetadataId or its schema name.

    The Web API reads it among `RelationshipDefinitions`.
    """

    declaration = Declaration(
        "RetrieveRelationship",
        "record",
        parameters={
            "MetadataId": "Edm.Guid",
            "Name": "Edm.String",
            "RetrieveAsIfPublished": "Edm.Boolean",
        },
        results={"RelationshipMetadata": "RelationshipMetadataBase"},
        optional=frozenset({"Name", "MetadataId"}),
        namespace="xrm",
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may know what the relationships are."""
        return ()

    def run(self, context: Context, message: Message) -> Definition:
        """Return it. Raises ServiceError 0x80040217 if there is no such relationship."""
        name, metadata_id = (message.parameters.get(each) or "" for each in ("Name", "MetadataId"))
        every = relationships_of(facts_of(context))
        return find("RelationshipMetadataBase", every, name, metadata_id)
