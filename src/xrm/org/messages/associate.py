"""Associate: put records into another's collection."""

from collections.abc import Callable, Iterable

from xrm.model.message import Declaration, Message
from xrm.model.values import EntityReference
from xrm.org import keys
from xrm.org.context import Context
from xrm.org.messages import pairing
from xrm.org.messages.handler import Need

PARAMETERS = {
    "Target": "EntityReference",
    "Relationship": "Relationship",
    "RelatedEntities": "EntityReferenceCollection",
}

Step = Callable[[Context, pairing.Relation, EntityReference, EntityReference], None]


def needs(context: Context, message: Message) -> tuple[Need, ...]:
    """Return the right needed on each side."""
    return pairing.needs(context, _relation(context, message))


def each_related(context: Context, message: Message, step: Step) -> None:
    """Do something with the target and each of the records related to it."""
    found = _relation(context, message)
    target = keys.resolve(context, message.parameters["Target"])
    for related in message.parameters["RelatedEntities"]:
        step(context, found, target, keys.resolve(context, related))


def _relation(context: Context, message: Message) -> pairing.Relation:
    parameters = message.parameters
    table = context.table(parameters["Target"].logical_name)
    return pairing.relation(context, table.logical_name, parameters["Relationship"])


class Associate:
    """Put records into the collection of one: pairs, or lookups that point to it."""

    declaration = Declaration("Associate", "record", parameters=PARAMETERS, namespace="xrm")
    writes = True

    def needs(self, context: Context, message: Message) -> Iterable[Need]:
        """Need a right on both sides."""
        return needs(context, message)

    def run(self, context: Context, message: Message) -> None:
        """Put them in."""
        each_related(context, message, pairing.pair)
