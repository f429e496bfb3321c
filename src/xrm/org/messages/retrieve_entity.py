"""RetrieveEntity: the definition of one table."""

from collections.abc import Iterable

from xrm.db import budget
from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.definitions.finding import facts_of, find
from xrm.org.definitions.selecting import filtered, read_filters
from xrm.org.definitions.tables import tables_of
from xrm.org.definitions.values import Definition
from xrm.org.messages.handler import Need


class RetrieveEntity:
    """Return the definition of a table, found by its MetadataId or its logical name.

    There is nothing that is not published, so that RetrieveAsIfPublished changes nothing.
    """

    declaration = Declaration(
        "RetrieveEntity",
        "function",
        parameters={
            "EntityFilters": "EntityFilters",
            "LogicalName": "Edm.String",
            "MetadataId": "Edm.Guid",
            "RetrieveAsIfPublished": "Edm.Boolean",
        },
        results={"EntityMetadata": "EntityMetadata"},
        optional=frozenset({"LogicalName", "MetadataId"}),
        namespace="xrm",
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may know what the tables are."""
        return ()

    def run(self, context: Context, message: Message) -> Definition:
        """Return the definition. Raises ServiceError 0x80040217 if there is no such table."""
        budget.leave_the_loop()
        parameters = message.parameters
        filters = read_filters(parameters.get("EntityFilters"))
        name, metadata_id = parameters.get("LogicalName"), parameters.get("MetadataId")
        tables = tables_of(facts_of(context))
        return filtered(find("EntityMetadata", tables, name or "", metadata_id or ""), filters)
