"""RetrieveTotalRecordCount: how many records tables have."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Depth, Right
from xrm.org.context import Context
from xrm.org.messages.handler import Need
from xrm.org.security.caller import require, require_privilege


class RetrieveTotalRecordCount:
    """Return the records of each table, counted now; the platform's count is up to a day old.

    It takes Read on the whole organization (inferred): the count is of all records, whoever
    may read them.
    """

    declaration = Declaration(
        "RetrieveTotalRecordCount",
        "function",
        parameters={"EntityNames": "Collection(Edm.String)"},
        results={"EntityRecordCountCollection": "EntityRecordCountCollection"},
    )
    writes = False

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read on each table; `run` checks how deep."""
        return tuple(
            (context.table(name), Right.READ) for name in message.parameters["EntityNames"]
        )

    def run(self, context: Context, message: Message) -> dict[str, dict[str, int]]:
        """Count them."""
        tables = [context.table(name) for name in dict.fromkeys(message.parameters["EntityNames"])]
        for table in tables:
            if not require(context.caller, table, Right.READ).is_as_deep(Depth.GLOBAL):
                privilege = table.privileges[Right.READ]
                require_privilege(context.caller, privilege.name, privilege.id, least=Depth.GLOBAL)
        count, transaction = context.organization.selections.count, context.transaction
        return {
            "EntityRecordCountCollection": {
                table.logical_name: count(transaction, table) for table in tables
            }
        }
