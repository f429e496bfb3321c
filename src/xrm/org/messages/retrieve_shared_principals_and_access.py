"""RetrieveSharedPrincipalsAndAccess: with whom a record is shared."""

from collections.abc import Iterable
from typing import Any

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.org.context import Context
from xrm.org.messages.grant_access import needs, target_of
from xrm.org.messages.handler import Need
from xrm.org.rules.rights import granting


class RetrieveSharedPrincipalsAndAccess:
    """Return every user and team that a record is shared with, and their rights.

    Who may read the record may ask (inferred).
    """

    declaration = Declaration(
        "RetrieveSharedPrincipalsAndAccess",
        "function",
        parameters={"Target": "EntityReference"},
        results={"PrincipalAccesses": "Collection(PrincipalAccess)"},
    )
    writes = False

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Read on the record's table."""
        return needs(context, message, Right.READ)

    def run(self, context: Context, message: Message) -> dict[str, list[dict[str, Any]]]:
        """Return them."""
        row = target_of(context, message, Right.READ)
        found = context.organization.shares.of_record(context.transaction, row.reference)
        return {
            "PrincipalAccesses": [
                {
                    "AccessMask": granting.names_of(each.own | each.inherited),
                    "Principal": each.principal,
                }
                for each in found
                if each.own | each.inherited
            ]
        }
