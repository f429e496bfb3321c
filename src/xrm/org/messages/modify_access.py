"""ModifyAccess: say anew what is shared of a record with a user or team."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.privileges import Right
from xrm.org.context import Context
from xrm.org.messages.grant_access import PARAMETERS, access_of, needs, target_of
from xrm.org.messages.handler import Need
from xrm.org.rules.rights import granting


class ModifyAccess:
    """Share a record so, whatever was shared of it; no right ends the share.

    Raises ServiceError as GrantAccess does.
    """

    declaration = Declaration("ModifyAccess", "action", parameters=PARAMETERS)
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need Share on the record's table."""
        return needs(context, message, Right.SHARE)

    def run(self, context: Context, message: Message) -> None:
        """Share it so."""
        row = target_of(context, message, Right.SHARE)
        principal, mask = access_of(context, message)
        granting.check_given(context, row, mask)
        granting.check_sharee(context, row, principal)
        granting.set_share(context, row, principal, mask)
