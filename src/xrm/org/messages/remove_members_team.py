"""RemoveMembersTeam: take users out of a team."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.org.context import Context
from xrm.org.messages import pairing
from xrm.org.messages.add_members_team import PARAMETERS, SPELLED, each_member, needs
from xrm.org.messages.handler import Need


class RemoveMembersTeam:
    """Take users out of a team; who is not in it is no error."""

    declaration = Declaration(
        "RemoveMembersTeam", "action", parameters=PARAMETERS, bound_to=("team",), spelled=SPELLED
    )
    writes = True

    def needs(self, context: Context, _message: Message) -> Iterable[Need]:
        """Need the rights that the association needs."""
        return needs(context)

    def run(self, context: Context, message: Message) -> None:
        """Take them out."""
        each_member(context, message, pairing.part)
