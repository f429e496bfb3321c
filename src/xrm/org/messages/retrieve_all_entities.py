"""RetrieveAllEntities: the definitions of all tables."""

from collections.abc import Iterable
from typing import Any

from xrm.db import budget
from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.definitions.finding import facts_of
from xrm.org.definitions.selecting import filtered, read_filters
from xrm.org.definitions.stamps import version_of
from xrm.org.definitions.tables import tables_of
from xrm.org.messages.handler import Need


class RetrieveAllEntities:
    """Return the definitions of all tables by logical name, and their version."""

    declaration = Declaration(
        "RetrieveAllEntities",
        "function",
        parameters={"EntityFilters": "EntityFilters", "RetrieveAsIfPublished": "Edm.Boolean"},
        results={"EntityMetadata": "Collection(EntityMetadata)", "Timestamp": "Edm.String"},
        namespace="xrm",
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may know what the tables are."""
        return ()

    def run(self, context: Context, message: Message) -> dict[str, Any]:
        """Return them."""
        budget.leave_the_loop()
        filters = read_filters(message.parameters.get("EntityFilters"))
        facts = facts_of(context)
        return {
            "EntityMetadata": [filtered(table, filters) for table in tables_of(facts)],
            "Timestamp": version_of(context, facts),
        }
