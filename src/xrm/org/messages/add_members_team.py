"""AddMembersTeam: put users into a team."""

from collections.abc import Iterable

from xrm.model.message import Declaration, Message
from xrm.model.values import EntityReference
from xrm.org.context import Context
from xrm.org.messages import pairing
from xrm.org.messages.associate import Step
from xrm.org.messages.handler import Need
from xrm.org.rules.system.teams import MEMBERSHIP

PARAMETERS = {"TeamId": "Edm.Guid", "MemberIds": "Collection(Edm.Guid)"}
SPELLED = {"MemberIds": ("Members", "Collection(systemuser)")}


def needs(context: Context) -> tuple[Need, ...]:
    """Return the right needed on teams and on users."""
    return pairing.needs(context, pairing.relation(context, "team", MEMBERSHIP))


def each_member(context: Context, message: Message, step: Step) -> None:
    """Do something with the team and each of the users."""
    found = pairing.relation(context, "team", MEMBERSHIP)
    team = EntityReference("team", message.parameters["TeamId"])
    for user in message.parameters["MemberIds"]:
        step(context, found, team, EntityReference("systemuser", user))


class AddMembersTeam:
    """Put users into a team, as the association of both does."""

    declaration = Declaration(
        "AddMembersTeam", "action", parameters=PARAMETERS, bound_to=("team",), spelled=SPELLED
    )
    writes = True

    def needs(self, context: Context, _message: Message) -> Iterable[Need]:
        """Need the rights that the association needs."""
        return needs(context)

    def run(self, context: Context, message: Message) -> None:
        """Put them in."""
        each_member(context, message, pairing.pair)
