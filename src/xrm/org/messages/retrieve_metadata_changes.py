"""RetrieveMetadataChanges: what a query finds among definitions, or what has changed of it."""

from collections.abc import Iterable
from typing import Any

from xrm.db import budget
from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.definitions.expressions import read_query
from xrm.org.definitions.finding import facts_of
from xrm.org.definitions.selecting import select
from xrm.org.definitions.stamps import check_stamp, stamp_of, version_of
from xrm.org.messages.handler import Need


class RetrieveMetadataChanges:
    """Return the definitions a query finds, and the stamp to ask with the next time.

    With the stamp of an earlier answer only what has changed since then comes, which is nothing
    or, as nothing is remembered of what was deleted, the demand to read everything anew. So
    nothing is ever told to be deleted, whatever DeletedMetadataFilters asks.
    """

    declaration = Declaration(
        "RetrieveMetadataChanges",
        "function",
        parameters={
            "Query": "EntityQueryExpression",
            "DeletedMetadataFilters": "DeletedMetadataFilters",
            "ClientVersionStamp": "Edm.String",
            "AppModuleId": "Edm.Guid",
            "RetrieveAllSettings": "Edm.Boolean",
        },
        results={
            "ServerVersionStamp": "Edm.String",
            "DeletedMetadata": "DeletedMetadataCollection",
            "EntityMetadata": "EntityMetadataCollection",
        },
        optional=frozenset(
            {
                "Query",
                "DeletedMetadataFilters",
                "ClientVersionStamp",
                "AppModuleId",
                "RetrieveAllSettings",
            }
        ),
        namespace="xrm",
    )
    writes = False

    def needs(self, _context: Context, _message: Message) -> Iterable[Need]:
        """Need nothing: every user may know what the tables are."""
        return ()

    def run(self, context: Context, message: Message) -> dict[str, Any]:
        """Return them.

        Raises ServiceError 0x80044183 for a query that cannot be evaluated, 0x80044352 for a
        stamp that has expired.
        """
        budget.leave_the_loop()
        query = read_query(message.parameters.get("Query"))
        every = facts_of(context)
        version = version_of(context, every)
        known = message.parameters.get("ClientVersionStamp")
        if known:
            check_stamp(context, version, known)
        facts = every if query.languages is None else facts_of(context, query.languages)
        return {
            "ServerVersionStamp": stamp_of(context, version),
            "DeletedMetadata": {},
            "EntityMetadata": [] if known else select(facts, query),
        }
