"""RevokeAccess: share a record no longer with a user or team."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages.grant_access import needs, target_of
from xrm.org.messages.handler import Need
from xrm.org.rules.rights import granting


class RevokeAccess:
    """End a share; what came with a record above stays. That there is none is no error.

    Raises ServiceError 0x8004020c for what is no user or team, and what rights refuse.
    """

    declaration = Declaration(
        "RevokeAccess",
        "action",
        parameters={"Target": "EntityReference", "Revokee": "EntityReference"},
    )
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Share on the record's table."""
        return needs(context, message, Right.SHARE)

    def run(self, context: Context, message: Message) -> None:
        """End it."""
        row = target_of(context, message, Right.SHARE)
        revokee = keys.resolve(context, message.parameters["Revokee"])
        granting.check_principal(context, revokee)
        granting.set_share(context, row, revokee, 0)
